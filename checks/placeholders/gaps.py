"""Where a text has gaps: tags that nothing but a template writes; tags that technical text writes too; and anything that stands where a value belongs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from sendcheck.checkapi import Alternatives, by_language, filled, toml
from sendcheck.understanding.calendar import month_names, weekday_names
from sendcheck.understanding.names import titles
from sendcheck.understanding.salutation import openers
from sendcheck.understanding.text import LEFT_OUT, in_code, sentence_around, unquoted
from sendcheck.understanding.units import MONEY, SHARE, unit_words

from .around import Around

_QUOTED = (("“", "”"), ('"', '"'), ("«", "»"), ("‘", "’"), ("'", "'"))
#: A blank line to be written on.
_BLANK = re.compile(r"_+|\.{3,}|…+")
#: Shorter words for units mean other things as well.
_SHORTEST_UNIT = 2


class Gap(NamedTuple):
    """Characters start..end of a text. ``pending``: it says itself that the value is to come (“TBA”)."""

    start: int
    end: int
    pending: bool = False


@cache
def _shapes(key: str) -> Alternatives:
    """Expressions of one kind from all data files, filled in; upper and lower case matter where the data says so."""
    languages = by_language(__package__, "words")
    syntax = toml(__package__, "syntax.toml")

    def either(words: str) -> str:
        return f"(?:{'|'.join(w for data in languages for w in data.get(words, []))})"

    units = [re.escape(word) for word, unit in unit_words() if unit not in MONEY | {SHARE} and len(word) > _SHORTEST_UNIT]
    money = [re.escape(word) for word, unit in unit_words() if unit in MONEY | {SHARE}]
    stands_for = {
        **syntax["parts"],
        "FILLIN": either("fill_in"),
        "FILLERS": either("fillers"),
        "NAMEWORDS": either("name_words"),
        "ACTS": either("reader_acts"),
        "HERE": either("here"),
        "NUMBERED": either("numbered"),
        "COPULA": either("copulas"),
        "PREPOSITION": either("date_prepositions"),
        "CLOCK": either("clock"),
        "COUNTED": either("counted"),
        "OPENER": "|".join(openers()),
        "TITLE": "|".join(sorted(map(re.escape, titles()), key=lambda word: (-len(word), word))),
        "MONEY": "|".join(sorted(money, key=len, reverse=True)),
        "UNIT": "|".join(sorted(units, key=len, reverse=True)),
        "WEEKDAY": "|".join(weekday_names()),
        "MONTH": "|".join(sorted(month_names(), key=len, reverse=True)),
    }
    found = [p for data in (syntax, *languages) for p in data.get(key, [])]
    return Alternatives([filled(p, stands_for) for p in found], flags=re.M)


def gaps(text: str, around: Around, begins: bool = False) -> Iterator[Gap]:
    """The gaps of a text, none inside another. ``begins``: a mail begins with it, so that its first line is its salutation."""
    taken: list[tuple[int, int]] = []
    for kind in ("salutation", "open", "loose", "slots", "pending"):
        for match in _shapes(kind).finditer(text):
            start, end = match.span("gap") if "gap" in match.re.groupindex else match.span()
            if any(a < end and start < b for a, b in taken) or not _is_left(text, start, end, kind, around, begins):
                continue
            taken.append((start, end))
            yield Gap(start, end, kind == "pending")


def _is_left(text: str, start: int, end: int, kind: str, around: Around, begins: bool) -> bool:
    if in_code(text, start, end):
        return False
    if kind == "salutation" and begins and not text[: max(0, text.rfind("\n", 0, start))].strip():
        return True
    written = text[start:end]
    if _in_capitals(text, start, end):
        return False
    if around.patch and kind == "open" and not _shapes("spoken").search(written):
        return False
    if around.technical and (kind in {"salutation", "loose"} or (kind == "slots" and _shapes("coded").search(written))):
        return False
    if kind == "slots" and _BLANK.fullmatch(written) and around.form:
        return False
    return not _is_mentioned(text, start, end)


def _in_capitals(text: str, start: int, end: int) -> bool:
    """Whether a gap shows by its capitals alone, and its whole line is in capitals: “3. ENTER THE INFO ON THE PAGE”."""
    if not re.fullmatch(r"[^\W\d_]+(?: [^\W\d_]+)+", text[start:end]) or not text[start:end].isupper() or _shapes("spoken").search(text[start:end]):
        return False
    stop = text.find("\n", end)
    return (text[text.rfind("\n", 0, start) + 1 : start] + text[end : stop if stop >= 0 else len(text)]).isupper()


def _is_mentioned(text: str, start: int, end: int) -> bool:
    """Whether the placeholder is talked about: in quotation marks, or in a sentence about templates."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if any(before == opening and after == closing for opening, closing in _QUOTED):
        return True
    begin, stop = sentence_around(text, start, end)
    # What a tag itself holds is no quotation mark of the sentence's.
    sentence = text[begin:start] + "x" * (end - start) + text[end:stop]
    if unquoted(sentence)[start - begin] == LEFT_OUT:
        return True
    return bool(_shapes("discussing").search(text[begin:start] + " \u2026 " + text[end:stop]))
