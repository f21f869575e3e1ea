"""What models said of writers they had not seen: ``python -m sendcheck.training.acts.evaluate FILE.npz…``, by act and by rule, in each language."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sendcheck.acts.labels import LABELS
from sendcheck.training.acts.exchanges import Placed, read_all

#: The rules of tone and commitments, and the acts that set them off.
RULES: Mapping[str, tuple[str, ...]] = {
    "blame-colleague": ("blame-own",),
    "blame-recipient": ("blame-reader",),
    "blame-deflected": ("blame-deflected",),
    "non-apology": ("non-apology",),
    "hostile": ("hostile",),
    "internal-detail": ("internal",),
    "promise-absolute": ("promise-absolute",),
    "promise-undated": ("commit-empty", "commit-undated"),
    "promise-others": ("promise-others",),
}

Chances = np.ndarray[Any, np.dtype[np.float64]]


def read_predictions(paths: Sequence[Path]) -> dict[str, Chances]:
    """Probabilities of all acts, in the order of LABELS, by sentence; the mean over files that judge the same one."""
    found: dict[str, list[Chances]] = {}
    for path in paths:
        with np.load(path) as data:
            order = [list(data["labels"]).index(label) for label in LABELS]
            for key, odds in zip(data["keys"], data["odds"], strict=True):
                found.setdefault(str(key), []).append(1 / (1 + np.exp(-odds[order].astype(np.float64))))
    return {key: np.mean(many, axis=0) for key, many in found.items()}


class Score:
    """Hits, false alarms and misses."""

    def __init__(self) -> None:
        self.hit = self.false = self.missed = 0

    def add(self, said: bool, is_so: bool) -> None:
        self.hit += said and is_so
        self.false += said and not is_so
        self.missed += is_so and not said

    def include(self, other: Score) -> None:
        self.hit, self.false, self.missed = self.hit + other.hit, self.false + other.false, self.missed + other.missed

    @property
    def f1(self) -> float:
        return 2 * self.hit / max(1, 2 * self.hit + self.false + self.missed)

    def __str__(self) -> str:
        precision, recall = self.hit / max(1, self.hit + self.false), self.hit / max(1, self.hit + self.missed)
        return f"P {precision:.2f} R {recall:.2f} F1 {self.f1:.3f} (n {self.hit + self.missed})"


def score(sentences: Sequence[tuple[Placed, Chances]], acts: Sequence[str], cut: float) -> Score:
    """How well "one of these acts, at least so probable" finds the sentences that do one of them."""
    at = [LABELS.index(a) for a in acts]
    found = Score()
    for placed, chances in sentences:
        found.add(bool(chances[at].max() >= cut), any(a in placed.sentence.labels for a in acts))
    return found


def main(paths: list[str]) -> int:
    """See the module's docstring."""
    said = read_predictions([Path(p) for p in paths])
    for language in ("en", "nb"):
        everything = [(p, said[p.key]) for w in read_all() if w.language == language for p in w.placed() if p.key in said]
        if not everything:
            continue
        inside = [x for x in everything if x[0].inside]
        own = [x for x in everything if x[0].side == "us"]
        for name, part in (("inside mails", [x for x in inside if x[0].side == "us"]), ("alone", [x for x in own if not x[0].inside])):
            for cut in (0.5, 0.65, 0.8):
                pooled, best = Score(), []
                for rule, acts in RULES.items():
                    one = score(part, acts, cut)
                    pooled.include(one)
                    best.append(f"{rule} {one.f1:.2f}")
                print(f"{language}, {name}, rules at {cut}: {pooled}")
                if cut == 0.5:
                    print("   " + ", ".join(best))
        print(f"{language}, acts: " + ", ".join(f"{a} {score(everything, (a,), 0.5).f1:.2f}" for a in LABELS))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
