"""What says that a mail brings a file, and whose file it is."""

from __future__ import annotations

from collections.abc import Iterator

from sendcheck.checkapi import Act, Attachment, Lazy, Mail, Parent, Prose, QuotedMail, Sentence, act_of, pattern
from sendcheck.understanding.text import flat

from .accessories import is_file
from .named import names_a_file


def _phrases(key: str) -> Lazy:
    return pattern(__package__ or "", key)


def announcements(prose: Prose) -> Iterator[tuple[Sentence, Act]]:
    """The sentences that announce a file of this mail, and the items of a list that one leads in; not those that speak of another one's (ruling 39)."""
    for sentence in prose.sentences:
        lead = prose.lead_in(sentence)
        found = (act_of(prose, one, "attach", "attach-other") for one in (lead, sentence) if one is not None)
        act = next((act for act in found if act is not None), None)
        if act is not None and act.name == "attach":
            yield sentence, act


def pointer(sentence: Sentence) -> tuple[int, int]:
    """The characters of an announcement to point at: its word for it, else all of it."""
    found = _phrases("points").search(sentence.text)
    return found.span() if found is not None else (0, len(sentence.text))


def of_the_other_side(mail: Mail, sentence: str) -> bool:
    """Whether a sentence thanks for the file of the answered mail, or tells of reading, receiving, signing or returning it (RULES.md, ruling 39)."""
    if _phrases("handled").search(flat(sentence)) is None:
        return False
    others: list[Parent | QuotedMail] = [*mail.answered, *mail.quoted]
    return bool(files_of_the_other_side(mail)) or any(_announces(mail, m) for m in others)


def files_of_the_other_side(mail: Mail) -> tuple[Attachment, ...]:
    """What others attached to the mails of the thread that are at hand."""
    messages = [m.message for m in mail.answered if m.message is not None and not _own(mail, m)]
    return tuple(a for message in messages for a in message.attachments if is_file(a, message))


def _own(mail: Mail, other: Parent | QuotedMail) -> bool:
    return mail.sender is not None and other.sender is not None and other.sender.key == mail.sender.key


def _announces(mail: Mail, other: Parent | QuotedMail) -> bool:
    """Whether a mail of the thread that somebody else wrote says that it brings a file."""
    return not _own(mail, other) and (names_a_file(other.text) or next(announcements(mail.prose_of(other)), None) is not None)
