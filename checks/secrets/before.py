"""From a cue to what was handed over before it: “X is your password”, “use X as the password”, “type X (that is the password)”."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sendcheck.checkapi import Confidence

from .after import is_part
from .cues import BEFORE, Cue, pattern
from .judging import TICKET, Handed
from .values import QUOTES, Look, is_example, look, slot

#: Characters that the longest value and its marks take.
_VALUE = 80
#: “X (the portal's password)”
_ASIDE = re.compile(r" \((?:[\w'’-]+ ){0,3}$")


def before(text: str, cue: Cue) -> Iterator[Handed]:
    """“X is your password”, “use X as the password”, “type X (that is the password)”."""
    if is_part(cue, text[cue.end : cue.end + 30]) and cue.kind != "pin":
        return
    begin = max(0, cue.start - BEFORE)
    window = text[begin : cue.start]
    aside = _ASIDE.search(window) if text[cue.end : cue.end + 1] == ")" else None
    if aside:
        found = _ending_at(text, begin + aside.start(), cue) or _last_handed(text, begin, begin + aside.start(), cue)
        if found:
            yield found
        return
    told = pattern("told_before", prefix=r"[ \t]+", suffix="$").search(window)
    back = pattern("points_back", suffix="$").search(window)
    found = None
    if told:
        found = _ending_at(text, begin + told.start(), cue)
    elif back:
        found = _last_handed(text, begin, begin + back.start(), cue)
    if found:
        yield found


def _ending_at(text: str, end: int, cue: Cue) -> Handed | None:
    """The value that ends at an offset."""
    if text[end - 1 : end] in QUOTES.values() and end > 1:
        opening = max(text.rfind(mark, max(0, end - _VALUE), end - 1) for mark, closing in QUOTES.items() if closing == text[end - 1])
        inner = text[opening + 1 : end - 1]
        said = inner.split()
        if opening >= 0 and said and "\n" not in inner and len(inner) > 2 and not is_example(inner) and look(said[0]) != Look.PROSE:
            return Handed(opening + 1, end - 1, cue.kind == "pin", Confidence.HIGH)
        return None
    begin = max(text.rfind(mark, max(0, end - _VALUE), end) for mark in " \t\n\u00a0(") + 1
    value = text[begin:end].strip("*_`(\"'")
    begin = text.index(value, begin) if value else begin
    end = begin + len(value)
    seen = look(value)
    asked = pattern("handing").search(text, max(0, begin - 14), begin)
    if seen is Look.MADE_UP or (seen is Look.FIGURES and cue.kind in {"pin", "figure"}):
        return Handed(begin, end, cue.kind == "pin", Confidence.HIGH) if cue.kind == "pin" or not TICKET.fullmatch(value) else None
    if seen in {Look.WORD, Look.UNKNOWN, Look.FIGURES} and asked and asked.end() + 1 >= begin:
        return Handed(begin, end, False, Confidence.MEDIUM)
    return None


def _last_handed(text: str, begin: int, end: int, cue: Cue) -> Handed | None:
    """The last value before an offset that somebody is told to use."""
    for asked in reversed(list(pattern("handing").finditer(text, max(0, begin - 60), end))):
        value = slot(text, asked.end() + 1)
        if value is None or value.end > end:
            continue
        seen = look(value.value)
        if value.quoted or seen in {Look.MADE_UP, Look.UNKNOWN, Look.WORD} or (seen is Look.FIGURES and cue.kind in {"pin", "figure"}):
            return Handed(value.start, value.end, cue.kind == "pin", Confidence.HIGH)
    return None
