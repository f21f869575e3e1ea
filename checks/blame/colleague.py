"""`blame-colleague`: fault, not cause, on a person, role, team or supplier of the own side (RULES.md, rulings 1 and 25)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sendcheck.checkapi import Clause, Hit, Mail, Mood, Phrase, Sentence, Who
from sendcheck.understanding.mentions import Mention, means, own_mentions
from sendcheck.understanding.text import unquoted

from .faults import Faults, Strength, around, at_fault, faults, goes_wrong, is_the_cause, may_blame, with_known_verb
from .findings import finding
from .frames import OWN, Frames, framed, frames, voided
from .instead import taken_on
from .parties import antecedent


class _Look(NamedTuple):
    mail: Mail
    sentence: Sentence
    text: str
    words: Faults
    patterns: Frames
    mentions: list[Mention]


def colleague(mail: Mail, sentence: Sentence) -> Hit | None:
    """The finding of a sentence, or None."""
    words, patterns = faults(sentence.language), frames(sentence.language, OWN)
    if words is None or patterns is None or sentence.asks:
        return None
    text = unquoted(sentence.text)
    mentions = own_mentions(mail.prose, sentence, patterns.reproach)
    gated = may_blame(sentence.language, sentence.text) or bool(mentions and words.harm.search(text))
    if not (mentions or gated) or voided(text, patterns):
        return None
    strength, span = framed(text, patterns, mentions)
    if strength is not Strength.SURE and gated:
        look = _Look(mail, sentence, text, words, patterns, mentions)
        clauses = mail.prose.clauses(sentence)
        found = [_blames(look, with_known_verb(c, text, words), clauses) for c in mail.prose.said(sentence)]
        strength, span = max([(strength, span), *found], key=lambda one: one[0])
    if strength is Strength.NONE:
        return None
    ours = any(m.ours for m in mentions if m.start < span[1] and span[0] < m.end)
    return finding(mail, sentence, "blame-colleague", strength, span, certain=ours, changes=taken_on(mail, sentence, text, mentions))


def _blames(look: _Look, clause: Clause, clauses: Sequence[Clause]) -> tuple[Strength, tuple[int, int]]:
    nothing = Strength.NONE, (0, 0)
    doer = clause.agent if clause.passive else clause.actor
    if clause.mood is not Mood.STATEMENT or (clause.modals & look.words["irrealis"] and not clause.perfect):
        return nothing
    sure = doer is not None and _of_own_side(look, doer)
    if doer is None or not sure:
        return nothing
    span = min(doer.start, clause.verb[0]), max(clause.verb[1], doer.end)
    if clause.conditional:
        return _if_only(clause, look.words), span
    if look.patterns.unreal.search(look.text[: span[0]]):
        return nothing
    strength = _passively(clause, look.words) if clause.passive else at_fault(clause, clauses, look.words, look.text)
    strength = max(strength, _to_blame(clause, look.words))
    if strength is Strength.NONE and doer.who is not Who.THIRD:
        strength = max(goes_wrong(clause, look.words), is_the_cause(clause, look.words, look.text, look.words["because"] | look.words["since"]))
    if strength is Strength.SURE and (doer.who is Who.THIRD or not all(m.sure for m in look.mentions)):
        strength = Strength.LIKELY
    return strength, span


def _if_only(clause: Clause, words: Faults) -> Strength:
    """“I would have answered if Ruth had passed it on”: a condition that the past did not fulfil."""
    if not clause.perfect or clause.negated or clause.modals or clause.act not in words["duties"]:
        return Strength.NONE
    return Strength.LIKELY


def _passively(clause: Clause, words: Faults) -> Strength:
    """“The order was lost by …”, “the mix-up was caused by …”."""
    if clause.negated:
        return Strength.NONE
    actor = set(clause.actor.words) if clause.actor is not None else set()
    if clause.acts & words["neglects"] or actor & words["fault_nouns"] or (clause.act in words["causes"] and actor & words["caused"]):
        return Strength.SURE
    wrong = bool((around(clause) | clause.adverbs | actor) & words["wrongs"]) and clause.act not in words["no_wrong_acts"]
    return Strength.LIKELY if wrong else Strength.HINT if clause.act in words["harms"] else Strength.NONE


def _to_blame(clause: Clause, words: Faults) -> Strength:
    if clause.negated:
        return Strength.NONE
    if clause.predicate is not None and set(clause.predicate.words) & words["to_blame"]:
        return Strength.SURE
    if clause.act in words["to_blame"] and clause.mark in words["infinitives"] and not clause.objects:
        return Strength.SURE  # “who are to blame”
    bears = clause.act in words["carries"] and any(set(p.words) & words["borne"] for p in clause.objects)
    causes = clause.act in words["causes"] and any(set(p.words) & (words["caused"] | words["fault_nouns"]) for p in clause.objects)
    return Strength.SURE if bears or (causes and clause.tense.value == "past") else Strength.NONE


def _of_own_side(look: _Look, doer: Phrase) -> bool:
    if doer.owner is Who.READER or doer.who in {Who.READER, Who.I, Who.WE}:
        return False
    if means(doer, look.mentions, look.text):
        return True
    return doer.who is Who.THIRD and antecedent(look.mail, look.sentence, doer) is Who.OWN
