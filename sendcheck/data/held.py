"""Which words a text holds: one reading for all patterns."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

from sendcheck.data.needed import known

#: Letters that another letter matches without regard to case although lowering does not make them the same.
_FOLDED = str.maketrans({"ſ": "s", "ı": "i", "ς": "σ"})
#: A longer text is no sentence.
_KEPT = 1_000
#: Texts after which making a search for all words at once has paid.
_FEW = 100
#: Letters at the begin of a word that are looked for first.
_BEGIN = 3


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
    """All words of ``needed.txt`` that a text holds: found in one reading (Aho and Corasick 1975)."""
    low = _low(text)
    if len(text) <= _KEPT and next(_readings) < _FEW:  # a short mail is read sooner without
        begins = _by_begin()
        met = begins.keys() & {low[at : at + length] for length in range(1, _BEGIN + 1) for at in range(len(low))}
        return frozenset([word for begin in met for word in begins[begin] if word in low])
    return frozenset([word for _end, word in _search().iter(low)])


_kept = lru_cache(maxsize=512)(_held)
#: Many patterns look at the same long text, one after another.
_kept_long = lru_cache(maxsize=4)(_held)


def _low(text: str) -> str:
    low = text.lower()
    return low if low.isascii() else low.translate(_FOLDED)


@cache
def _every_word() -> frozenset[str]:
    return frozenset("\t".join(known().values()).split("\t")) - {""}


@cache
def _by_begin() -> dict[str, list[str]]:
    """The words by their first letters."""
    found: dict[str, list[str]] = {}
    for word in _every_word():
        found.setdefault(word[:_BEGIN], []).append(word)
    return found


@cache
def _search() -> Any:
    from ahocorasick import Automaton  # type: ignore[import-not-found]

    found = Automaton()
    for word in _every_word() or {" "}:  # it must hold something
        found.add_word(word, word)
    found.make_automaton()
    return found
