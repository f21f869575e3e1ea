"""Kinds of answers: what a “when”, a “who”, a “what if” wants, whatever words it is asked with."""

from __future__ import annotations

import re

from sendcheck.checkapi import Sentence, Tense, TimeKind, Who
from sendcheck.understanding.names import fold, given_names
from sendcheck.understanding.text import flat

from .matter import NEED, Term, covers, meets_need, weight, word_set
from .told import Answer, Told, shows

_FRAGMENT = 7
#: What would have been is no answer to what will be.
_UNREAL = frozenset({"would"})


def fits(told: Told, kind: str, sentence: Sentence, both: list[Term], wanted: tuple[Term, ...], asked: str) -> bool:
    """Whether a sentence holds the kind of answer that a question wants; ``both``: what it shares with it, ``asked``: its words."""
    if kind == "when":
        return any(w.kind is not TimeKind.EMPTY for w in told.prose.times(sentence)) or told.says(sentence, "when")
    if kind == "duration":
        return bool(told.prose.times(sentence)) or told.says(sentence, "number")
    if kind in {"number", "amount"}:
        return told.says(sentence, kind)
    if kind == "who":
        return _names_somebody(told, sentence, asked, {f for t in both for f in t.forms} if weight(both) > NEED else set())
    marker = {"why": "cause", "where": "place", "how": "way"}.get(kind)
    if marker is not None and told.says(sentence, marker):
        if kind == "why":
            return not wanted or (meets_need(both, wanted) and covers(both, wanted))
        return not wanted or weight(both) >= min(1.0, weight(wanted))
    return bool(wanted) and meets_need(both, wanted) and covers(both, wanted)


def _names_somebody(told: Told, sentence: Sentence, asked: str, acts: set[str]) -> bool:
    """A name that the question does not hold itself, a role, or “I” and “we” as those who do it; ``acts``: what the question asks about."""
    if told.says(sentence, "in_charge"):
        return True
    for clause in told.prose.clauses(sentence):
        if clause.act in acts and clause.who in {Who.I, Who.WE, Who.READER}:
            return True
        if acts and any(p.who in {Who.I, Who.WE} for _prep, p in clause.obliques):
            return True  # “send it straight to me”
        for phrase in (clause.actor, clause.agent, clause.predicate, *clause.objects):
            if phrase is None:
                continue
            called = any(w[:1].isupper() and fold(w) in given_names() for w in phrase.text.split())
            named = (phrase.name and phrase.start > 0) or phrase.who is Who.OWN or called
            if named and phrase.text not in asked and phrase.head not in asked.lower():
                return True
            if phrase.who in {Who.I, Who.WE} and phrase is clause.predicate:
                return True
    for word in told.prose.words(sentence):
        if word.text not in asked and word.text[:1].isupper() and ((word.pos == "PROPN" and word.start) or fold(word.text) in given_names()):
            return True
    return False


def fragment(told: Told, kind: str) -> Answer | None:
    """“Two days.”, “At your office.”: a short answer without the question's words; each serves one question."""
    for sentence in told.sentences:
        if sentence.number in told.used or sentence.asks or len(re.findall(r"\w+", sentence.text)) > _FRAGMENT:
            continue
        clauses = told.prose.clauses(sentence)
        bare = not any(c.act and c.verb[1] > c.verb[0] and c.tense.value != "present" for c in clauses) and not any(c.actor for c in clauses)
        short_reply = any(c.act in word_set("short_verbs") for c in clauses) and len(sentence.text.split()) <= 4
        if (bare or short_reply) and not told.says(sentence, "openers") and not told.only_regrets(sentence) and fits(told, kind, sentence, [], (), ""):
            told.used.add(sentence.number)
            return Answer(sentence, "a short answer of the kind asked for")
    return None


def what_then(told: Told, candidates: list[tuple[Sentence, list[Term]]]) -> Answer | None:
    """“What will you do if …?”: an if about the same, or with an act of one's own."""
    for sentence, both in candidates:
        if weight(both) >= NEED and told.says(sentence, "if_so"):
            return Answer(sentence, shows(both))
    for sentence in told.sentences:
        clauses = told.prose.clauses(sentence)
        has_if = told.says(sentence, "if_so") or any(c.conditional for c in clauses)
        if sentence.asks or not has_if or told.only_regrets(sentence):
            continue
        if any((c.who.own_side or c.who is Who.READER) and c.act and c.act not in word_set("no_act") and not c.modals & _UNREAL for c in clauses):
            return Answer(sentence, "says what happens then")
    return None


def in_charge(told: Told) -> Answer | None:
    """“Who works on it?”: somebody who is named as doing it."""
    for sentence in told.sentences:
        for clause in told.prose.clauses(sentence):
            if clause.actor is not None and (clause.actor.name or clause.actor.who is Who.OWN) and clause.act in word_set("charge") and not sentence.asks:
                return Answer(sentence, "names who does it")
    return None


def measure(told: Told) -> Answer | None:
    """“What will you change?”: a lasting measure of one's own."""
    found = next(told.doing("prevention"), None)
    return Answer(found, "names a measure that lasts") if found is not None else None


def remedy(told: Told) -> Answer | None:
    """“When will that be repaired?”: an act of one's own with a time."""
    found = next(told.doing("commit-dated", "done"), None)
    return Answer(found, "an act with a time") if found is not None else None


def next_word(told: Told) -> Answer | None:
    """“Keep me updated”: any word of one's own that is announced."""
    found = next(told.doing("next-update", "contact"), None)
    return Answer(found, "announces the next word") if found is not None else None


def act_on_it(told: Told, wanted: tuple[Term, ...]) -> Answer | None:
    """“I call her at eleven”: the act that was asked for, with a pronoun for the rest."""
    forms = {f for t in wanted for f in t.forms}
    for sentence in told.sentences:
        for clause in told.prose.clauses(sentence):
            mine = clause.who.own_side and clause.tense is not Tense.PAST and not clause.negated and not sentence.asks
            if mine and clause.act in forms and clause.objects and all(o.who in {Who.THIRD, Who.NOBODY} for o in clause.objects):
                return Answer(sentence, "the act that was asked for")
    return None


def is_bare(told: Told, sentence: Sentence, few: int = 3) -> bool:
    """A sentence that leans on the question: without a subject of its own, with a pronoun for one, or of a few words."""
    first = next((c for c in told.prose.clauses(sentence) if c.relation == "root"), None)
    return first is None or first.actor is None or first.actor.who not in {Who.THING, Who.OWN} or len(flat(sentence.text).split()) <= few
