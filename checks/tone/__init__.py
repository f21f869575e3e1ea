"""How a mail sounds: `hostile`, `non-apology`, `shouting`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sendcheck.checkapi import Check, Harm, Hit, Mail, Rule, Severity

from .hostile import hostile
from .nonapology import non_apology
from .shouting import shouting

_LOUD = {"general": Severity.NOTE, "internal": Severity.NOTE}
RULES = (
    Rule(
        "hostile",
        Severity.ERROR,
        Harm.TONE,
        "an insult, a curse, a threat or contempt",
        "It will be read by more people than you think, and for longer.",
        reads_text=True,
        language_rule=True,
        by_acts=True,
    ),
    Rule(
        "non-apology",
        Severity.WARNING,
        Harm.TONE,
        "an apology that takes itself back",
        "The reader hears that you are sorry about them, and not about what you did.",
        reads_text=True,
        language_rule=True,
        by_acts=True,
    ),
    Rule(
        "shouting",
        Severity.WARNING,
        Harm.TONE,
        "capitals or runs of marks raise the voice",
        "It reads as anger, even where none is meant.",
        reads_text=True,
        language_rule=True,
        by_profile=_LOUD,
        reads_values=True,
    ),
)


def run(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit]:
    """One finding a rule and sentence."""
    for sentence in mail.prose.sentences:
        for hit in (hostile(mail, sentence), non_apology(mail, sentence), shouting(mail, sentence)):
            if hit is not None:
                yield hit


CHECK = Check("tone", RULES, run, Path(__file__).parent)
