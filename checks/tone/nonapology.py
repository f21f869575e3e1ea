"""`non-apology`: an apology that takes itself back (RULES.md, rulings 2 and 32)."""

from __future__ import annotations

from sendcheck.checkapi import STRICT, Hit, Mail, Sentence, Severity, act_of, hit_of_act, pattern

_INSTEAD = "apologise for the thing itself, without “if”, “any” or “but”"


def non_apology(mail: Mail, sentence: Sentence) -> Hit | None:
    """The finding of a sentence, or None. The line of courtesy in a notice (“we regret any inconvenience”) is a note where nobody complained."""
    act = act_of(mail.prose, sentence, "non-apology")
    if act is None:
        return None
    courtesy = mail.profile not in STRICT and pattern(__package__ or "", "courtesy", "apologies").search(sentence.text)
    severity = Severity.NOTE if courtesy else None
    return hit_of_act("non-apology", mail, sentence, act, "takes the apology back", _INSTEAD, severity)
