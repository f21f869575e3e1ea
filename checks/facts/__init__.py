"""Facts that contradict themselves, the thread, or stand on nothing: `date-impossible`, `figure-changed`, `figure-unsupported`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sendcheck.checkapi import STRICT, Check, Harm, Hit, Mail, NotRun, Rule, Severity

from .dates import dates

RULES = (
    Rule(
        "date-impossible",
        Severity.ERROR,
        Harm.CONTENT,
        "a weekday and a date disagree, a date does not exist, or a promised one is over",
        "The reader cannot know which of the two you mean.",
        reads_text=True,
        reads_values=True,
    ),
    Rule(
        "figure-changed",
        Severity.WARNING,
        Harm.CONTENT,
        "a figure of the thread is restated with another value",
        "One of the two is wrong, and the reader has the other in writing.",
        reads_text=True,
        language_rule=True,
        by_profile=dict.fromkeys(STRICT, Severity.ERROR),
        only="mail",
    ),
    Rule(
        "figure-unsupported",
        Severity.WARNING,
        Harm.CONTENT,
        "a share or count about cause or effect that nothing supports",
        "The first thing an unhappy reader asks is where you have that figure from.",
        reads_text=True,
        language_rule=True,
        by_acts=True,
        only="mail",
    ),
)


def run(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit | NotRun]:
    """Dates first, then figures."""
    yield from dates(mail)
    if mail.parent is None and mail.profile not in STRICT:
        if mail.is_reply:
            yield from (NotRun(slug, "the mail that this one answers is not known") for slug in ("figure-changed", "figure-unsupported"))
        return
    # a mail that answers none and admits nothing pays for none of this
    from .changed import changed
    from .unsupported import unsupported

    yield from changed(mail)
    yield from unsupported(mail)


CHECK = Check("facts", RULES, run, Path(__file__).parent)
