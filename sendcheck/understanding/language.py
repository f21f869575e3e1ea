"""Which language a text is in: by its function words and letters, and, where few of them leave doubt, by how frequent its words are in each language.

A function word counts the more the fewer languages share it; letters that only some languages have count too.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from sendcheck.data import language_file, languages_with
from sendcheck.understanding.leaning import leaning

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
#: A rival of another family with more than this share of the best score leaves doubt.
_RIVAL_LONG, _RIVAL = 0.75, 0.5
#: How clearly words must lean to a language (see :mod:`sendcheck.understanding.leaning`), and how many of them its list must have, to settle a doubt;
#: and how clearly those of a sentence, to be in another language than the text around it.
_LEANS, _KNOWN, _SWITCHES = 2.5, 0.5, 7.0
#: Compounds and names are in no list: fewer known words do where those speak more clearly.
_FEW_KNOWN, _COMPOUNDS = 0.3, 12.0
#: What may stand before “I” on its line where it goes on with a sentence: there only English writes it so.
_GOES_ON = re.compile(r"[\w,;'’][ \t]+$")
#: Addresses, links and paths are in no language.
_COORDINATE = re.compile(r"(?<!\S)\S*(?:://|@|www\.|\w\.\w|\w/\w|\w_\w|\d)\S*")
#: On equal scores the more widely written one.
_ORDER = ("en", "nb", "nn", "da", "sv", "other")


@cache
def _function_words() -> dict[str, tuple[tuple[str, float], ...]]:
    """Word to (language, weight): the weight is shared among the languages that have the word."""
    found: dict[str, list[str]] = {}
    for lang in languages_with("function_words.toml"):
        for word in set(language_file(lang, "function_words.toml")["words"]):
            found.setdefault(word, []).append(lang)
    return {word: _shared(tuple(langs)) for word, langs in found.items()} | {"I": _shared(("en",))}


@cache
def _shared(languages: tuple[str, ...]) -> tuple[tuple[str, float], ...]:
    return tuple((language, len(languages) ** -0.7) for language in languages)


@lru_cache(maxsize=256)  # the same text is asked about for the mail, for the piece and for its only paragraph
def detect(text: str, few: int = FEW_WORDS) -> str | None:
    """``en``, ``nb``, ``nn``, ``da``, ``sv`` or ``other``; None where the text is too short to tell. ``few``: how many words it must have."""
    text = _COORDINATE.sub(" ", text[:_LONGEST])
    words = _words(text)
    if len(words) < few:
        return None
    if _foreign_script(words):
        return "other"
    scores, hits = _scores(words)
    best = max(_ORDER, key=lambda lang: (scores[lang], -_ORDER.index(lang)))
    long = len(words) >= _ENOUGH
    enough = bool(scores[best]) and hits[best] / len(words) >= (_SHARE_LONG if long else _SHARE_SHORT)
    rival = max((scores[lang] for lang in _ORDER[:-1] if family(lang) != family(best)), default=0.0)
    if best != "other" and enough and rival <= (_RIVAL_LONG if long else _RIVAL) * scores[best]:
        return best
    if best == "other" and enough and _alone(words) >= _FEW_HITS:
        return best if long or rival <= _RIVAL * scores[best] else None
    lean = leaning(w.lower() for w in _words(text, names=False))
    if lean.margin >= _LEANS and (lean.known >= _KNOWN or (lean.margin >= _COMPOUNDS and lean.known >= _FEW_KNOWN)):
        return _of_family(lean.language, scores)
    if best == "other" or not enough:
        return "other" if long else None
    return best if rival < scores[best] - 1e-9 and (long or not rival) else None


def _words(text: str, *, names: bool = True) -> list[str]:
    """The words in lower case, but for “I” where only English writes it so; what shouts among other words (“IT” is no “it”) is left out.
    ``names``: also those that are capitalised where a sentence goes on.
    """
    found = list(_WORD.finditer(text))
    shouted = sum(m.group().isupper() for m in found) * 2 > len(found)
    words = []
    for match in found:
        word = match.group()
        goes_on = word[0].isupper() and _GOES_ON.search(text[max(0, match.start() - 4) : match.start()]) is not None
        if goes_on and not names:
            continue
        if word == "I":
            words.append(word if goes_on else "i")
        elif shouted or len(word) == 1 or not word.isupper():
            words.append(word.lower().replace("’", "'"))
    return words


def _scores(words: list[str]) -> tuple[dict[str, float], Counter[str]]:
    """What the words' function words and letters say for each language, and how many function words of it there are."""
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
    return scores, hits


def _alone(words: Iterable[str]) -> int:
    """How many of the words are function words of languages that are not read, and of no other."""
    known = _function_words()
    return sum(all(language == "other" for language, _weight in known[word]) for word in words if word in known)


def _of_family(language: str, scores: Mapping[str, float]) -> str:
    """The likeliest one of the languages whose speakers read each other: function words tell them apart."""
    return max((lang for lang in _ORDER if family(lang) == family(language)), key=lambda lang: (scores.get(lang, 0.0), lang == language))


@lru_cache(maxsize=1024)
def of_sentence(text: str, around: str) -> str:
    """The language of a sentence in a text that is in *around*: that one, unless its words clearly are of another family."""
    if around not in _ORDER[:-1]:
        return around
    words = _words(_COORDINATE.sub(" ", text), names=False)
    if len(words) < FEW_WORDS:
        return around
    scores, _hits = _scores(words)
    own = max(scores[lang] for lang in _ORDER[:-1] if family(lang) == family(around))
    rival = max(scores[lang] for lang in _ORDER[:-1] if family(lang) != family(around))
    if rival <= own:
        return around
    lean = leaning(w.lower() for w in words)
    clear = lean.margin >= _SWITCHES and lean.known >= _KNOWN and family(lean.language) != family(around)
    return _of_family(lean.language, scores) if clear else around


def is_foreign(text: str) -> bool:
    """Whether a text shows by its own words or letters that it is in none of the languages read: “other” alone may just be code or a list."""
    words = [w.lower() for w in _WORD.findall(text[:_LONGEST])]
    if not words or _foreign_script(words):
        return bool(words)
    known = _function_words()
    alone = _alone(words)
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
