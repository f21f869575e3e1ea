"""A sentence that asks several things, taken apart: “When do you deliver, and who signs?”, “(1) no search, (2) no export”."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sendcheck.checkapi import Sentence, pattern
from sendcheck.understanding.text import flat

_MARK = re.compile(r"(?:^|(?<=[\s,;:]))\(?(?P<label>\d{1,2}|[a-h])\)[ \t]+(?=\w)")
_MOST = 8


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a sentence that asks one thing. ``start``/``end``: characters of the sentence; ``label``: its number, or the item's."""

    sentence: Sentence
    start: int
    end: int
    text: str
    label: str

    @property
    def asks(self) -> bool:
        """Whether it belongs to a sentence with a question mark."""
        return self.sentence.asks

    def behind_comma(self, words: str) -> Part:
        """The piece that begins with *words* where a comma stands before them; itself where none does."""
        at = self.sentence.text.find(words, self.start, self.end)
        before = self.sentence.text[self.start : at].rstrip() if at >= 0 else ""
        before = pattern(__package__, "joined").sub("", before).rstrip()
        if not before.endswith((",", ";", ":", "–", "-")):
            return self
        joint = pattern(__package__, "leading").match(self.sentence.text[at : self.end])
        at += joint.end() if joint else 0
        return Part(self.sentence, at, self.end, flat(self.sentence.text[at : self.end]), self.label)


def parts(sentence: Sentence) -> Iterator[Part]:
    """The pieces that ask by themselves; the sentence as a whole where there is but one."""
    text = sentence.text
    marks = list(_MARK.finditer(text))
    if len(marks) > 1:
        cuts = [(m.end(), n.start() if n else len(text), m["label"].lower()) for m, n in zip(marks, [*marks[1:], None], strict=True)]
    else:
        joints = list(pattern(__package__, "joined_questions").finditer(text)) if sentence.asks else []
        if not joints or not pattern(__package__, "begins_question").search(flat(text[: joints[0].start()])):
            yield Part(sentence, 0, len(text), flat(text), sentence.label)
            return
        starts, ends = [0, *(m.end() for m in joints)], [*(m.start() for m in joints), len(text)]
        cuts = [(a, b, sentence.label) for a, b in zip(starts, ends, strict=True)]
    for start, end, label in cuts[:_MOST]:
        piece = flat(text[start:end])
        if piece:
            yield Part(sentence, start, end, piece, label)
