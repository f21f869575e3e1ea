"""How right the rules of tone, commitments and whole answers are, measured on writers whom nothing was tuned on (``tests/quality/acts.py`` writes the file)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("data") / "figures.json"
_LANGUAGES = {"en": "English", "nb": "Bokmål"}


def told_of(rule: str, path: Path = FILE) -> str:
    """One sentence on a rule, "" for one that was not measured so.

    Raises:
        OSError: the file is missing.
        ValueError, LookupError, TypeError: it is damaged.
    """
    data: dict[str, Any] = json.loads(path.read_text("utf-8"))
    known = data["rules"].get(rule)
    if not known:
        return ""
    parts = []
    for language, name in _LANGUAGES.items():
        if language in known and known[language]["there"]:
            one = known[language]
            right = f", and is right in {100 * one['precision']:.0f} of 100" if one["said"] else ""
            parts.append(f"in {name} it finds {100 * one['recall']:.0f} of 100 (of {one['there']}){right}")
    if not parts:
        return ""
    return f"On mail by {len(data['writers'])} writers whom nothing was tuned on: {'; '.join(parts)}. Few sentences: take it as a rough figure."
