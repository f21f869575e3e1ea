"""Who of a trail is inside: by address, by a name that the mail or its thread shows an address for, by the house in a Lotus Notes name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sendcheck.checkapi import Mail, QuotedMail
from sendcheck.reading.addresses import Address
from sendcheck.understanding.names import Person, fold, person

_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class Insiders:
    """People of the mail and its thread whose addresses are shown, on either side; ``houses``: what the own house calls itself in a Notes name."""

    mail: Mail
    inside: tuple[Person, ...]
    outside: tuple[Person, ...]
    houses: frozenset[str]

    @classmethod
    def of(cls, mail: Mail) -> Insiders:
        """Those of a mail."""
        known = {a.key: a for a in (*mail.thread_people(), *((mail.sender,) if mail.sender is not None else ())) if "@" in a.addr}
        inside = [person(a, True) for a in known.values() if mail.is_inside(a)] + [mail.owner(r) for r in mail.recipients if r.inside]
        outside = [person(a) for a in known.values() if not mail.is_inside(a)] + [mail.owner(r) for r in mail.outside]
        return cls(mail, tuple(inside), tuple(outside), frozenset(_houses(mail)))

    def has(self, address: Address) -> bool:
        """Whether somebody is certainly inside."""
        if "@" in address.addr:
            return self.mail.is_inside(address)
        if _bears(self.outside, _words(address)):
            return False
        if fold(re.split(r"[/@]", address.raw)[-1]) in self.houses or _domain_of(address) in self.houses:
            return True
        return _bears(self.inside, _words(address))

    def is_outsider(self, address: Address) -> bool:
        """Whether somebody is certainly outside."""
        return not self.mail.is_inside(address) if "@" in address.addr else _bears(self.outside, _words(address))

    def is_sender(self, address: Address) -> bool:
        """Whether somebody is who sends this mail."""
        sender = self.mail.sender
        return sender is not None and (address.key == sender.key if "@" in address.addr else _bears((person(sender, True),), _words(address)))

    def gets_it(self, address: Address) -> bool:
        """Whether somebody is a recipient of this mail."""
        if "@" in address.addr:
            return any(r.key == address.key for r in self.mail.recipients)
        return _bears((r.person for r in self.mail.recipients), _words(address))

    def are(self, name: tuple[str, ...]) -> bool:
        """Whether a name that is addressed is an insider's, and nobody's outside."""
        return not self.are_outside(name) and any(all(p.fits(word) for word in name) for p in self.inside)

    def are_outside(self, name: tuple[str, ...]) -> bool:
        """Whether a name that is addressed can be somebody's outside."""
        return any(all(p.fits(word) for word in name) for p in self.outside)

    def talked(self, message: QuotedMail) -> bool:
        """Whether a chat was the sender's own with colleagues: those in it and nobody who is known to be outside."""
        speakers = [a for a in (message.sender, *(message.recipients or ())) if a is not None]
        if any(_bears(self.outside, _words(a)) for a in speakers):
            return False
        return any(self.is_sender(a) for a in speakers) or all(_bears(self.inside, _words(a)) for a in speakers)


def _words(address: Address) -> list[str]:
    return _WORD.findall(address.name)


def _bears(people: Iterable[Person], words: list[str]) -> bool:
    return bool(words) and any(all(p.has(word) for word in words) for p in people)


def _domain_of(address: Address) -> str:
    """The Notes domain behind the @ of a name (“Kari Holm/OSL/ACME@ACME”)."""
    return fold(re.split(r"[/@]", address.raw.partition("@")[0])[-1]) if address.raw else ""


def _houses(mail: Mail) -> Iterable[str]:
    """First labels of the own domains, names of the own organisation, and the last unit in the sender's own Notes name where the trail shows it."""
    sender = mail.sender
    if sender is None:
        return
    own = {sender.domain, *(d.lstrip("@*.") for d in mail.organisations.internal if "." in d)}
    for domain in own:
        yield from (fold(label) for label in domain.rpartition("@")[2].split(".")[:-1] if len(label) > 2)
    yield fold(mail.organisations.of(sender))
    me = person(sender, True)
    for address in mail.thread_people():
        if address.raw and not address.addr and _bears((me,), _words(address)):
            yield from (fold(part) for part in re.split(r"[/@]", address.raw)[-1:] if part)
