"""`non-apology`: an apology that takes itself back (RULES.md, rulings 2 and 32)."""

from __future__ import annotations

from sendcheck.checkapi import STRICT, Hit, Mail, Sentence, Severity
from sendcheck.understanding.acting import act_of
from sendcheck.understanding.apologies import half, is_courtesy
from sendcheck.understanding.apologies import mends as whole_ones
from sendcheck.understanding.rewording import mends, rewording

_INSTEAD = "apologise for the thing itself, without “if”, “any” or “but”"


def non_apology(mail: Mail, sentence: Sentence) -> Hit | None:
    """The finding of a sentence, or None."""
    match, act = half(sentence.text), act_of(mail.prose, sentence, "non-apology")
    if match is None and act is None:
        return None
    span = match.span() if match is not None else act.span if act is not None else (0, 0)
    words = " ".join(sentence.text[slice(*span)].split())
    mended = rewording(mail, sentence, mends(sentence.text, whole_ones()))
    unsure = match is None and act is not None and not act.sure
    mild = Severity.NOTE if unsure or (mail.profile not in STRICT and is_courtesy(sentence.text)) else None
    place = mail.at_sentence(sentence, *span)
    return Hit("non-apology", f"“{words}” takes the apology back", place, _INSTEAD, severity=mild, rewording=mended)
