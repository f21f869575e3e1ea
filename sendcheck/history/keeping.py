"""The history in its owner's hands: what it holds, all of it as data, forgetting a person, dropping what is old."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sendcheck.history.database import Database
from sendcheck.history.people import circle_row, members_unpacked
from sendcheck.history.record import address_digest
from sendcheck.history.store import exists, keep_after, reading, writing
from sendcheck.history.terms import unpacked

_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Overview:
    """Counts, the span (seconds since 1970; None without dated mails), and the sender's own addresses."""

    mails: int
    people: int
    organisations: int
    first: int | None
    last: int | None
    own: tuple[tuple[str, int], ...]
    allowed: int
    forgotten: int


@dataclass(frozen=True, slots=True)
class PersonDetails:
    """All that is kept of one person."""

    address: str
    names: tuple[tuple[str, int], ...]
    organisation: str
    mails: int
    shared: int
    first: int
    last: int
    beside: tuple[tuple[str, int], ...]
    own: tuple[tuple[str, int], ...]
    threads: int
    numbers: int


def _count(db: Database, sql: str) -> int:
    return int(db.execute(sql).fetchone()[0])


def overview(path: Path) -> Overview | None:
    """What a history holds; None where there is none. Raises HistoryError."""
    if not exists(path):
        return None
    with reading(path) as db:
        first, last = db.execute("SELECT MIN(time), MAX(time) FROM mail WHERE time > 0").fetchone()
        own = tuple(db.execute("SELECT address, mails FROM identity ORDER BY mails DESC, address"))
        return Overview(
            _count(db, "SELECT COUNT(*) FROM mail"),
            _count(db, "SELECT COUNT(*) FROM person"),
            _count(db, "SELECT COUNT(DISTINCT organisation) FROM person"),
            first,
            last,
            own,
            _count(db, "SELECT COUNT(*) FROM allowed"),
            _count(db, "SELECT COUNT(*) FROM forgotten"),
        )


def most_written_to(path: Path, most: int = 10) -> list[tuple[str, str, int, int]]:
    """(address, name, mails, last) of the people who got the most mails."""
    sql = (
        "SELECT address, COALESCE((SELECT text FROM name WHERE person = p.id ORDER BY mails DESC, text LIMIT 1), ''), mails, last "
        "FROM person p ORDER BY mails DESC, address LIMIT ?"
    )
    with reading(path) as db:
        return list(db.execute(sql, (most,)))


def find(path: Path, wanted: str) -> list[str]:
    """Addresses that are *wanted*, or whose address or name holds it."""
    text = wanted.strip().lower()
    with reading(path) as db:
        exact = [row[0] for row in db.execute("SELECT address FROM person WHERE address = ?", (text,))]
        like = "%" + re.sub(r"([%_\\])", r"\\\1", text) + "%"
        sql = (
            "SELECT DISTINCT p.address FROM person p LEFT JOIN name n ON n.person = p.id "
            "WHERE p.address LIKE ? ESCAPE '\\' OR n.text LIKE ? ESCAPE '\\' ORDER BY p.mails DESC, p.address LIMIT 50"
        )
        return exact or [row[0] for row in db.execute(sql, (like, like))]


def details(path: Path, address: str) -> PersonDetails:
    """All about one person of the history. Raises LookupError for one who is not in it."""
    with reading(path) as db:
        row = db.execute("SELECT id, organisation, mails, shared, first, last FROM person WHERE address = ?", (address,)).fetchone()
        if row is None:
            raise LookupError(address)
        number = row[0]
        names = tuple(db.execute("SELECT text, mails FROM name WHERE person = ? ORDER BY mails DESC, text", (number,)))
        beside: Counter[int] = Counter()
        numbers: set[int] = set()
        threads: set[bytes] = set()
        own: Counter[str] = Counter()
        sql = (
            "SELECT c.members, m.terms, m.thread, i.address FROM sent s JOIN mail m ON m.id = s.mail JOIN circle c ON c.id = m.circle "
            "LEFT JOIN identity i ON i.id = m.identity WHERE s.person = ?"
        )
        for members, terms, thread, identity in db.execute(sql, (number,)):
            beside.update(abs(n) for n in members_unpacked(members) if abs(n) != number)
            numbers.update(unpacked(terms))
            if thread is not None:
                threads.add(thread)
            own[identity] += 1
        top = [(db.execute("SELECT address FROM person WHERE id = ?", (n,)).fetchone()[0], k) for n, k in beside.most_common(10)]
        return PersonDetails(address, names, row[1], row[2], row[3], row[4], row[5], tuple(top), tuple(own.most_common()), len(threads), len(numbers))


def export(path: Path) -> dict[str, Any]:
    """Everything a history holds that can be read, as plain data. Numbers of words are left out: they say nothing to anybody."""

    def day(moment: int) -> str | None:
        return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds") if moment else None

    with reading(path) as db:
        address = dict(db.execute("SELECT id, address FROM person"))
        names: dict[int, dict[str, int]] = {}
        for person, text, mails in db.execute("SELECT person, text, mails FROM name ORDER BY person, text"):
            names.setdefault(person, {})[text] = mails
        people = [
            {"address": a, "names": names.get(n, {}), "organisation": o, "mails": m, "first": day(f), "last": day(last)}
            for n, a, o, m, f, last in db.execute("SELECT id, address, organisation, mails, first, last FROM person ORDER BY address")
        ]
        mails = []
        sql = "SELECT m.time, i.address, c.members, hex(m.thread) FROM mail m JOIN circle c ON c.id = m.circle LEFT JOIN identity i ON i.id = m.identity"
        for moment, identity, members, thread in db.execute(sql + " ORDER BY m.time, m.id"):
            shown = [address[n] for n in members_unpacked(members) if n > 0]
            hidden = [address[-n] for n in members_unpacked(members) if n < 0]
            mails.append({"date": day(moment), "from": identity, "to": sorted(shown), "bcc": sorted(hidden), "thread": thread.lower() or None})
        allowed = [
            {"rule": r, "pair": [one, other], "reason": reason, "date": day(moment)}
            for r, one, other, reason, moment in db.execute("SELECT * FROM allowed ORDER BY rule, one, other")
        ]
        own = dict(db.execute("SELECT address, mails FROM identity ORDER BY address"))
        return {"schema": 1, "own": own, "people": people, "mails": mails, "allowed": allowed}


def forget(path: Path, address: str) -> int:
    """Take a person out of every mail, and leave them out of what is learnt later; how many mails they were on. Mails that went to nobody else go whole."""
    with writing(path, scrub=True) as db:
        return forget_in(db, address)


def forget_in(db: Database, address: str) -> int:
    """:func:`forget`, in an open history and within a change."""
    kept = db.codec.of("address", address)
    db.execute("INSERT INTO forgotten VALUES (?) ON CONFLICT DO NOTHING", (address_digest(address, db.key()),))
    db.execute("DELETE FROM allowed WHERE one = ? OR other = ?", (kept, kept))
    row = db.execute("SELECT id FROM person WHERE address = ?", (kept,)).fetchone()
    if row is None:
        return 0
    number = int(row[0])
    mails = db.execute(
        "SELECT m.id, c.members FROM sent s JOIN mail m ON m.id = s.mail JOIN circle c ON c.id = m.circle WHERE person = ?", (number,)
    ).fetchall()
    others: set[int] = set()
    alone = []
    for mail, members in mails:
        left = [n for n in members_unpacked(members) if abs(n) != number]
        others.update(abs(n) for n in left)
        if left:
            db.execute("UPDATE mail SET circle = ? WHERE id = ?", (circle_row(db, ((abs(n), n > 0) for n in left)), mail))
        else:
            alone.append(mail)
    _drop(db, alone)
    db.execute("DELETE FROM sent WHERE person = ?", (number,))
    _recount(db, others | {number})
    return len(mails)


def let_in(path: Path, address: str) -> bool:
    """Undo the leaving out: the person is learnt again from mails that are read from now on. Whether they had been forgotten."""
    with writing(path) as db:
        gone = db.execute("DELETE FROM forgotten WHERE digest = ?", (address_digest(address, db.key()),)).rowcount
        if gone:
            db.execute("DELETE FROM file")
        return bool(gone)


def prune(path: Path, before: int) -> tuple[int, int]:
    """Drop mails older than a moment (seconds since 1970; those without a date, too), and people who got no other; (mails, people) dropped."""
    with writing(path, scrub=True) as db:
        return prune_in(db, before)


def prune_in(db: Database, before: int) -> tuple[int, int]:
    """:func:`prune`, in an open history and within a change."""
    people_before = _count(db, "SELECT COUNT(*) FROM person")
    old = [row[0] for row in db.execute("SELECT id FROM mail WHERE time < ?", (before,))]
    touched: set[int] = set()
    for begin in range(0, len(old), _BATCH):
        marks = ",".join(map(str, old[begin : begin + _BATCH]))
        touched.update(row[0] for row in db.execute(f"SELECT DISTINCT person FROM sent WHERE mail IN ({marks})"))
        db.execute(f"DELETE FROM sent WHERE mail IN ({marks})")
    _drop(db, old)
    _recount(db, touched)
    keep_after(db, before)
    return len(old), people_before - _count(db, "SELECT COUNT(*) FROM person")


def _drop(db: Database, mails: Iterable[int]) -> None:
    """Delete mails, and count their words' numbers back."""
    gone: Counter[int] = Counter()
    for mail in mails:
        row = db.execute("SELECT terms FROM mail WHERE id = ?", (mail,)).fetchone()
        gone.update(unpacked(row[0]) if row else ())
        db.execute("DELETE FROM mail WHERE id = ?", (mail,))
    db.executemany("UPDATE term SET mails = mails - ? WHERE bucket = ?", [(count, bucket) for bucket, count in gone.items()])
    db.execute("DELETE FROM term WHERE mails <= 0")
    db.execute("UPDATE identity SET mails = (SELECT COUNT(*) FROM mail WHERE mail.identity = identity.id)")


def _recount(db: Database, people: Iterable[int]) -> None:
    """Bring the counts of people up to date with their mails; who has none left goes."""
    sql = (
        "SELECT COUNT(*), COALESCE(SUM(CASE WHEN length(c.members) > 8 THEN 1 ELSE 0 END), 0), COALESCE(MIN(s.time), 0), COALESCE(MAX(s.time), 0) "
        "FROM sent s JOIN mail m ON m.id = s.mail JOIN circle c ON c.id = m.circle WHERE s.person = ?"
    )
    for person in people:
        counts = db.execute(sql, (person,)).fetchone()
        if counts[0]:
            db.execute("UPDATE person SET mails = ?, shared = ?, first = ?, last = ? WHERE id = ?", (*counts, person))
        else:
            db.execute("DELETE FROM name WHERE person = ?", (person,))
            db.execute("DELETE FROM person WHERE id = ?", (person,))
    db.execute("DELETE FROM circle WHERE NOT EXISTS (SELECT 1 FROM mail WHERE mail.circle = circle.id)")


def seconds(text: str, now: float | None = None) -> int:
    """The moment before which mails are old: a date (2024-01-31), or an age (90d, 18m, 2y; 90 are days). Raises ValueError."""
    value = text.strip().lower()
    value += "d" if value.isdigit() else ""
    if value[:-1].isdigit() and value[-1:] in {"d", "w", "m", "y"}:
        days = int(value[:-1]) * {"d": 1, "w": 7, "m": 30.44, "y": 365.25}[value[-1]]
        return int((now or time.time()) - days * 86_400)
    return int(datetime.fromisoformat(value).replace(tzinfo=UTC).timestamp())
