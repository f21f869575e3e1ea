"""Comparing words without a parse: function words aside, forms and compounds of one word meet."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from sendcheck.data import language_file, languages_with

_STEM = 4
#: What is longer is no ending but the rest of a compound: “måler” and “målerstanden” are two things.
_LONGEST_ENDING = 4
_ENDINGS = re.compile(r"(?<=\w{4})(?:ene|en|et|er|ne|s|n|t|a)$")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


@cache
def function_words() -> frozenset[str]:
    """The function words of the languages that are read, in lower case."""
    return frozenset(w.lower() for lang in languages_with("clauses.toml") for w in language_file(lang, "function_words.toml")["words"])


def content(text: str) -> frozenset[str]:
    """The words of a text that carry its matter, in lower case."""
    return frozenset(w.lower() for w in _WORD.findall(text) if len(w) > 2 and w.lower() not in function_words())


@lru_cache(maxsize=2048)
def same_word(one: str, other: str) -> bool:
    """Whether two words, in lower case, are forms of one word, or one is the last part of the other (“vedlikeholdsside”, “siden”)."""
    if one == other:
        return True
    shorter = min(len(one), len(other))
    if shorter > _STEM and not one.isdigit():
        stem = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), shorter)
        if stem >= max(_STEM + 1, round(0.72 * shorter)) and max(len(one), len(other)) - stem <= _LONGEST_ENDING:
            return True
    longer, short = (one, other) if len(one) > len(other) else (other, one)
    stem_of = _ENDINGS.sub("", short)
    return len(stem_of) >= _STEM and len(longer) > len(short) + 2 and bool(re.search(rf"{re.escape(stem_of)}(?:ene|en|et|er|ne|s|n|t|a)?$", longer))
