"""Bytes in, :class:`Message` out: one outgoing mail as read, before anything is understood.

``read_message`` never raises on any bytes; what could not be read is in ``problems``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, NamedTuple

from sendcheck.reading.addresses import Address, AddressList, parse_address_list
from sendcheck.reading.flowed import unflow
from sendcheck.reading.headers import Header, decode_words
from sendcheck.reading.invisible import holds_invisible, visible, visible_pieces
from sendcheck.reading.limits import LIMITS, Limits
from sendcheck.reading.mime import DecodedText, PartTree, RawPart, decode_text, decoded_size, split
from sendcheck.reading.problem import Problem, ProblemKind, Problems
from sendcheck.reading.sourcemap import RawPositions, TextView, derived_view, plain_view, whole

if TYPE_CHECKING:
    from sendcheck.reading.html import HtmlText

_SIGNATURE_TYPES = {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
_ENCRYPTED_TYPES = {"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"}
_READ_AS_PLAIN = {"text/plain", "text/enriched", "text/richtext", "text/x-patch", "text/x-diff"}
_ADDRESS_FIELDS = ("from", "sender", "reply-to", "to", "cc", "bcc", "resent-to", "resent-cc", "resent-bcc")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that travels with the mail. ``size`` in bytes (estimated); ``inline``: shown in the text, not a file; ``part``: where its bytes lie."""

    name: str
    content_type: str
    size: int
    inline: bool
    part: RawPart


class TextPart(NamedTuple):
    """A readable body part. ``view`` is its text as read; ``html`` the parsed HTML behind it, if any."""

    kind: str
    path: str
    view: TextView
    html: HtmlText | None
    locate_source: TextView
    alternative: int | None
    attached_mail: bool
    headers: tuple[Header, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """One mail as read. Header names are looked up in lower case; see :meth:`header`."""

    source: str
    raw: bytes
    headers: tuple[Header, ...]
    texts: tuple[TextPart, ...]
    attachments: tuple[Attachment, ...]
    problems: tuple[Problem, ...]
    positions: RawPositions
    addresses: dict[str, AddressList]
    first_line: int
    encrypted: bool
    envelope: tuple[Address, ...] = ()

    def all(self, name: str) -> list[Header]:
        """All fields of that name, in order."""
        wanted = name.lower()
        return [h for h in self.headers if h.name.lower() == wanted]

    def header(self, name: str) -> str | None:
        """Decoded value of the first field of that name, or None."""
        fields = self.all(name)
        return fields[0].value if fields else None

    def address_list(self, name: str) -> AddressList:
        """Mailboxes of an address field (all its occurrences together)."""
        return self.addresses.get(name.lower(), AddressList())

    def date(self) -> datetime | None:
        """The Date header, aware where it names a zone; None if absent or unreadable."""
        return parse_date(self.header("date") or "")

    def without_addresses(self, problems: tuple[Problem, ...]) -> Message:
        """The same message with nobody in its address fields, and these problems: what a template makes has no readers yet."""
        return replace(self, addresses={}, problems=problems)

    def line_of(self, offset: int) -> tuple[int, int]:
        """(line, column) in the source file of a raw byte offset."""
        at = self.positions.line_column(offset)
        return at if self.first_line == 1 else (at[0] + self.first_line - 1, at[1])


def parse_date(value: str) -> datetime | None:
    """An RFC 5322 date-time, or None; never raises."""
    try:
        return parsedate_to_datetime(value)
    except Exception:
        return None


def read_message(
    raw: bytes,
    source: str = "-",
    *,
    envelope: tuple[str, ...] = (),
    first_line: int = 1,
    truncated: bool = False,
    limits: Limits = LIMITS,
    positions: RawPositions | None = None,
) -> Message:
    """Read one mail. ``envelope``: recipients given outside the mail; ``first_line``: line of its first byte in the file;
    ``positions``: where its bytes stand, if not in a file of just these bytes (templates).
    """
    problems = Problems()
    if len(raw) > limits.mail_bytes or truncated:
        problems.truncated(f"the mail is larger than {limits.mail_bytes // (1024 * 1024)} MB; what lies beyond was not read")
        raw = raw[: limits.mail_bytes]
    tree = problems.guard(lambda: split(raw, limits, problems), PartTree(), "the mail could not be split into parts", "body")
    positions = positions or RawPositions(raw)
    addresses = _address_lists(tree.headers, limits, problems)
    texts: list[TextPart] = []
    attachments: list[Attachment] = []
    encrypted = tree.content_type in _ENCRYPTED_TYPES
    room = limits.text_chars
    for leaf in tree.leaves:
        encrypted = encrypted or (leaf.fields.content_type in _ENCRYPTED_TYPES and not leaf.attached_mail)
        if not _is_body(leaf):
            attachments.append(_attachment(raw, leaf))
            continue
        if room <= 0:
            problems.truncated(f"more than {limits.text_chars:,} characters of text; the rest was not read", f"part {leaf.path}")
            break
        text = _read_text(raw, leaf, positions, limits, problems, first_line)
        room -= len(text.view.text)
        texts.append(text)
    shown = frozenset().union(*(t.html.image_ids for t in texts if t.html)) if texts else frozenset()
    return Message(
        source,
        raw,
        tuple(tree.headers),
        tuple(texts),
        tuple(_settle_inline(attachments, shown)),
        tuple(problems.found),
        positions,
        addresses,
        first_line,
        encrypted,
        tuple(a for e in envelope for a in parse_address_list(e).addresses),
    )


def _address_lists(headers: list[Header], limits: Limits, problems: Problems) -> dict[str, AddressList]:
    lists: dict[str, AddressList] = {}
    total = 0
    for name in _ADDRESS_FIELDS:
        fields = [h for h in headers if h.name.lower() == name]
        if not fields:
            continue
        addresses: list[Address] = []
        groups: list[str] = []
        for field in fields:
            parsed = problems.guard(lambda f=field: address_field(f, limits.addresses, problems), AddressList(), f"header {name} could not be parsed", name)  # type: ignore[misc]
            addresses += parsed.addresses
            groups += parsed.groups
            total += len(parsed.addresses)
            if parsed.cut or total > limits.addresses:
                problems.truncated(f"more than {limits.addresses:,} addresses; the rest was not read", name)
        lists[name] = AddressList(tuple(addresses), tuple(groups))
    return lists


def address_field(field: Header, limit: int, problems: Problems | None = None) -> AddressList:
    """The mailboxes of one header field: split first, encoded words decoded after, so that none adds a recipient."""
    unfolded = re.sub(r"\r?\n(?=[ \t])", "", field.raw_value).strip()
    parsed = parse_address_list(unfolded, limit)
    decoded = tuple(
        Address(visible(decode_words(a.name, problems, field.name.lower())), a.addr, a.group, a.error, a.raw) if "=?" in a.name or not a.name.isascii() else a
        for a in parsed.addresses
    )
    return AddressList(decoded, tuple(decode_words(g) for g in parsed.groups), parsed.cut)


def _is_body(leaf: RawPart) -> bool:
    fields = leaf.fields
    if fields.content_type not in _READ_AS_PLAIN and fields.content_type != "text/html":
        return False
    if fields.disposition == "attachment":
        return False
    return not (fields.filename and leaf.alternative is None and leaf.depth > 0)


def _attachment(raw: bytes, leaf: RawPart) -> Attachment:
    fields = leaf.fields
    kind = fields.content_type
    name = fields.filename or ("forwarded mail" if kind == "message/rfc822" else "")
    inline = kind in _SIGNATURE_TYPES or leaf.attached_mail or kind in {"message/delivery-status", "application/pgp-encrypted"}
    return Attachment(name, kind, decoded_size(raw, leaf), inline, leaf)


def _settle_inline(attachments: list[Attachment], shown: frozenset[str]) -> list[Attachment]:
    """Tell images that the HTML shows from files: by Content-ID, or by standing in a multipart/related."""
    settled = []
    for attachment in attachments:
        leaf = attachment.part
        cid = leaf.fields.content_id
        is_image = attachment.content_type.startswith("image/")
        embedded = is_image and ((cid is not None and cid in shown) or (leaf.related and leaf.fields.disposition != "attachment"))
        settled.append(replace(attachment, inline=attachment.inline or embedded))
    return settled


def _read_text(raw: bytes, leaf: RawPart, positions: RawPositions, limits: Limits, problems: Problems, first_line: int) -> TextPart:
    decoded = decode_text(raw, leaf, positions, limits, problems)
    base = _shifted(plain_view(decoded.text, decoded.map), first_line)
    if leaf.fields.content_type == "text/html":
        return _read_html(decoded, leaf, base, limits, problems, first_line)
    view = base
    hides = holds_invisible(decoded.text)
    if leaf.fields.flowed or hides:
        pieces = unflow(decoded.text, leaf.fields.delsp) if leaf.fields.flowed else whole(decoded.text)
        view = _shifted(derived_view(visible_pieces(pieces) if hides else pieces, decoded.map), first_line)
    return TextPart("plain", leaf.path, view, None, base, leaf.alternative, leaf.attached_mail, leaf.headers)


def _read_html(decoded: DecodedText, leaf: RawPart, base: TextView, limits: Limits, problems: Problems, first_line: int) -> TextPart:
    from sendcheck.reading.html import html_text

    where = f"part {leaf.path}"
    html = problems.guard(lambda: html_text(decoded.text, limits.text_chars), None, "the HTML could not be read", where)
    if html is None:
        return TextPart("plain", leaf.path, base, None, base, leaf.alternative, leaf.attached_mail, leaf.headers)
    if html.cut:
        problems.truncated(f"HTML with more than {limits.text_chars:,} characters of text; the rest was not read", where)
    view = _shifted(derived_view(html.pieces, decoded.map), first_line)
    return TextPart("html", leaf.path, view, html, base, leaf.alternative, leaf.attached_mail, leaf.headers)


def _shifted(view: TextView, first_line: int) -> TextView:
    if first_line == 1:
        return view

    def locate(offset: int) -> tuple[int, int] | None:
        at = view.locate(offset)
        return None if at is None else (at[0] + first_line - 1, at[1])

    return TextView(view.text, locate)


__all__ = ["Attachment", "Message", "ProblemKind", "TextPart", "address_field", "parse_date", "read_message"]
