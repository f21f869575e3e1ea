"""Two equal words that belong to two phrases or clauses: “what it is | is a fault”, “log in | in May”, “the one you talk to | to get it”.

The first must end what it belongs to and the second begin something else, and the parse must say by what: a slip is read as one word that hangs where
the other does. What is doubtful is a slip.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from sendcheck.checkapi import Sentence, of_language
from sendcheck.understanding.clauses.build import lexicon
from sendcheck.understanding.clauses.model import Word
from sendcheck.understanding.lexicon import particles
from sendcheck.understanding.timing import find_times

_VERBS = frozenset({"VERB", "AUX"})
_PREPOSITIONS = frozenset({"ADP", "ADV", "PART"})
_NOMINAL = frozenset({"PRON", "DET", "SCONJ"})
_SUBJECTS = frozenset({"subject", "expletive", "logical"})


def meet(sentence: Sentence, words: Sequence[Word], at: int, language: str) -> bool:
    """Whether a phrase or a clause ends between ``words[at]`` and its twin behind it."""
    tree = _Tree(sentence, words, language)
    first, second = words[at], words[at + 1]
    if first.pos in _VERBS and second.pos in _VERBS:
        return tree.verbs(at)
    if first.pos in _PREPOSITIONS and second.pos in {"ADP", "PART"}:
        return tree.prepositions(at)
    if first.role == "mark" and second.pos in {"PRON", "DET", "ADP"} and first.pos != second.pos:
        return tree.head(first).role != "relclause"  # “I know that | that is hard”
    return first.pos in _NOMINAL and second.pos in {"PRON", "DET"} and tree.pronouns(at)


@cache
def _data(language: str, key: str) -> frozenset[str]:
    return frozenset(of_language(__package__, "doubles", language).get(key, ()))


@cache
def _asking(language: str) -> frozenset[str]:
    """Words that ask or relate, and so open a clause that may end with its verb or with a preposition."""
    words = lexicon(language)
    return frozenset([*words["relative"], *words["questions"]])


@cache
def _alone(language: str) -> frozenset[tuple[str, str]]:
    """Verbs with the prepositions that need no noun after them."""
    told = of_language(__package__, "doubles", language).get("particles", {})
    return particles(language, "alone") | {(verb, word) for verb, words in told.items() for word in words}


class _Tree:
    """The words of one sentence and what hangs where."""

    def __init__(self, sentence: Sentence, words: Sequence[Word], language: str) -> None:
        self.sentence, self.words, self.language = sentence, words, language
        self.by_start = {w.start: w for w in words}

    def head(self, word: Word) -> Word:
        """What a word hangs under; itself for a root."""
        return self.by_start.get(word.governor, word)

    def above(self, word: Word) -> Iterator[Word]:
        """All that a word hangs under, the nearest first."""
        for _ in self.words:
            upper = self.head(word)
            if upper is word:
                return
            yield upper
            word = upper

    def below(self, word: Word) -> Iterator[Word]:
        """What hangs under a word directly."""
        return (w for w in self.words if w is not word and w.governor == word.start)

    def is_asked(self, verb: Word) -> bool:
        """Whether a word that asks or relates (“what”, “som”) stands before a verb in its clause."""
        asking = _asking(self.language)
        return any(w.start < verb.start and w.text.lower() in asking and verb in self.above(w) for w in self.words)

    def is_timed(self, word: Word) -> bool:
        """Whether an adverbial of time or another fixed one begins with a word: “in May”, “til slutt”."""
        text = self.sentence.text
        if any(found.start == word.start for found in find_times(text, None)):
            return True
        rest = " ".join(text[word.start :].lower().split())
        return any(rest.startswith(fixed) and not rest[len(fixed) : len(fixed) + 1].isalnum() for fixed in _data(self.language, "adverbials"))

    def verbs(self, at: int) -> bool:
        """A clause that ends with its verb, and the verb it is part of: “what it is | is”, “dem som kommer | kommer”."""
        first, second = self.words[at], self.words[at + 1]
        before = self.words[at - 1] if at else None
        if first.role == "aux":  # an auxiliary and the same verb: “had had”, “I do do”
            owner = before is not None and before.pos in {"PRON", "NOUN", "PROPN", "ADV"}
            together = first.governor == second.start or (second.role == "aux" and first.governor == second.governor)
            return owner and together and first.text.lower() in _data(self.language, "auxiliaries")
        own = [w for w in self.below(first) if w.start < first.start]
        marked = any(w.role == "mark" for w in own)
        has_subject = any(w.role in _SUBJECTS for w in own)
        related = any(w.text.lower() in _asking(self.language) for w in own)
        if related and has_subject and not marked:  # “what it is | is”, whichever of the two the parse puts on top
            return True
        main = self.head(second) if second.role == "aux" else second
        if main not in self.above(first):
            return False
        if first.role == "relclause":
            return has_subject or marked or related
        if first.role == "advclause":
            return marked
        return first.role in {"subject", "complement"} and (has_subject or marked) and self.is_asked(first)

    def prepositions(self, at: int) -> bool:
        """One that has no noun, and one that has: “log in | in May”, “it was paid for | for May”, “who to talk to | to get it”."""
        first, second = self.words[at], self.words[at + 1]
        before = self.words[at - 1] if at else None
        word = first.text.lower()
        verb = self.head(first)
        if first.governor == second.governor:  # read as one: the word before tells
            if before is None or before.pos not in _VERBS or (before.lemma, word) not in particles(self.language, "seen") | _alone(self.language):
                return False
            return self.is_timed(second) or (second.pos == "PART" and any(w.text.lower() in _asking(self.language) for w in self.words[:at]))
        if verb.pos not in _VERBS or verb.start > first.start or first.role in {"conj", "predicate"} or self.head(second).start < second.start:
            return False
        pair = (verb.lemma, word)
        if any(w.pos not in {"PRON", "PART"} for w in self.words if verb.start < w.start < first.start):
            return self.is_asked(verb)
        if pair in _alone(self.language) or (self.is_timed(second) and pair in particles(self.language, "seen")):
            return True
        if self.is_asked(verb):
            return True
        own = list(self.below(verb))
        return verb.role == "relclause" and any(w.role == "subject" for w in own) and not any(w.role == "object" and w.start > verb.start for w in own)

    def pronouns(self, at: int) -> bool:
        """The object of one verb and the subject of the next (“I told you | you were”), or a head and the clause about it (“det | det gjelder er”)."""
        first, second = self.words[at], self.words[at + 1]
        upper, lower = self.head(first), self.head(second)
        before = self.words[at - 1] if at else None
        if first.governor == second.governor:
            return second.role in {"det", "poss"} and before is not None and before.pos in _VERBS and self.is_timed(second)
        behind = upper.pos in _VERBS and upper.start < first.start
        if second.role in {"det", "poss"}:  # “give her | her book”, “do this | this morning”
            return behind and lower.start > second.start and (first.role == "iobject" or self.is_timed(second))
        if second.role not in _SUBJECTS or lower.start < second.start:
            return False
        if behind and first.role in {"object", "iobject", "predicate", "oblique"}:
            between = [w for w in self.words if upper.start < w.start < first.start]
            return upper.lemma not in _data(self.language, "auxiliaries") and not any(w.role in {"mark", "object"} for w in between)
        return first.role in {*_SUBJECTS, "object", "predicate", "oblique"} and upper.start > lower.start
