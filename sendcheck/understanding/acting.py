"""What the model of acts says of a sentence, as rules use it: the likeliest of the acts that a rule is about, how sure, and its words."""

from __future__ import annotations

from typing import NamedTuple

from sendcheck.understanding.prose import Prose, Sentence
from sendcheck.understanding.text import LEFT_OUT, unquoted


class Act(NamedTuple):
    """``chance``: its calibrated probability; ``sure``: right nine times in ten on unseen writers; ``span``: characters [start, end) of the sentence
    that carry it, the whole sentence where none stand out.
    """

    name: str
    chance: float
    sure: bool
    span: tuple[int, int]


def act_of(prose: Prose, sentence: Sentence, *names: str) -> Act | None:
    """The likeliest of these acts, or None where none is likely, or what carries it is quoted (RULES.md, ruling 16).

    Raises:
        ModelError: the model cannot be used.
    """
    acts = prose.acts(sentence)
    found = [name for name in names if name in acts.likely]
    if not found:
        return None
    name = max(found, key=lambda one: acts.chances[one])
    span = acts.words.get(name, (0, len(sentence.text)))
    left = unquoted(sentence.text)[slice(*span)].replace(LEFT_OUT, "")
    if not any(c.isalpha() for c in left):
        return None
    return Act(name, acts.chances[name], name in acts.sure, span)


def somebody_does(prose: Prose, *names: str) -> bool:
    """Whether any sentence likely does one of these acts; raises as :func:`act_of`."""
    return any(not prose.acts(s).likely.isdisjoint(names) for s in prose.sentences)
