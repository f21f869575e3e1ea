"""Files that somebody else's words name (a configuration, a template): read without waiting for a pipe, filling memory, or following a link out."""

from __future__ import annotations

import os
import stat
from pathlib import Path

#: What a file must not have, where reading it could wait for somebody; 0 where the system knows no such flag.
_AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_MB = 1_000_000


class Unreadable(Exception):
    """Why a file cannot be read, without a word of what it holds."""


def read_bytes(path: str | Path, most: int) -> bytes:
    """All of an ordinary file of at most *most* bytes. Raises Unreadable, FileNotFoundError among its causes."""
    try:
        if not stat.S_ISREG(Path(path).stat().st_mode):
            raise Unreadable("it is no ordinary file")
        with os.fdopen(os.open(path, os.O_RDONLY | _AT_ONCE), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise Unreadable("it is no ordinary file")
            data = file.read(most + 1) or b""
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        raise Unreadable(getattr(error, "strerror", None) or "its name is no file's") from error
    if len(data) > most:
        raise Unreadable(f"it is larger than {most / _MB:g} MB")
    return data


def read_text(path: str | Path, most: int) -> str:
    """The same, of UTF-8."""
    try:
        return read_bytes(path, most).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("it is not UTF-8") from error


def inside(path: str | Path, top: str | Path) -> bool:
    """Whether a path, with every link followed, lies in a folder."""
    real, folder = os.path.realpath(path), os.path.realpath(top)
    return real == folder or real.startswith(folder.rstrip(os.sep) + os.sep)
