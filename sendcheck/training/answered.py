"""Fits when a text comes back to something asked: ``python -m sendcheck.training.answered`` writes ``checks/answers/answered.toml``.

Logistic regression on the writers that the shipped model is calibrated by: it learnt nothing from them. Cuts are chosen so that of what is answered few are
called open.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from sendcheck.acts.model import Model
from sendcheck.training.acts.exchanges import read_one
from sendcheck.training.acts.split import CALIBRATION
from sendcheck.training.acts.windows import mails
from sendcheck.training.regression import fitted

_OUT = Path(__file__).parents[2] / "checks" / "answers" / "answered.toml"
#: Of what is answered so much may be called open: where the reader is unhappy, and elsewhere.
_CALLED_OPEN = (0.08, 0.02)
#: What says nothing to anybody's question; what of ANSWERS comes back to it.
_POLITE, _BACK = frozenset({"greeting", "closing", "thanks"}), 2


def items(model: Model, writer: str) -> Iterator[tuple[tuple[float, ...], bool]]:
    """(features, whether it is answered or put off to a time) of everything asked in a writer's exchanges."""
    features = import_module("checks.answers.likelihood").features
    for mail in mails(read_one(writer)):
        if not mail.asked:
            continue
        texts = [line.text for line in mail.lines]
        acts, answers = model.read(texts, "us", [one.text for one in mail.asked])
        saying = sum(not one.likely or not one.likely <= _POLITE for one in acts)
        for asked, heard in zip(mail.asked, answers, strict=True):
            yield features(asked.text, texts, heard, saying, len(mail.asked)), any(kind < _BACK for _key, kind in asked.answers)


def main() -> None:
    """See the module's docstring."""
    model = Model()
    by_writer = {writer: list(items(model, writer)) for writer in CALIBRATION}

    def table(writers: list[str]) -> tuple[Any, Any]:
        some = [one for writer in writers for one in by_writer[writer]]
        return np.array([x for x, _ in some]), np.array([y for _, y in some])

    # Cuts by writers that the weights were not fitted on.
    apart = []
    for left in by_writer:
        x, y = table([writer for writer in by_writer if writer != left])
        own, is_so = table([left])
        apart.append((1 / (1 + np.exp(-own @ fitted(x, y))), is_so))
    chances, answered = np.concatenate([c for c, _ in apart]), np.concatenate([y for _, y in apart])
    lines = ["# When a text comes back to something asked: log odds of each feature, and from which chance on (python -m sendcheck.training.answered)."]
    for name, allowed in zip(("needed", "needed_elsewhere"), _CALLED_OPEN, strict=True):
        cut = float(np.quantile(chances[answered], allowed))
        lines.append(f"{name} = {cut:.2f}")
        print(f"{name}: of {answered.sum()} answered {allowed:.2f} called open, of {(~answered).sum()} open {(chances[~answered] < cut).mean():.2f} found")
    names = import_module("checks.answers.likelihood").FEATURES
    lines += ["[weights]", *(f"{name} = {weight:.2f}" for name, weight in zip(names, fitted(*table(list(by_writer))), strict=True))]
    _OUT.write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
