"""Builds a history from mails: a batch at a time, each whole or not at all, so that a kill, a full disk or a second writer cost nothing and double nothing."""

from __future__ import annotations

import hashlib
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sendcheck.errors import InputError
from sendcheck.history.database import Database, transaction
from sendcheck.history.people import circle_row, person_row
from sendcheck.history.record import Record, address_digest, record, sender_of
from sendcheck.history.store import kept_after, open_writing, speaking
from sendcheck.history.terms import packed
from sendcheck.reading.addresses import Address, untagged
from sendcheck.reading.message import read_message
from sendcheck.reading.sources import Source

#: Mails, or seconds, that one transaction holds at most.
_BATCH = 200
_SECONDS = 1.0
#: Bytes before the place that an mbox was read to; while they stay, the mbox only grew.
_MARK = 256


@dataclass(slots=True)
class Tally:
    """What a run did with the mails it met."""

    learnt: int = 0
    known: int = 0
    others: int = 0
    forgotten: int = 0
    before: int = 0
    no_from: list[str] = field(default_factory=list)
    no_date: list[str] = field(default_factory=list)
    nobody: int = 0
    unreadable: list[str] = field(default_factory=list)
    unchanged: int = 0

    @property
    def met(self) -> int:
        """All mails met, read or not."""
        return self.learnt + self.known + self.others + self.before + len(self.no_from) + self.nobody + len(self.unreadable) + self.unchanged


@dataclass(slots=True)
class _Batch:
    """What one transaction will hold. ``read``: the files it comes from, with size, time of change, and where reading stands."""

    records: list[Record] = field(default_factory=list)
    read: dict[Path, tuple[int, int, int]] = field(default_factory=dict)
    begun: float = field(default_factory=time.monotonic)

    @property
    def full(self) -> bool:
        return len(self.records) + len(self.read) >= _BATCH or time.monotonic() - self.begun > _SECONDS


class Learner:
    """Learns into the history at *path*; raises HistoryError where that cannot be written.

    ``mine``: the addresses whose mails are sent mail, with those that the history knows already; ``db``: an open history instead of the file.
    """

    def __init__(self, path: Path, mine: Iterable[str] = (), db: Database | None = None) -> None:
        self.path = path
        self._db: Database = db or open_writing(path)
        self.tally = Tally()
        with speaking(path):
            self.key = self._db.key()
            self.mine = {untagged(a.lower()) for a in mine} | identities(self._db)
            self._after = kept_after(self._db)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def __enter__(self) -> Learner:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, sources: Iterable[Source | InputError], progress: Callable[[int], None] = lambda _met: None) -> Tally:
        """Learn every mail of *sources* that is new. What was committed stays, however the run ends."""
        batch = _Batch()
        with speaking(self.path):
            try:
                for source in sources:
                    self._take(source, batch)
                    if batch.full:
                        self._commit(batch)
                        batch = _Batch()
                    progress(self.tally.met)
            except KeyboardInterrupt:
                self._commit(batch)
                raise
            self._commit(batch)
        return self.tally

    def add(self, raws: Iterable[bytes]) -> Tally:
        """Learn mails that are at hand as bytes."""
        return self.run(Source("-", data=raw) for raw in raws)

    # -- reading ------------------------------------------------------------------

    def _take(self, source: Source | InputError, batch: _Batch) -> None:
        if isinstance(source, InputError):
            self.tally.unreadable.append(str(source))
            return
        stat = self._stat(source)
        if stat is not None and self._is_done(source, stat):
            self.tally.unchanged += 1
            return
        try:
            raw, _cut = source.read_mail()
        except InputError as error:
            self.tally.unreadable.append(str(error))
            return
        self._read(source.name, raw, batch)
        if stat is not None and source.path is not None:
            batch.read[source.path.absolute()] = (stat.st_size, stat.st_mtime_ns, _end(source, stat))

    @staticmethod
    def _stat(source: Source) -> os.stat_result | None:
        try:
            return source.path.stat() if source.path is not None and source.data is None else None
        except OSError:
            return None

    def _is_done(self, source: Source, stat: os.stat_result) -> bool:
        """Whether a file did not change since it was read; of an mbox, whether this part of it was read and stands where it stood."""
        assert source.path is not None
        if not self._db.knows_files:
            return False
        row = self._db.execute("SELECT size, changed, position, mark FROM file WHERE path = ?", (str(source.path.absolute()),)).fetchone()
        if row is None:
            return False
        end = _end(source, stat)
        if row[:2] == (stat.st_size, stat.st_mtime_ns):
            return end <= int(row[2])
        return source.end is not None and end <= row[2] and stat.st_size > row[0] and _mark(source.path, row[2]) == row[3]

    def _read(self, name: str, raw: bytes, batch: _Batch) -> None:
        message = read_message(raw, name)
        sender = sender_of(message)
        if sender is None:
            self.tally.no_from.append(name)
            return
        if sender not in self.mine:
            self.tally.others += 1
            return
        found = record(message, sender, self.key)
        if not found.time:
            self.tally.no_date.append(name)
        if not found.people:
            self.tally.nobody += 1
        elif found.time and found.time < self._after:
            self.tally.before += 1
        else:
            batch.records.append(found)

    # -- writing ------------------------------------------------------------------

    def _commit(self, batch: _Batch) -> None:
        if not batch.records and not batch.read:
            return
        with transaction(self._db):
            seen: Counter[int] = Counter()
            outcomes = [self._write(found, seen) for found in batch.records]
            self._db.count_terms(sorted(seen.items()))
            files = [(str(path), size, changed, end, _mark(path, end)) for path, (size, changed, end) in batch.read.items()]
            if self._db.knows_files:
                self._db.executemany("INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?)", files)
        self.tally.learnt += outcomes.count("learnt")
        self.tally.known += outcomes.count("known")
        self.tally.nobody += outcomes.count("nobody")

    def _write(self, found: Record, seen: Counter[int]) -> str:
        db = self._db
        if db.execute("SELECT 1 FROM mail WHERE digest = ? OR message = ?", (found.digest, found.message)).fetchone():
            return "known"
        people = [(address, visible) for address, visible in found.people if not self._is_forgotten(address)]
        self.tally.forgotten += len(found.people) - len(people)
        own = self.mine
        people = [(address, visible) for address, visible in people if untagged(address.key) not in own]
        if not people:
            return "nobody"
        numbers = [(person_row(db, address, found.time), visible) for address, visible in people]
        circle = circle_row(db, numbers)
        identity = _identity(db, found.sender)
        values = (found.digest, found.message, found.time, identity, circle, found.thread, packed(found.terms))
        mail = db.inserted("INSERT INTO mail (digest, message, time, identity, circle, thread, terms) VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        shared = int(len(numbers) > 1)
        for number, _visible in numbers:
            db.execute("INSERT INTO sent VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (number, found.time, mail))
            db.execute(
                "UPDATE person SET mails = mails + 1, shared = shared + ?, first = CASE WHEN first < ? THEN first ELSE ? END, "
                "last = CASE WHEN last > ? THEN last ELSE ? END WHERE id = ?",
                (shared, *(found.time,) * 4, number),
            )
        seen.update(found.terms)
        return "learnt"

    def _is_forgotten(self, address: Address) -> bool:
        digest = address_digest(untagged(address.key), self.key)
        return self._db.execute("SELECT 1 FROM forgotten WHERE digest = ?", (digest,)).fetchone() is not None

    def take_as_mine(self, addresses: Sequence[str]) -> None:
        """Keep whose mails are sent mail, so that the next run knows."""
        with speaking(self.path):
            fresh = {untagged(a.lower()) for a in addresses} - identities(self._db)
            if fresh:
                self._keep(fresh)
        self.mine |= fresh

    def _keep(self, fresh: set[str]) -> None:
        with transaction(self._db):
            self._db.executemany(
                "INSERT INTO identity (address) VALUES (?) ON CONFLICT DO NOTHING", [(self._db.codec.of("address", a),) for a in sorted(fresh)]
            )
            if self._db.knows_files:
                self._db.execute("DELETE FROM file")  # files that were passed over may hold mails of theirs


def identities(db: Database) -> set[str]:
    """The sender's own addresses, as far as mails were learnt from them."""
    return {row[0] for row in db.execute("SELECT address FROM identity")}


def _identity(db: Database, address: str) -> int:
    kept = db.codec.of("address", address)
    db.execute("INSERT INTO identity (address, mails) VALUES (?, 1) ON CONFLICT (address) DO UPDATE SET mails = identity.mails + 1", (kept,))
    return int(db.execute("SELECT id FROM identity WHERE address = ?", (kept,)).fetchone()[0])


def _end(source: Source, stat: os.stat_result) -> int:
    """Where a mail ends in its file."""
    return source.end if source.end is not None else stat.st_size


def _mark(path: Path, position: int) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(max(0, position - _MARK))
            return hashlib.blake2b(file.read(min(_MARK, position)), digest_size=8).digest()
    except OSError:
        return b""


def senders(sources: Iterable[Source | InputError], most: int = 400) -> Iterator[str]:
    """The From addresses of the first mails of *sources*, for guessing whose mails these are."""
    for number, source in enumerate(sources):
        if number >= most:
            return
        if isinstance(source, InputError):
            continue
        try:
            found = sender_of(read_message(source.read()[0]))
        except InputError:
            continue
        if found is not None:
            yield found
