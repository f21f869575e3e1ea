"""As tests/quality/alone.py, in one mailbox with text: what was said to whom, under which subjects, and a model of all of it."""

from __future__ import annotations

import math
import random
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from sendcheck.history.terms import likeness, packed, terms, unpacked, weights
from sendcheck.reading.addresses import Address
from sendcheck.training.recipients import SentMail
from sendcheck.understanding.lookalikes import looks_like
from sendcheck.understanding.names import person, related
from sendcheck.understanding.understand import own_texts, split_subject
from tests.quality import in_time
from tests.quality.alone import KINDS, LATELY, Memory, line, planted

#: Past mails to somebody that are compared with a text, the nearest of them that tell, and what both sides of a comparison get added.
_COMPARED, _NEAREST, _LEAST = 40, 5, 0.02
#: How often a subject must have gone to others, and never to this one.
_OFTEN = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail's people, subject without marks, own text, time, and whether it answers."""

    people: Sequence[str]
    subject: str
    text: str
    when: float
    answers: bool


@dataclass(slots=True)
class Texts:
    """Past mails, by person."""

    said: dict[str, list[array[int]]] = field(default_factory=lambda: defaultdict(list))
    seen: Counter[int] = field(default_factory=Counter)
    subjects: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    memory: Memory = field(default_factory=Memory)
    numbers: dict[str, int] = field(default_factory=dict)
    mails: int = 0

    def learn(self, mail: Mail) -> None:
        """Add the newest mail."""
        mine = terms(mail.subject, mail.text, b"")
        self.mails += 1
        self.seen.update(mine)
        for who in mail.people:
            self.said[who].append(unpacked(packed(mine)))
            del self.said[who][:-_COMPARED]
            self.subjects[mail.subject.lower()][who] += 1
        self.memory.learn(SentMail(mail.when, tuple(self.numbers.setdefault(p, len(self.numbers)) for p in mail.people)))

    def likes(self, mine: frozenset[int]) -> dict[str, tuple[float, float]]:
        """How much of what a mail is about the nearest past mail of each person shares, and the nearest few."""
        weight = weights(self.seen, mine, self.mails)
        whole = sum(weight.values())
        found = {}
        for who, some in self.said.items():
            nearest = sorted((likeness(mine, other, weight, whole) for other in some), reverse=True)[:_NEAREST]
            found[who] = nearest[0], sum(nearest) / _NEAREST
        return found


@dataclass(frozen=True, slots=True)
class Row:
    """One mail to one person: its number, as it was (``genuine``) or with another one instead; the signs, of them ``odd``: how much likelier the text makes
    somebody else; how often its subject went to others, and to this one.
    """

    mail: int
    kind: str
    signs: tuple[float, ...]
    odd: float
    elsewhere: int
    here: int


def _mails() -> Iterator[Mail]:
    for one in in_time.dated():
        whole = one.message.header("subject") or ""
        yield Mail(
            in_time.recipients(one.message), split_subject(whole)[0], "\n".join(own_texts(one.message)), one.when.timestamp(), whole.lower().startswith("re")
        )


def rows() -> tuple[list[Row], list[int]]:
    """allen-p's mails to one person, each with what was known before it; and the numbers of these mails, known or not."""
    found: list[Row] = []
    texts, chance, numbers = Texts(), random.Random(2), []
    for number, mail in enumerate(_mails()):
        if number >= in_time.WARM and len(mail.people) == 1:
            numbers.append(number)
            found += _rows(texts, number, mail, chance)
        texts.learn(mail)
    return found, numbers


def _rows(texts: Texts, number: int, mail: Mail, chance: random.Random) -> Iterator[Row]:
    meant = mail.people[0]
    mine = frozenset(terms(mail.subject, mail.text, b""))
    likes = texts.likes(mine)
    near = texts.memory.nearness(mail.when)
    names = {n: p for p, n in texts.numbers.items()}
    others = {names[n]: v for n, v in near.items() if names[n] != meant and not _alike(names[n], meant)}
    lately = [names[n] for circle in texts.memory.circles[-LATELY:] for n in circle]
    first = {p: _first_letters(p) for p in (*texts.said, meant)}
    shown = [("genuine", meant)] if meant in texts.said else []
    shown += [(kind, who) for kind in KINDS for who in planted(kind, meant, others, lately, first, chance)]
    subjects: Mapping[str, int] = texts.subjects.get(mail.subject.lower(), Counter()) if mail.subject.strip() else {}
    for kind, who in shown:
        one, few = (sorted((like[i] for p, like in likes.items() if p != who), reverse=True)[:3] + [0.0] * 3 for i in (0, 1))
        odd = math.log((few[0] + _LEAST) / (likes[who][1] + _LEAST))
        here = subjects.get(who, 0)
        elsewhere = sum(subjects.values()) - here
        told = (*likes[who], one[0], one[2], few[0], few[2], odd, math.log((one[0] + _LEAST) / (likes[who][0] + _LEAST)))
        place = tuple(float(sum(like[i] > likes[who][i] for like in likes.values())) for i in (0, 1))
        signs = texts.memory.signs(texts.numbers[who], mail.when, near)
        yield Row(number, kind, (*told, *place, len(mine), elsewhere, here, mail.answers, len(likes), *signs), odd, elsewhere, here)


def _first_letters(address: str) -> frozenset[str]:
    return frozenset(w[0] for w in address.partition("@")[0].replace("_", ".").split(".") if w)


def _alike(one: str, other: str) -> bool:
    mine, theirs = (person(Address("", address)).words for address in (one, other))
    return bool(mine and theirs and related(mine[0], theirs[0])) or looks_like(one.partition("@")[0], other.partition("@")[0])


def section() -> list[str]:
    """The mailbox's rows of the table of docs/leaks.md, and what subjects alone tell."""
    found, numbers = rows()
    by_kind = {kind: [r for r in found if r.kind == kind] for kind in ("genuine", *KINDS)}
    odd = {kind: np.array([r.odd for r in some]) for kind, some in by_kind.items()}
    lines = [line(f"mailbox, the text is like mails to somebody else: {told}", odd["genuine"], odd[kind], len(numbers)) for kind, told in KINDS.items()]
    middle = numbers[len(numbers) // 2]
    scores = _learnt(found, middle)
    later = [r for r in found if r.mail >= middle]
    tested = sum(n >= middle for n in numbers)
    model = {kind: np.array([s for s, r in zip(scores, later, strict=True) if r.kind == kind]) for kind in by_kind}
    lines += [line(f"mailbox, text, who and when, learnt on the earlier half: {told}", model["genuine"], model[kind], tested) for kind, told in KINDS.items()]
    told_of = []
    for often in _OFTEN:
        fired = {kind: sum(r.elsewhere >= often and not r.here for r in some) for kind, some in by_kind.items()}
        shares = " and ".join(f"{100 * fired[kind] / len(by_kind[kind]):.1f} %" for kind in KINDS)
        told_of.append(f"{often} times or more: {100 * fired['genuine'] / len(numbers):.1f} % of {len(numbers)} mails as they were, {shares} of those planted")
    return [*lines, "", "A subject that went to others and never to this one, " + "; ".join(told_of) + "."]


def _learnt(found: Sequence[Row], middle: int) -> np.ndarray:
    """Scores of the later half's rows, by a model of the earlier half's."""
    import lightgbm

    earlier = [r for r in found if r.mail < middle]
    wrong = np.array([r.kind != "genuine" for r in earlier])
    data = lightgbm.Dataset(np.array([r.signs for r in earlier]), wrong.astype(int), weight=np.where(wrong, 1.0, 6.0))
    settings = {
        "objective": "binary", "learning_rate": 0.04, "num_leaves": 4, "min_data_in_leaf": 40, "feature_fraction": 0.5, "lambda_l2": 10.0,
        "deterministic": True, "force_row_wise": True, "num_threads": 1, "seed": 7, "verbose": -1,
    }  # fmt: skip
    model = lightgbm.train(settings, data, num_boost_round=200)
    return np.asarray(model.predict(np.array([r.signs for r in found if r.mail >= middle])))
