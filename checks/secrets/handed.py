"""Passwords and codes as people hand them over: a cue (“password”), a frame that hands over (“is”, a colon, a cell), and a value judged by its looks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from sendcheck.checkapi import Confidence, Lazy, union

from .after import after
from .before import before
from .cues import BEFORE, SENTENCE_ENDS, Cue, articles, cues, pattern, words
from .judging import CODE_OF_DIGITS, Handed
from .pairs import below
from .values import NO_TEXT, is_word

__all__ = ["Handed", "handed"]
#: Characters around a code in which a meeting that it opens is spoken of.
_AROUND = 250
#: Characters behind a cue that tell what it is a code of.
_BEHIND = 60
#: Cues of one text (some thousand characters) that may hand over nothing: what speaks of passwords that often holds none.
_MOST_IN_VAIN = 60


def handed(text: str) -> Iterator[Handed]:
    """All values that a text hands over."""
    in_vain = 0
    for cue in cues(text):
        if in_vain >= _MOST_IN_VAIN:
            break
        found = list(_by_cue(text, cue))
        in_vain += not found
        yield from found
    yield from _at_locks(text)


def _by_cue(text: str, cue: Cue) -> Iterator[Handed]:
    meant = _meant(text, cue) if cue.kind in {"code", "key"} else cue
    if meant is None:
        return
    for found in (*below(text, meant), *after(text, meant), *before(text, meant)):
        if not _for_guests(text, meant, found) and not NO_TEXT.search(text, max(0, meant.start - _BEHIND), found.end + _BEHIND):
            yield found


def _at_locks(text: str) -> Iterator[Handed]:
    """Figures that something opens with, whatever they are called: “the gate opens with 4471”, “press 4471# at the door”, “gate: 4471#”."""
    for match in (*pattern("opens").finditer(text), *_keyed().finditer(text)):
        number = CODE_OF_DIGITS.match(text, match.end() + (text[match.end() : match.end() + 1] == " "))
        if number is None or _counts(text, number.end()):
            continue
        behind = SENTENCE_ENDS.split(text[match.start() : number.end() + _BEHIND])[0]
        if pattern("locks").search(SENTENCE_ENDS.split(text[max(0, match.start() - BEFORE) : match.start()])[-1] + behind):
            yield Handed(*number.span(), True, Confidence.MEDIUM)


def _counts(text: str, end: int) -> bool:
    """Whether a number that ends at an offset counts something: “4471 doors”."""
    following = re.match(r"[ \t]+([^\W\d_]+)", text[end : end + 30])
    return following is not None and not is_word(following[1].lower())


@cache
def _keyed() -> Lazy:
    pressed = rf"(?:{words('keyed')})(?:{articles()}(?:{words('codes')}))?[ \t]{{1,3}}(?=\d{{4}})"
    labelled = rf"(?:{words('locks')})[ \t]{{0,3}}[:=][ \t]{{0,3}}(?=\d{{4,8}}[#*])"
    return union([pressed, labelled], prefix=r"(?<![\w-])")


def _for_guests(text: str, cue: Cue, found: Handed) -> bool:
    """Whether it lets guests into a call: whoever gets the invitation is meant to have it."""
    if not pattern("guest_codes").fullmatch(text[cue.start : cue.end]) or pattern("locks").search(text[cue.end : found.end]):
        return False
    around = text[max(0, cue.start - _AROUND) : found.end + _AROUND]
    figures = text[found.start : found.end].strip("#*").replace(" ", "").isdigit()
    return bool((pattern("meeting") if figures or found.code else pattern("invitation", suffix="")).search(around))


def _meant(text: str, cue: Cue) -> Cue | None:
    """A “code” or “key” with what tells that it opens something."""
    before, after = text[max(0, cue.start - BEFORE) : cue.start], text[cue.end : cue.end + _BEHIND]
    if cue.kind == "key":
        return Cue(cue.start, cue.end, "password", cue.language) if pattern("networks").search(before) else None
    sentences, rest = SENTENCE_ENDS.split(before), SENTENCE_ENDS.split(after)[0]
    line = " ".join(sentences[-2:]) if not sentences[-1].strip() else sentences[-1]  # “The box hangs at the gate. Code 4471.”
    other = pattern("other_codes")
    if other.search(" ".join([*line.split()[-2:], text[cue.start : cue.end], *rest.split()[:4]])):
        return None
    if pattern("locks").search(f"{line} · {rest}") or pattern("opening").search(rest):
        return Cue(cue.start, cue.end, "pin", cue.language)
    definite = pattern("articles", suffix=r"\s+$").search(before) or pattern("definite").fullmatch(text[cue.start : cue.end])
    return Cue(cue.start, cue.end, "figure", cue.language) if definite and not other.search(before + rest) else None
