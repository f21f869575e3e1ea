"""Gaps nobody filled: `placeholder-left`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from sendcheck.checkapi import Check, Harm, Hit, Kind, Mail, Rule, Severity
from sendcheck.understanding.text import looks

from .around import Around
from .gaps import Gap, gaps

RULE = "placeholder-left"
RULES = (
    Rule(
        RULE,
        Severity.ERROR,
        Harm.CONTENT,
        "a placeholder was not filled in",
        "The reader sees a form letter, and not even a finished one.",
        reads_text=True,
        reads_values=True,
        reads_all=True,
    ),
)
#: Endings of attached files that are read by people as they are.
_LETTERS = {"", ".txt", ".text", ".md", ".html", ".htm", ".xhtml", ".ics"}
_WRITTEN = (Kind.OWN, Kind.SIGNATURE, Kind.DISCLAIMER)


def run(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit]:
    """Subject, what the sender wrote (signature too), the other half of the mail, and hidden text."""
    around = Around("\n\n".join((mail.subject, *(s.text for s in mail.stretches(*_WRITTEN)))), patch=any(True for _ in mail.stretches(Kind.DIFF)))
    for gap in gaps(mail.subject, around):
        yield _hit(mail.subject, gap, mail.at_header("Subject", mail.subject[gap.start : gap.end]))
    first = True
    for stretch in mail.stretches(*_WRITTEN, primary=False):
        html = stretch.body.part.html
        for gap in gaps(stretch.text, around, begins=first or not stretch.body.text[: stretch.start].strip()):
            if html is not None and html.zone_at(stretch.start + gap.start).code:
                continue
            yield _hit(stretch.text, gap, mail.within(stretch, gap.start, gap.end))
        first = first and not stretch.text.strip()
    for body, text, offset in mail.hidden():
        for gap in gaps(text, around):
            yield _hit(text, gap, mail.at_hidden(body, text, offset, gap.start, gap.end))
    yield from _enclosed(mail)


def _enclosed(mail: Mail) -> Iterator[Hit]:
    """In attached text that people read: letters, notes, invitations; not in templates, data or code, where gaps belong."""
    for body in mail.enclosed:
        if PurePosixPath(body.part.name.lower()).suffix not in _LETTERS:
            continue
        for at, stop in looks(body.text):
            text = body.text[at:stop]
            for gap in gaps(text, Around(text), begins=at == 0):
                yield _hit(text, gap, mail.at(body, at + gap.start, at + gap.end))


def _hit(text: str, gap: Gap, place: Any) -> Hit:
    shown = " ".join(text[gap.start : gap.end].split())
    message = f"“{shown}” still stands for a value" if gap.pending else f"“{shown}” was not filled in"
    return Hit(RULE, message, place, "put the value in, or take the phrase out", severity=Severity.NOTE if gap.pending else None)


CHECK = Check("placeholders", RULES, run, Path(__file__).parent)
