"""The numbers and letters that sentences bear: of their list item, or in words (“ad 2:”, “to point 3”)."""

from __future__ import annotations

from sendcheck.checkapi import Sentence, pattern
from sendcheck.understanding.text import flat


def labels(sentence: Sentence) -> frozenset[str]:
    """All of a sentence."""
    if len(sentence.text.split()) < 2:
        return frozenset()
    found = [sentence.label] if sentence.label else []
    for match in pattern(__package__, "label").finditer(flat(sentence.text)):
        found += [group.lower() for group in match.groups() if group]
    return frozenset(found)
