"""Patterns in which a blank stands for any run of blanks, since wrapped lines leave two."""

from __future__ import annotations

import re

#: An escape or a class of characters; that, or a blank that is not repeated already; that, or the edge of a group.
_WHOLE = r"\\.|\[(?:\\.|[^\]\\])*\]"
_PIECE = re.compile(rf"{_WHOLE}| (?![+*])\??", re.S)
_EDGE = re.compile(rf"{_WHOLE}|[()]", re.S)
_BEHIND = re.compile(r"\(\?<[!=]")


def loosened(expression: str) -> str:
    """Every blank of a regular expression as one or more, but for those in character classes and look-behinds (which must have a fixed width)."""
    if " " not in expression:
        return expression
    begin = 0
    found: list[str] = []
    for match in _BEHIND.finditer(expression):
        if match.start() >= begin:  # else it stands within the last one
            end = _closing(expression, match.end())
            found += [_spread(expression[begin : match.start()]), expression[match.start() : end]]
            begin = end
    return "".join([*found, _spread(expression[begin:])])


def _spread(expression: str) -> str:
    # Never a repeated repetition: it would take for ever on a run of blanks.
    return _PIECE.sub(lambda match: match[0] if match[0][0] != " " else " *" if match[0][1:] else " +", expression)


def _closing(expression: str, index: int) -> int:
    """Where a group ends that begins before *index*."""
    depth = 1
    for match in _EDGE.finditer(expression, index):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if depth == 0:
            return match.end()
    return len(expression)
