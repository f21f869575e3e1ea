"""What a history is kept in: one file of SQLite, or a common PostgreSQL. The tables and the questions are the same; what differs is here and in
:mod:`sendcheck.history.postgres`.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol


class Cursor(Protocol):
    """What an answer can be asked."""

    @property
    def rowcount(self) -> int: ...

    def fetchone(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...

    def __iter__(self) -> Iterator[Any]: ...


class Codec(Protocol):
    """How what names somebody stands in the tables. ``hidden``: nobody can read it there."""

    @property
    def hidden(self) -> bool: ...

    def of(self, kind: str, value: str) -> str:
        """*value* as it stands in the table; ``kind``: address, local, domain, organisation or given."""
        ...


class Plain:
    """As it is: a file of the sender's own."""

    hidden = False

    def of(self, kind: str, value: str) -> str:
        return value


class Keyed:
    """As a keyed hash (BLAKE2b, 96 bits), under a key that is one owner's: two owners' rows of one person have nothing in common."""

    hidden = True

    def __init__(self, key: bytes) -> None:
        self.key = key

    def of(self, kind: str, value: str) -> str:
        if not value or value.startswith(MARK):
            return value
        return MARK + hashlib.blake2b(value.encode("utf-8", "surrogateescape"), digest_size=12, key=self.key, person=kind.encode()).hexdigest()


#: What a hash in a table begins with; no address, domain or name does.
MARK = "#"


class Database(Protocol):
    """An open history. ``codec``: how addresses stand in it; ``key``: of digests and numbers; ``knows_files``: whether it keeps which files were read."""

    codec: Codec
    knows_files: bool
    #: All names of a person (table *name*) as one text with U+001F between them: the function that makes it.
    joined: str

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> Cursor: ...

    def executemany(self, sql: str, values: Iterable[Sequence[Any]], /) -> Any: ...

    def inserted(self, sql: str, values: Sequence[Any]) -> int:
        """Insert one row; its ``id``."""
        ...

    def count_terms(self, rows: Iterable[tuple[int, int]]) -> None:
        """Add to the counts of numbers of words: (number, mails)."""
        ...

    def version(self) -> object:
        """Another value whenever somebody else has written."""
        ...

    def key(self) -> bytes:
        """The key of the history's digests and numbers."""
        ...

    def begin(self) -> None:
        """Begin a change; waits for another writer."""
        ...

    def scrub(self) -> None:
        """Have no trace left of what was deleted, where that is in our hands."""
        ...

    def close(self) -> None: ...


class Sqlite(sqlite3.Connection):
    """One file."""

    codec: Codec = Plain()
    knows_files = True
    joined = "group_concat(text, char(31))"

    def inserted(self, sql: str, values: Sequence[Any]) -> int:
        number = self.execute(sql, values).lastrowid
        assert number is not None
        return number

    def count_terms(self, rows: Iterable[tuple[int, int]]) -> None:
        self.executemany("INSERT INTO term VALUES (?, ?) ON CONFLICT (bucket) DO UPDATE SET mails = term.mails + excluded.mails", rows)

    def version(self) -> object:
        return self.execute("PRAGMA data_version").fetchone()[0]

    def key(self) -> bytes:
        return bytes(self.execute("SELECT value FROM meta WHERE key = 'key'").fetchone()[0])

    def begin(self) -> None:
        self.execute("BEGIN IMMEDIATE")

    def scrub(self) -> None:
        self.execute("VACUUM")  # no trace in a page that is used on …
        self.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # … nor in the log beside it


@contextlib.contextmanager
def transaction(db: Database) -> Iterator[None]:
    """All or nothing; waits for another writer."""
    db.begin()
    try:
        yield
    except BaseException:
        with contextlib.suppress(Exception):
            db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")
