"""Which language a few words lean to: a word speaks for the language that uses it more, and the lists of frequent words tell by how much.

A word of rank r makes up about 1/r of a text (Zipf), so what a word says for one language against another is the logarithm of the ratio of its ranks:
naive Bayes over single words. It tells English from Norwegian in one or two words; languages that share most of their words need function words.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from sendcheck.understanding.lexicon import ranks, with_frequent

#: The rank of a word that a list lacks, what is added to a rank (one of the first may be the other list's tenth), and the most one word can say.
_ABSENT, _FIRST, _MOST = 150_000, 3, 6.0
#: What a letter says that a language has and others lack, in a word that no list has.
_LETTER = 3.0
#: Letters beyond the basic Latin ones, and the listed languages that have them.
_LETTERS = dict.fromkeys("æøå", ("nb",))


class Leaning(NamedTuple):
    """``language``: the likelier one, "" if no word is known; ``margin``: the logarithm of how many times likelier than the next;
    ``known``: the share of the words that its list has.
    """

    language: str
    margin: float
    known: float


def leaning(words: Iterable[str]) -> Leaning:
    """Where words in lower case lean."""
    languages = with_frequent()
    scores = dict.fromkeys(languages, 0.0)
    known = dict.fromkeys(languages, 0)
    count = 0
    for word in words:
        count += 1
        at = {language: _rank(word, language) for language in languages}
        if all(r is None for r in at.values()):
            for language in {lang for letter in word for lang in _LETTERS.get(letter, ())}:
                scores[language] += _LETTER
            continue
        best = max(_share(r) for r in at.values())
        for language, r in at.items():
            known[language] += r is not None
            scores[language] -= min(_MOST, best - _share(r))
    first, *others = sorted(languages, key=lambda lang: -scores[lang])
    margin = scores[first] - max((scores[other] for other in others), default=0.0)
    return Leaning(first if margin > 0 else "", margin, known[first] / max(1, count))


def _share(rank: int | None) -> float:
    """The logarithm of a word's share in a text, up to a constant."""
    return -math.log((rank or _ABSENT) + _FIRST)


def _rank(word: str, language: str) -> int | None:
    """The rank of a word, or of the one that an apostrophe shortens ("it's")."""
    found = ranks(language).of(word)
    return ranks(language).of(word.partition("'")[0]) if found is None and "'" in word else found
