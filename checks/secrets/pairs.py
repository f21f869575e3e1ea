"""User and password told together: “user / password: scanner / …”, and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sendcheck.checkapi import Confidence
from sendcheck.understanding.words import function_words

from .cues import AHEAD, SENTENCE_ENDS, Cue, leads, links, pattern
from .judging import TICKET, Handed
from .tables import cells_below
from .values import Look, look, slot

#: Right behind “user/password”, or behind the headings of two columns that were folded into a line.
_COLUMNS = re.compile(r"\s{1,8}(?=[^\s/]{1,64}(?:\t| {2,8}| ?/ ?| and | og )[^\s|])")
_LINKS = frozenset({"label", "copula", "dash", "using"})
_TWO = re.compile(r"[\s*_\"'“«`>-]{0,8}([^\s,;:/|\"'“”«»`]{1,64})[\"'”»`]?(\s*[/,;|&]\s*|\s+(?:and|og)\s+|\s+)")


def second_of_two(text: str, cue: Cue) -> Handed | None:
    """“user / password: scanner / X”."""
    columns = _COLUMNS.match(text, cue.end)
    if columns and cue.kind == "pair":
        found = _second(text, cue, columns)
        if found:
            return found
    for number, link in enumerate(links().finditer(text, cue.end, min(len(text), cue.end + AHEAD))):
        between = text[cue.end : link.start()]
        if number > 2 or len(between.split()) > 5 or SENTENCE_ENDS.search(between) or pattern("passwords").search(between):
            break
        if link.lastgroup not in _LINKS or not leads(text, cue, link) or pattern("users", suffix="$").search(between.rstrip("\"' *_")):
            continue
        found = _second(text, cue, link)
        if found:
            return found
    return None


def _second(text: str, cue: Cue, link: re.Match[str]) -> Handed | None:
    """The second of two values behind a link."""
    two = _TWO.match(text, link.end(), link.end() + AHEAD)
    if two is None or _is_named(two[1]) or "://" in text[link.end() : two.end()]:
        return None
    apart = bool(two[2].strip())
    value = slot(text, two.end()) if apart or two[1].lower() not in function_words() else None
    if value is None or TICKET.fullmatch(value.value):
        return None
    named = cue.kind == "pair" and apart and (link.lastgroup != "copula" or look(two[1]) > Look.STATE)
    least = Look.MADE_UP if link.lastgroup is None else Look.WORD if named else Look.UNKNOWN if cue.kind == "pair" else Look.FIGURES if apart else Look.MADE_UP
    seen = look(value.value)
    if cue.kind == "credential" and link.lastgroup == "copula" and not apart:
        return None  # “the wifi is BAD”
    bound = (value.last or value.quoted) and "\n" not in two[2]
    if seen < least or not (bound or seen is Look.MADE_UP):
        return None
    return Handed(value.start, value.end, False, Confidence.HIGH if seen > Look.WORD else Confidence.MEDIUM)


def _is_named(word: str) -> bool:
    """Whether it is no value but the name of one."""
    return bool(pattern("users").fullmatch(word) or pattern("passwords").fullmatch(word))


def below(text: str, cue: Cue) -> Iterator[Handed]:
    """What stands in a table below a heading."""
    for start, end in cells_below(text, cue.start, cue.end):
        value = slot(text, start)
        if value is None or value.end > end:
            continue
        seen = look(value.value)
        if seen >= Look.FIGURES or (seen >= Look.WORD and value.end == end):
            yield Handed(value.start, value.end, cue.kind == "pin", Confidence.HIGH if seen > Look.WORD else Confidence.MEDIUM)
