"""Whether a file that a template draws in is surely nowhere. On doubt it is not: packages, code and databases bring templates too."""

from __future__ import annotations

import os
import re
import time
from collections import Counter
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from sendcheck.reading.templates.partials import Partials, names

#: Files of a project that are listed; in a larger one nothing is sure.
_MOST_FILES = 30_000
#: Files that are read to see which partials they name, and characters of each.
_MOST_READ, _LONGEST = 500, 200_000
#: Seconds for which a listing holds: the templates of one run ask one after the other.
_HOLDS = 5
_PASSED_OVER = {".git", ".hg", ".svn", ".jj", ".venv", "venv", "node_modules", "__pycache__", ".tox", ".mypy_cache", ".pytest_cache"}
#: Names of packages, bundles, modules and the web: “@Shop/x.twig”, “ShopBundle:Mail:x.twig”, “mail::x”, “~pkg/x.mjml”, “/x.html”.
_ELSEWHERE_BEGINS, _ELSEWHERE_HOLDS = ("@", "~", "/", "\\", "$"), (":", "{{", "${", "\x00")
_DRAWN_BY_NAME = re.compile(r"\{\{~?#?>\s*[\"']?([\w-]{1,80})")
_DEFINED = re.compile(r"\{\{~?#\*\s*inline\s+[\"']([^\"']{1,80})")


class Listing(NamedTuple):
    """The files of a project, from its folder on with slashes; ``whole``: none were left out."""

    files: tuple[str, ...]
    whole: bool


def lost(partials: Partials, target: str, beside: Path, by_name: bool, relative: bool) -> tuple[bool, str]:
    """(whether it is nowhere, the file that is perhaps meant). ``by_name``: partials of the engine are named by code; ``relative``: names start from the file.

    Sure are: names that say where (“./x”, or any where the search path is configured as ``roots``), and names whose folder the project has, where no
    file of the project has that name. A bare partial of Handlebars is sure only if no other file names it, since code may give it to all of them.
    """
    if partials.project is None or len(target) > 300 or _is_elsewhere(target):
        return False, ""
    listing = _listing(str(partials.project), int(time.monotonic()) // _HOLDS)
    wanted = set(names(target, "".join(beside.suffixes[-2:]), beside.suffix))
    meant = _meant(listing, target, beside)
    if relative or target.startswith(("./", "../")):
        return partials.root is not None and _below(beside.parent / target, partials.root), meant
    plain = {os.path.normpath(name).replace(os.sep, "/") for name in wanted}
    if not listing.whole or any(f == name or f.endswith(f"/{name}") for name in plain for f in listing.files):
        return False, ""
    if partials.roots:
        return True, meant
    if by_name:
        uses, defined = _by_name(str(partials.project), beside.suffix, int(time.monotonic()) // _HOLDS)
        return uses[target] <= 1 and target not in defined, meant
    folder = target.rpartition("/")[0]
    return not folder or any(f"/{folder}/" in f"/{file}" for file in listing.files), meant


def _is_elsewhere(target: str) -> bool:
    return not target.strip() or target.startswith(_ELSEWHERE_BEGINS) or any(mark in target for mark in _ELSEWHERE_HOLDS)


def _below(path: Path, root: Path) -> bool:
    """Whether a path lies in a folder, the dots in it followed."""
    return os.path.normpath(path).startswith(os.path.normpath(root) + os.sep)


def _meant(listing: Listing, target: str, beside: Path) -> str:
    """The file of the project whose name is nearest."""
    name = target.rpartition("/")[2]
    last = {f.rpartition("/")[2] for f in listing.files if f.endswith(beside.suffix)} - {beside.name}
    return next(iter(get_close_matches(name if "." in name else name + beside.suffix, sorted(last), 1, 0.8)), "")


@lru_cache(maxsize=4)
def _listing(top: str, _now: int) -> Listing:
    files: list[str] = []
    for folder, folders, inside in os.walk(top):
        folders[:] = sorted(f for f in folders if f not in _PASSED_OVER)
        begin = os.path.relpath(folder, top).replace(os.sep, "/")
        files += [name if begin == "." else f"{begin}/{name}" for name in inside]
        if len(files) > _MOST_FILES:
            return Listing(tuple(files), False)
    return Listing(tuple(files), True)


@lru_cache(maxsize=4)
def _by_name(top: str, suffix: str, now: int) -> tuple[Counter[str], frozenset[str]]:
    """(in how many files each partial without a folder is named, partials that a template itself defines)."""
    uses: Counter[str] = Counter()
    defined: set[str] = set()
    for name in [f for f in _listing(top, now).files if f.endswith(suffix)][:_MOST_READ]:
        try:
            with Path(top, name).open("rb") as file:
                text = file.read(_LONGEST).decode("utf-8", "replace")
        except OSError:
            continue
        uses.update(set(_DRAWN_BY_NAME.findall(text)))
        defined |= set(_DEFINED.findall(text))
    return uses, frozenset(defined)
