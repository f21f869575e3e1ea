"""Rows of people: finding or making them, and what is kept of their names."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

from sendcheck.history.database import Database
from sendcheck.reading.addresses import Address, untagged
from sendcheck.understanding.names import fold, given_names, person
from sendcheck.understanding.organisations import Organisations

_ORGANISATIONS = Organisations()


def given_name(address: Address) -> str:
    """The given name of an address's owner, folded; "" where none can be told."""
    owner = person(address)
    if owner.role or not owner.words:
        return ""
    return next((fold(w) for w in owner.words if fold(w) in given_names()), fold(owner.words[0]))


def person_row(db: Database, address: Address, when: int) -> int:
    """The number of an address's row; made if it is new."""
    key = untagged(address.key)
    of = db.codec.of
    row = db.execute("SELECT id, given FROM person WHERE address = ?", (of("address", key),)).fetchone()
    given = of("given", given_name(address))
    if row is None:
        local, _at, domain = key.rpartition("@")
        house = _ORGANISATIONS.of_domain(domain, key)
        values = (of("address", key), of("local", local), of("domain", domain), of("organisation", house), given, when, when)
        number = db.inserted("INSERT INTO person (address, local, domain, organisation, given, first, last) VALUES (?, ?, ?, ?, ?, ?, ?)", values)
    else:
        number = int(row[0])
        if given and not row[1]:
            db.execute("UPDATE person SET given = ? WHERE id = ?", (given, number))
    name = " ".join(address.name.split())[:200]
    if name and name.casefold() != key and not db.codec.hidden:
        db.execute("INSERT INTO name VALUES (?, ?, 1) ON CONFLICT (person, text) DO UPDATE SET mails = name.mails + 1", (number, name))
    return number


def circle_row(db: Database, members: Iterable[tuple[int, bool]]) -> int:
    """The number of the row of people who got a mail together."""
    packed = members_packed(members)
    row = db.execute("SELECT id FROM circle WHERE members = ?", (packed,)).fetchone()
    if row is not None:
        return int(row[0])
    return db.inserted("INSERT INTO circle (members) VALUES (?)", (packed,))


def members_packed(members: Iterable[tuple[int, bool]]) -> bytes:
    """People as bytes, eight each; those whom the others did not see (Bcc) below zero."""
    return array("q", sorted(number if visible else -number for number, visible in members)).tobytes()


def members_unpacked(data: bytes) -> Sequence[int]:
    """The numbers of :func:`members_packed`."""
    return array("q", data)
