"""Names against recipients: `greeting-mismatch`, `name-misspelled`, `copied-not-in-cc`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sendcheck.checkapi import Check, Harm, Hit, Mail, Rule, Severity

from .copied import copied
from .greeting import greeting

RULES = (
    Rule(
        "greeting-mismatch",
        Severity.ERROR,
        Harm.RECIPIENTS,
        "the salutation names somebody who does not get the mail",
        "Either the mail goes to the wrong person, or it calls somebody by another's name.",
        reads_text=True,
    ),
    Rule(
        "name-misspelled",
        Severity.ERROR,
        Harm.TONE,
        "a recipient's name is written wrongly",
        "People notice their own name first.",
        reads_text=True,
    ),
    Rule(
        "copied-not-in-cc",
        Severity.ERROR,
        Harm.RECIPIENTS,
        "the text says that somebody is copied who does not get the mail",
        "The reader now thinks that person knows; the person does not.",
        reads_text=True,
    ),
)


def run(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit]:
    """Salutation first, then announcements of copies."""
    yield from greeting(mail)
    yield from copied(mail)


CHECK = Check("addressing", RULES, run, Path(__file__).parent)
