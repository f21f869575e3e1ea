"""`figure-changed`: a figure of the thread comes back with another value (RULES.md, ruling 15)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from sendcheck.checkapi import Confidence, Hit, Mail, NotRun, Sentence, pattern
from sendcheck.understanding.figures import COUNT, DURATIONS, Figure, find_figures
from sendcheck.understanding.language import detect
from sendcheck.understanding.sentences import split
from sendcheck.understanding.text import flat
from sendcheck.understanding.units import SHARE
from sendcheck.understanding.words import content, same_word

RULE = "figure-changed"
_NEAR = 60
_MOST = 400
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


def changed(mail: Mail) -> Iterator[Hit | NotRun]:
    """Figures of own text that plainly take one of the thread up, and differ."""
    if mail.parent is None:
        if mail.is_reply:
            yield NotRun(RULE, "the mail that this one answers is not known")
        return
    if mail.is_forward:
        return
    mine = [(s, f) for s in mail.prose.sentences if not s.asks for f in find_figures(s.text, s.language)]
    if not mine:
        return
    thread = told_in(mail.thread_texts())
    own_figures = [f for _s, f in mine]
    for sentence, figure in mine:
        if not _takes_up(sentence, figure) or _says_so(mail, sentence):
            continue
        rivals = [t for t in thread if t.figure.unit == figure.unit and _same_thing(figure, sentence.text, t)]
        if not rivals or any(t.figure.equals(figure) for t in thread):
            continue
        if any(t.figure.equals(other) for t in rivals for other in own_figures if other is not figure):
            continue  # the old value stands in the text, too: the change is said
        old = rivals[0]
        yield Hit(
            RULE,
            f"the thread says {old.figure.text}{_of(old.figure)}, and you write {figure.text}{_of(figure)}",
            mail.at_sentence(sentence, figure.start, figure.end),
            "check which is right; where the figure did change, say so (“not … but …”)",
            confidence=Confidence.HIGH if figure.unit == COUNT or _shared(figure, sentence.text, old) else Confidence.MEDIUM,
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


def _takes_up(sentence: Sentence, figure: Figure) -> bool:
    """Whether the figure is spoken of as known: “the 30 chairs”, “you ordered 30 chairs”, “your invoice of 1 200 kr”."""
    before = flat(sentence.text[: figure.start] + "|")[:-1]
    if pattern(__package__, "known_before").search(before):
        return True
    return bool(pattern(__package__, "recalls").search(flat(sentence.text)))


def _says_so(mail: Mail, sentence: Sentence) -> bool:
    """The change is said, or the figure is the sender's to set: an offer, a price, a proposal."""
    near = [sentence, *mail.prose.neighbours(sentence)]
    if any(pattern(__package__, "change_said").search(flat(s.text)) for s in near):
        return True
    return bool(pattern(__package__, "deals").search(flat(sentence.text)))


def _same_thing(figure: Figure, sentence: str, told: Told) -> bool:
    if figure.unit == COUNT or figure.unit in DURATIONS:
        mine, theirs = _named(figure), _named(told.figure)
        return any(same_word(a, b) for a in mine for b in theirs)
    if _shared(figure, sentence, told):
        return True
    return figure.unit == SHARE and bool(pattern(__package__, "figure_words").search(flat(sentence)))


def _shared(figure: Figure, sentence: str, told: Told) -> bool:
    mine = Told(figure, sentence).near
    return any(same_word(a, b) for a in mine for b in told.near)
