"""Learning from mails that passed, in a process of its own: whatever happens to it or to the database holds no mail up."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import time
from collections import deque
from multiprocessing.connection import Connection
from typing import Any

from sendcheck.config.config import Config
from sendcheck.errors import SendcheckError
from sendcheck.pipeline.histories import common_server, is_common

#: Mails that wait to be learnt; further ones are not.
_MOST, _MOST_BYTES = 2_000, 64_000_000
#: Mails handed over at a time, and bytes of one that are learnt from: the rest is attachments.
_BATCH, _READ = 50, 200_000
#: Seconds between two looks for mails that are too old, and owners looked at in each.
_TIDY, _OWNERS = 60.0, 50


class Learning:
    """Takes raw mails, and gives them to the process when that is idle. ``connection``: becomes readable when it is."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._waiting: deque[bytes] = deque()
        self._size = 0
        self._process: multiprocessing.process.BaseProcess | None = None
        self.connection: Connection | None = None
        self._idle = False

    @staticmethod
    def wanted(config: Config) -> bool:
        """Whether the configuration asks for it."""
        return bool(config["milter.learn"]) and is_common(config)

    def add(self, raw: bytes) -> bool:
        """Have a mail learnt later; False if too many wait."""
        part = raw[:_READ]
        if len(self._waiting) >= _MOST or self._size + len(part) > _MOST_BYTES:
            return False
        self._waiting.append(part)
        self._size += len(part)
        return True

    def tend(self) -> int:
        """Start the process where there is none, hear it, hand it what waits; how many mails it learnt since the last time."""
        if self._process is None or not self._process.is_alive():
            self.close()
            self._start()
        assert self.connection is not None
        learnt = 0
        with contextlib.suppress(EOFError, OSError):
            while self.connection.poll():
                learnt += int(self.connection.recv())
                self._idle = True
            if self._idle and self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(_BATCH, len(self._waiting)))]
                self._size -= sum(map(len, batch))
                self._idle = False
                self.connection.send(batch)
        return learnt

    def close(self) -> None:
        """End the process."""
        if self.connection is not None:
            self.connection.close()
        if self._process is not None and self._process.is_alive():
            self._process.kill()
        self._process = self.connection = None
        self._idle = False

    def _start(self) -> None:
        context = multiprocessing.get_context("fork")
        ours, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(self._config, ours, theirs), daemon=True)
        self._process.start()
        theirs.close()
        self.connection = ours


def _serve(config: Config, ours: Connection, theirs: Connection) -> None:
    """The process: says how many it learnt, gets the next ones."""
    from sendcheck.history.common import CommonLearner, prune_everywhere
    from sendcheck.history.keeping import seconds
    from sendcheck.reading.sources import Source

    ours.close()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    server: Any = None
    tidied = time.monotonic()
    learnt = 0
    with contextlib.suppress(EOFError, OSError):
        while True:
            theirs.send(learnt)
            learnt = 0
            if theirs.poll(_TIDY):
                mails = theirs.recv()
            else:
                mails = []
            try:
                server = server or common_server(config, writes=True)
                if mails:
                    learnt = CommonLearner(server, lambda _sender: True).run(Source("-", data=raw) for raw in mails).learnt
                if time.monotonic() - tidied > _TIDY:
                    tidied = time.monotonic()
                    prune_everywhere(server, seconds(str(config["history-keep"])), all_of_them=False, most=_OWNERS)
            except SendcheckError:  # the database is away: what was at hand is not learnt, the mails were checked all the same
                time.sleep(1)
    os._exit(0)
