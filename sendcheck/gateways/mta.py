"""Handing a mail to the MTA: from a file that is complete before the MTA starts, with signals passed on, and the MTA's exit code.

So whatever kills the shim, and whenever: either the MTA has not started and nothing is sent, or it has all of the mail before it.
"""

from __future__ import annotations

import contextlib
import os
import signal

from sendcheck.gateways.handing import EX_OSERR, EX_SOFTWARE, GUARD
from sendcheck.streams import tell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

#: What somebody sends who wants a program to end.
_PASSED_ON = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT") if hasattr(signal, name))


def hand_on(command: list[str], mail: bytes) -> int:
    """Give the mail to the MTA; its exit code is ours. Once it has started nothing ends this process before it, but SIGKILL."""
    try:
        copy = _copy(mail)
    except OSError as error:
        tell(f"sendcheck: there is no room for a copy of the mail ({error.strerror}); nothing was sent\n")
        return EX_OSERR
    try:
        wait = _started(command, copy)
    except _Stopped:
        tell("sendcheck: stopped; nothing was sent\n")
        return EX_SOFTWARE
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        tell(f"sendcheck: the MTA {command[0]} could not be started ({why}); nothing was sent\n")
        return EX_OSERR
    return _ended(command[0], wait())


class _Stopped(Exception):
    """A signal came before the MTA was started."""


def _ended(name: str, code: int) -> int:
    if code >= 0:
        return code
    with contextlib.suppress(ValueError):
        name = f"{name} was ended by {signal.Signals(-code).name}"
    tell(f"sendcheck: the MTA {name}; whether it took the mail is not known\n")
    return EX_OSERR


def _copy(mail: bytes) -> int:
    """A nameless file that holds all of the mail, at its beginning: in memory where the system has that, else on a disk. Raises OSError."""
    if hasattr(os, "memfd_create"):
        with contextlib.suppress(OSError):
            return _filled(os.memfd_create("mail"), mail)
    import tempfile

    with tempfile.TemporaryFile(buffering=0) as file:
        return _filled(os.dup(file.fileno()), mail)


def _filled(descriptor: int, mail: bytes) -> int:
    rest = memoryview(mail)
    try:
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.lseek(descriptor, 0, os.SEEK_SET)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _started(command: list[str], stdin: int) -> Callable[[], int]:
    """Start it; what is returned waits for its end: its exit code, or a signal's number below zero. Raises OSError, ValueError, _Stopped."""
    environ = {**os.environ, GUARD: "1"}
    if not hasattr(os, "posix_spawnp"):  # Windows
        import subprocess

        return subprocess.Popen(command, stdin=stdin, env=environ).wait
    # Python ignores these two; a program that is started expects them as they were
    default = [getattr(signal, name) for name in ("SIGPIPE", "SIGXFSZ") if hasattr(signal, name)]
    # what a mail client blocks for itself would keep us from hearing that the MTA has ended
    mask = signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    signals = _signals()
    process = os.posix_spawnp(command[0], command, environ, file_actions=[(os.POSIX_SPAWN_DUP2, stdin, 0)], setsigmask=mask, setsigdef=default)
    return lambda: _wait(process, signals)


def _wait(process: int, signals: int) -> int:
    while True:
        for number in os.read(signals, 64):
            if number == signal.SIGCHLD:
                ended, status = os.waitpid(process, os.WNOHANG)
                if ended:
                    return os.waitstatus_to_exitcode(status)
            elif number in _PASSED_ON:
                with contextlib.suppress(OSError):  # it may have become another user; not reaped yet, it is no other process
                    os.kill(process, number)


def _signals() -> int:
    """From now on signals do nothing but stand in a pipe, by number: whoever reads it in turn misses none. Raises _Stopped if one came just before.

    What is ignored (nohup) stays so, for the MTA too; but not SIGCHLD, since the exit code would be lost.
    """
    signals, write = os.pipe()
    for end in (signals, write):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    for number in (*_PASSED_ON, signal.SIGCHLD):
        if number == signal.SIGCHLD or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda _number, _frame: None)
    with contextlib.suppress(BlockingIOError):
        if set(os.read(signals, 64)) & set(_PASSED_ON):
            raise _Stopped
    os.set_blocking(signals, True)
    return signals
