"""YAML with its places: the nodes of a text, or what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Broken:
    """Why a text is no YAML, where that shows, and where what is wrong with it began (offsets; the same where the parser tells one only)."""

    why: str
    at: int
    opened: int


def compose(text: str) -> tuple[Any, Broken | None]:
    """(the root node of PyYAML, or None if there is nothing; what is wrong)."""
    import yaml

    try:
        return yaml.compose(text, Loader=yaml.SafeLoader), None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = mark.index if mark else 0
        return None, Broken(error.problem or error.context or "syntax error", at, error.context_mark.index if error.context_mark else at)
    except (yaml.YAMLError, RecursionError) as error:
        return None, Broken(" ".join(str(error).split())[:80], 0, 0)
