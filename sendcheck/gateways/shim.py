"""The whole of ``sendcheck sendmail`` in the caller's process: read the mail, have it decided, carry that out. Its exit code is 0 only if the MTA's was.

Imports next to nothing: with a warm daemon every mail passes here and nowhere else.
"""

from __future__ import annotations

from sendcheck.daemon import client
from sendcheck.gateways.handing import EX_NOINPUT, EX_SOFTWARE, Decision, carry_out
from sendcheck.streams import read_all, tell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def wants_help(argv: Sequence[str]) -> bool:
    """Whether these words ask for help and nothing else (sendmail's ``-h`` with a number is a hop count)."""
    if "--help" not in argv and list(argv[-1:]) != ["-h"]:
        return False
    from sendcheck.gateways.arguments import UsageError, parse

    try:
        return parse(argv).help
    except UsageError:
        return False


def run(argv: Sequence[str]) -> int:
    """Run the shim; its exit code."""
    try:
        raw = read_all()
    except OSError as error:
        tell(f"sendcheck: the mail on standard input cannot be read ({error.strerror}); nothing was sent\n")
        return EX_NOINPUT
    except KeyboardInterrupt:
        return _stopped()
    try:
        decision = _by_daemon(list(argv), raw)
        return carry_out(decision, raw) if decision is not None else _here(argv, raw)
    except KeyboardInterrupt:  # never while the MTA runs, or after: handing.py, mta.py
        return _stopped()
    except Exception as error:  # type only: its text may hold words of the mail
        tell(f"sendcheck: internal error ({type(error).__name__}); nothing was sent\n")
        return EX_SOFTWARE


def _stopped() -> int:
    tell("sendcheck: stopped; nothing was sent\n")
    return EX_SOFTWARE


def _by_daemon(argv: list[str], raw: bytes) -> Decision | None:
    """What a warm worker decides; None if none does."""
    told = client.sendmail(argv, raw) if client.mode() != "off" else None
    try:
        return Decision.unwired(told) if told is not None else None
    except (KeyError, TypeError, ValueError):
        return None


def _here(argv: Sequence[str], raw: bytes) -> int:
    from sendcheck.gateways.sendmail import act

    return act(argv, raw)
