"""Each leaf of a mail gets its treatment (:mod:`sendcheck.reading.content`): read as text, read as data, or named as unread."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from sendcheck.reading.addresses import Address
from sendcheck.reading.content import ENCRYPTED_TYPES, SIGNATURE_TYPES, Content, Treatment, recognise, uuencoded
from sendcheck.reading.invisible import holds_invisible, visible_pieces
from sendcheck.reading.limits import Limits
from sendcheck.reading.mime import MAILS
from sendcheck.reading.part import RawPart
from sendcheck.reading.problem import ProblemKind, Problems
from sendcheck.reading.texts import TextPart, TextReader
from sendcheck.reading.transfer import ENCODINGS, DecodedText, decode_text, decoded_size

_BODIES = frozenset({"text/plain", "text/enriched", "text/richtext", "text/x-patch", "text/x-diff", "text/html"})
_CONTROL_TYPES = frozenset({"message/delivery-status", "application/pgp-encrypted"})
#: Methods of a calendar that is sent to people (RFC 5546); PUBLISH, or none, is a file.
_SENT = frozenset({"REQUEST", "REPLY", "ADD", "CANCEL", "REFRESH", "COUNTER", "DECLINECOUNTER"})
#: An encrypted text in a text (RFC 4880, section 6.2).
ARMOURED = re.compile(r"-----BEGIN PGP MESSAGE-----.*?(?:-----END PGP MESSAGE-----|\Z)", re.S)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that travels with the mail. ``size`` in bytes (estimated); ``inline``: shown in the text, not a file; ``part``: where its bytes lie;
    ``treatment``: what it is by its content.
    """

    name: str
    content_type: str
    size: int
    inline: bool
    part: RawPart
    treatment: Treatment = Treatment.BINARY


class Unread(NamedTuple):
    """A part that leaves and was not read: what places call it, why, what it is, and whether a pass says so in its line."""

    part: str
    reason: str
    treatment: Treatment
    told: bool


class Invited(NamedTuple):
    """Somebody whom an invitation names, so that they read it; the address stands at ``start``..``end`` of the calendar's source."""

    address: Address
    calendar: TextPart
    start: int
    end: int


class Parts:
    """Takes the leaves of a mail one by one and keeps what was made of them."""

    def __init__(self, limits: Limits, problems: Problems, first_line: int) -> None:
        self.limits = limits
        self.problems = problems
        self.reader = TextReader(limits, problems, first_line)
        self.texts: list[TextPart] = []
        self.enclosed: list[TextPart] = []
        self.attachments: list[Attachment] = []
        self.invited: list[Invited] = []
        self.unread: list[Unread] = []
        self._room = limits.text_chars
        self._enclosed_room = limits.enclosed_chars
        self._own_unread = ""

    def add(self, leaf: RawPart) -> None:
        """Read a leaf as what it is."""
        if _is_body(leaf) and not leaf.encrypted:
            self._body(leaf)
            return
        content = Content(Treatment.MAIL) if leaf.fields.content_type in MAILS else recognise(leaf)
        if not leaf.outside:
            self.attachments.append(_attachment(leaf, content.treatment))
        if content.treatment is Treatment.MAIL or leaf.bare:
            return  # its parts follow; or there is nothing in it
        if leaf.fields.encoding not in ENCODINGS:
            told = f"unknown transfer encoding “{leaf.fields.encoding[:30]}”; the part is read as it stands"
            self.problems.add(ProblemKind.UNREADABLE, told, leaf.label)
        if not content.treatment.read:
            self._name(leaf, content.treatment)
            return
        if leaf.encrypted or leaf.fields.content_type in ENCRYPTED_TYPES:
            self._name(leaf, Treatment.ENCRYPTED)  # so it says; what is text in it is read all the same
        elif leaf.fields.content_type == "message/partial":
            self._name(leaf, Treatment.FRAGMENT)
        if leaf.depth == 0 and not leaf.outside and content.treatment is Treatment.TEXT and leaf.fields.content_type.startswith("text/"):
            self._body(leaf)
        else:
            self._enclose(leaf, content)

    def shown_images(self) -> frozenset[str]:
        """Content-IDs of images that the mail's HTML shows."""
        return frozenset().union(*(t.html.image_ids for t in self.texts if t.html))

    def opaque(self) -> str:
        """Why the mail's own text cannot be read; "" if it can, or there is none."""
        shown = [ARMOURED.sub("", t.view.text) for t in self.texts if not t.attached_mail]
        return "" if any(text.strip() for text in shown) else self._own_unread

    def _body(self, leaf: RawPart) -> None:
        if self._room <= 0:
            self.problems.truncated(f"more than {self.limits.text_chars:,} characters of text; the rest was not read", leaf.label)
            return
        text = self.reader.body(leaf)
        self._room -= len(text.view.text)
        self.texts.append(text)
        self._look_inside(leaf, text.view.text)

    def _look_inside(self, leaf: RawPart, text: str) -> None:
        """What is written into a text, and cannot be read."""
        if ARMOURED.search(text):
            self._name(leaf, Treatment.ENCRYPTED)
        file = uuencoded(text)
        if file is not None:
            self._name(leaf, Treatment.UUENCODED, f" ({file})")

    def _enclose(self, leaf: RawPart, content: Content) -> None:
        name = _called(leaf)
        if self._enclosed_room <= 0:
            self.unread.append(Unread(name, "the texts attached are too long together: this one was not read", content.treatment, False))
            return
        reader, problems = self.reader.without_problems()
        decoded = decode_text(leaf, self.limits, problems, content.charset)
        if content.treatment is Treatment.CALENDAR:
            text = self._calendar(leaf, reader, decoded, name)
        elif content.treatment is Treatment.HTML:
            text = reader.html(leaf, decoded)
        else:
            text = reader.plain(leaf, decoded)
        self._enclosed_room -= len(text.view.text)
        self.enclosed.append(text._replace(name=name))
        self._look_inside(leaf, text.view.text)
        if any(p.kind is ProblemKind.TRUNCATED for p in problems.found):
            self.unread.append(Unread(name, f"only its first {self.limits.text_chars:,} characters were read", content.treatment, False))

    def _calendar(self, leaf: RawPart, reader: TextReader, decoded: DecodedText, name: str) -> TextPart:
        from sendcheck.reading.calendar_text import calendar_text

        calendar = self.problems.guard(lambda: calendar_text(decoded.text), None, "the calendar could not be read", leaf.label)
        if calendar is None:
            return reader.plain(leaf, decoded)
        pieces = visible_pieces(calendar.pieces) if holds_invisible(calendar.pieces.text()) else calendar.pieces
        text = reader.derived("calendar", leaf, decoded, pieces)._replace(name=name)
        self.unread += [Unread(name, f"a file in the calendar ({file})", Treatment.BINARY, False) for file in calendar.files]
        if leaf.fields.method in _SENT or (not leaf.fields.method and calendar.method in _SENT):
            if not leaf.attached_mail:
                self.invited += [Invited(Address(p.name, p.address), text, p.start, p.end) for p in calendar.people]
        return text

    def _name(self, leaf: RawPart, treatment: Treatment, more: str = "") -> None:
        reason = f"{treatment.value} ({leaf.fields.content_type})" if treatment is Treatment.BINARY else treatment.value
        entry = Unread(_called(leaf), reason + more, treatment, treatment.told)
        if entry not in self.unread:
            self.unread.append(entry)
        if treatment.told and not leaf.attached_mail and not self._own_unread:
            self._own_unread = reason


def _is_body(leaf: RawPart) -> bool:
    fields = leaf.fields
    if fields.content_type.startswith("multipart/"):
        return True  # one whose boundaries are not there
    if leaf.outside or fields.content_type not in _BODIES or fields.disposition == "attachment":
        return False
    return not (fields.filename and leaf.alternative is None and leaf.depth > 0)


def _attachment(leaf: RawPart, treatment: Treatment) -> Attachment:
    fields = leaf.fields
    kind = fields.content_type
    name = fields.filename or ("forwarded mail" if kind in MAILS else "")
    inline = kind in SIGNATURE_TYPES or leaf.attached_mail or kind in _CONTROL_TYPES
    return Attachment(name, kind, decoded_size(leaf), inline, leaf, treatment)


def _called(leaf: RawPart) -> str:
    """What places call a part."""
    return f"attachment:{leaf.fields.filename}" if leaf.fields.filename else leaf.label
