"""Words written wrongly: `repeated-word`, `spelling`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sendcheck.checkapi import Check, Harm, Hit, Mail, NotRun, Rule, Severity

from .doubles import RULE, doubles
from .misspelt import misspelt
from .mixed import mixed

RULES = (
    Rule(
        RULE,
        Severity.WARNING,
        Harm.LANGUAGE,
        "a word stands twice in a row",
        "It reads as haste.",
        reads_text=True,
        language_rule=True,
        reads_values=True,
        supersedes=("grammar",),
    ),
    Rule(
        "spelling",
        Severity.WARNING,
        Harm.LANGUAGE,
        "a word that no dictionary has",
        "Readers take a slip for haste, and haste for how you work.",
        reads_text=True,
        language_rule=True,
        reads_values=True,
        supersedes=("grammar",),
    ),
)


def run(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit | NotRun]:
    """Doubles, then words that no dictionary has, then two ways of spelling in one mail."""
    extra = frozenset(w.lower() for w in options["words"])
    yield from doubles(mail)
    yield from misspelt(mail, extra)
    yield from mixed(mail, extra)


CHECK = Check("spelling", RULES, run, Path(__file__).parent, ("words",))
