"""How a model reads sentences: what is put in place of figures and addresses, and which sentences are read together. Training reads the same way."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tokenizers import Tokenizer

#: Tokens of a window, and of one sentence in it: what is beyond is not read.
LONGEST, LONGEST_SENTENCE = 320, 80
#: Characters of one sentence that are split into tokens.
MOST_CHARACTERS = 1_000
#: What a window begins with, by whose mail it is: the answered one's, or the own.
SIDES = ("us", "them")
_OVERHEAD = 4
#: What stands between parts of a sentence, in the languages that the model has learnt; and how many tokens make a part.
_BETWEEN = re.compile(r"(?:[,;:–—]|\s-)\s+(?:(?:and|but|og|men|so|så)\s)?|\s(?:and|but|og|men)\s")
_SHORTEST = 4
_REPLACED = re.compile(r"(?P<address>[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+)|(?P<url>(?:https?://|www\.)\S+)|(?P<blank>\s+)|(?P<marks>[!?][!?]+)|\d+")


def stand_ins(text: str) -> tuple[str, list[int]]:
    """The text as a model reads it, and for each of its characters, and for its end, the place in ``text`` where it comes from.

    Addresses, links and figures are replaced by stand-ins of their kind, since what a sentence does hangs on none of them; runs of blanks and of marks by one.
    """
    made: list[str] = []
    places: list[int] = []
    at = 0
    for found in _REPLACED.finditer(text):
        made += text[at : found.start()]
        places += range(at, found.start())
        word = "name@house" if found["address"] else "www" if found["url"] else " " if found["blank"] else found["marks"][0] if found["marks"] else "0"
        made += word
        places += [found.start()] * (len(word) - 1) + [found.end() - 1]
        at = found.end()
    made += text[at:]
    places += range(at, len(text) + 1)
    return "".join(made), places


class Read(NamedTuple):
    """One sentence: its token numbers, each token's characters [start, end), and the tokens [first, after) of its parts, where it has several."""

    ids: Sequence[int]
    offsets: Sequence[tuple[int, int]]
    parts: Sequence[tuple[int, int]]


def _parts(text: str, offsets: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The parts of a sentence between commas and conjunctions, as tokens; one that is too short belongs to none. None where there is but one."""
    starts = [0, *(cut.end() for cut in _BETWEEN.finditer(text))]
    if len(starts) == 1:
        return []
    found = []
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        inside = [at for at, (a, b) in enumerate(offsets) if a < end and b > start]
        if len(inside) >= _SHORTEST:
            found.append((inside[0], inside[-1] + 1))
    return found


class Reader:
    """Makes windows of sentences: ``<s> us </s> first sentence </s> second … </s>``. ``begin``, ``end``: the numbers of the two marks."""

    def __init__(self, tokenizer: Tokenizer, begin: int, end: int) -> None:
        self._tokenizer, self._end = tokenizer, end
        self._heads = {side: [begin, *tokenizer.encode(side).ids, end] for side in SIDES}

    def read(self, text: str) -> Read:
        """A sentence as far as it is read; offsets are those of ``text``."""
        plain, places = stand_ins(text[:MOST_CHARACTERS])
        found = self._tokenizer.encode(plain)
        offsets = [(places[a], places[max(a, b - 1)] + (b > a)) for a, b in found.offsets[:LONGEST_SENTENCE]]
        return Read(found.ids[:LONGEST_SENTENCE], offsets, _parts(text, offsets))

    def window(self, sentences: Sequence[Read], side: str) -> tuple[list[int], list[int]]:
        """(token numbers of all of them together, where in them each one begins). ``side``: one of SIDES."""
        ids = [*self._heads[side]]
        starts = []
        for one in sentences:
            starts.append(len(ids))
            ids += [*one.ids, self._end]
        return ids, starts


class Together(NamedTuple):
    """Sentences [first, after) that are read at once, and which of them are judged: [judged, until)."""

    first: int
    after: int
    judged: int
    until: int


def together(lengths: Sequence[int]) -> Iterator[Together]:
    """Which sentences are read at once, by how many tokens each has: as many as fit.

    Where a mail is cut, two sentences of the part before and one of the part after are read beside it.
    """
    first = done = 0
    total = len(lengths)
    while done < total:
        length, after = _OVERHEAD, first
        while after < total and (after <= done or length + lengths[after] + 1 <= LONGEST):
            length += lengths[after] + 1
            after += 1
        until = after if after == total or after - done < 2 else after - 1
        yield Together(first, after, done, until)
        done, first = until, max(until - 2, first + 1)
