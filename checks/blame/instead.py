"""A sentence of blame said as a house would say it: “we” for the one who is blamed. Only where nothing else of the sentence would have to change."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from sendcheck.checkapi import Mail, Mood, Sentence, Tense, of_language
from sendcheck.understanding.clauses.pipeline import READ_AS
from sendcheck.understanding.mentions import Mention
from sendcheck.understanding.rewording import Changes


@cache
def _words(language: str) -> dict[str, Any]:
    data = of_language(__package__, "instead", language)
    if not data:
        return {}
    found: dict[str, Any] = {key: re.compile(data[key], re.I) for key in ("cleft", "pronouns", "agent")}
    return found | {key: data[key] for key in ("we", "us")}


def taken_on(mail: Mail, sentence: Sentence, text: str, mentions: list[Mention]) -> Changes:
    """What would stand instead of the one who is blamed, or () where it cannot safely be said.

    Safe: one mention; no pronoun that stands for it; it is the actor of a first clause in the past, perhaps behind “it was”, or the agent of a passive.
    """
    words = _words(READ_AS.get(sentence.language, sentence.language))
    if not words or len(mentions) != 1:
        return ()
    mention = mentions[0]
    if words["pronouns"].search(f"{text[: mention.start]}|{text[mention.end :]}"):
        return ()
    cleft = words["cleft"].match(text)
    if cleft and cleft.end("before") == mention.start and text[mention.end :].lower().startswith(cleft.group("after")):
        return (((cleft.start("before"), mention.end + len(cleft.group("after"))), words["we"].capitalize()),)
    clauses = mail.prose.clauses(sentence)
    if mention.start == len(text) - len(text.lstrip()) and clauses and all(c.mood is Mood.STATEMENT for c in clauses):
        first = clauses[0]
        plain = (
            first.actor is not None
            and first.actor.start == mention.start
            and first.actor.end <= mention.end
            and first.tense is Tense.PAST
            and not first.perfect
            and not first.passive
        )
        return (((mention.start, mention.end), words["we"].capitalize()),) if plain and first.act and first.predicate is None else ()
    if words["agent"].search(text[: mention.start]) and any(c.passive for c in clauses):
        return (((mention.start, mention.end), words["us"]),)
    return ()
