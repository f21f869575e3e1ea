"""`non-apology`: an apology that takes itself back (RULES.md, ruling 2)."""

from __future__ import annotations

from sendcheck.checkapi import Hit, Mail, Sentence
from sendcheck.understanding.apologies import half
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
    return Hit("non-apology", f"“{words}” takes the apology back", mail.at_sentence(sentence, *match.span()), _INSTEAD, rewording=mended)
