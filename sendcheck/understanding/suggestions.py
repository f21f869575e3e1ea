"""What a word that no dictionary has was probably meant to be, the likeliest first: frequent words one slip away, found without asking Hunspell.

A slip is an insertion, omission, substitution or transposition (Damerau 1964). How likely each kind is, and how frequent the word, decide the order.
Words further away are found by what is left of them: two that are equal once each has lost a letter are at most two slips apart (after SymSpell, Garbe 2012).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache, lru_cache

from sendcheck.data import language_file
from sendcheck.understanding.dictionaries import Speller, speller
from sendcheck.understanding.lexicon import frequent, words_by_tag
from sendcheck.understanding.names import one_less

_LETTERS = "abcdefghijklmnopqrstuvwxyzæøå"
_VOWELS = frozenset("aeiouyæøå")
#: What lies beside each other on a keyboard, in rows (QWERTY, with the Norwegian letters).
_ROWS = ("qwertyuiopå", "asdfghjkløæ", "zxcvbnm")
#: Costs of slips, in the measure of ln(rank): swapped or doubled letters happen most, a wrong first letter least.
_SWAP, _DOUBLE, _VOWEL, _SOUND, _MISSING, _EXTRA, _KEY, _OTHER, _FIRST, _FAR = 0.2, 0.2, 3.0, 2.4, 2.6, 4.4, 5.5, 8.0, 1.8, 4.0
#: Letters that sound alike in one place or another.
_ALIKE = {frozenset(p) for p in ("sc", "ck", "sz", "fv", "td", "bp", "qk", "gj", "mn", "iy", "ei", "wv")}
#: Stands for the rank of a word of the dictionary that is not among the frequent ones.
_RARE = 120_000
#: A slip that costs more than this is less likely than two words written as one; letters of the shorter one, and the ranks of both together.
_UNLIKELY, _PART, _KNOWN_PARTS = 14.6, 3, 16_000
_SHORTEST, _LONG, _FAR_LONG = 3, 7, 6
#: Longer words are phrases with hyphens, or no words: trying thousands of slips in them takes seconds.
_LONGEST = 30


def rank(word: str, language: str) -> int:
    """How frequent a word is: 1 for the most frequent; a large number for one that is not on the list."""
    return frequent(language).get(word.lower(), _RARE)


def suggestions(word: str, judge: Speller) -> tuple[str, ...]:
    """Words that may have been meant, the likeliest first. Known confusions alone, where the word is one."""
    return _suggestions(word, judge.language)


@lru_cache(maxsize=1024)
def _suggestions(word: str, language: str) -> tuple[str, ...]:
    """A word is asked about up to three times: whether it is a name, whether it is formed, and what to write."""
    judge = speller(language)
    if judge is None:
        return ()
    low = word.lower().replace("’", "'")
    if low in judge.mistaken:
        return (judge.mistaken[low],)
    if not _SHORTEST <= len(low) <= _LONGEST:
        return ()
    if word == low and judge.spelt(low.capitalize()):  # “monday”
        return (low.capitalize(),)
    ranks = frequent(judge.language)
    scores: dict[str, float] = {}
    for candidate, cost in _slips(low):
        at = ranks.get(candidate)
        if at is not None:
            scores[candidate] = min(scores.get(candidate, math.inf), cost + math.log(at))
    found = [c for c in sorted(scores, key=scores.__getitem__) if _shown(c, judge)]
    if found and scores[found[0]] > _UNLIKELY:
        found = [*_compound(low, judge), *found]
    found = found or _clipped(low, judge)
    if not found and len(low) >= _LONG:
        found = [c for c, _cost in sorted(set(_slips(low)), key=lambda pair: pair[1]) if judge.spelt(c)][:3]
    if not found:
        found = _clipped(low, judge) or _compound(low, judge) or _split(low, judge)
    if not found and len(low) >= _FAR_LONG:
        found = _further(low, judge)
    if found and "'" in found[0] and found == _clipped(low, judge):
        return tuple(found)  # dictionaries lack some of them
    return tuple(dict.fromkeys(shown for c in found[:5] if (shown := _shown(c, judge))))


def _shown(candidate: str, judge: Speller) -> str:
    """A candidate as it is written: names of days and places with their capital; "" if the dictionary has it in no form."""
    if " " in candidate:
        parts = [_shown(part, judge) for part in candidate.split()]
        return " ".join(parts) if all(parts) else ""
    if judge.knows(candidate):
        return candidate
    return candidate.capitalize() if judge.spelt(candidate.capitalize()) else ""


def is_compound(word: str, meant: str, language: str) -> bool:
    """Whether *meant* is nothing but the word in two, as compounds are made: somebody's way to write it, and no blank that was lost."""
    joining = language_file(language, "spelling.toml").get("in_compounds", ())
    parts = meant.lower().split()
    return len(parts) > 1 and "".join(parts) == word.lower() and not any(part in _small(language) and part not in joining for part in parts)


def _clipped(word: str, judge: Speller) -> list[str]:
    """A small word that lost its apostrophe (“shouldve”)."""
    tails = language_file(judge.language, "spelling.toml").get("clipped", ())
    cuts = [len(word) - len(tail) for tail in tails if word.endswith(tail)]
    return [f"{word[:i]}'{word[i:]}" for i in cuts if word[:i] in _small(judge.language)][:1]


def _compound(word: str, judge: Speller) -> list[str]:
    """A word that English writes as two, both of them frequent (“webshop”)."""
    if judge.joints:
        return []
    table = frequent(judge.language)
    small = _small(judge.language)
    cuts = [(word[:i], word[i:]) for i in range(_PART, len(word) - _PART + 1)]
    pairs = [(table[a] + table[b], f"{a} {b}") for a, b in cuts if a in table and b in table and not {a, b} & small]
    return [pair for total, pair in sorted(pairs) if total < _KNOWN_PARTS][:1]


@cache
def _small(language: str) -> frozenset[str]:
    """Words that hold sentences together, and stand in no compound."""
    open_ones = {word for tag in ("NOUN", "ADJ") for word in words_by_tag(language).get(tag, ()) if len(word) >= _PART}
    return frozenset(language_file(language, "function_words.toml").get("words", ())) - open_ones


def _split(word: str, judge: Speller) -> list[str]:
    """Two frequent words that lost their blank."""
    ranks, small = frequent(judge.language), _small(judge.language)
    pairs = [(ranks.get(word[:i], _RARE) + ranks.get(word[i:], _RARE), f"{word[:i]} {word[i:]}") for i in range(1, len(word))]
    return [pair for total, pair in sorted(pairs) if total < 3_000 and all(len(w) >= _PART or w in small for w in pair.split())][:1]


def _slips(word: str) -> Iterator[tuple[str, float]]:
    """All words one slip away, with what the slip costs."""
    size = len(word)
    for i in range(size):
        head, char, tail = word[:i], word[i], word[i + 1 :]
        first = _FIRST if i == 0 else 0.0
        if i + 1 < size and char != word[i + 1]:
            yield head + word[i + 1] + char + word[i + 2 :], _SWAP + first
        before = word[i - 1] if i else ""
        yield head + tail, (_DOUBLE if char in (before, tail[:1]) else _EXTRA) + first
        for other in _LETTERS:
            if other != char:
                yield head + other + tail, _exchanged(char, other) + first
    for i in range(size + 1):
        head, tail = word[:i], word[i:]
        first = _FIRST if i == 0 else 0.0
        for other in _LETTERS:
            yield head + other + tail, (_DOUBLE if other in (word[i - 1 : i], tail[:1]) else _MISSING) + first
        if i and size > 3:
            yield f"{head}'{tail}", _SWAP


@lru_cache(maxsize=4096)
def _exchanged(one: str, other: str) -> float:
    if one in _VOWELS and other in _VOWELS:
        return _VOWEL
    if frozenset((one, other)) in _ALIKE:
        return _SOUND
    return _KEY if _are_neighbours(one, other) else _OTHER


def _are_neighbours(one: str, other: str) -> bool:
    places = {c: (row, column) for row, letters in enumerate(_ROWS) for column, c in enumerate(letters)}
    if one not in places or other not in places:
        return False
    (row, column), (other_row, other_column) = places[one], places[other]
    return abs(row - other_row) + abs(column - other_column) == 1 or (abs(row - other_row) == 1 and abs(column - other_column) <= 1)


# -- two slips ----------------------------------------------------------------


@cache
def _beginning(language: str) -> dict[str, list[tuple[str, int]]]:
    """Frequent words by their first letter, with their letters as bits."""
    found: dict[str, list[tuple[str, int]]] = {}
    for word in frequent(language):
        if len(word) >= _FAR_LONG - 1:
            found.setdefault(word[0], []).append((word, _bits(word)))
    return found


def _bits(word: str) -> int:
    bits = 0
    for char in word:
        bits |= 1 << (ord(char) & 63)
    return bits


def _further(word: str, judge: Speller) -> list[str]:
    """Frequent words two slips away that begin alike: those that equal the word once each has lost a letter, the word of a long one two."""
    ranks = frequent(judge.language)
    met: dict[str, float] = {}
    lefts, lost = one_less(word, 1), 1
    if len(word) >= _LONG:
        lefts, lost = lefts.union(*(one_less(left, 1) for left in lefts)), 2
    bits = _bits(word)
    for candidate, theirs in _beginning(judge.language).get(word[0], ()):
        # Cheaper than taking letters out, and hardly any word passes: more letters differ than are taken out.
        if (theirs & ~bits).bit_count() > 1 or (bits & ~theirs).bit_count() > lost or not -lost <= len(candidate) - len(word) <= 1:
            continue
        if not lefts.isdisjoint(one_less(candidate, 1)):
            met[candidate] = _FAR * _distance(word, candidate) + math.log(ranks[candidate])
    return [c for c in sorted(met, key=met.__getitem__) if met[c] < 3 * _FAR + math.log(len(ranks)) and _shown(c, judge)]


def _distance(one: str, other: str) -> float:
    """Slips between two words (optimal string alignment); a vowel for a vowel and a doubled letter count half."""
    before: list[float] = []
    last: list[float] = [float(j) for j in range(len(other) + 1)]
    for i, a in enumerate(one, 1):
        row = [float(i)]
        for j, b in enumerate(other, 1):
            exchange = 0.0 if a == b else 0.5 if a in _VOWELS and b in _VOWELS else 1.0
            doubled = 0.5 if i > 1 and one[i - 2] == a else 1.0
            missing = 0.5 if j > 1 and other[j - 2] == b else 1.0
            best = min(last[j - 1] + exchange, last[j] + doubled, row[j - 1] + missing)
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, before[j - 2] + 0.75)
            row.append(best)
        before, last = last, row
    return last[-1]
