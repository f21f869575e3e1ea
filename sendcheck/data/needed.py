"""Words without which a regular expression cannot match, read off its parse; those of our own expressions lie in ``needed.txt``, worked out ahead."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from sendcheck.data.loose import loosened

try:
    from _blake2 import blake2b  # as hashlib has it, which loads OpenSSL besides
except ImportError:
    from hashlib import blake2b

from re import _constants as ops  # type: ignore[attr-defined]  # isort: skip
from re import _parser  # type: ignore[attr-defined]  # isort: skip

#: Letters that match others whatever their case is lowered to.
_ODD = frozenset("ſıİςßẞ\u212a")
#: A run of fewer characters occurs in nearly every text, but not one with these marks, which weighs as much as a short word.
_LEAST, _SHORT = 2, 3
RARE = frozenset("{}[]()<>%$*«»@#_\\|=+&€£")
#: Beyond this a longer word is no rarer.
_LONG_ENOUGH = 6
#: How likely a text holds some characters, from 0 to 1; whether they are the begin, and the end, of a word.
Chance = Callable[[str, bool, bool], float]
_REPEATS = {ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT}


def needed(expression: str, flags: int = re.I, loose: bool = False) -> frozenset[str]:
    """Words (in lower case) of which every match of the expression holds at least one; none if that cannot be told. ``loose``: as the expression is meant."""
    found = known().get(mark_of(expression, flags, loose))
    return worked_out(expression, flags, loose) if found is None else frozenset(found.split("\t")) if found else frozenset()


def worked_out(expression: str, flags: int = re.I, loose: bool = False, chance: Chance | None = None) -> frozenset[str]:
    """The same, from the expression itself: parsing all of ours takes a cold start half of its time, so that ``needed.txt`` holds the outcome.
    ``chance``: how likely a text holds some characters, and whether they begin and end a word; else the longer, the less likely.
    """
    return _of(_parser.parse(meant(expression, loose), flags), chance or _by_length)


def _by_length(word: str, _begins: bool, _ends: bool) -> float:
    return 2.0 ** -min(_weight(word), _LONG_ENOUGH)


def mark_of(expression: str, flags: int, loose: bool = False) -> str:
    """What an expression is known by in ``needed.txt``."""
    return blake2b(f"{int(flags)}{' loose' if loose else ''}\0{expression}".encode(), digest_size=6).hexdigest()


def meant(expression: str, loose: bool) -> str:
    """The expression itself, or with its blanks as runs of blanks."""
    return loosened(expression) if loose else expression


@cache
def known() -> dict[str, str]:
    """What ``make needed`` worked out, by the mark of an expression, words between tabs; an expression that is not in it is worked out when it is met."""
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
