"""Answers by place: which pieces of the answered mail are quoted, and what own text stands right below each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sendcheck.checkapi import Kind, Mail, Sentence
from sendcheck.understanding.text import flat

from .asked import Asked, words_of

_TAIL = 60


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quoted piece, in one line without quote marks. ``below``: the sentences of own text right below it, those that say something."""

    text: str
    below: tuple[Sentence, ...]


def quoted_pieces(mail: Mail) -> list[Quoted]:
    """The pieces that the writer quoted to answer them; none where the whole mail just hangs below.

    Pieces that only blank lines part stay apart: whoever quotes two questions in two pieces answers each.
    """
    found: list[Quoted] = []
    own = -1
    for body in mail.bodies:
        if not body.primary:
            continue
        segments = [s for s in body.segments if s.kind is not Kind.SIGNATURE]
        inline = any(s.kind is Kind.QUOTE for s in segments)
        for index, segment in enumerate(segments):
            if segment.kind is Kind.OWN:
                own += 1
            text = body.text[segment.start : segment.end]
            trail = segment.kind is Kind.TRAIL and inline and text.lstrip().startswith((">", "|"))
            if segment.kind is Kind.QUOTE or trail:
                following = segments[index + 1] if index + 1 < len(segments) else None
                below = [s for s in mail.prose.sentences if s.piece.index == own + 1] if following is not None and following.kind is Kind.OWN else []
                pieces = [flat(re.sub(r"(?m)^[ \t]*(?:>[ \t]?)+", "", p)) for p in re.split(r"\n[ \t]*\n", text) if p.strip()]
                found += [Quoted(p, ()) for p in pieces[:-1]]
                found += [Quoted(p, tuple(s for s in below if not _is_empty(s))) for p in pieces[-1:]]
    return found


def _is_empty(sentence: Sentence) -> bool:
    """A salutation, thanks or a closing phrase: it answers nothing."""
    return bool(words_of(sentence, "openers", "answers").search(flat(sentence.text)))


def position(item: Asked, quoted: Quoted) -> int:
    """Where a quoted piece holds an item, -1 if it does not: by the end of its words, since people cut what goes before."""
    words = item.text if len(item.sentences) < 2 else flat(item.sentences[-1].text)
    return quoted.text.find(words[-_TAIL:])


def stands_bare(item: Asked, pieces: Sequence[Quoted]) -> bool:
    """Whether the item is quoted and nothing stands below, where other pieces have their answers."""
    held = [p for p in pieces if position(item, p) >= 0]
    return bool(held) and not any(p.below for p in held)
