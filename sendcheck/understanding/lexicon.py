"""Words that a language uses much: forms of its treebank (no names among them), and the list of frequent words by rank."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from sendcheck.data import READ_AS
from sendcheck.understanding.clauses.pipeline import shipped


@cache
def common_words(language: str) -> frozenset[str]:
    """Forms seen in at least three documents of the treebank and their lemmas, in lower case; empty for a language without pipeline."""
    return frozenset[str]().union(*words_by_tag(language).values())


@cache
def words_by_tag(language: str) -> dict[str, frozenset[str]]:
    """The same words by universal part of speech (ADJ, ADV, AUX, NOUN, VERB); a word may stand under several."""
    path = shipped(READ_AS.get(language, language)) / "lemmas.json"
    if not path.is_file():
        return {}
    table: dict[str, dict[str, str]] = json.loads(path.read_text("utf-8"))
    return {tag: frozenset(word for pair in forms.items() for word in pair) for tag, forms in table.items()}


#: In a pipeline's folder: which prepositions a verb has, and which of them without a noun (“log in”).
PARTICLES = "particles.json"


@cache
def particles(language: str, kind: str) -> frozenset[tuple[str, str]]:
    """(verb, preposition) by lemma and form. ``kind``: ``alone`` (mostly without a noun of its own: “log in”) or ``seen`` (in any use)."""
    path = shipped(READ_AS.get(language, language)) / PARTICLES
    table: dict[str, list[str]] = json.loads(path.read_text("utf-8"))[kind] if path.is_file() else {}
    return frozenset((verb, word) for verb, words in table.items() for word in words)


_LANGUAGES = Path(__file__).parent.parent / "languages"
_LIST = "words/frequent.txt"
#: Questions after which a table has paid: making one takes as long as some hundreds of searches.
_FEW = 200


@cache
def frequent(language: str) -> dict[str, int]:
    """Frequent words in lower case with their rank, from 1; {} for a language without a list."""
    return {word: rank for rank, word in enumerate(_listed(READ_AS.get(language, language)).split(), 1)}


@cache
def _listed(language: str) -> str:
    """The list as a text, each word between line ends; "" if there is none."""
    path = _LANGUAGES / language / _LIST
    return f"\n{path.read_text('utf-8').strip()}\n" if path.is_file() else ""


@cache
def with_frequent() -> tuple[str, ...]:
    """The languages that have a list of frequent words, in alphabetical order."""
    return tuple(sorted(path.parent.parent.name for path in _LANGUAGES.glob(f"*/{_LIST}")))


class Ranks:
    """How frequent words are, for those who ask about few of them: a check that starts cold makes no table."""

    def __init__(self, language: str) -> None:
        """``language``: its code."""
        self._language, self._asked = language, 0

    def of(self, word: str) -> int | None:
        """The rank of a word in lower case, from 1; None if it is not listed."""
        self._asked += 1
        if self._asked > _FEW:
            return frequent(self._language).get(word)
        text = _listed(self._language)
        at = text.find(f"\n{word}\n")
        return None if at < 0 else text.count("\n", 0, at + 1)


@cache
def ranks(language: str) -> Ranks:
    """The one table of a language for everybody who asks about single words."""
    return Ranks(language)
