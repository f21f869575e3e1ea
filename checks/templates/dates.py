"""`template-fixed-date`: dates and years that go stale; not those of copyright lines, laws and history."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sendcheck.checkapi import Hit, Mail, Place, pattern
from sendcheck.understanding.calendar import find_dates

RULE = "template-fixed-date"
_YEAR = re.compile(r"(?<![\w.,/:#§%$€£+-])(?<!\d )(?:19|20)\d{2}(?:\s?[–-]\s?(?:19|20)?\d{2})?(?![\w%]|[.,:/ -]\d)")
_NUMERIC = re.compile(r"(?<![\d./-])\d{1,2}(?P<mark>[./-])\d{1,2}(?P=mark)(?:20)?\d{2}(?![\d/-]|\.\d)")
_HISTORY = 25
_BEFORE = 60
_AFTER = 30


def fixed_dates(mail: Mail) -> Iterator[Hit]:
    """Dates with or without a year, and years alone, in subject and text."""
    long_ago = mail.date.year - _HISTORY
    for start, end in _found(mail.subject, long_ago):
        yield _hit(mail.subject[start:end], mail.at_header("subject", mail.subject[start:end]))
    for stretch in mail.own():
        for start, end in _found(stretch.text, long_ago):
            if mail.template is not None and mail.template.stand_in_at(stretch.text, end + 1, end + 3):
                continue  # “31 December {{ year }}”
            yield _hit(" ".join(stretch.text[start:end].split()), mail.within(stretch, start, end))


def _found(text: str, long_ago: int) -> Iterator[tuple[int, int]]:
    """Ranges of dates and years. ``long_ago``: a year alone before this one is history, and was when it was written."""
    taken: list[tuple[int, int]] = []
    spans = [(m.start, m.end) for m in find_dates(text) if m.exists]
    spans += [m.span() for m in _NUMERIC.finditer(text)]
    years = [m.span() for m in _YEAR.finditer(text) if int(m.group(0)[:4]) >= long_ago]
    for start, end in [*spans, *years]:
        if any(a < end and start < b for a, b in taken):
            continue
        taken.append((start, end))
        line_start = text.rfind("\n", 0, start) + 1
        line_end = text.find("\n", end)
        before = text[max(line_start, start - _BEFORE) : start]
        after = text[end : min(len(text) if line_end < 0 else line_end, end + _AFTER)]
        if not pattern(__package__, "lasting").search(before) and not pattern(__package__, "lasting_after").search(after):
            yield start, end


def _hit(text: str, place: Place) -> Hit:
    return Hit(RULE, f"“{text}” stands written out, and will be over", place, "make it a variable, or say it without a date")
