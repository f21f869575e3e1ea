"""The labelled sentences: precision and recall, on the lines that were looked at and on those that were not.

``python -m tests.quality.labelled [RULE …] [--unseen]`` prints what is wrong among the seen lines (or, at the very end, the unseen ones).
"""

from __future__ import annotations

import hashlib
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sendcheck.pipeline.engine import Job
from sendcheck.testing import build
from tests.quality.engines import engine

FOLDER = Path(__file__).parent / "labelled"
#: Written when the patterns were done, and measured only.
AFTERWARDS = Path(__file__).parent / "afterwards"
_GENERAL = {"spelling"}


@dataclass(frozen=True, slots=True)
class Line:
    """One labelled text. ``asked``: the mail it answers; ``seen``: it may be looked at when a rule is changed."""

    rule: str
    language: str
    fires: bool
    text: str
    asked: str | None
    number: int

    @property
    def seen(self) -> bool:
        """Two thirds, by a hash of its words, so that a line never changes sides."""
        digest = hashlib.sha256(f"{self.asked}|{self.text}".encode()).digest()
        return digest[0] % 2 == 0 or digest[1] % 3 == 0


def lines(rule: str = "*", folder: Path = FOLDER) -> Iterator[Line]:
    """All lines of the rule's files."""
    for path in sorted(folder.glob(f"{rule}.*.txt")):
        slug, language, _ = path.name.split(".")
        for number, row in enumerate(path.read_text("utf-8").splitlines(), 1):
            if row[:2] not in {"+ ", "- "}:
                continue
            text = row[2:].replace("\\n", "\n")
            asked, separator, own = text.partition(" || ")
            yield Line(slug, language, row[0] == "+", own if separator else text, asked if separator else None, number)


def job(line: Line) -> Job:
    """The mail around a line: an answer from inside to one reader outside."""
    hello, bye = ("Hei Kari,", "Vennlig hilsen\nOla") if line.language == "nb" else ("Hi Kari,", "Kind regards\nOla")
    raw = build({"own": f"{hello}\n\n{line.text}\n\n{bye}\n", "subject": "Re: The plan"})
    parent = (
        build({"from": "Kari Holm <kari.holm@nordbank.example>", "to": "Ola Nordmann <ola@inside.example>", "own": f"{line.asked}\n"}) if line.asked else None
    )
    return Job(f"{line.rule}.{line.language}:{line.number}", raw, parent=("parent.eml", parent) if parent else None)


def fires(line: Line) -> bool:
    """Whether the rule fires on the line."""
    profile = None if line.rule in _GENERAL else "complaint-reply"
    report = engine((line.rule,), profile).check(job(line))
    assert not any(f.rule == "check-crashed" for f in report.findings), [f.message for f in report.findings]
    return any(f.rule == line.rule for f in report.findings)


@dataclass(slots=True)
class Score:
    """Counts of one rule and language."""

    hit: int = 0
    missed: int = 0
    false: int = 0
    quiet: int = 0

    def add(self, line: Line, fired: bool) -> None:
        """Count one line."""
        if line.fires:
            self.hit += fired
            self.missed += not fired
        else:
            self.false += fired
            self.quiet += not fired

    def include(self, other: Score) -> None:
        """Add another's counts."""
        self.hit += other.hit
        self.missed += other.missed
        self.false += other.false
        self.quiet += other.quiet


def scores(folder: Path = FOLDER) -> dict[tuple[str, str, bool], Score]:
    """(rule, language, seen) to its score."""
    found: dict[tuple[str, str, bool], Score] = {}
    for line in lines(folder=folder):
        found.setdefault((line.rule, line.language, line.seen), Score()).add(line, fires(line))
    return found


def main() -> None:
    """Print what is wrong."""
    arguments = [a for a in sys.argv[1:] if not a.startswith("--")]
    seen = "--unseen" not in sys.argv
    for rule in arguments or ["*"]:
        totals: Counter[tuple[str, str]] = Counter()
        wrong: Counter[tuple[str, str]] = Counter()
        for line in lines(rule):
            if line.seen is not seen and "--all" not in sys.argv:
                continue
            totals[line.rule, line.language] += 1
            if fires(line) is not line.fires:
                wrong[line.rule, line.language] += 1
                if "--quiet" not in sys.argv:
                    print(f"{'missed' if line.fires else 'FALSE '} {line.rule}.{line.language}:{line.number} {line.asked or ''} || {line.text}")
        for key, count in totals.items():
            print(f"{'.'.join(key)}: {count - wrong[key]}/{count}")


if __name__ == "__main__":
    main()
