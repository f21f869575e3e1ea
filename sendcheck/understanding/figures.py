"""Figures in text: shares, money, measures and counts, in digits and words, in the formats of our languages (RULES.md, rulings 6 and 15)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sendcheck.data import READ_AS, language_file, languages_with
from sendcheck.understanding.calendar import find_dates
from sendcheck.understanding.units import SHARE, unit_words

COUNT = ""
DURATIONS = frozenset({"minutes", "hours", "days", "weeks", "months", "years"})
_DIGITS = r"\d{1,3}(?:[.,   ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?"
#: How far a figure that says “about” may lie from the one it rounds: a share of it, or points of percent.
_ROUNDING, _POINTS = 0.15, 5.0
_THING = re.compile(r"(?:[ \t\n]+[^\W\d_]+(?:[-'’][^\W\d_]+)*){1,4}")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure in a text. ``values``: what its digits can mean (“1,560” is 1560, or 1.56); ``unit``: ``%``, a currency, a measure, or "" for a
    plain count; ``things``: the words right behind it, what is counted, in lower case; ``approx``: it says that it is rounded.
    """

    text: str
    start: int
    end: int
    values: frozenset[float]
    unit: str
    things: tuple[str, ...]
    approx: bool

    def equals(self, other: Figure) -> bool:
        """Whether both state one figure: same unit, same value, rounding aside."""
        if self.unit != other.unit:
            return False
        if self.values & other.values:
            return True
        if not (self.approx or other.approx):
            return any(abs(a - b) < 0.06 and a != round(a) for a in self.values for b in other.values)  # a third is 33.3 %
        return any(abs(a - b) <= (_POINTS if self.unit == SHARE else _ROUNDING * max(a, b)) for a in self.values for b in other.values)


@dataclass(frozen=True, slots=True)
class _Patterns:
    figure: re.Pattern[str]
    shares: tuple[tuple[re.Pattern[str], float], ...]
    ratio: re.Pattern[str]
    approx: re.Pattern[str]
    names: re.Pattern[str]
    none: re.Pattern[str]
    hint: re.Pattern[str]
    numbers: dict[str, float]
    scales: dict[str, float]
    units: dict[str, str]


def _either(words: Any) -> str:
    return "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True))


@cache
def _patterns(language: str) -> _Patterns:
    """Formats and units of all languages, which people mix; number words of the one that is written (“to” is two in Norwegian only)."""
    known = {lang: language_file(lang, "figures.toml") for lang in languages_with("figures.toml")}
    data = list(known.values())
    numbers = {w: float(v) for w, v in known[language]["numbers"].items()}
    scales = {w: float(v) for d in data for w, v in d["scales"].items()}
    units = dict(unit_words())
    signs = [w for w in units if not w[0].isalpha()]
    before = _either([*signs, "nok", "kr", "eur", "usd", "gbp", "sek", "dkk"])
    number = rf"(?P<digits>{_DIGITS})|(?P<word>(?:{_either(numbers)})(?:[- ](?:{_either([n for n in numbers if ' ' not in n])}))?)"
    figure = re.compile(
        rf"(?<![\w.,/:#@-])(?:(?P<before>{before})\.?[  ]?)?(?:{number})(?:[  ]?(?P<scale>{_either(scales)})\b\.?)?"
        rf"(?:[  -]?(?P<unit>{_either(units)})(?!\w))?(?P<dash>,-)?(?![\w@/]|[.,:-]\d|-\w)",
        re.I,
    )
    word = rf"(?:\d{{1,3}}|{_either([n for n in numbers if ' ' not in n])})"
    ratio = re.compile(rf"(?<![\w.,/-])(?P<part>{word}) (?:{_either(w for d in data for w in d['words']['of'])}) (?P<whole>{word})(?!\w|[.,/]\d|\s?%)", re.I)
    shares = tuple((re.compile(rf"(?<!\w)(?:{p})", re.I), float(v)) for d in data for p, v in d["shares"].items())
    return _Patterns(
        figure,
        shares,
        ratio,
        re.compile(rf"(?:^|(?<=\W))(?:{_either(w for d in data for w in d['words']['approx'])})\s+(?:as (?:much|many) as\s+)?$", re.I),
        re.compile(rf"(?:^|(?<=[\s(]))(?:{_either(w for d in data for w in d['words']['names'])})[\s:#]*$", re.I),
        re.compile(rf"^\s?(?:{_either(w for d in data for w in d['words']['none'])})\b", re.I),
        re.compile("|".join([rf"\b(?:{_either(numbers)})\b", *(p.pattern for p, _v in shares)]), re.I),
        numbers,
        scales,
        units,
    )


@lru_cache(maxsize=256)  # rule after rule asks for the figures of a sentence
def find_figures(text: str, language: str = "") -> tuple[Figure, ...]:
    """The figures of a text in order; no dates, times of day, phone, order or version numbers, and no bare years.

    ``language``: the one its number words are in; a language without a table of figures is read as English.
    """
    language = READ_AS.get(language, language)
    patterns = _patterns(language if language in languages_with("figures.toml") else "en")
    if not re.search(r"\d", text) and not patterns.hint.search(text):
        return ()
    taken = [(m.start, m.end) for m in find_dates(text)]
    taken += [m.span() for m in _OTHER.finditer(text)]
    found: list[Figure] = []
    for figure in (*_shares(text, patterns), *_numbers(text, patterns)):
        if not any(a < figure.end and figure.start < b for a, b in taken):
            found.append(figure)
            taken.append((figure.start, figure.end))
    return tuple(sorted(found, key=lambda f: f.start))


#: Times of day, phone numbers, links, addresses, numbers with letters in them, ranges of years.
_OTHER = re.compile(
    r"https?://\S+|www\.\S+|(?<!\S)\S+@\S+|(?<!\d)\d{1,2}[:.]\d{2}(?!\d|\s?%|[.,]\d)(?=\s*(?:am|pm|h|hrs|uhr|o'clock)?\b)(?!\s?(?:kr|nok|eur|usd|mill|percent|prosent|%))"
    r"|\+?\d[\d  ()-]{7,}\d(?!\s?(?:kr|kroner|nok|eur|usd|%))(?![.,]\d)|\b(?=\w*\d)(?=\w*[A-Za-z])\w{3,}-?\w*|\b24/7\b|\d+(?:\.\d+){2,}|\d+/\d+",
    re.I,
)


def _shares(text: str, patterns: _Patterns) -> Iterator[Figure]:
    for pattern, value in patterns.shares:
        for match in pattern.finditer(text):
            if re.match(r"(?:an? )?(?:hour|day|past|time|year|week|minute|price)\b", text[match.end() :], re.I):
                continue
            yield _figure(text, match.start(), match.end(), {value}, SHARE, patterns)
    for match in patterns.ratio.finditer(text):
        part, whole = (_value(match[g], patterns) for g in ("part", "whole"))
        if part and whole and part < whole:
            yield _figure(text, match.start(), match.end(), {round(100 * part / whole, 1)}, SHARE, patterns)


def _value(word: str, patterns: _Patterns) -> float:
    return float(word) if word.isdigit() else patterns.numbers.get(word.lower(), 0.0)


def _numbers(text: str, patterns: _Patterns) -> Iterator[Figure]:
    for match in patterns.figure.finditer(text):
        start, end = match.span()
        before = text[max(0, start - 24) : start]
        unit = patterns.units.get((match["before"] or match["unit"] or ("kr" if match["dash"] else "")).lower(), COUNT)
        values = _values(match["digits"]) if match["digits"] else _of_words(match["word"], patterns.numbers)
        if not values or patterns.none.match(text[end:]):
            continue
        if match["scale"]:
            values = {v * patterns.scales[match["scale"].lower()] for v in values}
        if unit == COUNT and (patterns.names.search(before) or _is_year(match) or _is_idle(match, text)):
            continue
        yield _figure(text, start, end, values, unit, patterns)


def _is_year(match: re.Match[str]) -> bool:
    return bool(match["digits"]) and re.fullmatch(r"(?:19|20)\d\d", match["digits"]) is not None


def _is_idle(match: re.Match[str], text: str) -> bool:
    """“One” and “en” count nothing, nor does a number at the head of a line (a list's), nor one with nothing behind it."""
    if match["word"] and match["word"].lower() in {"one", "en", "ett", "hundred", "null", "zero"}:
        return True
    line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
    return bool(match["digits"]) and not line.strip() and bool(re.match(r"[.):]\s", text[match.end() :]))


def _values(digits: str) -> set[float]:
    """What digits can mean: a lone separator before three digits may part thousands or decimals."""
    bare = re.sub(r"[   ]", "", digits)
    separators = re.findall(r"[.,]", bare)
    if not separators:
        return {float(bare)}
    whole, last = re.split(r"[.,](?=[^.,]*$)", bare)
    plain = re.sub(r"[.,]", "", whole)
    decimal = float(f"{plain}.{last}")
    if len(last) == 3 and not whole.startswith("0"):
        thousands = float(plain + last)
        return {thousands} if len(separators) > 1 else {thousands, decimal}
    return {decimal}


def _of_words(words: str, numbers: dict[str, float]) -> set[float]:
    low = words.lower()
    if low in numbers:
        return {numbers[low]}
    first, _, second = low.replace("-", " ").rpartition(" ")
    tens, ones = numbers.get(first), numbers.get(second)
    if tens is None or ones is None:
        return set()
    if 20 <= tens < 100 and 0 < ones < 10:
        return {tens + ones}
    return {tens * ones} if ones in {100, 1000} and 0 < tens < 100 else set()


def _figure(text: str, start: int, end: int, values: set[float], unit: str, patterns: _Patterns) -> Figure:
    written = text[start:end].rstrip()
    end = start + len(written)
    behind = _THING.match(text[end : end + 80])
    things = tuple(w.lower() for w in behind.group(0).split()) if behind else ()
    approx = bool(patterns.approx.search(text[max(0, start - 24) : start]))
    return Figure(written, start, end, frozenset(values), unit, things, approx)
