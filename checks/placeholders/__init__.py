"""Gaps nobody filled: `placeholder-left`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from sendcheck.checkapi import Alternatives, Check, Harm, Hit, Kind, Mail, Rule, Severity, alternatives, by_language, toml
from sendcheck.understanding.text import in_code, looks, sentence_around

RULE = "placeholder-left"
RULES = (
    Rule(
        RULE,
        Severity.ERROR,
        Harm.CONTENT,
        "a placeholder was not filled in",
        "The reader sees a form letter, and not even a finished one.",
        reads_text=True,
        reads_values=True,
        reads_all=True,
    ),
)
#: Endings of attached files that are read by people as they are.
_LETTERS = {"", ".txt", ".text", ".md", ".html", ".htm", ".xhtml", ".ics"}
_QUOTED = (("“", "”"), ('"', '"'), ("«", "»"), ("‘", "’"), ("'", "'"))


@cache
def _pattern(key: str) -> Alternatives:
    """Sources of one kind from all data files; upper and lower case matter where the data says so."""
    languages = by_language(__package__, "words")
    words = "|".join(w for data in languages for w in data.get("fillers", []))
    found = [p for data in (toml(__package__, "syntax.toml"), *languages) for p in data.get(key, [])]
    return alternatives([p.replace("FILLERS", words) for p in found], flags=re.M)


def run(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit]:
    """Subject, what the sender wrote (signature too), the other half of the mail, and hidden text."""
    for start, end, note in _found(mail.subject):
        yield _hit(mail.subject[start:end], mail.at_header("Subject", mail.subject[start:end]), note)
    for stretch in mail.stretches(Kind.OWN, Kind.SIGNATURE, Kind.DISCLAIMER, primary=False):
        html = stretch.body.part.html
        for start, end, note in _found(stretch.text):
            if html is not None and html.zone_at(stretch.start + start).code:
                continue
            yield _hit(stretch.text[start:end], mail.within(stretch, start, end), note)
    for body, text, offset in mail.hidden():
        for start, end, note in _found(text):
            yield _hit(text[start:end], mail.at_hidden(body, text, offset, start, end), note)
    yield from _enclosed(mail)


def _enclosed(mail: Mail) -> Iterator[Hit]:
    """In attached text that people read: letters, notes, invitations; not in templates, data or code, where gaps belong."""
    for body in mail.enclosed:
        if PurePosixPath(body.part.name.lower()).suffix not in _LETTERS:
            continue
        for at, stop in looks(body.text):
            for start, end, note in _found(body.text[at:stop]):
                yield _hit(body.text[at + start : at + end], mail.at(body, at + start, at + end), note)


def _hit(excerpt: str, place: Any, note: bool) -> Hit:
    shown = " ".join(excerpt.split())
    message = f"“{shown}” still stands for a value" if note else f"“{shown}” was not filled in"
    return Hit(RULE, message, place, "put the value in, or take the phrase out", severity=Severity.NOTE if note else None)


def _found(text: str) -> Iterator[tuple[int, int, bool]]:
    for key, note in (("open", False), ("pending", True)):
        for match in _pattern(key).finditer(text):
            start, end = match.span()
            if in_code(text, start, end) or _is_mentioned(text, start, end):
                continue
            yield start, end, note


def _is_mentioned(text: str, start: int, end: int) -> bool:
    """Whether the placeholder is talked about: in quotation marks, or in a sentence about templates."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if any(before == opening and after == closing for opening, closing in _QUOTED):
        return True
    begin, stop = sentence_around(text, start, end)
    return bool(_pattern("discussing").search(text[begin:start] + " \u2026 " + text[end:stop]))


CHECK = Check("placeholders", RULES, run, Path(__file__).parent)
