"""Which files of a folder nobody means to check: those that git ignores (.gitignore files from the repository's root down), and those excluded by hand."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from sendcheck.errors import InputError

#: pathspec's group for the slash behind a folder that a pattern matched above the path.
_FOLDER_ABOVE = "ps_d"
IGNORED, EXCLUDED = "ignored by git", "excluded"


class Line(NamedTuple):
    """One pattern. ``ignores``: not negated; ``folders_only``: it ends with a slash, which the expression leaves out."""

    regex: re.Pattern[str]
    ignores: bool
    folders_only: bool


Lines = tuple[Line, ...]


class Layer(NamedTuple):
    """Patterns, and the folder that they are relative to."""

    root: str
    lines: Lines
    reason: str = IGNORED


#: Layers in force in a folder; the last one that says anything of a file is right, as in git.
Layers = tuple[Layer, ...]


def above(folder: Path, exclude: Sequence[str] = ()) -> Layers:
    """What is in force in a folder that was named, its own .gitignore apart. Raises InputError for a pattern that is none.

    ``exclude``: patterns, relative to the working folder, or to the named one if it lies elsewhere. A folder that is itself ignored was named all the
    same: then what ignores it does not count.
    """
    path = os.path.abspath(folder)  # noqa: PTH100 - links stay as they are named
    found = _of_repository(path)
    if any(why(found, inside, True) for inside in _ancestry(path, found[0].root if found else path)):
        found = ()
    if not exclude:
        return found
    here = os.getcwd()  # noqa: PTH109
    return (*found, Layer(here if _within(path, here) else path, _spec(exclude, strict=True), EXCLUDED))


def entered(layers: Layers, folder: str) -> Layers:
    """What is in force in a folder that is walked into, with its own .gitignore; another repository inside begins anew."""
    if os.path.lexists(os.path.join(folder, ".git")):  # noqa: PTH118
        layers = tuple(layer for layer in layers if layer.reason == EXCLUDED or _is_root_of(layer, folder))
    spec = _gitignore(os.path.join(folder, ".gitignore"))  # noqa: PTH118
    if spec is None:
        return layers
    own = tuple(layer for layer in layers if layer.reason != EXCLUDED)
    return (*own, Layer(folder, spec), *layers[len(own) :])


def why(layers: Layers, path: str, is_folder: bool) -> str:
    """Why a file or folder is passed over, "" if it is not. What excludes by hand comes first, then the nearest .gitignore."""
    for layer in reversed(layers):
        inside = os.path.relpath(path, layer.root)
        if inside == "." or inside.startswith(".." + os.sep):
            continue
        told = _says(layer.lines, inside, is_folder)
        if told is not None:
            return layer.reason if told else ""
    return ""


def _says(lines: Lines, path: str, is_folder: bool) -> bool | None:
    """Whether the last pattern that is about this very path ignores it; None if none is. What is said of a folder above was heeded when it was entered:
    “!x/” brings the folder x back, not the files in it.
    """
    for line in reversed(lines):
        found = line.regex.search(path) if is_folder or not line.folders_only else None
        if found is not None and not found.groupdict().get(_FOLDER_ABOVE):
            return line.ignores
    return None


def _of_repository(path: str) -> Layers:
    """The patterns of the repository a folder lies in, from its root down to the folder above it."""
    folders = [path, *map(str, Path(path).parents)]
    depth = next((number for number, folder in enumerate(folders) if os.path.lexists(os.path.join(folder, ".git"))), None)  # noqa: PTH118
    if depth is None:
        return ()
    root = folders[depth]
    specs = [(root, _gitignore(os.path.join(root, ".git", "info", "exclude")))]  # noqa: PTH118
    specs += [(folder, _gitignore(os.path.join(folder, ".gitignore"))) for folder in reversed(folders[1 : depth + 1])]  # noqa: PTH118
    return tuple(Layer(folder, spec) for folder, spec in specs if spec is not None)


def _ancestry(path: str, root: str) -> list[str]:
    """A folder, and those above it, below *root*."""
    return [folder for folder in (path, *map(str, Path(path).parents)) if folder != root and _within(folder, root)]


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _is_root_of(layer: Layer, folder: str) -> bool:
    """Whether a layer belongs to the repository whose root a folder is: its info/exclude."""
    return layer.root == folder


def _gitignore(path: str) -> Lines | None:
    """The patterns of a file; None if it is not there, cannot be read, or is a link (as for git)."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, encoding="utf-8", errors="surrogateescape") as file:
            return _spec([line.removesuffix("\r") for line in file.read().removeprefix("\ufeff").split("\n")], strict=False)
    except OSError:
        return None


def _spec(lines: Sequence[str], *, strict: bool) -> Lines:
    from pathspec import GitIgnoreSpec

    good = []
    for line in lines:
        written = line if line.endswith("\\ ") else line.rstrip(" ")
        bare = written.removesuffix("/")
        folders_only = bare != written and bare not in {"", "!"}
        try:
            (pattern,) = GitIgnoreSpec.from_lines([bare if folders_only else written], backend="simple").patterns or (None,)
        except ValueError as error:
            if strict:
                raise InputError(f"--exclude is “{line}”, which is no pattern as .gitignore has them") from error
            continue  # git passes over such a line
        if pattern is not None and pattern.include is not None and pattern.regex is not None:
            good.append(Line(pattern.regex, pattern.include, folders_only))
    return tuple(good)
