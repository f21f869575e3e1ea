"""Word lists and patterns are data: read once, from TOML or line files beside the code that uses them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import tomli

from sendcheck.data.entries import Entries
from sendcheck.data.patterns import Lazy

#: A language that has no files of its own is read as its near relation.
READ_AS = {"nn": "nb"}


def _folder(package: str) -> Path:
    return Path(import_module(package).__path__[0])


@cache
def toml(package: str, name: str) -> dict[str, Any]:
    """The TOML file *name* of a package's folder."""
    return tomli.loads((_folder(package) / name).read_text("utf-8"))


@cache
def lines(package: str, name: str) -> Entries:
    """The entries of a line file: one each line, ``#`` starts a comment line."""
    text = (_folder(package) / name).read_text("utf-8")
    return Entries(text, re.findall(r"^#.*", text, re.M))


@cache
def language_file(language: str, name: str) -> dict[str, Any]:
    """The TOML file *name* of a language, or {} if the language has none."""
    path = Path(__file__).parent.parent / "languages" / language / name
    return tomli.loads(path.read_text("utf-8")) if path.is_file() else {}


@cache
def languages_with(name: str) -> tuple[str, ...]:
    """The languages that have a file of that name, in alphabetical order."""
    root = Path(__file__).parent.parent / "languages"
    return tuple(sorted(p.parent.name for p in root.glob(f"*/{name}")))


@cache
def by_language(package: str, stem: str) -> tuple[dict[str, Any], ...]:
    """The files ``<stem>.<language>.toml`` of a package's folder, all languages: a new language is a new file."""
    names = sorted(entry.name for entry in _folder(package).iterdir() if re.fullmatch(rf"{re.escape(stem)}\.\w+\.toml", entry.name))
    return tuple(toml(package, name) for name in names)


def of_language(package: str, stem: str, language: str) -> dict[str, Any]:
    """The file ``<stem>.<language>.toml`` of a package's folder, else that of the language it is read as, or {} if neither has one."""
    names = (f"{stem}.{language}.toml", f"{stem}.{READ_AS.get(language, language)}.toml")
    return next((toml(package, name) for name in names if (_folder(package) / name).is_file()), {})


@cache
def pattern(package: str, key: str, stem: str = "words", flags: int = re.I) -> Lazy:
    """The patterns listed under *key* in all languages' files, as one alternation."""
    return union((p for data in by_language(package, stem) for p in data.get(key, [])), flags=flags)


def union(patterns: Iterable[str], *, prefix: str = "", suffix: str = "", flags: int = re.I) -> Lazy:
    """One alternation of *patterns*; one that never matches if there is none."""
    return Lazy(f"{prefix}(?:{'|'.join(f'(?:{p})' for p in patterns) or '(?!)'}){suffix}", flags)


def filled(expression: str, stands_for: Mapping[str, str]) -> str:
    """An expression with the names in it replaced by what they stand for, in the order given."""
    for name, value in stands_for.items():
        expression = expression.replace(name, value)
    return expression
