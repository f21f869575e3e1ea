"""What the sender once said is right for two people: told of in every report, asked about never again."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

from sendcheck.history.store import exists, reading, writing

Pair = tuple[str, str]


def ordered(pair: Pair) -> Pair:
    """A pair as it is kept: in lower case, in the order of the alphabet."""
    one, other = sorted((pair[0].strip().lower(), pair[1].strip().lower()))
    return one, other


def remember(path: Path, rule: str, pairs: Iterable[Pair], reason: str) -> int:
    """Keep that a rule's findings about these pairs are right as they are; how many were kept. Raises HistoryError."""
    rows = [(rule, *ordered(pair), reason, int(time.time())) for pair in pairs]
    with writing(path) as db:
        db.executemany(
            "INSERT INTO allowed VALUES (?, ?, ?, ?, ?) ON CONFLICT (rule, one, other) DO UPDATE SET reason = excluded.reason, time = excluded.time", rows
        )
    return len(rows)


def take_back(path: Path, rule: str, pair: Pair) -> bool:
    """Forget what is kept of a pair; whether there was anything. Raises HistoryError."""
    with writing(path) as db:
        return bool(db.execute("DELETE FROM allowed WHERE rule = ? AND one = ? AND other = ?", (rule, *ordered(pair))).rowcount)


def remembered(path: Path) -> list[tuple[str, str, str, str, int]]:
    """(rule, one, other, reason, when) of all that is kept. Raises HistoryError."""
    if not exists(path):
        return []
    with reading(path) as db:
        return list(db.execute("SELECT * FROM allowed ORDER BY rule, one, other"))
