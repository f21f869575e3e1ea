"""Blame as the model of acts tells it: `blame-colleague`, `blame-recipient`, `blame-deflected`."""

from __future__ import annotations

from sendcheck.checkapi import STRICT, Confidence, Hit, Mail, Sentence, Severity
from sendcheck.understanding.acting import act_of
from sendcheck.understanding.rewording import rewording

from .findings import INSTEAD, WHOM

#: The rule that each act sets off, and how grave it is where the act is likely and not sure, in answers to complaints and elsewhere.
_RULES = {
    "blame-own": ("blame-colleague", Severity.WARNING),
    "blame-reader": ("blame-recipient", Severity.WARNING),
    "blame-deflected": ("blame-deflected", Severity.NOTE),
}


def told(mail: Mail, sentence: Sentence) -> Hit | None:
    """The finding of a sentence, or None."""
    act = act_of(mail.prose, sentence, *_RULES)
    if act is None:
        return None
    rule, likely = _RULES[act.name]
    words = " ".join(sentence.text[slice(*act.span)].split())
    said = f"puts the fault on {WHOM[rule]}" if rule in WHOM else "pushes the fault away from your side"
    return Hit(
        rule,
        f"“{words}” {said}",
        mail.at_sentence(sentence, *act.span),
        INSTEAD[rule],
        severity=None if act.sure else likely if mail.profile in STRICT else Severity.NOTE,
        confidence=Confidence.HIGH if act.sure else Confidence.MEDIUM,
        rewording=rewording(mail, sentence, ()),
    )
