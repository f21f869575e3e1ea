"""Common words of a language: forms seen in at least three documents of its treebank, with their lemmas (names are not among them)."""

from __future__ import annotations

import json
from functools import cache

from sendcheck.understanding.clauses.pipeline import READ_AS, shipped


@cache
def common_words(language: str) -> frozenset[str]:
    """Forms and lemmas in lower case; empty for a language without pipeline."""
    path = shipped(READ_AS.get(language, language)) / "lemmas.json"
    if not path.is_file():
        return frozenset()
    table: dict[str, dict[str, str]] = json.loads(path.read_text("utf-8"))
    return frozenset(word for forms in table.values() for pair in forms.items() for word in pair)
