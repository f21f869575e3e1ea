"""Which profile a mail has, and why (RULES.md, *Answering a complaint or reporting a failure*, ruling 9)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from sendcheck.data import language_file, languages_with, union
from sendcheck.understanding.mail import Parent, Recipient
from sendcheck.understanding.prose import Prose, Sentence

_ENOUGH = 3
_FEELING = _DEMAND = 2
_SHOWN = 60
#: A complaint says so early or at its end, not on page nine.
_READ = 60


@cache
def _list(key: str, table: str = "") -> tuple[re.Pattern[str], ...]:
    found = []
    for language in languages_with("complaint.toml"):
        data = language_file(language, "complaint.toml")
        found += (data[table] if table else data)[key]
    return tuple(re.compile(p, re.I) for p in found)


@cache
def _any(key: str, table: str = "") -> re.Pattern[str]:
    return union([p.pattern for p in _list(key, table)])


def recognise(chosen: str | None, recipients: Sequence[Recipient], hidden: bool, parent: Parent | None, prose: Prose) -> tuple[str, str]:
    """(profile, reason). ``hidden``: readers stand behind a group, so somebody may be outside."""
    if chosen:
        return chosen, "set"
    if parent is not None and _answers(parent, recipients):
        words = complaint(parent.prose) if parent.prose is not None else None
        if words:
            return "complaint-reply", f"the mail it answers complains: “{words}”"
    if hidden or any(not r.inside for r in recipients):
        words = admission(prose)
        if words:
            return "incident", f"it admits a failure to somebody outside: “{words}”"
    if recipients and all(r.inside for r in recipients):
        return "internal", "all recipients are inside"
    return "general", "somebody outside gets it" if recipients else "no recipients known"


def _answers(parent: Parent, recipients: Sequence[Recipient]) -> bool:
    """Whether the answered writer is a reader from outside, as far as is known."""
    if parent.sender is None:
        return any(not r.inside for r in recipients)
    return any(r.key == parent.sender.key and not r.inside for r in recipients) or ("@" not in parent.sender.addr and any(not r.inside for r in recipients))


def complaint(prose: Prose | None) -> str | None:
    """The words that make a text a complaint about its reader's side, or None."""
    if prose is None:
        return None
    sentences = prose.sentences[:_READ]
    text = " ".join(" ".join(s.text.split()) for s in sentences)
    if not _any("you").search(text) and not _any("demands").search(text):
        return None
    score = 0
    shown = ""
    kinds: set[int] = set()
    felt = asked = False
    for sentence in sentences:
        flat = " ".join(sentence.text.split())
        if _any("neither").search(flat):
            continue
        feeling, demand = _any("feelings").search(flat), _any("demands").search(flat)
        found = {i for i, p in enumerate(_list("faults")) if p.search(flat)}
        kinds |= found
        felt, asked = felt or bool(feeling), asked or bool(demand)
        if (feeling or demand or found) and (not shown or (feeling and not score)):
            shown = flat
        score = _FEELING * felt + _DEMAND * asked + len(kinds)
    if score >= _ENOUGH and (felt or asked or len(kinds) > _ENOUGH) and (kinds or (felt and asked) or score > _ENOUGH):
        return _short(shown)
    return None


def admission(prose: Prose) -> str | None:
    """The sentence of own text that admits a failure which hurt the reader, or None."""
    for sentence in prose.sentences[: 2 * _READ]:
        words = _admits(sentence)
        if words:
            return words
    return None


def _admits(sentence: Sentence) -> str | None:
    flat = " ".join(sentence.text.split())
    if not _any("admissions", "incident").search(flat) or _any("harmless", "incident").search(flat):
        return None
    return _short(flat)


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1].rstrip() + "…"
