"""Varieties of a language: British or American spelling, told by the words that differ."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache, lru_cache
from typing import NamedTuple

from sendcheck.data import language_file, languages_with
from sendcheck.data.patterns import Lazy
from sendcheck.understanding.mail import Mail
from sendcheck.understanding.prose import Sentence

_WORD = re.compile(r"(?<![\w@./-])[a-z]{4,}(?![\w@/-]|\.\w)")
#: A mail's variety is what this many times as many words say.
_CLEARLY = 2


class Sign(NamedTuple):
    """A word of one variety: where it stands, the ``variety`` (BCP 47), and the other one's word, "" if it is not known."""

    sentence: Sentence
    start: int
    end: int
    variety: str
    other: str


class _Pair(NamedTuple):
    british: Lazy
    american: Lazy
    parts: tuple[str, str]


@cache
def _pairs(language: str) -> tuple[_Pair, ...]:
    found = []
    for pair in language_file(language, "varieties.toml")["pairs"]:
        parts = tuple(re.search(r"\((?!\?)([a-z|]*)\)", pair[name]).group(1) for name in ("british", "american"))  # type: ignore[union-attr]
        found.append(_Pair(Lazy(pair["british"], 0), Lazy(pair["american"], 0), (parts[0], parts[1])))
    return tuple(found)


@lru_cache(maxsize=2048)
def of_word(word: str, language: str) -> tuple[str, str]:
    """(variety, the other one's word) of a word in lower case; ("", "") if it tells nothing."""
    data = language_file(language, "varieties.toml")
    british, american = data["names"]
    if word in data["words"]:
        return british, data["words"][word]
    if word in data["only_american"]["words"]:
        return american, next((b for b, a in data["words"].items() if a == word), "")
    for pair in _pairs(language):
        for pattern, variety, part in ((pair.british, british, pair.parts[1]), (pair.american, american, pair.parts[0])):
            match = pattern.fullmatch(word)
            if match:
                other = word[: match.start(1)] + part + word[match.end(1) :]
                return variety, other if part and "|" not in part else ""
    return "", ""


def named(variety: str) -> str:
    """What a variety is called: British."""
    return str(language_file(variety.partition("-")[0], "varieties.toml")["names"][variety])


def signs(mail: Mail) -> tuple[Sign, ...]:
    """Words of own text that are spelt in one variety only, in order."""
    known = set(languages_with("varieties.toml"))
    found = []
    for sentence in mail.prose.sentences:
        if sentence.language in known:
            for match in _WORD.finditer(sentence.text):
                variety, other = of_word(match.group(0), sentence.language)
                if variety:
                    found.append(Sign(sentence, *match.span(), variety, other))
    return tuple(found)


def variety(mail: Mail) -> str | None:
    """The variety that a mail's own text is written in; None if no word tells, or as many tell the one as the other."""
    counts = Counter(sign.variety for sign in signs(mail)).most_common()
    if not counts or (len(counts) > 1 and counts[0][1] < _CLEARLY * counts[1][1]):
        return None
    return counts[0][0]
