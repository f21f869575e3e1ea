"""What stands for a variable in the text that rules read: a word, number, date or address of its type that no author wrote.

Dates lie far ahead, so that a promise with one is dated and never past.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import count

from sendcheck.data import toml
from sendcheck.reading.templates.model import StandIn, Type

_DATES = tuple(f"2099-{month:02}-{day:02}" for day in (7, 14, 21, 26) for month in range(1, 13))


def _split(path: str) -> str:
    """A variable's name in words, the way hints are written: ``order.dueDate`` is ``order_due_date``."""
    return re.sub(r"(?<=[a-zæøå0-9])(?=[A-ZÆØÅ])", "_", path).replace(".", "_").replace("-", "_").lower()


@cache
def _hints() -> tuple[tuple[Type, frozenset[str]], ...]:
    return tuple((Type(kind), frozenset(words)) for kind, words in toml(__package__, "standins.toml")["hints"].items())


@lru_cache(maxsize=4096)
def guess(path: str, expression: str = "") -> Type:
    """The type that a variable's name tells; the filters in its expression first."""
    for kind, names in toml(__package__, "standins.toml")["filters"].items():
        if any(re.search(rf"(?:\|\s*|^\s*){name}\b", expression, re.I) for name in names):
            return Type(kind)
    words = _split(path).strip("_").split("_")
    for length in (3, 2, 1):
        tail = "_".join(words[-length:])
        for kind, hints in _hints():
            if tail in hints and len(words) >= length:
                # “agent.name” is a colleague's: what stands before the last word tells whose name it is.
                if kind is Type.NAME and any("_".join(words[: i + 1]) in _of(Type.COLLEAGUE) for i in range(len(words))):
                    return Type.COLLEAGUE
                return kind
    if words[-1] == "at" and len(words) > 1:
        return Type.DATE
    return Type.UNKNOWN


@cache
def _of(kind: Type) -> frozenset[str]:
    return next(words for found, words in _hints() if found is kind)


@cache
def _leads_to_time() -> re.Pattern[str]:
    words = toml(__package__, "standins.toml")["before"]["date"]
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\s+$", re.I)


@dataclass(slots=True)
class StandIns:
    """Gives each variable of a template its token, the same one throughout. ``taken``: text that no token may occur in."""

    taken: str
    declared: Mapping[str, Type] | None = None
    _given: dict[str, StandIn] = field(default_factory=dict)
    _pools: dict[str, Iterator[str]] = field(default_factory=dict)

    def of(self, path: str, source: str, expression: str = "", before: str = "") -> StandIn:
        """The stand-in for the value of an expression over *path*. ``before``: the text that leads up to it where it is met first."""
        shown = " ".join(source.split())
        if shown not in self._given:
            kind = (self.declared or {}).get(path) or Type.UNKNOWN
            kind = guess(path or expression, expression) if kind is Type.UNKNOWN else kind
            if kind is Type.UNKNOWN and _leads_to_time().search(before):
                kind = Type.DATE
            self._given[shown] = StandIn(self._token(kind), shown, kind, path)
        return self._given[shown]

    @property
    def all(self) -> tuple[StandIn, ...]:
        """Every stand-in given so far."""
        return tuple(self._given.values())

    def _token(self, kind: Type) -> str:
        pool = "unknown" if kind in {Type.TEXT, Type.UNKNOWN} else kind.value
        if pool not in self._pools:
            self._pools[pool] = self._tokens(pool)
        return next(self._pools[pool])

    def _tokens(self, pool: str) -> Iterator[str]:
        """Tokens of a pool that the template's own text does not hold; never at an end."""
        if pool == "date":
            yield from (d for d in _DATES if d not in self.taken)
        elif pool in {"url", "email"}:
            for number in count(1):
                word = f"v{number}q"
                yield f"https://{word}.example/x" if pool == "url" else f"{word}@value.example"
        elif pool == "number":
            yield from (n for n in toml(__package__, "standins.toml")["tokens"]["number"] if not re.search(rf"(?<!\d){n}(?!\d)", self.taken))
            yield from (str(n) for n in range(101, 999) if str(n) not in self.taken)
        else:
            yield from (w for w in toml(__package__, "standins.toml")["tokens"][pool] if w not in self.taken)
        # More values than words: two letters more make a new one.
        base = toml(__package__, "standins.toml")["tokens"]["unknown"]
        for ending in ("ro", "ni", "sa", "to", "mi", "le", "da", "vi", "pu", "ke", "zo", "fa"):
            for second in ("", "n", "r", "s", "l"):
                yield from (w + ending + second for w in base if w + ending + second not in self.taken)
        for number in count(1):
            yield "Vorvela" + "".join(chr(97 + int(d)) for d in str(number)) + "q"
