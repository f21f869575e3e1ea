"""Hunspell dictionaries and near words, loaded on first use: chunspell's own English one, others from the system's folders."""

from __future__ import annotations

import os
import re
import string
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sendcheck.data import language_file
from sendcheck.understanding.clauses.pipeline import READ_AS
from sendcheck.understanding.lexicon import common_words

#: Where systems keep Hunspell dictionaries (hunspell(1), DICPATH); an extra package may be named there too.
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
_LETTERS = string.ascii_lowercase + "æøå"
_SHORTEST = 4
_LONG = 7


@dataclass(frozen=True, slots=True)
class Speller:
    """One language's judgement of words."""

    language: str
    engines: tuple[Any, ...]
    variants: tuple[tuple[re.Pattern[str], str], ...]
    joints: tuple[str, ...]
    accepted: frozenset[str]
    mistaken: Mapping[str, str]
    prefixes: tuple[str, ...]

    def knows(self, word: str) -> bool:
        """Whether a word is right: in a dictionary as written or in lower case, a variant of one, or a compound of two."""
        low = word.lower()
        if low in self.mistaken:
            return False
        if low in self.accepted or low in common_words(self.language) or self.spelt(word) or self.spelt(low):
            return True
        if any(low.startswith(p) and len(low) - len(p) > 3 and self.spelt(low[len(p) :]) for p in self.prefixes):
            return True
        return any(self.spelt(pattern.sub(right, low)) for pattern, right in self.variants if pattern.search(low)) or (
            bool(self.joints) and self._compound(low)
        )

    def spelt(self, word: str) -> bool:
        """Whether a dictionary has the word as it is. A word with letters that the dictionary's encoding lacks is none of its language: no slip."""
        try:
            return any(engine.spell(word) for engine in self.engines)
        except UnicodeEncodeError:
            return True

    def _compound(self, word: str) -> bool:
        """A head that is a word (with or without a joint) and a tail that is one: as Norwegian and its sisters write them."""
        for cut in range(4, len(word) - 3):
            head, tail = word[:cut], word[cut:]
            if len(tail) < 4 or not self.spelt(tail):
                continue
            if any(len(head) - len(joint) >= 4 and head.endswith(joint) and self.spelt(head[: len(head) - len(joint)]) for joint in self.joints):
                return True
            if self._compound(head) if len(head) >= 8 else False:
                return True
        return False


@cache
def speller(language: str) -> Speller | None:
    """The speller of a language; None if no dictionary of it is on this machine."""
    language = READ_AS.get(language, language)
    data = language_file(language, "spelling.toml")
    if not data:
        return None
    engines = tuple(e for e in (_engine(name) for name in data["dictionary"]) if e is not None)
    if not engines:
        return None
    variants = tuple((re.compile(p), r) for p, r in data["variants"])
    return Speller(language, engines, variants, tuple(data.get("joints", ())), frozenset(data["accepted"]), data["mistaken"], tuple(data["prefixes"]))


@cache
def _engine(name: str) -> Any:
    from hunspell import Hunspell  # type: ignore[import-untyped]

    if name == "en_US":
        return Hunspell(name)
    folders = [*os.environ.get("DICPATH", "").split(os.pathsep), *FOLDERS]
    for folder in (Path(f).expanduser() for f in folders if f):
        if (folder / f"{name}.dic").is_file() and (folder / f"{name}.aff").is_file():
            return Hunspell(name, hunspell_data_dir=str(folder))
    return None


def near(word: str, language: str) -> str | None:
    """A common word one slip away (a letter more, less, other, or two swapped), or None: the most likely first."""
    common = common_words(language)
    low = word.lower()
    judge = speller(language)
    if judge is not None and low in judge.mistaken:
        return judge.mistaken[low]
    doubled = (low[:i] + low[i] + low[i:] for i in range(len(low)))
    right = next((w for w in doubled if w in common or (judge is not None and len(low) > _LONG and judge.spelt(w))), None)
    if right is not None and len(low) >= _SHORTEST:
        return right
    if len(low) < _SHORTEST:
        swaps = (low[:i] + low[i + 1] + low[i] + low[i + 2 :] for i in range(len(low) - 1))
        return next((w for w in swaps if len(low) == _SHORTEST - 1 and w != low and (w in common or w in _small(language))), None)
    return next((w for w in _slips(low) if w in common and len(w) >= _SHORTEST - 1 and w != low), None)


@cache
def _small(language: str) -> frozenset[str]:
    return frozenset(language_file(language, "spelling.toml").get("small", []))


def suggested(word: str, judge: Speller) -> str | None:
    """A word of the dictionary one slip away, however rare; for words long enough not to meet by chance."""
    low = word.lower()
    return next((w for w in _slips(low) if w != low and judge.spelt(w)), None) if len(low) >= _LONG else None


def _slips(word: str) -> Iterator[str]:
    """All words one edit away (Damerau 1964): swaps, doubled letters, then the rest."""
    cuts = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    yield from (a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1)
    yield from (a + b[1:] for a, b in cuts if b)
    yield from (a + c + b for a, b in cuts for c in _LETTERS)
    yield from (a + c + b[1:] for a, b in cuts if b for c in _LETTERS)


def is_word(word: str, languages: Iterable[str]) -> bool:
    """Whether a dictionary at hand, of these languages or English, has the word."""
    return any(judge is not None and judge.knows(word) for judge in map(speller, {"en", *languages}))
