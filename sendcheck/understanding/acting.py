"""What the model of acts says of sentences, as rules use it: the likeliest of the acts that a rule is about, how sure, and its words."""

from __future__ import annotations

from typing import NamedTuple

from sendcheck.understanding.prose import Prose, Sentence
from sendcheck.understanding.text import LEFT_OUT, unquoted


class Act(NamedTuple):
    """``chance``: its calibrated probability; ``sure``: right nine times in ten on unseen writers; ``certain``: in ordinary mail too; ``span``: characters
    [start, end) of the sentence that carry it, the whole sentence where none stand out; ``words``: these characters, in one line.
    """

    name: str
    chance: float
    sure: bool
    certain: bool
    span: tuple[int, int]
    words: str


def act_of(prose: Prose, sentence: Sentence, *names: str) -> Act | None:
    """The likeliest of these acts, sure ones first, or None where none is likely, or what carries it is quoted (RULES.md, ruling 16)."""
    acts = prose.acts(sentence)
    found = [name for name in names if name in acts.likely]
    if not found:
        return None
    name = max(found, key=lambda one: (one in acts.sure, acts.chances[one]))
    span = _whole_words(sentence.text, *acts.words.get(name, (0, len(sentence.text))))
    left = unquoted(sentence.text)[slice(*span)].replace(LEFT_OUT, "")
    if not any(c.isalpha() for c in left):
        return None
    return Act(name, acts.chances[name], name in acts.sure, name in acts.certain, span, " ".join(sentence.text[slice(*span)].split()))


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Characters [start, end) as far as words reach, without marks and blanks at their ends: a model reads pieces of words."""
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    while start and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum():
        end += 1
    return start, end


def brings(prose: Prose, name: str) -> bool:
    """Whether a text brings what a whole mail can bring, by any of its sentences (:data:`sendcheck.acts.labels.BRINGS`)."""
    return any(name in prose.acts(s).brings for s in prose.sentences)
