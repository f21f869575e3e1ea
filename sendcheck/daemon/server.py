"""The master: binds the socket, keeps a few forked workers waiting, replaces those that serve, and never serves itself.

Each worker serves one connection and leaves, so that no mail meets what another one left behind and memory stays flat; a fork of the warm
process costs a few milliseconds, and is paid before the mail comes. Nothing that happens to a worker reaches the master.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import json
import mmap
import os
import select
import signal
import socket
import statistics
import struct
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sendcheck.daemon import wire
from sendcheck.daemon.notify import notify
from sendcheck.daemon.worker import Doer, Place, work
from sendcheck.errors import SendcheckError

#: Workers that wait for a mail, and workers in all: further connections queue, and their clients go their own way after a second.
SPARE, MOST = 2, 8
#: Seconds after which a worker that serves is killed, whatever it does: its own deadlines come long before.
LONGEST = 120.0
#: Seconds that workers get to finish when the daemon stops.
GRACE = 5.0
_KEPT = 200
_BOARD = 4096


class DaemonError(SendcheckError):
    """The daemon cannot start, or cannot be reached."""


class Again(Exception):
    """The program or its configuration has changed: start anew with the same command."""


class Board:
    """What ``status`` shows, in memory that all workers see: written by the master only."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _BOARD)

    def write(self, told: dict[str, Any]) -> None:
        """Replace what is shown."""
        data = json.dumps(told).encode()[: _BOARD - 4]
        self._memory[4 : 4 + len(data)] = data
        self._memory[:4] = struct.pack("!I", len(data))

    def read(self) -> dict[str, Any]:
        """What is shown; it may be being written just now, and is then read again."""
        for _ in range(20):
            (length,) = struct.unpack("!I", self._memory[:4])
            with contextlib.suppress(ValueError):
                found = json.loads(self._memory[4 : 4 + length])
                return found if isinstance(found, dict) else {}
            time.sleep(0.005)
        return {}


class Master:
    """One daemon. ``doers``: what workers can do, by the name that requests use; ``warm`` loads all that they need, once; ``prepare`` is what
    each worker does before it waits (what it is given, a process that it starts must call).
    """

    def __init__(
        self,
        doers: Mapping[str, Doer],
        warm: Callable[[], None],
        prepare: Callable[[Callable[[], None]], None],
        idle_seconds: float,
        log: Callable[[str], None],
    ) -> None:
        self._doers, self._warm, self._prepare, self._idle, self._log = doers, warm, prepare, idle_seconds, log
        self._path = wire.socket_path()
        self._waiting: set[int] = set()
        self._busy: dict[int, float] = {}
        self._times: deque[float] = deque(maxlen=_KEPT)
        self._mails = self._killed = 0
        self._last = time.monotonic()
        self._board = Board()
        self._stopping = self._again = False

    def run(self) -> None:
        """Serve until told to stop or idle for too long. Raises DaemonError if another daemon runs or the socket's folder is unsafe, Again to start anew."""
        lock = self._lock()
        try:
            begun = time.monotonic()
            self._warm()
            self._log(f"warm after {time.monotonic() - begun:.1f} s")
            gc.collect()
            gc.freeze()
            listener = self._listen()
            try:
                self._serve(listener, lock)
            finally:
                listener.close()
                with contextlib.suppress(OSError):
                    Path(self._path).unlink()
                self._end()
        finally:
            os.close(lock)
        if self._again:
            raise Again

    def _lock(self) -> int:
        """The one daemon of this socket: held as long as the master lives."""
        folder = Path(self._path).parent
        if not self._path:
            raise DaemonError("this system has no Unix sockets: checks run in their own process")
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise DaemonError(f"cannot make the folder {folder} for the socket: {error.strerror}") from error
        unsafe = wire.why_unsafe(self._path)
        if unsafe:
            raise DaemonError(f"the daemon's socket would not be safe: {unsafe}")
        try:
            lock = os.open(wire.lock_path(), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise DaemonError(f"a daemon runs already at {self._path} (sendcheck daemon status)") from error
        return lock

    def _listen(self) -> socket.socket:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with contextlib.suppress(FileNotFoundError):
            Path(self._path).unlink()  # what a daemon that was killed left: the lock says that none lives
        old = os.umask(0o177)
        try:
            listener.bind(self._path)
        except OSError as error:
            raise DaemonError(f"cannot listen at {self._path}: {error.strerror}") from error
        finally:
            os.umask(old)
        listener.listen(64)
        listener.setblocking(False)
        return listener

    def _serve(self, listener: socket.socket, lock: int) -> None:
        told, tell = os.pipe()
        lifeline, held = os.pipe()
        wake, waker = os.pipe()
        for end in (told, wake, waker):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(waker)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGHUP, self._anew)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        place = Place(listener, lifeline, tell, self._board.read, self._prepare, (lock, told, held, wake, waker))
        begun = time.time()
        self._log(f"listening at {self._path}")
        notify("READY=1")
        while not self._stopping:
            while len(self._waiting) < SPARE and len(self._waiting) + len(self._busy) < MOST:
                self._fork(place)
            self._show(begun)
            select.select([told, wake], [], [], self._patience())
            with contextlib.suppress(BlockingIOError):
                os.read(wake, 4096)
            with contextlib.suppress(BlockingIOError):
                self._hear(os.read(told, 65536))  # before the dead are buried: what they said last counts
            self._reap()
            self._kill_late()
            if self._idle and not self._busy and time.monotonic() - self._last > self._idle:
                self._log("nothing to do: leaving")
                return

    def _stop(self, _number: int, _frame: object) -> None:
        self._stopping = True

    def _anew(self, _number: int, _frame: object) -> None:
        self._stopping = self._again = True

    def _patience(self) -> float:
        """Seconds until something is due by itself."""
        now = time.monotonic()
        due = [LONGEST - (now - since) for since in self._busy.values()]
        if self._idle and not self._busy:
            due.append(self._idle - (now - self._last))
        return max(0.05, min(due, default=3600.0))

    def _fork(self, place: Place) -> None:
        process = os.fork()
        if process == 0:
            try:
                work(place, self._doers)
            finally:
                os._exit(0)
        self._waiting.add(process)

    def _hear(self, data: bytes) -> None:
        """Workers' lines: ``busy PID``, ``done PID MILLISECONDS``, ``stop PID``, ``stale PID``."""
        for line in data.decode("ascii", "replace").splitlines():
            words = line.split()
            self._last = time.monotonic()
            if words[0] == "busy" and int(words[1]) in self._waiting:  # else it is dead and buried
                self._waiting.discard(int(words[1]))
                self._busy[int(words[1])] = time.monotonic()
            elif words[0] == "done":
                self._times.append(float(words[2]))
                self._mails += 1
            elif words[0] == "stop":
                self._stopping, self._again = True, False
                return
            elif words[0] == "stale" and not self._stopping:
                self._log("sendcheck or its configuration has changed: starting anew")
                self._stopping = self._again = True

    def _reap(self) -> None:
        while True:
            try:
                process, state = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if process == 0:
                return
            self._busy.pop(process, None)
            if os.WIFSIGNALED(state) and os.WTERMSIG(state) != signal.SIGTERM:
                self._killed += 1
                self._log(f"a worker was killed by signal {os.WTERMSIG(state)}; its client goes on by itself")
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process, signal.SIGKILL)  # what it started and left behind
            if process in self._waiting:
                self._waiting.discard(process)
                time.sleep(0.1)  # whatever ends workers that wait must not make this loop spin

    def _kill_late(self) -> None:
        for process, since in list(self._busy.items()):
            if time.monotonic() - since > LONGEST:
                self._log(f"a worker served for more than {LONGEST:g} s and is killed")
                _kill_group(process)

    def _end(self) -> None:
        """Let those that serve finish; then nobody is left."""
        for process in self._waiting:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGTERM)
        until = time.monotonic() + GRACE
        while self._busy and time.monotonic() < until:
            self._reap()
            time.sleep(0.02)
        for process in (*self._busy, *self._waiting):
            _kill_group(process)
        self._reap()

    def _show(self, begun: float) -> None:
        times = sorted(self._times)
        self._board.write(
            {
                "pid": os.getpid(),
                "since": begun,
                "answers": self._mails,
                "killed": self._killed,
                "last_ms": round(self._times[-1], 1) if times else None,
                "median_ms": round(statistics.median(times), 1) if times else None,
                "slowest_ms": round(times[-1], 1) if times else None,
                "waiting": len(self._waiting),
                "busy": len(self._busy),
                "serving": sorted(self._busy),
            }
        )


def _kill_group(process: int) -> None:
    """Kill a worker and what it started (each leads a process group of its own)."""
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(process, signal.SIGKILL)


def to_stderr(message: str) -> None:
    """One line of log: what the daemon does, never anything of a mail."""
    sys.stderr.write(f"sendcheck daemon: {message}\n")
    sys.stderr.flush()


__all__ = ["Again", "DaemonError", "Master", "to_stderr"]
