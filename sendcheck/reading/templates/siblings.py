"""Translations of one another, by their names: ``welcome.en.html`` and ``welcome.nb.html``, ``en/welcome.html`` and ``nb/welcome.html``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from sendcheck.data import toml

#: Folders above a template that may be named by a language (``nb/LC_MESSAGES/django.po``).
_UPWARD = 5


@cache
def _languages() -> dict[str, str]:
    """What a file or folder may call a language, in lower case, to its code."""
    return {name: code for code, names in toml(__package__, "languages.toml")["names"].items() for name in (code, *names)}


def language_of(word: str) -> str:
    """The code of the language that a piece of a file name means, "" if it means none: ``nb``, ``nb-NO``, ``en_GB``, ``bokmal``."""
    plain = word.lower().replace("_", "-")
    if plain in _languages():
        return _languages()[plain]
    base, _, region = plain.partition("-")
    return _languages().get(base, "") if re.fullmatch(r"[a-z]{2}|[a-z]{4}", region) and len(base) == 2 else ""


_LAST = re.compile(r"(?:^|[._-])([A-Za-zæøåÆØÅ]{2,10}(?:[-_][A-Z]{2})?)$")


def _parts(path: Path) -> Iterator[tuple[int, str, int, int]]:
    """(how many folders up, language, start, end) of each piece of a path's last names that means a language; the nearest first."""
    name = path.name
    for dot in (m.start() for m in re.finditer(r"\.", name)):
        match = _LAST.search(name[:dot])
        if match and language_of(match.group(1)):
            yield 0, language_of(match.group(1)), match.start(1), match.end(1)
    for up, folder in enumerate(reversed(path.parts[-_UPWARD:-1]), 1):
        if language_of(folder):
            yield up, language_of(folder), 0, len(folder)


def own_language(path: Path) -> str:
    """The language that a template's path names, or ""."""
    return next((language for _up, language, _s, _e in _parts(path)), "")


def translations(path: Path) -> tuple[dict[str, Path], dict[str, Path]]:
    """(siblings that are there, siblings that should be there) by language, without the file itself.

    A folder of another language is expected to hold the file if it holds any file of the same ending that this one's folder holds too; where names tell
    the language, the file is expected in those that another template of its folder is in, beside its own.
    """
    there: dict[str, Path] = {}
    missing: dict[str, Path] = {}
    for up, own, start, end in _parts(path):
        if up == 0:
            stem, tail = path.name[:start], path.name[end:]
            for other in sorted(path.parent.glob(f"{_literal(stem)}*{_literal(tail)}")):
                word = other.name[len(stem) : len(other.name) - len(tail)]
                code = language_of(word)
                if code and code != own and other.is_file():
                    there.setdefault(code, other)
            for code, word in _of_others(path.parent, stem, tail, own):
                missing.setdefault(code, path.with_name(f"{stem}{word}{tail}"))
        else:
            folder = path.parents[up - 1]
            inside = path.relative_to(folder)
            for other in sorted(p for p in folder.parent.iterdir() if p.is_dir() and p != folder):
                code = language_of(other.name)
                if not code or code == own:
                    continue
                if (other / inside).is_file():
                    there.setdefault(code, other / inside)
                elif _share(path.parent, (other / inside).parent, path.suffix):
                    missing.setdefault(code, other / inside)
        if there or missing:
            break
    return there, {code: p for code, p in missing.items() if code not in there}


def _of_others(folder: Path, stem: str, tail: str, own: str) -> Iterator[tuple[str, str]]:
    """(language, what names call it) of the translations that other templates of a folder have, which are in the language *own* too."""
    named: dict[str, dict[str, str]] = {}
    for path in sorted(folder.glob(f"*{_literal(tail)}")):
        rest = path.name[: len(path.name) - len(tail)]
        match = _LAST.search(rest)
        if match and language_of(match.group(1)) and path.is_file():
            named.setdefault(rest[: match.start(1)], {})[language_of(match.group(1))] = match.group(1)
    for other, words in named.items():
        if other != stem and own in words:
            yield from ((code, word) for code, word in words.items() if code != own)


def _share(one: Path, other: Path, suffix: str) -> bool:
    if not other.is_dir():
        return False
    return bool({p.name for p in one.glob(f"*{suffix}")} & {p.name for p in other.glob(f"*{suffix}")})


def _literal(text: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", text)
