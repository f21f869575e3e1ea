"""Bytes in, :class:`Message` out: one outgoing mail as read, before anything is understood.

``read_message`` never raises on any bytes; what could not be read is in ``problems``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parsedate_to_datetime

from sendcheck.reading.addresses import Address, AddressList, parse_address_list
from sendcheck.reading.content import Treatment
from sendcheck.reading.encodedwords import decode_words
from sendcheck.reading.headers import Header
from sendcheck.reading.invisible import visible
from sendcheck.reading.limits import LIMITS, Limits
from sendcheck.reading.mime import PartTree, split
from sendcheck.reading.parts import Attachment, Invited, Parts, Unread
from sendcheck.reading.problem import Problem, ProblemKind, Problems
from sendcheck.reading.sourcemap import RawPositions
from sendcheck.reading.texts import TextPart

_ADDRESS_FIELDS = ("from", "sender", "reply-to", "to", "cc", "bcc", "resent-to", "resent-cc", "resent-bcc")


@dataclass(frozen=True, slots=True)
class Message:
    """One mail as read. Header names are looked up in lower case; see :meth:`header`.

    ``texts``: the mail's text and that of mails attached; ``enclosed``: what leaves beside it and is text (attached files, calendars, what stands outside
    of a multipart's boundaries); ``invited``: people of invitations; ``unread``: parts that were not read; ``opaque``: why the mail's own text cannot be
    read, "" if it can.
    """

    source: str
    raw: bytes
    headers: tuple[Header, ...]
    texts: tuple[TextPart, ...]
    attachments: tuple[Attachment, ...]
    problems: tuple[Problem, ...]
    positions: RawPositions
    addresses: dict[str, AddressList]
    first_line: int
    envelope: tuple[Address, ...] = ()
    enclosed: tuple[TextPart, ...] = ()
    invited: tuple[Invited, ...] = ()
    unread: tuple[Unread, ...] = ()
    opaque: str = ""

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
    placed = positions or RawPositions(raw)
    tree = problems.guard(lambda: split(raw, placed, limits, problems), PartTree(), "the mail could not be split into parts", "body")
    addresses = _address_lists(tree.headers, limits, problems)
    read = Parts(limits, problems, first_line)
    for leaf in tree.leaves:
        read.add(leaf)
    return Message(
        source,
        raw,
        tuple(tree.headers),
        tuple(read.texts),
        tuple(_settle_inline(read.attachments, read.shown_images())),
        tuple(problems.found),
        placed,
        addresses,
        first_line,
        tuple(a for e in envelope for a in parse_address_list(e).addresses),
        tuple(read.enclosed),
        tuple(read.invited),
        tuple(read.unread),
        read.opaque(),
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


def _settle_inline(attachments: list[Attachment], shown: frozenset[str]) -> list[Attachment]:
    """Tell images that the HTML shows from files: by Content-ID, or by standing in a multipart/related."""
    settled = []
    for attachment in attachments:
        leaf = attachment.part
        cid = leaf.fields.content_id
        is_image = attachment.content_type.startswith("image/") or attachment.treatment is Treatment.IMAGE
        embedded = is_image and ((cid is not None and cid in shown) or (leaf.related and leaf.fields.disposition != "attachment"))
        settled.append(replace(attachment, inline=attachment.inline or embedded))
    return settled


__all__ = ["Attachment", "Invited", "Message", "ProblemKind", "TextPart", "Unread", "address_field", "parse_date", "read_message"]
