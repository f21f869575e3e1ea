"""Commitments of the sender's side: `promise-absolute`, `promise-undated`, `promise-others`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sendcheck.checkapi import Check, Harm, Hit, Mail, Rule, Severity

from .absolute import absolute
from .others import others
from .undated import undated

#: With an empty time word it is an error in the strict profiles; without one the hit says warning.
_BY_PROFILE = {"general": Severity.NOTE, "internal": Severity.NOTE, "complaint-reply": Severity.ERROR, "incident": Severity.ERROR}
RULES = (
    Rule(
        "promise-absolute",
        Severity.ERROR,
        Harm.COMMITMENTS,
        "your side binds itself without bound",
        "Nobody can keep it, and the reader will quote it back.",
        reads_text=True,
        language_rule=True,
        by_acts=True,
    ),
    Rule(
        "promise-undated",
        Severity.WARNING,
        Harm.COMMITMENTS,
        "your side promises to act, but not by when",
        "The reader cannot plan with it and will have to ask again.",
        reads_text=True,
        language_rule=True,
        by_acts=True,
        by_profile=_BY_PROFILE,
    ),
    Rule(
        "promise-others",
        Severity.WARNING,
        Harm.COMMITMENTS,
        "somebody who does not read the mail is bound by it",
        "They may not know, and the reader will hold you to it.",
        reads_text=True,
        language_rule=True,
        by_acts=True,
        by_profile={"general": Severity.NOTE, "internal": Severity.NOTE},
    ),
)


def run(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit]:
    """Absolute promises first; a sentence that makes one is not also called undated."""
    for sentence in mail.prose.sentences:
        found = (absolute(mail, sentence) or undated(mail, sentence), others(mail, sentence))
        yield from (hit for hit in found if hit is not None)


CHECK = Check("promise", RULES, run, Path(__file__).parent)
