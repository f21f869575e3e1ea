"""What lies in a mail store: its folders and files, and the mails in a file. Reads header blocks only."""

from __future__ import annotations

import mmap
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sendcheck.mailstore.ids import HEAD, ids
from sendcheck.reading.mbox import pieces

_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:")
_INFO = re.compile(r":2,[A-Za-z]*$|[;!]2,[A-Za-z]*$")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a folder: its path, size in bytes and time of last change in nanoseconds."""

    path: str
    size: int
    changed: int

    @property
    def base(self) -> str:
        """The name that stays while a Maildir's flags change."""
        return _INFO.sub("", os.path.basename(self.path))  # noqa: PTH119 - a million of them


@dataclass(frozen=True, slots=True)
class Found:
    """A mail in a file: bytes ``start`` to ``end`` (None: to its end); ``place``: counted from 1, mails without Message-ID too."""

    id: bytes
    start: int
    end: int | None
    place: int = 1


def contents(folder: str) -> tuple[list[str], list[Entry]]:
    """(sub-folders, files) that may hold mail. Hidden folders count where they are Maildirs (``.Sent``). Raises OSError."""
    folders: list[str] = []
    files: list[Entry] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                if entry.is_dir():
                    if entry.is_symlink() or (entry.name == "tmp" and (Path(folder) / "cur").is_dir()):
                        continue  # a loop, or mail on its way in
                    if not entry.name.startswith(".") or (Path(entry.path) / "cur").is_dir():
                        folders.append(entry.path)
                elif entry.is_file() and not entry.name.startswith("."):
                    stat = entry.stat()
                    files.append(Entry(entry.path, stat.st_size, stat.st_mtime_ns))
            except OSError:
                continue
    return sorted(folders), sorted(files, key=lambda e: e.path)


def mails(path: str, begin: int = 0) -> Iterator[Found]:
    """The mails of a file that have a Message-ID: one, or all of an mbox (RFC 4155) from byte *begin* on. Raises OSError."""
    with Path(path).open("rb") as file:
        head = file.read(HEAD)
        if not head.startswith(b"From "):
            if _FIELD.match(head):
                own = ids(head).own
                if own is not None:
                    yield Found(own, 0, None)
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            for number, piece in enumerate(pieces(data, begin), 1):
                own = ids(data[piece.start : min(piece.end, piece.start + HEAD)]).own
                if own is not None:
                    yield Found(own, piece.start, piece.end, number)


def is_mbox(path: str) -> bool:
    """Whether a file is an mbox: such a file grows, and its folder does not show it. Raises OSError."""
    with Path(path).open("rb") as file:
        return file.read(5) == b"From "
