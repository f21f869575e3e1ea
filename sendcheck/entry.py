"""Where the program begins: through a warm worker if a daemon runs and the command is one that it can do, else the command line itself.

On the way through the daemon nothing is imported that a check needs: that is what makes it fast.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys

#: Objects after which the first generation is collected: loading a program makes many, and no garbage.
_THRESHOLD = 50_000
#: Commands that a mail waits for: Python need not take apart what goes with the process.
_AWAITED = ("check", "hook", "sendmail")


def program() -> None:
    """The command ``sendcheck``, as the whole of a process."""
    try:
        main()
    except SystemExit as stop:
        if sys.argv[1:2] and sys.argv[1] in _AWAITED and isinstance(stop.code, int):
            _leave(stop.code)
        raise
    finally:
        gc.freeze()  # nor look twice through all of it for cycles


def _leave(code: int) -> None:
    """End the process at once, but for what was registered to be done at its end."""
    try:
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):
        return  # a stream that is closed, or none: Python's own way knows what to do
    os._exit(code)


def main() -> None:
    """The same, with its exit code raised."""
    argv = sys.argv[1:]
    gc.set_threshold(_THRESHOLD, *gc.get_threshold()[1:])
    try:
        _run(argv)
    except KeyboardInterrupt:
        from sendcheck.gateways.handing import EX_SOFTWARE

        sys.stderr.write("sendcheck: stopped\n")
        sys.exit(EX_SOFTWARE if argv[:1] == ["sendmail"] else 2)
    except BrokenPipeError:
        os._exit(0)  # whoever read the report has read enough


def _run(argv: list[str]) -> None:
    if os.environ.get("SENDCHECK_DAEMON") != "off" and argv:
        if argv[0] == "sendmail":
            sys.exit(_shim(argv[1:]))
        if argv[0] == "check" or argv[:2] == ["hook", "run"]:
            from sendcheck.daemon import client

            code = client.command(argv)
            if code is not None:
                sys.exit(code)
    from sendcheck.cli.main import main as command_line

    command_line()


def sendmail() -> None:
    """The command ``sendcheck-sendmail``, for programs that take the path of a sendmail and no arguments for it."""
    sys.argv[1:1] = ["sendmail"]
    program()


def native_host() -> None:
    """The command ``sendcheck-native-host``: a native-messaging manifest names a program and no arguments for it."""
    sys.argv[1:1] = ["native-host"]
    program()


def _shim(argv: list[str]) -> int:
    if argv == ["--help"]:
        from sendcheck.cli.main import main as command_line

        command_line()
    from sendcheck.daemon import client
    from sendcheck.gateways.handing import Decision, carry_out

    raw = sys.stdin.buffer.read() if sys.stdin is not None else b""
    told = client.sendmail(argv, raw)
    if told is not None:
        try:
            decision = Decision.unwired(told)
        except (KeyError, TypeError, ValueError):
            pass
        else:
            return carry_out(decision, raw)
    from sendcheck.gateways.sendmail import main as shim

    return shim(argv, raw)
