"""`figure-unsupported`: a share or a count about cause or effect for which neither thread, nor attachment, nor a named source stands."""

from __future__ import annotations

from collections.abc import Iterator

from sendcheck.checkapi import STRICT, Confidence, Hit, Mail, Sentence, pattern
from sendcheck.understanding.figures import COUNT, Figure, find_figures
from sendcheck.understanding.text import flat
from sendcheck.understanding.units import SHARE
from sendcheck.understanding.words import content

from .changed import told_in

RULE = "figure-unsupported"
#: More claims than this are a table or a report.
_A_REPORT = 4


def unsupported(mail: Mail) -> Iterator[Hit]:
    """With an answered mail, or in answers to complaints and reports of failures."""
    if mail.is_forward:
        return
    claims = [(s, f) for s in mail.prose.sentences if not s.asks for f in find_figures(s.text, s.language) if f.unit in {SHARE, COUNT} and _claims(mail, s, f)]
    if not claims or len(claims) > _A_REPORT:
        return  # many figures are the data themselves
    known = [t.figure for t in told_in(mail.thread_texts())]
    for sentence, figure in claims:
        if any(k.equals(figure) for k in known) or _sourced(mail, sentence):
            continue
        yield Hit(
            RULE,
            f"“{figure.text}{_thing(figure)}”: nothing in the thread or the text says where this figure comes from",
            mail.at_sentence(sentence, figure.start, figure.end),
            "name the source (“our log shows”, “we counted”), attach it, or leave the figure out until you know",
            confidence=Confidence.HIGH if mail.profile in STRICT else Confidence.MEDIUM,
        )


def _thing(figure: Figure) -> str:
    return f" {' '.join(figure.things[:3])}" if figure.things else ""


def _claims(mail: Mail, sentence: Sentence, figure: Figure) -> bool:
    """Whether the sentence says with this figure what happened to whom, and does not deal, plan, suppose or deny."""
    text = flat(sentence.text)
    if pattern(__package__, "deals").search(text) or pattern(__package__, "supposed").search(text):
        return False
    before = flat(sentence.text[max(0, figure.start - 30) : figure.start])
    if pattern(__package__, "denied_before").search(before):
        return False
    if pattern(__package__, "sureness").search(flat(sentence.text[figure.start : figure.end + 30])):
        return False
    effect = bool(pattern(__package__, "effects").search(text))
    if figure.unit == SHARE:
        of_those = bool(pattern(__package__, "of_those").search(flat(sentence.text[figure.start : figure.end + 50])))
        return (effect or of_those) if mail.profile in STRICT else (effect and of_those)
    counted = [w for w in figure.things[:3] if content(w)]
    return bool(counted) and effect and bool(pattern(__package__, "counted").search(" ".join(figure.things[:3])))


def _sourced(mail: Mail, sentence: Sentence) -> bool:
    """A source named in the sentence or beside it, a link, or a file that the text points to."""
    for near in (sentence, *mail.prose.neighbours(sentence)):
        text = flat(near.text)
        if pattern(__package__, "sources").search(text):
            return True
        if mail.attachments and pattern(__package__, "points_to_file").search(text):
            return True
    return False
