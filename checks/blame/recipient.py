"""`blame-recipient`: fault on the reader. A request, a condition or an instruction is none (RULES.md, ruling 1)."""

from __future__ import annotations

from collections.abc import Sequence

from sendcheck.checkapi import Clause, Hit, Mail, Mood, Sentence, Tense, Who
from sendcheck.understanding.mentions import Mention, means, reader_mentions
from sendcheck.understanding.text import unquoted

from .faults import Faults, Strength, at_fault, faults, goes_wrong, is_the_cause, may_blame, with_known_verb
from .findings import finding
from .frames import READER, framed, frames, voided


def recipient(mail: Mail, sentence: Sentence) -> Hit | None:
    """The finding of a sentence, or None."""
    words, patterns = faults(sentence.language), frames(sentence.language, READER)
    if words is None or patterns is None:
        return None
    text = unquoted(sentence.text)
    rhetorical = patterns.rhetorical.search(text)
    if rhetorical is not None:
        return finding(mail, sentence, "blame-recipient", Strength.LIKELY, rhetorical.span())
    if sentence.asks:
        return None
    mentions = reader_mentions(sentence)
    if voided(text, patterns):
        return None
    strength, span = framed(text, patterns, mentions)
    if strength is not Strength.SURE and mentions and may_blame(sentence.language, sentence.text):
        clauses = mail.prose.clauses(sentence)
        found = [_blames(with_known_verb(c, text, words), clauses, words, text, mentions) for c in mail.prose.said(sentence)]
        real = [one for one in found if not patterns.unreal.search(text[: one[1][0]])]
        strength, span = max([(strength, span), *real], key=lambda one: one[0])
    if strength is Strength.NONE:
        return None
    return finding(mail, sentence, "blame-recipient", strength, span)


def _blames(clause: Clause, clauses: Sequence[Clause], words: Faults, text: str, mentions: list[Mention]) -> tuple[Strength, tuple[int, int]]:
    nothing = Strength.NONE, (0, 0)
    actor = clause.actor
    if actor is None or clause.passive or clause.conditional or clause.mood is not Mood.STATEMENT or clause.modals - words["should"]:
        return nothing
    people = actor.who is Who.READER or (actor.who in {Who.NOBODY, Who.OWN} and means(actor, mentions, text))
    if not people or (clause.negated and clause.act in words["no_charge"]):
        return nothing
    if clause.tense is not Tense.PAST and not clause.perfect:
        return nothing
    span = min(actor.start, clause.verb[0]), clause.verb[1]
    if clause.negated and clause.perfect and clause.act not in words["cares"]:
        return (Strength.SURE if words.careless.search(text) else Strength.NONE), span  # “you have not answered” alone is a reminder
    strength = at_fault(clause, clauses, words, text)
    if strength is Strength.NONE and not clause.negated and not clause.perfect:
        strength = max(goes_wrong(clause, words), is_the_cause(clause, words, text, words["because"]))
    return strength, span
