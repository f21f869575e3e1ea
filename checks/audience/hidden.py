"""`reply-all-from-bcc`: somebody who only got a blind copy answers everybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sendcheck.checkapi import Hit, Mail, NotRun, Parent, Recipient
from sendcheck.reading.addresses import Address, untagged
from sendcheck.understanding.names import person
from sendcheck.understanding.organisations import is_free_mail

RULE = "reply-all-from-bcc"
_SENT_ON = ("list-unsubscribe", "list-help", "resent-from", "resent-to", "resent-date")
_DELIVERED = ("delivered-to", "x-original-to", "envelope-to", "x-delivered-to", "x-envelope-to")


def from_bcc(mail: Mail, identities: Mapping[str, Sequence[str]]) -> Iterator[Hit | NotRun]:
    """Only where the answered mail itself is known: a trail does not show how it was delivered."""
    parent = mail.parent
    if parent is None or not parent.whole or parent.message is None or mail.sender is None:
        if mail.is_reply:
            yield NotRun(RULE, "the mail that this one answers is not at hand as a whole (--parent, --mailstore)")
        return
    if mail.is_forward or parent.doubt or not parent.recipients or parent.sender is None or parent.sender.key == mail.sender.key:
        return
    if _came_by_list(parent) or _may_be_mine(mail, parent, identities):
        return
    shown = {a.key for a in parent.recipients}
    reached = [r for r in mail.recipients if r.key in shown and r.key != parent.sender.key]
    if not reached:
        return
    yield _hit(mail, reached)


def _hit(mail: Mail, reached: Sequence[Recipient]) -> Hit:
    names = ", ".join(r.shown for r in reached[:3]) + (f" and {len(reached) - 3} more" if len(reached) > 3 else "")
    places = [mail.at_recipient(r) for r in reached]
    return Hit(
        RULE,
        f"you got that mail as a blind copy, and {names} would learn of it from your answer",
        places[0],
        "answer the writer alone",
        tuple(places[1:]),
        key=",".join(sorted(r.key for r in reached)),
    )


def _came_by_list(parent: Parent) -> bool:
    assert parent.message is not None
    if parent.via_list or any(parent.message.header(name) for name in _SENT_ON):
        return True
    return any(parent.message.address_list(name).groups for name in ("to", "cc"))


def _may_be_mine(mail: Mail, parent: Parent, identities: Mapping[str, Sequence[str]]) -> bool:
    """Whether one of the addresses shown can be the sender's own, or lead to them: then nothing shows a blind copy."""
    assert mail.sender is not None and parent.message is not None and parent.recipients is not None
    mine = {mail.sender.key, *(i.lower() for i in identities)}
    untagged_mine = {untagged(m) for m in mine}
    if any(untagged(a.key) in untagged_mine for a in parent.recipients):
        return True
    told = " ".join(h.value for name in _DELIVERED for h in parent.message.all(name)).lower()
    if any(m in told for m in mine | untagged_mine):
        return False  # delivered to an address of the sender's that nobody was shown
    me = person(mail.sender, True)
    for address in parent.recipients:
        owner = person(address, mail.is_inside(address))
        if owner.role or owner.crowd or not owner.known or any(me.fits(w) for w in owner.words) or any(owner.fits(w) for w in me.words):
            return True
        if _same_house(mail, address) and address.local.lower()[:3] == mail.sender.local.lower()[:3]:
            return True
    return False


def _same_house(mail: Mail, address: Address) -> bool:
    return mail.is_inside(address) and not is_free_mail(address.domain)
