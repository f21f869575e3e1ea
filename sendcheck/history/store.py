"""The file of a history: opening it for reading or writing, and saying plainly why it cannot be used. Never makes a broken one anew."""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from sendcheck.errors import SendcheckError
from sendcheck.history.database import Database, Sqlite, transaction
from sendcheck.history.schema import APPLICATION, STEPS, VERSION

#: Seconds that a writer waits for another one, and a check for a writer that holds the file whole.
WRITER_WAITS = 30.0
READER_WAITS = 0.5
_KEY_BYTES = 16


class HistoryError(SendcheckError):
    """A history that cannot be read or written: what, where, what to do."""


def told(error: sqlite3.Error | OSError, path: Path) -> HistoryError:
    """An error of SQLite or the system as one line for the user. What was learnt before is safe: nothing is written but whole transactions."""
    text = str(error)
    code = getattr(error, "sqlite_errorcode", None) or 0
    kind = code & 0xFF
    if kind == sqlite3.SQLITE_FULL or getattr(error, "errno", None) == 28:
        return HistoryError(f"the disk that holds the history {path} is full: what was learnt before is safe; make room and run it again")
    if kind in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return HistoryError(f"the history {path} is locked by another program: wait until that is done, and run it again")
    if kind == sqlite3.SQLITE_READONLY or isinstance(error, PermissionError) or getattr(error, "errno", None) == 30:
        return HistoryError(f"the history {path} cannot be written: the disk or the file is read-only (name another file with history = … or --history)")
    if kind in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
        return _damaged(path)
    if kind == sqlite3.SQLITE_CANTOPEN or isinstance(error, OSError):
        why = getattr(error, "strerror", None) or text
        return HistoryError(f"cannot open the history {path}: {why}")
    return HistoryError(f"the history {path} cannot be used ({text})")


def _damaged(path: Path) -> HistoryError:
    return HistoryError(
        f"the history {path} is damaged or no history at all; it was left as it is. "
        "Put a copy back, or move it away and run sendcheck learn on your sent mail anew"
    )


def exists(path: Path) -> bool:
    """Whether there is a file that may be a history; an empty one is none."""
    try:
        return path.stat().st_size > 0
    except FileNotFoundError:
        return False
    except OSError as error:
        raise told(error, path) from error


def open_reading(path: Path) -> Sqlite:
    """An existing history, for reading only; works on a read-only disk, too. Raises HistoryError."""
    try:
        with path.open("rb"):
            pass  # says plainly what SQLite calls "unable to open"
        try:
            db = _connect(f"file:{_quoted(path)}?mode=ro", READER_WAITS)
            _identify(db, path)
        except sqlite3.OperationalError as error:
            if (error.sqlite_errorcode or 0) & 0xFF not in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY} or _wal(path):
                raise
            # WAL needs a file of its own beside it; where none can be made, and none is left over, the file is all there is.
            db = _connect(f"file:{_quoted(path)}?immutable=1", READER_WAITS)
            _identify(db, path)
    except (sqlite3.Error, OSError) as error:
        raise told(error, path) from error
    if _identify(db, path) < VERSION:
        db.close()
        open_writing(path).close()  # an older version is brought up first
        return open_reading(path)
    return db


def _wal(path: Path) -> bool:
    beside = path.with_name(path.name + "-wal")
    return beside.exists() and beside.stat().st_size > 0


def _quoted(path: Path) -> str:
    return str(path.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def _connect(uri: str, seconds: float) -> Sqlite:
    db = sqlite3.connect(uri, uri=True, timeout=seconds, isolation_level=None, factory=Sqlite)
    db.execute("PRAGMA cache_size = -16000")
    return db


def _identify(db: Sqlite, path: Path) -> int:
    """The version of an open file; HistoryError if it is no history, or one of a newer sendcheck."""
    application = db.execute("PRAGMA application_id").fetchone()[0]
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    tables = db.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]
    if application != APPLICATION and (tables or version or application):
        raise HistoryError(f"{path} is a database of another program, no history of sendcheck; it was left as it is. Name another file with history = …")
    if version > VERSION:
        raise HistoryError(
            f"the history {path} was made by a newer sendcheck (schema {version}; this one knows {VERSION}); it was left as it is. Update sendcheck"
        )
    return version


def open_writing(path: Path) -> Sqlite:
    """The history for writing: made if there is none (mode 0600), brought up to this version if it is older. Raises HistoryError."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # The mode is right before a first byte is written, whatever the umask.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        path.chmod(0o600)
        db = _connect(f"file:{_quoted(path)}", WRITER_WAITS)
        try:
            _prepare(db, path)
        except BaseException:
            db.close()
            raise
    except (sqlite3.Error, OSError) as error:
        raise told(error, path) from error
    return db


def _prepare(db: Sqlite, path: Path) -> None:
    version = _identify(db, path)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute("PRAGMA secure_delete = ON")  # what is forgotten is gone from the file
    if version == VERSION:
        return
    with transaction(db):
        version = _identify(db, path)  # another writer may have done it meanwhile
        for step in STEPS[version:]:
            for statement in step.split(";"):
                if statement.strip():
                    db.execute(statement)
        if version == 0:
            db.execute(f"PRAGMA application_id = {APPLICATION}")
            db.execute("INSERT INTO meta VALUES ('key', ?), ('made', ?)", (secrets.token_bytes(_KEY_BYTES), int(time.time())))
        db.execute(f"PRAGMA user_version = {VERSION}")


@contextlib.contextmanager
def speaking(path: Path) -> Iterator[None]:
    """What goes wrong in the database is told as a HistoryError."""
    try:
        yield
    except sqlite3.Error as error:
        raise told(error, path) from error


@contextlib.contextmanager
def reading(path: Path) -> Iterator[Sqlite]:
    """An open history for some questions. Raises HistoryError."""
    with contextlib.closing(open_reading(path)) as db, speaking(path):
        yield db


@contextlib.contextmanager
def writing(path: Path, scrub: bool = False) -> Iterator[Sqlite]:
    """An open history for one change, all or nothing. ``scrub``: what it deletes leaves no trace in the files. Raises HistoryError."""
    with contextlib.closing(open_writing(path)) as db, speaking(path):
        with transaction(db):
            yield db
        if scrub:
            db.scrub()


def kept_after(db: Database) -> int:
    """The moment (seconds since 1970) before which mails were pruned and are not learnt again; 0 if none were."""
    row = db.execute("SELECT value FROM meta WHERE key = 'keep-after'").fetchone()
    return int(row[0]) if row else 0


def keep_after(db: Database, moment: int) -> None:
    """Learn nothing older than that from now on."""
    latest = max(moment, kept_after(db))
    db.execute("DELETE FROM meta WHERE key = 'keep-after'")
    db.execute("INSERT INTO meta VALUES ('keep-after', ?)", (str(latest).encode(),))
