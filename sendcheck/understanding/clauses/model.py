"""Clauses: the one view of a sentence that language rules use."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Who(StrEnum):
    """Whom a noun phrase means, seen from the sender."""

    I = "i"  # noqa: E741 - the word it stands for
    WE = "we"
    OWN = "own"
    READER = "reader"
    THIRD = "third"
    NOBODY = "nobody"
    THING = "thing"

    @property
    def sender(self) -> bool:
        """The writer, alone or with others."""
        return self in {Who.I, Who.WE}

    @property
    def own_side(self) -> bool:
        """The writer's side, whoever of it."""
        return self in {Who.I, Who.WE, Who.OWN}


class Tense(StrEnum):
    """When a clause says that something happens."""

    PAST = "past"
    PRESENT = "present"
    FUTURE = "future"


class Mood(StrEnum):
    """What a clause does: it says, asks or requests."""

    STATEMENT = "statement"
    QUESTION = "question"
    REQUEST = "request"


class Phrase(NamedTuple):
    """A noun phrase. ``head``: lemma of its noun; ``words``: lemmas, then forms of all its words; ``owner``: whose it is, if it says so;
    ``start``/``end``: characters in the sentence; ``name``: it is a proper noun.
    """

    text: str
    head: str
    words: tuple[str, ...]
    who: Who
    owner: Who | None
    owner_text: str
    start: int
    end: int
    name: bool


@dataclass(frozen=True, slots=True)
class Clause:
    """Who does what to whom, when.

    ``act``: lemma of the content verb ("" for a sentence without verb); ``acts``: the lemma alone and with its particles ("mess", "mess up");
    ``actor``: who does it, None if nobody is named (passives, headings); ``agent``: the doer a passive names; ``objects``: direct, then indirect;
    ``obliques``: (preposition, phrase); ``predicate``: what a copula says the actor is; ``negated``, ``conditional``: inside an if-clause or under
    one's result mood; ``governor``: index of the clause it hangs under; ``relation``: root, conj, complement, advclause, relclause, parataxis;
    ``mark``: lemma of its subordinator; ``start``/``end``: characters of the clause's own words; ``verb``: those of its verb.
    """

    act: str
    acts: frozenset[str]
    actor: Phrase | None
    agent: Phrase | None
    objects: tuple[Phrase, ...]
    obliques: tuple[tuple[str, Phrase], ...]
    predicate: Phrase | None
    negated: bool
    conditional: bool
    tense: Tense
    modals: frozenset[str]
    passive: bool
    perfect: bool
    mood: Mood
    mark: str
    adverbs: frozenset[str]
    relation: str
    governor: int | None
    start: int
    end: int
    verb: tuple[int, int]

    @property
    def who(self) -> Who:
        """Who acts: the actor, or the agent of a passive; NOBODY where none is named."""
        doer = self.agent if self.passive and self.agent is not None else None if self.passive else self.actor
        return doer.who if doer is not None else Who.NOBODY


class Word(NamedTuple):
    """A word of a sentence: lemma, part of speech (UD), characters in the sentence; ``governor``: where the word starts that it hangs under (its own
    start for a root), ``role``: as what (labels.toml); ``finite``: whether its form shows person or tense.
    """

    text: str
    lemma: str
    pos: str
    start: int
    end: int
    governor: int = 0
    role: str = ""
    finite: bool = False


class Parse(NamedTuple):
    """What one sentence holds: its clauses in order of their verbs, and its words."""

    clauses: tuple[Clause, ...]
    words: tuple[Word, ...]
