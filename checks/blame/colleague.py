"""`blame-colleague`: fault, not cause, on a person, role, team or supplier of the own side (RULES.md, rulings 1 and 25)."""

from __future__ import annotations

import re

from sendcheck.checkapi import Clause, Hit, Mail, Mood, Phrase, Sentence, Who
from sendcheck.understanding.names import fold, given_names

from .faults import Faults, at_fault, blame, faults, hints, leaves_undone, may_blame

_REMEDY = "say what went wrong and what you do about it: “we did not send it in time, and you have it by noon”"


def colleague(mail: Mail, sentence: Sentence) -> Hit | None:
    """The finding of a sentence, or None."""
    words = faults(sentence.language)
    if words is None or sentence.asks:
        return None
    text = re.sub(r"\s", " ", sentence.text)
    hinted = hints(words, "colleague_hints", text)
    if not hinted and not may_blame(sentence.language, text):
        return None
    if words.patterns["colleague_voids"].search(text) or words.patterns["takes_it"].search(text):
        return None
    for clause in mail.prose.clauses(sentence) if may_blame(sentence.language, text) else ():
        blamed = _blamed(mail, sentence, clause, words, text)
        if blamed is not None:
            return _hit(mail, sentence, *blamed, weak=_is_weak(clause, words))
    for key in ("colleague_patterns", "nobody_did", "promise_never"):
        for match in words.patterns[key].finditer(text) if hinted else ():
            if _is_ours(mail, match.group(0), words) and (key != "nobody_did" or any(c.negated for c in mail.prose.clauses(sentence))):
                return _hit(mail, sentence, *match.span())
    return None


def _hit(mail: Mail, sentence: Sentence, start: int, end: int, weak: bool = False) -> Hit:
    return blame(mail, sentence, (start, end), weak, "blame-colleague", "somebody of your own side", _REMEDY)


def _is_weak(clause: Clause, words: Faults) -> bool:
    return leaves_undone(clause, words) or (clause.actor is not None and clause.actor.who is Who.THIRD)


def _blamed(mail: Mail, sentence: Sentence, clause: Clause, words: Faults, text: str) -> tuple[int, int] | None:
    if clause.conditional or clause.mood is not Mood.STATEMENT or clause.modals & words["irrealis"]:
        return None
    doer = clause.agent if clause.passive else clause.actor
    span = clause.verb
    if doer is not None and (_of_own_side(mail, sentence, doer)):
        start, end = min(doer.start, span[0]), max(span[1], doer.end)
        if not clause.passive and at_fault(clause, words, text):
            return start, end
        if clause.passive and clause.actor is not None and set(clause.actor.words) & words["fault_nouns"]:
            return clause.actor.start, end
        if clause.predicate is not None and not clause.negated and set(clause.predicate.words) & words["to_blame"]:
            return start, max(end, clause.predicate.end)
        if clause.act in words["to_blame"] and clause.mark in words["infinitives"] and not clause.objects and not clause.negated:
            return start, end  # “who are to blame”
        if not clause.negated and any(set(p.words) & words["borne"] for p in clause.objects) and clause.act in words["carries"]:
            return start, max([end, *(p.end for p in clause.objects)])
    predicate = clause.predicate
    if predicate is not None and not clause.negated and predicate.head in words["fault_nouns"] and predicate.owner in {Who.OWN}:
        return predicate.start, predicate.end
    return None


def _of_own_side(mail: Mail, sentence: Sentence, doer: Phrase) -> bool:
    if doer.who is Who.OWN:
        return doer.owner not in {Who.READER, Who.THIRD}
    if doer.who is Who.THIRD:
        return _antecedent(mail, sentence, doer) is Who.OWN
    return False


def _antecedent(mail: Mail, sentence: Sentence, pronoun: Phrase) -> Who | None:
    """The nearest person named before “he”, “she”, “they”: in this sentence, else in the one before."""
    before = [(sentence, pronoun.start)]
    if sentence.number:
        before.append((mail.prose.sentences[sentence.number - 1], 10**6))
    for near, limit in before:
        people = [
            p for c in mail.prose.clauses(near) for p in (c.actor, c.agent, *c.objects, *(o for _, o in c.obliques), c.predicate)
            if p is not None and p.end <= limit and p.who in {Who.OWN, Who.READER} and (p.who is Who.OWN or p.name)
        ]  # fmt: skip
        if people:
            return max(people, key=lambda p: p.start).who
    return None


def _is_ours(mail: Mail, found: str, words: Faults) -> bool:
    """Whether a pattern met a word for somebody of ours, or a name that is a person's and neither the reader's nor the sender's."""
    names = [w for w in re.findall(r"[^\W\d_]+", re.sub(r"['’]?s\b", "", found)) if w[:1].isupper()]
    if any(mail.prose.name_of(w) in {Who.READER, Who.I} for w in names):
        return False
    return bool(words.patterns["role"].search(found)) or any(fold(w) in given_names() or mail.prose.name_of(w) is Who.OWN for w in names)
