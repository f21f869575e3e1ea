"""Where it is doubtful whether something was answered, the writer is believed."""

from __future__ import annotations

from sendcheck.checkapi import Sentence

from .asked import SPECIAL, Asked, Kind, kind_of
from .kinds import fits, is_bare
from .matter import Term, word_set
from .told import Answer, Told

_SHORT_TEXT = 2
#: Questions whose answer would show its kind: a time, a person, a place, a figure.
TOLD_BY_KIND = frozenset({"when", "duration", "number", "amount", "who", "where"})
_ANY_TEXT = frozenset({"", "which", "how", "why"})


def in_doubt(told: Told, item: Asked, wanted: tuple[Term, ...], alone: bool, strict: bool) -> Answer | None:
    """An assent covers all, a question back takes requests up, a short text answers the only question, vague questions need no answer, and a sentence
    that answers nothing else may answer anything.

    ``alone``: the item is all that was asked; ``strict``: its writer complained: only a sentence that answers nothing else is believed, and a request
    wants an act.
    """
    said = [s for s in told.sentences if not told.says(s, "openers")]
    if not said:
        return None
    question = item.kind is Kind.QUESTION
    if strict:
        shows = question and (kind_of(item.part) in TOLD_BY_KIND or any(t.key for t in wanted))  # a person or a figure that an answer would name
        return None if shows else _anything(told, not question)
    assent = next((s for s in said if told.says(s, "assent")), None)
    if assent is not None and not (question and kind_of(item.part)):
        return Answer(assent, "assents to it")
    back = next((s for s in said if s.asks), None)
    if back is not None and not question:
        return Answer(back, "asks back")
    if not question:
        return _anything(told)
    if alone and len(said) <= _SHORT_TEXT and (found := _only_answer(told, item, wanted, said)) is not None:
        return found
    if not wanted or all(t.forms & word_set("light") for t in wanted):
        return Answer(said[0], "too vague a question to look for its answer")
    return None if kind_of(item.part) in TOLD_BY_KIND else _anything(told)


def _anything(told: Told, acting: bool = False) -> Answer | None:
    """An answer need not share a word with its question (RULES.md, ruling 41): whatever else is said may be one, each sentence for one item."""
    found = told.spare(acting)
    return Answer(found, "may answer it in words of its own", sure=False) if found is not None else None


def _only_answer(told: Told, item: Asked, wanted: tuple[Term, ...], said: list[Sentence]) -> Answer | None:
    """A short text below a single question, where it leans on it and holds the kind of answer that is wanted."""
    kind = kind_of(item.part)
    if any(t.key for t in wanted) or kind in SPECIAL:
        return None
    found = next((s for s in said if is_bare(told, s) and (kind in _ANY_TEXT or fits(told, kind, s, [], (), item.text))), None)
    return Answer(found, "the only question, and the only answer") if found is not None else None
