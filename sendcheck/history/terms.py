"""What a mail is about, without a readable word: its content words as numbers of 24 bits under a key that only this history has.

No word can be read from a number; whoever has the file, key and all, can only ask whether a word that he thinks of has the number. The profile
of a person or a circle is the numbers of the mails they got; mails are compared by what numbers they share, rare ones counting more
(Carvalho and Cohen, SDM 2007: kNN over one's own sent mail).
"""

from __future__ import annotations

import hashlib
import math
import re
import sys
from array import array
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from sendcheck.data import language_file, languages_with
from sendcheck.understanding.names import fold

#: Content words of a mail that are kept.
MOST = 64
_WORD = re.compile(r"[^\W\d_]{3,30}")


@cache
def _function_words() -> frozenset[str]:
    found: set[str] = set()
    for language in languages_with("function_words.toml"):
        for words in language_file(language, "function_words.toml").values():
            found.update(fold(w) for entry in (words if isinstance(words, list) else [words]) for w in str(entry).split())
    return frozenset(found)


@lru_cache(maxsize=50_000)
def _bucket(word: str, key: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=3, key=key).digest(), "little")


def terms(subject: str, text: str, key: bytes) -> tuple[int, ...]:
    """The first content words of a subject and a text as numbers, each once, in ascending order."""
    found: dict[int, None] = {}
    for match in _WORD.finditer(f"{subject}\n{text}"):
        word = fold(match.group(0))
        if word not in _function_words():
            found[_bucket(word, key)] = None
            if len(found) >= MOST:
                break
    return tuple(sorted(found))


def packed(numbers: Iterable[int]) -> bytes:
    """Numbers as bytes, four each, low byte first."""
    values = array("I", numbers)
    if sys.byteorder == "big":
        values.byteswap()
    return values.tobytes()


def unpacked(data: bytes | None) -> array[int]:
    """The numbers of :func:`packed`, each once."""
    values = array("I", data or b"")
    if sys.byteorder == "big":
        values.byteswap()
    return values


def weights(seen: Mapping[int, int], wanted: Iterable[int], mails: int) -> dict[int, float]:
    """How much each number tells: rare ones more (inverse document frequency)."""
    return {number: math.log((mails + 1) / (seen.get(number, 0) + 0.5)) for number in wanted}


def likeness(mine: frozenset[int], other: array[int], weight: Mapping[int, float], whole: float) -> float:
    """How much of what a mail is about another shares, 0 to 1: weighted overlap (of *whole*, all weight of mine), damped by the other's length."""
    shared = mine.intersection(other)
    if not shared:
        return 0.0
    return sum([weight[n] for n in shared]) / (whole or 1.0) / math.sqrt(max(8, len(other)) / 8)
