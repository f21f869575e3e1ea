"""`blame-recipient`: fault on the reader. A request, a condition or an instruction is none (RULES.md, ruling 1)."""

from __future__ import annotations

import re

from sendcheck.checkapi import Clause, Hit, Mail, Mood, Sentence, Tense, Who

from .faults import Faults, at_fault, blame, faults, hints, leaves_undone, may_blame

_REMEDY = "say what you need and by when, without saying whose fault it is"


def recipient(mail: Mail, sentence: Sentence) -> Hit | None:
    """The finding of a sentence, or None."""
    words = faults(sentence.language)
    if words is None or sentence.asks:
        return None
    text = re.sub(r"\s", " ", sentence.text)
    if not hints(words, "recipient_hints", text):
        return None
    if words.patterns["recipient_voids"].search(text):
        return None
    match = words.patterns["recipient_patterns"].search(text)
    if match:
        return _hit(mail, sentence, *match.span())
    for clause in mail.prose.clauses(sentence) if may_blame(sentence.language, text) else ():
        if _blamed(clause, words, text):
            assert clause.actor is not None
            return _hit(mail, sentence, min(clause.actor.start, clause.verb[0]), clause.verb[1], weak=leaves_undone(clause, words))
    return None


def _hit(mail: Mail, sentence: Sentence, start: int, end: int, weak: bool = False) -> Hit:
    return blame(mail, sentence, (start, end), weak, "blame-recipient", "the reader", _REMEDY)


def _blamed(clause: Clause, words: Faults, text: str) -> bool:
    actor = clause.actor
    if actor is None or clause.passive or clause.conditional or clause.mood is not Mood.STATEMENT or clause.modals - words["should"]:
        return False
    if actor.who is not Who.READER and actor.owner is not Who.READER:
        return False
    if actor.owner is Who.READER and actor.who is Who.THING:
        return False
    if clause.negated and clause.act in words["no_charge"]:
        return False
    if clause.tense is not Tense.PAST and not clause.perfect:
        return False
    if clause.negated and clause.perfect and clause.act not in words["cares"]:
        return bool(words.patterns["careless"].search(text))  # “you have not answered” alone is a reminder
    return at_fault(clause, words, text)
