"""`promise-absolute`: the own side binds itself without bound. Words point to it; the clause decides (RULES.md, rulings 1 and 6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from sendcheck.checkapi import Alternatives, Clause, Hit, Mail, Mood, Prose, Sentence, Tense, Who, alternatives, by_language
from sendcheck.understanding.rewording import mends, rewording
from sendcheck.understanding.text import in_one_line, unquoted

_INSTEAD = "say what you will do, by when, and what keeps it from happening again"
#: Letters that a plural or definite form adds at most.
_ENDING = 3


@cache
def _pattern(key: str) -> Alternatives:
    return alternatives((p for data in by_language(__package__, "absolute") for p in data.get(key, [])), loose=True)


@cache
def _words(key: str) -> frozenset[str]:
    return frozenset(w for data in by_language(__package__, "absolute") for w in data[key])


@lru_cache(maxsize=512)
def may_be_absolute(text: str) -> bool:
    """Whether a sentence holds an absolute word."""
    flat = in_one_line(text)
    return bool(
        any(_pattern(key).search(flat) for key in ("timeless", "certain", "bounds", "absolute"))
        or (_pattern("swears").search(flat) and _pattern("assured").search(flat))
    )


def absolute(mail: Mail) -> Iterator[tuple[int, tuple[int, int], Hit]]:
    """Sentence numbers, the characters meant, and findings; one a sentence."""
    for sentence in mail.prose.sentences:
        found = _find(mail.prose, sentence)
        if found is not None:
            start, end = found
            words = sentence.text[start:end]
            pairs = [pair for data in by_language(__package__, "absolute") for pair in data["mend"]]
            yield (
                sentence.number,
                found,
                Hit(
                    "promise-absolute",
                    f"“{' '.join(words.split())}” promises more than anybody can keep",
                    mail.at_sentence(sentence, start, end),
                    _INSTEAD,
                    rewording=rewording(mail, sentence, mends(sentence.text, pairs)),
                ),
            )


def _find(prose: Prose, sentence: Sentence) -> tuple[int, int] | None:
    text = unquoted(sentence.text)
    if sentence.asks or not may_be_absolute(text) or _pattern("voids").search(text):
        return None
    clauses, said = prose.clauses(sentence), prose.said(sentence)
    timeless, certain = _pattern("timeless").search(text), _pattern("certain").search(text)
    if timeless is not None and not any(c.conditional and c.mark for c in said):
        return timeless.span()
    if (
        certain is not None
        and _concerns(text)
        and not any(c.conditional and c.mark for c in clauses)
        and not _past_only(certain, clauses)
        and not _denied(certain, clauses)
    ):
        return certain.span()
    bound = _pattern("bounds").search(text)
    timed = any(w.bound for w in prose.times(sentence))
    if bound is not None and any(_lies_ahead(c, timed) for c in said if bound.start() < 3 or c.start <= bound.start() <= max(c.end, c.verb[1]) + 4):
        return _widened(bound.span(), clauses)
    sworn = _pattern("assured").search(text)
    if sworn and any(_swears(c, clauses, sworn.span()) for c in said):
        return _widened(sworn.span(), clauses)
    other = _pattern("absolute").search(text)
    if other is None or not any(_binds(c, clauses, other.span()) for c in said):
        return None
    return _widened(other.span(), clauses)


def _concerns(text: str) -> bool:
    """Whether it is said of anybody or anything that the sender answers for; “there is no doubt about the war” binds nobody."""
    services = tuple(_words("service"))
    return bool(_pattern("concerns").search(text)) or any(w.startswith(services) for w in text.lower().split())


def _widened(at: tuple[int, int], clauses: tuple[Clause, ...]) -> tuple[int, int]:
    """The absolute word with the verb it goes with: what is shown to the user."""
    near = [c.verb for c in clauses if c.start <= at[0] < c.end + 1] or [c.verb for c in clauses if c.verb[1] > c.verb[0]]
    verb = min(near, key=lambda v: abs(v[0] - at[0]), default=at)
    return min(at[0], verb[0]), max(at[1], verb[1])


def _denied(match: re.Match[str], clauses: tuple[Clause, ...]) -> bool:
    """“We do not have a 100 % accurate picture”: the word stands in a negated clause and holds no negation itself."""
    if _pattern("negative").search(match.group(0)):
        return False
    near = [c for c in clauses if c.start <= match.start() and match.end() <= c.end + 1]
    return bool(near) and min(near, key=lambda c: c.end - c.start).negated


def _lies_ahead(clause: Clause, timed: bool) -> bool:
    """Something that is or will be so of our doing: what the reader, a third person or a rule for others does binds nobody here."""
    if clause.tense is Tense.PAST or clause.mood is not Mood.STATEMENT or (clause.conditional and clause.mark) or clause.act in _words("feelings"):
        return False
    if clause.modals and clause.tense is not Tense.FUTURE:
        return False
    if clause.who.own_side or clause.passive:
        return clause.tense is Tense.FUTURE or timed
    if clause.who is Who.READER:
        return clause.act in _words("reader_acts") and clause.mark not in {"if"}
    if clause.actor is None:
        return clause.tense is Tense.FUTURE and clause.relation == "root"
    if clause.who is Who.THIRD or (clause.actor.name and clause.actor.owner is None):
        return False
    return clause.tense is Tense.FUTURE or timed or _is_ours(clause)


def _is_ours(clause: Clause) -> bool:
    actor = clause.actor
    if actor is None:
        return False
    if actor.owner in {Who.I, Who.WE}:
        return True
    return any(actor.head.startswith(thing) and len(actor.head) - len(thing) <= _ENDING for thing in _words("service"))


def _swears(clause: Clause, clauses: tuple[Clause, ...], at: tuple[int, int]) -> bool:
    """“I promise that nothing will be lost”: the absolute word stands in what is promised."""
    if clause.act not in _words("assure") or not clause.who.own_side or clause.negated or clause.tense is Tense.PAST or clause.mood is not Mood.STATEMENT:
        return False
    return at[0] > clause.verb[0] and any(c.start <= at[0] < c.end + 1 and c.tense is not Tense.PAST for c in clauses if c is not clause)


def _past_only(match: re.Match[str], clauses: tuple[Clause, ...]) -> bool:
    near = [c for c in clauses if c.start <= match.end() and match.start() <= c.end and c.act not in _words("assure")]
    return bool(near) and all(c.tense is Tense.PAST for c in near)


def _binds(clause: Clause, clauses: tuple[Clause, ...], at: tuple[int, int]) -> bool:
    """An own-side act, or what will happen to our service, in the future; not under a condition, and not the reader's."""
    start = clause.start
    if clause.governor is not None and clause.relation in {"complement", "advclause"} and clause.tense is Tense.FUTURE:
        start = min(start, clauses[clause.governor].verb[0])  # “kommer aldri til å …”
    if not (start <= at[0] < max(clause.end, clause.verb[1]) + 40) or clause.conditional or clause.mood is not Mood.STATEMENT:
        return False
    if clause.tense is not Tense.FUTURE:
        return False
    if clause.who is Who.READER:
        return clause.act in _words("reader_acts")
    if clause.act in _words("feelings") or (clause.predicate is not None and set(clause.predicate.words) & _words("attitudes")):
        return False
    if clause.who.sender:
        return True
    actor = clause.actor
    if actor is None or clause.who is Who.THIRD:
        return False
    if actor.who is Who.NOBODY:
        return not clause.predicate or bool(set(clause.predicate.words) & _words("service"))
    return _is_ours(clause)
