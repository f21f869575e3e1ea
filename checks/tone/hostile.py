"""`hostile`: insult, profanity, threat, contempt. What is quoted is somebody else's."""

from __future__ import annotations

from functools import cache

from sendcheck.checkapi import STRICT, Alternatives, Confidence, Hit, Mail, Sentence, Severity, alternatives, filled, of_language
from sendcheck.understanding.text import unquoted

_INSTEAD = "take it out; say what happened and what you want, and let the reader draw his own conclusion"


@cache
def _patterns(language: str) -> dict[str, Alternatives]:
    data = of_language(__package__, "hostile", language)
    if not data:
        return {}
    stands_for = {"STRONG": data["strong"], "INSULT": f"(?:{data['strong']}|{data['weak']})", "SLUR": data["slurs"]}
    return {key: alternatives((filled(p, stands_for) for p in data[key]), loose=True) for key in ("always", "aimed", "mild", "voids")}


def hostile(mail: Mail, sentence: Sentence, language: str) -> Hit | None:
    """The finding of a sentence, or None."""
    found = _patterns(language)
    text = unquoted(sentence.text)
    if not found:
        return None
    sharp = found["always"].search(text) or found["aimed"].search(text)
    match = sharp or found["mild"].search(text)
    if match is None or found["voids"].search(text):
        return None
    words = " ".join(match.group(0).split())
    aside = sharp is None and mail.profile not in STRICT
    return Hit(
        "hostile",
        f"“{words}” attacks the reader or somebody else" if sharp else f"“{words}” is coarse or scornful",
        mail.at_sentence(sentence, *match.span()),
        _INSTEAD,
        severity=Severity.NOTE if aside else None,
        confidence=Confidence.HIGH if sharp else Confidence.MEDIUM,
    )
