"""`internal-detail`: tickets, machines, traces, staffing, quarrels, who did what, told to somebody outside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from sendcheck.checkapi import Hit, Lazy, Mail, Mood, Sentence, Tense, Who, of_language, toml, union
from sendcheck.understanding.clauses.pipeline import READ_AS
from sendcheck.understanding.names import fold, given_names
from sendcheck.understanding.text import unquoted

_NAME = re.compile(r"[A-ZÆØÅÄÖÉ][\w-]+")
_INSTEAD = {
    "traces": "say what stopped working for the reader; keep the trace for those who repair it",
    "hosts": "say which service of the reader's is meant, not which machine",
    "tickets": "leave the number out, or say what the reader can do with it",
    "tools": "say what you do and by when; the reader sees none of your tools",
    "staffing": "leave it out and say by when the reader has what he needs",
    "quarrels": "settle it inside; tell the reader only what was decided",
    "acts": "say “we”: the house did it",
}
_WHAT = {
    "traces": "is a trace of a program",
    "hosts": "names a machine or an address of the house",
    "tickets": "is a number of the house",
    "tools": "tells of tools and meetings of the house",
    "staffing": "tells of the house's people or money",
    "quarrels": "tells of trouble inside the house",
    "acts": "tells who of the house did what",
}


@cache
def _everywhere() -> dict[str, Lazy]:
    return {key: union(found, flags=re.M if key == "traces" else re.I) for key, found in toml(__package__, "internal.toml").items()}


@cache
def _patterns(language: str) -> dict[str, Any]:
    data = of_language(__package__, "internal", language)
    if not data:
        return {}
    found: dict[str, Any] = {key: union(data[key], loose=True) for key in ("tools", "staffing", "quarrels", "voids")}
    return found | {"acts": frozenset(data["acts"])}


def names_two_of_ours(text: str) -> bool:
    """Whether a sentence holds two given names: the gate."""
    return sum(fold(w) in given_names() for w in _NAME.findall(text)) > 1


def internal(mail: Mail) -> Iterator[Hit]:
    """One finding a sentence; what the thread names already is no news."""
    told = " ".join(mail.thread_texts()).lower()
    for sentence in mail.prose.sentences:
        found = _find(mail, sentence, told)
        if found is not None:
            kind, span = found
            words = " ".join(sentence.text[slice(*span)].split())
            yield Hit("internal-detail", f"“{words}” {_WHAT[kind]}", mail.at_sentence(sentence, *span), _INSTEAD[kind])


def _find(mail: Mail, sentence: Sentence, told: str) -> tuple[str, tuple[int, int]] | None:
    everywhere = _everywhere()
    trace = everywhere["traces"].search(sentence.text)
    if trace:
        return "traces", trace.span()
    found = _patterns(READ_AS.get(sentence.language, sentence.language))
    text = unquoted(sentence.text)
    if found and found["voids"].search(text):
        return None
    for key in ("hosts", "tickets"):
        for match in everywhere[key].finditer(text):
            if match.group(0).lower() not in told and not everywhere["no_tickets"].match(match.group(0)):
                return key, match.span()
    for key in ("tools", "staffing", "quarrels") if found else ():
        match = found[key].search(text)
        if match and match.group(0).lower() not in told:
            return key, match.span()
    span = _who_did_what(mail, sentence, found["acts"]) if found and names_two_of_ours(text) else None
    return ("acts", span) if span else None


def _who_did_what(mail: Mail, sentence: Sentence, acts: frozenset[str]) -> tuple[int, int] | None:
    """Two or more people of the house, each with an act of the trade behind them."""
    deeds = [
        (c.actor.text, c.actor.start, max(c.end, c.verb[1]))
        for c in mail.prose.clauses(sentence)
        if c.actor is not None and c.actor.who is Who.OWN and c.actor.name and c.act in acts and c.tense is Tense.PAST and c.mood is Mood.STATEMENT
    ]
    if len({name for name, *_ in deeds}) < 2:
        return None
    return min(start for _, start, _ in deeds), max(end for *_, end in deeds)
