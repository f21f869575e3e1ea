"""A sentence of blame said as a house would say it: “we” for the one who is blamed. Only where nothing else of the sentence would have to change."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from sendcheck.checkapi import Changes, Clause, Mail, Mood, Phrase, Sentence, Tense, Who, of_language, unquoted

#: Words of a name or an office that a sentence begins with, at most.
_LONGEST = 5


@cache
def _words(language: str) -> dict[str, Any]:
    data = of_language(__package__, "instead", language)
    if not data:
        return {}
    found: dict[str, Any] = {key: re.compile(data[key], re.I) for key in ("cleft", "pronouns", "agent")}
    return found | {key: data[key] for key in ("we", "us")}


def taken_on(mail: Mail, sentence: Sentence) -> Changes:
    """What would stand instead of the one who is blamed, or () where it cannot safely be said.

    Safe: no pronoun and nobody else in the sentence; whoever is blamed stands behind “it was”, or is the actor of a first clause in the past, or the
    agent of a passive.
    """
    words, text, clauses = _words(sentence.language), unquoted(sentence.text), mail.prose.clauses(sentence)
    if not words or not clauses or any(c.mood is not Mood.STATEMENT for c in clauses):
        return ()
    cleft = words["cleft"].match(text)
    if cleft and len(cleft.group("who").split()) <= _LONGEST and not _others(words, text, cleft.span("who"), ()):
        return ((cleft.span(), words["we"].capitalize()),)
    first = clauses[0]
    if first.actor is not None and first.actor.start == len(text) - len(text.lstrip()) and _can_be_we(first, first.actor):
        span = first.actor.start, first.actor.end
        return () if _others(words, text, span, clauses) else ((span, words["we"].capitalize()),)
    agent = next((c.agent for c in clauses if c.passive and c.agent is not None and _is_somebody(c.agent)), None)
    if agent is None or not words["agent"].search(text[: agent.start]) or _others(words, text, (agent.start, agent.end), clauses):
        return ()
    return (((agent.start, agent.end), words["us"]),)


def _can_be_we(clause: Clause, actor: Phrase) -> bool:
    plain = clause.tense is Tense.PAST and not clause.perfect and not clause.passive
    return plain and bool(clause.act) and clause.predicate is None and _is_somebody(actor)


def _is_somebody(phrase: Phrase) -> bool:
    return (phrase.name or phrase.who is Who.OWN) and phrase.who is not Who.READER


def _others(words: dict[str, Any], text: str, span: tuple[int, int], clauses: tuple[Clause, ...]) -> bool:
    """Whether a pronoun may stand for whoever is blamed, or somebody else is in the sentence."""
    doers = (p for c in clauses for p in (c.actor, c.agent) if p is not None)
    return bool(words["pronouns"].search(f"{text[: span[0]]}|{text[span[1] :]}")) or any(_is_somebody(p) and (p.start, p.end) != span for p in doers)
