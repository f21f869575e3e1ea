"""Makes a model's scores probabilities, and chooses from where on an act is likely and sure: ``python -m sendcheck.training.acts.calibrate``.

By writers that it did not learn from, and that no figure is told on. Platt's scaling for each act (Platt 1999), drawn to the scaling of all acts together
where there are few; written into the model's ``reading.json``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sendcheck.acts.labels import FAULTY
from sendcheck.acts.model import FOLDER, Model
from sendcheck.training.acts import real
from sendcheck.training.acts.exchanges import read_one
from sendcheck.training.acts.split import CALIBRATION
from sendcheck.training.acts.windows import Mail, mails

Floats = np.ndarray[Any, np.dtype[np.float64]]
#: Precision wanted where an act is sure, and the least where it is likely.
_SURE, _LIKELY = 0.92, 0.72
_STEPS = np.round(np.arange(0.2, 1.0, 0.01), 2)
#: How much the scaling of all acts counts beside that of one: as so many sentences.
_PRIOR = 40.0


def scaling(odds: Floats, is_so: Floats, towards: tuple[float, float], prior: float) -> tuple[float, float]:
    """(slope, shift) that make log odds calibrated: logistic regression by Newton's method, drawn towards a given one."""
    at = np.array(towards)
    start = at.copy()
    x = np.stack([odds, np.ones_like(odds)], 1)
    for _ in range(50):
        chance = 1 / (1 + np.exp(-x @ at))
        slope = x.T @ (chance - is_so) + prior * (at - start)
        curve = (x * (chance * (1 - chance))[:, None]).T @ x + prior * np.eye(2) + 1e-6 * np.eye(2)
        step = np.linalg.solve(curve, slope)
        at = at - step
        if np.abs(step).max() < 1e-6:
            break
    return float(at[0]), float(at[1])


def cuts(chances: Floats, is_so: Floats) -> tuple[float, float]:
    """(sure, likely): the lowest probability from which on an act is right as often as wanted; likely is the best F1 among those."""
    sure, likely, best = 0.99, 0.99, -1.0
    for cut in _STEPS[::-1]:
        said = chances >= cut
        if not said.any():
            continue
        hit = float(is_so[said].sum())
        precision = hit / said.sum()
        if precision >= _SURE and said.sum() >= 5:
            sure = float(cut)
        f1 = 2 * hit / (said.sum() + is_so.sum())
        if precision >= _LIKELY and f1 > best:
            likely, best = float(cut), f1
    return max(sure, likely), likely


def gathered(model: Model, found: Sequence[Mail]) -> tuple[Floats, Floats, Floats]:
    """(sentences, acts) of log odds, of what is so, and (sentences) whether it is own text."""
    odds, wanted, own = [], [], []
    for mail in found:
        for line, told in zip(mail.lines, model.odds([x.text for x in mail.lines], mail.side), strict=True):
            if told and line.weight:
                odds.append(told)
                wanted.append([float(label in line.labels) for label in model.labels])
                own.append(float(mail.side == "us"))
    return np.array(odds), np.array(wanted), np.array(own)


def main() -> None:
    """See the module's docstring."""
    take = argparse.ArgumentParser(description=__doc__)
    take.add_argument("writers", nargs="*", default=CALIBRATION)
    take.add_argument("--model", type=Path, default=FOLDER)
    take.add_argument("--data", type=Path, help="the unpacked corpora: labelled real sentences that no model learnt from count for the cuts too")
    given = take.parse_args()
    model = Model(given.model)
    found = [mail for writer in given.writers for mail in mails(read_one(writer))]
    found += [mail for corpus, (_, learnt) in real.CORPORA.items() if given.data and not learnt for mail in real.mails(corpus, given.data)]
    odds, is_so, own = gathered(model, found)
    of_all = scaling(odds.ravel(), is_so.ravel(), (1.0, 0.0), 0.0)
    told = json.loads((given.model / "reading.json").read_text("utf-8"))
    for at, label in enumerate(model.labels):
        slope, shift = scaling(odds[:, at], is_so[:, at], of_all, _PRIOR)
        told["calibration"][label] = [round(slope, 4), round(shift, 4)]
        chances = np.round(1 / (1 + np.exp(-(odds[:, at] * slope + shift))), 2)
        # Only own text is held against anybody.
        part = own > 0 if label in FAULTY else own >= 0
        told["cuts"][label] = list(cuts(chances[part], is_so[part, at]))
        said = chances[part] >= told["cuts"][label][1]
        hit = is_so[part, at][said].sum()
        print(f"{label:18} slope {slope:.2f} shift {shift:+.2f}  sure {told['cuts'][label][0]:.2f} likely {told['cuts'][label][1]:.2f}  "
              f"precision {hit / max(1, said.sum()):.2f} recall {hit / max(1.0, is_so[part, at].sum()):.2f}")  # fmt: skip
    (given.model / "reading.json").write_text(json.dumps(told, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
