"""Time expressions and by-whens, relative to the mail's date: “by Friday”, “innen torsdag”, “om to timer”, “before Christmas”, and empty ones like “soon”."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from sendcheck.data import language_file, languages_with
from sendcheck.data.patterns import Alternatives
from sendcheck.understanding.calendar import Mention, find_dates


class TimeKind(StrEnum):
    """What a time expression is. ``EMPTY`` sounds like one and names none (RULES.md, ruling 5)."""

    DATE = "date"
    DAY = "day"
    WEEKDAY = "weekday"
    WITHIN = "within"
    PERIOD = "period"
    CLOCK = "clock"
    NOW = "now"
    REPEATED = "repeated"
    PAST = "past"
    EMPTY = "empty"


class When(NamedTuple):
    """A time expression: ``start``/``end`` in the sentence; ``day``: the latest day it can mean, None if it names none or only a clock."""

    kind: TimeKind
    text: str
    start: int
    end: int
    day: date | None = None

    @property
    def bound(self) -> bool:
        """Whether a reader can hold somebody to it."""
        return self.kind not in {TimeKind.PAST, TimeKind.EMPTY}


class _Language(NamedTuple):
    kinds: tuple[TimeKind, ...]
    phrases: Alternatives
    offsets: tuple[int, ...]
    days: Alternatives
    numbers: dict[str, int]
    units: dict[str, str]
    weekdays: dict[str, int]


@cache
def _languages() -> tuple[_Language, ...]:
    return tuple(_language(lang) for lang in languages_with("timing.toml"))


def _either(words: list[str]) -> str:
    return "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True))


def _language(name: str) -> _Language:
    data = language_file(name, "timing.toml")
    calendar = language_file(name, "calendar.toml")
    weekdays = {day.lower(): i for i, days in enumerate(calendar["weekdays"]) for day in days if len(day) > 3}
    months = [m for names in calendar["months"] for m in names if len(m) > 3 or m in {"mai", "May", "may"}]
    parts = {
        "NUMBER": rf"(?P<count>\d{{1,3}}|{_either(list(data['numbers']))})", "UNIT": rf"(?P<unit>{_either(list(data['units']))})",
        "WEEKDAY": rf"(?P<weekday>{_either(list(weekdays))})s?", "MONTH": rf"(?:{_either(months)})",
    }  # fmt: skip
    bounds = [(TimeKind(key), text) for key in ("past", "empty", "repeated", "weekday", "within", "period", "clock", "now") for text in data["bounds"][key]]
    days = [rf"\b(?:{p})\b" for p in data["days"]]
    return _Language(
        tuple(kind for kind, _ in bounds),
        Alternatives([rf"(?<!\w)(?:{_fill(text, parts)})" for _, text in bounds]),
        tuple(data["days"].values()),
        Alternatives(days),
        data["numbers"],
        data["units"],
        weekdays,
    )


def _fill(text: str, parts: dict[str, str]) -> str:
    """A pattern with its placeholders; a group's name counts once."""
    for name, body in parts.items():
        first = True
        while name in text:
            text = text.replace(name, body if first else re.sub(r"\?P<\w+>", "?:", body), 1)
            first = False
    return text


def find_times(text: str, sent: datetime | None = None) -> Iterator[When]:
    """The time expressions of a sentence, none inside another. ``sent``: the mail's date (datetime), from which days are counted."""
    day = sent.date() if sent is not None else None
    found = _Found()
    for mention in find_dates(text):
        found.add(When(TimeKind.DATE, mention.text, mention.start, mention.end, _date_of(mention, day)))
    for language in _languages():
        for number, match in language.days.each(text):
            found.add(When(TimeKind.DAY, match[0].strip(), *match.span(), day + timedelta(days=language.offsets[number]) if day else None))
        for number, match in language.phrases.each(text):
            kind = language.kinds[number]
            found.add(When(kind, match[0].strip(), match.start(), match.end(), _day_of(kind, match, language, day)))
    yield from found


class _Found:
    """Time expressions that do not overlap: of two that do the longer, of equals what came first."""

    def __init__(self) -> None:
        self._at: dict[int, When] = {}

    def add(self, new: When) -> None:
        """Take one, unless a longer one stands there."""
        rivals = {self._at[place] for place in range(new.start, new.end) if place in self._at}
        if any(w.end - w.start >= new.end - new.start for w in rivals):
            return
        for rival in rivals:
            for place in range(rival.start, rival.end):
                del self._at[place]
        self._at.update(dict.fromkeys(range(new.start, new.end), new))

    def __iter__(self) -> Iterator[When]:
        return iter(sorted(dict.fromkeys(self._at.values()), key=lambda w: w.start))


def _date_of(mention: Mention, sent: date | None) -> date | None:
    """The day it names, the nearest to the mail where no year is named; the later one where the order of day and month is open."""
    if not mention.exists or (sent is None and mention.year is None):
        return None
    days = mention.days(sent or date.max)
    return max(days) if mention.either and mention.year is not None else max(days[: len(mention.readings)], default=None)


def _day_of(kind: TimeKind, match: re.Match[str], language: _Language, sent: date | None) -> date | None:
    if sent is None:
        return None
    groups = match.groupdict()
    if kind is TimeKind.WEEKDAY:
        weekday = language.weekdays[groups["weekday"].lower()]
        return sent + timedelta(days=(weekday - sent.weekday()) % 7 or 7)
    if kind is TimeKind.WITHIN and groups.get("count") and groups.get("unit"):
        from dateutil.relativedelta import relativedelta

        count = groups["count"].lower()
        number = int(count) if count.isdigit() else language.numbers.get(count, 1)
        unit = language.units.get(groups["unit"].lower(), "days")
        later: date = sent + relativedelta(**{unit: number})  # type: ignore[arg-type]
        return later
    if kind is TimeKind.PERIOD:
        return _feast(match[0], sent)
    return None


def _feast(text: str, sent: date) -> date | None:
    """Christmas, Easter and New Year after the mail's date."""
    low = text.lower()
    if "easter" in low or "påske" in low:
        from dateutil.easter import easter

        this = easter(sent.year)
        return this if this >= sent else easter(sent.year + 1)
    for words, month, day in ((("christmas", "xmas", "jul"), 12, 24), (("new year", "nyttår"), 12, 31)):
        if any(re.search(rf"\b{w}(?:en)?\b", low) for w in words):
            this = date(sent.year, month, day)
            return this if this >= sent else date(sent.year + 1, month, day)
    return None
