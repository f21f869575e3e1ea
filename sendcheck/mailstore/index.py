"""The index of a mail store: which Message-ID lies where. A SQLite file in the user's cache; identifiers are kept as digests only."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sendcheck.mailstore import scan
from sendcheck.mailstore.scan import Entry

#: What is told while files are read: (read, all to read).
Progress = Callable[[int, int], None]
_SCHEMA = """
CREATE TABLE IF NOT EXISTS folder (path TEXT PRIMARY KEY, parent TEXT NOT NULL, changed INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS file (number INTEGER PRIMARY KEY, path TEXT UNIQUE NOT NULL, folder TEXT NOT NULL, size INTEGER, changed INTEGER, mbox INTEGER);
CREATE INDEX IF NOT EXISTS file_folder ON file (folder);
CREATE TABLE IF NOT EXISTS mail (digest BLOB NOT NULL, file INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER, number INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS mail_digest ON mail (digest);
CREATE INDEX IF NOT EXISTS mail_file ON mail (file);
PRAGMA user_version = 1;
"""
_VERSION = 1
_BATCH = 2_000
#: A folder that changed so recently may change again within the clock's grain.
_GRAIN_NS = 2_000_000_000
_WAIT = 10.0


@dataclass(frozen=True, slots=True)
class Location:
    """Where a mail lies. ``number``: its place in an mbox, 0 where it is a file of its own."""

    path: str
    start: int
    stop: int | None
    number: int


@dataclass(frozen=True, slots=True)
class _Look:
    """A folder as it is now; ``files`` is None where it did not change."""

    path: str
    parent: str
    changed: int
    files: list[Entry] | None


def digest(message_id: bytes) -> bytes:
    """What an identifier is kept as: 16 bytes of BLAKE2b."""
    return hashlib.blake2b(message_id, digest_size=16).digest()


def index_file(root: Path, cache: Path) -> Path:
    """The index of the store at *root*, one a store."""
    return cache / "mailstores" / f"{hashlib.blake2b(os.fsencode(root.resolve()), digest_size=16).hexdigest()}.sqlite"


class Index:
    """An open index. A broken file is made anew; where none can be written it lives in memory."""

    def __init__(self, root: Path, file: Path) -> None:
        self._root = str(root)
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._db = self._open(str(file))
            file.chmod(0o600)
        except sqlite3.OperationalError:  # held by another process just now, or no place to write
            self._db = self._open(":memory:")
        except sqlite3.DatabaseError:
            with contextlib.suppress(OSError):
                file.unlink()
            try:
                self._db = self._open(str(file))
            except (sqlite3.Error, OSError):
                self._db = self._open(":memory:")
        except OSError:
            self._db = self._open(":memory:")

    @staticmethod
    def _open(name: str) -> sqlite3.Connection:
        db = sqlite3.connect(name, timeout=_WAIT)
        try:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version not in {0, _VERSION}:
                raise sqlite3.DatabaseError("another version's index")
            if not version:
                if name != ":memory:":
                    db.execute("PRAGMA journal_mode = WAL")
                db.executescript(_SCHEMA)
        except sqlite3.Error:
            db.close()
            raise
        return db

    @property
    def empty(self) -> bool:
        """Whether nothing was ever indexed."""
        return self._db.execute("SELECT 1 FROM folder LIMIT 1").fetchone() is None and self._db.execute("SELECT 1 FROM file LIMIT 1").fetchone() is None

    def find(self, message_id: bytes) -> list[Location]:
        """Where mails of that Message-ID were last seen."""
        rows = self._db.execute(
            "SELECT file.path, start, stop, mail.number FROM mail JOIN file ON file.number = mail.file WHERE digest = ? ORDER BY file.changed DESC",
            (digest(message_id),),
        )
        return [Location(*row) for row in rows]

    def count(self) -> int:
        """Mails in the index."""
        return int(self._db.execute("SELECT COUNT(*) FROM mail").fetchone()[0])

    # -- keeping up ---------------------------------------------------------------

    def refresh(self, progress: Progress | None = None, seconds: float | None = None) -> bool:
        """Bring the index up to date; False if it ran out of *seconds* or another process holds it (what was read is kept).

        Folders that did not change cost one look each, and so do mboxes; only new files are opened.
        """
        try:
            return self._refresh(progress, time.monotonic() + seconds if seconds is not None else None)
        except sqlite3.OperationalError:  # locked by another process that does the same
            self._db.rollback()
            return False

    def _refresh(self, progress: Progress | None, until: float | None) -> bool:
        folders: list[tuple[str, str, int]] = []
        new: list[tuple[str, Entry]] = []
        gone: dict[int, str] = {}
        for look in self._walk():
            if look.files is None:
                new += [(look.path, e) for e in self._grown(look.path)]
                continue
            known = {r[0]: r[1:] for r in self._db.execute("SELECT path, number, size, changed FROM file WHERE folder = ?", (look.path,))}
            for entry in look.files:
                seen = known.pop(entry.path, None)
                if seen is None or (seen[1], seen[2]) != (entry.size, entry.changed):
                    new.append((look.path, entry))
            gone |= {row[0]: path for path, row in known.items()}
            folders.append((look.path, look.parent, look.changed if time.time_ns() - look.changed > _GRAIN_NS else 0))
        gone |= self._orphans()
        left = self._moved(new, gone)
        self._db.executemany("DELETE FROM mail WHERE file = ?", [(n,) for n in gone])
        self._db.executemany("DELETE FROM file WHERE number = ?", [(n,) for n in gone])
        for number, (folder, entry) in enumerate(left):
            if until is not None and time.monotonic() > until:
                self._db.commit()
                return False
            self._read(folder, entry)
            if number % _BATCH == _BATCH - 1:
                self._db.commit()
            if progress is not None:
                progress(number + 1, len(left))
        self._db.executemany("INSERT OR REPLACE INTO folder VALUES (?, ?, ?)", folders)
        self._db.commit()
        return True

    def _walk(self) -> Iterator[_Look]:
        """Every folder; of one that did not change the sub-folders are those known, and its files need no look."""
        pending = [(self._root, "")]
        while pending:
            folder, parent = pending.pop()
            changed = self._changed(folder)
            row = self._db.execute("SELECT changed FROM folder WHERE path = ?", (folder,)).fetchone()
            files: list[Entry] | None = None
            if row is not None and row[0] == changed and changed:
                subs = [r[0] for r in self._db.execute("SELECT path FROM folder WHERE parent = ?", (folder,))]
            else:
                try:
                    subs, files = self._contents(folder)
                except OSError:
                    subs, files = [], []
            yield _Look(folder, parent, changed, files)
            pending += [(sub, folder) for sub in reversed(subs)]

    def _contents(self, folder: str) -> tuple[list[str], list[Entry]]:
        path = Path(folder)
        if path.is_dir():
            return scan.contents(folder)
        stat = path.stat()
        return [], [Entry(folder, stat.st_size, stat.st_mtime_ns)]

    @staticmethod
    def _changed(folder: str) -> int:
        try:
            return os.stat(folder).st_mtime_ns if os.path.isdir(folder) else 0  # noqa: PTH112, PTH116 - many of them
        except OSError:
            return 0

    def _orphans(self) -> dict[int, str]:
        """Files of folders that are gone; the folders are forgotten."""
        missing = [r[0] for r in self._db.execute("SELECT path FROM folder") if not os.path.isdir(r[0]) and r[0] != self._root]  # noqa: PTH112
        found: dict[int, str] = {}
        for folder in missing:
            found |= {r[0]: r[1] for r in self._db.execute("SELECT number, path FROM file WHERE folder = ?", (folder,))}
            self._db.execute("DELETE FROM folder WHERE path = ?", (folder,))
        return found

    def _grown(self, folder: str) -> list[Entry]:
        """The mboxes of a folder that changed in themselves."""
        found = []
        for path, size, changed in self._db.execute("SELECT path, size, changed FROM file WHERE folder = ? AND mbox = 1", (folder,)):
            with contextlib.suppress(OSError):
                stat = Path(path).stat()
                if (stat.st_size, stat.st_mtime_ns) != (size, changed):
                    found.append(Entry(path, stat.st_size, stat.st_mtime_ns))
        return found

    def _moved(self, new: list[tuple[str, Entry]], gone: dict[int, str]) -> list[tuple[str, Entry]]:
        """Files that only moved keep their mails (a Maildir renames a mail with every flag); what is left must be read."""
        by_base = {Entry(path, 0, 0).base: number for number, path in gone.items()}
        left = []
        for folder, entry in new:
            number = by_base.pop(entry.base, None)
            if number is None or ":2," not in entry.path + gone[number]:
                left.append((folder, entry))
                continue
            del gone[number]
            self._db.execute(
                "UPDATE file SET path = ?, folder = ?, size = ?, changed = ? WHERE number = ?", (entry.path, folder, entry.size, entry.changed, number)
            )
        return left

    def _read(self, folder: str, entry: Entry) -> None:
        """Index one file; of an mbox that only grew, what was added."""
        row = self._db.execute("SELECT number, size, mbox FROM file WHERE path = ?", (entry.path,)).fetchone()
        mbox = False
        with contextlib.suppress(OSError):
            mbox = scan.is_mbox(entry.path)
        begin, first = 0, 1
        if row is not None:
            number = int(row[0])
            last = self._last(number) if mbox and row[2] and entry.size > row[1] else None
            if last is not None and self._still_there(entry.path, last):
                begin, first = last.start, last.number
            self._db.execute("DELETE FROM mail WHERE file = ? AND start >= ?", (number, begin))
            self._db.execute("UPDATE file SET folder = ?, size = ?, changed = ?, mbox = ? WHERE number = ?", (folder, entry.size, entry.changed, mbox, number))
        else:
            values = (entry.path, folder, entry.size, entry.changed, mbox)
            number = self._db.execute("INSERT INTO file (path, folder, size, changed, mbox) VALUES (?, ?, ?, ?, ?)", values).lastrowid or 0
        with contextlib.suppress(OSError, ValueError):
            rows = [(digest(m.id), number, m.start, m.end, m.place + first - 1 if mbox else 0) for m in scan.mails(entry.path, begin)]
            self._db.executemany("INSERT INTO mail VALUES (?, ?, ?, ?, ?)", rows)

    def _last(self, file: int) -> Location | None:
        row = self._db.execute("SELECT '', start, stop, number FROM mail WHERE file = ? ORDER BY start DESC LIMIT 1", (file,)).fetchone()
        return Location(*row) if row else None

    def _still_there(self, path: str, last: Location) -> bool:
        """Whether an mbox still holds, at the old place, the mail it held: then it only grew."""
        try:
            found = next(iter(scan.mails(path, last.start)), None)
        except (OSError, ValueError):
            return False
        if found is None or found.start != last.start:
            return False
        row = self._db.execute(
            "SELECT 1 FROM mail JOIN file ON file.number = mail.file WHERE path = ? AND start = ? AND digest = ?", (path, last.start, digest(found.id))
        )
        return row.fetchone() is not None
