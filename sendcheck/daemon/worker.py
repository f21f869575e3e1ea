"""One worker: waits for one connection, does what it asks as the caller's own process would, answers, and is done."""

from __future__ import annotations

import contextlib
import io
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sendcheck import __version__
from sendcheck.daemon import stamp, wire

#: Seconds between two signs of life.
BEAT = 1.0
#: Bytes of memory a worker may take; the process it starts for the mail has a limit of its own.
MEMORY_LIMIT = 4 * 1024**3
_HELLO, _REQUEST = 5.0, 30.0
_GONE = 141


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks. ``head``: its surroundings (argv, cwd, environ, …) and what else the doer wants to know; ``blobs``: bytes."""

    head: dict[str, Any]
    blobs: list[bytes]


#: Does what a request asks, with the client's surroundings in force: the answer's head and blobs. What it raises sends the client its own way.
Doer = Callable[[Request], tuple[dict[str, Any], Sequence[bytes]]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a worker stands: the listening socket, the end of a pipe that closes when the master dies, the pipe to the master, the board of
    ``status``, what a worker does before it waits, and what belongs to the master alone.
    """

    listener: socket.socket
    lifeline: int
    tell: int
    status: Callable[[], dict[str, Any]]
    prepare: Callable[[Callable[[], None]], None]
    of_master: tuple[int, ...]


def work(place: Place, doers: Mapping[str, Doer]) -> None:
    """The life of a worker; returns when it has served, or when the master is gone."""
    _settle(place)

    def let_go() -> None:
        """For a process that a worker starts: it takes no connections, and tells the master nothing."""
        place.listener.close()
        os.close(place.lifeline)
        os.close(place.tell)

    place.prepare(let_go)
    with contextlib.suppress(Exception):  # the client notices, and goes its own way
        connection = _accepted(place)
        if connection is not None:
            _tell(place, "busy")
            with connection:
                _serve(connection, place, doers)


def _settle(place: Place) -> None:
    """Be nobody's child but the master's: own process group, default signals, limits."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.setpgid(0, 0)
    for end in place.of_master:
        os.close(end)
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold a mail


def _accepted(place: Place) -> socket.socket | None:
    while True:
        ready, _, _ = select.select([place.listener.fileno(), place.lifeline], [], [])
        if place.lifeline in ready:
            return None
        try:
            connection, _ = place.listener.accept()
        except BlockingIOError:
            continue  # another worker was sooner
        connection.setblocking(True)
        return connection


def _tell(place: Place, word: str, *more: object) -> None:
    os.write(place.tell, f"{word} {os.getpid()} {' '.join(map(str, more))}\n".encode())


def _serve(connection: socket.socket, place: Place, doers: Mapping[str, Doer]) -> None:
    connection.settimeout(_HELLO)
    wire.check_peer(connection)
    head, _ = wire.receive(connection)
    refused = _refusal(head.get("identity"))
    if not refused and stamp.changed():
        refused = "sendcheck or its configuration has changed since the daemon began; it starts anew"
        if not head.get("control"):
            _tell(place, "stale")
    wire.send(connection, {"version": __version__, "refused": refused})
    if refused and not head.get("control"):
        return
    connection.settimeout(_REQUEST)
    head, blobs = wire.receive(connection)
    name = str(head.get("do"))
    if name == "status":
        wire.send(connection, _status(place))
    elif name == "stop":
        _tell(place, "stop")
        wire.send(connection, {"stopping": True})
    elif name in doers and not refused:
        begun = time.perf_counter()
        answer = _do(connection, doers[name], Request(head, blobs))
        if not answer[0].get("failed"):
            with contextlib.suppress(OSError):  # the master may be gone: the answer still counts
                _tell(place, "done", round((time.perf_counter() - begun) * 1000, 2))  # first, so that who has the answer finds it counted
        wire.send(connection, *answer)


def _status(place: Place) -> dict[str, Any]:
    """What the board shows, this worker aside, once the master has heard of this worker, and so all that was told before; after a second, what it shows."""
    until = time.monotonic() + 1
    while os.getpid() not in (told := place.status()).get("serving", ()):
        if time.monotonic() > until:
            return told
        time.sleep(0.002)
    return told | {"busy": told["busy"] - 1}


def _refusal(theirs: object) -> str:
    """Why this worker's answer would not be the caller's own, or ""."""
    mine = wire.identity()
    if not isinstance(theirs, dict):
        return "the caller does not say who it is"
    told = {
        "protocol": "the daemon is of another version",
        "version": "the daemon is of another version",
        "package": "the daemon is of another installation",
        "prefix": "the daemon is of another installation",
        "python": "the daemon runs on another Python",
        "mounts": "the daemon sees other files (another mount namespace)",
        "dictionaries": "the daemon has other dictionaries (DICPATH)",
    }
    return next((why for key, why in told.items() if theirs.get(key) != mine[key]), "")


def _do(connection: socket.socket, doer: Doer, request: Request) -> tuple[dict[str, Any], Sequence[bytes]]:
    """What a doer answers under a heartbeat, with the client's surroundings. Its failing tells the client to do the work itself."""

    def beat(_number: int, _frame: object) -> None:
        try:
            wire.send(connection, {"alive": True})
        except OSError:
            os._exit(_GONE)  # nobody waits any more

    signal.signal(signal.SIGALRM, beat)
    signal.setitimer(signal.ITIMER_REAL, BEAT, BEAT)
    try:
        _take_over(request.head)
        return doer(request)
    except BaseException as error:
        return {"failed": type(error).__name__}, ()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _take_over(head: dict[str, Any]) -> None:
    """Folder, environment and words of the client become this process's own."""
    os.chdir(head["cwd"])
    os.environ.clear()
    os.environ.update(head["environ"])
    os.environ["SENDCHECK_DAEMON"] = "off"  # a worker asks no further one
    os.environ["SENDCHECK_LANGUAGETOOL"] = "keep"  # what it starts may stay for the next mail
    os.umask(int(head["umask"]))
    sys.argv[:] = head["argv"]
    time.tzset()


class _Sink(io.BytesIO):
    """Where a stream's bytes go until they are sent; ``tty``: what the client's stream is."""

    def __init__(self, tty: bool) -> None:
        super().__init__()
        self._tty = tty

    def isatty(self) -> bool:
        """What the client's own stream says."""
        return self._tty


@contextlib.contextmanager
def streams(request: Request) -> Any:
    """Standard input from the request's bytes, standard output and error into two sinks, which it yields."""
    _stdin, out_tty, err_tty = request.head["tty"]
    out, err = _Sink(bool(out_tty)), _Sink(bool(err_tty))
    kept = sys.stdin, sys.stdout, sys.stderr
    encoding = str(request.head["encoding"])
    sys.stdin = io.TextIOWrapper(io.BytesIO(request.blobs[0] if request.blobs else b""), "utf-8", "surrogateescape")
    sys.stdout = io.TextIOWrapper(out, encoding, "backslashreplace", newline="\n")
    sys.stderr = io.TextIOWrapper(err, encoding, "backslashreplace", newline="\n")
    try:
        yield out, err
    finally:
        sys.stdout.detach()  # flushes; else the sink would be closed with its wrapper
        sys.stderr.detach()
        sys.stdin, sys.stdout, sys.stderr = kept
