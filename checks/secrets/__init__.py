"""What opens doors, and numbers that are somebody's: `secret`, `personal-number`. No report shows what they find."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sendcheck.checkapi import Check, Harm, Hit, Mail, NotRun, Option, Rule, Severity

from .numbers import numbers
from .secret import secrets

RULES = (
    Rule(
        "secret",
        Severity.ERROR,
        Harm.LEAKS,
        "a password, key or token stands in the mail",
        "Mail is stored, forwarded and searched for years; whoever reads it can use it.",
        reads_text=True,
        reads_values=True,
        reads_all=True,
    ),
    Rule(
        "personal-number",
        Severity.ERROR,
        Harm.LEAKS,
        "a personal number, card or account goes outside",
        "It is enough to pretend to be somebody, and it cannot be changed like a password.",
        reads_values=True,
        reads_all=True,
    ),
)


def run(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit | NotRun]:
    """Passwords, keys and tokens, then numbers with valid check digits."""
    yield from secrets(mail, options["patterns"])
    yield from numbers(mail, options["own-accounts"])


CHECK = Check(
    "secrets",
    RULES,
    run,
    Path(__file__).parent,
    (
        "own-accounts",
        Option("patterns", "patterns", [], "What else must not leave, as RE2 patterns: 'ACME-[0-9]{8}' (no look-around; (?i) ignores case)."),
    ),
)
