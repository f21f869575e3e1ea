"""Sentences as a network reads them: token numbers, whose tokens are whose, and what each sentence does.

A window is one or more neighbouring sentences of a mail, read together: ``<s> us </s> first sentence </s> second … </s>``; each sentence is judged
from its own tokens, which have seen the others.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sendcheck.acts.labels import LABELS, MARKED, SPANNED
from sendcheck.acts.windows import Read, Reader, together
from sendcheck.training.acts.exchanges import Sentence, Written

if TYPE_CHECKING:
    from tokenizers import Tokenizer


#: How often a mail that complains, or does not, is read without salutation and closing, and how often a few sentences of it are.
_BARE, _SHORT = 0.5, 0.4
#: Sentences of another mail between which one is planted, and how much they count there: they are learnt where they stand.
_HOST, _PLANTED = 3, 0.3


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence to read. ``marks``: characters [start, end) of faulty words by label; ``weight``: how much it counts in training."""

    key: str
    text: str
    labels: tuple[str, ...]
    marks: tuple[tuple[str, int, int], ...] = ()
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Mail:
    """Sentences that stand together. ``side`` is "them" for an answered mail, else "us"; ``complains``: whether it is a complaint, None if nobody said."""

    side: str
    lines: tuple[Line, ...]
    complains: bool | None = None


def _line(key: str, sentence: Sentence) -> Line:
    marked = [label for label in sentence.labels if label in SPANNED]
    if len(sentence.spans) < len(marked):
        marked = [label for label in marked if label != "commit-undated"]
    marks = tuple((label, *span) for label, span in zip(marked, sentence.spans, strict=False))
    return Line(key, sentence.text, sentence.labels, marks)


def mails(written: Written) -> Iterator[Mail]:
    """A writer's mails, and each sentence of a battery as a mail of its own."""
    complain = {f"{written.writer}/{exchange.id}/p": exchange.complains for exchange in written.exchanges}
    for key, side, sentences in written.mails():
        if sentences:
            yield Mail(side, tuple(_line(f"{key}/{s.number}", s) for s in sentences), complain.get(key))


@dataclass(frozen=True, slots=True)
class Window:
    """``ids`` token numbers; ``places`` the tokens [start, end) of each judged sentence; ``lines`` those sentences; ``complains`` as of their mail.

    ``tokens_of_marks``: for each of them (label's place in MARKED, first token, token after the last) of its faulty words.
    """

    ids: list[int]
    places: list[tuple[int, int]]
    lines: list[Line]
    tokens_of_marks: list[list[tuple[int, int, int]]]
    complains: bool | None


class Windows:
    """Makes windows of mails with one tokenizer. ``context`` is "none", "before" (the sentence before), "around" (both neighbours) or "mail"."""

    def __init__(self, tokenizer: Tokenizer, begin: int, end: int, context: str) -> None:
        self.context = context
        self._reader = Reader(tokenizer, begin, end)
        self._known: dict[str, Read] = {}

    def _read(self, text: str) -> Read:
        found = self._known.get(text)
        if found is None:
            found = self._known[text] = self._reader.read(text)
        return found

    def _marks(self, line: Line, start: int) -> list[tuple[int, int, int]]:
        """(label's place in MARKED, first token, token after the last) in the window."""
        found = []
        for label, first, after in line.marks:
            inside = [at for at, (a, b) in enumerate(self._read(line.text).offsets) if a < after and b > first]
            if inside:
                found.append((MARKED.index(label), start + inside[0], start + inside[-1] + 1))
        return found

    def _window(self, mail: Mail, first: int, after: int, judged: range) -> Window:
        read = [self._read(line.text) for line in mail.lines[first:after]]
        ids, starts = self._reader.window(read, mail.side)
        lines = [mail.lines[at] for at in judged]
        places = [(starts[at - first], starts[at - first] + len(read[at - first].ids)) for at in judged]
        marks = [self._marks(line, start) for line, (start, _end) in zip(lines, places, strict=True)]
        return Window(ids, places, lines, marks, mail.complains)

    def _whole(self, mail: Mail) -> Iterator[Window]:
        for cut in together([len(self._read(line.text).ids) for line in mail.lines]):
            yield self._window(mail, cut.first, cut.after, range(cut.judged, cut.until))

    def of(self, mail: Mail, context: str | None = None) -> Iterator[Window]:
        """Windows in which each sentence of the mail is judged once."""
        context = context or self.context
        if context == "mail":
            yield from self._whole(mail)
            return
        for at in range(len(mail.lines)):
            first = at if context == "none" else max(0, at - 1)
            after = min(len(mail.lines), at + 2) if context == "around" else at + 1
            yield self._window(mail, first, after, range(at, at + 1))

    def drawn(self, mail: Mail, chance: random.Random) -> Iterator[Window]:
        """As of :meth:`of`, now and then with less around each sentence, so that the network learns to do without."""
        mail = shortened(worn(mail, chance), chance)
        # A part of a complaint need not complain; of what is none no part does.
        known = None if mail.complains else mail.complains
        if chance.random() < (0.25 if mail.complains is None else 0.1):
            yield from self.of(replace(mail, complains=known), "none")
        elif self.context == "mail" and chance.random() < 0.35 and len(mail.lines) > 3:
            cut = chance.randrange(1, len(mail.lines) - 1)
            for part in (mail.lines[:cut], mail.lines[cut:]):
                yield from self._whole(replace(mail, lines=part, complains=known))
        else:
            yield from self.of(mail)


def planted(learnt: Sequence[Mail], share: float, chance: random.Random) -> Iterator[Mail]:
    """The mails, but so large a share of the sentences that stand alone put between some of another mail's, what they do being as it was.

    In a mail where all else is ordinary an untaught model believes no sentence to be worse than its neighbours.
    """
    hosts = [mail for mail in learnt if mail.side == "us" and len(mail.lines) >= _HOST]
    for mail in learnt:
        if len(mail.lines) > 1 or mail.side != "us" or not hosts or chance.random() >= share:
            yield mail
            continue
        host = chance.choice(hosts)
        first = chance.randrange(len(host.lines) - _HOST + 1)
        around = [replace(line, weight=line.weight * _PLANTED) for line in host.lines[first : first + _HOST]]
        at = chance.randrange(_HOST + 1)
        # Whether a promise has its time is told by the sentences beside it.
        timed = any("commit-dated" in line.labels for line in around) and {"commit-undated", "commit-empty"}.intersection(mail.lines[0].labels)
        yield mail if timed else replace(mail, lines=(*around[:at], *mail.lines, *around[at:]))


def shortened(mail: Mail, chance: random.Random) -> Mail:
    """Of mails that complain or are known not to, now and then a few sentences: so that neither length nor salutation tells one from the other.

    Of a complaint they hold one that says what went wrong.
    """
    if mail.complains is None:
        return mail
    lines = mail.lines
    if chance.random() < _BARE:
        lines = tuple(line for line in lines if not {"greeting", "closing"}.intersection(line.labels)) or lines
    at = [number for number, line in enumerate(lines) if "concern" in line.labels or not mail.complains]
    if at and chance.random() < _SHORT:
        middle = chance.choice(at)
        first = max(0, middle - chance.randrange(3))
        lines = lines[first : middle + 1 + chance.randrange(3)]
    return replace(mail, lines=lines)


def worn(mail: Mail, chance: random.Random) -> Mail:
    """Now and then the mail as some people type: without capitals, or without the marks that end sentences. Places stay."""
    drawn = chance.random()
    if drawn < 0.05:
        return replace(mail, lines=tuple(replace(line, text=line.text.lower()) for line in mail.lines))
    if drawn < 0.10:
        return replace(mail, lines=tuple(replace(line, text=line.text.rstrip(".!?")) for line in mail.lines if line.text.rstrip(".!?")))
    return mail


def batches(windows: Iterable[Window], tokens: int, chance: random.Random | None = None) -> list[list[Window]]:
    """Windows of like length together, at most so many tokens with the padding; shuffled where ``chance`` is given."""
    ordered = sorted(windows, key=lambda w: len(w.ids) + (chance.random() * 8 if chance else 0))
    found: list[list[Window]] = []
    batch: list[Window] = []
    for window in ordered:
        if batch and max(len(window.ids), max(len(w.ids) for w in batch)) * (len(batch) + 1) > tokens:
            found.append(batch)
            batch = []
        batch.append(window)
    if batch:
        found.append(batch)
    if chance:
        chance.shuffle(found)
    return found


def targets(lines: Sequence[Line]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """(sentences, labels): 1 where a sentence does that act."""
    return np.array([[float(label in line.labels) for label in LABELS] for line in lines], dtype=np.float32).reshape(len(lines), len(LABELS))
