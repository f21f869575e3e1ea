"""Whether the program or its configuration has changed on disk since the daemon began: newest change and number of files."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

_files: tuple[str, ...] = ()
_folders: tuple[str, ...] = ()
_taken: tuple[object, ...] | None = None


def take(folders: Iterable[str], files: Iterable[str]) -> None:
    """Remember how things are now: ``folders`` with all below them, ``files``, and the folders that packages are installed in.

    A package in one of those is not looked through: whatever replaces it changes the folder above.
    """
    global _files, _folders, _taken
    _files = (*files, *(p for p in sys.path if p))
    _folders = tuple(f for f in folders if os.path.basename(os.path.dirname(f)) != "site-packages")
    _taken = _now()


def changed() -> bool:
    """Whether anything is otherwise than when it was taken. A few milliseconds."""
    return _taken is not None and _now() != _taken


def _now() -> tuple[object, ...]:
    newest, count = 0, 0
    for folder in _folders:
        pending = [folder]
        while pending:
            with os.scandir(pending.pop()) as entries:
                for entry in entries:
                    if entry.name == "__pycache__":
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(entry.path)
                        continue
                    newest, count = max(newest, entry.stat().st_mtime_ns), count + 1
    return (newest, count, *(_one(path) for path in _files))


def _one(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
