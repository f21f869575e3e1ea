"""Who was on a mail of the trail, as far as it shows."""

from __future__ import annotations

import re

from sendcheck.checkapi import Body, Kind, Mail, Place, QuotedMail, Recipient
from sendcheck.reading.addresses import Address


def people(quoted: QuotedMail) -> list[Address] | None:
    """Sender and recipients, or None where the trail does not show the recipients."""
    if quoted.recipients is None:
        return None
    return [a for a in (quoted.sender, *quoted.recipients) if a is not None]


def is_person(address: Address, recipient: Recipient) -> bool:
    """Whether a trail's address, or bare name, is this recipient."""
    if address.addr:
        return address.key == recipient.key
    words = re.findall(r"[^\W\d_]{2,}", address.name)
    return bool(words) and all(recipient.person.fits(w) for w in words)


def was_on(quoted: QuotedMail, recipient: Recipient) -> bool | None:
    """Whether a recipient was on that mail; None if the trail does not say."""
    if quoted.sender is not None and is_person(quoted.sender, recipient):
        return True
    known = people(quoted)
    if known is None:
        return None
    return any(is_person(a, recipient) for a in known)


def place_of(mail: Mail, quoted: QuotedMail) -> Place:
    """The first line of a quoted mail, as a place in the trail."""
    body = body_of(mail, quoted)
    start = quoted.start
    while start < quoted.end and body.text[start] in "\n \t":
        start += 1
    end = body.text.find("\n", start)
    end = quoted.end if end < 0 else min(end, quoted.end)
    return mail.at(body, start, end, "trail")


def body_of(mail: Mail, quoted: QuotedMail) -> Body:
    """The body a quoted mail stands in."""
    return next(b for b in mail.bodies if quoted in b.quoted)


def in_trail(mail: Mail, quoted: QuotedMail) -> bool:
    """Whether a quoted mail hangs below as a trail (not an inline quote, not a forward)."""
    return body_of(mail, quoted).kind_at(quoted.start) is Kind.TRAIL
