"""What apologises, and what only seems to (RULES.md, ruling 2). Any language's apology counts, whatever the mail's main language."""

from __future__ import annotations

import re
from functools import cache

from sendcheck.data import alternatives, language_file, languages_with
from sendcheck.data.sieve import Alternatives
from sendcheck.understanding.text import flat, unquoted

#: Characters around an apology that can take it back.
_BEFORE, _AFTER = 30, 60


@cache
def _pattern(key: str) -> Alternatives:
    return alternatives((p for language in languages_with("apologies.toml") for p in language_file(language, "apologies.toml")[key]), loose=True)


def mends() -> list[list[str]]:
    """How half apologies become whole ones, in all languages: [expression, replacement]."""
    return [pair for language in languages_with("apologies.toml") for pair in language_file(language, "apologies.toml")["mend"]]


def half(text: str) -> re.Match[str] | None:
    """Where a sentence apologises and takes it back: for an impression, with a “but”, for whatever may have been. Offsets are those of *text*."""
    line = unquoted(text)
    found = _pattern("half").search(line)
    return None if found is None or _pattern("whole").search(line) else found


def is_courtesy(text: str) -> bool:
    """Whether a half apology is no more than the line of courtesy in a notice (“we regret any inconvenience”)."""
    return _pattern("courtesy").search(flat(text)) is not None


def apologises(text: str) -> bool:
    """Whether a sentence apologises for the thing itself. Sympathy does not, nor an apology that takes itself back."""
    line = flat(text)
    if half(text) is not None:
        return False
    return any(not _pattern("no_apology").search(line[max(0, m.start() - _BEFORE) : m.end() + _AFTER]) for m in _pattern("apologies").finditer(line))
