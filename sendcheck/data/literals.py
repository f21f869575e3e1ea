"""What a text must hold for a regular expression to match: looked for first, since that costs a hundredth of the expression.

The expression is parsed by the standard library's own parser, which tells its structure as a sequence of operations.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

#: Of as many words at most one is asked for: looking for more is no longer cheap.
_MOST = 150
#: Letters that `re.IGNORECASE` takes for an “s” and an “i”, and that stay themselves in lower case.
_FOLDED = (("ſ", "s"), ("ı", "i"), ("\u0307", ""))

Needs = tuple[frozenset[str], ...]


def fold(text: str) -> str:
    """A text as :func:`needs` spells it: what matches in upper or lower case is the same."""
    text = text.lower()
    if not text.isascii():
        for letter, plain in _FOLDED:
            text = text.replace(letter, plain)
    return text


def needs(expression: str, flags: int = 0) -> Needs:
    """Sets of strings, folded: of each set one at least stands in whatever *expression* matches. Empty if nothing is certain."""
    from re import _parser  # type: ignore[attr-defined]  # it has no public name

    return tuple(sorted(set(_of_sequence(_parser.parse(expression, flags))), key=len))


def may_match(wanted: Needs, folded: str) -> bool:
    """Whether a text that was folded holds all that an expression needs."""
    return all(any(word in folded for word in words) for words in wanted)


def _of_sequence(operations: Iterable[tuple[Any, Any]]) -> list[frozenset[str]]:
    found: list[frozenset[str]] = []
    run = ""
    for operation, argument in operations:
        name = str(operation)
        if name == "LITERAL":
            run += chr(argument)
            continue
        if name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"} and argument[0] > 0 and (repeated := _only_literal(argument[2])):
            run += repeated * argument[0]
            if argument[0] == argument[1]:
                continue
            found, run = found + _kept(run), repeated  # at least its last goes on with what follows
            continue
        found, run = found + _kept(run), ""
        found += _of_one(name, argument)
    return found + _kept(run)


def _of_one(name: str, argument: Any) -> list[frozenset[str]]:
    if name == "BRANCH":
        return _of_branches([_of_sequence(branch) for branch in argument[1]])
    if name == "SUBPATTERN":
        return _of_sequence(argument[3])
    if name == "ATOMIC_GROUP":
        return _of_sequence(argument)
    if name == "ASSERT" or (name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"} and argument[0] > 0):
        return _of_sequence(argument[-1])
    return []


def _of_branches(branches: list[list[frozenset[str]]]) -> list[frozenset[str]]:
    """One set for all, of what tells most in each; none if one of them needs nothing."""
    if not all(branches):
        return []
    best = frozenset[str]().union(*(max(branch, key=lambda words: min(map(len, words))) for branch in branches))
    return [best] if len(best) <= _MOST else []


def _only_literal(operations: Any) -> str:
    return chr(operations[0][1]) if len(operations) == 1 and str(operations[0][0]) == "LITERAL" else ""


def _kept(run: str) -> list[frozenset[str]]:
    word = fold(run)
    return [frozenset({word})] if word.strip() else []
