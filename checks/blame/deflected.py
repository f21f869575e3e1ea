"""`blame-deflected`: own fault denied, or pushed to nobody. Clearing the reader is none (RULES.md, ruling 25)."""

from __future__ import annotations

from functools import cache

from sendcheck.checkapi import STRICT, Alternatives, Hit, Mail, Sentence, Severity, alternatives, of_language
from sendcheck.understanding.clauses.pipeline import READ_AS
from sendcheck.understanding.rewording import rewording
from sendcheck.understanding.text import unquoted

INSTEAD = "say what your side did or did not do, and what you do about it"

_KINDS = (
    ("denied", "says that it is not your fault"),
    ("nobody", "tells of a fault that nobody made"),
    ("soft", "says that it is not up to you"),
)


@cache
def _patterns(language: str) -> dict[str, Alternatives]:
    data = of_language(__package__, "deflected", language)
    return {} if not data else {key: alternatives(data[key], loose=True) for key in ("denied", "nobody", "soft", "voids")}


def takes_it(sentence: Sentence) -> bool:
    """Whether the sender takes the fault after all, or clears the reader."""
    found = _patterns(READ_AS.get(sentence.language, sentence.language))
    return bool(found) and bool(found["voids"].search(unquoted(sentence.text)))


def deflected(mail: Mail, sentence: Sentence) -> Hit | None:
    """The finding of a sentence, or None."""
    found = _patterns(READ_AS.get(sentence.language, sentence.language))
    if not found or sentence.asks or takes_it(sentence):
        return None
    text = unquoted(sentence.text)
    for key, what in _KINDS:
        match = found[key].search(text)
        if match:
            words = " ".join(match.group(0).split())
            aside = key == "soft" and mail.profile not in STRICT
            place, severity = mail.at_sentence(sentence, *match.span()), Severity.NOTE if aside else None
            return Hit("blame-deflected", f"“{words}” {what}", place, INSTEAD, severity=severity, rewording=rewording(mail, sentence, ()))
    return None
