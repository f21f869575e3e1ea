"""Sending all the same: what is asked, the question on the terminal, and the local record of what was answered."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sendcheck.errors import SendcheckError
from sendcheck.escapes import clean
from sendcheck.streams import tell

if TYPE_CHECKING:
    from io import FileIO

    from sendcheck.config.config import Config
    from sendcheck.pipeline.report import MailReport

_SHOWN = 3
#: Bytes of an answer: more than a terminal gives in a line.
_LONGEST = 5000
_YES = {"y", "yes", "j", "ja"}


def answerable(report: MailReport, config: Config) -> dict[str, Any]:
    """What somebody who is asked about a report must know, in types that JSON holds.

    ``rules``: all that found something; ``locked``: those that policy lets nobody override; ``pairs``: (rule, pairs of people) that an answer can be
    kept for; ``history``: the file that keeps it, or None.
    """
    from sendcheck.pipeline.contract import Severity
    from sendcheck.pipeline.histories import history_path

    history = history_path(config)
    pairs = [[f.rule, [list(p) for p in f.pairs]] for f in report.findings if f.pairs and f.severity is not Severity.NOTE and not config.rule_locked(f.rule)]
    return {
        "rules": sorted({f.rule for f in report.findings}),
        "locked": sorted({f.rule for f in report.findings if config.rule_locked(f.rule)}),
        "pairs": pairs if history is not None else [],
        "history": str(history) if history is not None else None,
    }


def asked(text: str, about: dict[str, Any]) -> bool:
    """Show the report on /dev/tty and ask for a reason, and whether to remember it for the people it names; whether to send.

    Standard input is the mail, so the question must go to the terminal itself; where there is none the report goes to standard error.
    """
    try:
        descriptor = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except OSError:
        tell(text)
        return False
    try:
        with os.fdopen(descriptor, "r+b", buffering=0) as terminal:
            reason, remembered = _answer(terminal, text, about)
    except OSError:  # it hung up before there was an answer
        return False
    if not reason:
        return False
    for trouble in sent_anyway(about, reason, remembered):
        tell(clean(f"sendcheck: {trouble}; the mail is sent") + "\n")
    return True


def _answer(terminal: FileIO, text: str, about: dict[str, Any]) -> tuple[str, bool]:
    """The reason that was typed, "" for none, and whether to remember it. Raises OSError if the terminal is gone."""
    _write(terminal, text)
    if about["locked"]:
        _write(terminal, f"policy does not let {', '.join(about['locked'])} be overridden\n")
        return "", False
    _write(terminal, "Send it anyway? Type a reason, or just Enter to stop: ")
    reason = _line(terminal)
    people = list(dict.fromkeys(tuple(pair) for _rule, pairs in about["pairs"] for pair in pairs))
    if not reason or not people:
        return reason, False
    shown = "; ".join(" and ".join(dict.fromkeys(pair)) for pair in people[:_SHOWN]) + (" …" if len(people) > _SHOWN else "")
    _write(terminal, f"Remember that this is right for {clean(shown)}? y for yes: ")
    return reason, _line(terminal).lower() in _YES


def _write(terminal: FileIO, text: str) -> None:
    rest = memoryview(text.encode("utf-8", "replace"))
    while rest:
        rest = rest[terminal.write(rest) or 0 :]


def _line(terminal: FileIO) -> str:
    """What was typed and ended with Enter. Raises OSError if the terminal went away before."""
    typed = terminal.readline(_LONGEST)
    if not typed.endswith(b"\n") and len(typed) < _LONGEST:
        raise OSError("the terminal is gone")
    return typed.decode("utf-8", "replace").strip()


def sent_anyway(about: dict[str, Any], reason: str, remembered: bool) -> list[str]:
    """Record that a mail is sent all the same, and keep the answer if wanted; what of it could not be done, in words."""
    troubles = [why for why in (_recorded(about["rules"], reason),) if why]
    if remembered and (why := _kept(about, reason)):
        troubles.append(f"it could not be remembered: {why}")
    return troubles


def _kept(about: dict[str, Any], reason: str) -> str:
    """Keep the answer for the people that findings name; why it could not be kept, or ""."""
    if about["history"] is None:
        return "history is switched off"
    from sendcheck.history.memory import remember

    try:
        for rule, pairs in about["pairs"]:
            remember(Path(about["history"]), rule, [(one, other) for one, other in pairs], reason)
    except SendcheckError as error:
        return str(error)
    return ""


def _recorded(rules: list[str], reason: str) -> str:
    """Append time, rules and reason to the user's own log (mode 0600), never content; why not, or "". A full disk costs no mail."""
    from platformdirs import user_state_path

    entry = {"time": datetime.now(UTC).isoformat(timespec="seconds"), "rules": rules, "reason": reason}
    path = user_state_path("sendcheck") / "overrides.jsonl"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as log:
            log.write(json.dumps(entry, ensure_ascii=False) + "\n")
    except OSError as error:
        return f"the reason could not be recorded in {path} ({error.strerror})"
    return ""
