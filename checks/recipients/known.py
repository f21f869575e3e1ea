"""What `recipient-lookalike` knows of people and domains besides the history, and how it is known: a finding says no more than that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from sendcheck.checkapi import Mail
from sendcheck.reading.addresses import Address, untagged
from sendcheck.understanding.lookalikes import Domains
from sendcheck.understanding.organisations import is_free_mail, listed, registrable_domain

#: Mails to a domain from which on an unknown name at its look-alike is a slip, too.
ESTABLISHED = 2


class Source(StrEnum):
    """How an address or a domain is known."""

    WRITTEN = "written"
    THREAD = "thread"
    OWN = "own"
    CONFIGURED = "configured"
    PROVIDER = "provider"


#: What a finding says of an address, and of a domain where nobody of that name is known.
PERSON_IS = {
    Source.WRITTEN: "which you know",
    Source.THREAD: "which is on this mail's thread",
    Source.OWN: "your own address",
    Source.CONFIGURED: "which your configuration names",
}
DOMAIN_IS = {
    Source.WRITTEN: "at a domain that you write to",
    Source.THREAD: "at a domain of this mail's thread",
    Source.OWN: "at your own domain",
    Source.CONFIGURED: "at a domain that your configuration names",
    Source.PROVIDER: "at a mail provider",
}


@dataclass
class Known:
    """People by their plain address, domains with how well they are known, and whence; ``houses``: the sender's own domains."""

    people: dict[str, Address] = field(default_factory=dict)
    domains: dict[str, int] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    houses: set[str] = field(default_factory=set)

    @cached_property
    def index(self) -> Domains:
        """The domains, ready to be asked; made when all are there."""
        return Domains(self.domains)

    @cached_property
    def own_index(self) -> Domains:
        """The sender's own domains, ready to be asked; the houses behind hosts of theirs, too."""
        return Domains(sorted(self.houses))

    def add(self, addresses: Iterable[Address], source: Source) -> None:
        """People; and by them their domains."""
        for address in addresses:
            if address.domain and address.error is None:
                key = plain(address.key)
                self.people.setdefault(key, address)
                self.sources.setdefault(key, source)
                self.add_domain(address.domain, source, ESTABLISHED)

    def add_domain(self, domain: str, source: Source, more: int = 0) -> None:
        """A domain; ``more``: how much better known it is by that."""
        self.domains[domain] = self.domains[domain] + more if domain in self.domains else ESTABLISHED
        self.sources.setdefault(domain, source)

    def add_house(self, domain: str) -> None:
        """A domain of the sender's own; one of a provider of free mail is nobody's."""
        self.add_domain(domain, Source.OWN)
        if not is_free_mail(domain):
            self.houses |= {domain, registrable_domain(domain)}


def plain(key: str) -> str:
    """An address without its detail, and without the apostrophes that some programs put around it in a trail."""
    return untagged(key).strip("'")


def local_of(key: str) -> str:
    """The part before the @, without its detail."""
    return untagged(key).rpartition("@")[0]


def known_to(mail: Mail, options: Mapping[str, object]) -> Known:
    """What the mail's sender, its thread and the configuration tell."""
    known = Known()
    if mail.sender is not None and mail.sender.domain:
        known.add_house(mail.sender.domain)  # not the sender: one may well have the same name under another ending
    for entry in strings(options["internal-domains"]):
        if not _is_address(entry):
            known.add_house(_domain(entry))
    identities = [Address("", entry.lower()) for entry in strings(options["identities"]) if _is_address(entry)]
    known.add(identities, Source.OWN)
    for identity in identities:
        known.add_house(identity.domain)
    known.add(mail.thread_people(), Source.THREAD)
    organisations = options["organisations"]
    assert isinstance(organisations, Mapping)
    for entry in (*(d for domains in organisations.values() for d in domains), *strings(options["internal-domains"]), *strings(options["allow"])):
        if not _is_address(entry):
            known.add_domain(_domain(entry), Source.CONFIGURED)
        elif "*" not in entry:
            known.add([Address("", entry.lower())], Source.CONFIGURED)
    return known


def _is_address(entry: str) -> bool:
    return "@" in entry.lstrip("@")


def _domain(entry: str) -> str:
    return entry.lower().rpartition("@")[2].lstrip("*.")


def strings(value: object) -> list[str]:
    """The texts of a list or table of them."""
    return [str(v) for v in value] if isinstance(value, (Sequence, Mapping)) and not isinstance(value, str) else []


def is_allowed(address: str, options: Mapping[str, object]) -> bool:
    """Whether the allow list names this very address."""
    return any("@" in entry and listed(entry, address) for entry in strings(options["allow"]))
