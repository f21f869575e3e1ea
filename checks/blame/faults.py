"""What counts as a fault: verbs, missed duties, states, and patterns with names and roles filled in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sendcheck.checkapi import STRICT, Clause, Confidence, Hit, Mail, Sentence, Severity, Tense, by_language, union
from sendcheck.understanding.clauses.build import lexicon
from sendcheck.understanding.clauses.pipeline import READ_AS

_NAME = r"(?-i:[A-ZÆØÅ][\w-]+)"
_NAMES = r"(?-i:[A-ZÆØÅ][\w-]+?)['’]?s"


@dataclass(frozen=True, slots=True)
class Faults:
    """A language's words and compiled patterns."""

    sets: dict[str, frozenset[str]]
    patterns: dict[str, re.Pattern[str]]

    def __getitem__(self, key: str) -> frozenset[str]:
        return self.sets[key]


_SETS = (
    "fault_acts", "weak_acts", "duties", "duties_with_object", "should", "fault_nouns", "to_blame", "borne", "states", "tenseless", "light_duties",
    "carries", "irrealis", "no_charge", "cares", "infinitives", "colleague_hints", "recipient_hints", "never",
)  # fmt: skip


_GATE = ("language", "ending", "irregular", "negations")


@cache
def faults(language: str) -> Faults | None:
    """The words of ``words.<language>.toml``; None for a language without."""
    language = READ_AS.get(language, language)
    data = next((d for d in by_language(__package__, "words") if d["language"] == language), None)
    if data is None:
        return None
    roles = "|".join(sorted((re.escape(w) for w in lexicon(language).own_side if len(w) > 2), key=len, reverse=True))
    nouns = "|".join(re.escape(w) for w in data["fault_nouns"])
    patterns = {}
    for key, found in data.items():
        if key not in _SETS and key not in _GATE:
            filled = [p.replace("NAMES", _NAMES).replace("NAME", _NAME).replace("ROLE", f"(?:{roles})s?").replace("FAULT", f"(?:{nouns})") for p in found]
            patterns[key] = union(filled)
    patterns["gate"] = _gate(data)
    return Faults({key: frozenset(data[key]) for key in _SETS}, patterns)


@lru_cache(maxsize=4096)
def may_blame(language: str, text: str) -> bool:
    """The gate of the clause rules: a cheap test made from the words themselves, rather once too often."""
    words = faults(language)
    return words is not None and bool(words.patterns["gate"].search(text))


def hints(words: Faults, key: str, text: str) -> bool:
    """Whether a sentence holds a piece of any pattern of that kind: so much cheaper than the patterns that they are seldom tried."""
    low = text.lower()
    return any(piece in low for piece in words[key])


def _stems(verbs: Iterable[str], ending: str) -> str:
    """Verbs as their stems with any ending: “forg” would be too short, so at least three letters stay."""
    stems = {re.sub(ending, "", verb.split()[0]) if len(verb.split()[0]) > 4 else verb.split()[0] for verb in verbs}
    return "|".join(sorted(map(re.escape, stems), key=len, reverse=True))


def _gate(data: Mapping[str, Any]) -> re.Pattern[str]:
    """A fault's verb, noun or state; what should have been done; a duty near a negation."""
    ending = data["ending"]
    sure = _stems([*data["fault_acts"], *data["fault_nouns"], *data["to_blame"], *data["states"], *data["irregular"], *data["should"]], ending)
    duties = _stems([*data["duties"], *data["duties_with_object"], *data["irregular"]], ending)
    negations = "|".join(re.escape(w) for w in data["negations"])
    undone = rf"(?:{negations})\b.{{0,60}}\b(?:{duties})|\b(?:{duties})\w*\b.{{0,30}}\b(?:{negations})"
    return re.compile(rf"\b(?:{sure})|{undone}", re.I | re.S)


def combined(clause: Clause) -> set[str]:
    """The verb alone, with its particles, and with the words of its objects and complements."""
    near = [w for p in clause.objects for w in p.words] + [prep for prep, _ in clause.obliques if prep] + [w for _, p in clause.obliques for w in p.words]
    near += [f"{prep} {word}" for prep, phrase in clause.obliques for word in phrase.words]
    near += list(clause.adverbs)
    return set(clause.acts) | {f"{clause.act} {word}" for word in near}


def at_fault(clause: Clause, words: Faults, text: str) -> bool:
    """Whether the clause says that its actor did something badly, did not do a duty, or should have."""
    acts = combined(clause)
    past = clause.tense is Tense.PAST or (clause.perfect and bool(clause.modals))
    hit = acts & words["fault_acts"]
    if hit and not clause.negated and (past or hit & words["tenseless"]):
        if hit <= words["weak_acts"] | {clause.act} and clause.act in words["weak_acts"]:
            return bool(clause.objects) and bool(words.patterns["careless"].search(text))
        return True
    if leaves_undone(clause, words):
        return True
    if clause.modals & words["should"] and clause.perfect:
        return clause.act in words["duties"] or bool(acts & words["duties"])
    return clause.predicate is not None and not clause.negated and bool(set(clause.predicate.words) & words["states"])


def leaves_undone(clause: Clause, words: Faults) -> bool:
    """“He did not check it”: a duty, in the simple past. “Has not reviewed it yet” only reports."""
    if not clause.negated or clause.tense is not Tense.PAST or clause.modals or clause.mark in words["infinitives"]:
        return False
    acts = combined(clause)
    if acts & words["duties_with_object"]:
        return True
    return clause.act in words["duties"] and clause.act not in words["light_duties"] and not (clause.perfect and not clause.adverbs & words["never"])


def blame(mail: Mail, sentence: Sentence, span: tuple[int, int], weak: bool, rule: str, whom: str, remedy: str) -> Hit:
    """The finding of either rule. ``weak``: a report as much as a reproach; outside complaints and incidents only a warning."""
    words = " ".join(sentence.text[slice(*span)].split())
    mild = Severity.WARNING if weak and mail.profile not in STRICT else None
    confidence = Confidence.MEDIUM if weak else Confidence.HIGH
    return Hit(rule, f"“{words}” puts the fault on {whom}", mail.at_sentence(sentence, *span), remedy, severity=mild, confidence=confidence)
