"""What went wrong while reading, kept beside what could be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class ProblemKind(StrEnum):
    """Which reading rule a problem belongs to."""

    UNREADABLE = "mail-unreadable"
    TRUNCATED = "mail-truncated"


class Problem(NamedTuple):
    """One thing that could not be read: which rule, what and why, and where (a part name)."""

    kind: ProblemKind
    message: str
    part: str = "body"
    line: int | None = None


@dataclass(slots=True)
class Problems:
    """Collects problems during one reading; the same one is kept once."""

    found: list[Problem] = field(default_factory=list)

    def add(self, kind: ProblemKind, message: str, part: str = "body", line: int | None = None) -> None:
        """Note a problem unless the very same one is already noted."""
        problem = Problem(kind, message, part, line)
        if problem not in self.found:
            self.found.append(problem)

    def truncated(self, message: str, part: str = "body") -> None:
        """Note that a cap was reached."""
        self.add(ProblemKind.TRUNCATED, message, part)

    def guard(self, read: Callable[[], T], fallback: T, message: str, part: str) -> T:
        """Run *read*; on any exception note ``mail-unreadable`` and give *fallback*.

        The standard library's mail parser raises IndexError, AttributeError, KeyError,
        ValueError or LookupError on hostile input, so nothing narrower will do.
        """
        try:
            return read()
        except Exception as error:
            self.add(ProblemKind.UNREADABLE, f"{message} ({type(error).__name__})", part)
            return fallback
