"""The matter of a text: the words that carry it, with their weight, and which of them meet."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from sendcheck.checkapi import Prose, Sentence, Word, by_language
from sendcheck.understanding.figures import find_figures
from sendcheck.understanding.names import fold, given_names
from sendcheck.understanding.units import SHARE
from sendcheck.understanding.words import same_word

_WEIGHTS = {"NOUN": 2.0, "PROPN": 2.0, "NUM": 2.0, "X": 2.0, "SYM": 1.0, "VERB": 1.0, "ADJ": 1.0, "ADV": 0.7, "INTJ": 0.5}
_HEAVY = 2.0
#: What own text must share with an item, in weight: a noun, or two lighter words; where it stands quoted and unanswered, that and most of it.
NEED, _NEED_OPEN, _MOST_OF_IT = 2.0, 4.0, 0.6
#: The part of a short item; of a longer one, up to a bound; a fair part; and how much more where only related words meet.
_SINGLE, _PART, _NEED_MOST, _COVER, _ONLY_RELATED = 0.66, 0.3, 3.0, 0.45, 0.5
#: A word of so many letters weighs at least so much.
_LONG, _LONG_WORD = 7, 1.5
#: Parts of speech that may be looked for where an item has no weightier words.
PLAIN = frozenset({"VERB", "NOUN", "PROPN", "ADV", "ADJ", "NUM"})
#: What a related word is worth.
_RELATED = 0.7


@dataclass(frozen=True, slots=True)
class Term:
    """A word of weight: its forms (lemma and as written, or a figure), folded to lower case. ``key``: without it nothing answers (a person's name, a figure);
    ``exact``: it was met by itself, and not by a related word; ``frame``: it stands beside the question itself (“…, so that I can plan”).
    """

    forms: frozenset[str]
    weight: float
    shown: str
    key: bool = False
    exact: bool = True
    frame: bool = False

    def meets(self, other: Term) -> float:
        """How far both tell of one thing: 1 for the same word, less for words that only answer each other, 0 for others."""
        return _how_far(self.forms, other.forms)


@lru_cache(maxsize=1024)
def _how_far(mine: frozenset[str], theirs: frozenset[str]) -> float:
    if any(same_word(a, b) for a in mine for b in theirs):
        return 1.0
    return _RELATED if any(related(a, b) for a in mine for b in theirs) else 0.0


@cache
def word_set(key: str) -> frozenset[str]:
    """A list of ``synonyms.<language>.toml``, of all languages."""
    return frozenset(w for data in by_language(__package__, "synonyms") for w in data[key])


@cache
def _groups() -> dict[str, frozenset[int]]:
    """Word to the numbers of the rows of synonyms it stands in."""
    rows: dict[str, set[int]] = {}
    number = 0
    for data in by_language(__package__, "synonyms"):
        for row in data["same"]:
            for word in row:
                rows.setdefault(word, set()).add(number)
            number += 1
    return {word: frozenset(found) for word, found in rows.items()}


def related(one: str, other: str) -> bool:
    """Whether two words stand in one row of synonyms."""
    groups = _groups()
    return bool(groups.get(one, frozenset()) & groups.get(other, frozenset()))


def terms(prose: Prose, sentence: Sentence, start: int = 0, end: int | None = None) -> tuple[Term, ...]:
    """The weighty words of a sentence, or of characters start..end of it; plain words where there is no pipeline."""
    end = len(sentence.text) if end is None else end
    found: list[Term] = []
    light = word_set("light")
    for figure in find_figures(sentence.text, sentence.language):
        if start <= figure.start < end:
            forms = frozenset(f"{v:g}{figure.unit}" for v in figure.values) | {figure.text.lower()}
            found.append(Term(forms, _HEAVY, figure.text, figure.unit == SHARE))
    parsed = prose.words(sentence)
    if not parsed:
        for match in re.finditer(r"[^\W_]{2,}", sentence.text[start:end]):
            low = match.group(0).lower()
            if low not in light:
                found.append(Term(frozenset({low}), 1.0, low))
        return tuple(found)
    for word in parsed:
        low = word.text.lower()
        if not start <= word.start < end or word.pos not in _WEIGHTS or word.lemma in light or low in light or not re.search(r"\w|%", low):
            continue
        # the tagger errs most on long rare words, and those are nouns
        heavy = max(_WEIGHTS[word.pos], _LONG_WORD) if len(low) >= _LONG else _WEIGHTS[word.pos]
        found.append(Term(frozenset({word.lemma or low, low}), heavy, low, _is_name(word, sentence)))
    return _distinct(found)


def _is_name(word: Word, sentence: Sentence) -> bool:
    """A person's given name, and no word that only looks like one at the head of a sentence (“Finn”, “Mark”)."""
    if not word.text[:1].isupper() or fold(word.text) not in given_names() or fold(word.text) in word_set("no_names"):
        return False
    return word.pos == "PROPN" or word.start > 0


def _distinct(found: Iterable[Term]) -> tuple[Term, ...]:
    kept: dict[frozenset[str], Term] = {}
    for term in found:
        kept.setdefault(term.forms, term)
    return tuple(kept.values())


def shared(wanted: Iterable[Term], given: Iterable[Term]) -> list[Term]:
    """Those of *wanted* that *given* takes up; one that only a related word takes up weighs less."""
    offered = tuple(given)
    found = []
    for term in wanted:
        how_far = max((term.meets(g) for g in offered), default=0.0)
        if how_far:
            found.append(term if how_far == 1.0 else replace(term, weight=how_far * term.weight, exact=False))
    return found


def need_of(wanted: tuple[Term, ...], is_open: bool) -> float:
    """What must be shared: a noun's weight, two thirds of a lighter item, a part of a longer one; most of one that stands quoted without an answer."""
    core = [t for t in wanted if not t.frame] or list(wanted)
    whole = weight(core)
    if is_open:
        return max(_NEED_OPEN, _MOST_OF_IT * whole)
    least = min(NEED, _SINGLE * whole)
    return min(max(least, _PART * whole), _NEED_MOST)


def bar(both: list[Term], need: float) -> float:
    """Who takes up the person or the figure needs no more; who only has related words needs more."""
    if any(t.key and t.exact for t in both):
        return min(need, NEED)
    return need if len(both) < 2 or any(t.exact for t in both) else need + _ONLY_RELATED


def meets_need(both: Iterable[Term], wanted: tuple[Term, ...]) -> bool:
    """Whether a noun, or two thirds of a lighter item, is shared."""
    return weight(both) >= min(NEED, _SINGLE * weight(wanted))


def covers(both: Iterable[Term], wanted: tuple[Term, ...]) -> bool:
    """Whether what is shared is a fair part of the item, where no kind of answer helps to tell."""
    return weight(both) >= min(_NEED_OPEN, _COVER * weight(wanted))


def weight(found: Iterable[Term]) -> float:
    """What they weigh together."""
    return sum(t.weight for t in found)
