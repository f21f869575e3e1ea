"""Words and matters of the house: `jargon`, `internal-detail`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sendcheck.checkapi import Check, Harm, Hit, Mail, Rule, Severity

from .internal import internal
from .terms import jargon

_LOUD = {"general": Severity.NOTE, "internal": Severity.NOTE}
RULES = (
    Rule(
        "jargon",
        Severity.WARNING,
        Harm.TONE,
        "a term of trade or of the office that the reader need not know",
        "Who must look up a word stops reading, or guesses wrong.",
        reads_text=True,
        language_rule=True,
        by_profile=_LOUD,
        reads_values=True,
    ),
    Rule(
        "internal-detail",
        Severity.WARNING,
        Harm.TONE,
        "a reader outside is told what goes on inside the house",
        "They cannot use it, and it makes your house look smaller.",
        reads_text=True,
        language_rule=True,
        by_acts=True,
        by_profile=_LOUD,
        reads_values=True,
    ),
)


def run(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit]:
    """Terms once each; internals only where somebody outside reads them."""
    yield from jargon(mail, options["glossary"])
    if mail.outside:
        yield from internal(mail)


CHECK = Check("jargon", RULES, run, Path(__file__).parent, options=("glossary",))
