"""`recipient-lookalike`: an address that nobody knows, one slip away from one that is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import NamedTuple

from sendcheck.checkapi import Confidence, Entries, Hit, Mail, NotRun, Recipient, Severity, lines
from sendcheck.reading.addresses import Address, untagged
from sendcheck.understanding.lookalikes import Domains, Slip, local_slip, name_parts, one_edit
from sendcheck.understanding.names import Person, fold, given_names, person
from sendcheck.understanding.organisations import is_free_mail, listed, readable, registrable_domain

RULE = "recipient-lookalike"
#: Mails to a domain from which on an unknown name at its look-alike is a slip, too.
_ESTABLISHED = 2
#: Recipients that are looked at.
_MOST = 300
#: Beginnings and ends of a run-together name that are tried as a given name.
_GUESSES = 40
_SAID = {
    Slip.CONFUSABLE: "looks like",
    Slip.TYPO: "is one letter off",
    Slip.ENDING: "has another ending than",
    Slip.SWAPPED: "has the parts of the name swapped in",
    Slip.SEPARATOR: "is punctuated otherwise than",
}


@dataclass
class _Known:
    """What is known besides the history: people of the thread and configured addresses, and domains with how well they are known."""

    people: dict[str, Address] = field(default_factory=dict)
    domains: dict[str, int] = field(default_factory=dict)

    @cached_property
    def index(self) -> Domains:
        """The domains, ready to be asked; made when all are there."""
        return Domains(self.domains)

    def add(self, addresses: Iterable[Address]) -> None:
        for address in addresses:
            if address.domain and address.error is None:
                self.people.setdefault(_plain(address.key), address)
                self.domains[address.domain] = self.domains.get(address.domain, 0) + _ESTABLISHED


def _plain(key: str) -> str:
    """An address without its detail, and without the apostrophes that some programs put around it in a trail."""
    return untagged(key).strip("'")


class _Found(NamedTuple):
    meant: Address
    slip: Slip | None
    sure: bool = True


def lookalike(mail: Mail, options: Mapping[str, object]) -> Iterator[Hit | NotRun]:
    """Each recipient that is not known, against everyone and every domain that is."""
    known = _known(mail, options)
    fired = False
    everyone = list({r.key: r for r in mail.recipients}.values())
    if len(everyone) > _MOST:
        yield NotRun(RULE, f"the mail goes to {len(everyone):,} addresses; only the first {_MOST} were looked at")
    for recipient in everyone[:_MOST]:
        address = recipient.address
        if address.error is not None or not address.domain or _is_known(mail, recipient, known, options):
            continue
        found = _slip(mail, recipient, known)
        if found is not None:
            fired = True
            yield _hit(mail, recipient, found)
    if mail.history.why_not and not fired and 0 < len(everyone) <= _MOST:
        yield NotRun(RULE, mail.history.why_not)


@cache
def _provider_index() -> Domains:
    return Domains(_providers())


@cache
def _providers() -> Entries:
    return lines(__package__ or "", "providers.txt")


def _known(mail: Mail, options: Mapping[str, object]) -> _Known:
    known = _Known()
    known.add(mail.thread_people())
    if mail.sender is not None and mail.sender.domain:
        known.domains[mail.sender.domain] = _ESTABLISHED  # not the sender: one may well have the same name under another ending
    organisations, identities = options["organisations"], options["identities"]
    assert isinstance(organisations, Mapping)
    listed_domains: list[str] = [d for domains in organisations.values() for d in domains]
    for entry in (*listed_domains, *_strings(options["internal-domains"]), *_strings(identities), *_strings(options["allow"])):
        if "@" in entry.lstrip("@"):
            known.add([Address("", entry.lower())] if "*" not in entry else [])
        else:
            known.domains.setdefault(entry.lower().lstrip("@*."), _ESTABLISHED)
    return known


def _strings(value: object) -> list[str]:
    return [str(v) for v in value] if isinstance(value, (Sequence, Mapping)) and not isinstance(value, str) else []


def _is_known(mail: Mail, recipient: Recipient, known: _Known, options: Mapping[str, object]) -> bool:
    key = _plain(recipient.key)
    if key in known.people or mail.history.person(key) is not None:
        return True
    return any("@" in entry and listed(entry, recipient.key) for entry in _strings(options["allow"]))


def _slip(mail: Mail, recipient: Recipient, known: _Known) -> _Found | None:
    address = recipient.address
    if address.domain in known.domains or address.domain in mail.history.domains():
        return _same_domain(mail, recipient, known) or _private(mail, recipient, known)
    return _other_domain(mail, recipient, known) or _private(mail, recipient, known)


def _same_domain(mail: Mail, recipient: Recipient, known: _Known) -> _Found | None:
    """A slip in the part before the @."""
    local = untagged(recipient.key).rpartition("@")[0]
    here = [a for key, a in known.people.items() if key.endswith("@" + recipient.address.domain)]
    here += [p.mailbox for p in mail.history.people_like(recipient.key)]
    for meant in here:
        slip = local_slip(local, untagged(meant.key).rpartition("@")[0])
        if slip is None or recipient.person.role or not _may_be(recipient, meant):
            continue
        transposed = slip is Slip.TYPO and sorted(local) == sorted(untagged(meant.key).rpartition("@")[0])
        if slip is Slip.TYPO and not transposed and (_both_given(local, meant.local) or is_free_mail(recipient.address.domain)):
            continue  # Anne and Anna, kari.holm and kari.holme at a provider of millions: two people as like as not
        return _Found(meant, slip, sure=slip is not Slip.TYPO or transposed or bool(recipient.address.name))
    return None


def _may_be(recipient: Recipient, meant: Address) -> bool:
    """Whether the display name, if there is one, can be that of the one meant."""
    name = recipient.address.name
    if not name or fold(name) in {fold(recipient.address.addr), fold(recipient.address.local)}:
        return True
    mine, theirs = person(Address(name, "")), person(Address(meant.name, meant.addr))
    return not theirs.words or not mine.words or all(theirs.has(word) for word in mine.words)


def _both_given(one: str, other: str) -> bool:
    """Whether the parts that differ are two given names."""
    mine, theirs = (set(name_parts(fold(text))) for text in (one, other))
    return bool(mine - theirs) and all(word in given_names() for word in mine ^ theirs)


def _other_domain(mail: Mail, recipient: Recipient, known: _Known) -> _Found | None:
    """A slip in the domain. A known person at the one meant makes it certain; else that domain must be well known."""
    domain, local = recipient.address.domain, untagged(recipient.key).rpartition("@")[0]
    if domain in _providers() or any(domain.endswith("." + d) or d.endswith("." + domain) for d in known.domains):
        return None
    house = registrable_domain(domain)
    if house in mail.history.domains() or any(house == registrable_domain(place) for place in known.domains):
        return None  # another host of a house that is known
    near = dict([*mail.history.domains_like(domain), *known.index.like(domain), *_provider_index().like(domain)])
    counts = {**mail.history.domains(), **known.domains} if near else {}
    doubtful: _Found | None = None
    for place, slip in sorted(near.items(), key=lambda entry: (-counts.get(entry[0], _ESTABLISHED), entry[0])):
        if is_free_mail(domain) and place not in _providers():
            continue
        meant = known.people.get(f"{local}@{place}")
        if meant is None and (person_there := mail.history.person(f"{local}@{place}")) is not None:
            meant = person_there.mailbox
        if meant is not None:
            return _Found(meant, slip)
        if slip is Slip.ENDING and place in _providers() and one_edit(domain, place):
            slip = Slip.TYPO  # hotmail.co: nobody has a mailbox there
        if slip is not Slip.ENDING and counts.get(place, _ESTABLISHED) >= _ESTABLISHED and doubtful is None:
            doubtful = _Found(Address("", f"{local}@{place}"), slip)
    return doubtful


def _private(mail: Mail, recipient: Recipient, known: _Known) -> _Found | None:
    """The private address of somebody who is known at work."""
    if not is_free_mail(recipient.address.domain) or recipient.person.role:
        return None
    owner = recipient.person
    if mail.sender is not None and _bears(owner, person(mail.sender)):
        return None
    joined = [owner.local[:n] for n in range(3, len(owner.local))] + [owner.local[n:] for n in range(1, len(owner.local) - 2)]
    given = [fold(w) for w in owner.words] or joined[:_GUESSES]
    contacts = [p.mailbox for p in mail.history.people_named(given)] + list(known.people.values())
    for contact in contacts:
        if not is_free_mail(contact.domain) and contact.key != recipient.key and _bears(owner, person(contact)):
            return _Found(contact, None)
    return None


def _bears(owner: Person, contact: Person) -> bool:
    """Whether a mailbox bears the full name of a contact: as two names or more, or run together (“kariholm77”)."""
    if contact.role or len(contact.words) < 2:
        return False
    if len(owner.words) > 1:
        return contact.has_full_name(owner)
    first, last = fold(contact.words[0]), fold(contact.words[-1])
    return owner.local in {first + last, last + first}


def _hit(mail: Mail, recipient: Recipient, found: _Found) -> Hit:
    shown = found.meant.addr
    if found.slip is None:
        message = f"{recipient.address.addr} is new to you, a private address; you know {found.meant.name or shown} as {shown}"
    else:
        address = recipient.address.addr
        domain = readable(recipient.address.domain)
        told = f"{address} (shown as {recipient.address.local}@{domain})" if domain != recipient.address.domain else address
        message = f"{told} is new to you, and {_SAID[found.slip]} {shown}, which you know"
    return Hit(
        RULE,
        message,
        mail.at_recipient(recipient),
        f"did you mean {shown}? If the new address is right, say so once: sendcheck history allow {RULE} {recipient.address.addr} {shown}",
        confidence=Confidence.HIGH if found.sure else Confidence.MEDIUM,
        severity=None if found.sure else Severity.WARNING,
        key=recipient.key,
        pairs=((untagged(recipient.key), untagged(found.meant.key)),),
    )
