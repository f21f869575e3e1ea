"""What counts as a fault in a clause: verbs of neglect, harm done, wrong ways, missed duties, states."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cache, lru_cache
from typing import Any

from sendcheck.checkapi import Alternatives, Clause, Lazy, Tense, alternatives, of_language
from sendcheck.understanding.clauses.pipeline import READ_AS


class Strength(IntEnum):
    """How much a sentence blames: not at all; by naming harm done; as much as it reports; without doubt."""

    NONE = 0
    HINT = 1
    LIKELY = 2
    SURE = 3


@dataclass(frozen=True, slots=True)
class Faults:
    """A language's words, their lemmas whatever they are listed for, the gate made of them, and what tells of harm."""

    language: str
    sets: dict[str, frozenset[str]]
    lemmas: frozenset[str]
    gate: Alternatives
    duty: Lazy
    undone: Lazy
    harm: Lazy
    careless: Lazy

    def __getitem__(self, key: str) -> frozenset[str]:
        return self.sets[key]


@cache
def faults(language: str) -> Faults | None:
    """The words of ``words.<language>.toml``; None for a language without."""
    language = READ_AS.get(language, language)
    data = of_language(__package__, "words", language)
    if not data:
        return None
    sets = {key: frozenset(value) for key, value in data.items() if isinstance(value, list) and key != "inflection"}
    lemmas = frozenset(entry.split()[0] for value in sets.values() for entry in value if entry)
    return Faults(language, sets, lemmas, *_gates(data), Lazy(data["harm"]), Lazy(data["careless"]))


@cache
def _verbs(language: str) -> dict[str, str]:
    """Verbs by their forms."""
    return dict(_inflected(of_language(__package__, "words", language)))


def _inflected(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Forms of the verbs listed, with their lemmas: the regular ones by the file's rules, the others as the file tells."""
    rules = [(re.compile(ending), forms) for ending, forms in data["inflection"]]
    for verb in {entry.split()[0] for key in ("neglects", "harms", "duties", "duties_with_object") for entry in data[key]}:
        found = next(((m, forms) for m, forms in ((ending.search(verb), forms) for ending, forms in rules) if m), None)
        if found is not None:
            match, forms = found
            yield from ((verb[: match.start()] + match.expand(form), verb) for form in forms)
    yield from data["irregular_forms"].items()


def with_known_verb(clause: Clause, text: str, words: Faults) -> Clause:
    """The clause with the lemma of the list where the lemmatiser made an unknown one of it (“wiped”: “wi”)."""
    if not clause.act or clause.act in words.lemmas:
        return clause
    verbs = _verbs(words.language)
    known = next((verbs[w] for w in reversed(re.findall(r"\w+", text[slice(*clause.verb)].lower())) if w in verbs), None)
    if known is None:
        return clause
    return replace(clause, act=known, acts=frozenset(" ".join([known, *act.split()[1:]]) for act in clause.acts))


@lru_cache(maxsize=512)
def may_blame(language: str, text: str) -> bool:
    """The gate of the clause rules: a cheap test made from the words themselves, rather once too often."""
    words = faults(language)
    return words is not None and bool(words.gate.search(text) or (words.duty.search(text) and words.undone.search(text)))


def _stems(verbs: Iterable[str], ending: str) -> list[str]:
    """Verbs as their stems with any ending: “forg” would be too short, so at least three letters stay."""
    stems = {re.sub(ending, "", verb.split()[0]) if len(verb.split()[0]) > 4 else verb.split()[0] for verb in verbs}
    return sorted(map(re.escape, sorted(stems)), key=len, reverse=True)


#: Lists whose words let a sentence through the gate by themselves.
_TELLING = (
    "neglects", "harms", "wrongs", "bad", "fault_nouns", "to_blame", "states", "irregular", "irregular_forms", "should", "leaves", "manages", "causes",
)  # fmt: skip


def _gates(data: Mapping[str, Any]) -> tuple[Alternatives, Lazy, Lazy]:
    """A fault's verb, noun or state, a wrong way, what should have been done; a duty's verb; a duty near a negation."""
    ending = data["ending"]
    sure = _stems([w for key in _TELLING for w in data[key]], ending)
    duties = "|".join(_stems([*data["duties"], *data["duties_with_object"], *data["irregular"]], ending))
    negations = "|".join(re.escape(w) for w in data["negations"])
    undone = rf"(?:{negations})\b.{{0,60}}\b(?:{duties})|\b(?:{duties})\w*\b.{{0,30}}\b(?:{negations})"
    return alternatives(rf"\b{stem}" for stem in sure), Lazy(rf"\b(?:{duties})"), Lazy(undone, re.I | re.S)


def combined(clause: Clause) -> set[str]:
    """The verb alone, with its particles, and with the words of its objects and complements."""
    near = [w for p in clause.objects for w in p.words] + [prep for prep, _ in clause.obliques if prep] + [w for _, p in clause.obliques for w in p.words]
    near += [f"{prep} {word}" for prep, phrase in clause.obliques for word in phrase.words]
    near += list(clause.adverbs)
    return set(clause.acts) | {f"{clause.act} {word}" for word in near}


def around(clause: Clause) -> set[str]:
    """The words of the objects and obliques."""
    return {w for p in (*clause.objects, *(p for _, p in clause.obliques)) for w in p.words}


def at_fault(clause: Clause, clauses: Sequence[Clause], words: Faults, text: str) -> Strength:
    """How much an active clause blames its actor: something done badly, a duty not done, what should have been done, a state.

    ``clauses``: all of its sentence; ``text``: the whole sentence, for cues of carelessness. Conditions, questions and requests are the caller's.
    """
    if _only_meant(clause, clauses, words):
        return Strength.NONE
    acts = combined(clause)
    past = clause.tense is Tense.PAST or (clause.perfect and bool(clause.modals))
    if acts & words["neglects"] and not clause.negated and (past or acts & words["tenseless"] & words["neglects"] or _is_habit(clause, words)):
        return Strength.SURE
    if past and not clause.negated and clause.act in words["harms"] and clause.objects:
        return Strength.SURE if words.careless.search(text) else Strength.HINT
    if past and not clause.negated and _wrongly(clause, words):
        return Strength.LIKELY
    undone = leaves_undone(clause, words)
    if undone is not Strength.NONE:
        return undone
    if clause.modals & words["should"] and clause.perfect:
        return Strength.SURE if clause.act in words["duties"] or acts & words["duties"] or clause.adverbs & words["never"] else Strength.NONE
    if clause.predicate is not None and not clause.negated and (set(clause.predicate.words) & words["states"] or clause.predicate.head in words["states"]):
        return Strength.SURE
    return Strength.NONE


def _only_meant(clause: Clause, clauses: Sequence[Clause], words: Faults) -> bool:
    """“Called to cancel it”, “agreed to delay it”: an infinitive tells of no fault, unless what governs it does (“managed to lose it”)."""
    if clause.mark not in words["infinitives"] or clause.governor is None:
        return False
    above = clauses[clause.governor]
    return above.act not in words["manages"] and not above.acts & words["neglects"]


def goes_wrong(clause: Clause, words: Faults) -> Strength:
    """Of somebody known to be of the own side even verbs that no list holds tell a fault: any act left undone, any act with a word of harm.

    What mends, what only tells, and what nobody is to blame for not doing is left out.
    """
    if clause.passive or clause.modals or clause.mark in words["infinitives"] or not clause.act:
        return Strength.NONE
    acts = combined(clause)
    if clause.tense is Tense.PRESENT and not clause.negated and not clause.perfect and acts & words["neglects"]:
        return Strength.LIKELY
    if clause.tense is not Tense.PAST or (acts & words["mends"] and not clause.negated):
        return Strength.NONE
    if clause.negated:
        return Strength.NONE if clause.perfect or acts & words["no_fault_undone"] else Strength.LIKELY
    near = {w for p in (*clause.objects, *(p for _, p in clause.obliques)) if p.head not in words["periods"] for w in p.words} | clause.adverbs
    return Strength.LIKELY if near & words["bad"] else Strength.NONE


def is_the_cause(clause: Clause, words: Faults, text: str, marks: frozenset[str]) -> Strength:
    """“It came late because our driver drove past”: what he did is given as the reason of something bad.

    What befell him is a cause and no fault (RULES.md, ruling 25). ``marks``: what says why.
    """
    if clause.mark not in marks or clause.tense is not Tense.PAST or clause.modals or not clause.act or (clause.negated and clause.perfect):
        return Strength.NONE
    predicate = set(clause.predicate.words) if clause.predicate is not None else set()
    if (combined(clause) | around(clause) | predicate) & words["mishaps"]:
        return Strength.NONE
    outside = text[: clause.start] + text[clause.end :]
    return Strength.HINT if words.harm.search(outside) else Strength.NONE


def _is_habit(clause: Clause, words: Faults) -> bool:
    return clause.tense is Tense.PRESENT and bool(clause.adverbs & words["habits"])


def _wrongly(clause: Clause, words: Faults) -> bool:
    """“Entered the hours in the wrong column”: done, but not as it should be."""
    if clause.act in words["no_wrong_acts"] or not (clause.objects or clause.obliques):
        return False
    return bool((around(clause) | clause.adverbs) & words["wrongs"])


def leaves_undone(clause: Clause, words: Faults) -> Strength:
    """“He did not check it”: a duty, in the simple past. “Has not reviewed it yet” only reports, “never checks anything” does not."""
    if not clause.negated or clause.modals or clause.mark in words["infinitives"]:
        return Strength.NONE
    acts = combined(clause)
    never = bool(clause.adverbs & words["never"])
    if clause.tense is not Tense.PAST and not (never and clause.tense is Tense.PRESENT):
        return Strength.NONE
    if acts & words["cares"] or acts & words["duties_with_object"]:
        return Strength.SURE
    if not acts & words["duties"] or (clause.act in words["light_duties"] and not never):
        return Strength.NONE
    return Strength.LIKELY if never or not clause.perfect else Strength.NONE
