"""What stands where a password could stand: where it begins and ends, and what it looks like."""

from __future__ import annotations

import re
from enum import IntEnum
from functools import cache
from typing import NamedTuple

from sendcheck.checkapi import Lazy, by_language, toml, union
from sendcheck.understanding.lexicon import frequent, words_by_tag
from sendcheck.understanding.organisations import may_exist
from sendcheck.understanding.words import function_words

QUOTES = {'"': '"', "'": "'", "“": "”", "”": "”", "«": "»", "»": "«", "‘": "’", "`": "`", "„": "“"}
#: The longest value that is read, and the shortest.
LONGEST, _SHORTEST = 128, 3
_TOKEN = re.compile(rf"\S{{1,{LONGEST}}}")
#: What may close a sentence, a list or a bracket behind a value.
_CLOSES = ".,;:"
_PAIRED = {")": "(", "]": "[", "}": "{", ">": "<", "”": "“", "»": "«", "’": "‘", '"': '"', "'": "'", "`": "`", "*": "*", "_": "_"}
#: After these a cell of a table or a field of a form ends.
_CELL_ENDS = re.compile(r"[ \t]*(?:$|\n|\t|\||[ \u00a0]{2,}|<)")
#: Words up to this rank make sentences.
_FREQUENT = 400
#: So many words that hold no small one are no sentence, whatever the first is.
_SENTENCE = 4
_SAME = re.compile(r"(.)\1*")
_FIGURES = re.compile(r"\d+(?:[ \u00a0.-]?\d+)*[#*]?")
_LETTERS = re.compile(r"[^\W\d_]+")
#: Characters that no word has inside.
_SIGNS = re.compile(r"[!@#$%^&*+=?_~|\\{}\[\];<>§€£¤]")
_ADDRESS = re.compile(r"(?:mailto:)?[\w.+-]+@(?P<domain>[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,})")
#: Links, hosts and paths, names of files, hours, dates, sums and ordinals.
_SOMETHING_ELSE = re.compile(
    r"\d+['’]s|&(?:#\d+|[a-z]{2,8});?|\+\d[\d ()-]{6,}|\w+://.*|www\..*|(?:[\w-]+\.)+(?:com|no|org|net|info|local|example|test|io|[a-z]{2})(?:[:/].*)?"
    r"|(?:[a-z]:)?\\\\?(?:[\w $.-]+\\)+.*|~?(?:/[\w.-]+){2,}/?"
    r"|[\w()-]+\.(?:pdf|docx?|xlsx?|pptx?|txt|csv|zip|html?|php|aspx?|exe|png|jpe?g|gif|eml|ics|xml|json|ya?ml|py|js|sh|mdb|log)"
    r"|\d{1,2}[:.]\d{2}(?::\d{2})?(?:[ap]m)?|\d{1,4}[./-]\d{1,2}[./-]\d{2,4}|[$€£]\d[\d.,]*|\d[\d.,]*(?:st|nd|rd|th|am|pm|kb|mb|gb|kr|x|%|,-)",
    re.I,
)
#: What no text holds: the rest of something else that was read as one.
NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd]")
#: What brackets mark as to be filled in.
_PLACEHOLDER = re.compile(r"(?:<[^<>\n\d]{1,60}>|\[[^\]\n\d]{1,60}\]|\{[^}\n\d]{1,60}\})(?!\w)|\{\{")
_BOLD = re.compile(r"(?P<mark>\*{1,3}|__?)(?=[^\s*_][^\n]{0,100}?(?P=mark)(?!\w))")
#: Endings of participles and adjectives: “hashed”, “readable”, “kryptert”; “endret” is one by the verb it comes from.
_STATE = re.compile(r"(?:ed|ing|able|ible|ous|less|ful|ally|lig|lige|ish|ert|ende|bar|løst?)$")


class Look(IntEnum):
    """What a value looks like, the more like a password the higher."""

    NOTHING = 0  # a placeholder, an address, a date
    PROSE = 1  # a word that goes on with the sentence
    STATE = 2  # what is said of a thing: “wrong”, “stored”
    WORD = 3
    UNKNOWN = 4  # letters that are no word
    FIGURES = 5
    MADE_UP = 6


class Slot(NamedTuple):
    """What stands at a place. ``quoted``: between quotation marks; ``last``: nothing of its sentence or cell follows; ``next``: the word that does."""

    start: int
    end: int
    value: str
    quoted: bool
    last: bool
    next: str


@cache
def _nothing() -> frozenset[str]:
    return frozenset(word for data in by_language(__package__, "words") for word in data["nothing"])


@cache
def _examples() -> tuple[frozenset[str], Lazy]:
    data = toml(__package__, "shapes.toml")
    return frozenset(v.lower() for v in data["examples"]), union(data["no_values"], flags=re.I)


def is_nothing(word: str) -> bool:
    """Whether it is said of passwords, and is none: “same”, “nedenfor”."""
    return word.lower() in _nothing()


def is_example(value: str) -> bool:
    """Whether it is a documented example, or stands for a value."""
    words, shapes = _examples()
    return value.lower().strip("$%") in words or bool(shapes.search(value)) or bool(_SAME.fullmatch(value))


def slot(text: str, at: int) -> Slot | None:
    """What stands at an offset of a text; None for nothing, for a further label, and for what brackets mark as a placeholder."""
    bold = _BOLD.match(text, at)
    at = bold.end() if bold else at
    closing = QUOTES.get(text[at : at + 1])
    if closing is not None:
        end = text.find(closing, at + 1, at + LONGEST)
        if end > at + 1 and "\n" not in text[at:end]:
            return Slot(at + 1, end, text[at + 1 : end], True, *_after(text, end + 1))
        at += 1
    if text[at : at + 1] == "(" and ")" not in text[at : text.find(" ", at)]:
        at += 1
    token = _TOKEN.match(text, at)
    if token is None:
        return None
    value = token.group(0)
    if _PLACEHOLDER.match(text, at):
        return None
    tag = re.search(r"</", value)
    value = _trimmed(value[: tag.start()] if tag else value)
    if not value or (text[at + len(value) : at + len(value) + 1] == ":" and value.isalpha()):
        return None
    return Slot(at, at + len(value), value, False, *_after(text, at + len(value)))


def _trimmed(value: str) -> str:
    """Without the marks of the sentence around it."""
    while value and (value[-1] in _CLOSES or (value[-1] in _PAIRED and _unpaired(value))):
        value = value[:-1]
    return value


def _unpaired(value: str) -> bool:
    closing, opening = value[-1], _PAIRED[value[-1]]
    return value.count(closing) % 2 == 1 if closing == opening else value.count(closing) > value.count(opening)


def _after(text: str, end: int) -> tuple[bool, str]:
    """Whether the sentence or the cell ends at an offset, and the next word."""
    while text[end : end + 1] in {"*", "_", "`", '"', "'", "”", "»"} and text[end : end + 1]:
        end += 1
    if text[end : end + 1] in {".", ",", ";", ":", ")", "]", "}", "!", "?", "/"} or _CELL_ENDS.match(text, end):
        return True, ""
    following = re.compile(r"[ \t]+\(?([^\W_]+)?").match(text, end)
    return False, (following.group(1) or "").lower() if following else ""


def _is_address(value: str) -> bool:
    """“kari@acme.no”; “p@ss.ord” only looks like one."""
    found = _ADDRESS.fullmatch(value)
    return found is not None and may_exist(found["domain"])


def look(value: str, figures: int = 4) -> Look:
    """What a single value looks like. ``figures``: the fewest digits of one."""
    value = value.rstrip("=") if value.count("=") == 1 else value
    if len(value) < _SHORTEST or is_example(value) or _is_address(value) or _SOMETHING_ELSE.fullmatch(value):
        return Look.NOTHING
    if _FIGURES.fullmatch(value):
        return Look.FIGURES if sum(c.isdigit() for c in value) >= figures else Look.NOTHING
    bare = value.rstrip("!?")
    if _LETTERS.fullmatch(bare):
        return _of_letters(bare)
    if NO_TEXT.search(value):
        return Look.NOTHING
    if sum(c.isalnum() for c in bare) >= _SHORTEST < len(bare) and (_SIGNS.search(bare) or (any(c.isdigit() for c in bare) and any(c.isalpha() for c in bare))):
        return Look.MADE_UP
    return _of_pieces(bare)


def _of_letters(word: str) -> Look:
    low = word.lower()
    if low in _nothing() or low in function_words() or len(word) < _SHORTEST:
        return Look.PROSE
    if len(word) > _SHORTEST and word not in {low, word.upper(), word.capitalize()}:
        return Look.UNKNOWN
    if word.isupper() and len(word) <= _SHORTEST:
        return Look.PROSE  # an abbreviation
    known = False
    for language in _languages():
        tags = words_by_tag(language)
        if any(low in tags.get(tag, ()) for tag in ("ADJ", "ADV", "AUX", "VERB")):
            return Look.STATE
        known = known or low in frequent(language) or low in tags.get("NOUN", ())
    if _says_how(low):
        return Look.STATE
    return Look.WORD if known else Look.STATE if _is_joined_participle(low) else Look.UNKNOWN


def _is_joined_participle(low: str) -> bool:
    """“nullstilt”: an unknown word whose last part is a participle."""
    verbs = words_by_tag("nb").get("VERB", ())
    return low.endswith(("t", "dd")) and any(low[at:] in verbs for at in range(2, len(low) - 4))


def _says_how(low: str) -> bool:
    """Whether a word's ending, or the words made from it, tell a participle or an adjective: “hashed”, “weak” (weakly, weakest), “svakt” (svake)."""
    english, norwegian = frequent("en"), frequent("nb")
    if f"{low}s" in english or (f"{low}en" in norwegian and (f"{low}er" in norwegian or f"{low}ene" in norwegian)):
        return False  # it has a plural
    stem = low[:-1] + "i" if low.endswith("y") else low.removesuffix("e")
    verb = low.endswith("t") and (f"{low[:-1]}e" in norwegian or (low.endswith("et") and low[:-1] in norwegian))
    return bool(_STATE.search(low)) or f"{stem}ly" in english or f"{stem}est" in english or verb


def _of_pieces(value: str) -> Look:
    """Of words that something joins: “case-sensitive” is a word, “rod-hest-blaa-sykkel” none."""
    pieces = [p for p in re.split(r"[\W_]+", value) if p]
    if len(pieces) < 2:
        return Look.MADE_UP if len(value) > _SHORTEST and not pieces else Look.NOTHING
    looks = [_of_letters(p) if p.isalpha() else Look.MADE_UP for p in pieces]
    strange = any(one >= Look.UNKNOWN for one in looks)
    if re.fullmatch(r"[^\W\d_]+\.[^\W\d_]+", value):  # “wrong.Please” lacks a blank
        return Look.UNKNOWN if looks[0] > Look.STATE and (pieces[1].islower() or strange) else min(looks)
    if "'" in value or "’" in value or "/" in value:
        return Look.UNKNOWN if strange and "/" not in value and len(pieces) > 2 else Look.PROSE
    small = sum(p.lower() in function_words() for p in pieces)
    if len(pieces) > 2:
        return Look.MADE_UP if strange or not small else Look.UNKNOWN if small < len(pieces) - small else Look.PROSE
    if min(looks) < Look.WORD or small:
        return Look.PROSE
    return Look.UNKNOWN if strange else Look.WORD


@cache
def _languages() -> tuple[str, ...]:
    return tuple(data["language"] for data in by_language(__package__, "words"))


def is_word(word: str) -> bool:
    """Whether it is a word that a sentence may go on with, and no unit: “mm”."""
    return not word or word in function_words() or (len(word) > _SHORTEST and _of_letters(word) in {Look.PROSE, Look.STATE})


def is_phrase(text: str, beside_a_user: bool) -> bool:
    """Whether a text is made of words that make no sentence: “correct horse battery staple”. ``beside_a_user``: fewer words do, with an “and” between."""
    words = text.split()
    if _is_name_and_number(words):
        return True
    if not (2 if beside_a_user else 3) <= len(words) <= 8 or not all(re.fullmatch(r"[^\W_]+[!?]?", w) for w in words):
        return False
    lows = [w.lower().rstrip("!?") for w in words]
    small = [w in function_words() for w in lows]
    if (
        (len(words) < _SENTENCE and lows[0] in _nothing())
        or small[0]
        or small[-1]
        or (any(small) and _of_letters(lows[0]) is Look.STATE)
        or sum(small) > (1 if beside_a_user else 0)
    ):
        return False
    ranks = [min(frequent(language).get(w, 10**6) for language in _languages()) for w, is_small in zip(lows, small, strict=True) if not is_small]
    states = sum(_of_letters(w) in {Look.STATE, Look.PROSE} for w, is_small in zip(lows, small, strict=True) if w.isalpha() and not is_small)
    return min(ranks) > _FREQUENT and states <= len(words) // 3


def _is_name_and_number(words: list[str]) -> bool:
    """“Havn 4471”: words and a figure that no sentence ends with."""
    if not 2 <= len(words) <= 3 or look(words[0]) not in {Look.WORD, Look.UNKNOWN}:
        return False
    return look(words[-1]) >= Look.FIGURES and all(look(w) >= Look.WORD for w in words)
