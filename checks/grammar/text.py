"""Sentences as one text for a proofreader, and the way back from its places to theirs."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import ClassVar

from sendcheck.checkapi import Sentence


class Text:
    """The sentences in one run: those of a paragraph and of a list item follow each other, all else stands apart. A wrapped line is a blank."""

    #: Characters that a proofreader is asked to read: some ten pages, and a few seconds.
    MOST: ClassVar[int] = 20_000

    def __init__(self, sentences: Sequence[Sentence]) -> None:
        pieces: list[str] = []
        self._begins: list[int] = []
        self._sentences: list[Sentence] = []
        self.truncated = False
        at = 0
        last: tuple[object, object] | None = None
        for sentence in sentences:
            key = (sentence.paragraph, sentence.item)
            joint = "" if last is None else " " if key == last else "\n\n"
            words = re.sub(r"\s", " ", sentence.text)
            if at + len(joint) + len(words) > self.MOST:
                self.truncated = True
                break
            pieces += [joint, words]
            self._begins.append(at + len(joint))
            self._sentences.append(sentence)
            at += len(joint) + len(words)
            last = key
        self.text = "".join(pieces)

    def place(self, start: int, end: int) -> tuple[Sentence, int, int] | None:
        """(sentence, start, end in it) of characters of the text; None for what reaches beyond one sentence, or lies in none."""
        index = bisect_right(self._begins, start) - 1
        if index < 0:
            return None
        sentence, begin = self._sentences[index], self._begins[index]
        if end > begin + len(sentence.text) or end <= start:
            return None
        return sentence, start - begin, end - begin
