"""Words that a language uses much: forms of its treebank (no names among them), and the list of frequent words by rank."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from sendcheck.understanding.clauses.pipeline import READ_AS, shipped


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


@cache
def frequent(language: str) -> dict[str, int]:
    """Frequent words in lower case with their rank, from 1; {} for a language without a list."""
    path = Path(__file__).parent.parent / "languages" / READ_AS.get(language, language) / "words" / "frequent.txt"
    return {word: rank for rank, word in enumerate(path.read_text("utf-8").split(), 1)} if path.is_file() else {}
