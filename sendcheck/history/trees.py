"""A boosted model as data, evaluated in a few lines: sums of small decision trees. Trained by :mod:`sendcheck.training.recipients`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Trees:
    """``signs``: names of the inputs; ``trees``: each (feature, threshold, left, right) by node, leaves as (-1, value, 0, 0); ``cuts``: scores by name;
    ``text``: how much a recipient's fit to the text counts.
    """

    signs: tuple[str, ...]
    trees: tuple[tuple[tuple[int, float, int, int], ...], ...]
    cuts: Mapping[str, float]
    text: float = 0.0

    def score(self, row: Sequence[float]) -> float:
        """Log odds that somebody does not belong."""
        total = 0.0
        for tree in self.trees:
            feature, value, left, right = tree[0]
            while feature >= 0:
                feature, value, left, right = tree[left if row[feature] <= value else right]
            total += value
        return total

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Trees:
        """From the shape that :meth:`data` gives."""
        trees = tuple(tuple((int(f), float(v), int(left), int(right)) for f, v, left, right in tree) for tree in data["trees"])
        return cls(tuple(data["signs"]), trees, dict(data["cuts"]), float(data.get("text", 0.0)))

    def data(self) -> dict[str, Any]:
        """As plain lists, for a file."""
        return {"signs": list(self.signs), "cuts": dict(self.cuts), "text": self.text, "trees": [[list(node) for node in tree] for tree in self.trees]}


@cache
def shipped() -> Trees:
    """The model that sendcheck ships."""
    return Trees.of(json.loads((files("sendcheck.history") / "recipients.json").read_text("utf-8")))
