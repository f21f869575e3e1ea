"""What travels with a mail and is no file that was promised (RULES.md, ruling 39): keys and signatures, cards, logos, the invitation itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from sendcheck.checkapi import Attachment, Lazy, Mail, Treatment, by_language, union
from sendcheck.reading.message import Message

#: What programs call the pictures of a signature: Outlook's image001.png, Exchange's ATT00001.png; a house's logo in any spelling.
_LOGO = re.compile(r"^(?:image|att)\d{3,5}\.|^outlook-|(?:^|[\W_])logo(?:type)?s?(?:en|er)?(?:[\W_\d]|$)|(?-i:[a-z0-9]Logo(?:[^a-z]|$))", re.I)
#: What Exchange makes of the text behind a file.
_REMNANT = re.compile(r"att\d{3,5}\.(?:txt|html?)", re.I)
_KEY = re.compile(r"(?:signature|openpgp[_-]?\w*|public_?key[^/]*|0x[0-9a-f]{8,40})\.(?:asc|pgp)|smime\.p7[sm]", re.I)
_CARD_TYPES = {"text/vcard", "text/x-vcard", "text/directory"}


def promised(mail: Mail, sentence: str) -> tuple[Attachment, ...]:
    """The files that a sentence can mean: all but accessories; of these only what it speaks of ("my public key is attached").

    A logo may be what the whole mail is about.
    """
    said = {"logo": f"{mail.subject}\n{sentence}"}
    kinds = [(a, _kind(a, mail.message)) for a in mail.attachments]
    return tuple(a for a, kind in kinds if kind == "" or _words(kind).search(said.get(kind, sentence)))


def is_file(file: Attachment, message: Message) -> bool:
    """Whether somebody attached it: no accessory, and nothing that is shown in the text."""
    return not file.inline and _kind(file, message) == ""


def _kind(file: Attachment, message: Message) -> str:
    """``key``, ``card``, ``logo``, ``invitation``, ``remnant``, or "" for a file."""
    if file.treatment is Treatment.SIGNATURE or _KEY.fullmatch(file.name):
        return "key"
    if file.content_type in _CARD_TYPES or PurePosixPath(file.name.lower()).suffix == ".vcf":
        return "card"
    invites = any(i.calendar.name == f"attachment:{file.name}" for i in message.invited)
    if file.treatment is Treatment.CALENDAR and (file.part.fields.method or not file.name or invites):
        return "invitation"
    if file.treatment is Treatment.IMAGE and _LOGO.search(file.name):
        return "logo"
    return "remnant" if _REMNANT.fullmatch(file.name) else ""


def _words(kind: str) -> Lazy:
    return union(list(_sources(kind)))


def _sources(kind: str) -> Iterator[str]:
    for data in by_language(__package__ or "", "words"):
        yield from data.get("accessories", {}).get(kind, [])
