"""The key that a common history's hashes are made with: a file that is kept apart from the database."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from sendcheck.history.store import HistoryError

_KEY_BYTES = 16


def read_key(path: Path) -> bytes:
    """The key of a common history. Raises HistoryError."""
    try:
        key = path.read_bytes().strip()
        open_to_all = path.stat().st_mode & 0o007
    except OSError as error:
        raise HistoryError(
            f"the key of the common history {path} cannot be read: {error.strerror} (history-key; sendcheck history new-key makes one)"
        ) from error
    if len(key) < _KEY_BYTES:
        raise HistoryError(f"the key of the common history {path} is too short: {_KEY_BYTES} bytes at least (sendcheck history new-key makes one)")
    if open_to_all:
        raise HistoryError(f"the key of the common history {path} is open to everybody: chmod o-rwx {path}")
    return hashlib.blake2b(key, digest_size=32, person=b"sendcheck").digest()


def new_key(path: Path) -> None:
    """Make a key. Raises HistoryError; an existing file is left as it is."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise HistoryError(f"cannot make the key {path}: {error.strerror}; nothing was changed") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(os.urandom(32).hex().encode() + b"\n")
