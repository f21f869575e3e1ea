"""The way through a warm daemon: a command's words and a mail go in, what it would print comes back.

Whatever goes wrong on the way (no daemon, another user's, an older one, one that dies or falls silent) ends in ``None``: the caller
does the work itself, as if there were no daemon. Imports next to nothing, so that a check costs little more than Python's start.
"""

from __future__ import annotations

import os
import socket
import stat
import sys

from sendcheck import __version__
from sendcheck.daemon import wire
from sendcheck.errors import SendcheckError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

#: Seconds until the daemon must have said hello; it does so at once, unless all its workers are busy.
HELLO = 1.0
#: Seconds without a sign of life (it gives one every second) after which a worker counts as hung.
SILENCE = 5.0
#: A run over more files, or bigger ones, is not worth warming: it goes its own way, with workers and a progress bar.
MOST_FILES, MOST_BYTES = 20, 64 * 1024 * 1024
#: As much of standard input as a check reads (reading/limits.py), and a byte more that tells of the rest.
STDIN = 50 * 1024 * 1024 + 1
#: Options of ``check`` that take a value (tested against the command itself).
WITH_VALUE = frozenset(
    (
        "--parent",
        "--mailstore",
        "--profile",
        "--config",
        "--format",
        "--output",
        "--fail-on",
        "--show",
        "--select",
        "--ignore",
        "--exclude",
        "--diff",
        "--baseline",
        "--jobs",
        "-j",
    )
)


class Refused(SendcheckError):
    """There is a daemon, and it must not or will not answer: ``older`` if only because this program is newer."""

    def __init__(self, why: str, older: bool = False) -> None:
        super().__init__(why)
        self.older = older


def mode() -> str:
    """What SENDCHECK_DAEMON says: off, use, auto, or "" for whatever the configuration says."""
    return os.environ.get("SENDCHECK_DAEMON", "")


def connect(control: bool = False, patience: float = HELLO) -> socket.socket | None:
    """A connection that has said hello; None where no daemon listens. Raises Refused if one does that cannot serve this process.

    ``control``: only to ask how it is or to stop it, which an older daemon lets us do too. ``patience``: seconds to wait for its hello.
    """
    path = wire.socket_path()
    try:
        if not path or not stat.S_ISSOCK(os.lstat(path).st_mode):
            return None
    except OSError:
        return None
    unsafe = wire.why_unsafe(path)
    if unsafe:
        raise Refused(unsafe)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(patience)
    try:
        connection.connect(path)
        wire.check_peer(connection)
        mine = wire.identity()
        wire.send(connection, {"do": "hello", "identity": mine, "control": control})
        head, _blobs = wire.receive(connection)
    except (ConnectionRefusedError, FileNotFoundError):
        connection.close()
        return None
    except TimeoutError:
        connection.close()
        raise Refused("the daemon does not answer: all its workers are busy, or it hangs") from None
    except wire.WireError as error:
        connection.close()
        raise Refused(str(error)) from error
    except (OSError, EOFError):
        connection.close()
        raise Refused("the daemon went away") from None
    if head.get("refused") and not control:
        connection.close()
        raise Refused(str(head["refused"]), older=_older(head.get("version"), __version__))
    connection.settimeout(SILENCE)
    return connection


def _older(theirs: object, mine: str) -> bool:
    """Whether a version is behind another, number by number."""
    numbers = [tuple(int(n) if n.isdigit() else 0 for n in str(v).split(".")) for v in (theirs, mine)]
    return bool(theirs) and numbers[0] < numbers[1]


def ask(request: dict[str, Any], blobs: Sequence[bytes] = ()) -> tuple[dict[str, Any], list[bytes]] | None:
    """One request, one answer; None if no daemon gives one."""
    try:
        connection = connect()
        if connection is None:
            return None
        with connection:
            wire.send(connection, request, blobs)
            while True:
                head, found = wire.receive(connection)
                if head.get("alive"):
                    continue
                return None if head.get("failed") else (head, found)
    except (Refused, wire.WireError, OSError, EOFError):
        return None


def surroundings() -> dict[str, Any]:
    """What of this process a worker takes over while it works for it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return {
        "argv": sys.argv,
        "cwd": os.getcwd(),
        "environ": dict(os.environ),
        "umask": mask,
        "tty": [_is_tty(stream) for stream in (sys.stdin, sys.stdout, sys.stderr)],
        "encoding": getattr(sys.stdout, "encoding", None) or "utf-8",
    }


def _is_tty(stream: Any) -> bool:
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError):
        return False


def command(argv: list[str]) -> int | None:
    """Run ``check …`` or ``hook run …`` in a warm worker and print what it prints; its exit code, or None to run it here.

    Standard input that was read is put back for whoever runs it here.
    """
    if not _worth_it(argv) or not os.path.lexists(wire.socket_path()):
        return None
    blobs = []
    if _reads_stdin(argv):
        if sys.stdin is None or _is_tty(sys.stdin):
            return None
        raw = sys.stdin.buffer.read(STDIN)
        _put_back(raw)
        blobs.append(raw)
    try:
        request = {"do": "command", **surroundings()}
    except OSError:  # the working folder is gone
        return None
    answer = ask(request, blobs)
    if answer is None or len(answer[1]) != 2:
        return None
    try:
        for stream, told in zip((sys.stdout, sys.stderr), answer[1], strict=True):
            if told:
                stream.flush()
                stream.buffer.write(told)
                stream.flush()
    except OSError:
        if argv[0] == "check":  # its report is all there is
            raise
    return int(answer[0]["exit"])


def _sources(argv: list[str]) -> list[str]:
    """The words of ``check`` that name mails."""
    found: list[str] = []
    words = iter(argv[1:])
    for word in words:
        if word == "--":
            found += words
        elif word in WITH_VALUE:
            next(words, None)
        elif word == "-" or not word.startswith("-"):
            found.append(word)
    return found


def _worth_it(argv: list[str]) -> bool:
    """Whether a worker can do it as well, and sooner: a few files that mean the same to it."""
    if any(word.startswith(("/dev/", "/proc/")) or "=/dev/" in word or "=/proc/" in word for word in argv):
        return False  # open in this process only
    if argv[:2] == ["hook", "run"]:
        return True
    if any(word.startswith(("-j", "--jobs", "--help", "-h")) for word in argv):
        return False
    total = 0
    sources = _sources(argv)
    if len(sources) > MOST_FILES:
        return False
    for name in sources:
        if name == "-":
            continue
        try:
            found = os.stat(name)
        except OSError:
            return False
        if not stat.S_ISREG(found.st_mode) or name.endswith((".mbox", ".mbx")):
            return False
        total += found.st_size
    return total <= MOST_BYTES


def _reads_stdin(argv: list[str]) -> bool:
    if argv[0] != "check":
        return argv[:3] == ["hook", "run", "emacs"]
    sources = _sources(argv)
    return not sources or "-" in sources


def _put_back(raw: bytes) -> None:
    import io

    sys.stdin = io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8", errors="surrogateescape")


def sendmail(argv: list[str], raw: bytes) -> dict[str, Any] | None:
    """What to do with a mail that the shim was given, as :meth:`sendcheck.gateways.sendmail.Decision.wire` tells it; None if no daemon says."""
    try:
        request = {"do": "sendmail", "arguments": argv, **surroundings()}
    except OSError:
        return None
    answer = ask(request, [raw])
    return answer[0].get("decision") if answer is not None else None
