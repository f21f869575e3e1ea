"""Names and addresses against recipients: `greeting-mismatch`, `name-misspelled`, `copied-not-in-cc`, `sender-mismatch`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sendcheck.checkapi import Check, Harm, Hit, Mail, Rule, Severity

from .copied import copied
from .greeting import greeting
from .identity import identity

RULES = (
    Rule(
        "greeting-mismatch",
        Severity.ERROR,
        Harm.RECIPIENTS,
        "the salutation names somebody who does not get the mail",
        "Either the mail goes to the wrong person, or it calls somebody by another's name.",
        reads_text=True,
        only="mail",
    ),
    Rule(
        "name-misspelled",
        Severity.ERROR,
        Harm.TONE,
        "a recipient's name is written wrongly",
        "People notice their own name first.",
        reads_text=True,
        only="mail",
    ),
    Rule(
        "copied-not-in-cc",
        Severity.ERROR,
        Harm.RECIPIENTS,
        "the text says that somebody is copied who does not get the mail",
        "The reader now thinks that person knows; the person does not.",
        reads_text=True,
        by_acts=True,
        only="mail",
    ),
    Rule(
        "sender-mismatch",
        Severity.WARNING,
        Harm.RECIPIENTS,
        "the mail leaves under another of your addresses than the one written to",
        "The reader answers the wrong address, and may learn one that you keep private.",
        only="mail",
    ),
)


def run(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit]:
    """Salutation first, then announcements of copies, then From."""
    yield from greeting(mail)
    yield from copied(mail)
    yield from identity(mail, options["identities"])


CHECK = Check("addressing", RULES, run, Path(__file__).parent, ("identities",))
