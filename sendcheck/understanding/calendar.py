"""Dates as people write them in a mail: weekday, day, month, perhaps a year, in any known language."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from functools import cache, lru_cache
from typing import NamedTuple

from sendcheck.data import filled, language_file, languages_with
from sendcheck.data.patterns import Lazy

#: A year that has all days.
_LEAP = 2024
_YEAR = r"(?:,?\s+|\s*/\s*)(?P<year>(?:19|20)\d{2})\b(?!\s*(?:timer|kr|kroner|people|persons|items|units|personer)\b)"


class Mention(NamedTuple):
    """A date in text. ``weekday``: 0 for Monday, None if not named; ``year``: None if not named; ``either``: written as some write day and month, and
    others month and day (“5/1”).
    """

    text: str
    start: int
    end: int
    day: int
    month: int
    year: int | None
    weekday: int | None
    month_name: str
    either: bool = False

    @property
    def month_length(self) -> int:
        """Days in the month; in a leap year if no year is named."""
        return monthrange(self.year or _LEAP, self.month)[1]

    @property
    def readings(self) -> tuple[tuple[int, int], ...]:
        """(month, day) for what it can mean: one if it says so, two where the order is open, none if there is no such day."""
        orders = dict.fromkeys([(self.month, self.day), (self.day, self.month)] if self.either else [(self.month, self.day)])
        return tuple((month, day) for month, day in orders if 1 <= month <= 12 and 1 <= day <= monthrange(self.year or _LEAP, month)[1])

    @property
    def exists(self) -> bool:
        """Whether there is such a day."""
        return bool(self.readings)

    def days(self, near: date) -> tuple[date, ...]:
        """All days it can mean; without a year those of the years around *near*, the nearest first."""
        years = (self.year,) if self.year is not None else (near.year - 1, near.year, near.year + 1)
        found = [date(y, m, d) for y in years for m, d in self.readings if d <= monthrange(y, m)[1]]
        return tuple(sorted(found, key=lambda day: abs((day - near).days)))


class _Calendar(NamedTuple):
    patterns: tuple[Lazy, ...]
    months: dict[str, int]
    weekdays: dict[str, int]
    before: Lazy
    after: Lazy


@cache
def _calendars() -> tuple[_Calendar, ...]:
    return tuple(_calendar(lang) for lang in languages_with("calendar.toml"))


def _either(names: list[str]) -> str:
    return "|".join(sorted(map(re.escape, names), key=len, reverse=True))


def _calendar(language: str) -> _Calendar:
    data = language_file(language, "calendar.toml")
    months = {name.lower(): i + 1 for i, names in enumerate(data["months"]) for name in names}
    weekdays = {name.lower(): i for i, names in enumerate(data["weekdays"]) for name in names}
    weekday = _either([n for names in data["weekdays"] for n in names])
    full = _either([n for names in data["weekdays"] for n in names if n.endswith(("day", "dag"))])
    stands_for = {
        "WEEKDAY": rf"(?:(?P<weekday>{weekday})\.?,?\s+(?:{data['between']})?)?",
        "ONDAY": rf"(?P<weekday>{weekday})\.?,?\s+(?:{data['between']})?",
        "MONTH": f"(?P<month>{_either([n for names in data['months'] for n in names])})",
        "YEAR": f"(?:{_YEAR})?",
        "LEAD": f"(?:{'|'.join(data['leads'])})",
        "DEADLINE": f"(?:{'|'.join(data['deadlines'])})",
    }
    flags = re.I if data["any_case"] else 0
    patterns = tuple(Lazy(filled(p, stands_for), flags) for p in data["patterns"])
    before = Lazy(rf"(?<![\w-])(?P<weekday>{weekday})\.?(?:,?\s+|\)\s*)(?:{data['between']})?\(?$", flags)
    ends = rf"(?=\s*(?:[.;)!?]|$)|,?\s+(?:{'|'.join(data['clock'])})(?!\w))"
    after = Lazy(rf"\s?\((?P<weekday>{weekday})\.?\)|,\s(?P<full>{full}){ends}", flags | re.M)
    return _Calendar(patterns, months, weekdays, before, after)


@cache
def calendar_words() -> frozenset[str]:
    """Names of days and months, in small letters."""
    return frozenset(word for calendar in _calendars() for word in (*calendar.months, *calendar.weekdays))


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
#: “31/11/2027”: which is the month depends on the country.
_SLASHES = re.compile(r"(?<![\w./-])(?P<day>\d{1,2})(?P<either>/)(?P<month>\d{1,2})/(?P<year>(?:19|20)\d{2})(?![\d/-])")
#: Characters before a date in which its weekday stands.
_NAMED_WITHIN = 24
#: Characters before a date without a year in which a word may say that its figures are none.
_NOT_A_DATE_WITHIN = 32
_LAST_DAY, _LAST_MONTH = 31, 12


@cache
def _counts() -> Lazy:
    """What is numbered like a date, right before one: versions, sections, ratios."""
    words = [w for lang in languages_with("calendar.toml") for w in language_file(lang, "calendar.toml")["no_dates"]]
    return Lazy(rf"(?:(?<!\w)(?:{'|'.join(words)})(?!\w)|§)[^.;\n]*$")


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
    for shared in (_ISO, _SLASHES):
        for match in shared.finditer(text):
            # A Norwegian “fredag 12/6/2026” was found with its weekday.
            if not any(taken[match.start() : match.end()]) and max(int(match["day"]), int(match["month"])) <= _LAST_DAY:
                iso = shared is _ISO
                if not iso or 1 <= int(match["month"]) <= _LAST_MONTH:
                    yield _plain(match, int(match["day"]), int(match["month"]), int(match["year"]), None, f"month {match['month']}")


#: Rule after rule asks for the dates of a sentence.
_dates_of_sentence = lru_cache(maxsize=256)(lambda text: tuple(_dates(text)))


def _mention(match: re.Match[str], calendar: _Calendar) -> Mention | None:
    groups = match.groupdict()
    named = groups["month"].lower()
    month = calendar.months.get(named) or (int(named) if named.isdigit() else 0)
    day = int(groups["day"])
    weekday = calendar.weekdays.get((groups.get("weekday") or "").lower())
    year = int(groups["year"]) if groups.get("year") else 2000 + int(groups["short"]) if groups.get("short") else None
    if not 1 <= day <= 39 or not 1 <= month <= (_LAST_DAY if groups.get("either") else _LAST_MONTH):
        return None
    if named.isdigit() and weekday is None and not groups.get("year"):
        start = match.start("date") if groups.get("date") else match.start()
        if day > _LAST_DAY or _counts().search(match.string[max(0, start - _NOT_A_DATE_WITHIN) : start]):
            return None
    if groups.get("either") and groups.get("short") and _is_day(2000 + day, month, int(groups["short"])):
        return None  # “27/11/30” may begin with the year
    return _plain(match, day, month, year, weekday, groups["month"])


def _is_day(year: int, month: int, day: int) -> bool:
    return 1 <= month <= _LAST_MONTH and 1 <= day <= monthrange(year, month)[1]


def _plain(match: re.Match[str], day: int, month: int, year: int | None, weekday: int | None, name: str) -> Mention:
    groups = match.groupdict()
    start = match.start("date") if groups.get("date") else match.start()
    end = start + len(match.string[start : match.end("date") if groups.get("date") else match.end()].rstrip(". "))
    if weekday is None:
        start, end, weekday = _with_weekday(match.string, start, end)
    return Mention(" ".join(match.string[start:end].split()), start, end, day, month, year, weekday, name, bool(groups.get("either")))


def _with_weekday(text: str, start: int, end: int) -> tuple[int, int, int | None]:
    """A date with the weekday beside it: “Tuesday (2027-01-06)”, “6 January (Tuesday)”, “2027-01-06, tirsdag”."""
    lead = max(0, start - _NAMED_WITHIN)
    for calendar in _calendars():
        before = calendar.before.search(text[lead:start])
        if before:
            closed = before[0].endswith("(") and text[end : end + 1] == ")"
            return lead + before.start(), end + closed, calendar.weekdays[before["weekday"].lower()]
        after = calendar.after.match(text, end)
        if after:
            return start, after.end(), calendar.weekdays[(after["weekday"] or after["full"]).lower()]
    return start, end, None
