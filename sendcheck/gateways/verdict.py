"""What becomes of a mail whose sender can be asked in a window: sent, kept, or sent for a reason (Emacs, Thunderbird)."""

from __future__ import annotations

from dataclasses import dataclass

from sendcheck.gateways.checking import Checked
from sendcheck.gateways.override import sent_anyway
from sendcheck.pipeline.report import Verdict


@dataclass(frozen=True, slots=True)
class Settled:
    """Whether to send, and a line that is worth saying, or ""."""

    send: bool
    told: str = ""


def settle(found: Checked, reason: str = "", remember: bool = False) -> Settled:
    """Decide. ``reason``: why it should be sent all the same; ``remember``: keep the answer for the people that findings name.

    A reason overrides no rule that policy locks, and no failure of sendcheck itself.
    """
    report = found.report
    if report.verdict is Verdict.PASS:
        return Settled(True)
    if report.engine_error or report.verdict is Verdict.INCOMPLETE:
        if found.on_error == "send":
            return Settled(True, "not fully checked; sent all the same, as on-error = send says")
        if report.engine_error:
            return Settled(False, "internal error of sendcheck; nothing was sent")
    if not reason.strip():
        return Settled(False)
    locked = found.about["locked"]
    if locked:
        return Settled(False, f"policy does not let {', '.join(locked)} be overridden")
    return Settled(True, "; ".join(sent_anyway(found.about, reason.strip(), remember)))
