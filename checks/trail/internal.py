"""`trail-internal`: colleagues' mail on its way outside."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sendcheck.checkapi import Confidence, Hit, Kind, Mail, QuotedMail, Severity, pattern
from sendcheck.reading.addresses import Address

from .participants import people, place_of

_HANDING_OVER_WORDS = 15


def internal(mail: Mail) -> Iterator[Hit]:
    """One finding for the mail: the first quoted mail that was between insiders only."""
    if not mail.outside:
        return
    for quoted in mail.quoted:
        if not _between_insiders(mail, quoted):
            continue
        yield _hit(mail, quoted, Confidence.HIGH, _only_hands_over(mail))
        return
    if _insiders_wrote_all(mail):
        yield _hit(mail, mail.quoted[0], Confidence.MEDIUM, True)


def _hit(mail: Mail, quoted: QuotedMail, confidence: Confidence, milder: bool) -> Hit:
    shown = ", ".join(r.shown for r in mail.outside[:3])
    return Hit(
        "trail-internal",
        f"the trail holds a mail between colleagues only, and {shown} {'is' if len(mail.outside) == 1 else 'are'} outside",
        place_of(mail, quoted),
        "delete it from the trail, or write a mail of your own",
        confidence=confidence,
        severity=Severity.WARNING if milder else None,
    )


def _insiders_wrote_all(mail: Mail) -> bool:
    """A trail that hides its recipients, but whose mails (two or more) were all written by insiders: a talk among colleagues."""
    if mail.parent is not None and mail.parent.whole:
        return False
    senders = [q.sender for q in mail.quoted]
    if len(senders) < 2 or any(q.recipients is not None for q in mail.quoted):
        return False
    inside = {s.key for s in senders if s is not None and "@" in s.addr and mail.is_inside(s)}
    return len(inside) >= 2 and all(s is not None and s.key in inside for s in senders)


def _between_insiders(mail: Mail, quoted: QuotedMail) -> bool:
    known = people(quoted)
    if not known or quoted.sender is None or len(known) < 2 or not quoted.text.strip():
        return False
    return all(_is_insider(mail, address) for address in known)


def _is_insider(mail: Mail, address: Address) -> bool:
    """Certain only with an address; a bare name counts if the mail shows an inside address for it."""
    if address.addr and "@" in address.addr:
        return mail.is_inside(address)
    words = re.findall(r"[^\W\d_]{2,}", address.name)
    if not words:
        return False
    if mail.sender is not None:
        own = {w.casefold() for w in re.findall(r"[^\W\d_]{2,}", f"{mail.sender.name} {mail.sender.local}")}
        if all(w.casefold() in own for w in words):
            return True
    return any(r.inside and all(r.person.has(w) for w in words) for r in mail.recipients)


def _only_hands_over(mail: Mail) -> bool:
    """Nothing of one's own above it, or just a phrase that hands it on."""
    own = mail.own_text.strip()
    if not own:
        return True
    forwarded = mail.is_forward or any(s.kind is Kind.FORWARD for b in mail.bodies for s in b.segments)
    return forwarded and len(own.split()) <= _HANDING_OVER_WORDS and bool(pattern(__package__, "handing_over").search(own))
