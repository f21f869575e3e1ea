"""On whose side a named person is: the writer, a colleague, the reader."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from sendcheck.reading.addresses import Address
from sendcheck.understanding.clauses.model import Who
from sendcheck.understanding.mail import Parent, Recipient
from sendcheck.understanding.names import fold, person
from sendcheck.understanding.organisations import Organisations

NameOf = Callable[[str], Who | None]


def _names(address: Address | None, inside: bool) -> tuple[str, ...]:
    return person(address, inside).words if address is not None else ()


def _table(rows: Iterable[tuple[Sequence[str], Who]]) -> NameOf:
    known: dict[str, Who] = {}
    for words, who in rows:
        for word in words:
            if len(word) > 1:
                known.setdefault(fold(word), who)
    return lambda name: known.get(fold(name))


def sides(sender: Address | None, recipients: Sequence[Recipient], parent: Parent | None, organisations: Organisations) -> NameOf:
    """For own text: the sender's names, then the recipients' and the answered writer's. What is read before wins a shared name."""
    rows: list[tuple[Sequence[str], Who]] = [(_names(sender, True), Who.I)]
    rows += [(r.person.words, Who.READER) for r in recipients if not r.inside]
    if parent is not None and parent.sender is not None and not organisations.inside(parent.sender, sender):
        rows.append((_names(parent.sender, False), Who.READER))
    rows += [(r.person.words, Who.OWN) for r in recipients if r.inside]
    return _table(rows)


def author_sides(author: Address | None) -> NameOf:
    """For the answered mail: its writer says “I”."""
    return _table([(_names(author, False), Who.I)])
