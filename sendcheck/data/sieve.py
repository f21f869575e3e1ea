"""Regular expressions that are tried, and compiled, only where a text holds a word they cannot match without.

One of some hundred alternatives tries each at each character. Nearly all of ours hold a word they cannot match without (``needed.py``): where none of
those occurs (``held.py``), the alternative needs no trying. What many alternatives find is what their union would find: the leftmost match, and of those
that begin there the first alternative's.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence

from sendcheck.data.held import Words
from sendcheck.data.needed import meant, needed


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
        best: re.Match[str] | None = None
        for number in self._candidates(text):
            found = self._pattern(number).search(text, start)
            if found is not None and (best is None or found.start() < best.start()):
                best = found
        return best

    def match(self, text: str) -> re.Match[str] | None:
        """A match at the begin, or None."""
        return next((found for found in (self._pattern(number).match(text) for number in self._candidates(text)) if found), None)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Matches that do not overlap, from left to right. No alternative may match nothing."""
        ahead = [(number, self._pattern(number).search(text)) for number in self._candidates(text)]
        while True:
            # Each keeps what it finds next until that lies behind: searching anew for each match would take many matches times the text.
            best = min((found for _, found in ahead if found is not None), key=lambda found: found.start(), default=None)
            if best is None:
                return
            yield best
            start = max(best.end(), best.start() + 1)
            ahead = [(n, found if found.start() >= start else self._pattern(n).search(text, start)) for n, found in ahead if found is not None]

    def each(self, text: str) -> Iterator[tuple[int, re.Match[str]]]:
        """What each alternative finds by itself, with its number: alternative by alternative, in order."""
        for number in self._candidates(text):
            for found in self._pattern(number).finditer(text):
                yield number, found

    def _candidates(self, text: str) -> list[int]:
        """Alternatives whose words occur, in order."""
        met = self._words.met(text)
        return sorted(set(self._always).union(*map(self._by_word.__getitem__, met))) if met else self._always

    def _pattern(self, number: int) -> re.Pattern[str]:
        if number not in self._compiled:
            self._compiled[number] = re.compile(meant(self._expressions[number], self._loose), self._flags)
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
