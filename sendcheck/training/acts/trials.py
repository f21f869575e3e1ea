"""Smaller trainings that say what the model needs next: ``python -m sendcheck.training.acts.trials [NAME…]``, and ``--draw`` for the picture.

Each learns for one pass and is measured on the writers that calibrate, inside their mails: micro F1 over the acts of tone and commitments, at the one
threshold that is best for it. So the figures compare trials with one another; they are no figures of the shipped model. Kept in ``docs/acts-trials.json``.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch

from sendcheck.acts.labels import LABELS
from sendcheck.training.acts import base as bases
from sendcheck.training.acts.evaluate import RULES
from sendcheck.training.acts.exchanges import is_inside, read_all, read_one
from sendcheck.training.acts.network import loaded, tensors
from sendcheck.training.acts.split import APART, CALIBRATION
from sendcheck.training.acts.windows import Windows, batches, mails

_DOCS = Path(__file__).parents[3] / "docs"
FOUND, PICTURE = _DOCS / "acts-trials.json", _DOCS / "acts-learning-curve.svg"
_TOKENS = 4_000
#: Name: what part of the writers is learnt from, and what else the training is told.
TRIALS: Mapping[str, tuple[float, Sequence[str]]] = {
    "a sixth of the writers": (1 / 6, ()),
    "half of the writers": (0.5, ()),
    "all writers": (1.0, ()),
    "a sixth, each sentence alone": (1 / 6, ("--context", "none")),
    "a sixth, with the sentence before": (1 / 6, ("--context", "before")),
    "a sixth, 12 layers": (1 / 6, ("--layers", "12")),
    "a sixth, 4 layers": (1 / 6, ("--layers", "4")),
}
_CURVE = tuple(TRIALS)[:3]


def chosen(share: float) -> list[str]:
    """So large a part of the writers that are learnt from, as many of each language, always the same."""
    every = sorted(w.writer for w in read_all() if w.writer not in APART)
    found = []
    for language in ("en", "nb"):
        own = [writer for writer in every if writer.startswith(language)]
        np.random.default_rng(7).shuffle(own)
        found += own[: round(share * len(own))]
    return found


def f1(trained: Path) -> float:
    """Of a trained file: micro F1 over the rules' acts in own text inside the calibrating writers' mails, at its best threshold."""
    told = torch.load(trained, map_location="cpu", weights_only=True)
    base = bases.load()
    network = loaded(told["state"], base)
    made = Windows(bases.tokenizer(base.pieces, base.unknown), base.begin, base.end, told["context"])
    own = [m for writer in CALIBRATION for m in mails(read_one(writer)) if m.side == "us" and is_inside(m.lines[0].key)]
    wanted_acts = [LABELS.index(act) for acts in RULES.values() for act in acts]
    chances, is_so = [], []
    with torch.no_grad():
        for batch in batches([w for mail in own for w in made.of(mail)], _TOKENS):
            acts, _marks, _mail = network(*tensors(batch, base.pad))
            chances.append(torch.sigmoid(acts.float()).numpy()[:, wanted_acts])
            is_so.append(np.array([[LABELS[at] in line.labels for at in wanted_acts] for window in batch for line in window.lines]))
    chance, so = np.concatenate(chances), np.concatenate(is_so)
    return max(2 * float((so & (chance >= cut)).sum()) / float(so.sum() + (chance >= cut).sum()) for cut in np.arange(0.1, 0.9, 0.02))


def run(name: str, rest: Sequence[str]) -> dict[str, float]:
    """Train and measure one. ``rest``: passed on to the training (``--data FOLDER``)."""
    share, arguments = TRIALS[name]
    writers = chosen(share)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "trial.pt")
        train = [sys.executable, "-m", "sendcheck.training.acts.train", "--out", str(out), "--epochs", "1", "--only", *writers, *arguments, *rest]
        subprocess.run(train, check=True)
        return {"writers": len(writers), "sentences": sum(len(list(read_one(w).placed())) for w in writers), "f1": round(f1(out), 3)}


def picture(found: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    """The learning curve as SVG: sentences learnt from against F1."""
    points = [(found[name]["sentences"], found[name]["f1"]) for name in _CURVE if name in found]
    widest = max(x for x, _ in points)
    low, high = min(y for _, y in points) - 0.03, max(y for _, y in points) + 0.03

    def place(x: float, y: float) -> tuple[float, float]:
        return 60 + 500 * x / widest, 260 - 220 * (y - low) / (high - low)

    yield '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 620 320" font-family="sans-serif" font-size="13">'
    yield "<title>F1 against the number of sentences learnt from</title>"
    yield '<path d="M60 30V260H580" fill="none" stroke="#888"/>'
    yield f'<polyline fill="none" stroke="#1f6f8b" stroke-width="2" points="{" ".join("{:.0f},{:.0f}".format(*place(*p)) for p in points)}"/>'
    for x, y in points:
        across, down = place(x, y)
        yield f'<circle cx="{across:.0f}" cy="{down:.0f}" r="4" fill="#1f6f8b"/>'
        yield f'<text x="{across:.0f}" y="{down - 10:.0f}" text-anchor="middle">{y:.2f}</text>'
        yield f'<text x="{across:.0f}" y="280" text-anchor="middle">{x / 1000:.0f},000</text>'
    yield '<text x="320" y="305" text-anchor="middle">sentences learnt from</text>'
    yield '<text x="20" y="150" text-anchor="middle" transform="rotate(-90 20 150)">F1, writers left out</text>'
    yield "</svg>"


def main() -> None:
    """See the module's docstring."""
    take = argparse.ArgumentParser(description=__doc__)
    take.add_argument("names", nargs="*", default=list(TRIALS), metavar="NAME", help=f"one of: {', '.join(TRIALS)}")
    take.add_argument("--draw", action="store_true", help="draw what was found, and train nothing")
    take.add_argument("--measure", type=Path, help="measure this trained file, and train nothing")
    given, rest = take.parse_known_args()
    if given.measure:
        print(f"{f1(given.measure):.3f}")
        return
    if unknown := set(given.names) - set(TRIALS):
        take.error(f"no such trial: {', '.join(sorted(unknown))}")
    found = json.loads(FOUND.read_text("utf-8")) if FOUND.is_file() else {}
    for name in () if given.draw else given.names:
        found[name] = run(name, rest)
        print(name, found[name], flush=True)
        FOUND.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    PICTURE.write_text("\n".join(picture(found)) + "\n", "utf-8")


if __name__ == "__main__":
    main()
