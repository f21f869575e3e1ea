"""`recipient-lookalike`: an address that nobody knows, one slip away from one that is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sendcheck.checkapi import Hit, Mail, NotRun, Recipient
from sendcheck.reading.addresses import Address
from sendcheck.understanding.lookalikes import Slip, local_slip, name_parts
from sendcheck.understanding.names import Person, fold, given_names, person
from sendcheck.understanding.organisations import is_free_mail

from .domains import other_domain
from .known import Known, Source, is_allowed, known_to, local_of, plain
from .told import RULE, Found, hit

#: Recipients that are looked at.
_MOST = 300
#: Beginnings and ends of a run-together name that are tried as a given name.
_GUESSES = 40
#: Providers that read an address without its dots: it is the same mailbox.
_DOTLESS = frozenset({"gmail.com", "googlemail.com"})


def lookalike(mail: Mail, options: Mapping[str, object]) -> Iterator[Hit | NotRun]:
    """Each recipient that is not known, against everyone and every domain that is."""
    known = known_to(mail, options)
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
            yield hit(mail, recipient, found)
    if mail.history.why_not and not fired and 0 < len(everyone) <= _MOST:
        yield NotRun(RULE, mail.history.why_not)


def _is_known(mail: Mail, recipient: Recipient, known: Known, options: Mapping[str, object]) -> bool:
    key = plain(recipient.key)
    return key in known.people or mail.history.person(key) is not None or is_allowed(recipient.key, options)


def _slip(mail: Mail, recipient: Recipient, known: Known) -> Found | None:
    address = recipient.address
    if address.domain in known.domains or address.domain in mail.history.domains():
        return _same_domain(mail, recipient, known) or _private(mail, recipient, known)
    return other_domain(mail, recipient, known) or _private(mail, recipient, known)


def _same_domain(mail: Mail, recipient: Recipient, known: Known) -> Found | None:
    """A slip in the part before the @. That alone is a doubt: there are people called Hansen and Hanssen."""
    local, domain = local_of(recipient.key), recipient.address.domain
    free = is_free_mail(domain)
    if recipient.person.role or (free and mail.history.why_not):
        return None  # at a provider of millions only those whom one writes to can have been meant
    here = [(a, known.sources[key]) for key, a in known.people.items() if key.endswith("@" + domain)]
    here += [(p.mailbox, Source.WRITTEN) for p in mail.history.people_like(recipient.key)]
    for meant, source in here:
        other = local_of(meant.key)
        slip = local_slip(local, other)
        if slip is None or not _may_be(recipient, meant) or (domain in _DOTLESS and local.replace(".", "") == other.replace(".", "")):
            continue
        swapped = slip is Slip.SWAPPED or sorted(local) == sorted(other)
        shown = _is_shown(recipient, meant)
        if slip is Slip.TYPO and not swapped and not shown and (free or _both_given(local, other)):
            continue  # Anne and Anna, kari.holm and kari.holme at a provider of millions: two people as like as not
        return Found(meant, slip, source, sure=swapped or shown)
    return None


def _is_shown(recipient: Recipient, meant: Address) -> bool:
    """Whether the display name is the other one's rather than this address's: their full name, or the word as they write it. Namesakes get numbers."""
    local, other = fold(local_of(recipient.key)), fold(local_of(meant.key))
    if not recipient.address.name or _digits(local) != _digits(other):
        return False
    mine, theirs = person(Address(recipient.address.name, "")), person(Address(meant.name, meant.addr))
    if theirs.has_full_name(mine):
        return True
    return any(theirs.has(word) and fold(word) in other and fold(word) not in local for word in mine.words)


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


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


def _private(mail: Mail, recipient: Recipient, known: Known) -> Found | None:
    """The private address of somebody who is known at work."""
    if not is_free_mail(recipient.address.domain) or recipient.person.role:
        return None
    owner = recipient.person
    if mail.sender is not None and _bears(owner, person(mail.sender)):
        return None
    joined = [owner.local[:n] for n in range(3, len(owner.local))] + [owner.local[n:] for n in range(1, len(owner.local) - 2)]
    given = [fold(w) for w in owner.words] or joined[:_GUESSES]
    contacts = [(p.mailbox, Source.WRITTEN) for p in mail.history.people_named(given)]
    contacts += [(a, known.sources[key]) for key, a in known.people.items()]
    for contact, source in contacts:
        if not is_free_mail(contact.domain) and contact.key != recipient.key and _bears(owner, person(contact)):
            return Found(contact, None, source)
    return None


def _bears(owner: Person, contact: Person) -> bool:
    """Whether a mailbox bears the full name of a contact: as two names or more, or run together (“kariholm77”)."""
    if contact.role or len(contact.words) < 2:
        return False
    if len(owner.words) > 1:
        return contact.has_full_name(owner)
    first, last = fold(contact.words[0]), fold(contact.words[-1])
    return owner.local in {first + last, last + first}
