"""Which language a text is in, by its function words and letters: enough, on short texts too, to know whether language rules may speak.

A word counts the more the fewer languages share it; letters that only some languages have count too.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from functools import cache, lru_cache

from sendcheck.data import language_file, languages_with

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
#: Fewer words than this say nothing about a language, unless asked for.
FEW_WORDS = 3
#: A text of so many words shows its language by a fourth of function words; a shorter one may have fewer.
_ENOUGH = 12
_SHARE_LONG, _SHARE_SHORT = 0.22, 0.12
_LONGEST = 20_000
#: Fewer function words than this make a short text no foreign one.
_FEW_HITS = 2
#: Letters and what languages have them; a word with one counts for these.
_LETTERS = {"æ": ("nb", "nn", "da"), "ø": ("nb", "nn", "da"), "å": ("nb", "nn", "da", "sv"), "ä": ("sv", "other"), "ö": ("sv", "other")}
_LETTER_WEIGHT = 0.35
_OTHER_LETTERS = frozenset("ßñçãõłąęśżźćńšžčřůőűğışâêîôûëïœ")
#: On equal scores the more widely written one.
_ORDER = ("en", "nb", "nn", "da", "sv", "other")


@cache
def _function_words() -> dict[str, tuple[tuple[str, float], ...]]:
    """Word to (language, weight): the weight is shared among the languages that have the word."""
    found: dict[str, list[str]] = {}
    for lang in languages_with("function_words.toml"):
        for word in set(language_file(lang, "function_words.toml")["words"]):
            found.setdefault("I" if word == "i" and lang == "en" else word, []).append(lang)
    return {word: _shared(tuple(langs)) for word, langs in found.items()}


@cache
def _shared(languages: tuple[str, ...]) -> tuple[tuple[str, float], ...]:
    return tuple((language, len(languages) ** -0.7) for language in languages)


@lru_cache(maxsize=256)  # the same text is asked about for the mail, for the piece and for its only paragraph
def detect(text: str, few: int = FEW_WORDS) -> str | None:
    """``en``, ``nb``, ``nn``, ``da``, ``sv`` or ``other``; None where the text is too short to tell. ``few``: how many words it must have."""
    found = _WORD.findall(text[:_LONGEST])
    shouted = sum(w.isupper() for w in found) * 2 > len(found)
    # “IT” is no “it”, and only English writes “I”.
    words = [w if w == "I" else w.lower().replace("’", "'") for w in found if shouted or not (w.isupper() and len(w) > 1)]
    if len(words) < few:
        return None
    if _foreign_script(words):
        return "other"
    known = _function_words()
    scores: defaultdict[str, float] = defaultdict(float)
    hits: Counter[str] = Counter()
    for word in words:
        for language, weight in known.get(word, ()):
            scores[language] += weight
            hits[language] += 1
        if word.isascii():
            continue
        for letter, languages in _LETTERS.items():
            if letter in word:
                for language in languages:
                    scores[language] += _LETTER_WEIGHT
        if not _OTHER_LETTERS.isdisjoint(word):
            scores["other"] += 0.5
    best = max(_ORDER, key=lambda lang: (scores[lang], -_ORDER.index(lang)))
    long = len(words) >= _ENOUGH
    if best == "other" and not long and (hits["other"] < _FEW_HITS or any(hits[lang] for lang in _ORDER[:-1])):
        ours = max(_ORDER[:-1], key=lambda lang: (scores[lang], -_ORDER.index(lang)))
        if not hits[ours]:
            return None  # a name or a single word says nothing
        best = ours
    rivals = [lang for lang in _ORDER if lang not in (best, "other") and abs(scores[lang] - scores[best]) < 1e-9]
    if not long and any(family(lang) != family(best) for lang in rivals):
        return None
    if hits[best] / len(words) < (_SHARE_LONG if long else _SHARE_SHORT) or not scores[best]:
        return "other" if long else None
    return best


def is_foreign(text: str) -> bool:
    """Whether a text shows by its own words or letters that it is in none of the languages read: “other” alone may just be code or a list."""
    words = [w.lower() for w in _WORD.findall(text[:_LONGEST])]
    if not words or _foreign_script(words):
        return bool(words)
    known = _function_words()
    alone = sum(all(lang == "other" for lang, _weight in known[w]) for w in words if w in known)
    ours = Counter(lang for w in words for lang, _weight in known.get(w, ()) if lang != "other")
    return alone / len(words) >= _SHARE_SHORT and alone > 2 * max(ours.values(), default=0)


def family(language: str) -> str:
    """Languages whose speakers read each other: the Scandinavian ones count as one."""
    return "scandinavian" if language in {"nb", "nn", "da", "sv"} else language


def _foreign_script(words: list[str]) -> bool:
    """Whether most words are not in Latin letters."""
    strange = sum(1 for w in words if not w[0].isascii() and not unicodedata.name(w[0], "LATIN").startswith("LATIN"))
    return strange * 2 > len(words)


def languages_of(texts: list[str]) -> tuple[str, ...]:
    """The languages of several texts, the longest text's first."""
    found: dict[str, int] = {}
    for text in texts:
        language = detect(text)
        if language:
            found[language] = found.get(language, 0) + len(text)
    return tuple(sorted(found, key=lambda lang: -found[lang]))
