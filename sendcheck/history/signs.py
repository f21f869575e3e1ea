"""Signs of how one recipient fits the others: numbers that a model weighs. From the last mails that each of them got, and nothing else.

The idea is old: who is written to together (Roth et al., KDD 2010), and what the nearest past mails did (Carvalho and Cohen, SDM 2007). A *circle* is everyone
who got one past mail; the signs compare the circles that hold somebody with the others who get this mail.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

_DAY = 86_400.0
#: Half-lives, in days over e, of how much a past mail counts.
_SHORT, _LONG = 30.0, 180.0
#: The sender's last mails that count as "just now".
JUST_NOW = 20
_NEVER = 9.0


@dataclass(frozen=True, slots=True)
class Past:
    """One past mail: its number, its time (seconds since 1970), who got it, who of them was not shown to the others (Bcc); what it was about, as packed
    numbers of words; the number of the sender's own address it went out under (0: none).
    """

    mail: int
    time: float
    circle: frozenset[int]
    hidden: frozenset[int] = frozenset()
    terms: bytes = b""
    identity: int = 0


@dataclass(frozen=True, slots=True)
class Scene:
    """All that the signs are made of.

    ``mails``: how many mails each person got, of ``total``; ``shared``: of them with others; ``past``: gives the last mails to somebody, newest first;
    ``recent``: the sender's last mails, newest first. People who are not in ``mails`` are unknown.
    """

    now: float
    total: int
    mails: Mapping[int, int]
    shared: Mapping[int, int]
    past: Callable[[int], Sequence[Past]]
    recent: Sequence[Past]


#: The signs of a person among others, in order; those of a twin follow (see :func:`signs`).
OWN = (
    "recency", "share", "shared", "degree", "size", "met", "frequency", "overlap", "cosine", "best_with", "best_without", "best_gap", "without",
    "near_short", "near_long", "near_ever", "near_mass", "met_ago", "just_now", "like_last",
)  # fmt: skip
#: Of these also the difference to the mean of the others, and (marked) to the least of them.
BESIDE = ("recency", "met", "overlap", "cosine", "best_with", "near_long", "near_ever", "met_ago", "shared")
LEAST = ("met", "overlap", "cosine", "near_ever")
TWIN = ("recency", "met", "overlap", "cosine", "best_with", "near_short", "near_long", "near_ever", "met_ago", "shared", "frequency")
#: Of a twin who gets the mail, too.
THERE = ("recency", "met", "overlap", "near_ever", "best_with", "shared")
NAMES = (
    *OWN, *(f"{n}_beside" for n in BESIDE), *(f"{n}_least" for n in LEAST), "others_known", "others_unknown", "others_met",
    "twin_there", *(f"there_{n}" for n in THERE), "twin_known", *(f"twin_{n}" for n in TWIN),
)  # fmt: skip


def _log_days(now: float, then: float) -> float:
    return math.log1p(max(0.0, now - then) / _DAY)


def _neighbours(past: Sequence[Past], person: int) -> Counter[int]:
    found: Counter[int] = Counter()
    for mail in past:
        found.update(mail.circle)
    found.pop(person, None)
    return found


def _cosine(one: Counter[int], other: Counter[int], norms: tuple[float, float]) -> float:
    if not norms[0] or not norms[1]:
        return 0.0
    if len(other) < len(one):
        one, other = other, one
    return sum(n * other[p] for p, n in one.items() if p in other) / (norms[0] * norms[1])


class Table:
    """The signs of people in one scene. What depends on a person or a circle alone is worked out once."""

    def __init__(self, scene: Scene, people: Sequence[int]) -> None:
        self._scene = scene
        self._about: dict[int, tuple[Counter[int], float]] = {}
        self._seen: set[int] = set()
        self._people = frozenset(people)
        self._circles = self._masses(people)

    def _masses(self, people: Iterable[int]) -> dict[frozenset[int], tuple[float, float, float]]:
        """How much the past mails of each circle count, by age three ways; mails that were counted before are left out."""
        found: dict[frozenset[int], tuple[float, float, float]] = {}
        for person in people:
            for mail in self._scene.past(person):
                if mail.mail in self._seen:
                    continue
                self._seen.add(mail.mail)
                days = max(0.0, self._scene.now - mail.time) / _DAY
                short, long, ever = found.get(mail.circle, (0.0, 0.0, 0.0))
                found[mail.circle] = short + math.exp(-days / _SHORT), long + math.exp(-days / _LONG), ever + 1.0
        return found

    def _neighbourhood(self, person: int) -> tuple[Counter[int], float]:
        found = self._about.get(person)
        if found is None:
            counts = _neighbours(self._scene.past(person), person)
            found = self._about[person] = counts, math.sqrt(sum(n * n for n in counts.values()))
        return found

    def own(self, people: Sequence[int], person: int) -> dict[str, float]:
        """The signs of *person* among *people* (who hold them), by name."""
        scene = self._scene
        others = frozenset(p for p in people if p != person)
        known = [p for p in others if scene.mails.get(p)]
        past = scene.past(person)
        nearby, norm = self._neighbourhood(person)
        met = [nearby[p] for p in known]
        count = scene.mails.get(person, 0)
        signs: dict[str, float] = {
            "recency": _log_days(scene.now, past[0].time) if past else _NEVER,
            "share": count / max(1, scene.total),
            "shared": scene.shared.get(person, 0) / count if count else 0.0,
            "degree": math.log1p(len(nearby)),
            "met": sum(n > 0 for n in met) / len(known) if known else -1.0,
        }
        sizes = sorted(len(mail.circle) for mail in past)
        signs["size"] = math.log(len(people) / sizes[len(sizes) // 2]) if sizes else 0.0
        lengths = [len(scene.past(p)) for p in known]
        signs["frequency"] = sum(n / max(1, k) for n, k in zip(met, lengths, strict=True)) / len(known) if known else 0.0
        overlaps = [n / max(1, len(past) + k - n) for n, k in zip(met, lengths, strict=True)]
        signs["overlap"] = sum(overlaps) / len(known) if known else 0.0
        cosines = []
        for p in known:
            theirs, other_norm = self._neighbourhood(p)
            cosines.append(_cosine(nearby, theirs, (norm, other_norm)))
        signs["cosine"] = sum(cosines) / len(known) if known else 0.0
        signs |= self._nearest(person, others)
        meeting = next((mail.time for mail in past if not others.isdisjoint(mail.circle)), None)
        signs["met_ago"] = _log_days(scene.now, meeting) if meeting is not None else _NEVER
        signs["just_now"] = float(sum(person in mail.circle for mail in scene.recent[:5]))
        everyone = others | {person}
        signs["like_last"] = max(
            (len(mail.circle & everyone) / len(mail.circle | everyone) for mail in scene.recent[:JUST_NOW] if person in mail.circle), default=0.0
        )
        return signs

    def likeliest(self, twins: Sequence[int], others: Sequence[int]) -> int | None:
        """Of some twins the one that was most often among mails to the others; None if none ever was."""
        met = {t: sum(self._neighbourhood(p)[0][t] for p in others) for t in twins}
        best = max(twins, key=lambda t: (met[t], -t), default=None)
        return best if best is not None and met[best] else None

    def _nearest(self, person: int, others: frozenset[int]) -> dict[str, float]:
        """What past mails to the others did: those like this one, with the person and without."""
        circles: Iterable[tuple[frozenset[int], tuple[float, float, float]]] = self._circles.items()
        if person not in self._people:
            before = set(self._seen)
            circles = [*circles, *self._masses([person]).items()]
            self._seen = before
        all_of_them, with_person = [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]
        best = {True: 0.0, False: 0.0}
        without = 0.0
        for circle, masses in circles:
            shared = len(circle & others)
            if not shared:
                continue
            has = person in circle
            like = shared / (len(circle) - has + len(others) - shared)
            best[has] = max(best[has], like)
            if not has and shared == len(others):
                without += masses[2]
            square = like * like
            for age, mass in enumerate(masses):
                all_of_them[age] += square * mass
                if has:
                    with_person[age] += square * mass
        near = [mine / (whole + 0.01) for mine, whole in zip(with_person, all_of_them, strict=True)]
        return {
            "near_short": near[0],
            "near_long": near[1],
            "near_ever": near[2],
            "near_mass": math.log1p(with_person[0]),
            "best_with": best[True],
            "best_without": best[False],
            "best_gap": best[True] - best[False],
            "without": math.log1p(without),
        }


def signs(scene: Scene, people: Sequence[int], twins: Mapping[int, Sequence[int]]) -> dict[int, tuple[tuple[float, ...], int | None]]:
    """For each known person of *people* the signs in the order of NAMES, and the twin that fits best in their place.

    ``twins``: people of the same name or a look-alike address, by person; those who get the mail too are no twins in their place, but a sign.
    """
    table = Table(scene, people)
    own = {p: table.own(people, p) for p in people if scene.mails.get(p)}
    found: dict[int, tuple[tuple[float, ...], int | None]] = {}
    for person, mine in own.items():
        rest = [own[p] for p in own if p != person]
        row = [mine[name] for name in OWN]
        row += [mine[name] - sum(o[name] for o in rest) / len(rest) if rest else 0.0 for name in BESIDE]
        row += [mine[name] - min(o[name] for o in rest) if rest else 0.0 for name in LEAST]
        row += [float(len(rest)), float(len(people) - 1 - len(rest)), sum(o["met"] for o in rest) / len(rest) if rest else 0.0]
        best = table.likeliest([t for t in twins.get(person, ()) if t not in people], [p for p in own if p != person])
        theirs = table.own([best if p == person else p for p in people], best) if best is not None else {}
        there = max((own[t] for t in twins.get(person, ()) if t in own), key=_closeness, default=None)
        row += [float(there is not None), *(there[name] - mine[name] if there is not None else 0.0 for name in THERE), float(best is not None)]
        row += [theirs[name] - mine[name] if best is not None else 0.0 for name in TWIN]
        found[person] = tuple(row), best
    return found


def _closeness(own: Mapping[str, float]) -> float:
    """How well a twin fits, for choosing among several."""
    return 2 * own["near_long"] + own["met"] + own["near_ever"] + own["frequency"] - 0.1 * own["recency"]
