"""`promise-absolute`: the own side binds itself without bound. Words point to it; the clause decides (RULES.md, rulings 1 and 6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from sendcheck.checkapi import Clause, Hit, Mail, Mood, Prose, Sentence, Tense, Who, by_language, pattern

#: Letters that a plural or definite form adds at most.
_ENDING = 3


@cache
def _pattern(key: str) -> re.Pattern[str]:
    return pattern(__package__, key, "absolute")


@cache
def _words(key: str) -> frozenset[str]:
    return frozenset(w for data in by_language(__package__, "absolute") for w in data[key])


@lru_cache(maxsize=4096)
def may_be_absolute(text: str) -> bool:
    """Whether a sentence holds an absolute word."""
    flat = " ".join(text.split())
    return bool(_pattern("certain").search(flat) or _pattern("absolute").search(flat) or (_pattern("swears").search(flat) and _pattern("assured").search(flat)))


def absolute(mail: Mail) -> Iterator[tuple[int, tuple[int, int], Hit]]:
    """Sentence numbers, the characters meant, and findings; one a sentence."""
    for sentence in mail.prose.sentences:
        found = _find(mail.prose, sentence)
        if found is not None:
            start, end = found
            words = sentence.text[start:end]
            yield (
                sentence.number,
                found,
                Hit(
                    "promise-absolute",
                    f"“{' '.join(words.split())}” promises more than anybody can keep",
                    mail.at_sentence(sentence, start, end),
                    "say what you will do, by when, and what keeps it from happening again",
                ),
            )


def _find(prose: Prose, sentence: Sentence) -> tuple[int, int] | None:
    text = re.sub(r"\s", " ", sentence.text)
    if sentence.asks or _pattern("voids").search(" ".join(text.split())):
        return None
    certain, other = _pattern("certain").search(text), _pattern("absolute").search(text)
    if not may_be_absolute(text):
        return None
    clauses = prose.clauses(sentence)
    if certain is not None and not any(c.conditional and c.mark for c in clauses) and not _past_only(certain, clauses):
        return certain.span()
    sworn = _pattern("assured").search(text)
    if sworn and any(_swears(c, clauses, sworn.span()) for c in clauses):
        return _widened(sworn.span(), clauses)
    if other is None:
        return None
    at = other.span()
    return _widened(at, clauses) if any(_binds(c, at) for c in clauses) else None


def _widened(at: tuple[int, int], clauses: tuple[Clause, ...]) -> tuple[int, int]:
    """The absolute word with the verb it goes with: what is shown to the user."""
    near = [c.verb for c in clauses if c.start <= at[0] < c.end + 1] or [c.verb for c in clauses if c.verb[1] > c.verb[0]]
    verb = min(near, key=lambda v: abs(v[0] - at[0]), default=at)
    return min(at[0], verb[0]), max(at[1], verb[1])


def _swears(clause: Clause, clauses: tuple[Clause, ...], at: tuple[int, int]) -> bool:
    """“I promise that nothing will be lost”: the absolute word stands in what is promised."""
    if clause.act not in _words("assure") or not clause.who.own_side or clause.negated or clause.tense is Tense.PAST or clause.mood is not Mood.STATEMENT:
        return False
    return at[0] > clause.verb[0] and any(c.start <= at[0] < c.end + 1 and c.tense is not Tense.PAST for c in clauses if c is not clause)


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
    if clause.who.sender:
        return True
    actor = clause.actor
    if actor is None or clause.who is Who.THIRD:
        return False
    if actor.who is Who.NOBODY:
        return not clause.predicate or bool(set(clause.predicate.words) & _words("service"))
    return actor.owner in {Who.I, Who.WE} or any(
        word.startswith(thing) and len(word) - len(thing) <= _ENDING for word in actor.words for thing in _words("service")
    )
