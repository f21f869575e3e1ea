"""Words that are right in this mail because of what is around it: names, the thread, code. Rules that judge words leave them alone."""

from __future__ import annotations

import re

from sendcheck.understanding.mail import Mail
from sendcheck.understanding.prose import Sentence
from sendcheck.understanding.segments import Kind
from sendcheck.understanding.text import in_code

_WORD = re.compile(r"[^\W\d_]{2,}")
#: Addresses, links, paths, file names, hosts, handles and tags.
_COORDINATE = re.compile(r"(?<!\S)\S*(?:://|@|\\|www\.|\w/\w+/|~/|</?\w|\w\.(?:[a-z]{2,4}|[A-Z]{2,4})\b(?!\w)|\w_\w|#\w)\S*")
#: Three columns and more.
_COLUMNS = re.compile(r"\S(?:\t|[ ]{3,})\S.*\S(?:\t|[ ]{3,})\S")
_MOSTLY = 0.34


def known_words(mail: Mail) -> frozenset[str]:
    """Words, in lower case, that headers, thread, signature and the attachments' names use; a subject of one's own is text like any other."""
    pieces = [
        *([] if subject_is_own(mail) else [mail.subject]),
        *(f"{r.address.name} {r.address.addr}" for r in mail.recipients),
        *(a.name or "" for a in mail.attachments),
    ]
    pieces += [f"{mail.sender.name} {mail.sender.addr}"] if mail.sender else []
    pieces += [s.text for s in mail.stretches(Kind.SIGNATURE, Kind.QUOTE, Kind.TRAIL, Kind.FORWARD)]
    if mail.parent is not None:
        pieces += [mail.parent.text, mail.parent.subject or ""]
        pieces += [f"{a.name} {a.addr}" for a in mail.thread_people()]
    return frozenset(w.lower() for piece in pieces for w in _WORD.findall(piece))


def subject_is_own(mail: Mail) -> bool:
    """Whether the writer has made the subject up: that of a reply or a forward is the thread's."""
    return not mail.is_reply and not mail.is_forward


def is_code(sentence: Sentence, start: int, end: int) -> bool:
    """Whether characters start..end of a sentence are code, or part of an address, a link or a path."""
    if in_code(sentence.piece.text, sentence.start + start, sentence.start + end):
        return True
    return any(m.start() < end and m.end() > start for m in _COORDINATE.finditer(sentence.text))


def is_table(sentence: Sentence) -> bool:
    """Whether a sentence is none, but a row of columns or of figures."""
    words = sentence.text.split()
    figures = sum(any(c.isdigit() for c in w) for w in words)
    return bool(_COLUMNS.search(sentence.text)) or (len(words) > 2 and figures > _MOSTLY * len(words))
