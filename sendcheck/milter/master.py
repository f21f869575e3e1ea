"""The milter's own process: takes mails from the front, checks them in a pool of workers, answers in time whatever happens.

One loop, no threads: it forks workers. A mail waits until a worker is free; what has waited past its deadline is not begun, since the front
has answered for it. A new configuration, and a new day, is a new pool: mails that are being checked are finished by the old one.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from sendcheck.config.config import Config
from sendcheck.config.listen import answers, parsed
from sendcheck.daemon import wire
from sendcheck.daemon.notify import notify, watchdog_seconds
from sendcheck.errors import SendcheckError
from sendcheck.milter.counters import Counters
from sendcheck.milter.learning import Learning
from sendcheck.milter.outcome import Envelope, Outcome, failed, outcome_of, settled_by, told_place
from sendcheck.pipeline.engine import Engine, Job
from sendcheck.pipeline.pool import Pool
from sendcheck.pipeline.report import CRASHED, MailReport
from sendcheck.understanding.organisations import at_any

#: Seconds without a sign of life after which the front is killed and started anew, and seconds before it is started again.
SILENT, PAUSE = 15.0, 1.0
#: The front answers for the master this much before the deadline of the mail.
_MARGIN = 0.2


class MilterError(SendcheckError):
    """The milter cannot start."""


@dataclass(slots=True)
class _Mail:
    """One mail that came from the front, and where its answer goes."""

    connection: socket.socket
    envelope: Envelope
    raw: bytes
    cut: bool
    came: float


@dataclass(slots=True, eq=False)
class _Caller:
    """One connection of the front: a mail, or its signs of life."""

    connection: socket.socket
    decoder: wire.Decoder = field(default_factory=wire.Decoder)


class Master:
    """One milter. ``engine``: makes the engine anew from the configuration (raises SendcheckError); ``warm``: loads what it needs, before any fork;
    ``counters``: where counts go; ``log``: takes one line.
    """

    def __init__(self, engine: Callable[[], Engine], warm: Callable[[Engine], None], counters: Counters, log: Callable[[str], None]) -> None:
        self._make, self._warm, self._counters, self._log = engine, warm, counters, log
        self._engine = engine()
        self._config = self._engine.config
        self._pool: Pool
        self._old: list[Pool] = []
        self._waiting: deque[int] = deque()
        self._mails: dict[int, _Mail] = {}
        self._callers: dict[int, _Caller] = {}
        self._number = 0
        self._learning: Learning | None = None
        self._asked: socket.socket | None = None
        self._deadline = 0.0
        self._front: subprocess.Popen[bytes] | None = None
        self._heard = self._started = 0.0
        self._stopping = self._again = False

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT. Raises MilterError where it cannot begin."""
        if answers(self._config["milter.socket"]):
            raise MilterError(f"somebody listens at {self._config['milter.socket']} already: is another milter running?")
        self._warm(self._engine)
        self._pool = self._new_pool()
        wake, waker = os.pipe()
        for end in (wake, waker):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(waker)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGHUP, self._anew)
        signal.signal(signal.SIGUSR1, lambda _n, _f: self._log(json.dumps(self._counters.told(self._state()))))
        try:
            self._start_front()
            self._serve(wake)
        finally:
            self._end()

    # -- the loop -----------------------------------------------------------------

    def _serve(self, wake: int) -> None:
        beat, every = time.monotonic(), watchdog_seconds()
        ready = False
        while not self._stopping:
            pools = [self._pool, *self._old]
            learning = [self._learning.connection] if self._learning is not None and self._learning.connection is not None else []
            asked = [] if self._asked is None else [self._asked.fileno()]
            fds = [*asked, wake, *self._callers, *(c.fileno() for c in learning), *(c.fileno() for pool in pools for c in pool.connections)]
            poll = select.poll()  # no limit of 1,024 descriptors, as select has
            for fd in fds:
                poll.register(fd, select.POLLIN)
            found = {fd for fd, _event in poll.poll(1000 * self._patience(pools))}
            if wake in found:
                with contextlib.suppress(BlockingIOError):
                    os.read(wake, 4096)
            self._accept()
            for fd in found & self._callers.keys():
                self._read(self._callers[fd])
            for pool in pools:
                for number, report in pool.listen(wanted=False):
                    self._finish(number, report)
            self._retire()
            self._begin()
            self._learn()
            self._watch()
            if not ready and self._heard:
                ready = True
                self._log(f"listening at {self._config['milter.socket']}" + (" (dry run: nothing is stopped or changed)" if self._dry else ""))
                notify("READY=1")
            if every and time.monotonic() - beat > every:
                beat = time.monotonic()
                notify("WATCHDOG=1")
            if self._again or self._engine.today != date.today():
                self._reload()
            self._counters.write(self._state())

    def _patience(self, pools: list[Pool]) -> float:
        return min([1.0, *(p for pool in pools if (p := pool.patience) is not None)])

    def _stop(self, _number: int, _frame: object) -> None:
        self._stopping = True

    def _anew(self, _number: int, _frame: object) -> None:
        self._again = True

    # -- mails --------------------------------------------------------------------

    def _accept(self) -> None:
        """Take the connections that the front hands over."""
        with contextlib.suppress(OSError):
            while self._asked is not None:
                data, fds, _flags, _address = socket.recv_fds(self._asked, 1, 1)
                for fd in fds:
                    connection = socket.socket(fileno=fd)
                    connection.setblocking(False)
                    self._callers[connection.fileno()] = _Caller(connection)
                if not data:  # the front is gone
                    self._asked.close()
                    self._asked = None

    def _read(self, caller: _Caller) -> None:
        """Take what a connection has; a closed one is forgotten, with its mail."""
        try:
            data = caller.connection.recv(1 << 20)
            messages = caller.decoder.feed(data)
        except BlockingIOError:
            return
        except (OSError, wire.WireError):
            data, messages = b"", []
        for head, blobs in messages:
            if "beat" in head:
                self._heard = time.monotonic()
                for name, count in head.get("counts", {}).items():
                    self._counters.add("troubles", name, int(count))
            elif blobs:
                self._take(caller.connection, head, blobs[0])
        if not data:
            self._forget(caller)

    def _forget(self, caller: _Caller) -> None:
        self._callers.pop(caller.connection.fileno(), None)
        for number in [n for n, mail in self._mails.items() if mail.connection is caller.connection]:
            if number in self._waiting:  # else a worker has it, and its own deadline
                self._waiting.remove(number)
                del self._mails[number]
                self._counters.add("troubles", "late")
        caller.connection.close()

    def _take(self, connection: socket.socket, head: dict[str, Any], raw: bytes) -> None:
        envelope = Envelope(str(head["queue"]), str(head["sender"]), str(head["user"]), tuple(map(str, head["recipients"])))
        mail = _Mail(connection, envelope, raw, bool(head["cut"]), time.monotonic())
        if not self._is_ours(envelope):
            self._counters.add("mails", "incoming")
            self._answer(mail, Outcome())
            return
        self._number += 1
        self._mails[self._number] = mail
        self._waiting.append(self._number)

    def _is_ours(self, envelope: Envelope) -> bool:
        """Whether a mail leaves the house, as far as an envelope tells; nobody is spared by an empty list."""
        inside = self._config["internal-domains"]
        if self._config["milter.check"] == "all" or not inside or envelope.user:
            return True
        return at_any(inside, envelope.sender.lower())

    def _begin(self) -> None:
        """Give waiting mails to free workers."""
        while self._waiting and self._pool.has_room:
            number = self._waiting.popleft()
            mail = self._mails[number]
            left = self._deadline - _MARGIN - (time.monotonic() - mail.came)
            if left <= 0:
                self._counters.add("troubles", "late")
                del self._mails[number]
                continue
            envelope = mail.envelope
            settled = settled_by(envelope, self._engine.registry, self._config)
            job = Job("-", mail.raw, mail.cut, envelope=envelope.recipients, leaving=True, heeds_header=bool(envelope.user), seconds=left, settled_by=settled)
            self._pool.give(number, job)

    def _finish(self, number: int, report: MailReport) -> None:
        mail = self._mails.pop(number, None)
        if mail is None:
            return
        try:
            outcome = outcome_of(report, mail.envelope, self._engine.registry, self._config)
        except Exception as error:  # whatever goes wrong here must not end the loop
            self._log(f"internal error: {type(error).__name__}")
            outcome = failed(self._config, "internal error")
        spent = time.monotonic() - mail.came
        self._count(mail, report, outcome, spent)
        self._answer(mail, Outcome() if self._dry else outcome)
        if self._learning is not None and outcome.action in {"accept", "tag", "warn"} and not self._learning.add(mail.raw):
            self._counters.add("troubles", "not learnt")

    @property
    def _dry(self) -> bool:
        return bool(self._config["milter.dry-run"])

    def _count(self, mail: _Mail, report: MailReport, outcome: Outcome, spent: float) -> None:
        self._counters.add("mails", report.verdict.value)
        self._counters.add("actions", outcome.action)
        self._counters.took(spent)
        shown = [f for f in report.findings if f.severity.value != "note"]
        for rule in {f.rule for f in shown}:
            self._counters.add("rules", rule)
        if shown or outcome.action != "accept":
            told = ",".join(f"{f.rule}({f.severity.value} {told_place(f.where)})" for f in shown) or ",".join(e.rule for e in report.not_run if e.required)
            crashed = "".join(f" [{f.message}]" for f in shown if f.rule == CRASHED)  # names a check and what befell it, nothing of the mail
            dry = " (dry run)" if self._dry else ""
            self._log(f"{mail.envelope.queue or '-'}: {outcome.action}{dry} {told}{crashed} size={len(mail.raw)} ms={1000 * spent:.0f}")

    def _answer(self, mail: _Mail, outcome: Outcome) -> None:
        """The front waits for it, or has gone its own way. An answer is short: it fits into a socket's buffer."""
        with contextlib.suppress(OSError):
            wire.send(mail.connection, outcome.wire())

    def _learn(self) -> None:
        """Keep the process that learns at work, where one is wanted."""
        if self._learning is None and Learning.wanted(self._config):
            self._learning = Learning(self._config)
        if self._learning is not None:
            learnt = self._learning.tend()
            if learnt:
                self._counters.add("mails", "learnt", learnt)

    # -- the front ----------------------------------------------------------------

    def _start_front(self) -> None:
        config = self._config
        if self._asked is not None:
            self._asked.close()
        self._asked, asks = socket.socketpair()
        self._asked.setblocking(False)
        self._deadline = float(config["milter.deadline"])
        settings = {
            "ask": asks.fileno(),
            "listen": config["milter.socket"],
            "umask": 0o777 & ~int(config["milter.socket-mode"], 8),
            "queue": config["milter.queue"],
            "memory": config["milter.memory"] * 1_000_000,
            "deadline": self._deadline,
            "fallback": "warn" if self._dry else config["milter.on-error"],
            "dry": self._dry,
        }
        self._started = time.monotonic()
        command = [sys.executable, "-P", "-m", "sendcheck.milter.front", json.dumps(settings)]
        with asks:
            self._front = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=[asks.fileno()])

    def _watch(self) -> None:
        """Start the front anew where it has ended or hangs."""
        assert self._front is not None
        now = time.monotonic()
        code = self._front.poll()
        if code is None:
            if now - max(self._heard, self._started) > SILENT:
                self._log(f"the front has been silent for {SILENT:g} s and is started anew")
                self._front.kill()
                self._front.wait()
                self._counters.add("troubles", "front")
                self._start_front()
        elif now - self._started > PAUSE:
            if not self._heard:
                raise MilterError(f"the program that speaks with the MTA could not start (exit code {code}); see above")
            self._log(f"the front ended ({code}) and is started anew")
            self._counters.add("troubles", "front")
            self._start_front()

    # -- configuration and end ----------------------------------------------------

    def _new_pool(self) -> Pool:
        pool = Pool(self._engine, int(self._config["milter.workers"]) or len(os.sched_getaffinity(0)))
        pool.fill()
        return pool

    def _reload(self) -> None:
        """A new configuration; one that cannot be used changes nothing, since mails wait."""
        wanted, self._again = self._again, False
        try:
            engine = self._make()
        except SendcheckError as error:
            self._log(f"the new configuration cannot be used, the old one stays in force: {error}")
            self._engine = _of_today(self._engine)
        else:
            if wanted:
                self._log("the configuration was read anew" + _restart_needed(self._config, engine.config))
            self._engine, self._config = engine, engine.config
            if self._learning is not None:
                self._learning.close()
                self._learning = None
        self._old.append(self._pool)
        self._pool = self._new_pool()

    def _retire(self) -> None:
        for pool in [p for p in self._old if not p.busy]:
            pool.close()
            self._old.remove(pool)

    def _end(self) -> None:
        """Mails that are being checked are answered; those that wait, and the MTA's connections, get the MTA's default."""
        until = time.monotonic() + 5.0
        pools = [self._pool, *self._old]
        while any(pool.busy for pool in pools) and time.monotonic() < until:
            for pool in pools:
                for number, report in pool.listen():
                    self._finish(number, report)
        for pool in pools:
            pool.close()
        if self._learning is not None:
            self._learning.close()
        if self._front is not None:
            select.select([], [], [], 0.05)  # for the last answers to reach the MTA
            self._front.kill()  # libmilter leaves only when the MTA's last connection does
            self._front.wait()
        kind, path, _address, _port = parsed(self._config["milter.socket"])
        if kind == "unix":
            with contextlib.suppress(OSError):
                Path(path).unlink()
        self._counters.write(self._state(), now=True)

    def _state(self) -> dict[str, Any]:
        return {
            "pid": os.getpid(),
            "socket": self._config["milter.socket"],
            "dry_run": self._dry,
            "waiting": len(self._waiting),
            "checking": self._pool.busy + sum(p.busy for p in self._old),
        }


def _of_today(engine: Engine) -> Engine:
    return replace(engine, today=date.today())


def _restart_needed(old: Config, new: Config) -> str:
    """What of a new configuration the front only learns at the next start."""
    names = [n for n in ("socket", "socket-mode", "queue", "memory", "deadline", "on-error") if old[f"milter.{n}"] != new[f"milter.{n}"]]
    return f" (milter.{', milter.'.join(names)} only after a restart)" if names else ""
