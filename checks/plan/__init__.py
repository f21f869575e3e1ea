"""What happens now, and after: `plan-missing`, `next-update-missing`, `contact-missing`, `prevention-missing`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sendcheck.checkapi import STRICT, Check, Harm, Hit, Mail, Rule, Severity, act_of, brings, hit_of_lack, pattern
from sendcheck.understanding.text import flat

RULES = (
    Rule(
        "plan-missing",
        Severity.ERROR,
        Harm.COMMITMENTS,
        "no act of yours with a time: the reader does not learn what happens now",
        "Sympathy without a plan leaves readers where they were.",
        reads_text=True,
        language_rule=True,
        by_acts=True,
    ),
    Rule(
        "next-update-missing",
        Severity.WARNING,
        Harm.COMMITMENTS,
        "the problem is not solved, and no time is given for the next word",
        "Whoever does not know when they will hear from you calls, or goes over your head.",
        reads_text=True,
        language_rule=True,
        by_acts=True,
    ),
    Rule(
        "contact-missing",
        Severity.NOTE,
        Harm.COMMITMENTS,
        "no offer to talk: no call, no number, no meeting",
        "Anger that can be spoken seldom grows; in writing it does.",
        reads_text=True,
        language_rule=True,
        by_acts=True,
    ),
    Rule(
        "prevention-missing",
        Severity.NOTE,
        Harm.COMMITMENTS,
        "a fix is reported, but not what keeps the fault from coming back",
        "The second question of everybody who was let down is “and next time?”.",
        reads_text=True,
        language_rule=True,
        by_acts=True,
    ),
)


def run(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit]:
    """All four, in replies to complaints and reports of failures only."""
    if not mail.own_text.strip():
        return
    # Word alone is a plan only where the reader asked for nothing else (RULES.md, ruling 21); what is done is more than a plan.
    by_variable = _dated_by_a_variable(mail)
    if not brings(mail.prose, "plan") and not by_variable:
        said, instead = "the mail names no act of your side with a time, nor says how the problem was solved", "say what you do and by when"
        yield hit_of_lack("plan-missing", mail, __package__, "plan", 2, said, instead)
    if not brings(mail.prose, "next-update") and not by_variable:
        said, instead = "the mail does not say when the reader will hear from you next", "name the next word, even if there will be nothing new to tell"
        yield hit_of_lack("next-update-missing", mail, __package__, "next_word", 4, said, instead)
    if not brings(mail.prose, "contact") and not _reachable(mail):
        said, instead = "the mail offers no way to talk: no call, no number, no meeting", "offer a call, or give your direct number"
        yield hit_of_lack("contact-missing", mail, __package__, "contact", 5, said, instead)
    if brings(mail.prose, "fix") and not brings(mail.prose, "prevention") and not _still_searching(mail):
        said, instead = "the mail reports a fix, but not what keeps the fault from coming back", "name one lasting measure, or say by when you will know"
        yield hit_of_lack("prevention-missing", mail, __package__, "prevention", 3, said, instead)


def _dated_by_a_variable(mail: Mail) -> bool:
    """“It is in use by {{ next_update }}”: what a variable will hold may be the day that makes a commitment of it."""
    template = mail.template
    if template is None:
        return False
    committing = (s for s in mail.prose.sentences if act_of(mail.prose, s, "commit-dated", "commit-undated", "commit-empty"))
    return any(template.stand_in_at(s.piece.text, s.start, s.end) for s in committing)


def _reachable(mail: Mail) -> bool:
    """Whether the reader has said how and when they can be reached."""
    prose = mail.parent.prose if mail.parent is not None else None
    return prose is not None and any(pattern(__package__, "reachable").search(flat(s.text)) for s in prose.sentences)


def _still_searching(mail: Mail) -> bool:
    return any(pattern(__package__, "still_searching").search(flat(s.text)) for s in mail.prose.sentences)


CHECK = Check("plan", RULES, run, Path(__file__).parent, profiles=STRICT)
