"""What tables of judged alarms share: how an alarm is named without its words, how a table is read, and how sure a share is."""

from __future__ import annotations

import hashlib
import math
from pathlib import Path

from sendcheck.pipeline.report import Finding


def key(identity: str, finding: Finding) -> tuple[str, str, str]:
    """What names an alarm: the mail, the rule, a digest of the words."""
    words = " ".join(finding.where.excerpt.lower().split())
    return identity, finding.rule, hashlib.sha256(words.encode()).hexdigest()[:12]


def rows(path: Path) -> list[list[str]]:
    """The lines of a table, cut at tabs, without its comments."""
    return [line.split("\t") for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]


def wilson(hits: int, total: int) -> str:
    """95 % interval of a share (Wilson 1927), in percent."""
    if not total:
        return "–"
    z, p = 1.96, hits / total
    middle = (p + z * z / (2 * total)) / (1 + z * z / total)
    half = z * math.sqrt(p * (1 - p) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    return f"{100 * max(0, middle - half):.1f}–{100 * min(1, middle + half):.1f} %"
