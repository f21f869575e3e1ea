"""What `recipient-lookalike` says of a slip that was found."""

from __future__ import annotations

from typing import NamedTuple

from sendcheck.checkapi import Hit, Mail, Recipient
from sendcheck.reading.addresses import Address, untagged
from sendcheck.understanding.lookalikes import Slip
from sendcheck.understanding.organisations import is_free_mail, readable

from .known import DOMAIN_IS, PERSON_IS, Source

RULE = "recipient-lookalike"
_SAID = {
    Slip.CONFUSABLE: "looks like",
    Slip.TYPO: "is one letter off",
    Slip.ENDING: "has another ending than",
    Slip.SWAPPED: "has the parts of the name swapped in",
    Slip.SEPARATOR: "is punctuated otherwise than",
}


class Found(NamedTuple):
    """Who was meant; what lies between (None: another mailbox of theirs); how they are known, at least by their domain; how sure it is."""

    meant: Address
    slip: Slip | None
    source: Source
    is_person: bool = True
    sure: bool = True


def hit(mail: Mail, recipient: Recipient, found: Found) -> Hit:
    """The finding."""
    return Hit(
        RULE,
        _told(mail, recipient, found),
        mail.at_recipient(recipient),
        f"did you mean {found.meant.addr}? {_if_right(mail, recipient, found)}".strip(),
        key=recipient.key,
        pairs=((untagged(recipient.key), untagged(found.meant.key)),),
    ).if_sure(found.sure)


def _told(mail: Mail, recipient: Recipient, found: Found) -> str:
    """What is wrong. Only who was written to is known, and only a history can tell what is new."""
    address, domain = recipient.address.addr, readable(recipient.address.domain)
    told = f"{address} (shown as {recipient.address.local}@{domain})" if domain != recipient.address.domain else address
    new = " is new to you," if not mail.history.why_not else ""
    if found.slip is None:
        private = f"{told}{new or ' is'} a private address"
        if found.source is Source.WRITTEN:
            return f"{private}; you know {found.meant.name or found.meant.addr} as {found.meant.addr}"
        return f"{private}, and {found.meant.addr}, {PERSON_IS[found.source]}, bears the same name"
    why = (PERSON_IS if found.is_person else DOMAIN_IS)[found.source]
    return f"{told}{new + ' and' if new else ''} {_SAID[found.slip]} {found.meant.addr}, {why}"


def _if_right(mail: Mail, recipient: Recipient, found: Found) -> str:
    """What to do once if there is no slip; without a history only domains can be remembered."""
    if not mail.history.why_not:
        return f"If the new address is right, say so once: sendcheck history allow {RULE} {recipient.address.addr} {found.meant.addr}"
    if found.slip is not None and recipient.address.domain != found.meant.domain and not is_free_mail(recipient.address.domain):
        return f"If {recipient.address.domain} is right, name it once under [organisations]"
    return ""
