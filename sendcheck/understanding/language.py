"""Which language a text is in, by its function words: enough to know whether language rules may speak."""

from __future__ import annotations

import re
from functools import cache

from sendcheck.data import language_file, languages_with

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
#: Fewer words than this say nothing about a language.
FEW_WORDS = 4
#: A text of so many words shows its language by a fourth of function words; a shorter one may have fewer.
_ENOUGH = 12
_SHARE_LONG, _SHARE_SHORT = 0.25, 0.12


@cache
def _function_words() -> dict[str, frozenset[str]]:
    return {lang: frozenset(language_file(lang, "function_words.toml")["words"]) for lang in languages_with("function_words.toml")}


def detect(text: str) -> str | None:
    """``en``, ``nb``, ``nn``, ``da``, ``sv`` or ``other``; None where the text is too short to tell."""
    words = [w.lower() for w in _WORD.findall(text[:20_000])]
    if len(words) < FEW_WORDS:
        return None
    scores = {lang: sum(w in known for w in words) for lang, known in _function_words().items()}
    best = max(scores, key=lambda lang: (scores[lang], lang == "en", lang == "nb"))
    long = len(words) >= _ENOUGH
    if scores[best] / len(words) < (_SHARE_LONG if long else _SHARE_SHORT):
        return "other" if long else None
    return best


def languages_of(texts: list[str]) -> tuple[str, ...]:
    """The languages of several texts, the longest text's first."""
    found: dict[str, int] = {}
    for text in texts:
        language = detect(text)
        if language:
            found[language] = found.get(language, 0) + len(text)
    return tuple(sorted(found, key=lambda lang: -found[lang]))
