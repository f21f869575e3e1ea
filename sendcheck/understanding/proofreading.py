"""What checks see of a grammar checker: faults in a text. The one that sendcheck uses lies in :mod:`sendcheck.languagetool`."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class CannotProofread(Exception):
    """No answer about this text; the message says why, and what to do."""


class Fault(NamedTuple):
    """A fault in a text: characters ``start``..``end`` of it, what is wrong, what could stand there instead (the likeliest first), and the
    proofreader's own names of the rule and its category.
    """

    start: int
    end: int
    message: str
    replacements: tuple[str, ...]
    rule: str
    category: str


class Proofreader(Protocol):
    """A grammar checker. ``why_not``: why there is none to ask, and what to do ("" if there is)."""

    @property
    def why_not(self) -> str: ...

    def faults(self, text: str, language: str) -> tuple[Fault, ...]:
        """The faults of a text in a language (BCP 47: en-GB), in order. Raises CannotProofread."""
        ...


class NoProofreader(NamedTuple):
    """Nobody to ask."""

    why_not: str = "no grammar checker is set up"

    def faults(self, text: str, language: str) -> tuple[Fault, ...]:
        raise CannotProofread(self.why_not)


class Rehearsal(NamedTuple):
    """Finds a made-up fault in every text, without asking anybody: what a daemon warms its checks with."""

    why_not: str = ""

    def faults(self, text: str, language: str) -> tuple[Fault, ...]:
        return (Fault(0, min(4, len(text)), "rehearsal", ("", "is"), "REHEARSAL", "GRAMMAR"),)
