"""Sentences as a network reads them: token numbers, whose tokens are whose, and what each sentence does.

A window is one or more neighbouring sentences of a mail, read together: ``<s> us </s> first sentence </s> second … </s>``; each sentence is judged
from its own tokens, which have seen the others.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sendcheck.training.acts.exchanges import Sentence, Written
from sendcheck.training.acts.labels import LABELS, SPANNED

if TYPE_CHECKING:
    from tokenizers import Tokenizer

#: Labels whose words the token head marks, in its order.
MARKED = tuple(label for label in LABELS if label in SPANNED)
#: Tokens of a window, and of one sentence in it.
LONGEST, LONGEST_SENTENCE = 320, 80

_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_URL = re.compile(r"(?:https?://|www\.)\S+")


def stand_ins(text: str) -> str:
    """The text with addresses and links replaced by stand-ins of their kind, and each digit by 0: what a sentence does hangs on none of them.

    The length may change; spans are found in the text as it was.
    """
    return re.sub(r"\d", "0", _URL.sub("www", _ADDRESS.sub("name@house", text)))


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
    """Sentences that stand together. ``side`` is "them" for an answered mail, else "us"."""

    side: str
    lines: tuple[Line, ...]


def _line(key: str, sentence: Sentence) -> Line:
    marked = [label for label in sentence.labels if label in SPANNED]
    if len(sentence.spans) < len(marked):
        marked = [label for label in marked if label != "commit-undated"]
    marks = tuple((label, *span) for label, span in zip(marked, sentence.spans, strict=False))
    return Line(key, sentence.text, sentence.labels, marks)


def mails(written: Written) -> Iterator[Mail]:
    """A writer's mails, and each sentence of a battery as a mail of its own."""
    for key, side, sentences in written.mails():
        if sentences:
            yield Mail(side, tuple(_line(f"{key}/{s.number}", s) for s in sentences))


@dataclass(frozen=True, slots=True)
class Window:
    """``ids`` token numbers; ``places`` the tokens [start, end) of each judged sentence; ``lines`` those sentences.

    ``tokens_of_marks``: for each of them (label's place in MARKED, first token, token after the last) of its faulty words.
    """

    ids: list[int]
    places: list[tuple[int, int]]
    lines: list[Line]
    tokens_of_marks: list[list[tuple[int, int, int]]]


class Windows:
    """Makes windows of mails with one tokenizer. ``context`` is "none", "before" (the sentence before), "around" (both neighbours) or "mail"."""

    def __init__(self, tokenizer: Tokenizer, begin: int, end: int, context: str) -> None:
        self.tokenizer, self.begin, self.end, self.context = tokenizer, begin, end, context
        self._sides = {side: tokenizer.encode(side).ids for side in ("us", "them")}
        self._known: dict[str, list[int]] = {}

    def _ids(self, text: str) -> list[int]:
        found = self._known.get(text)
        if found is None:
            found = self._known[text] = self.tokenizer.encode(stand_ins(text)).ids[:LONGEST_SENTENCE]
        return found

    def _marks(self, line: Line, start: int) -> list[tuple[int, int, int]]:
        """(label's place in MARKED, first token, token after the last) in the window; none where a stand-in moved the characters."""
        if not line.marks:
            return []
        found = []
        offsets = self.tokenizer.encode(re.sub(r"\d", "0", line.text)).offsets[:LONGEST_SENTENCE]
        if len(offsets) != len(self._ids(line.text)):
            return []
        for label, first, after in line.marks:
            inside = [at for at, (a, b) in enumerate(offsets) if a < after and b > first]
            if inside:
                found.append((MARKED.index(label), start + inside[0], start + inside[-1] + 1))
        return found

    def _window(self, mail: Mail, first: int, after: int, judged: range) -> Window:
        ids = [self.begin, *self._sides[mail.side], self.end]
        places, lines, marks = [], [], []
        for at in range(first, after):
            line = mail.lines[at]
            own = self._ids(line.text)
            if at in judged:
                places.append((len(ids), len(ids) + len(own)))
                lines.append(line)
                marks.append(self._marks(line, len(ids)))
            ids += [*own, self.end]
        return Window(ids, places, lines, marks)

    def _whole(self, mail: Mail) -> Iterator[Window]:
        """As many sentences at once as fit; where a mail is cut, two sentences of the part before are read again."""
        first = 0
        total = len(mail.lines)
        done = 0
        while done < total:
            length, after = 4, first
            while after < total and (after == first or length + len(self._ids(mail.lines[after].text)) + 1 <= LONGEST):
                length += len(self._ids(mail.lines[after].text)) + 1
                after += 1
            until = after if after == total or after - done < 2 else after - 1
            yield self._window(mail, first, after, range(done, until))
            done, first = until, max(until - 2, first + 1)

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
        if chance.random() < 0.25:
            yield from self.of(mail, "none")
        elif self.context == "mail" and chance.random() < 0.35 and len(mail.lines) > 3:
            cut = chance.randrange(1, len(mail.lines) - 1)
            for part in (mail.lines[:cut], mail.lines[cut:]):
                yield from self._whole(Mail(mail.side, part))
        else:
            yield from self.of(mail)


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
