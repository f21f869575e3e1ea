"""`template-recipient`: addresses that stand written out, in header fields and in text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sendcheck.checkapi import Body, Hit, Mail, Place, Severity, Spot
from sendcheck.reading.addresses import Address
from sendcheck.understanding.names import person
from sendcheck.understanding.organisations import is_reserved, listed

if TYPE_CHECKING:
    from sendcheck.reading.html import Link

RULE = "template-recipient"
_ADDRESS = re.compile(r"(?<![\w.+@/:-])[A-Za-z0-9][\w.+-]{0,63}@(?:[A-Za-z0-9][A-Za-z0-9-]{0,62}\.)+[A-Za-z]{2,24}(?![\w-])")
_FIELDS = ("to", "cc", "bcc", "from", "reply-to", "sender")
#: What stands there gets every mail that is made from the template.
_RECEIVING = {"to", "cc", "bcc"}


def written_out(mail: Mail, allowed: Sequence[str]) -> Iterator[Hit]:
    """Each address once: an error where it gets the mail, a note where it is a desk of the own house. Addresses under reserved domains are examples."""
    for name in _FIELDS:
        for header in mail.message.all(name):
            for match in _ADDRESS.finditer(header.value):
                if not _is_allowed(match.group(0), allowed):
                    grave = Severity.ERROR if name in _RECEIVING else _severity(mail, match.group(0))
                    yield _hit(match.group(0), mail.at_header(name, match.group(0)), f"in {header.name}", grave)
    for body in mail.bodies:
        for match in _ADDRESS.finditer(body.text):
            if not _is_allowed(match.group(0), allowed):
                yield _hit(match.group(0), mail.at(body, *match.span()), "in the text", _severity(mail, match.group(0)))
        if body.part.html is None:
            continue
        for link in body.part.html.links:
            target = re.match(r"\s*mailto:([^?\s]+)", link.href, re.I)
            for match in _ADDRESS.finditer(target.group(1) if target else ""):
                if match.group(0) not in body.text and not _is_allowed(match.group(0), allowed):
                    yield _hit(match.group(0), _target(mail, body, link, match.group(0)), "behind a link", _severity(mail, match.group(0)))


def _target(mail: Mail, body: Body, link: Link, address: str) -> Place:
    """Where a link's target stands in the template; the link's text where it comes from another file."""
    assert mail.template is not None
    file = mail.template.file
    start = file.text.find(address)
    return mail.at_spot(Spot(file, start, start + len(address))) if start >= 0 else mail.at(body, link.start, link.end)


def _severity(mail: Mail, address: str) -> Severity | None:
    """A note for a desk (support@, post@) of the project's own domains: ``internal-domains``, and what [organisations] puts into one house with them."""
    mailbox = Address("", address)
    own = {mail.organisations.of_domain(entry.rpartition("@")[2].removeprefix("*.")) for entry in mail.organisations.internal}
    ours = mail.is_inside(mailbox) or mail.organisations.of(mailbox) in own
    return Severity.NOTE if ours and person(mailbox).role else None


def _hit(address: str, place: Place, where: str, severity: Severity | None) -> Hit:
    remedy = "make it a variable, or name it in template-addresses"
    return Hit(RULE, f"{address} stands written out {where}", place, remedy, severity=severity, key=address.lower())


def _is_allowed(address: str, allowed: Sequence[str]) -> bool:
    return is_reserved(address.lower().rpartition("@")[2]) or any(listed(entry, address) for entry in allowed)
