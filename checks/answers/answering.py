"""What in the own text comes back to what was asked: by its place below a quote, by number, and by what the trained model hears."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sendcheck.checkapi import Mail, Sentence

from .asked import Asked
from .labels import labels
from .likelihood import features, likelihood, needed
from .place import is_polite, position, quoted_pieces, stands_bare

#: From which probability on a sentence that bears the number of what is asked answers it.
_UNDER = 0.1


@dataclass(frozen=True, slots=True)
class Answer:
    """The sentence that comes back to an item, and what told."""

    sentence: Sentence
    how: str


@dataclass(frozen=True, slots=True)
class Heard:
    """Of one item: its answer, None if there is none; ``chance``: the probability that the text comes back to it."""

    item: Asked
    answer: Answer | None
    chance: float


class Answering:
    """The own text beside everything that was asked. ``strict``: the reader is unhappy; else doubt is in the writer's favour."""

    def __init__(self, mail: Mail, items: Sequence[Asked], strict: bool) -> None:
        self._sentences = mail.prose.sentences
        self._items = items
        self._strict = strict
        self.pieces = quoted_pieces(mail)
        pieces = [item for item in items if item.is_piece or item.before]
        heard = dict(zip(map(id, pieces), mail.prose.answers_to([item.text for item in pieces]), strict=True)) if pieces else {}
        self._heard = [heard.get(id(item)) or mail.prose.answers(item.part.sentence) for item in items]
        self._saying = sum(not is_polite(mail.prose, s) for s in self._sentences)
        self._labels = {s.number: labels(s) for s in self._sentences}

    def all(self) -> Iterator[Heard]:
        """Each item with its answer."""
        texts = [s.text for s in self._sentences]
        for item, heard in zip(self._items, self._heard, strict=True):
            below = self._inline(item)
            if below is not None:
                yield Heard(item, below, 1.0)
                continue
            best = max(range(len(heard)), key=lambda at: heard[at].chance)
            chance = likelihood(features(item.text, texts, heard, self._saying, len(self._items)))
            under = self._under(item)
            # A sentence under the number of what it answers stands where its answer is expected.
            if under is not None and any(heard[s.number].chance >= _UNDER for s in under):
                yield Heard(item, Answer(under[0], f"under the same number ({item.label})"), 1.0)
            elif chance >= needed(self._strict) and not stands_bare(item, self.pieces):
                how = "answers it" if heard[best].answered >= heard[best].deferred else "puts it off, and says until when"
                yield Heard(item, Answer(self._sentences[best], how), chance)
            else:
                yield Heard(item, None, chance)

    def _inline(self, item: Asked) -> Answer | None:
        """The own text right below the quoted item."""
        for piece in self.pieces:
            at = position(item, piece)
            if at < 0 or not piece.below:
                continue
            places = sorted(p for i in self._items if (p := position(i, piece)) >= 0)
            if at >= places[-1] or len(piece.below) >= len(places):
                return Answer(piece.below[0], "below the quoted words")
        return None

    def _under(self, item: Asked) -> list[Sentence] | None:
        """The sentences under the item's number, as far as the next number."""
        if not item.label or any(i.label == item.label and i.kind is not item.kind for i in self._items):
            return None
        found: list[Sentence] = []
        for sentence in self._sentences:
            if item.label in self._labels[sentence.number]:
                found = [sentence]
            elif found and self._labels[sentence.number]:
                break
            elif found and sentence.paragraph == found[-1].paragraph:
                found.append(sentence)
        return found or None
