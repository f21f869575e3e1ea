"""What checks see of the history: who is known, and how well each recipient fits. The history itself lies in :mod:`sendcheck.history`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from sendcheck.reading.addresses import Address
from sendcheck.understanding.lookalikes import Slip


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """Somebody the sender has written to. ``names``: as written, the most frequent first; ``mails``: how many they got; ``first``, ``last``:
    seconds since 1970, 0 for mails without a date; ``organisation``: the registrable domain, at a free-mail provider the address.
    """

    number: int
    address: str
    names: tuple[str, ...]
    organisation: str
    mails: int
    first: int = 0
    last: int = 0

    @property
    def hidden(self) -> bool:
        """Whether only a hash of the address is known."""
        return self.address.startswith("#")

    @property
    def mailbox(self) -> Address:
        """The address with the name most often written; an empty one where that is hidden."""
        return Address("", "") if self.hidden else Address(self.names[0] if self.names else "", self.address)

    @property
    def shown(self) -> str:
        """Name and address, as a finding shows them."""
        if self.hidden:
            return "somebody else of that name, whom you write to"
        return f"{self.names[0]} <{self.address}>" if self.names else self.address


class Draft(NamedTuple):
    """What the history is asked about: the recipients' addresses, the subject and own text, and when it is sent."""

    recipients: tuple[str, ...]
    subject: str = ""
    text: str = ""
    moment: datetime | None = None
    message: bytes = b""


class Twin(NamedTuple):
    """Somebody of the same given name or a look-alike address; ``text``: as of a fit."""

    person: Acquaintance
    text: float = 0.0


class Fit(NamedTuple):
    """How one recipient fits the others and the text.

    ``score``: how odd it is to have them there (log odds of the model, text included), by its cuts ``oddity``: ``note``, ``warning`` or None;
    ``text``: how much of the text their nearest past mails share, 0 to 1; ``twin``: who of the same name or a look-alike address is often written to
    together with the others; ``twins``: everybody of that name.
    """

    person: Acquaintance
    score: float
    oddity: str | None = None
    text: float = 0.0
    twin: Acquaintance | None = None
    twins: tuple[Twin, ...] = ()


class History(Protocol):
    """The sender's history. ``why_not``: why there is none to ask ("" if there is); ``broken``: it is there, but cannot be read."""

    @property
    def why_not(self) -> str: ...

    @property
    def broken(self) -> bool: ...

    @property
    def mails(self) -> int:
        """Mails learnt."""
        ...

    def person(self, address: str) -> Acquaintance | None:
        """Whoever has that address."""
        ...

    def domains(self) -> Mapping[str, int]:
        """Domains written to, with the mails sent there."""
        ...

    def domains_like(self, domain: str) -> Sequence[tuple[str, Slip]]:
        """(domain written to, what lies between) of those that *domain* may be a slip of."""
        ...

    def people_at(self, domain: str) -> Sequence[Acquaintance]:
        """People at a domain, the most written to first; at most some hundreds."""
        ...

    def people_like(self, address: str) -> Sequence[Acquaintance]:
        """People at an address's domain whose own may be the one that was meant; rather too many."""
        ...

    def people_named(self, given: Iterable[str]) -> Sequence[Acquaintance]:
        """People with one of these given names (folded)."""
        ...

    def fits(self, draft: Draft) -> Sequence[Fit]:
        """How the known recipients fit, one each."""
        ...

    def shown(self, addresses: Sequence[str]) -> frozenset[int]:
        """Of the last mails to any of these addresses: the numbers of those that showed one of them to the other readers."""
        ...

    def in_thread(self, raw: bytes) -> frozenset[str]:
        """Everyone whom the sender wrote to in the thread that a mail names (In-Reply-To, References)."""
        ...

    def identities(self, address: str) -> Mapping[str, int]:
        """Under which of their own addresses the sender wrote to somebody, of the last mails."""
        ...

    def own(self) -> Mapping[str, int]:
        """The sender's own addresses, with the mails sent under each."""
        ...

    def organisations(self, labels: Iterable[str]) -> Sequence[tuple[str, str, int]]:
        """(label, domain, mails) of domains that one of these words is a label of, the last one aside: what an organisation is called."""
        ...

    def allowed(self, rule: str, pairs: Iterable[tuple[str, str]]) -> str | None:
        """The reason why all of these pairs of people were once allowed for a rule; None unless all were."""
        ...


@dataclass(frozen=True, slots=True)
class NoHistory:
    """No history to ask."""

    why_not: str = "there is no history of your sent mail (sendcheck learn makes one)"
    broken: bool = False
    mails: int = 0
    _none: Mapping[str, int] = field(default_factory=dict)

    def person(self, address: str) -> Acquaintance | None:
        return None

    def domains(self) -> Mapping[str, int]:
        return self._none

    def domains_like(self, domain: str) -> Sequence[tuple[str, Slip]]:
        return ()

    def people_at(self, domain: str) -> Sequence[Acquaintance]:
        return ()

    def people_like(self, address: str) -> Sequence[Acquaintance]:
        return ()

    def people_named(self, given: Iterable[str]) -> Sequence[Acquaintance]:
        return ()

    def fits(self, draft: Draft) -> Sequence[Fit]:
        return ()

    def shown(self, addresses: Sequence[str]) -> frozenset[int]:
        return frozenset()

    def in_thread(self, raw: bytes) -> frozenset[str]:
        return frozenset()

    def identities(self, address: str) -> Mapping[str, int]:
        return self._none

    def own(self) -> Mapping[str, int]:
        return self._none

    def organisations(self, labels: Iterable[str]) -> Sequence[tuple[str, str, int]]:
        return ()

    def allowed(self, rule: str, pairs: Iterable[tuple[str, str]]) -> str | None:
        return None
