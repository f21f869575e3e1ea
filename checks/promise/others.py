"""`promise-others`: somebody who does not read the mail is committed, and nothing says that he agreed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from sendcheck.checkapi import Clause, Hit, Mail, Mood, Sentence, Tense, TimeKind, Who, alternatives, of_language
from sendcheck.understanding.clauses.pipeline import READ_AS
from sendcheck.understanding.mentions import PARTY, masked, may_mention_own, means, own_mentions
from sendcheck.understanding.rewording import rewording
from sendcheck.understanding.text import unquoted

_INSTEAD = "write what you will do yourself, or that they agreed"


@cache
def _words(language: str) -> dict[str, Any]:
    data = of_language(__package__, "others", language)
    if not data:
        return {}
    patterns = ("agreed", "made", "from_them", "gate", "ongoing")
    found: dict[str, Any] = {key: alternatives([p.replace("PARTY", PARTY) for p in data[key]], loose=True) for key in patterns}
    return found | {key: frozenset(data[key]) for key in ("idle", "busy", "able", "asks", "that", "singular")}


def may_commit_others(language: str, text: str) -> bool:
    """The gate: somebody of the own side beside what makes a promise or a time."""
    words = _words(READ_AS.get(language, language))
    return bool(words) and bool(words["gate"].search(text)) and may_mention_own(language, text)


def others(mail: Mail) -> Iterator[Hit]:
    """One finding a sentence."""
    for sentence in mail.prose.sentences:
        words = _words(READ_AS.get(sentence.language, sentence.language))
        if not words or sentence.asks or _is_agreed(mail, sentence, words):
            continue
        span = _committed(mail, sentence, words)
        if span is not None:
            said = " ".join(sentence.text[slice(*span)].split())
            yield Hit(
                "promise-others",
                f"“{said}” binds somebody who does not read this mail",
                mail.at_sentence(sentence, *span),
                _INSTEAD,
                rewording=rewording(mail, sentence, ()),
            )


def _is_agreed(mail: Mail, sentence: Sentence, words: dict[str, Any]) -> bool:
    near = [sentence, *(n for n in mail.prose.neighbours(sentence) if n.number < sentence.number)]
    return any(words["agreed"].search(unquoted(s.text)) for s in near)


def _committed(mail: Mail, sentence: Sentence, words: dict[str, Any]) -> tuple[int, int] | None:
    if not words["gate"].search(sentence.text):
        return None
    text = unquoted(sentence.text)
    mentions = [m for m in own_mentions(mail.prose, sentence) if not _reads(mail, text[m.start : m.end])]
    if not mentions:
        return None
    for key in ("made", "from_them"):
        match: re.Match[str] | None = words[key].search(masked(text, mentions))
        if match:
            return match.span()
    times = mail.prose.times(sentence)
    timed, bound = any(w.bound or w.kind is TimeKind.EMPTY for w in times), any(w.bound for w in times)
    clauses = mail.prose.clauses(sentence)
    for clause in mail.prose.said(sentence):
        doer = clause.agent if clause.passive else clause.actor
        if doer is None or doer.owner in {Who.READER, Who.THIRD}:
            continue
        named = means(doer, mentions, text) or (doer.text.lower() in words["singular"] and any(m.end <= doer.start for m in mentions))
        ongoing = clause.tense is not Tense.FUTURE and words["ongoing"].search(text, max(0, min(doer.start, clause.verb[0]) - 1))
        if named and not ongoing and _binds(clause, clauses, words, bound if clause.modals else timed):
            return min(doer.start, clause.verb[0]), max(clause.end, clause.verb[1])
    return None


def _reads(mail: Mail, name: str) -> bool:
    """Whether he is a recipient himself."""
    names = re.findall(r"[A-ZÆØÅ][\w-]+", name)
    return any(r.person.fits(n) and not r.person.role for r in mail.recipients for n in names)


def _binds(clause: Clause, clauses: tuple[Clause, ...], words: dict[str, Any], timed: bool) -> bool:
    if clause.governor is not None and clause.relation != "conj" and clauses[clause.governor].act in words["asks"]:
        return False  # “I will ask Jens to answer”
    if not clause.act or clause.conditional or clause.mood is not Mood.STATEMENT or clause.tense is Tense.PAST or clause.relation == "relclause":
        return False
    if clause.tense is not Tense.FUTURE and (
        not timed or clause.modals - words["able"] or (clause.relation == "advclause" and clause.mark not in words["that"])
    ):
        return False
    acts = set(clause.acts) | {f"{clause.act} {w}" for p in clause.objects for w in p.words}
    acts |= {f"{clause.act} {prep}" for prep, _ in clause.obliques} | {f"{clause.act} {w}" for _, p in clause.obliques for w in p.words}
    acts |= {f"{clause.act} {w}" for w in clause.adverbs} | ({f"{clause.act} {w}" for w in clause.predicate.words} if clause.predicate else set())
    return clause.act not in words["idle"] or bool(acts & words["busy"])
