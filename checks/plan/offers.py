"""`contact-missing` and `prevention-missing`: the two things that a good answer to a complaint ends with."""

from __future__ import annotations

from collections.abc import Iterator

from sendcheck.checkapi import Hit, Mail, Sentence, by_language, pattern
from sendcheck.understanding.clauses.pipeline import READ_AS
from sendcheck.understanding.commitments import Commitment, prevents, solved
from sendcheck.understanding.rewording import lacking
from sendcheck.understanding.text import flat


def _says(sentence: Sentence, key: str) -> bool:
    return bool(pattern(__package__, key).search(flat(sentence.text)))


def contact(mail: Mail, found: list[Commitment]) -> Iterator[Hit]:
    """An offer to talk: a call, a number, a meeting; or the reader has said how and when he can be reached."""
    if any(_says(s, "offers_talk") for s in mail.prose.sentences) or any(c.clause.act in _calls(c.sentence.language) for c in found):
        return
    if mail.parent is not None and mail.parent.prose is not None and any(_says(s, "reachable") for s in mail.parent.prose.sentences):
        return
    yield Hit(
        "contact-missing",
        "the mail offers no way to talk: no call, no number, no meeting",
        mail.nowhere(),
        "offer a call, or give your direct number",
        missing=lacking(mail, __package__ or "", "contact", 5),
    )


def _calls(language: str) -> frozenset[str]:
    known = {data["language"]: frozenset(data["calls"]) for data in by_language(__package__, "words")}
    return known.get(READ_AS.get(language, language), frozenset())


def prevention(mail: Mail) -> Iterator[Hit]:
    """What keeps it from coming back, once the mail reports that it is mended."""
    said, how = solved(mail.prose)
    if not (said or how):
        return
    if any(prevents(mail.prose, s) or _says(s, "still_searching") for s in mail.prose.sentences):
        return
    yield Hit(
        "prevention-missing",
        "the mail reports a fix, but not what keeps the fault from coming back",
        mail.nowhere(),
        "name one lasting measure, or say by when you will know",
        missing=lacking(mail, __package__ or "", "prevention", 3),
    )
