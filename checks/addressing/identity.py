"""`sender-mismatch`: the mail leaves under another of the sender's addresses than the one written to, or than the one kept for these readers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sendcheck.checkapi import Confidence, Hit, Mail
from sendcheck.reading.addresses import Address, untagged
from sendcheck.understanding.names import person

RULE = "sender-mismatch"
#: Mails to these people under one identity that make it the usual one; to each of them and under this one that make another one a slip.
_USUAL, _ESTABLISHED = 3, 5
#: Recipients up to whom the history is asked.
_ASKED = 20


def identity(mail: Mail, identities: Mapping[str, Sequence[str]]) -> Iterator[Hit]:
    """What is configured first, then what the answered mail was sent to (RULES.md, ruling 19)."""
    if mail.sender is None or not mail.recipients:
        return
    kept_for = _configured(mail, identities)
    if kept_for:
        wanted, reader = kept_for
        yield _hit(mail, wanted, f"to {reader} you write as {wanted}, and this mail leaves as {mail.sender.addr}", Confidence.HIGH)
        return
    if len(mail.recipients) <= _ASKED and _is_usual(mail):
        return
    other = _usual_other(mail) if len(mail.recipients) <= _ASKED else None
    if other is not None:
        usual, reader = other
        yield _hit(mail, usual, f"you always write to {reader} as {usual}, and this mail leaves as {mail.sender.addr}", Confidence.MEDIUM)
        return
    parent = mail.parent
    if parent is None or parent.recipients is None or mail.is_forward or parent.doubt:
        return
    shown = [a for a in parent.recipients if a.domain]
    if any(untagged(a.key) == untagged(mail.sender.key) for a in shown) or (parent.sender is not None and parent.sender.key == mail.sender.key):
        return
    if any(_is_shared(a) for a in shown):
        return  # one answers for a shared mailbox under one's own name, or the other way round
    mine = [a for a in shown if _is_mine(mail, a, identities)]
    if len(mine) == 1:
        sure = Confidence.HIGH if mine[0].key in identities else Confidence.MEDIUM
        yield _hit(mail, mine[0].addr, f"the mail you answer was sent to {mine[0].addr}, and this one leaves as {mail.sender.addr}", sure)


def _is_usual(mail: Mail) -> bool:
    """Whether this is the identity that the sender always uses with these people (RULES.md, ruling 19)."""
    assert mail.sender is not None
    used = [mail.history.identities(r.key) for r in mail.recipients]
    mine = untagged(mail.sender.key)
    return any(used) and all(set(one) <= {mine} for one in used) and sum(one.get(mine, 0) for one in used) >= _USUAL


def _usual_other(mail: Mail) -> tuple[str, str] | None:
    """(the one identity that the sender has always used with these people, one of them), where this is another one that is in use with others."""
    assert mail.sender is not None
    mine = untagged(mail.sender.key)
    if mail.parent is not None or mail.history.own().get(mine, 0) < _ESTABLISHED:
        return None
    used = [mail.history.identities(r.key) for r in mail.recipients]
    names = {name for one in used for name in one}
    if len(names) != 1 or mine in names or _one_house(mail, *names) or any(sum(one.values()) < _ESTABLISHED for one in used):
        return None
    return names.pop(), mail.recipients[0].shown


def _one_house(mail: Mail, other: str) -> bool:
    """Two addresses of one house: an alias, no other identity."""
    assert mail.sender is not None
    return mail.organisations.of(Address("", other)) == mail.organisations.of(mail.sender)


def _hit(mail: Mail, wanted: str, message: str, confidence: Confidence) -> Hit:
    assert mail.sender is not None
    return Hit(
        RULE,
        message,
        mail.at_header("From", mail.sender.raw or mail.sender.addr),
        f"send it as {wanted}",
        confidence=confidence,
        key=f"{mail.sender.key},{wanted.lower()}",
        pairs=tuple((mail.sender.key, r.key) for r in mail.recipients[:_ASKED]),
    )


def _configured(mail: Mail, identities: Mapping[str, Sequence[str]]) -> tuple[str, str] | None:
    """(the identity kept for the readers, one of them) where the mail leaves under another."""
    assert mail.sender is not None
    for recipient in mail.recipients:
        keepers = [own for own, places in identities.items() if any(_covers(place, recipient.address) for place in places)]
        if keepers and mail.sender.key not in keepers:
            return keepers[0], recipient.shown
    return None


def _covers(place: str, address: Address) -> bool:
    place = place.lower()
    if "@" in place:
        return address.key == place
    domain = address.domain.lower()
    return domain == place or domain.endswith("." + place)


def _is_mine(mail: Mail, address: Address, identities: Mapping[str, Sequence[str]]) -> bool:
    """An address that is configured as the sender's, or bears the sender's full name in another house."""
    assert mail.sender is not None
    if address.key in identities:
        return True
    if mail.organisations.of(address) == mail.organisations.of(mail.sender):
        return False  # two addresses of one house: an alias, no other identity
    return person(mail.sender).has_full_name(person(address))


def _is_shared(address: Address) -> bool:
    owner = person(address)
    return owner.role or owner.crowd
