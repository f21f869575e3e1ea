"""The files that a template draws in: found near it, never outside the project, each read once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

_FOLDERS = ("", "templates", "partials", "_partials", "includes", "_includes", "layouts", "snippets", "views", "emails")
_UPWARD = 8
_MOST_BYTES = 2_000_000


@dataclass(slots=True)
class Partials:
    """Finds and reads what ``include``, ``extends`` and their like name. ``root``: nothing above it is read; ``roots``: where to look first;
    ``project``: where a file may lie that is not read from here.
    """

    path: Path | None
    root: Path | None
    roots: tuple[Path, ...] = ()
    decode: Callable[[bytes], str] = lambda data: data.decode("utf-8", "replace")
    project: Path | None = None
    _texts: dict[Path, str | None] = field(default_factory=dict)
    _tops: tuple[str, ...] = ()

    def find(self, target: str, near: Path | None = None) -> Path | None:
        """The file that *target* names, or None. ``near``: the file that names it, if not the template itself."""
        beside = near or self.path
        if beside is None or self.root is None or not target or target.startswith(("/", "\\")) or "\x00" in target or len(target) > 300:
            return None
        suffix = "".join(beside.suffixes[-2:])
        for folder in self._folders(beside):
            for name in names(target, suffix, beside.suffix):
                candidate = folder / name
                if candidate.is_file() and self._inside(candidate):
                    return candidate
        return None

    def _folders(self, beside: Path) -> Iterator[Path]:
        assert self.root is not None
        yield from self.roots
        folder = beside.parent
        for _ in range(_UPWARD):
            for name in _FOLDERS:
                yield folder / name
            if folder == self.root or folder == folder.parent:
                return
            folder = folder.parent

    def _inside(self, path: Path) -> bool:
        """Whether a path lies in the project: a template may name any file, and reports show excerpts."""
        if not self._tops:
            self._tops = tuple(os.path.realpath(p).rstrip(os.sep) + os.sep for p in (self.root, *self.roots) if p is not None)
        return os.path.realpath(path).startswith(self._tops)

    def leads_out(self, path: Path) -> bool:
        """Whether a file near the template is a link to something outside the project."""
        return os.path.realpath(path) != str(path.absolute()) and not self._inside(path)

    def read(self, path: Path) -> str | None:
        """The text of a file, or None if it cannot be read, is no text, or is a link that leads out."""
        if path not in self._texts:
            try:
                if self.leads_out(path):
                    raise OSError
                with path.open("rb") as file:
                    data = file.read(_MOST_BYTES)
                self._texts[path] = None if b"\x00" in data else self.decode(data)
            except OSError:
                self._texts[path] = None
        return self._texts[path]


def names(target: str, suffixes: str, suffix: str) -> Iterator[str]:
    """What a file may be called that *target* means: with the endings of the file that names it, and as a partial (``_name``)."""
    yield target
    for ending in dict.fromkeys((suffixes, suffix)):
        if ending and not target.endswith(ending):
            yield target + ending
            folder, _, name = target.rpartition("/")
            yield f"{folder}/_{name}{ending}" if folder else f"_{name}{ending}"
