"""`non-apology`: an apology that takes itself back (RULES.md, rulings 2 and 32)."""

from __future__ import annotations

from sendcheck.checkapi import STRICT, Hit, Mail, Sentence, Severity
from sendcheck.understanding.apologies import half, is_courtesy
from sendcheck.understanding.apologies import mends as whole_ones
from sendcheck.understanding.rewording import mends, rewording

_INSTEAD = "apologise for the thing itself, without “if”, “any” or “but”"


def non_apology(mail: Mail, sentence: Sentence) -> Hit | None:
    """The finding of a sentence, or None."""
    match = half(sentence.text)
    if match is None:
        return None
    words = " ".join(sentence.text[slice(*match.span())].split())
    mended = rewording(mail, sentence, mends(sentence.text, whole_ones()))
    mild = Severity.NOTE if mail.profile not in STRICT and is_courtesy(sentence.text) else None
    place = mail.at_sentence(sentence, *match.span())
    return Hit("non-apology", f"“{words}” takes the apology back", place, _INSTEAD, severity=mild, rewording=mended)
