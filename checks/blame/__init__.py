"""Fault put on somebody else: `blame-colleague`, `blame-recipient`; or on nobody: `blame-deflected`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sendcheck.checkapi import Check, Harm, Hit, Mail, Rule, Severity

from .colleague import colleague
from .deflected import deflected
from .faults import may_blame
from .recipient import recipient

#: Among colleagues (RULES.md, ruling 33).
_MILD = {"internal": Severity.WARNING}
RULES = (
    Rule(
        "blame-colleague",
        Severity.ERROR,
        Harm.TONE,
        "the fault is put on somebody of your own side",
        "The reader deals with your house as one, and trusts it less for every name that is thrown to him.",
        reads_text=True,
        language_rule=True,
        by_profile=_MILD,
    ),
    Rule(
        "blame-recipient",
        Severity.ERROR,
        Harm.TONE,
        "the fault is put on the reader",
        "Whoever is accused defends himself instead of doing what you need.",
        reads_text=True,
        language_rule=True,
        by_profile=_MILD,
    ),
    Rule(
        "blame-deflected",
        Severity.WARNING,
        Harm.TONE,
        "your side's fault is denied, or pushed to nobody",
        "The reader came to you with it; “not us” leaves him alone with it.",
        reads_text=True,
        language_rule=True,
    ),
)


def gate(language: str, text: str) -> bool:
    """Sentences that may put blame."""
    return may_blame(language, text)


def run(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit]:
    """One finding a sentence: on whoever is blamed first."""
    for sentence in mail.prose.sentences:
        hit = colleague(mail, sentence) or recipient(mail, sentence) or deflected(mail, sentence)
        if hit is not None:
            yield hit


CHECK = Check("blame", RULES, run, Path(__file__).parent, gate=gate)
