"""Mails to one person: whether who and when can tell that it is somebody of quite another name who was meant. Measured only: no rule is made of it.

A wrong recipient is drawn as address completion would offer them: somebody of the sender's own address book, no namesake and no look-alike, whose address or
name begins with the same letter as the one meant (*letter*), or whom the sender wrote to lately (*lately*); the more often and lately, the likelier.
"""

from __future__ import annotations

import csv
import math
import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import numpy as np

from sendcheck.training.recipients import Graph, SentMail, graph

KINDS = {"letter": "begins with the same letter", "lately": "one of those written to lately"}
SHARES = (0.002, 0.005, 0.01, 0.05)
_DAY = 86_400.0
#: Mails to one person that a sender must have written to be tested; mails that a history must hold before its rows teach.
_TESTED, _WARM = 40, 15
_FOLDS = 10
#: How often each kind is drawn for a mail; the sender's last mails that are lately.
DRAWS, LATELY = 3, 20
_NEVER = 9.0
SIGNS = (
    "recency", "alone_recency", "share", "alone", "mails", "pace", "hour", "weekday", "last_one", "last_five", "last_twenty", "after_last", "hours_ago",
    "rank", "rival", "book", "from_last",
)  # fmt: skip


_Who = TypeVar("_Who")


@dataclass(slots=True)
class Told:
    """What is known of one person: when they got mail, and which of it alone."""

    times: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    hours: Counter[int] = field(default_factory=Counter)
    weekdays: Counter[int] = field(default_factory=Counter)


@dataclass(slots=True)
class Memory:
    """A sender's past mails, in time order."""

    people: dict[int, Told] = field(default_factory=dict)
    circles: list[tuple[int, ...]] = field(default_factory=list)
    then: dict[int, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    last: float = 0.0

    def learn(self, mail: SentMail) -> None:
        """Add the newest mail."""
        moment = datetime.fromtimestamp(mail.time, UTC)
        for who in mail.people:
            told = self.people.setdefault(who, Told())
            told.times.append(mail.time)
            told.hours[moment.hour] += 1
            told.weekdays[moment.weekday()] += 1
            if len(mail.people) == 1:
                told.alone.append(mail.time)
            for before in self.circles[-1] if self.circles else ():
                self.then[before][who] += 1
        self.circles.append(mail.people)
        self.last = mail.time

    def nearness(self, now: float) -> dict[int, float]:
        """How readily address completion offers each person: past mails, each counting less by age."""
        return {who: self._nearness(who, now) for who in self.people}

    def _nearness(self, who: int, now: float) -> float:
        return sum(math.exp(-max(0.0, now - t) / _DAY / 60.0) for t in self.people[who].times[-60:]) + 0.01 * len(self.people[who].times)

    def signs(self, who: int, now: float, nearness: Mapping[int, float]) -> tuple[float, ...]:
        """What speaks for or against a mail to this person alone, now, in the order of SIGNS. ``nearness``: of everybody, as of now."""
        told, count = self.people[who], len(self.people[who].times)
        moment = datetime.fromtimestamp(now, UTC)
        gaps = [b - a for a, b in zip(told.times[-21:], told.times[-20:], strict=False)]
        pace = sorted(gaps)[len(gaps) // 2] if gaps else 0.0
        ago = max(0.0, now - told.times[-1])
        recent = self.circles[-LATELY:]
        after = self.circles[-1] if self.circles else ()
        near = sorted(nearness.values(), reverse=True)
        mine = nearness[who]
        return (
            math.log1p(ago / _DAY),
            math.log1p(max(0.0, now - told.alone[-1]) / _DAY) if told.alone else _NEVER,
            count / max(1, len(self.circles)),
            len(told.alone) / count,
            math.log1p(count),
            math.log((ago + 3600) / (pace + 3600)) if gaps else 0.0,
            sum(told.hours[(moment.hour + d) % 24] for d in (-1, 0, 1)) / count,
            told.weekdays[moment.weekday()] / count,
            float(who in after),
            float(sum(who in c for c in recent[-5:])),
            float(sum(who in c for c in recent)),
            max((self.then[p][who] / max(1, self.then[p].total()) for p in after), default=0.0),
            math.log1p(ago / 3600.0),
            math.log1p(near.index(mine)),
            math.log((near[0] + 0.01) / (mine + 0.01)),
            math.log1p(len(near)),
            math.log1p(max(0.0, now - self.last) / 3600.0),
        )


def letters(folder: Path) -> Mapping[int, frozenset[str]]:
    """The first letters of each person's address and names."""
    with (folder / "vertices.csv").open(encoding="utf-8", newline="") as file:
        return {int(row[""]): frozenset(w[0].lower() for w in (row["Email"], *row["Name"].split()) if w and w != "NA") for row in csv.DictReader(file)}


def planted(
    kind: str, meant: _Who, near: Mapping[_Who, float], lately: Sequence[_Who], first: Mapping[_Who, frozenset[str]], chance: random.Random
) -> list[_Who]:
    """DRAWS times somebody instead of the one meant. *near*: everybody that may be drawn, with how readily they are offered."""
    some = [p for p in near if not first[p].isdisjoint(first[meant])] if kind == "letter" else [p for p in dict.fromkeys(lately) if p in near]
    return chance.choices(some, [near[p] for p in some], k=DRAWS) if some else []


@dataclass(slots=True)
class Table:
    """Rows of mails to one person: as it was (``genuine``) or with another one instead; ``mails``: tested mails, whoever they went to."""

    signs: list[tuple[float, ...]] = field(default_factory=list)
    sender: list[int] = field(default_factory=list)
    kind: list[str] = field(default_factory=list)
    tested: list[bool] = field(default_factory=list)
    mails: int = 0

    def add(self, signs: tuple[float, ...], sender: int, kind: str, tested: bool) -> None:
        """One row."""
        self.signs.append(signs)
        self.sender.append(sender)
        self.kind.append(kind)
        self.tested.append(tested)


def rows(source: Graph, first: Mapping[int, frozenset[str]]) -> Table:
    """Each sender's mails to one person, each with what was known before it; the later half is tested."""
    found = Table()
    for sender in sorted(source.senders):
        single = [m for m in source.senders[sender] if len(m.people) == 1]
        begin = single[len(single) // 2].time if len(single) >= _TESTED else math.inf
        memory, chance = Memory(), random.Random(sender)
        for mail in source.senders[sender]:
            if len(mail.people) == 1 and (mail.time >= begin or len(memory.circles) >= _WARM):
                _rows_of(found, memory, mail, sender, mail.time >= begin, source, first, chance)
            memory.learn(mail)
    return found


def _rows_of(
    found: Table, memory: Memory, mail: SentMail, sender: int, tested: bool, source: Graph, first: Mapping[int, frozenset[str]], chance: random.Random
) -> None:
    (meant,) = mail.people
    found.mails += tested
    near = memory.nearness(mail.time)
    if meant in memory.people:
        found.add(memory.signs(meant, mail.time, near), sender, "genuine", tested)
    others = {p: n for p, n in near.items() if p != meant and p not in source.twins[meant]}
    lately = [p for c in memory.circles[-LATELY:] for p in c]
    for kind in KINDS:
        for wrong in planted(kind, meant, others, lately, first, chance):
            found.add(memory.signs(wrong, mail.time, near), sender, kind, tested)


def held_out(table: Table) -> np.ndarray:
    """A score for each tested row, by a model that no row of its sender taught."""
    import lightgbm

    signs, sender, tested = np.array(table.signs), np.array(table.sender), np.array(table.tested)
    wrong = np.array(table.kind) != "genuine"
    busiest = [s for s, _n in Counter(sender[tested].tolist()).most_common()]
    fold_of = {s: n % _FOLDS for n, s in enumerate(busiest)}
    fold = np.array([fold_of.get(int(s), -1) for s in sender])
    counts = Counter(zip(sender.tolist(), wrong.tolist(), strict=True))
    weight = np.array([min(n := counts[int(s), bool(w)], 1_000) / n for s, w in zip(sender, wrong, strict=True)])
    scores = np.full(len(sender), np.nan)
    settings = {
        "objective": "binary", "learning_rate": 0.04, "num_leaves": 8, "min_data_in_leaf": 200, "feature_fraction": 0.5, "lambda_l2": 20.0,
        "deterministic": True, "force_row_wise": True, "num_threads": 1, "seed": 7, "verbose": -1,
    }  # fmt: skip
    for number in range(_FOLDS):
        learnt, test = fold != number, (fold == number) & tested
        model = lightgbm.train(settings, lightgbm.Dataset(signs[learnt], wrong[learnt].astype(int), weight=weight[learnt]), num_boost_round=300)
        scores[test] = model.predict(signs[test])
    return scores


def found_at(genuine: np.ndarray, wrong: np.ndarray, mails: int, share: float) -> float:
    """The share of the wrong ones above the score that *share* of all mails lie above as they were."""
    order = np.sort(genuine)[::-1]
    at = int(share * mails)
    return float((wrong > (order[at] if at < len(order) else -np.inf)).mean())


def line(told: str, genuine: np.ndarray, wrong: np.ndarray, mails: int) -> str:
    """A row of the table."""
    cells = " | ".join(f"{100 * found_at(genuine, wrong, mails, share):.1f} %" for share in SHARES)
    return f"| {told} ({len(wrong):,} planted) | {mails:,} | {cells} |"


def section(folder: Path) -> list[str]:
    """The graph's rows of the table of docs/leaks.md; ``folder``: where it lies."""
    table = rows(graph(folder), letters(folder))
    scores, kinds, tested = held_out(table), np.array(table.kind), np.array(table.tested)
    genuine = scores[tested & (kinds == "genuine")]
    return [line(f"graph, who and when: {told}", genuine, scores[tested & (kinds == kind)], table.mails) for kind, told in KINDS.items()]
