"""Figures that come back changed, or stand on nothing, in threads by independent writers: ``python -m tests.quality.figures [FILE…]``.

Each thread says which findings RULES.md wants, with the words that hold the figure. The second file of each language was looked at by nobody who wrote the rules.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from sendcheck.pipeline.engine import Job
from sendcheck.training.acts.evaluate import Score
from sendcheck.training.restated import FOLDER, LEARNT, mails, threads
from sendcheck.understanding.text import flat
from tests.quality.engines import engine

RULES = ("figure-changed", "figure-unsupported")


def findings(thread: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(rule, words, message) of what the rules find in a thread's reply."""
    parent, raw = mails(thread)
    for found in engine(RULES).check(Job(thread["id"], raw, parent=("parent.eml", parent))).findings:
        if found.rule in RULES:
            yield found.rule, flat(found.where.excerpt), found.message


def measure(file: str, told: bool = False) -> dict[str, Score]:
    """How well each rule finds what a file wants. ``told``: print what is missed and what is false."""
    scores = {rule: Score() for rule in RULES}
    for thread in threads(file):
        wanted = [(rule, flat(words)) for rule, words in thread["fires"]]
        for rule, words, message in findings(thread):
            right = next((one for one in wanted if one[0] == rule and (words in one[1] or one[1] in words)), None)
            scores[rule].add(True, right is not None)
            if right is not None:
                wanted.remove(right)
            elif told:
                print(f"false   {thread['id']} {rule}: {message}")
        for rule, words in wanted:
            scores[rule].add(False, True)
            if told:
                print(f"missed  {thread['id']} {rule}: {words}")
    return scores


def section() -> list[str]:
    """The section of docs/quality.md."""
    lines = [
        "## Figures\n",
        "Threads by independent writers (`sendcheck/training/figures`).\n",
        "| threads | rule | precision | recall | there |",
        "|---|---|---:|---:|---:|",
    ]
    for path in sorted(FOLDER.glob("*.yaml")):
        kind = "learnt from" if path.stem in LEARNT else "unseen"
        for rule, score in measure(path.stem).items():
            lines.append(f"| {path.stem}, {kind} | `{rule}` | {score.precision:.2f} | {score.recall:.2f} | {score.hit + score.missed} |")
    return [*lines, ""]


if __name__ == "__main__":
    for one in sys.argv[1:] or LEARNT:
        print(one, {rule: str(score) for rule, score in measure(one, told=True).items()})
