"""Fits when a figure restates one of the thread: ``python -m sendcheck.training.restated`` writes ``checks/facts/restated.toml``.

Logistic regression on threads by independent writers (``figures/``), whose replies say which figures are changed, and on good replies of the writers of acts,
where none is. One file of threads of each language is left out, to measure by (``tests/quality/figures.py``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from sendcheck.reading.message import read_message
from sendcheck.testing import build
from sendcheck.training.acts.exchanges import read_all
from sendcheck.training.acts.split import APART
from sendcheck.training.regression import fitted
from sendcheck.understanding.text import flat
from sendcheck.understanding.understand import Surroundings, understand

FOLDER = Path(__file__).with_name("figures")
#: The files that are learnt from.
LEARNT = ("en-1", "nb-1")
_OUT = Path(__file__).parents[2] / "checks" / "facts" / "restated.toml"
#: The chance from which on it is told: of 1,964 figures of good replies six are then called changed.
_NEEDED = 0.25


def threads(file: str) -> list[Mapping[str, Any]]:
    """The threads of a file: ``id``, ``parent``, ``reply`` and ``fires``, pairs of a rule and words of the reply."""
    found: list[Mapping[str, Any]] = yaml.safe_load((FOLDER / f"{file}.yaml").read_text("utf-8"))
    return found


def mails(thread: Mapping[str, Any]) -> tuple[bytes, bytes]:
    """(the mail that is answered, the reply)."""
    parent = build({"from": "Kari Holm <kari.holm@nordbank.example>", "to": "Ola Nordmann <ola@inside.example>", "own": thread["parent"]})
    return parent, build({"own": thread["reply"], "subject": "Re: The plan"})


def examples(files: Sequence[str]) -> Iterator[tuple[tuple[float, ...], bool]]:
    """(features, whether it is changed) of all figures that may restate one."""
    restated = import_module("checks.facts.changed").restated
    for thread in (one for file in files for one in threads(file)):
        wanted = [flat(words) for rule, words in thread["fires"] if rule == "figure-changed"]
        parent, raw = mails(thread)
        for one in restated(understand(read_message(raw), Surroundings(parent=read_message(parent)))):
            yield one.features, any(one.figure.text in words or words in one.figure.text for words in wanted)


def innocent() -> Iterator[tuple[tuple[float, ...], bool]]:
    """The same of good replies by the writers that the model of acts learns from: whoever noted all faults noted none in their figures."""
    restated = import_module("checks.facts.changed").restated
    for written in (one for one in read_all() if one.writer not in APART):
        for exchange in written.exchanges:
            parent = build({"from": "Kari Holm <kari.holm@nordbank.example>", "own": " ".join(s.text for s in exchange.parent)})
            for reply in exchange.replies:
                if reply.kind == "good" and exchange.parent:
                    raw = build({"own": " ".join(s.text for s in reply.sentences), "subject": "Re: The plan"})
                    for one in restated(understand(read_message(raw), Surroundings(profile="general", parent=read_message(parent)))):
                        yield one.features, False


def main() -> None:
    """See the module's docstring."""
    names = import_module("checks.facts.changed").FEATURES
    some = [*examples(LEARNT), *innocent()]
    print(f"{sum(y for _, y in some)} of {len(some)} figures are changed")
    weights = fitted(np.array([x for x, _ in some]), np.array([float(y) for _, y in some]))
    lines = [
        "# When a figure restates one of the thread: log odds of each feature (python -m sendcheck.training.restated), and from which chance on it is told."
    ]
    lines += [f"needed = {_NEEDED}", "[weights]"]
    lines += [f"{name} = {weight:.2f}" for name, weight in zip(names, weights, strict=True)]
    _OUT.write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
