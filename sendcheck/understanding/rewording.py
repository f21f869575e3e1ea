"""One rewording of a sentence, built from the sentence itself, for the suggestion of a finding."""

from __future__ import annotations

from collections.abc import Sequence

#: A longer sentence is not shown again.
_LONGEST = 160


def reworded(instead: str, text: str, changes: Sequence[tuple[tuple[int, int], str]]) -> str:
    """*instead* with the sentence as it would then read; *instead* alone where the sentence is too long.

    ``changes``: characters of *text* and what stands there instead; what begins the sentence begins it in capitals.
    """
    for (start, end), words in sorted(changes, reverse=True):
        if not text[:start].strip(" \t\n\"'“„«(") and words:
            words = words[:1].upper() + words[1:]
        text = text[:start] + words + text[end:]
    flat = " ".join(text.split())
    if len(flat) > _LONGEST or not flat:
        return instead
    flat = flat[:1].upper() + flat[1:]
    return f"{instead}; for instance: “{flat}”"
