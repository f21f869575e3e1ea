"""Commitments of the sender's side: `promise-absolute`, `promise-undated`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sendcheck.checkapi import Check, Harm, Hit, Mail, Rule, Severity
from sendcheck.understanding import commitments

from .absolute import absolute, may_be_absolute
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
    ),
    Rule(
        "promise-undated",
        Severity.WARNING,
        Harm.COMMITMENTS,
        "your side promises to act, but not by when",
        "The reader cannot plan with it and will have to ask again.",
        reads_text=True,
        language_rule=True,
        by_profile=_BY_PROFILE,
    ),
)


def gate(language: str, text: str) -> bool:
    """Sentences that may hold a commitment."""
    return commitments.gate(language, text) or may_be_absolute(text)


def run(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit]:
    """Absolute promises first; a clause that makes one is not also called undated."""
    taken: dict[int, tuple[int, int]] = {}
    for number, span, hit in absolute(mail):
        taken[number] = span
        yield hit
    yield from undated(mail, taken)


CHECK = Check("promise", RULES, run, Path(__file__).parent, gate=gate)
