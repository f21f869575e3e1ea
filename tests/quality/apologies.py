"""`apology-missing` against labelled turns of TweetSumm's agents: ``python -m tests.quality.apologies`` prints what disagrees, by dialogue and turn."""

from __future__ import annotations

import json
import re
from pathlib import Path

from sendcheck.pipeline.engine import Job
from sendcheck.testing import build
from tests.quality.corpora import unpacked
from tests.quality.engines import engine

LABELS = Path(__file__).parent / "tweetsumm_apology.tsv"
RULE = "apology-missing"


def labels() -> list[tuple[str, int, bool]]:
    """(dialogue, turn, whether it apologises)."""
    rows = [line.split("\t") for line in LABELS.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return [(row[0], int(row[1]), row[2] == "1") for row in rows]


def measure() -> tuple[int, int, list[str]]:
    """(turns on which rule and label agree, turns, those that disagree)."""
    texts = {}
    for row in (unpacked("derived") / "tweetsumm_dev.jsonl").read_text("utf-8").splitlines():
        data = json.loads(row)
        texts[str(data["id"])] = [text for _who, text in data["turns"]]
    run = engine((RULE,), "complaint-reply")
    wrong = []
    rows = labels()
    for dialogue, turn, apologises in rows:
        own = re.sub(r"https?://\S+|@\w+", "", texts[dialogue][turn]).strip()
        report = run.check(Job(dialogue, build({"own": f"{own}\n"})))
        missing = any(f.rule == RULE for f in report.findings)
        if missing is apologises:
            wrong.append(f"{dialogue}:{turn} {'apologises, but is called missing' if apologises else 'does not apologise, and is let through'}")
    return len(rows) - len(wrong), len(rows), wrong


def main() -> None:
    """Print the disagreements and the share."""
    right, total, wrong = measure()
    print(*wrong, sep="\n")
    print(f"{right} of {total} agree ({100 * right / total:.1f} %)")


if __name__ == "__main__":
    main()
