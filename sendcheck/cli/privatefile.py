"""Files that hold words of mails: for their owner alone (0600), whatever was at that path before."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read. Raises OSError; then the old one is as it was, if it was a file.

    A file that is there is replaced, so that nobody who holds it open reads on. What a link, a pipe or a device leads to is written into: it was named
    for that; a file at a link's end is closed to others first.
    """
    data = text.encode("utf-8", "replace")
    if not _replaceable(path):
        _write_into(path, data)
        return
    try:
        descriptor, made = tempfile.mkstemp(prefix=f".{path.name[:40]}.", dir=path.parent)
    except PermissionError:  # a folder of others: its files may be ours all the same
        _write_into(path, data)
        return
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        Path(made).replace(path)
    except BaseException:
        Path(made).unlink(missing_ok=True)
        raise


def _replaceable(path: Path) -> bool:
    """Whether nothing is at that path, or a plain file."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except FileNotFoundError:
        return True


def _write_into(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.fchmod(descriptor, 0o600)
            os.ftruncate(descriptor, 0)
        file.write(data)
