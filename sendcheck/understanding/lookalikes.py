"""Addresses that are one slip of the hand or the eye from another: typing errors, confusable characters (Unicode UTS #39), swapped parts, other endings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from functools import cache, lru_cache

from sendcheck.data import lines
from sendcheck.reading.addresses import Address, untagged
from sendcheck.understanding.names import edits, fold, one_less
from sendcheck.understanding.organisations import may_exist, readable, registrable_domain

#: Characters of ASCII that look like others, in lower case, at a glance.
_ASCII = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("0", "o"), ("1", "l"))
_SEPARATORS = re.compile(r"[._+-]+")
#: Shorter names than this differ by a letter as often because they are different names.
SHORT = 5
#: Names of domains of which one has so many letters are slips of each other; two letters are as good as any other two.
_LEAST = 3
_LONG = 9


class Slip(StrEnum):
    """What kind of slip lies between two addresses."""

    CONFUSABLE = "confusable"
    TYPO = "typo"
    ENDING = "ending"
    SWAPPED = "swapped"
    SEPARATOR = "separator"


@cache
def _confusables() -> dict[int, str]:
    pairs = (line.split("\t") for line in lines("sendcheck.data", "confusables.txt"))
    return {ord(char): plain for char, plain in pairs}


@lru_cache(maxsize=4096)
def skeleton(text: str) -> str:
    """What a text looks like: confusable characters as the one of ASCII they pass for (UTS #39, 4), accents aside."""
    text = unicodedata.normalize("NFKC", text).casefold()
    if not text.isascii():
        text = fold(text.translate(_confusables()))
    for pair, one in _ASCII:
        text = text.replace(pair, one)
    return text


def split_domain(domain: str) -> tuple[str, str, str]:
    """(hosts before it, the registered name, its public suffix): ``mail.acme.co.uk`` gives ``mail``, ``acme``, ``co.uk``."""
    shown = readable(domain.lower())
    registered = registrable_domain(shown)
    name, _dot, suffix = registered.partition(".")
    hosts = shown[: -len(registered) - 1] if shown.endswith("." + registered) else ""
    return hosts, name, suffix


def one_edit(one: str, other: str) -> bool:
    """One edit apart; digits that differ are different on purpose (“branch1”, “branch2”)."""
    if abs(len(one) - len(other)) > 1 or (one[:1] != other[:1] and one[-1:] != other[-1:]):
        return False
    first = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest, other_rest = one[first:], other[first:]
    while rest and other_rest and rest[-1] == other_rest[-1]:
        rest, other_rest = rest[:-1], other_rest[:-1]
    swapped = len(rest) == 2 and rest == other_rest[::-1]
    return (swapped or max(len(rest), len(other_rest)) == 1) and not (rest.isdigit() and other_rest.isdigit())


def stumbled(one: str, other: str) -> bool:
    """Of two words one edit apart: whether it is the hand's doing rather than another word: neighbours swapped, a letter doubled, one of a double lost."""
    if len(one) == len(other):
        return sorted(one) == sorted(other)
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return any(longer[:i] + longer[i + 1 :] == shorter and longer[i] == longer[i + 1] for i in range(len(longer) - 1))


def _run_together(domain: str) -> str:
    """A domain without the marks between its labels and words; what the ending is made of stays."""
    hosts, name, suffix = split_domain(domain)
    return f"{hosts}{name}".replace(".", "").replace("-", "") + f".{suffix}"


@lru_cache(maxsize=4096)
def domain_slip(one: str, other: str) -> Slip | None:
    """The slip that makes *one* of *other*, None if they are the same or differ by more. How much a slip in a short name tells is for others to say."""
    if one == other:
        return None
    hosts, name, suffix = split_domain(one)
    other_hosts, other_name, other_suffix = split_domain(other)
    if len(one) == len(other) and sorted(one) == sorted(other) and one_edit(one, other):
        return Slip.TYPO  # two neighbours in the wrong order, the dot too: gmailc.om
    if skeleton(f"{name}.{suffix}") == skeleton(f"{other_name}.{other_suffix}"):
        return Slip.CONFUSABLE if hosts == other_hosts and (name, suffix) != (other_name, other_suffix) else None
    if name != other_name and _run_together(one) == _run_together(other):
        return Slip.SEPARATOR  # mailacme.no for mail.acme.no
    if hosts != other_hosts:
        return None
    if name == other_name:
        if "." not in suffix and "." not in other_suffix and len(suffix) > 2 and not may_exist(suffix) and one_edit(suffix, other_suffix):
            return Slip.TYPO  # .con for .com
        return Slip.ENDING
    if suffix == other_suffix and max(len(name), len(other_name)) >= _LEAST and one_edit(name, other_name):
        return Slip.TYPO
    return None


def name_parts(local: str) -> list[str]:
    """The pieces of the part before the @: ``kari.holm`` gives ``kari`` and ``holm``."""
    return _SEPARATORS.split(local)


class Domains:
    """Domains, ready to be asked which of them another one may be a slip of. Thousands cost an answer no more than a few."""

    def __init__(self, places: Iterable[str]) -> None:
        self._by_look: dict[str, list[str]] = {}
        self._by_name: dict[str, list[str]] = {}
        self._by_shorter: dict[tuple[str, str], list[str]] = {}
        self._by_letters: dict[str, list[str]] = {}
        self._by_run: dict[str, list[str]] = {}
        for place in places:
            _hosts, name, suffix = split_domain(place)
            self._by_look.setdefault(skeleton(f"{name}.{suffix}"), []).append(place)
            self._by_name.setdefault(name, []).append(place)
            self._by_letters.setdefault("".join(sorted(place)), []).append(place)
            self._by_run.setdefault(_run_together(place), []).append(place)
            for shorter in one_less(name):
                self._by_shorter.setdefault((suffix, shorter), []).append(place)

    def like(self, domain: str) -> list[tuple[str, Slip]]:
        """(domain, what lies between) of those that *domain* may be a slip of."""
        _hosts, name, suffix = split_domain(domain)
        near = [*self._by_look.get(skeleton(f"{name}.{suffix}"), ()), *self._by_name.get(name, ())]
        near += [*self._by_letters.get("".join(sorted(domain)), ()), *self._by_run.get(_run_together(domain), ())]
        for shorter in one_less(name):
            near += self._by_shorter.get((suffix, shorter), ())
        found = ((place, domain_slip(domain, place)) for place in dict.fromkeys(near))
        return [(place, slip) for place, slip in found if slip is not None]


@lru_cache(maxsize=4096)
def local_slip(one: str, other: str) -> Slip | None:
    """The slip between two parts before the @, None if they are the same or differ by more."""
    if one == other:
        return None
    if skeleton(one) == skeleton(other) or fold(one) == fold(other):
        return Slip.CONFUSABLE
    parts, other_parts = name_parts(one), name_parts(other)
    if "".join(parts) == "".join(other_parts):
        return Slip.SEPARATOR
    if len(parts) > 1 and sorted(parts) == sorted(other_parts):
        return Slip.SWAPPED
    if min(len(one), len(other)) >= SHORT and one_edit(one, other):
        return Slip.TYPO
    return None


@lru_cache(maxsize=4096)
def looks_like(one: str, other: str) -> bool:
    """Whether two parts before the @ are easily taken for each other: one slip apart, two in long ones."""
    if local_slip(one, other) is not None:
        return True
    # two edits change four letters at most: most pairs need no more than this look
    return min(len(one), len(other)) >= _LONG and len(set(one) ^ set(other)) <= 4 and edits(one, other, 2) <= 2


def address_slip(one: Address, other: Address) -> Slip | None:
    """The slip between two addresses that differ in one half only."""
    local, other_local = untagged(one.key).rpartition("@")[0], untagged(other.key).rpartition("@")[0]
    if one.domain == other.domain:
        return local_slip(local, other_local)
    return domain_slip(one.domain, other.domain) if local == other_local and one.domain and other.domain else None
