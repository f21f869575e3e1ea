"""`figure-changed`: a figure of the thread comes back with another value (RULES.md, ruling 15)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp

from sendcheck.checkapi import Confidence, Hit, Mail, NotRun, Sentence, pattern, toml
from sendcheck.understanding.figures import COUNT, DURATIONS, Figure, find_figures
from sendcheck.understanding.language import detect
from sendcheck.understanding.sentences import split
from sendcheck.understanding.text import flat
from sendcheck.understanding.words import content, same_word

RULE = "figure-changed"
_NEAR = 60
_MOST = 400
#: A figure is of a like size as another from this share of it on; what a shared word weighs beside what is counted; from which chance on it is sure.
_LEAST_LIKE, _SHARED_WORD, _SURE = 0.6, 0.3, 0.5
#: Characters of a thread that are looked at: nobody restates a figure of page ninety.
_ROOM = 60_000


@dataclass(frozen=True, slots=True)
class Told:
    """A figure with the sentence that holds it."""

    figure: Figure
    sentence: str

    @property
    def near(self) -> frozenset[str]:
        """The weighty words around the figure."""
        return content(self.sentence[max(0, self.figure.start - _NEAR) : self.figure.end + _NEAR])


@lru_cache(maxsize=1)
def told_in(texts: tuple[str, ...]) -> tuple[Told, ...]:
    """The figures of some texts, the first few hundred; kept for the rules on one mail."""
    found: list[Told] = []
    room = _ROOM
    for text in texts:
        text, room = text[:room], max(0, room - len(text))
        language = detect(text) or ""
        for span in split(text):
            sentence = text[span.start : span.end]
            found += [Told(f, sentence) for f in find_figures(sentence, language)]
            if len(found) > _MOST:
                return tuple(found)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Restated:
    """A figure of own text beside the one of the thread that it most likely restates. ``features``: see :data:`FEATURES`."""

    sentence: Sentence
    figure: Figure
    old: Told
    features: tuple[float, ...]

    @property
    def chance(self) -> float:
        """The probability that it restates that figure, and gives it another value."""
        weights = toml(__package__, "restated.toml")["weights"]
        return 1 / (1 + exp(-sum(weights[name] * value for name, value in zip(FEATURES, self.features, strict=True))))


def restated(mail: Mail) -> Iterator[Restated]:
    """Figures of own text whose unit the thread has with other values only, each beside its nearest one there."""
    thread = _Thread(told_in(mail.thread_texts()))
    for sentence in mail.prose.sentences if thread.told else ():
        # Offers and prices are the writer's own to set.
        idle = sentence.asks or any(pattern(__package__, key).search(flat(sentence.text)) for key in ("deals", "change_said"))
        for figure in () if idle else find_figures(sentence.text, sentence.language):
            rivals = [t for t in thread.told if t.figure.unit == figure.unit]
            if rivals and not any(t.figure.equals(figure) for t in rivals):
                mine = Told(figure, sentence.text)
                only = len({t.figure.text for t in rivals}) == 1
                old = thread.likeliest(mine, rivals)
                yield Restated(sentence, figure, old, tuple(float(x) for x in _features(mine, old, only)))


#: What tells a figure that is restated from one of something else, and from one that is the writer's to set.
FEATURES = ("always", "unit", "duration", "thing", "thing_near", "digits", "size", "context", "only", "known", "recalled", "part", "bare")


def _features(mine: Told, old: Told, only: bool) -> tuple[bool, ...]:
    """In the order of :data:`FEATURES`: it has a unit, a time; the same is counted, or named near the old one; the same digits in another order, a like size;
    words around both; it is the thread's only one of its unit; it is spoken of as known; it is a part of it; it counts nothing.
    """
    figure, text = mine.figure, flat(mine.sentence)
    before = flat(mine.sentence[: figure.start] + "|")[:-1]
    ratio = max(figure.values) / max(max(old.figure.values), 1e-9)
    things = _named(figure)[:1]
    return (
        True,
        figure.unit != COUNT,
        figure.unit in DURATIONS,
        any(same_word(a, b) for a in things for b in _named(old.figure)),
        any(same_word(a, b) for a in things for b in old.near),
        _same_digits(figure, old.figure),
        _LEAST_LIKE <= ratio <= 1 / _LEAST_LIKE,
        any(same_word(a, b) for a in mine.near for b in old.near),
        only,
        bool(pattern(__package__, "known_before").search(before)),
        bool(pattern(__package__, "recalls").search(text)),
        bool(pattern(__package__, "part_of").match(mine.sentence[figure.end :])),
        figure.unit == COUNT and not things,
    )


def _same_digits(one: Figure, other: Figure) -> bool:
    """“318” and “381”: digits that changed places."""
    mine, theirs = (sorted(c for c in figure.text if c.isdigit()) for figure in (one, other))
    return len(mine) > 1 and mine == theirs


class _Thread:
    """The figures of a thread. A word of own text is compared with each of the thread's words once, however many figures both have: tables hold hundreds."""

    def __init__(self, told: tuple[Told, ...]) -> None:
        self.told = told
        self._near = {one: one.near for one in told}
        self._words = frozenset[str]().union(*self._near.values())
        self._like: dict[str, frozenset[str]] = {}

    def likeliest(self, mine: Told, rivals: Sequence[Told]) -> Told:
        """The figure among some of the thread's that seems most to be of the same thing."""
        things = [self._met(word) for word in _named(mine.figure)[:1]]
        words = [self._met(word) for word in mine.near]

        def likeness(other: Told) -> float:
            near = self._near[other]
            shared = sum(not near.isdisjoint(met) for met in words)
            return any(not near.isdisjoint(met) for met in things) + _SHARED_WORD * shared + _same_digits(mine.figure, other.figure)

        return max(rivals, key=likeness)

    def _met(self, word: str) -> frozenset[str]:
        """The thread's words that are a word, or a form of it."""
        if word not in self._like:
            self._like[word] = frozenset(other for other in self._words if same_word(word, other))
        return self._like[word]


def changed(mail: Mail) -> Iterator[Hit | NotRun]:
    """Figures of own text that plainly take one of the thread up, and differ."""
    if mail.parent is None:
        if mail.is_reply:
            yield NotRun(RULE, "the mail that this one answers is not known")
        return
    if mail.is_forward:
        return
    found = list(restated(mail))
    own = [(s, f) for s in mail.prose.sentences for f in find_figures(s.text, s.language)] if found else []
    needed = toml(__package__, "restated.toml")["needed"]
    for one in found:
        old = one.old.figure
        if one.chance < needed or any(old.equals(f) for s, f in own if abs(s.number - one.sentence.number) <= 1):
            continue  # where the old value stands beside it, the change is said
        yield Hit(
            RULE,
            f"the thread says {old.text}{_of(old)}, and you write {one.figure.text}{_of(one.figure)}",
            mail.at_sentence(one.sentence, one.figure.start, one.figure.end),
            "check which is right; where the figure did change, say so (“not … but …”)",
            confidence=Confidence.HIGH if one.chance >= _SURE else Confidence.MEDIUM,
        )


def _of(figure: Figure) -> str:
    named = next(iter(_named(figure)), "")
    return f" {named}" if named and figure.unit == COUNT else ""


def _named(figure: Figure) -> list[str]:
    """What is counted: the first weighty words behind the figure, common adjectives and “of the” passed over."""
    found: list[str] = []
    for word in figure.things:
        if pattern(__package__, "joins").fullmatch(word):
            continue
        if not content(word):
            break
        found.append(word)
    return found[:2]
