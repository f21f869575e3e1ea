"""What the sender's side binds itself to, and by when. Shared by the rules on promises, plans and next updates (RULES.md, rulings 4, 5, 21, 22)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any, NamedTuple

from sendcheck.data import alternatives, language_file, union
from sendcheck.data.sieve import Alternatives, Lazy
from sendcheck.understanding.clauses.build import lexicon
from sendcheck.understanding.clauses.model import Clause, Mood, Tense, Who
from sendcheck.understanding.clauses.pipeline import READ_AS
from sendcheck.understanding.prose import Prose, Sentence
from sendcheck.understanding.timing import TimeKind, When


class Deed(StrEnum):
    """What is promised: an act, only word of it, or that a thing will come."""

    ACT = "act"
    WORD = "word"
    ARRIVAL = "arrival"


class Commitment(NamedTuple):
    """``whens``: time expressions of its sentence that do not tell of the past; ``bound``: one of them, or of a neighbour's, is a by-when."""

    sentence: Sentence
    clause: Clause
    deed: Deed
    whens: tuple[When, ...]
    bound: bool

    @property
    def empty(self) -> When | None:
        """The empty time word of the sentence (“soon”)."""
        return next((w for w in self.whens if w.kind is TimeKind.EMPTY), None)


@dataclass(frozen=True, slots=True)
class _Words:
    sets: dict[str, frozenset[str]]
    gate: Alternatives
    wide_gate: Alternatives
    solved: Lazy
    not_solved: Lazy
    next_word: Lazy
    prevents: Lazy
    polite_if: Lazy

    def __getitem__(self, key: str) -> frozenset[str]:
        return self.sets.get(key, frozenset())


@cache
def _words(language: str) -> _Words | None:
    data: dict[str, Any] = language_file(READ_AS.get(language, language), "commitments.toml")
    if not data:
        return None
    patterns = {"gate", "wide_gate", "solved", "not_solved", "next_word", "prevents", "polite_if"}
    sets = {key: frozenset(value) for key, value in data.items() if key not in patterns}
    return _Words(
        sets,
        alternatives(data["gate"]),
        alternatives(data["wide_gate"]),
        union(data["solved"]),
        union(data["not_solved"]),
        union(data["next_word"]),
        union(data["prevents"]),
        union(data["polite_if"]),
    )


@lru_cache(maxsize=512)
def gate(language: str, text: str) -> bool:
    """Whether a sentence can hold a commitment that may lack a time: a cheap test, rather once too often."""
    words = _words(language)
    return words is not None and bool(words.gate.search(text))


def wide_gate(language: str, text: str) -> bool:
    """Whether it can hold any commitment, the present tense with a time too (“I call you on Monday”), or a remedy that lies behind."""
    words = _words(language)
    return words is not None and bool(words.wide_gate.search(text))


def present_whens(prose: Prose, sentence: Sentence) -> tuple[When, ...]:
    """Time expressions of a sentence that belong to no clause about the past."""
    whens = [w for w in prose.times(sentence) if w.kind is not TimeKind.PAST]
    if not whens:  # else its clauses would have to be read
        return ()
    clauses = prose.clauses(sentence)
    return tuple(w for w in whens if not _in_past(w, clauses))


def _in_past(when: When, clauses: tuple[Clause, ...]) -> bool:
    holders = [c for c in clauses if c.start <= when.start < c.end]
    if not holders:
        return bool(clauses) and all(c.tense is Tense.PAST for c in clauses)
    inner = min(holders, key=lambda c: c.end - c.start)
    if inner.mark and inner.perfect and when.kind in {TimeKind.WEEKDAY, TimeKind.DATE, TimeKind.DAY, TimeKind.PERIOD}:
        return False  # “when the board has met on Tuesday” lies ahead
    return inner.tense is Tense.PAST


def commitments(prose: Prose, wide: bool = True) -> Iterator[Commitment]:
    """The commitments of the text, in order; one a clause. ``wide``: also those in the present tense that only a time makes one."""
    for sentence in prose.sentences:
        words = _words(sentence.language)
        if words is None or sentence.asks or not (words.wide_gate if wide else words.gate).search(sentence.text):
            continue
        clauses, whens = prose.clauses(sentence), present_whens(prose, sentence)
        polite = bool(words.polite_if.search(sentence.text))
        for clause in clauses:
            deed = _deed(clause, clauses, whens, words, READ_AS.get(sentence.language, sentence.language), polite)
            if deed is not None:
                yield Commitment(sentence, clause, deed, whens, _bound(prose, sentence, whens))


def _bound(prose: Prose, sentence: Sentence, whens: tuple[When, ...]) -> bool:
    if any(w.bound for w in whens):
        return True
    return any(w.bound for near in prose.neighbours(sentence) if not near.asks for w in present_whens(prose, near))


def _acts(clause: Clause) -> set[str]:
    """The verb alone and with its particles, objects and complements: “let know”, “send report”."""
    found = set(clause.acts)
    near = [w for p in clause.objects for w in p.words] + [w for _, p in clause.obliques for w in p.words] + [prep for prep, _ in clause.obliques if prep]
    near += list(clause.predicate.words) if clause.predicate else []
    found |= {f"{clause.act} {word}" for word in near}
    return found


def _deed(clause: Clause, clauses: tuple[Clause, ...], whens: tuple[When, ...], words: _Words, language: str, polite: bool = False) -> Deed | None:
    if not clause.act or clause.negated or (clause.conditional and not polite) or clause.mood is not Mood.STATEMENT or clause.tense is Tense.PAST:
        return None
    if clause.relation == "relclause" or (clause.relation == "advclause" and not _goes_on(clause, words, language)):
        return None
    if not _stands_free(clause, clauses, words):
        return None
    acts = _acts(clause) | {f"{clause.act} {c.act}" for c in clauses if c.governor is not None and clauses[c.governor] is clause}
    timed = bool(whens)
    future = clause.tense is Tense.FUTURE
    weak = bool(acts & words["stative"]) and not acts & words["not_stative"]
    word = bool(acts & words["words"]) and not _to_others(clause, words)
    if clause.passive and not clause.who.own_side:
        if clause.who in {Who.READER, Who.THIRD} or (clause.actor is not None and clause.actor.who is Who.READER):
            return None
        promised = future or (timed and bool(clause.modals & words["soft_modals"])) or (timed and any(w.bound for w in whens))
        return Deed.ACT if promised and clause.act in words["remedies"] else None
    if clause.who.own_side:
        if weak or (clause.modals and not future and not timed):
            return None
        if future or _intended(clause, clauses) or timed or (language == "nb" and _present(clause, acts, words)):
            if clause.modals and not future and not clause.modals & words["firm_modals"]:
                return None
            return Deed.WORD if word else Deed.ACT
        return None
    if clause.who is Who.READER and clause.act in words["receiving"]:
        sources = {p.who for _, p in clause.obliques} | {Who.WE for p in clause.objects for w in p.words if w in words["from"]}
        from_us = any(s.own_side for s in sources)
        if clause.modals and not future:
            return None
        if (future and (timed or from_us)) or (timed and (from_us or language == "nb")) or (language == "nb" and from_us):
            return Deed.WORD if word else Deed.ACT
        return None
    if clause.who in {Who.THING, Who.NOBODY} and clause.actor is not None and timed and clause.act in words["arriving"]:
        copula = clause.predicate is not None or clause.act in words["copulas"]
        fits = (clause.predicate is not None and bool(set(clause.predicate.words) & words["arriving_predicates"])) or bool(
            clause.adverbs & words["arriving_predicates"]
        )
        return Deed.ARRIVAL if (fits if copula else True) and clause.actor.who is Who.THING and clause.actor.head not in words["stative"] else None
    return None


def _to_others(clause: Clause, words: _Words) -> bool:
    """“We call all patients” is an act; “we call you” is word of one."""
    if clause.act not in words["addressing"]:
        return False
    people = [p for p in clause.objects if not any(part in words["words"] for part in (f"{clause.act} {p.head}",))]
    return bool(people) and not any(p.who in {Who.READER, Who.I, Who.WE, Who.NOBODY} for p in people)


def _goes_on(clause: Clause, words: _Words, language: str) -> bool:
    """Whether what hangs below as an adverbial clause is said as much as the main clause: “…, so we will work on it”, “kommer til å rette”."""
    if clause.tense is not Tense.FUTURE:
        return False
    closed = lexicon(language)
    return clause.mark in words["infinitive_marks"] or (clause.mark not in closed["time_marks"] | closed["conditions"] and bool(clause.modals))


def _present(clause: Clause, acts: set[str], words: _Words) -> bool:
    """Norwegian promises in the present tense where they name the reader, or by habit."""
    readers = [p for p in (*clause.objects, *(p for _, p in clause.obliques)) if p.who is Who.READER]
    strong = bool(acts & words["present"])
    return strong or (bool(readers) and (clause.act in words["remedies"] or bool(acts & words["words"])))


def _intended(clause: Clause, clauses: tuple[Clause, ...]) -> bool:
    if clause.governor is None or clause.relation not in {"complement", "advclause"}:
        return False
    above = clauses[clause.governor]
    return any(above.act in lexicon(lang)["intentions"] for lang in ("en", "nb")) and above.who.own_side and above.tense is not Tense.PAST


def _stands_free(clause: Clause, clauses: tuple[Clause, ...], words: _Words) -> bool:
    """Whether no clause above takes it back: negated, asked, conditional, hoped, or said by others."""
    above = clause
    for _ in range(len(clauses)):
        if above.governor is None or above.relation in {"root", "parataxis"}:
            return True
        lower, above = above, clauses[above.governor]
        if lower.relation == "conj":
            continue
        if above.mood is Mood.QUESTION or (above.negated and lower.relation == "complement"):
            return False
        if lower.relation == "complement" and above.act in words["not_under"] and above.tense is not Tense.FUTURE:
            return False
        if above.conditional and lower.relation == "complement":
            return False
        if any(" " in act for act in _acts(above) & words["stative"]):
            return False  # “look forward to hearing from you soon”
    return True


def solved(prose: Prose) -> tuple[bool, bool]:
    """(whether the text says that the problem is solved, whether it says how: by a remedy of the own side that lies behind)."""
    said = how = False
    for sentence in prose.sentences:
        words = _words(sentence.language)
        if words is None:
            continue
        flat = " ".join(sentence.text.split())
        if words.solved.search(flat) and not words.not_solved.search(flat) and not _lies_ahead(prose, sentence):
            said = True
        if sentence.asks:
            continue
        for clause in prose.clauses(sentence):
            done = clause.tense is Tense.PAST or (clause.passive and clause.tense is Tense.PRESENT)
            if (
                clause.act in words["remedies"]
                and done
                and not clause.negated
                and not clause.conditional
                and not clause.modals
                and clause.act not in words["no_remedy"]
            ):
                if clause.who.sender or (
                    clause.passive
                    and clause.who in {Who.NOBODY, Who.OWN, Who.THING}
                    and not any(w.bound for w in prose.times(sentence) if clause.tense is Tense.PRESENT)
                ):
                    how = True
    return said, how


def _lies_ahead(prose: Prose, sentence: Sentence) -> bool:
    """“It is repaired in the version of Friday”: a state that a day still to come makes a promise."""
    days = {TimeKind.DATE, TimeKind.WEEKDAY, TimeKind.WITHIN, TimeKind.PERIOD}
    return any(w.kind in days for w in present_whens(prose, sentence))


def asks_for_word(clause: Clause, language: str) -> bool:
    """Whether a request asks for nothing but word to the one who asks (“call me”)."""
    words = _words(language)
    return words is not None and clause.act in words["words"] and any(p.who.sender for p in clause.objects)


def prevents(prose: Prose, sentence: Sentence) -> bool:
    """Whether a sentence names what keeps the trouble from coming back: a lasting measure of the own side, taken or to come."""
    words = _words(sentence.language)
    flat = " ".join(sentence.text.split())
    return (
        words is not None
        and not sentence.asks
        and bool(words.prevents.search(flat))
        and not any(c.negated and c.who.own_side for c in prose.clauses(sentence)[:1])
    )


def names_next_word(prose: Prose, sentence: Sentence) -> bool:
    """Whether a sentence announces the next word without a verb of ours (“next update at 15:00”)."""
    words = _words(sentence.language)
    return words is not None and bool(words.next_word.search(" ".join(sentence.text.split())))
