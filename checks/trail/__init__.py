"""What hangs below the own text: `stale-trail`, `trail-internal`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sendcheck.checkapi import Check, Harm, Hit, Mail, Rule, Severity

from .internal import internal
from .stale import stale

RULES = (
    Rule(
        "stale-trail",
        Severity.ERROR,
        Harm.LEAKS,
        "an old mail hangs below a new one, for somebody who was not on it or under another subject",
        "The reader gets a conversation that was not meant for this mail.",
        reads_text=True,
        only="mail",
    ),
    Rule(
        "trail-internal",
        Severity.ERROR,
        Harm.LEAKS,
        "the trail holds a mail between insiders, and the reader is outside",
        "What colleagues wrote to each other was not written for this reader.",
        reads_text=True,
        only="mail",
    ),
)


def run(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit]:
    """Both rules read the visible trail and forwarded mail."""
    yield from stale(mail)
    yield from internal(mail)


CHECK = Check("trail", RULES, run, Path(__file__).parent)
