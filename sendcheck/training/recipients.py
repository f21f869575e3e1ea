"""Trains the model of who belongs among the recipients (``sendcheck/history/recipients.json``) from a graph of who mailed whom.

``python -m sendcheck.training.recipients FOLDER`` with the folder of the Enron graph (Priebe et al. 2005: ``edges-….csv`` from,to,Time,Reciptype;
``vertices.csv`` Email,Name). Weights are pooled over all senders and hold no addresses. Needs lightgbm (extra ``dev``); never imported at run time.
"""

from __future__ import annotations

import csv
import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from sendcheck.history import trees
from sendcheck.history.signs import JUST_NOW, NAMES, Past, Scene, signs
from sendcheck.history.view import WINDOW
from sendcheck.understanding.lookalikes import looks_like
from sendcheck.understanding.names import related

#: Years before this one are clock errors of the archive.
_FROM_YEAR = "1998"
#: Mails to several people that a sender must have written to be tested.
TESTED = 20
#: Mails a history must hold before its rows teach.
_WARM = 15
#: Of recipients who belong, so many may be flagged: for a note, and for a warning.
CUTS = {"note": 0.005, "warning": 0.002}
#: … and those whose namesake is often written to together with the others while they never were.
NAMESAKE = 0.001
#: How much the fit to the text counts, in log odds; chosen on the earlier half of one mailbox (tests/quality/leaks.py), not trained: the graph has no text.
TEXT = 0.5
#: How much a kind of row counts: mails as they were are what most mails are.
_WEIGHTS = {"genuine": 6.0, "random": 1.0, "instead": 1.25, "added": 1.0}
_ROWS_OF_A_SENDER = 2_000
_FOLDS = 10
#: How often somebody is planted in each mail that the shipped model learns from.
DRAWS = 4
_MOST_TWINS = 6


@dataclass(frozen=True, slots=True)
class SentMail:
    """When, and to whom."""

    time: float
    people: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Graph:
    """Each sender's mails in time order, and for each person those of the same given name or a look-alike address."""

    senders: Mapping[int, Sequence[SentMail]]
    twins: Mapping[int, frozenset[int]]

    def first_tested(self, sender: int) -> float | None:
        """When the second half of a sender's mails to several people begins; None for one with too few of them."""
        several = [m for m in self.senders[sender] if len(m.people) > 1]
        return several[len(several) // 2].time if len(several) >= TESTED else None


def graph(folder: Path) -> Graph:
    """Read the graph: a mail is a sender and a time; copies to oneself are none."""
    people: dict[tuple[int, float], set[int]] = defaultdict(set)
    with next(folder.glob("edges*.csv")).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["Time"] >= _FROM_YEAR and row["from"] != row["to"]:
                moment = datetime.fromisoformat(row["Time"]).replace(tzinfo=UTC).timestamp()
                people[int(row["from"]), moment].add(int(row["to"]))
    senders: dict[int, list[SentMail]] = defaultdict(list)
    for (sender, moment), got in sorted(people.items()):
        senders[sender].append(SentMail(moment, tuple(sorted(got))))
    with (folder / "vertices.csv").open(encoding="utf-8", newline="") as file:
        rows = {int(row[""]): (row["Email"], row["Name"]) for row in csv.DictReader(file)}
    return Graph(senders, {p: frozenset(q for q in rows if q != p and _alike(rows[p], rows[q])) for p in rows})


def _alike(one: tuple[str, str], other: tuple[str, str]) -> bool:
    first, second = one[1].split(), other[1].split()
    if first and second and "NA" not in {first[0], second[0]} and related(first[0], second[0]):
        return True
    return looks_like(one[0], other[0])


@dataclass(slots=True)
class Memory:
    """A history in memory, with what the signs need: what :class:`sendcheck.history.view.HistoryFile` reads from the file."""

    total: int = 0
    mails: Counter[int] = field(default_factory=Counter)
    shared: Counter[int] = field(default_factory=Counter)
    past: dict[int, list[Past]] = field(default_factory=dict)
    recent: list[Past] = field(default_factory=list)

    def learn(self, mail: SentMail) -> None:
        """Add the newest mail."""
        self.total += 1
        one = Past(self.total, mail.time, frozenset(mail.people))
        for person in mail.people:
            self.mails[person] += 1
            self.shared[person] += len(mail.people) > 1
            last = self.past.setdefault(person, [])
            last.insert(0, one)
            del last[WINDOW:]
        self.recent.insert(0, one)
        del self.recent[JUST_NOW:]

    def scene(self, now: float) -> Scene:
        """What the signs see."""
        return Scene(now, self.total, self.mails, self.shared, lambda person: self.past.get(person, ()), self.recent)


@dataclass(slots=True)
class Rows:
    """Rows to learn from and to test: one a known recipient, with where it comes from.

    ``kind``: ``genuine`` (the mail as it was), ``random`` (somebody of the sender's address book planted), ``instead`` and ``added`` (a twin of a
    recipient planted in their place, or beside them); ``draw``: which of several draws.
    """

    signs: list[tuple[float, ...]] = field(default_factory=list)
    sender: list[int] = field(default_factory=list)
    mail: list[int] = field(default_factory=list)
    tested: list[bool] = field(default_factory=list)
    kind: list[str] = field(default_factory=list)
    draw: list[int] = field(default_factory=list)
    planted: list[bool] = field(default_factory=list)
    #: Recipients in tested mails as they were, known to the history or not.
    genuine: int = 0
    #: Mails tested, and those that each kind could be planted in (a draw each).
    mails: int = 0

    def arrays(self) -> dict[str, np.ndarray]:
        """The columns as arrays."""
        names = ("sender", "mail", "tested", "kind", "draw", "planted")
        return {"signs": np.array(self.signs, dtype=np.float64), **{n: np.array(getattr(self, n)) for n in names}}


def rows(source: Graph, draws: int) -> Rows:
    """Every mail to several people, as it was and with one recipient planted (*draws* times), each with what was known before it."""
    found = Rows()
    for sender in sorted(source.senders):
        tested_from = source.first_tested(sender)
        memory = Memory()
        chance = random.Random(1_000 + sender)
        for number, mail in enumerate(source.senders[sender]):
            tested = tested_from is not None and mail.time >= tested_from
            if len(mail.people) > 1 and (tested or memory.total >= _WARM):
                found.genuine += len(mail.people) * tested
                found.mails += tested
                for kind, draw, people, planted in _variants(mail, memory, source.twins, chance, draws):
                    book = {p: sorted(source.twins[p] & memory.mails.keys())[:_MOST_TWINS] for p in people}
                    for person, (row, _twin) in signs(memory.scene(mail.time), people, book).items():
                        found.signs.append(row)
                        found.sender.append(sender)
                        found.mail.append(number)
                        found.tested.append(tested)
                        found.kind.append(kind)
                        found.draw.append(draw)
                        found.planted.append(person == planted)
            memory.learn(mail)
    return found


def _variants(
    mail: SentMail, memory: Memory, twins: Mapping[int, frozenset[int]], chance: random.Random, draws: int
) -> Iterator[tuple[str, int, list[int], int | None]]:
    """(kind, draw, recipients, who is planted): the mail as it was, then with somebody who does not belong."""
    people = list(mail.people)
    book = sorted(memory.mails.keys() - set(people))
    slips = [(p, t) for p in people for t in sorted((twins[p] & memory.mails.keys()) - set(people))]
    yield "genuine", -1, people, None
    for draw in range(draws):
        if book:
            planted = chance.choice(book)
            yield "random", draw, [*people, planted], planted
        if slips:
            meant, twin = chance.choice(slips)
            yield "instead", draw, [twin if p == meant else p for p in people], twin
            yield "added", draw, [*people, twin], twin


def row_weights(senders: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    """Mails as they were count more, and no sender counts for more than so many rows."""
    weights = np.array([_WEIGHTS[str(kind)] for kind in kinds])
    for sender, count in zip(*np.unique(senders, return_counts=True), strict=True):
        weights[senders == sender] *= min(count, _ROWS_OF_A_SENDER) / count
    return weights


def train(table: Mapping[str, np.ndarray], chosen: np.ndarray) -> trees.Trees:
    """A model from the chosen rows. The same rows give the same model."""
    import lightgbm  # needs a library of the system that whoever only reads the graph may lack (libgomp)

    data = lightgbm.Dataset(table["signs"][chosen], table["planted"][chosen].astype(int), weight=row_weights(table["sender"][chosen], table["kind"][chosen]))
    settings = {
        "objective": "binary", "learning_rate": 0.04, "num_leaves": 8, "min_data_in_leaf": 300, "feature_fraction": 0.4, "lambda_l2": 20.0,
        "bagging_fraction": 0.7, "bagging_freq": 1, "deterministic": True, "force_row_wise": True, "num_threads": 1, "seed": 7, "verbose": -1,
    }  # fmt: skip
    booster = lightgbm.train(settings, data, num_boost_round=400)
    return trees.Trees(NAMES, tuple(_flat(t["tree_structure"]) for t in booster.dump_model()["tree_info"]), {})


def _flat(node: dict[str, object]) -> tuple[tuple[int, float, int, int], ...]:
    """A tree of nested nodes as a list of nodes that name each other by number."""
    found: list[tuple[int, float, int, int]] = []

    def add(here: dict[str, object]) -> int:
        at = len(found)
        found.append((-1, 0.0, 0, 0))
        if "leaf_value" in here:
            found[at] = (-1, float(f"{here['leaf_value']:.5g}"), 0, 0)
            return at
        left, right = here["left_child"], here["right_child"]
        assert isinstance(left, dict) and isinstance(right, dict) and isinstance(here["split_feature"], int)
        found[at] = (here["split_feature"], float(f"{here['threshold']:.6g}"), add(left), add(right))
        return at

    add(node)
    return tuple(found)


def folds(table: Mapping[str, np.ndarray]) -> dict[int, int]:
    """Each tested sender's fold: spread so that the busiest senders lie apart."""
    tested = table["sender"][table["tested"]]
    busiest = [int(s) for s, _count in Counter(tested.tolist()).most_common()]
    chance = random.Random(0)
    found: dict[int, int] = {}
    for begin in range(0, len(busiest), _FOLDS):
        some = busiest[begin : begin + _FOLDS]
        found |= dict(zip(some, chance.sample(range(_FOLDS), len(some)), strict=True))
    return found


def held_out(table: Mapping[str, np.ndarray]) -> np.ndarray:
    """A score for each tested row, by a model that no row of its sender taught."""
    fold_of = folds(table)
    fold = np.array([fold_of.get(int(s), -1) for s in table["sender"]])
    scores = np.full(len(fold), np.nan)
    for number in range(_FOLDS):
        test = (fold == number) & table["tested"]
        model = train(table, fold != number)
        scores[test] = [model.score(row) for row in table["signs"][test]]
    return scores


def cut(scores: np.ndarray, genuine: int, share: float) -> float:
    """The score that *share* of all genuine recipients lie above; those unknown to the history are never flagged."""
    return float(np.sort(scores)[::-1][int(share * genuine)])


def namesakes(table: np.ndarray) -> np.ndarray:
    """Which rows are of somebody whose absent twin was among mails to the others, and who never was."""
    return (table[:, NAMES.index("twin_known")] > 0) & (table[:, NAMES.index("met")] <= 0)


def main() -> int:
    """Train on all senders; the cuts come from scores that no sender's own rows taught."""
    source = graph(Path(sys.argv[1]))
    found = rows(source, DRAWS)
    table = found.arrays()
    scores = held_out(table)
    genuine = scores[table["tested"] & (table["kind"] == "genuine")]
    model = train(table, np.ones(len(scores), dtype=bool))
    path = Path(trees.__file__).parent / "recipients.json"
    cuts = {name: round(cut(genuine, found.genuine, share), 4) for name, share in CUTS.items()}
    alone = namesakes(table["signs"]) & table["tested"] & (table["kind"] == "genuine")
    cuts["namesake"] = round(cut(scores[alone], found.genuine, NAMESAKE), 4)
    data = trees.Trees(model.signs, model.trees, cuts, TEXT).data()
    path.write_text(json.dumps(data, separators=(",", ":")) + "\n", "utf-8")
    print(f"{len(scores):,} rows, {len(source.senders)} senders; cuts {cuts}; wrote {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
