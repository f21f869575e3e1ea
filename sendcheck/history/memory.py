"""What the sender once said is right for two people: told of in every report, asked about never again."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

from sendcheck.history.store import open_writing, speaking, transaction

Pair = tuple[str, str]


def ordered(pair: Pair) -> Pair:
    """A pair as it is kept: in lower case, in the order of the alphabet."""
    one, other = sorted((pair[0].strip().lower(), pair[1].strip().lower()))
    return one, other


def remember(path: Path, rule: str, pairs: Iterable[Pair], reason: str) -> int:
    """Keep that a rule's findings about these pairs are right as they are; how many were new. Raises HistoryError."""
    db = open_writing(path)
    try:
        with speaking(path), transaction(db):
            before = db.total_changes
            rows = [(rule, *ordered(pair), reason, int(time.time())) for pair in pairs]
            db.executemany("INSERT INTO allowed VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET reason = excluded.reason, time = excluded.time", rows)
            return db.total_changes - before
    finally:
        db.close()
