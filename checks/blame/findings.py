"""How blame is reported: the words, what to write instead, and one rewording where the sentence allows it."""

from __future__ import annotations

from sendcheck.checkapi import STRICT, Confidence, Hit, Mail, Sentence, Severity, of_language
from sendcheck.understanding.clauses.pipeline import READ_AS
from sendcheck.understanding.rewording import Changes, mends, rewording

from .faults import Strength

_WHOM = {"blame-colleague": "somebody of your own side", "blame-recipient": "the reader"}
_INSTEAD = {
    "blame-colleague": "say what went wrong and what you do about it, as one house",
    "blame-recipient": "say what you need and by when, without saying whose fault it is",
}


def finding(mail: Mail, sentence: Sentence, rule: str, strength: Strength, span: tuple[int, int], certain: bool = True, changes: Changes = ()) -> Hit:
    """The finding of a sentence. What reports as much as it blames is an error only in answers to complaints and reports of failures.

    ``certain``: it is said whose side the blamed one is on; ``changes``: what would stand there instead, see
    :mod:`sendcheck.understanding.rewording`.
    """
    words = " ".join(sentence.text[slice(*span)].split())
    pairs = of_language(__package__, "instead", READ_AS.get(sentence.language, sentence.language)).get("mend", [])
    left_out = [change for change in mends(sentence.text, pairs) if change[0][0] <= span[0] and span[1] <= change[0][1]]
    strict = mail.profile in STRICT
    severity = None
    if strength is Strength.HINT:
        severity = Severity.WARNING if strict else Severity.NOTE
    elif strength is Strength.LIKELY and not strict:
        severity = Severity.WARNING if certain else Severity.NOTE
    return Hit(
        rule,
        f"“{words}” puts the fault on {_WHOM[rule]}",
        mail.at_sentence(sentence, *span),
        _INSTEAD[rule],
        severity=severity,
        confidence=Confidence.HIGH if strength is Strength.SURE else Confidence.MEDIUM,
        rewording=rewording(mail, sentence, changes or left_out),
    )
