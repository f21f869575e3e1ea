"""The entries of a line file, asked about a few at a time or many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from functools import cached_property

#: Questions after which a set has paid: making one of some ten thousand entries takes as long as about fifty searches of the text.
_FEW = 50


class Entries(Set[str]):
    """The lines of a text, as a set that is made only once it is asked about often, or as a whole: a check that starts cold asks a few times."""

    def __init__(self, text: str, none: Iterable[str] = ()) -> None:
        """``none``: lines of the text that are no entries."""
        self._text, self._none = f"\n{text}\n", frozenset([*none, ""])
        self._asked = 0

    @cached_property
    def _every(self) -> frozenset[str]:
        return frozenset(self._text.split("\n")) - self._none

    def also(self, more: Iterable[str]) -> Entries:
        """These and some more."""
        return Entries("\n".join([self._text.strip("\n"), *more]), self._none)

    def __contains__(self, entry: object) -> bool:
        self._asked += 1
        if self._asked > _FEW:
            return entry in self._every
        return isinstance(entry, str) and "\n" not in entry and entry not in self._none and f"\n{entry}\n" in self._text

    def __iter__(self) -> Iterator[str]:
        return iter(self._every)

    def __len__(self) -> int:
        return len(self._every)

    @classmethod
    def _from_iterable(cls, it: Iterable[str]) -> frozenset[str]:  # type: ignore[override]
        return frozenset(it)
