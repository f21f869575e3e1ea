"""`blame-recipient`: fault on the reader. A request, a condition or an instruction is none (RULES.md, ruling 1)."""

from __future__ import annotations

import re

from sendcheck.checkapi import Clause, Confidence, Hit, Mail, Mood, Sentence, Severity, Tense, Who

from .faults import Faults, at_fault, faults, hints, leaves_undone, may_blame

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
    """``weak``: a report as much as a reproach; outside complaints and incidents only a warning."""
    words = " ".join(sentence.text[start:end].split())
    mild = Severity.WARNING if weak and mail.profile in {"general", "internal"} else None
    confidence = Confidence.MEDIUM if weak else Confidence.HIGH
    return Hit(
        "blame-recipient", f"“{words}” puts the fault on the reader", mail.at_sentence(sentence, start, end), _REMEDY, severity=mild, confidence=confidence
    )


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
