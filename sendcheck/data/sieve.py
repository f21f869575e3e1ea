"""Many alternatives as one pattern, of which only those are tried whose words occur in the text.

A regular expression of some hundred alternatives tries each at each character. Nearly all of ours hold a word they cannot match without: where none of
those words occurs, which a plain search tells, the alternative needs no trying (and is not even compiled). What is found is what the union of all
would find: the leftmost match, and of those that begin there the first alternative's.
"""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from sendcheck.data.loose import loosened

from re import _constants as ops  # type: ignore[attr-defined]  # isort: skip
from re import _parser  # type: ignore[attr-defined]  # isort: skip

#: Letters that another letter matches without regard to case although lowering does not make them the same.
_FOLDED = str.maketrans({"ſ": "s", "ı": "i", "ς": "σ"})
_ODD = frozenset("ſıİςßẞ\u212a")
#: A run of fewer characters occurs in nearly every text, but not one with these marks, which weighs as much as a short word.
_LEAST, _SHORT = 2, 3
RARE = frozenset("{}[]()<>%$*«»@#_\\|=+&€£")
#: Beyond this a longer word is no rarer.
_LONG_ENOUGH = 6
#: A longer text is no sentence.
_KEPT = 1_000
#: Texts after which making a search for all words at once has paid.
_FEW = 20
#: How likely a text holds some characters, from 0 to 1; whether they are the begin, and the end, of a word.
Chance = Callable[[str, bool, bool], float]
_REPEATS = {ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT}


class Alternatives:
    """Regular expressions, any of which may match. ``flags``: as for :func:`re.compile`."""

    def __init__(self, expressions: Sequence[str], flags: int = re.I, loose: bool = False) -> None:
        self._expressions, self._flags, self._loose = tuple(expressions), flags, loose
        self._compiled: dict[int, re.Pattern[str]] = {}
        self._always: list[int] = []
        #: Word to the alternatives that need it.
        self._by_word: dict[str, list[int]] = {}
        _made.append(self)
        for number, expression in enumerate(self._expressions):
            words = needed(expression, flags, loose)
            for word in words:
                self._by_word.setdefault(word, []).append(number)
            if not words:
                self._always.append(number)
        self._words = Words(self._by_word)

    def __len__(self) -> int:
        return len(self._expressions)

    def search(self, text: str, start: int = 0) -> re.Match[str] | None:
        """The leftmost match from *start* on, or None."""
        return self._first(self._candidates(text), text, start)

    def match(self, text: str) -> re.Match[str] | None:
        """A match at the begin, or None."""
        return next((found for found in (self._pattern(number).match(text) for number in self._candidates(text)) if found), None)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Matches that do not overlap, from left to right. No alternative may match nothing."""
        candidates = self._candidates(text)
        found = self._first(candidates, text, 0)
        while found is not None:
            yield found
            found = self._first(candidates, text, max(found.end(), found.start() + 1))

    def each(self, text: str) -> Iterator[tuple[int, re.Match[str]]]:
        """What each alternative finds by itself, with its number: alternative by alternative, in order."""
        for number in self._candidates(text):
            for found in self._pattern(number).finditer(text):
                yield number, found

    def _first(self, candidates: list[int], text: str, start: int) -> re.Match[str] | None:
        best: re.Match[str] | None = None
        for number in candidates:
            found = self._pattern(number).search(text, start)
            if found is not None and (best is None or found.start() < best.start()):
                best = found
        return best

    def _candidates(self, text: str) -> list[int]:
        """Alternatives whose words occur, in order."""
        met = self._words.met(text)
        return sorted(set(self._always).union(*map(self._by_word.__getitem__, met))) if met else self._always

    def _pattern(self, number: int) -> re.Pattern[str]:
        if number not in self._compiled:
            self._compiled[number] = re.compile(_meant(self._expressions[number], self._loose), self._flags)
        return self._compiled[number]

    def compile(self) -> None:
        """Compile all of them."""
        for number in range(len(self)):
            self._pattern(number)

    @property
    def expressions(self) -> list[tuple[str, int, bool]]:
        """Each with its flags, and whether it is loose."""
        return [(expression, self._flags, self._loose) for expression in self._expressions]


class Lazy:
    """One regular expression, used as a compiled one is, but not compiled before a text holds one of the words that it cannot match without."""

    def __init__(self, expression: str, flags: int = re.I) -> None:
        self.pattern, self.flags = expression, flags
        self._words: Words | None = None
        self._compiled: re.Pattern[str] | None = None
        _made.append(self)

    def search(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """As that of a compiled pattern."""
        return self.compile().search(text, start, end) if self._may(text) else None

    def match(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """As that of a compiled pattern."""
        if self._compiled is None and not self._may(text):
            return None
        return self.compile().match(text, start, end)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """As that of a compiled pattern."""
        if self._compiled is None and not self._may(text):
            return None
        return self.compile().fullmatch(text)

    def finditer(self, text: str, start: int = 0, end: int = sys.maxsize) -> Iterator[re.Match[str]]:
        """As that of a compiled pattern."""
        return self.compile().finditer(text, start, end) if self._may(text) else iter(())

    def sub(self, new: str | Callable[[re.Match[str]], str], text: str) -> str:
        """As that of a compiled pattern."""
        return self.compile().sub(new, text) if self._may(text) else text

    def _may(self, text: str) -> bool:
        if self._words is None:
            self._words = Words(needed(self.pattern, self.flags))
        return not self._words or bool(self._words.met(text))

    def compile(self) -> re.Pattern[str]:
        """The compiled pattern."""
        if self._compiled is None:
            self._compiled = re.compile(self.pattern, self.flags)
        return self._compiled

    @property
    def expressions(self) -> list[tuple[str, int, bool]]:
        """Itself with its flags, and that it is not loose."""
        return [(self.pattern, self.flags, False)]


#: All that were made: they are kept by whoever made them for as long as the process lives.
_made: list[Alternatives | Lazy] = []


def compile_all() -> None:
    """Compile all that was made so far: for a process that others are forked from."""
    for made in _made:
        made.compile()


def all_expressions() -> set[tuple[str, int, bool]]:
    """All that were made so far: expression, flags, whether it is loose."""
    return {one for made in _made for one in made.expressions}


class Words:
    """Words in lower case, of which a text may hold some."""

    def __init__(self, words: Iterable[str]) -> None:
        every = frozenset(words)
        self._known = every & _every_word()
        self._others = every - self._known

    def __bool__(self) -> bool:
        return bool(self._known or self._others)

    def met(self, text: str) -> frozenset[str]:
        """Those that the text holds."""
        found = self._known & (_kept(text) if len(text) <= _KEPT else _kept_long(text))
        if self._others:  # a pattern that `needed.txt` does not know: somebody else's
            low = _low(text)
            found = found.union(word for word in self._others if word in low)
        return found


_readings = itertools.count()


def _held(text: str) -> frozenset[str]:
    """All words of ``needed.txt`` that a text holds: one reading for all patterns (Aho and Corasick 1975)."""
    low = _low(text)
    if next(_readings) < _FEW:  # a short mail is read sooner without
        return frozenset([word for word in _every_word() if word in low])
    return frozenset([word for _end, word in _search().iter(low)])


_kept = lru_cache(maxsize=1024)(_held)
#: Many patterns look at the same long text, one after another.
_kept_long = lru_cache(maxsize=4)(_held)


def _low(text: str) -> str:
    low = text.lower()
    return low if low.isascii() else low.translate(_FOLDED)


@cache
def _every_word() -> frozenset[str]:
    return frozenset("\t".join(_known().values()).split("\t")) - {""}


@cache
def _search() -> Any:
    from ahocorasick import Automaton  # type: ignore[import-not-found]

    found = Automaton()
    for word in _every_word() or {" "}:  # it must hold something
        found.add_word(word, word)
    found.make_automaton()
    return found


def needed(expression: str, flags: int = re.I, loose: bool = False) -> frozenset[str]:
    """Words (in lower case) of which every match of the expression holds at least one; none if that cannot be told. ``loose``: as the expression is meant."""
    known = _known().get(mark_of(expression, flags, loose))
    return worked_out(expression, flags, loose) if known is None else frozenset(known.split("\t")) if known else frozenset()


def worked_out(expression: str, flags: int = re.I, loose: bool = False, chance: Chance | None = None) -> frozenset[str]:
    """The same, from the expression itself: parsing all of ours takes a cold start half of its time, so that ``needed.txt`` holds the outcome.
    ``chance``: how likely a text holds some characters, and whether they begin and end a word; else the longer, the less likely.
    """
    return _of(_parser.parse(_meant(expression, loose), flags), chance or _by_length)


def _by_length(word: str, _begins: bool, _ends: bool) -> float:
    return 2.0 ** -min(_weight(word), _LONG_ENOUGH)


def mark_of(expression: str, flags: int, loose: bool = False) -> str:
    """What an expression is known by in ``needed.txt``."""
    return blake2b(f"{int(flags)}{' loose' if loose else ''}\0{expression}".encode(), digest_size=6).hexdigest()


def _meant(expression: str, loose: bool) -> str:
    return loosened(expression) if loose else expression


@cache
def _known() -> dict[str, str]:
    """What ``make needed`` worked out; an expression that is not in it is worked out when it is met."""
    try:
        lines = Path(__file__).with_name("needed.txt").read_text("utf-8").splitlines()
    except OSError:
        return {}
    return dict(line.split(" ", 1) for line in lines if line[:1] != "#")


def _of(parsed: Any, chance: Chance, begins: bool = False, ends: bool = False) -> frozenset[str]:
    """``begins``, ``ends``: whether what stands before and behind is the edge of a word."""
    best: frozenset[str] = frozenset()
    edges = (False, False)
    steps = list(parsed)
    at = 0
    while at < len(steps):
        op, value = steps[at]
        last = at
        while last + 1 < len(steps) and _is_letter(steps[last]) and _is_letter(steps[last + 1]):
            last += 1
        before = _is_edge(steps[at - 1]) if at else begins
        behind = _is_edge(steps[last + 1]) if last + 1 < len(steps) else ends
        found: frozenset[str] = frozenset()
        if _is_letter(steps[at]):
            run = "".join(chr(letter) for _, letter in steps[at : last + 1]).lower()
            found = frozenset({run}) if _weight(run) >= _LEAST else found
        elif op is ops.BRANCH:
            branches = [_of(branch, chance, before, behind) for branch in value[1]]
            found = frozenset().union(*branches) if all(branches) else found
        elif op in (ops.SUBPATTERN, ops.ATOMIC_GROUP):
            found = _of(value[-1] if op is ops.SUBPATTERN else value, chance, before, behind)
        elif op in _REPEATS and value[0] >= 1:
            found = _of(value[2], chance)
        if found and (not best or _chance(found, chance, before, behind) < _chance(best, chance, *edges)):
            best, edges = found, (before, behind)
        at = last + 1
    return best


def _chance(words: frozenset[str], chance: Chance, begins: bool, ends: bool) -> tuple[float, int]:
    return sum(chance(word, begins, ends) for word in words), len(words)


def _is_letter(step: Any) -> bool:
    op, value = step
    return op is ops.LITERAL and len(chr(value).lower()) == 1 and chr(value) not in _ODD


def _is_edge(step: Any) -> bool:
    op, value = step
    return op in (ops.AT, ops.ASSERT, ops.ASSERT_NOT) or (op is ops.LITERAL and not chr(value).isalnum())


def _weight(word: str) -> int:
    return len(word) if RARE.isdisjoint(word) else max(_SHORT, len(word))
