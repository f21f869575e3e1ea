"""What happens now, and after: `plan-missing`, `next-update-missing`, `contact-missing`, `prevention-missing`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sendcheck.checkapi import STRICT, Check, Harm, Hit, Mail, Mood, Rule, Severity
from sendcheck.understanding import commitments
from sendcheck.understanding.commitments import Deed, names_next_word, present_whens, solved
from sendcheck.understanding.rewording import lacking

from .offers import contact, prevention

RULES = (
    Rule(
        "plan-missing",
        Severity.ERROR,
        Harm.COMMITMENTS,
        "no act of yours with a time: the reader does not learn what happens now",
        "Sympathy without a plan leaves the reader where he was.",
        reads_text=True,
        language_rule=True,
    ),
    Rule(
        "next-update-missing",
        Severity.WARNING,
        Harm.COMMITMENTS,
        "the problem is not solved, and no time is given for the next word",
        "Whoever does not know when he will hear of you calls, or goes over your head.",
        reads_text=True,
        language_rule=True,
    ),
    Rule(
        "contact-missing",
        Severity.NOTE,
        Harm.COMMITMENTS,
        "no offer to talk: no call, no number, no meeting",
        "Anger that can be spoken seldom grows; in writing it does.",
        reads_text=True,
        language_rule=True,
    ),
    Rule(
        "prevention-missing",
        Severity.NOTE,
        Harm.COMMITMENTS,
        "a fix is reported, but not what keeps the fault from coming back",
        "The second question of everybody who was let down is “and next time?”.",
        reads_text=True,
        language_rule=True,
    ),
)


def gate(language: str, text: str) -> bool:
    """Sentences that may hold a commitment or a remedy."""
    return commitments.wide_gate(language, text)


def run(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit]:
    """All four, in replies to complaints and reports of failures only."""
    if not mail.own_text.strip():
        return
    found = list(commitments.commitments(mail.prose))
    said, how = solved(mail.prose)
    asked = _asked_for_word(mail)
    if not how and not any(c.bound and (c.deed is not Deed.WORD or asked) for c in found):
        yield Hit(
            "plan-missing",
            "the mail names no act of your side with a time, nor says how the problem was solved",
            mail.nowhere(),
            "say what you do and by when",
            missing=lacking(mail, __package__ or "", "plan", 2),
        )
    closed = said or (how and not found)
    if not closed and not _next_word(mail, found):
        yield Hit(
            "next-update-missing",
            "the mail does not say when the reader will hear from you next",
            mail.nowhere(),
            "name the next word, even if there will be nothing new to tell",
            missing=lacking(mail, __package__ or "", "next_word", 4),
        )
    yield from contact(mail, found)
    yield from prevention(mail)


def _next_word(mail: Mail, found: list[commitments.Commitment]) -> bool:
    if any(c.deed is Deed.WORD and any(w.bound for w in c.whens) for c in found):
        return True
    for sentence in mail.prose.sentences:
        if not sentence.asks and names_next_word(mail.prose, sentence) and any(w.bound for w in present_whens(mail.prose, sentence)):
            return True
    return False


def _asked_for_word(mail: Mail) -> bool:
    """Whether the reader asked for nothing but word (“call me”): then word is the plan (RULES.md, ruling 21)."""
    if mail.parent is None or mail.parent.prose is None:
        return False
    parent = mail.parent.prose
    asked = [(s.language, c) for s in parent.sentences for c in parent.clauses(s) if c.mood is Mood.REQUEST]
    return bool(asked) and all(commitments.asks_for_word(c, language) for language, c in asked)


CHECK = Check("plan", RULES, run, Path(__file__).parent, gate=gate, profiles=STRICT)
