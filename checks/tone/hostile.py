"""`hostile`: insult, profanity, threat, contempt. What is quoted is somebody else's."""

from __future__ import annotations

from functools import cache

from sendcheck.checkapi import STRICT, Alternatives, Confidence, Hit, Mail, Sentence, Severity, alternatives, filled, of_language
from sendcheck.understanding.mentions import own_mentions
from sendcheck.understanding.text import unquoted

_INSTEAD = "take it out; say what happened and what you want, and let the reader draw his own conclusion"


@cache
def _patterns(language: str) -> dict[str, Alternatives]:
    data = of_language(__package__, "hostile", language)
    if not data:
        return {}
    stands_for = {"STRONG": data["strong"], "INSULT": f"(?:{data['strong']}|{data['weak']})", "SLUR": data["slurs"]}
    found = {key: alternatives((filled(p, stands_for) for p in data[key]), loose=True) for key in ("always", "aimed", "mild", "voids", "scorn")}
    return found | {key: alternatives([data[key]], loose=True) for key in ("profane", "persons", "self")}


def hostile(mail: Mail, sentence: Sentence, language: str) -> Hit | None:
    """The finding of a sentence, or None."""
    found = _patterns(language)
    text = unquoted(sentence.text)
    if not found:
        return None
    sharp, scorn = found["always"].search(text) or found["aimed"].search(text), found["scorn"].search(text)
    match = sharp or scorn or found["mild"].search(text)
    if match is None or found["voids"].search(text):
        return None
    words = " ".join(match.group(0).split())
    somebody = bool(found["persons"].search(text)) or any(m.sure for m in own_mentions(mail.prose, sentence))
    curse = not somebody and any(m.group(0) == words for m in found["profane"].finditer(words))
    if match is scorn and not somebody and found["self"].search(text):
        return None
    attacks = (match is sharp or (match is scorn and somebody)) and not curse
    return Hit(
        "hostile",
        f"“{words}” attacks the reader or somebody else" if attacks else f"“{words}” is coarse or scornful",
        mail.at_sentence(sentence, *match.span()),
        _INSTEAD,
        severity=_of_curse(mail) if curse else None if attacks or mail.profile in STRICT else Severity.NOTE,
        confidence=Confidence.HIGH if attacks or curse else Confidence.MEDIUM,
    )


def _of_curse(mail: Mail) -> Severity:
    """A curse that nobody is meant by (RULES.md, ruling 31)."""
    return Severity.NOTE if mail.recipients and not mail.outside else Severity.WARNING
