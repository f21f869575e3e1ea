"""`secret`: tokens and keys by their shape, passwords and codes as people hand them over, and what the configuration keeps inside."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sendcheck.checkapi import Confidence, Hit, Mail, of_language, user_pattern
from sendcheck.understanding.leaving import Leaving, leaving

from .handed import handed
from .shaped import lines_of_key, shaped

RULE = "secret"
_DO = "take it out and tell it another way (by telephone, a password manager, a link that works once); what was sent before should be changed"
_WHERE = {
    "subject": "the subject",
    "text": "the mail",
    "hidden": "text that the reader does not see, and that leaves all the same",
    "link": "a link's target",
    "file": "the name of a file",
    "attached": "what is attached",
}


class _Found(NamedTuple):
    """A secret: characters of a text, what it is, how sure that is, and whether words around it tell, not its shape."""

    start: int
    end: int
    what: str
    confidence: Confidence = Confidence.HIGH
    handed: bool = False


def secrets(mail: Mail, patterns: Sequence[str] = ()) -> Iterator[Hit]:
    """One finding for each, at its first place. ``patterns``: the user's own."""
    unread = mail.template is not None and not any(of_language(__package__, "words", language) for language in mail.languages)
    for piece in leaving(mail):
        taken: list[tuple[int, int]] = []
        for found in _all(piece.text, patterns):
            at = bisect(taken, (found.start, found.end))
            if any(found.start < end and start < found.end for start, end in taken[max(0, at - 1) : at + 1]):
                continue
            taken.insert(at, (found.start, found.end))
            value = piece.text[found.start : found.end]
            if unread and found.handed and value.rstrip("!?").replace(" ", "").isalpha():
                continue  # a label of a translation: nothing tells a word of this language from a password
            yield Hit(
                RULE,
                f"{found.what} stands in {_WHERE[piece.kind]}",
                piece.at(found.start, found.end),
                _DO,
                confidence=found.confidence,
                key=f"{found.what} {_shown(value)}",
                values=_values(piece, found),
            )


def _all(text: str, patterns: Sequence[str]) -> Iterator[_Found]:
    for pattern in patterns:
        for match in user_pattern(pattern).finditer(text):
            start, end = match.span()
            if end > start:
                yield _Found(start, end, "what your configuration keeps inside")
    for token in shaped(text):
        yield _Found(*token)
    for value in handed(text):
        yield _Found(value.start, value.end, "a code" if value.code else "a password", value.confidence, handed=True)


def _shown(value: str) -> str:
    """As much of a secret as may be told."""
    return value[:2] if len(value) > 4 else ""


def _values(piece: Leaving, found: _Found) -> tuple[str, ...]:
    """What has to be masked: the value, also without the mark it may end with in a sentence; of a block of key text every line."""
    value = piece.text[found.start : found.end]
    return lines_of_key(piece.text, found.start) or tuple(dict.fromkeys((value, value.rstrip("!?#*") or value)))
