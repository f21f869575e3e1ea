"""What the shim does once it is decided: hand the mail on, say why not, or ask. Always in the process the mail client started,
so that the MTA has its terminal, its limits and its environment. Imports next to nothing: every mail passes here.
"""

from __future__ import annotations

import os

from sendcheck.daemon import wire
from sendcheck.streams import tell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# sysexits.h by number: the os module lacks them on Windows.
EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_UNAVAILABLE, EX_SOFTWARE, EX_OSERR, EX_CONFIG = 64, 65, 66, 69, 70, 71, 78
#: Set for the MTA, so that a shim that it would call again knows.
GUARD = "SENDCHECK_IN_SENDMAIL"


class Decision:
    """What becomes of a mail, in types that JSON holds (a warm worker sends it).

    ``send``: the MTA's command, [] to send nothing; ``code``: the exit code if nothing is sent; ``message``: a last line for standard error, before it
    ``report``. ``ask``: what is asked about (see :func:`sendcheck.gateways.override.answerable`), None to ask nobody; ``otherwise``: the MTA's command if
    the answer is a reason. ``daemon``: the setting of that name. ``keep``: keep the report for ``sendcheck hook last``.
    """

    def __init__(self, code: int = 0, message: str = "", *, send: list[str] | None = None) -> None:
        self.code, self.message, self.send = code, message, send or []
        self.report = ""
        self.ask: dict[str, Any] | None = None
        self.otherwise: list[str] = []
        self.daemon = "off"
        self.keep = False

    def wire(self) -> dict[str, Any]:
        """As a message holds it."""
        return dict(vars(self))

    @classmethod
    def unwired(cls, told: dict[str, Any]) -> Decision:
        """From a message. Raises KeyError or TypeError for what is none."""
        found = cls(int(told["code"]), str(told["message"]), send=[str(w) for w in told["send"]])
        found.report, found.ask, found.daemon = str(told["report"]), told["ask"], str(told["daemon"])
        found.keep = bool(told["keep"])
        found.otherwise = [str(w) for w in told["otherwise"]]
        return found


def carry_out(decision: Decision, raw: bytes) -> int:
    """Do it; the exit code of the shim: 0 only if the MTA was started and gave it. Whether anything can be told changes nothing."""
    if decision.keep:
        _keep(decision.report + decision.message)
    if decision.ask is not None:
        from sendcheck.gateways.override import asked

        if asked(decision.report, decision.ask):
            return _hand_on(decision.otherwise, raw)
    elif decision.report:
        tell(decision.report)
    if decision.message:
        tell(decision.message)
    return _hand_on(decision.send, raw) if decision.send else decision.code or EX_SOFTWARE


def _kept() -> str:
    """Where the last report lies: beside the daemon's socket, in the user's runtime folder."""
    return os.path.join(os.path.dirname(wire.socket_path()), "last-report.txt")


def _keep(text: str) -> None:
    """Keep a report, for its owner alone and until he logs out; none after a mail that passed. What goes wrong here holds no mail up."""
    path = _kept()
    try:
        if not text:
            os.unlink(path)
            return
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        if wire.why_unsafe(path):
            return
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
    except OSError:
        return


def last_report() -> str:
    """The report of the last mail that was stopped, if it was kept."""
    try:
        if wire.why_unsafe(_kept()):
            return ""
        with open(_kept(), encoding="utf-8") as file:
            return file.read()
    except OSError:
        return ""


def _hand_on(command: list[str], raw: bytes) -> int:
    """Give the mail to the MTA: same arguments, same bytes but for the allow header."""
    from sendcheck.gateways.mta import hand_on
    from sendcheck.reading.allowheader import strip_allow_header

    return hand_on(command, strip_allow_header(raw))
