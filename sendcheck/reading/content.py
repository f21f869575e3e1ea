"""What becomes of each part of a mail: read, read as data, or named as unread. One table decides.

By content first, since clients go by it and a label is anybody's: bytes that are text are read, whatever they are called. What is recognised and cannot
be read (encrypted mail, winmail.dat, images, Office files) is named in the report; see :data:`TREATMENTS`, which docs/what-is-read.md shows.
"""

from __future__ import annotations

import codecs
import re
from enum import StrEnum
from typing import NamedTuple

from sendcheck.reading import charsets
from sendcheck.reading.part import RawPart
from sendcheck.reading.transfer import shortened, transfer_decode


class Treatment(StrEnum):
    """What is done with a part."""

    BODY = "body"
    TEXT = "attached text"
    HTML = "attached HTML"
    CALENDAR = "calendar"
    MAIL = "attached mail"
    ENCRYPTED = "encrypted"
    TNEF = "winmail.dat"
    FRAGMENT = "fragment"
    UUENCODED = "uuencoded"
    SIGNATURE = "signature or key"
    IMAGE = "image"
    MEDIA = "sound or film"
    OFFICE = "office file"
    PDF = "PDF"
    ARCHIVE = "archive"
    PROGRAM = "program"
    BINARY = "other binary data"

    @property
    def read(self) -> bool:
        """Whether the part's content is read."""
        return self in {Treatment.BODY, Treatment.TEXT, Treatment.HTML, Treatment.CALENDAR, Treatment.MAIL}

    @property
    def told(self) -> bool:
        """Whether a pass says in its one line that the part was not read (RULES.md, ruling 30)."""
        return self in {Treatment.ENCRYPTED, Treatment.TNEF, Treatment.FRAGMENT, Treatment.UUENCODED}


class Row(NamedTuple):
    """A row of the table in the docs: which parts, how they are known, what is done."""

    treatment: Treatment
    which: str
    done: str


_TOLD = "not read: named in the line of a pass and in JSON; `required` makes the mail incomplete"
_QUIET = "not read: named in JSON and under `--show note`"
TREATMENTS = (
    Row(Treatment.BODY, "text/plain, text/html and their kin (enriched, patch) that clients show as the mail itself", "read as the mail's text, by all rules"),
    Row(Treatment.TEXT, "whatever holds text: attached text files, unknown text types, data without a type, a report, JSON, SVG; "
        "text before the first and behind the last boundary", "read by the rules about leaks and placeholders, up to a million characters each"),
    Row(Treatment.HTML, "attached HTML", "the same, what is not shown included"),
    Row(Treatment.CALENDAR, "text/calendar and .ics files", "texts as above; who organises or attends an invitation, an answer or a cancellation reads it"),
    Row(Treatment.MAIL, "message/rfc822, message/global, message/news: attached, at the top, or encoded",
        "opened; its parts are treated by this table, its text as forwarded mail"),
    Row(Treatment.ENCRYPTED, "OpenPGP (multipart/encrypted, armoured text, .pgp files), S/MIME (application/pkcs7-mime, also where it is "
        "only signed, but has to be opened), age", _TOLD),
    Row(Treatment.TNEF, "winmail.dat (application/ms-tnef): Outlook's own format", _TOLD),
    Row(Treatment.FRAGMENT, "message/partial: a piece of a mail that is sent in pieces", "its text is read as attached text, and it is " + _TOLD),
    Row(Treatment.UUENCODED, "files written into the text (begin 644 …)", _TOLD),
    Row(Treatment.SIGNATURE, "OpenPGP and S/MIME signatures, public keys, certificates", _QUIET),
    Row(Treatment.IMAGE, "images, by their content", _QUIET),
    Row(Treatment.MEDIA, "sound and film", _QUIET),
    Row(Treatment.OFFICE, "Word, Excel, PowerPoint, OpenDocument", _QUIET),
    Row(Treatment.PDF, "PDF", _QUIET),
    Row(Treatment.ARCHIVE, "zip, gzip, 7z, rar, tar, xz, bzip2 (names of files in a zip are looked at by `attachment-suspect`)", _QUIET),
    Row(Treatment.PROGRAM, "programs (`attachment-suspect` warns of them)", _QUIET),
    Row(Treatment.BINARY, "any other bytes that are no text", _QUIET),
)  # fmt: skip

SIGNATURE_TYPES = frozenset({"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"})
ENCRYPTED_TYPES = frozenset({"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"})
_KEY_TYPES = SIGNATURE_TYPES | {"application/pgp-keys", "application/pkix-cert", "application/x-x509-ca-cert", "application/pkix-crl"}
_CALENDARS = frozenset({"text/calendar", "application/ics", "text/x-vcalendar", "application/vnd.calendar"})
_HTML = frozenset({"text/html", "application/xhtml+xml"})
#: (what a file begins with, what it is)
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", Treatment.IMAGE), (b"\xff\xd8\xff", Treatment.IMAGE), (b"GIF8", Treatment.IMAGE), (b"BM", Treatment.IMAGE),
    (b"II*\x00", Treatment.IMAGE), (b"MM\x00*", Treatment.IMAGE), (b"\x00\x00\x01\x00", Treatment.IMAGE), (b"8BPS", Treatment.IMAGE),
    (b"%PDF-", Treatment.PDF), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Treatment.OFFICE), (b"{\\rtf", Treatment.OFFICE),
    (b"PK\x03\x04", Treatment.ARCHIVE), (b"PK\x05\x06", Treatment.ARCHIVE), (b"\x1f\x8b", Treatment.ARCHIVE), (b"7z\xbc\xaf\x27\x1c", Treatment.ARCHIVE),
    (b"Rar!\x1a\x07", Treatment.ARCHIVE), (b"\xfd7zXZ\x00", Treatment.ARCHIVE), (b"BZh", Treatment.ARCHIVE), (b"\x28\xb5\x2f\xfd", Treatment.ARCHIVE),
    (b"ID3", Treatment.MEDIA), (b"OggS", Treatment.MEDIA), (b"fLaC", Treatment.MEDIA), (b"\x1aE\xdf\xa3", Treatment.MEDIA),
    (b"MZ", Treatment.PROGRAM), (b"\x7fELF", Treatment.PROGRAM), (b"\xcf\xfa\xed\xfe", Treatment.PROGRAM), (b"\xce\xfa\xed\xfe", Treatment.PROGRAM),
    (b"\x78\x9f\x3e\x22", Treatment.TNEF), (b"age-encryption.org/", Treatment.ENCRYPTED),
)  # fmt: skip
_ARMOUR = re.compile(rb"-----BEGIN (?:(PGP MESSAGE)|(PGP SIGNATURE|PGP PUBLIC KEY BLOCK|CERTIFICATE|PKCS7|X509 CRL)|(AGE ENCRYPTED FILE))-----")
_HEAD = 4096
_OFFICE_MEMBERS = (b"[Content_Types].xml", b"mimetype", b"word/", b"xl/", b"ppt/")
_CONTROLS = bytes(set(range(32)) - {9, 10, 12, 13, 27}) + b"\x7f"
_UUENCODED = re.compile(r"(?m)^begin [0-7]{3,4} (\S[^\n]{0,100})\n(?:[!-`]{2,64}[ ]*\n)+")


class Content(NamedTuple):
    """What a part was recognised as. ``charset``: of text, where it had to be found out."""

    treatment: Treatment
    charset: str | None = None


def recognise(part: RawPart) -> Content:
    """What a part that is no body holds, by the first bytes of its content; its label decides where these do not tell."""
    kind, name = part.fields.content_type, (part.fields.filename or "").lower()
    try:
        head = transfer_decode(shortened(part, 2 * _HEAD))[:_HEAD]
    except Exception:  # broken beyond decoding: the label is all there is
        head = b""
    binary = _by_content(head, kind, name)
    if binary is not None:
        return Content(binary)
    charset = text_charset(head, part.fields.charset if kind.startswith("text/") else None, whole=part.end - part.start <= _HEAD)
    if charset is None:
        return Content(_by_label(kind, name))
    if kind in _CALENDARS or name.endswith((".ics", ".ical", ".vcs")) or head.lstrip()[:15].upper() == b"BEGIN:VCALENDAR":
        return Content(Treatment.CALENDAR, charset)
    if kind in _HTML or name.endswith((".html", ".htm", ".xhtml")):
        return Content(Treatment.HTML, charset)
    return Content(Treatment.TEXT, charset)


def _by_content(head: bytes, kind: str, name: str) -> Treatment | None:
    armour = _ARMOUR.match(head.lstrip())
    if armour:
        return Treatment.SIGNATURE if armour.group(2) else Treatment.ENCRYPTED
    found = next((treatment for magic, treatment in _MAGIC if head.startswith(magic)), None)
    if head[4:8] == b"ftyp":  # ISO base media: the brand tells pictures from films
        found = Treatment.IMAGE if head[8:12] in {b"avif", b"heic", b"heix", b"mif1", b"msf1"} else Treatment.MEDIA
    elif head.startswith(b"RIFF"):
        found = Treatment.IMAGE if head[8:12] == b"WEBP" else Treatment.MEDIA
    if found is Treatment.ARCHIVE and head.startswith(b"PK") and any(member in head[:200] for member in _OFFICE_MEMBERS):
        return Treatment.OFFICE
    if found in {Treatment.IMAGE, Treatment.PROGRAM} and head[:2] in {b"BM", b"MZ"} and text_charset(head, None, whole=False):
        return None  # words begin so, too
    return found


def _by_label(kind: str, name: str) -> Treatment:
    """What bytes that are no text are, by what the part calls itself."""
    if kind in ENCRYPTED_TYPES or name.endswith((".p7m", ".pgp", ".gpg", ".age")):
        return Treatment.ENCRYPTED
    if kind in {"application/ms-tnef", "application/vnd.ms-tnef"} or name == "winmail.dat":
        return Treatment.TNEF
    if kind in _KEY_TYPES or name.endswith((".p7s", ".sig", ".cer", ".crt", ".der")):
        return Treatment.SIGNATURE
    if kind.startswith("image/"):
        return Treatment.IMAGE
    if kind.startswith(("audio/", "video/")):
        return Treatment.MEDIA
    return Treatment.BINARY


def text_charset(data: bytes, declared: str | None, *, whole: bool) -> str | None:
    """The character set in which bytes are text, or None if they are none. ``whole``: nothing was cut off behind them."""
    if data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-8-sig" if data.startswith(codecs.BOM_UTF8) else "utf-16"
    if b"\x00" in data:
        return declared if declared and (charsets.known(declared) or "").startswith("utf-") else _wide(data)
    if len(data.translate(None, _CONTROLS)) < 0.98 * len(data):
        return None
    if declared and charsets.known(declared):
        return declared
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data, final=whole)
        return "utf-8"
    except UnicodeDecodeError:
        pass
    plain = sum(byte < 128 for byte in data)
    return "cp1252" if plain >= 0.7 * len(data) else None


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of western text is zero."""
    even, odd = data[0::2], data[1::2]
    for zeros, letters, name in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if zeros.count(0) >= 0.9 * len(zeros) and len(letters.translate(None, _CONTROLS + b"\x00")) >= 0.98 * len(letters):
            return name
    return None


def uuencoded(text: str) -> str | None:
    """The name of a file that is written into a text, or None."""
    found = _UUENCODED.search(text) if "begin " in text else None
    return found.group(1).strip() if found else None
