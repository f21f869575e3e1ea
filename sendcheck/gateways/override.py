"""Sending all the same: the question on the terminal, and the local record of what was answered."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime

from sendcheck.config.config import Config
from sendcheck.errors import SendcheckError
from sendcheck.history.memory import remember
from sendcheck.pipeline.contract import Severity
from sendcheck.pipeline.histories import history_path
from sendcheck.pipeline.report import Finding, MailReport
from sendcheck.show.text import clean

_SHOWN = 3
_YES = {"y", "yes", "j", "ja"}


@dataclass(frozen=True, slots=True)
class Answer:
    """``reason``: "" if refused; ``remember``: the same finding about the same people need not be asked about again."""

    reason: str
    remember: bool = False


def ask_for_reason(text: str, locked: list[str], pairs: list[tuple[str, str]]) -> Answer | None:
    """Show the report on /dev/tty and ask for a reason, and whether to remember it for *pairs* of people (if any). None if there is no terminal.

    Standard input is the mail, so the question must go to the terminal itself.
    """
    try:
        descriptor = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except OSError:
        return None
    with os.fdopen(descriptor, "r+b", buffering=0) as terminal:
        terminal.write(text.encode("utf-8", "replace"))
        if locked:
            terminal.write(f"policy does not let {', '.join(sorted(set(locked)))} be overridden\n".encode())
            return Answer("")
        terminal.write(b"Send it anyway? Type a reason, or just Enter to stop: ")
        reason = terminal.readline(1000).decode("utf-8", "replace").strip()
        if not reason or not pairs:
            return Answer(reason)
        shown = "; ".join(" and ".join(dict.fromkeys(pair)) for pair in pairs[:_SHOWN]) + (" …" if len(pairs) > _SHOWN else "")
        terminal.write(f"Remember that this is right for {clean(shown)}? y for yes: ".encode("utf-8", "replace"))
        return Answer(reason, terminal.readline(1000).decode("utf-8", "replace").strip().lower() in _YES)


def remember_all(report: MailReport, reason: str, config: Config) -> str:
    """Keep the answer for the people that findings name; why it could not be kept, or ""."""
    path = history_path(config)
    if path is None:
        return "history is switched off"
    try:
        for finding in memorable(report, config):
            remember(path, finding.rule, finding.pairs, reason)
    except SendcheckError as error:
        return str(error)
    return ""


def memorable(report: MailReport, config: Config) -> list[Finding]:
    """Findings about pairs of people, which an answer can be kept for."""
    if history_path(config) is None:
        return []
    return [f for f in report.findings if f.pairs and f.severity is not Severity.NOTE and not config.rule_locked(f.rule)]


def record(report: MailReport, reason: str) -> None:
    """Append time, rules and reason to the user's own log (mode 0600); never content. A full disk costs no mail."""
    from platformdirs import user_state_path

    entry = {"time": datetime.now(UTC).isoformat(timespec="seconds"), "rules": sorted({f.rule for f in report.findings}), "reason": reason}
    try:
        folder = user_state_path("sendcheck")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder / "overrides.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as log:
            log.write(json.dumps(entry, ensure_ascii=False) + "\n")
    except OSError:
        return
