"""A common history in PostgreSQL: the tables of :mod:`sendcheck.history.schema`, for many senders side by side, with keyed hashes for addresses.

Each sender is an *owner*; row-level security keeps a connection to one owner's rows, whatever a query asks. The key that hashes are made with is not in
the database, so that who has that, or a copy of it, learns neither addresses nor domains nor words. Needs the extra ``postgres`` (psycopg, LGPL).
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import socket
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from sendcheck.history.database import Codec, Keyed
from sendcheck.history.schema import STEPS, VERSION
from sendcheck.history.store import HistoryError

#: Seconds to reach the server, and that a check's and a writer's question may take.
REACH, READING, WRITING = 0.4, 0.8, 30.0
#: Seconds in which a server that did not answer is not asked again, so that it costs the mails after it nothing.
PAUSE = 5.0
_SETTING = "sendcheck.owner"
_OWNER = f"NULLIF(current_setting('{_SETTING}', true), '')::bigint"
#: Table to the columns of its key that need the owner beside them: the others' values are hashes under an owner's key, or numbers.
_BY_OWNER = {"term": "bucket", "meta": "key"}
_TABLES = ("meta", "identity", "person", "name", "circle", "mail", "sent", "term", "file", "forgotten", "allowed")
_LOCK = 0x7364636B


class HistoryAway(HistoryError):
    """The common history does not answer."""


class Server:
    """One PostgreSQL, one connection, opened on first use.

    ``key``: as of :func:`sendcheck.history.keys.read_key`; ``writes``: whether it may make tables and wait long; ``required``: whether a mail is
    incomplete where it does not answer.
    """

    def __init__(self, url: str, key: bytes, writes: bool = False, required: bool = True) -> None:
        self._url, self._key, self._writes, self._required = url, key, writes, required
        self._db: psycopg.Connection[Any] | None = None
        self._not_before = 0.0
        self._why = ""
        self.name = shown(url)

    def of(self, owner: str) -> Owned:
        """The history of one sender, by address. Raises HistoryAway, HistoryError; LookupError where nothing was learnt yet (unless it ``writes``)."""
        digest = self._digest(owner)
        row = self.execute("SELECT id FROM owner WHERE digest = %s", (digest,)).fetchone()
        if row is None:
            if not self._writes:
                raise LookupError(owner)
            row = self.execute(
                "INSERT INTO owner (digest) VALUES (%s) ON CONFLICT (digest) DO UPDATE SET digest = excluded.digest RETURNING id", (digest,)
            ).fetchone()
        assert row is not None
        return Owned(self, int(row[0]), self._rows_key(digest), owner)

    def owners(self, pruned_before: int) -> list[Owned]:
        """Everybody whose rows were not looked through for old mails since then (seconds since 1970)."""
        rows = self.execute("SELECT id, digest FROM owner WHERE pruned < %s ORDER BY pruned", (pruned_before,)).fetchall()
        return [Owned(self, int(number), self._rows_key(bytes(digest)), "") for number, digest in rows]

    def pruned(self, owned: Owned) -> None:
        """Note that an owner's rows were looked through."""
        self.execute("UPDATE owner SET pruned = %s WHERE id = %s", (int(time.time()), owned.number))

    def close(self) -> None:
        """Close the connection."""
        if self._db is not None:
            with contextlib.suppress(psycopg.Error):
                self._db.close()
            self._db = None

    def execute(self, sql: str, values: Sequence[Any] = ()) -> psycopg.Cursor[Any]:
        """Ask. Raises HistoryAway, HistoryError."""
        try:
            return self._connection().execute(sql, values or None)
        except psycopg.Error as error:
            raise self._told(error) from error

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Do the same for many rows. Raises HistoryAway, HistoryError."""
        try:
            with self._connection().cursor() as cursor:
                cursor.executemany(sql, rows)
        except psycopg.Error as error:
            raise self._told(error) from error

    # -- inside -------------------------------------------------------------------

    def _digest(self, owner: str) -> bytes:
        return hashlib.blake2b(owner.encode("utf-8", "surrogateescape"), digest_size=16, key=self._key, person=b"owner").digest()

    def _rows_key(self, digest: bytes) -> bytes:
        return hashlib.blake2b(digest, digest_size=32, key=self._key, person=b"rows").digest()

    def _connection(self) -> psycopg.Connection[Any]:
        if self._db is not None and not self._db.closed:
            return self._db
        if time.monotonic() < self._not_before:
            raise self._away()
        try:
            _reach(self._url)
            seconds = WRITING if self._writes else READING
            self._db = psycopg.connect(
                self._url, autocommit=True, connect_timeout=2, application_name="sendcheck", options=f"-c statement_timeout={int(1000 * seconds)}"
            )
            self._prepare(self._db)
        except (psycopg.Error, OSError) as error:
            raise self._told(error) from error
        return self._db

    def _told(self, error: Exception) -> HistoryError:
        """One line; PostgreSQL's own may hold rows."""
        lost = self._db is None or self._db.closed or isinstance(error, (psycopg.OperationalError, OSError))
        if not lost:
            return HistoryError(f"the common history at {self.name} cannot be used ({type(error).__name__})")
        self.close()
        self._not_before = time.monotonic() + PAUSE
        self._why = f"the common history at {self.name} does not answer ({type(error).__name__})"
        return self._away()

    def _away(self) -> HistoryAway:
        found = HistoryAway(self._why)
        found.required = self._required
        return found

    def _prepare(self, db: psycopg.Connection[Any]) -> None:
        """See that it is a history, of this key, and that row-level security holds for us; a writer makes what is not there."""
        row = db.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user").fetchone()
        if row is None or row[0]:
            self.close()
            raise HistoryError(f"the role for the common history at {self.name} may see everybody's rows: use one without SUPERUSER and BYPASSRLS")
        there = db.execute("SELECT to_regclass('history')").fetchone()
        if there is None or there[0] is None:
            if not self._writes:
                self.close()
                raise LookupError(self.name)
            _make(db, self._check())
        found = db.execute("SELECT version, check_value FROM history").fetchone()
        if found is None or found[0] != VERSION:
            self.close()
            raise HistoryError(
                f"the common history at {self.name} is of another version of sendcheck ({found[0] if found else 'none'}; this one knows {VERSION})"
            )
        if bytes(found[1]) != self._check():
            self.close()
            raise HistoryError(f"the common history at {self.name} was made with another key than the one history-key names")

    def _check(self) -> bytes:
        return hashlib.blake2b(b"check", digest_size=8, key=self._key).digest()


class Owned:
    """One owner's history, as :class:`sendcheck.history.database.Database` has it."""

    codec: Codec
    knows_files = False
    joined = "string_agg(n.text, chr(31))"

    def __init__(self, server: Server, number: int, key: bytes, owner: str) -> None:
        self._server, self._key = server, key
        self.number, self.owner = number, owner
        self.codec = Keyed(key)
        self._set()

    def _set(self) -> None:
        self._server.execute(f"SELECT set_config('{_SETTING}', %s, false)", (str(self.number),))

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> psycopg.Cursor[Any]:
        return self._server.execute(_translated(sql), values)

    def executemany(self, sql: str, values: Iterable[Sequence[Any]], /) -> None:
        self._server.executemany(_translated(sql), values)

    def inserted(self, sql: str, values: Sequence[Any]) -> int:
        return int(self.execute(f"{sql} RETURNING id", values).fetchone()[0])  # type: ignore[index]

    def count_terms(self, rows: Iterable[tuple[int, int]]) -> None:
        self.executemany("INSERT INTO term VALUES (?, ?) ON CONFLICT (owner, bucket) DO UPDATE SET mails = term.mails + excluded.mails", rows)

    def version(self) -> object:
        return object()  # others write at any time: nothing is kept from mail to mail

    def key(self) -> bytes:
        return self._key

    def begin(self) -> None:
        self.execute("BEGIN")
        self._set()
        self._server.execute("SELECT pg_advisory_xact_lock(%s, %s)", (_LOCK, self.number % 2**31))

    def scrub(self) -> None:
        """What is deleted leaves PostgreSQL's files with its own vacuum."""

    def close(self) -> None:
        """The connection is the server's."""


def shown(url: str) -> str:
    """Host and database of an address, without user and password."""
    try:
        found = conninfo_to_dict(url)
    except psycopg.Error:
        return "an address that cannot be read"
    return f"{found.get('host') or 'this machine'}/{found.get('dbname') or found.get('user') or ''}"


def _reach(url: str) -> None:
    """Raise OSError soon where nobody answers: libpq's own shortest time-out is two seconds."""
    found = conninfo_to_dict(url)
    host, port = str(found.get("host") or ""), int(str(found.get("port") or 5432).split(",")[0])
    if host and not host.startswith("/") and "," not in host:
        socket.create_connection((host, port), REACH).close()


def _translated(sql: str) -> str:
    return sql.replace("%", "%%").replace("?", "%s")


def _make(db: psycopg.Connection[Any], check: bytes) -> None:
    """All tables, in one transaction; another writer may be at it. The lock is the session's, so that the transaction begins with what that one made."""
    db.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
    try:
        with db.transaction():
            there = db.execute("SELECT to_regclass('history')").fetchone()
            if there is not None and there[0] is not None:
                return
            for statement in _statements():
                db.execute(statement)
            db.execute("INSERT INTO history VALUES (%s, %s)", (VERSION, check))
    finally:
        db.execute("SELECT pg_advisory_unlock(%s)", (_LOCK,))


def _statements() -> Iterator[str]:
    """The tables of SQLite's schema as PostgreSQL has them, each with its owner, and the rule that shows an owner's rows alone."""
    yield "CREATE TABLE history (version BIGINT NOT NULL, check_value BYTEA NOT NULL)"
    yield "CREATE TABLE owner (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, digest BYTEA UNIQUE NOT NULL, pruned BIGINT NOT NULL DEFAULT 0)"
    for step in STEPS:
        for statement in step.split(";"):
            if statement.strip():
                yield _type_names(statement)
    for table in _TABLES:
        yield f"ALTER TABLE {table} ADD COLUMN owner BIGINT NOT NULL DEFAULT {_OWNER} REFERENCES owner (id) ON DELETE CASCADE"
        if table in _BY_OWNER:
            yield f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey"
            yield f"ALTER TABLE {table} ADD PRIMARY KEY (owner, {_BY_OWNER[table]})"
        else:
            yield f"CREATE INDEX {table}_owner ON {table} (owner)"
        yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
        yield f"CREATE POLICY own_rows ON {table} USING (owner = {_OWNER}) WITH CHECK (owner = {_OWNER})"
    yield "CREATE INDEX mail_owner_time ON mail (owner, time)"


def _type_names(statement: str) -> str:
    found = statement.replace("INTEGER", "BIGINT").replace("BLOB", "BYTEA").replace(" WITHOUT ROWID", "")
    return re.sub(r"\bid BIGINT PRIMARY KEY", "id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY", found)
