"""What could have been meant where only hashes are kept: domains and local parts one slip away, made up and then asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import permutations

from sendcheck.understanding.lookalikes import name_parts, skeleton, split_domain

_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-"
_LOCAL_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_SEPARATORS = ("", ".", "_", "-")
#: Strings that are taken for each other, either way (UTS #39 has them as one skeleton).
_ALIKE = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("0", "o"), ("1", "l"), ("1", "i"), ("l", "i"))
_LONGEST = 40
_PARTS = 4
#: Endings that a domain may be known under.
_ENDINGS = (
    "com", "net", "org", "no", "se", "dk", "de", "fi", "is", "nl", "fr", "eu", "io", "uk", "co.uk", "info", "biz", "us", "ch", "at", "be", "pl", "es",
    "it",
)  # fmt: skip


def edits(word: str, letters: str = _LETTERS) -> Iterator[str]:
    """All words one edit away: a letter more, less or other, two swapped."""
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in letters:
            yield head + letter + tail
            if tail:
                yield head + letter + tail[1:]


def domains(domain: str) -> set[str]:
    """Domains that *domain* may be a slip of."""
    if len(domain) > 2 * _LONGEST:
        return set()
    hosts, name, suffix = split_domain(domain)
    front = f"{hosts}." if hosts else ""
    found = {f"{front}{other}.{suffix}" for other in (*edits(name), *_confused(name))} if name and len(name) <= _LONGEST else set()
    found |= {f"{front}{name}.{ending}" for ending in (*_ENDINGS, *edits(suffix))}
    found |= {domain[:i] + domain[i + 1] + domain[i] + domain[i + 2 :] for i in range(len(domain) - 1)}
    found |= {f"{other}.{suffix}" for other in _punctuated(front + name)}
    look = skeleton(f"{name}.{suffix}")
    found |= {front + look, *(front + other for other in _confused(look))}
    return {d for d in found if d != domain and not d.startswith(".") and ".." not in d}


def _punctuated(front: str) -> Iterator[str]:
    """With one mark between labels or words more, less or other."""
    for at, letter in enumerate(front):
        if letter in ".-":
            yield from (front[:at] + mark + front[at + 1 :] for mark in ("", ".", "-"))
        elif at:
            yield from (front[:at] + mark + front[at:] for mark in ".-")


def local_parts(local: str) -> set[str]:
    """Parts before the @ that *local* may be a slip of."""
    if len(local) > _LONGEST:
        return set()
    found = {*edits(local, _LOCAL_LETTERS), *_confused(local), skeleton(local)}
    parts = [p for p in name_parts(local) if p]
    if 1 < len(parts) <= _PARTS:
        for order in permutations(parts):
            found |= {mark.join(order) for mark in _SEPARATORS}
    found |= {local[:at] + mark + local[at:] for at in range(1, len(local)) for mark in _SEPARATORS[1:]}
    return found - {local, ""}


def _confused(word: str) -> Iterator[str]:
    for one, other in (*_ALIKE, *((b, a) for a, b in _ALIKE)):
        at = word.find(one)
        while at >= 0:
            yield word[:at] + other + word[at + len(one) :]
            at = word.find(one, at + 1)


class Asked(Mapping[str, int]):
    """Counts by a name that stands hashed: it can be asked for, and not be listed."""

    def __init__(self, counts: Mapping[str, int], of: Callable[[str], str]) -> None:
        self._counts, self._of = counts, of

    def __getitem__(self, name: str) -> int:
        return self._counts[self._of(name)]

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return len(self._counts)


class Members(frozenset[str]):
    """A set of hashed names that can be asked whether a name is in it."""

    of: Callable[[str], str]

    @classmethod
    def made(cls, hashed: Iterable[str], of: Callable[[str], str]) -> Members:
        """The set, and how a name is hashed."""
        found = cls(hashed)
        found.of = of
        return found

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(self.of(name))
