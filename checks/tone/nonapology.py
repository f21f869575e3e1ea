"""`non-apology`: an apology that takes itself back (RULES.md, rulings 2 and 32)."""

from __future__ import annotations

from sendcheck.checkapi import STRICT, Hit, Mail, Sentence, Severity
from sendcheck.understanding.apologies import half, is_courtesy, mends
from sendcheck.understanding.rewording import mended

_INSTEAD = "apologise for the thing itself, without “if”, “any” or “but”"
_EXAMPLE = ": “I am sorry that we sent the wrong file”"


def non_apology(mail: Mail, sentence: Sentence) -> Hit | None:
    """The finding of a sentence, or None."""
    match = half(sentence.text)
    if match is None:
        return None
    words = " ".join(sentence.text[slice(*match.span())].split())
    instead = mended(_INSTEAD, sentence.text, mends(), _EXAMPLE)
    mild = Severity.NOTE if mail.profile not in STRICT and is_courtesy(sentence.text) else None
    return Hit("non-apology", f"“{words}” takes the apology back", mail.at_sentence(sentence, *match.span()), instead, severity=mild)
