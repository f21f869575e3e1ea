"""Planted recipients: how often the history finds them, and how many who belong it flags. `make bench-leaks` prints it and writes docs/leaks.md.

The Enron graph (Priebe et al. 2005): senders with 20 mails to several people or more; the earlier half of those is learnt, each later one is tested with
what was known before it, then learnt. False flags are counted per recipient of the mails as they were; whoever is unknown is never flagged.
"""

from __future__ import annotations

import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from sendcheck.training.recipients import Graph, Memory, SentMail, graph, held_out, rows
from tests.quality import alone, alone_text, in_time
from tests.quality.corpora import ROOT, find_data, unpacked

SHARES = (0.005, 0.01, 0.05)
DRAWS = 5
KINDS = {
    "random": "somebody of the sender's address book, added",
    "instead": "a slip: a namesake or look-alike address instead of the one meant",
    "added": "a slip: a namesake or look-alike address beside the one meant",
}
_RESAMPLED = 1_000
_HEAD = """# Planted recipients

How often `recipient-unusual` would find somebody who does not belong, and how many who belong it would flag. Measured by `make bench-leaks` on the Enron graph
(who mailed whom and when; Priebe et al. 2005) and on one mailbox with text (allen-p). Senders with 20 mails to several people or more: the earlier half of those
mails is learnt, each later one tested with what was known before it, then learnt. False flags are counted per recipient of the mails as they were; whoever is
unknown to the history is never flagged. Each sender is scored by a model that none of their mails taught (ten folds); the shipped model is trained on all of them,
and its cuts come from those scores: a warning at 0.2 % of those who belong (0.1 % more where the namesake is the one who goes with the others), a note at 0.5 %.
The signs and the settings of the training were looked at on these senders, so expect somewhat worse on others.

Published beside it: Carvalho and Cohen 2007, 82 % of planted recipients the oddest (no rate of false flags); Zilberman et al. 2013, 87 % found at 0.5 %, with the
text of a whole organisation's mail.

## Who and when
"""


_ALONE = (
    """## Somebody of quite another name, alone

A mail to one person, planted as address completion would: somebody else of the address book, no namesake and no look-alike, the likelier the more often and
lately they were written to. Senders with 40 mails to one person or more, tested as above (ten folds), and the mailbox in time order. The salutation
(`greeting-mismatch`) and the trail (`recipient-dropped`) are other rules and not used here. No rule is made of this: at 0.2 % of mails flagged too few are found.

| planted | mails tested | """
    + " | ".join(f"found, {100 * share:.1f} % of mails flagged" for share in alone.SHARES)
    + " |\n|---|---:|"
    + "---:|" * len(alone.SHARES)
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """``top``: the share of mails whose planted recipient is the oddest; ``found``: of each kind, the share found when so many who belong are flagged."""

    top: float
    found: Mapping[tuple[str, float], float]


@dataclass(frozen=True, slots=True)
class Measured:
    """An outcome with its 95 % interval over resampled senders; ``genuine``: recipients who belong; ``mails``: mails tested; ``planted``: of each kind."""

    outcome: Outcome
    low: Outcome
    high: Outcome
    genuine: int
    mails: int
    planted: Mapping[str, int]


def outcome(table: Mapping[str, np.ndarray], scores: np.ndarray, genuine: int, weight: Mapping[int, int] | None = None) -> Outcome:
    """The shares found. ``weight``: how often each sender counts (for resampling)."""
    times = np.array([weight.get(int(s), 0) if weight is not None else 1 for s in table["sender"]]) * table["tested"]
    mine = (table["kind"] == "genuine") & (times > 0)
    order = np.argsort(-scores[mine], kind="stable")
    running = np.cumsum(times[mine][order])
    found = {}
    for share in SHARES:
        at = int(np.searchsorted(running, share * genuine, side="right"))
        cut = scores[mine][order][at] if at < len(order) else -np.inf
        for kind in KINDS:
            planted = (table["kind"] == kind) & table["planted"] & (times > 0)
            total = times[planted].sum()
            found[kind, share] = float((times[planted] * (scores[planted] > cut)).sum() / total) if total else 0.0
    return Outcome(_top(table, scores, times), found)


def _top(table: Mapping[str, np.ndarray], scores: np.ndarray, times: np.ndarray) -> float:
    """The share of mails (as (mail, draw)) whose planted recipient has the highest score; ties count by halves, thirds …"""
    chosen = np.flatnonzero((table["kind"] == "random") & (times > 0))
    by_mail: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for row in chosen:
        by_mail[int(table["sender"][row]), int(table["mail"][row]), int(table["draw"][row])].append(row)
    right = total = 0.0
    for some in by_mail.values():
        values = scores[some]
        best = values == values.max()
        right += times[some[0]] * float(table["planted"][some][best].sum() / best.sum())
        total += times[some[0]]
    return float(right / total)


def measure(source: Graph, draws: int = DRAWS, scored: Callable[[Mapping[str, np.ndarray]], np.ndarray] = held_out, resampled: int = _RESAMPLED) -> Measured:
    """The model, each sender scored by one that none of their rows taught."""
    found = rows(source, draws)
    table = found.arrays()
    scores = scored(table)
    best = outcome(table, scores, found.genuine)
    senders = sorted({int(s) for s in table["sender"][table["tested"]]})
    people = {s: sum(len(m.people) for m in source.senders[s] if m.time >= (source.first_tested(s) or 0) and len(m.people) > 1) for s in senders}
    chance = np.random.default_rng(0)
    draws_of = [Counter(int(s) for s in chance.choice(senders, len(senders))) for _ in range(resampled)]
    others = [outcome(table, scores, sum(people[s] * n for s, n in w.items()), w) for w in draws_of]
    planted = Counter(str(k) for k in table["kind"][table["tested"] & table["planted"]])
    return Measured(best, _quantile(best, others, 0.025), _quantile(best, others, 0.975), found.genuine, found.mails, planted)


def _quantile(shape: Outcome, some: list[Outcome], q: float) -> Outcome:
    if not some:
        return shape
    return Outcome(float(np.quantile([o.top for o in some], q)), {key: float(np.quantile([o.found[key] for o in some], q)) for key in shape.found})


def naive(source: Graph, draws: int = DRAWS) -> tuple[float, float, dict[float, float]]:
    """Plain counts of who was written to together: (top-1, top-1 if the unknown are passed over, shares found), as the figures to beat were made."""
    genuine: list[float] = []
    planted: list[float] = []
    tops: list[float] = []
    tops_known: list[float] = []
    for sender in sorted(source.senders):
        start = source.first_tested(sender)
        if start is None:
            continue
        memory, pairs, chance = Memory(), Counter[tuple[int, int]](), random.Random(sender)

        def count(person: int, people: tuple[int, ...], pairs: Counter[tuple[int, int]] = pairs) -> float:
            return float(sum(pairs[person, other] for other in people if other != person))

        for mail in source.senders[sender]:
            if mail.time >= start and len(mail.people) > 1:
                genuine += [count(p, mail.people) if memory.mails[p] else np.inf for p in mail.people]
                book = sorted(memory.mails.keys() - set(mail.people))
                for _draw in range(draws):
                    who = chance.choice(book)
                    everyone = (*mail.people, who)
                    mine, rest = count(who, mail.people), {p: count(p, everyone) for p in mail.people}
                    planted.append(mine)
                    tops.append(_ranked(mine, list(rest.values())))
                    tops_known.append(_ranked(mine, [c for p, c in rest.items() if memory.mails[p]]))
            _count(mail, memory, pairs)
    values = np.sort(np.array(genuine))
    return float(np.mean(tops)), float(np.mean(tops_known)), {s: _found_at(values, np.sort(np.array(planted)), s) for s in SHARES}


def _ranked(mine: float, rest: list[float]) -> float:
    least = min(rest, default=np.inf)
    return 1.0 if mine < least else 1 / (1 + rest.count(mine)) if mine == least else 0.0


def _count(mail: SentMail, memory: Memory, pairs: Counter[tuple[int, int]]) -> None:
    memory.learn(mail)
    pairs.update((p, o) for p in mail.people for o in mail.people if p != o)


def _found_at(genuine: np.ndarray, planted: np.ndarray, share: float) -> float:
    """Counts are coarse: among those that tie at the cut as large a part counts as makes the share."""
    wanted = share * len(genuine)
    cut = genuine[int(wanted)]
    low, high = np.searchsorted(genuine, cut, "left"), np.searchsorted(genuine, cut, "right")
    first, last = np.searchsorted(planted, cut, "left"), np.searchsorted(planted, cut, "right")
    return float((first + (wanted - low) / (high - low) * (last - first)) / len(planted))


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def section(draws: int = DRAWS) -> list[str]:
    """The page, as lines."""
    source = graph(unpacked("enron_graph"))
    print("naive counts …", flush=True)
    top, top_known, by_count = naive(source, draws)
    print("the model, each sender scored by one that never saw them …", flush=True)
    found = measure(source, draws)
    lines = [
        f"{found.mails} mails tested, {found.genuine:,} recipients who belong, {draws} draws each. In brackets 95 % intervals over resampled senders.\n",
        "| | the planted one is the oddest | " + " | ".join(f"found, {_percent(s)} of those who belong flagged" for s in SHARES) + " |",
        "|---|---:|" + "---:|" * len(SHARES),
        f"| plain counts of who is written to together | {_percent(top)} ({_percent(top_known)} if unknown ones are passed over) | "
        + " | ".join(_percent(by_count[s]) for s in SHARES)
        + " |",
    ]
    for kind, told in KINDS.items():
        oddest = f"{_percent(found.outcome.top)} ({_percent(found.low.top)}–{_percent(found.high.top)})" if kind == "random" else ""
        cells = [f"{_percent(found.outcome.found[kind, s])} ({_percent(found.low.found[kind, s])}–{_percent(found.high.found[kind, s])})" for s in SHARES]
        lines.append(f"| model: {told} ({found.planted[kind]:,} planted) | {oddest} | {' | '.join(cells)} |")
    return lines


def main() -> int:
    """Measure and write docs/leaks.md."""
    if find_data() is None:
        print("the corpora are not here: set SENDCHECK_DATA to the folder that holds them", file=sys.stderr)
        return 2
    lines = [_HEAD, *section(), "", "## What the text adds\n"]
    print("one mailbox in time order …", flush=True)
    lines += in_time.section()
    print("mails to one person …", flush=True)
    lines += ["", _ALONE, *alone.section(unpacked("enron_graph")), *alone_text.section()]
    path = ROOT / "docs" / "leaks.md"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    print(path.read_text("utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
