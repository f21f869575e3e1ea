"""Where the program begins: through a warm worker if a daemon runs and the command is one that it can do, else the command line itself.

On the way through the daemon nothing is imported that a check needs: that is what makes it fast.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys

from sendcheck.streams import open_closed, tell

#: Objects after which the first generation is collected: loading a program makes many, and no garbage.
_THRESHOLD = 50_000
#: Commands that a mail waits for: Python need not take apart what goes with the process.
_AWAITED = ("check", "hook", "sendmail", "native-host")


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
    """End the process at once, but for what was registered to be done at its end. What could not be told does not change the code, but for a pass of
    ``check``: its report is all there is.
    """
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        if code == 0 and sys.argv[1:2] == ["check"]:
            code = 2
    os._exit(code)


def main() -> None:
    """The same, with its exit code raised."""
    argv = sys.argv[1:]
    gc.set_threshold(_THRESHOLD, *gc.get_threshold()[1:])
    open_closed()
    try:
        _run(argv)
    except KeyboardInterrupt:
        tell("sendcheck: stopped\n")
        sys.exit(2)
    except BrokenPipeError:
        sys.exit(1)  # nobody read all of the report, so nobody may take it for a pass
    except OSError as error:
        from sendcheck.cli.main import unexpected

        unexpected(error)


def _run(argv: list[str]) -> None:
    if argv[:1] == ["sendmail"]:
        from sendcheck.gateways.shim import run, wants_help

        if not wants_help(argv[1:]):
            sys.exit(run(argv[1:]))
    elif os.environ.get("SENDCHECK_DAEMON") != "off" and (argv[:1] == ["check"] or argv[:2] == ["hook", "run"]):
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
