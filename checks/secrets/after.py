"""From a cue to what it hands over behind it: “the password is …”, “PIN: …”, “pw …”, a cue alone in its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from sendcheck.checkapi import Confidence, Lazy, union
from sendcheck.understanding.words import function_words

from .cues import AHEAD, BEFORE, LINE_BEGINS, SENTENCE_ENDS, Cue, articles, evidence, leads, links, pattern, words
from .judging import TICKET, Frame, Handed, judged
from .pairs import second_of_two
from .values import Look, look, slot

_MOST_LINKS, _MOST_WORDS = 8, 9
#: Between a cue and a value no other label may stand.
_OTHER_LABEL = re.compile(r"\w[ \t]*[:=][ \t]*\S+[ \t]")
#: “(case sensitive)”
_ASIDE = re.compile(r"\([^()\n]*\)?")
_BLANK = re.compile(r"[ \t\u00a0]{1,4}")
#: Short names of a password that also mean something else: they need a user beside them.
_AMBIGUOUS = frozenset({"pass", "p"})
#: Links that only something made up follows.
_WEAK = frozenset({"weak", "reveal", "bracket", "comma", "using"})


def after(text: str, cue: Cue) -> Iterator[Handed]:
    """What links lead to, the first that leads to a value; else what stands right behind the cue."""
    pair = _has_evidence(text, cue)
    if cue.kind in {"pair", "credential"}:
        both = second_of_two(text, cue)
        if both:
            yield both
        if cue.kind == "credential" or both:
            return
    end = min(len(text), cue.end + AHEAD)
    wall = SENTENCE_ENDS.search(text, cue.end, end)
    alone = text[cue.start : cue.end].lower() in _AMBIGUOUS and not pair
    blank = _BLANK.match(text, cue.end)
    if blank and not alone:
        found = judged(text, cue, blank.end(), Frame("direct", True, pair, _is_asked_for(text, cue)))
        if found:
            yield found
            return
    for number, link in enumerate(links().finditer(text, cue.end, end)):
        if number >= _MOST_LINKS or (wall and link.start() > wall.start()):
            break
        if not leads(text, cue, link):
            continue
        frame = _frame(text, cue, link)
        if frame is None or (alone and frame.kind != "copula" and not _whose().search(text[max(0, cue.start - 20) : cue.start])):
            break
        found = judged(text, cue, link.end(), frame._replace(pair=pair))
        if found:
            yield found
            break
    else:
        yield from _next_line(text, cue)
    if pattern("change").search(text[max(0, cue.start - 40) : cue.start]):
        yield from _changed_to(text, cue)


def _frame(text: str, cue: Cue, link: re.Match[str]) -> Frame | None:
    """The frame that a link makes, or None if what stands between says something of passwords in general, or is a label of its own."""
    between, kind = _ASIDE.sub("", text[cue.end : link.start()]), link.lastgroup or ""
    in_general = len(between.split()) > _MOST_WORDS or pattern("must").search(between) or is_part(cue, between)
    if in_general or _OTHER_LABEL.search(between) or pattern("users", suffix="$").search(between.rstrip("\"' *_")):
        return None
    simple = kind not in _WEAK and not re.search(r"[,;:]", between) and not pattern("copulas").search(between)
    if kind == "copula" and pattern("about", suffix=rf"{articles()}$").search(text[max(0, cue.start - 24) : cue.start]):
        simple = False  # “the ticket about the password is …”
    if "\n" in link.group(0) and kind != "copula":
        kind = "newline"
    return Frame(kind, simple)


def is_part(cue: Cue, behind: str) -> bool:
    """Whether a cue is but the first part of another word: “password policy”. (Norwegian writes that as one.)"""
    first = re.match(r"[ \t]+([^\W\d_]+)", behind)
    if cue.language != "en" or first is None or first[1].lower() in function_words() or pattern("things").fullmatch(first[1]):
        return False
    return look(first[1].lower()) in {Look.WORD, Look.STATE, Look.PROSE}


def _is_asked_for(text: str, cue: Cue) -> bool:
    """Whether a cue begins its line, or somebody is told to use what follows."""
    before = text[max(0, cue.start - 40) : cue.start]
    return bool(LINE_BEGINS.search(before) or pattern("handing", suffix=rf"{articles()}$").search(before))


def _has_evidence(text: str, cue: Cue) -> bool:
    """Whether it is told beside the cue who the password is for."""
    before, at = text[max(0, cue.start - BEFORE) : cue.start], 0
    while found := evidence().search(before, at):
        if (found["value"] or found["address"]).lower().strip(".:") not in function_words():
            return True
        at = found.start() + 1  # “log in with kari@acme.no”: “with” is nobody
    return False


def _next_line(text: str, cue: Cue) -> Iterator[Handed]:
    """A cue alone in its line, and something no word looks like alone in the next."""
    alone = re.match(r"[ \t]*\n[ \t>]*", text[cue.end : cue.end + 40])
    if alone and LINE_BEGINS.search(text[max(0, cue.start - 24) : cue.start]):
        value = slot(text, cue.end + alone.end())
        if value and value.last and not value.quoted and look(value.value) is Look.MADE_UP and not TICKET.fullmatch(value.value):
            yield Handed(value.start, value.end, cue.kind == "pin", Confidence.HIGH)


def _changed_to(text: str, cue: Cue) -> Iterator[Handed]:
    """“I changed the password (of the portal) to X.”"""
    link = _to().match(text, cue.end, cue.end + BEFORE)
    found = judged(text, cue, link.end(), Frame("changed", True)) if link else None
    if found:
        yield found


@cache
def _to() -> Lazy:
    return union([rf"(?:[ \t]+[\w'’-]{{1,30}}){{0,5}}?\s+(?:{words('to')})\s+(?=\S)"])


@cache
def _whose() -> Lazy:
    return union([rf"(?:{words('articles')}|{words('whose')})[ \t]+$"], prefix=r"(?<!\w)")
