"""What travels with a mail and is no file that was promised (RULES.md, ruling 39): keys and signatures, cards, logos, the invitation itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from sendcheck.checkapi import Attachment, Lazy, Mail, Treatment, by_language, union

#: What programs call the pictures of a signature: Outlook's image001.png, Exchange's ATT00001.png.
_LOGO = re.compile(r"(?:image|att)\d{3,5}\.|outlook-|logo\b|logo[._-]", re.I)
_CARD_TYPES = {"text/vcard", "text/x-vcard", "text/directory"}


def promised(mail: Mail, sentence: str) -> tuple[Attachment, ...]:
    """The files that a sentence can mean: all but accessories; of these only what it speaks of ("my public key is attached")."""
    return tuple(a for a in mail.attachments if _kind(a) == "" or _words(_kind(a)).search(sentence))


def _kind(file: Attachment) -> str:
    """``key``, ``card``, ``logo``, ``invitation``, or "" for a file."""
    if file.treatment is Treatment.SIGNATURE:
        return "key"
    if file.content_type in _CARD_TYPES or PurePosixPath(file.name.lower()).suffix == ".vcf":
        return "card"
    if file.treatment is Treatment.CALENDAR and (file.part.fields.method or not file.name):
        return "invitation"
    if file.treatment is Treatment.IMAGE and _LOGO.match(file.name):
        return "logo"
    return ""


def _words(kind: str) -> Lazy:
    return union(list(_sources(kind)))


def _sources(kind: str) -> Iterator[str]:
    for data in by_language(__package__ or "", "words"):
        yield from data.get("accessories", {}).get(kind, [])
