"""Sentences that say a file travels with the mail, and to whom the file of such a sentence belongs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from sendcheck.checkapi import Attachment, Lazy, Mail, Parent, QuotedMail, pattern
from sendcheck.understanding.text import flat, sentence_around

from .accessories import is_file
from .named import names_a_file


class Announcement(NamedTuple):
    """An announcing phrase of a text, in its sentence begin..end."""

    phrase: re.Match[str]
    begin: int
    end: int
    sentence: str


def _phrases(key: str) -> Lazy:
    return pattern(__package__ or "", key)


def announcements(text: str) -> Iterator[Announcement]:
    """What a text announces; not what is negated, past, planned, or somebody else's."""
    for match in _phrases("announce").finditer(text):
        begin, end = sentence_around(text, match.start(), match.end())
        sentence = text[begin:end]
        if not _void(sentence, match.start() - begin):
            yield Announcement(match, begin, end, sentence)


def _void(sentence: str, at: int) -> bool:
    return any(match.start() <= at < match.end() or abs(match.start() - at) < 90 for match in _phrases("voids").finditer(sentence))


def of_the_other_side(mail: Mail, sentence: str) -> bool:
    """Whether a sentence thanks for the file of the answered mail, or tells of reading, receiving, signing or returning it (RULES.md, ruling 39)."""
    if _phrases("handled").search(flat(sentence)) is None:
        return False
    return bool(files_of_the_other_side(mail)) or any(_announces(mail, m) for m in mail.answered) or any(_announces(mail, m) for m in mail.quoted)


def files_of_the_other_side(mail: Mail) -> tuple[Attachment, ...]:
    """What others attached to the mails of the thread that are at hand."""
    messages = [m.message for m in mail.answered if m.message is not None and not _own(mail, m)]
    return tuple(a for message in messages for a in message.attachments if is_file(a, message))


def _own(mail: Mail, other: Parent | QuotedMail) -> bool:
    return mail.sender is not None and other.sender is not None and other.sender.key == mail.sender.key


def _announces(mail: Mail, other: Parent | QuotedMail) -> bool:
    """Whether a mail of the thread that somebody else wrote says that it brings a file."""
    return not _own(mail, other) and (names_a_file(other.text) or next(announcements(other.text), None) is not None)
