"""`figure-unsupported`: a share or a count about cause or effect for which neither thread, nor attachment, nor a named source stands."""

from __future__ import annotations

from collections.abc import Iterator

from sendcheck.checkapi import Hit, Mail, Sentence, act_of, hit_of_act
from sendcheck.understanding.figures import COUNT, find_figures
from sendcheck.understanding.units import SHARE

from .changed import told_in

#: More claims than this are a table or a report.
_A_REPORT = 4


def unsupported(mail: Mail) -> Iterator[Hit]:
    """With an answered mail, or in answers to complaints and reports of failures."""
    claims = [(s, act) for s in mail.prose.sentences if (act := act_of(mail.prose, s, "figure", "figure-sourced")) is not None and act.name == "figure"]
    if mail.is_forward or not claims or len(claims) > _A_REPORT:
        return  # many figures are the data themselves
    known = [told.figure for told in told_in(mail.thread_texts())]
    for sentence, act in claims:
        figures = [f for f in find_figures(sentence.text, sentence.language) if f.unit in {SHARE, COUNT}]
        if any(k.equals(f) for k in known for f in figures) or _sourced(mail, sentence):
            continue
        instead = "name the source (“our log shows”, “we counted”), attach it, or leave the figure out until you know"
        yield hit_of_act("figure-unsupported", mail, sentence, act, "says a figure, and nothing in the thread or the text says where it comes from", instead)


def _sourced(mail: Mail, sentence: Sentence) -> bool:
    """Whether a sentence beside it names a source, or announces a file that is there."""
    near = [mail.prose.acts(s).likely for s in mail.prose.neighbours(sentence)]
    return any("figure-sourced" in acts or ("attach" in acts and mail.attachments) for acts in near)
