"""Fault put on somebody else: `blame-colleague`, `blame-recipient`; or on nobody: `blame-deflected`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sendcheck.checkapi import Check, Harm, Hit, Mail, Rule, Severity

from .finding import finding

#: Among colleagues (RULES.md, ruling 33).
_MILD = {"internal": Severity.WARNING}
RULES = (
    Rule(
        "blame-colleague",
        Severity.ERROR,
        Harm.TONE,
        "the fault is put on somebody of your own side",
        "The reader deals with your house as one, and trusts it less for every name that is thrown to them.",
        reads_text=True,
        language_rule=True,
        by_acts=True,
        by_profile=_MILD,
    ),
    Rule(
        "blame-recipient",
        Severity.ERROR,
        Harm.TONE,
        "the fault is put on the reader",
        "Whoever is accused defends themselves instead of doing what you need.",
        reads_text=True,
        language_rule=True,
        by_acts=True,
        by_profile=_MILD,
    ),
    Rule(
        "blame-deflected",
        Severity.WARNING,
        Harm.TONE,
        "your side's fault is denied, or pushed to nobody",
        "The reader came to you with it; “not us” leaves them alone with it.",
        reads_text=True,
        language_rule=True,
        by_acts=True,
    ),
)


def run(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit]:
    """One finding a sentence at most."""
    return filter(None, (finding(mail, sentence) for sentence in mail.prose.sentences))


CHECK = Check("blame", RULES, run, Path(__file__).parent)
