"""`promise-absolute`: the own side binds itself without bound. Words point to it; the clause decides (RULES.md, rulings 1 and 6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from sendcheck.checkapi import Clause, Hit, Mail, Mood, Prose, Sentence, Tense, Who, by_language, pattern


@cache
def _pattern(key: str) -> re.Pattern[str]:
    return pattern(__package__, key, "absolute")


@cache
def _words(key: str) -> frozenset[str]:
    return frozenset(w for data in by_language(__package__, "absolute") for w in data[key])


def may_be_absolute(text: str) -> bool:
    """Whether a sentence holds an absolute word."""
    flat = " ".join(text.split())
    return bool(_pattern("certain").search(flat) or _pattern("absolute").search(flat) or (_pattern("swears").search(flat) and _pattern("assured").search(flat)))


def absolute(mail: Mail) -> Iterator[tuple[int, Hit]]:
    """Sentence numbers and findings; one a sentence."""
    for sentence in mail.prose.sentences:
        found = _find(mail.prose, sentence)
        if found is not None:
            start, end = found
            words = sentence.text[start:end]
            yield (
                sentence.number,
                Hit(
                    "promise-absolute",
                    f"“{' '.join(words.split())}” promises more than anybody can keep",
                    mail.at_sentence(sentence, start, end),
                    "say what you will do, by when, and what keeps it from happening again",
                ),
            )


def _find(prose: Prose, sentence: Sentence) -> tuple[int, int] | None:
    text = re.sub(r"\s", " ", sentence.text)
    if sentence.asks or _pattern("voids").search(text):
        return None
    certain, other = _pattern("certain").search(text), _pattern("absolute").search(text)
    if not may_be_absolute(text):
        return None
    clauses = prose.clauses(sentence)
    if certain is not None and not any(c.conditional and c.mark for c in clauses) and not _past_only(certain, clauses):
        return certain.span()
    sworn = _pattern("assured").search(text)
    if sworn and any(
        c.act in _words("assure") and c.who.own_side and not c.negated and c.tense is not Tense.PAST and c.mood is Mood.STATEMENT for c in clauses
    ):
        return sworn.span()
    if other is None:
        return None
    at = other.span()
    return at if any(_binds(c, at) for c in clauses) else None


def _past_only(match: re.Match[str], clauses: tuple[Clause, ...]) -> bool:
    near = [c for c in clauses if c.start <= match.end() and match.start() <= c.end]
    return bool(near) and all(c.tense is Tense.PAST for c in near)


def _binds(clause: Clause, at: tuple[int, int]) -> bool:
    """An own-side act, or what will happen to our service, in the future; not under a condition, and not the reader's."""
    if not (clause.start <= at[0] < max(clause.end, clause.verb[1]) + 40) or clause.conditional or clause.mood is not Mood.STATEMENT:
        return False
    if clause.tense is not Tense.FUTURE or clause.act in _words("feelings"):
        return False
    if clause.who is Who.READER:
        return clause.act in _words("reader_acts")
    return clause.who is not Who.THIRD
