"""Findings that rest on an act, or on its lack: how grave and how confident they are follows from how sure the act is, for all rules alike."""

from __future__ import annotations

from sendcheck.pipeline.contract import STRICT, Confidence, Hit, Severity
from sendcheck.understanding.acting import Act
from sendcheck.understanding.mail import Mail
from sendcheck.understanding.prose import Sentence
from sendcheck.understanding.rewording import Changes, lacking, rewording


def hit_of_act(rule: str, mail: Mail, sentence: Sentence, act: Act, does: str, instead: str, severity: Severity | None = None, changes: Changes = ()) -> Hit:
    """The finding of one act in one sentence.

    ``does``: what its words do, a verb in the third person first (“puts the fault on …”); ``severity``: how grave it is where the act is sure, None for
    as the rule says. In answers to complaints an act that is likely and not sure is a warning at most; elsewhere, where most acts are rarer, one that is
    not certain is a note.
    """
    said, confidence = does, Confidence.HIGH
    firm, mild = (act.sure, Severity.WARNING) if mail.profile in STRICT else (act.certain, Severity.NOTE)
    if not act.sure:
        verb, _, rest = does.partition(" ")
        said, confidence = f"seems to {verb.removesuffix('s')} {rest}", Confidence.MEDIUM
    if not firm and severity is not Severity.NOTE:
        severity = mild
    return Hit(
        rule,
        f"“{act.words}” {said}",
        mail.at_sentence(sentence, *act.span),
        instead,
        severity=severity,
        confidence=confidence,
        rewording=rewording(mail, sentence, changes),
    )


def hit_of_lack(rule: str, mail: Mail, package: str | None, key: str, order: int, message: str, instead: str) -> Hit:
    """The finding of what a whole mail lacks, with a sentence for it: *key* and *order* as for :func:`sendcheck.understanding.rewording.lacking`."""
    return Hit(rule, message, mail.nowhere(), instead, missing=lacking(mail, package or "", key, order))
