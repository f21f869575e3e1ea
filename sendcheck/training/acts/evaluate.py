"""How right a model is: ``python -m sendcheck.training.acts.evaluate [--model FOLDER] [--data DATA] WRITER…``.

The writers are to be such that it neither learnt from nor was calibrated by. Figures by rule and by act in each language, for sentences inside mails and
for those that stand alone, with intervals over exchanges (bootstrap); with ``--data`` on the labelled real sentences too.
"""

from __future__ import annotations

import argparse
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sendcheck.acts.labels import LABELS
from sendcheck.acts.model import FOLDER, Acts, Model
from sendcheck.training.acts import real
from sendcheck.training.acts.exchanges import is_inside, read_one
from sendcheck.training.acts.split import UNOPENED
from sendcheck.training.acts.windows import Line, Mail, mails

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
#: The rules of those that fail a mail.
FAILING = ("blame-colleague", "blame-recipient", "hostile", "promise-absolute")
_DRAWN = 400
_PAGE = Path(__file__).parents[3] / "docs" / "quality.md"
_END = "<!-- end -->"


@dataclass(frozen=True, slots=True)
class Judged:
    """A sentence beside what a model says of it. ``group``: the exchange or document it belongs to."""

    line: Line
    acts: Acts
    side: str
    group: str


def judged(model: Model, found: Iterable[Mail]) -> list[Judged]:
    """What a model says of all sentences of some mails."""
    out = []
    for mail in found:
        told = model.judge([line.text for line in mail.lines], mail.side)
        for line, acts in zip(mail.lines, told, strict=True):
            if line.weight:
                out.append(Judged(line, acts, mail.side, "/".join(line.key.split("/")[:2])))
    return out


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
    def precision(self) -> float:
        return self.hit / max(1, self.hit + self.false)

    @property
    def recall(self) -> float:
        return self.hit / max(1, self.hit + self.missed)

    @property
    def f1(self) -> float:
        return 2 * self.hit / max(1, 2 * self.hit + self.false + self.missed)

    def __str__(self) -> str:
        return f"P {self.precision:.2f} R {self.recall:.2f} F1 {self.f1:.2f} (n {self.hit + self.missed})"


Said = Callable[[Acts, Sequence[str]], bool]


def likely(acts: Acts, wanted: Sequence[str]) -> bool:
    """Whether one of these acts is likely."""
    return not acts.likely.isdisjoint(wanted)


def sure(acts: Acts, wanted: Sequence[str]) -> bool:
    """Whether one of these acts is sure."""
    return not acts.sure.isdisjoint(wanted)


def score(sentences: Iterable[Judged], rules: Iterable[str], said: Said) -> Score:
    """How well rules find the sentences that they are about, all together."""
    found = Score()
    wanted = [RULES[rule] for rule in rules]
    for one in sentences:
        for acts in wanted:
            found.add(said(one.acts, acts), not set(acts).isdisjoint(one.line.labels))
    return found


def interval(sentences: Sequence[Judged], rules: Sequence[str], said: Said) -> tuple[float, float]:
    """Where F1 lies in 95 of 100 draws of exchanges."""
    groups: dict[str, list[Judged]] = defaultdict(list)
    for one in sentences:
        groups[one.group].append(one)
    parts = [score(some, rules, said) for some in groups.values()]
    chance = random.Random(1)
    drawn = []
    for _ in range(_DRAWN):
        whole = Score()
        for part in chance.choices(parts, k=len(parts)):
            whole.include(part)
        drawn.append(whole.f1)
    drawn.sort()
    return drawn[int(0.025 * _DRAWN)], drawn[int(0.975 * _DRAWN)]


def table(sentences: Sequence[Judged], name: str) -> Iterable[str]:
    """Markdown lines: each rule, and all of them together."""
    own = [one for one in sentences if one.side == "us"]
    yield f"**{name}** ({len(own)} sentences)"
    yield ""
    yield "| rule | likely: precision | recall | F1 | sure: precision | recall | n |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for rule in (*RULES, "all"):
        rules = tuple(RULES) if rule == "all" else (rule,)
        found, firm = score(own, rules, likely), score(own, rules, sure)
        between = " ({:.2f}–{:.2f})".format(*interval(own, rules, likely)) if rule == "all" else ""
        yield (
            f"| {rule} | {found.precision:.2f} | {found.recall:.2f} | {found.f1:.2f}{between} "
            f"| {firm.precision:.2f} | {firm.recall:.2f} | {found.hit + found.missed} |"
        )
    failing = score(own, FAILING, sure)
    yield ""
    yield f"Rules that fail a mail, where sure: {failing}."
    yield ""


def by_act(sentences: Sequence[Judged]) -> str:
    """F1 of each act where it is likely."""
    found = {}
    for act in LABELS:
        one = Score()
        for judged_one in sentences:
            one.add(act in judged_one.acts.likely, act in judged_one.line.labels)
        found[act] = one
    return ", ".join(f"{act} {one.f1:.2f}" for act, one in found.items() if one.hit + one.missed)


def confusions(sentences: Sequence[Judged], most: int = 12) -> str:
    """What the acts of rules are most often taken for, and what for them."""
    counts: dict[tuple[str, str], int] = defaultdict(int)
    of_rules = {act for acts in RULES.values() for act in acts}
    for one in sentences:
        for act in of_rules.intersection(one.line.labels) - one.acts.likely:
            instead = max((label for label in LABELS if label not in one.line.labels), key=lambda label: one.acts.chances.get(label, 0.0))
            counts[act, instead] += 1
    ordered = sorted(counts.items(), key=lambda item: -item[1])[:most]
    return ", ".join(f"{act} taken for {instead} {number}" for (act, instead), number in ordered)


def report(model: Model, writers: Sequence[str], data: Path | None) -> Iterator[str]:
    """Paragraphs of Markdown: each language inside mails and alone, and real sentences where their corpora are at hand."""
    for language, name in (("en", "English"), ("nb", "Bokmål")):
        found = [one for w in writers if w.startswith(language) for one in judged(model, mails(read_one(w)))]
        if found:
            inside = [one for one in found if is_inside(one.line.key)]
            for part, what in ((inside, "inside mails"), ([one for one in found if not is_inside(one.line.key)], "standing alone")):
                yield "\n".join(table(part, f"{name}, {what}"))
            yield f"{name}, acts: {by_act(found)}.\n\n{name}, missed inside mails: {confusions(inside)}.\n"
    if data is not None:
        yield "Sentences of public corpora that it did not learn from either, read by two and settled by a third:\n"
        for corpus in (name for name, (_, learnt) in real.CORPORA.items() if not learnt):
            own = [one for one in judged(model, real.mails(corpus, data)) if one.side == "us"]
            yield f"* {corpus}: likely {score(own, tuple(RULES), likely)}, sure {score(own, tuple(RULES), sure)}"


def replace_between(path: Path, marker: str, text: str) -> None:
    """Put a text into a page: behind a comment with this marker, up to the comment that says end."""
    before, found, rest = path.read_text("utf-8").partition(f"<!-- {marker} -->")
    assert found, f"{path.name} has no “{marker}”"
    path.write_text(f"{before}{found}\n{text}\n{_END}{rest.partition(_END)[2]}", "utf-8")


def main() -> None:
    """See the module's docstring."""
    take = argparse.ArgumentParser(description=__doc__)
    take.add_argument("writers", nargs="*", default=UNOPENED)
    take.add_argument("--model", type=Path, default=FOLDER)
    take.add_argument("--data", type=Path, help="the unpacked corpora")
    take.add_argument("--write", action="store_true", help="put the figures into docs/quality.md")
    given = take.parse_args()
    told = "\n".join(report(Model(given.model), given.writers, given.data))
    print(told)
    if given.write:
        replace_between(_PAGE, "the model alone: python -m sendcheck.training.acts.evaluate --write", told)


if __name__ == "__main__":
    main()
