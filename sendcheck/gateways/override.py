"""Sending all the same: the question on the terminal, and the local record of what was answered."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime

from sendcheck.pipeline.report import MailReport


def ask_for_reason(text: str, locked: list[str]) -> str | None:
    """Show the report on /dev/tty and ask for a reason. The reason, "" if refused, None if there is no terminal.

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
            return ""
        terminal.write(b"Send it anyway? Type a reason, or just Enter to stop: ")
        answer = terminal.readline(1000)
    return answer.decode("utf-8", "replace").strip()


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
