"""One rewording of a sentence, built from the sentence itself, for the suggestion of a finding."""

from __future__ import annotations

import re
from collections.abc import Sequence

#: Characters of a sentence and what stands there instead.
Changes = Sequence[tuple[tuple[int, int], str]]
#: A longer sentence is not shown again.
_LONGEST = 160


def reworded(instead: str, text: str, changes: Changes, example: str = "") -> str:
    """*instead* with the sentence as it would then read; with the *example* where the sentence is too long.

    ``changes``: characters of *text* and what stands there instead.
    """
    for (start, end), words in sorted(changes, reverse=True):
        text = text[:start] + words + text[end:]
    return _shown(instead, text, example)


def mended(instead: str, text: str, pairs: Sequence[Sequence[str]], example: str = "") -> str:
    """*instead* with the sentence as the first pair that fits it (regular expression, replacement; case ignored) would have it; else with the *example*."""
    for expression, replacement in pairs:
        found, count = re.subn(expression, replacement, text, count=1, flags=re.I)
        if count:
            return _shown(instead, found, example)
    return instead + example


def _shown(instead: str, text: str, example: str) -> str:
    flat = " ".join(text.split())
    if len(flat) > _LONGEST or not flat:
        return instead + example
    return f"{instead}; for instance: “{flat[:1].upper()}{flat[1:]}”"
