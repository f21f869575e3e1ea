"""Whether what stands at a place is a password: the weaker the frame, the more it must look like one.

Behind “Password:” a word will do that ends the line; in the middle of a sentence it has to be one that nobody could say.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from sendcheck.checkapi import Confidence
from sendcheck.understanding.words import function_words

from .cues import AHEAD, Cue, pattern, words
from .values import Look, Slot, is_example, is_nothing, is_phrase, is_word, look, slot

CODE_OF_DIGITS = re.compile(r"\d(?:[ \u00a0.-]{0,3}\d){2,11}[#*]?(?![\w@/]|-\w|[.,]\d)")
#: The number of a case or a ticket, which weak frames leave alone.
TICKET = re.compile(r"[A-Z]{1,8}[-_#]?\d+")
#: The shortest token, and the most words of a password in quotes.
_TOKEN, _MOST_WORDS = 14, 9
_NAME_AND_NUMBER = re.compile(r"[A-ZÆØÅ][^\W\d_]+[ ]\d{2,6}(?=[.!,]?\s*(?:$|\n))")
_PHRASE = re.compile(r"(?i)pass ?(?:phrase|frase)")
#: What programs have in the place of a value: names behind an equals sign, and calls.
_PROGRAM = re.compile(r"[a-z]+(?:_[a-z]+)+;?|\w+(?:\.\w+)*[(\[].*|\$?[A-Za-z_]*(?i:passw|passord|pwd)[A-Za-z_]*;?|[A-Za-z_]+(?:\.[A-Za-z_]+)+;?")
_CALL = re.compile(r"[A-Za-z_][\w.]*(?:<[^>]*>)?\((?:\d*|[^)]*[\"',.][^)]*)\)[;,)]*|[A-Za-z_]\w*(?:\.\w+)+[(\[].*|\w+<\w+>\(.*")


class Handed(NamedTuple):
    """A value: characters of a text, whether it is a code, and how sure that is."""

    start: int
    end: int
    code: bool
    confidence: Confidence


class Frame(NamedTuple):
    """What leads from a cue to a value. ``kind``: of the link, ``direct`` for none; ``simple``: nothing stands between that could be said instead;
    ``pair``: a user is named beside it; ``asked``: the cue begins its line, or somebody is told to use it.
    """

    kind: str
    simple: bool
    pair: bool = False
    asked: bool = False


def judged(text: str, cue: Cue, at: int, frame: Frame) -> Handed | None:
    """The value at a place, if its looks are enough for the frame."""
    code = cue.kind in {"pin", "figure"}
    if frame.kind == "direct" and text[cue.start : cue.end].lower().endswith(("codes", "words")):
        return None  # “access codes 2026”
    if code:
        number = CODE_OF_DIGITS.match(text, at)
        if number and not re.fullmatch(r"(.)\1*", number.group(0)):
            return _figures(text, number, frame)
    if cue.kind == "figure":
        return None
    value = slot(text, at)
    if value is None:
        return None
    if text[cue.start - 1 : cue.start] in {"?", "&"} and "&" in value.value and not value.quoted:
        value = value._replace(end=value.start + value.value.index("&"), value=value.value[: value.value.index("&")], last=True)
    if cue.kind == "token":
        strange = look(value.value) is Look.MADE_UP and len(value.value) >= _TOKEN and any(c.isdigit() for c in value.value)
        return Handed(value.start, value.end, False, Confidence.HIGH) if strange and frame.simple and not _PROGRAM.fullmatch(value.value) else None
    filled = frame.kind in {"label", "copula", "changed"} or (frame.kind == "newline" and frame.pair)
    if not code and (filled or (frame.asked and not _makes_compounds(text, cue))):
        end = _phrase_end(text, value, frame)
        if end:
            return Handed(value.start, end, code, Confidence.MEDIUM)
    elif frame.kind == "direct" and frame.pair and not code and not value.quoted:
        named = _NAME_AND_NUMBER.match(text, value.start)  # “user kari, password Winter 2026”
        if named and is_phrase(named.group(0), True):
            return Handed(*named.span(), code, Confidence.MEDIUM)
    if frame.kind == "copula" and not value.last and is_word(value.value) and value.value.lower() not in _prepositions():
        value = slot(text, value.end + 1) or value  # “is probably X”
        if look(value.value) is not Look.MADE_UP or not value.last:
            return None
    confidence = _quoted(value, frame) if value.quoted else _single(text, cue, value, frame)
    return Handed(value.start, value.end, code, confidence) if confidence else None


@cache
def _prepositions() -> frozenset[str]:
    return frozenset(words("about").split("|"))


def _figures(text: str, number: re.Match[str], frame: Frame) -> Handed | None:
    digits = sum(c.isdigit() for c in number.group(0))
    following = re.match(r"[ \t]+([^\W\d_]+)", text[number.end() : number.end() + 40])
    word = following.group(1).lower() if following else ""
    goes_on = not is_word(word) or (frame.kind == "label" and pattern("copulas").fullmatch(word))
    if goes_on or digits < (4 if frame.kind in {"direct", "thing"} else 3) or not (frame.simple or frame.kind in {"reveal", "bracket"}):
        return None
    return Handed(*number.span(), True, Confidence.HIGH)


def _quoted(value: Slot, frame: Frame) -> Confidence | None:
    inner = value.value.strip()
    said = inner.split()
    if len(inner) < 3 or is_example(inner):
        return None
    first = look(said[0], 3)
    if len(said) == 1:
        set_off = frame.pair or frame.kind in {"label", "value", "copula"}
        enough = Look.UNKNOWN if frame.kind == "bracket" else Look.STATE if set_off else Look.WORD
        return Confidence.HIGH if first >= enough else None
    if any(look(w) == Look.MADE_UP for w in said):
        return Confidence.HIGH
    sentence = is_nothing(said[0]) and (len(said) < 3 or any(w.lower() in function_words() for w in said[1:]))
    return Confidence.HIGH if frame.simple and first is not Look.NOTHING and not sentence and len(said) <= _MOST_WORDS else None


def _single(text: str, cue: Cue, value: Slot, frame: Frame) -> Confidence | None:
    """How sure one is of a value of one word; None if it is none."""
    seen = look(value.value)
    in_program = frame.kind == "label" and "=" in text[cue.end : value.start]
    if (in_program and _PROGRAM.fullmatch(value.value)) or _CALL.fullmatch(value.value):
        return None
    if seen is Look.MADE_UP:
        weak = frame.kind in {"direct", "dash", "thing"} or not frame.simple
        if frame.kind in {"comma", "using"} and not value.last:
            return None
        doubtful = weak and not (frame.pair or frame.asked) and TICKET.fullmatch(value.value)
        return None if doubtful else Confidence.HIGH
    if seen is Look.FIGURES:
        set_off = frame.kind in {"label", "value", "copula", "changed", "cell", "direct", "thing"} or (frame.kind == "dash" and frame.pair)
        return Confidence.HIGH if set_off and frame.simple and (value.last or is_word(value.next)) else None
    bound = value.last and frame.simple and not _wraps(text, value.end)
    if not bound or seen <= Look.PROSE or (cue.kind == "pin" and frame.kind != "label"):
        return None
    if frame.kind in {"direct", "newline"} and not frame.pair:
        alike = seen is Look.UNKNOWN or (seen is Look.WORD and not _makes_compounds(text, cue))
        return Confidence.MEDIUM if frame.asked and alike else None
    if seen is Look.STATE:
        return Confidence.MEDIUM if frame.pair and frame.kind in {"label", "copula", "direct", "dash"} else None
    if seen is Look.WORD:
        return Confidence.MEDIUM if frame.kind in {"label", "copula", "changed"} or frame.pair else None
    return Confidence.HIGH if frame.pair or frame.kind == "label" else Confidence.MEDIUM


def _makes_compounds(text: str, cue: Cue) -> bool:
    """Whether a noun behind a cue may belong to it: “password manager”, not “pw manager”."""
    return cue.language == "en" and text[cue.start : cue.start + 4].lower() == "pass"


def _wraps(text: str, end: int) -> bool:
    """Whether a sentence goes on in the next line."""
    begin = text.rfind("\n", 0, end) + 1
    return end - begin > 50 and bool(re.match(r"[ \t]*\n[ \t>]*[a-zæøå]", text[end : end + 40]))


def _phrase_end(text: str, value: Slot, frame: Frame) -> int:
    """Where a password of several words ends that fills the rest of its line; 0 if there is none."""
    if value.quoted or not frame.simple:
        return 0
    line = re.match(r"[^\n\t|]*?(?=[.!]?[ \t]*(?:$|\n|\t|\|| {2}))", text[value.start : value.start + 90])
    rest = line.group(0) if line else ""
    fewer = frame.pair or bool(_PHRASE.search(text, max(0, value.start - AHEAD), value.start))
    return value.start + len(rest) if is_phrase(rest, fewer) else 0
