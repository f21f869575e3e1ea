"""Regular expressions that are compiled when they are first used: most commands, and most mails, need few of ours."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator

from sendcheck.data.literals import Needs, fold, may_match, needs


class Lazy:
    """A regular expression, used as a compiled one is. ``flags``: as for :func:`re.compile`."""

    def __init__(self, expression: str, flags: int = re.I) -> None:
        self.pattern, self.flags = expression, flags
        self._compiled: re.Pattern[str] | None = None
        _made.append(self)

    def search(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """As that of a compiled pattern."""
        return self.compile().search(text, start, end)

    def match(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """As that of a compiled pattern."""
        return self.compile().match(text, start, end)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """As that of a compiled pattern."""
        return self.compile().fullmatch(text)

    def finditer(self, text: str, start: int = 0, end: int = sys.maxsize) -> Iterator[re.Match[str]]:
        """As that of a compiled pattern."""
        return self.compile().finditer(text, start, end)

    def sub(self, new: str | Callable[[re.Match[str]], str], text: str) -> str:
        """As that of a compiled pattern."""
        return self.compile().sub(new, text)

    def compile(self) -> re.Pattern[str]:
        """The compiled pattern."""
        if self._compiled is None:
            self._compiled = re.compile(self.pattern, self.flags)
        return self._compiled


class Alternatives:
    """Regular expressions with groups of the same names, so that they cannot be one. One is tried only where the text holds what it cannot match without.

    ``prefix``, ``suffix``: what stands around each.
    """

    def __init__(self, expressions: Iterable[str], flags: int = re.I, prefix: str = "", suffix: str = "") -> None:
        self._each = [Lazy(f"{prefix}(?:{expression}){suffix}", flags) for expression in expressions]
        self._needs: tuple[Needs, ...] | None = None

    def each(self, text: str) -> Iterator[tuple[int, re.Match[str]]]:
        """What each finds by itself, with its number: one after another, in order."""
        for number, expression in self._possible(text):
            for found in expression.finditer(text):
                yield number, found

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Matches that do not overlap, from left to right; of those that begin at one place the first expression's. None may match nothing."""
        ahead = [(expression, expression.search(text)) for _, expression in self._possible(text)]
        while True:
            # Each keeps what it finds next until that lies behind: searching anew for each match would take many matches times the text.
            best = min((found for _, found in ahead if found is not None), key=lambda found: found.start(), default=None)
            if best is None:
                return
            yield best
            start = max(best.end(), best.start() + 1)
            ahead = [(one, found if found.start() >= start else one.search(text, start)) for one, found in ahead if found is not None]

    def search(self, text: str) -> re.Match[str] | None:
        """The leftmost match."""
        return next(self.finditer(text), None)

    def _possible(self, text: str) -> list[tuple[int, Lazy]]:
        """The expressions that may match, with their numbers."""
        if self._needs is None:
            self._needs = tuple(needs(one.pattern, one.flags) for one in self._each)
        folded = fold(text)
        return [(number, one) for number, (one, wanted) in enumerate(zip(self._each, self._needs, strict=True)) if may_match(wanted, folded)]


#: All that were made: they are kept by whoever made them for as long as the process lives.
_made: list[Lazy] = []


def compile_all() -> None:
    """Compile all that was made so far: for a process that others are forked from."""
    for made in _made:
        made.compile()
