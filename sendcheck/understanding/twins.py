"""Names of variables that are one slip apart."""

from __future__ import annotations

import re

from sendcheck.understanding.names import edits

#: Shorter names differ by a letter and mean it: date1, date2; to, ts.
_LONG = 5


def beginnings(path: str) -> list[str]:
    """A path and what it is part of, the whole last: ``order``, ``order.total``."""
    parts = path.split(".")
    return [".".join(parts[:n]) for n in range(1, len(parts) + 1)]


def slip(one: str, other: str) -> bool:
    """Whether one path (``order.total``) may be the other one misspelt: one edit apart in one name, and not told apart by a number or a plural."""
    a, b = one.split("."), other.split(".")
    if len(a) != len(b):
        return False
    differing = [(x, y) for x, y in zip(a, b, strict=True) if x != y]
    if len(differing) != 1:
        return False
    x, y = differing[0]
    if min(len(x), len(y)) < _LONG or re.sub(r"\d+", "", x) == re.sub(r"\d+", "", y):
        return False
    plural = x.rstrip("s") == y.rstrip("s") or x.rstrip("er") == y.rstrip("er")
    return not plural and edits(x.lower(), y.lower()) == 1
