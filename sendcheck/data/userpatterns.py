"""Patterns that a user writes, through RE2: it takes time that grows with the text and never more, whatever the pattern (Cox, 2007–2010, RE2)."""

from __future__ import annotations

from functools import cache
from typing import Any, Protocol


class UserMatch(Protocol):
    """What a match tells."""

    def span(self) -> tuple[int, int]: ...


class UserPattern(Protocol):
    """A compiled pattern."""

    def finditer(self, text: str) -> Any: ...

    def fullmatch(self, text: str) -> UserMatch | None: ...


@cache
def _options() -> Any:
    import re2

    options = re2.Options()
    options.log_errors = False  # a pattern that is none is told of in our own words
    options.max_mem = 16 << 20
    options.dot_nl = True
    return options


@cache
def compiled(pattern: str) -> UserPattern:
    """The pattern. Raises ValueError, with RE2's reason, for what is none (it has no look-around and no back-references)."""
    import re2

    try:
        found: UserPattern = re2.compile(pattern, _options())
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        raise ValueError(reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)) from error
    return found


def why_not(pattern: str) -> str:
    """Why something is no pattern, or ""."""
    try:
        if compiled(pattern).fullmatch("") is not None:
            return "it matches nothing at all, and so everywhere"
    except ValueError as error:
        return str(error)
    return ""
