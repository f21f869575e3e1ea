"""Dates as people write them in a mail: weekday, day, month, perhaps a year, in any known language."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from sendcheck.data import language_file, languages_with
from sendcheck.data.sieve import Lazy

_YEAR = r"(?:,?\s+|\s*/\s*)(?P<year>(?:19|20)\d{2})\b(?!\s*(?:timer|kr|kroner|people|persons|items|units|personer)\b)"


class Mention(NamedTuple):
    """A date in text. ``weekday``: 0 for Monday, None if not named; ``year``: None if not named."""

    text: str
    start: int
    end: int
    day: int
    month: int
    year: int | None
    weekday: int | None
    month_name: str

    @property
    def month_length(self) -> int:
        """Days in the month; in a leap year if no year is named."""
        return monthrange(self.year or 2024, self.month)[1]

    @property
    def exists(self) -> bool:
        """Whether there is such a day."""
        return 1 <= self.day <= self.month_length


class _Calendar(NamedTuple):
    patterns: tuple[Lazy, ...]
    months: dict[str, int]
    weekdays: dict[str, int]


@cache
def _calendars() -> tuple[_Calendar, ...]:
    return tuple(_calendar(lang) for lang in languages_with("calendar.toml"))


def _calendar(language: str) -> _Calendar:
    data = language_file(language, "calendar.toml")
    months = {name.lower(): i + 1 for i, names in enumerate(data["months"]) for name in names}
    weekdays = {name.lower(): i for i, names in enumerate(data["weekdays"]) for name in names}
    month = "|".join(sorted((re.escape(n) for names in data["months"] for n in names), key=len, reverse=True))
    weekday = "|".join(sorted((re.escape(n) for names in data["weekdays"] for n in names), key=len, reverse=True))
    named = rf"(?:(?P<weekday>{weekday})\.?,?\s+(?:{data['between']})?)?"
    patterns = tuple(
        Lazy(p.replace("WEEKDAY", named).replace("MONTH", f"(?P<month>{month})").replace("YEAR", f"(?:{_YEAR})?"), re.I if data["any_case"] else 0)
        for p in data["patterns"]
    )
    return _Calendar(patterns, months, weekdays)


@cache
def joining_words() -> frozenset[str]:
    """Words that may follow a date in running text; another plain word makes “31 June …” a count of things."""
    return frozenset(w for lang in languages_with("calendar.toml") for w in language_file(lang, "calendar.toml")["may_follow"])


@cache
def month_names() -> tuple[str, ...]:
    """The names of months in all languages, short ones too, as the languages write them."""
    return tuple(n for lang in languages_with("calendar.toml") for names in language_file(lang, "calendar.toml")["months"] for n in names)


@cache
def weekday_names() -> tuple[str, ...]:
    """The full names of weekdays in all languages, as the languages write them."""
    named = (n for lang in languages_with("calendar.toml") for names in language_file(lang, "calendar.toml")["weekdays"] for n in names)
    return tuple(n for n in named if n.endswith(("day", "dag")))


#: Characters: what is longer is a whole text, and asked about once.
_SENTENCE = 600
_DIGIT = re.compile(r"\d")
_ISO = re.compile(r"(?<![\d./-])(?P<year>(?:19|20)\d{2})-(?P<month>\d{2})-(?P<day>\d{2})(?![\d-])")


def find_dates(text: str) -> tuple[Mention, ...]:
    """All dates in *text*, in order of language and pattern; a place is reported once."""
    if not _DIGIT.search(text):
        return ()
    return _dates_of_sentence(text) if len(text) <= _SENTENCE else tuple(_dates(text))


def _dates(text: str) -> Iterator[Mention]:
    taken = bytearray(len(text))
    for calendar in _calendars():
        for pattern in calendar.patterns:
            for match in pattern.finditer(text):
                mention = _mention(match, calendar)
                if mention and not any(taken[mention.start : mention.end]):
                    taken[mention.start : mention.end] = b"\1" * (mention.end - mention.start)
                    yield mention
    for match in _ISO.finditer(text):
        if 1 <= int(match["month"]) <= 12 and 1 <= int(match["day"]) <= 31:
            yield _plain(match, int(match["day"]), int(match["month"]), int(match["year"]), None, f"month {match['month']}")


#: Rule after rule asks for the dates of a sentence.
_dates_of_sentence = lru_cache(maxsize=256)(lambda text: tuple(_dates(text)))


def _mention(match: re.Match[str], calendar: _Calendar) -> Mention | None:
    groups = match.groupdict()
    named = groups["month"].lower()
    month = calendar.months.get(named) or (int(named) if named.isdigit() else 0)
    day = int(groups["day"])
    if not 1 <= month <= 12 or not 1 <= day <= 39:
        return None
    weekday = calendar.weekdays.get((groups.get("weekday") or "").lower())
    year = int(groups["year"]) if groups.get("year") else None
    return _plain(match, day, month, year, weekday, groups["month"])


def _plain(match: re.Match[str], day: int, month: int, year: int | None, weekday: int | None, name: str) -> Mention:
    written = match.group(0).rstrip(". ")
    return Mention(" ".join(written.split()), match.start(), match.start() + len(written), day, month, year, weekday, name)
