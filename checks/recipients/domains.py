"""Slips in the domain: somebody known at the domain meant, the sender's own domain, or one that is well known."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from sendcheck.checkapi import Entries, Mail, Recipient, lines
from sendcheck.reading.addresses import Address
from sendcheck.understanding.lookalikes import SHORT, Domains, Slip, name_parts, one_edit, split_domain, stumbled
from sendcheck.understanding.names import fold, given_names, person
from sendcheck.understanding.organisations import is_free_mail, registrable_domain

from .known import ESTABLISHED, Known, Source, local_of, plain
from .told import Found

#: Letters from which on a name one letter off the sender's own domain is a slip, and surely one: there are many more names of so many letters than mails
#: go to. With fewer, letters swapped or doubled tell.
_LEAST, _SURE = 3, 4
#: A single part before the @ with fewer letters tells nobody from another.
_TELLING = 6


@cache
def _provider_index() -> Domains:
    return Domains(_providers())


@cache
def _providers() -> Entries:
    return lines(__package__ or "", "providers.txt")


def other_domain(mail: Mail, recipient: Recipient, known: Known) -> Found | None:
    """A slip in the domain. A known person at the one meant makes it certain; else that domain must be the sender's own, or well known."""
    domain = recipient.address.domain
    if domain in _providers() or any(domain.endswith("." + d) or d.endswith("." + domain) for d in known.domains):
        return None
    house = registrable_domain(domain)
    if _is_known_house(mail, house, known):
        return None  # another host of it
    own = dict([*known.own_index.like(house), *known.own_index.like(domain)])
    near = dict([*mail.history.domains_like(domain), *known.index.like(domain), *_provider_index().like(domain)]) | own
    counts = {**mail.history.domains(), **known.domains} if near else {}
    doubtful: Found | None = None
    for place, slip in sorted(near.items(), key=lambda entry: (-counts.get(entry[0], ESTABLISHED), entry[0])):
        if is_free_mail(domain) and place not in _providers():
            continue
        if slip is Slip.ENDING and place in _providers() and one_edit(domain, place):
            slip = Slip.TYPO  # hotmail.co: nobody has a mailbox there
        found = (
            _person_at(mail, recipient, known, place, slip) or _at_own(mail, recipient, known, place, slip) or _at_known(recipient, known, place, slip, counts)
        )
        if found is not None and found.sure and found.is_person:
            return found
        if found is not None and (doubtful is None or (found.sure and not doubtful.sure)):
            doubtful = found
    return doubtful


def _is_known_house(mail: Mail, house: str, known: Known) -> bool:
    if house in mail.history.domains() or any(house == registrable_domain(place) for place in known.domains):
        return True
    return any(house == registrable_domain(place) for _label, place, _mails in mail.history.organisations([split_domain(house)[1]]))


def _is_plain(domain: str, place: str) -> bool:
    """Whether nothing but a slip is likely between two domains that differ by a letter: short names have too many neighbours."""
    name, other = split_domain(registrable_domain(domain))[1], split_domain(place)[1]
    return name == other or min(len(name), len(other)) >= SHORT or sorted(name) == sorted(other)


def _person_at(mail: Mail, recipient: Recipient, known: Known, place: str, slip: Slip) -> Found | None:
    """Somebody known at the domain meant: of the same name before the @, or of the same full name."""
    local = local_of(recipient.key)
    same = f"{local}@{place}"
    named = _of_that_name(mail, recipient, known, place)
    if (there := mail.history.person(same)) is not None:
        found = Found(there.mailbox, slip, Source.WRITTEN)
    elif same in known.people:
        found = Found(known.people[same], slip, known.sources[same])
    else:
        return Found(named, slip, known.sources.get(plain(named.key), Source.WRITTEN)) if named is not None else None
    if (slip is not Slip.TYPO or _is_plain(recipient.address.domain, place) or named is not None) and not (slip is Slip.ENDING and recipient.person.role):
        return found
    if recipient.person.role:
        return None  # every house has a post@
    telling = len(name_parts(local)) > 1 or (len(local) >= _TELLING and fold(local) not in given_names())
    return found._replace(sure=telling)


def _of_that_name(mail: Mail, recipient: Recipient, known: Known, place: str) -> Address | None:
    """Who at a domain bears the full name that the recipient is shown with."""
    if not recipient.address.name or recipient.person.role:
        return None
    contacts = [p.mailbox for p in mail.history.people_named([fold(w) for w in recipient.person.words])] + list(known.people.values())
    return next((c for c in contacts if c.domain == place and person(c).has_full_name(person(Address(recipient.address.name, "")))), None)


def _at_own(mail: Mail, recipient: Recipient, known: Known, place: str, slip: Slip) -> Found | None:
    """A slip of the sender's own domain, whoever is meant there: no other is written as often."""
    if place not in known.houses:
        return None
    local, name, other = local_of(recipient.key), split_domain(registrable_domain(recipient.address.domain))[1], split_domain(place)[1]
    meant = Address("", f"{local}@{place}")
    if mail.sender is not None and local == local_of(mail.sender.key) and not recipient.person.role:
        return Found(mail.sender, slip, Source.OWN) if slip is not Slip.ENDING else None
    if slip is Slip.ENDING and (not recipient.person.known or _has_others(mail, recipient)):
        return None  # houses have sisters; a slip is meant for a colleague, who has a name, and does not befall two
    stumble = slip is Slip.TYPO and stumbled(name, other)
    if slip is Slip.TYPO and len(other) < _LEAST and not stumble:
        return None
    sure = slip is not Slip.ENDING and (slip is not Slip.TYPO or len(other) >= (_LEAST if stumble else _SURE) or _is_plain(recipient.address.domain, place))
    return Found(meant, slip, Source.OWN, is_person=False, sure=sure)


def _has_others(mail: Mail, recipient: Recipient) -> bool:
    """Whether somebody else at the same domain gets the mail."""
    return any(r.address.domain == recipient.address.domain and r.key != recipient.key for r in mail.recipients)


def _at_known(recipient: Recipient, known: Known, place: str, slip: Slip, counts: Mapping[str, int]) -> Found | None:
    """A slip of a domain that is well known, though nobody of that name there is."""
    if slip is Slip.ENDING or counts.get(place, ESTABLISHED) < ESTABLISHED or (slip is Slip.TYPO and not _is_plain(recipient.address.domain, place)):
        return None
    source = known.sources.get(place, Source.WRITTEN if place in counts else Source.PROVIDER)
    return Found(Address("", f"{local_of(recipient.key)}@{place}"), slip, source, is_person=False)
