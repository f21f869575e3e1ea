"""What an angry or hurt reader must find first: `apology-missing`, `acknowledgement-missing`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from sendcheck.checkapi import STRICT, Check, Clause, Harm, Hit, Lazy, Mail, Rule, Severity, Who, by_language, pattern
from sendcheck.understanding.apologies import apologises
from sendcheck.understanding.rewording import lacking
from sendcheck.understanding.text import flat

RULES = (
    Rule(
        "apology-missing",
        Severity.ERROR,
        Harm.ANSWERS,
        "a complaint or a failure is answered without an apology",
        "Without it the reader hears only excuses, whatever else you write.",
        reads_text=True,
        language_rule=True,
    ),
    Rule(
        "acknowledgement-missing",
        Severity.WARNING,
        Harm.ANSWERS,
        "nothing shows that the reader's trouble was heard",
        "A reader who does not feel heard writes again, to somebody higher up.",
        reads_text=True,
        language_rule=True,
    ),
)


@cache
def _pattern(key: str) -> Lazy:
    return pattern(__package__, key)


@cache
def _words(key: str) -> frozenset[str]:
    return frozenset(w for data in by_language(__package__, "words") for w in data[key])


def gate(language: str, text: str) -> bool:
    """Sentences where the reader may be the one who suffered."""
    return bool(_pattern("hardship_gate").search(text))


def run(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit]:
    """Both rules, in replies to complaints and reports of failures only."""
    if not mail.own_text.strip():
        return
    if not any(apologises(s.text) for s in mail.prose.sentences) and not _others_did(mail):
        yield Hit(
            "apology-missing",
            "the mail nowhere says that you are sorry for the thing itself",
            mail.nowhere(),
            "write it in the first lines, and name the thing",
            missing=lacking(mail, __package__ or "", "apology", 0),
        )
    if not _acknowledges(mail):
        yield Hit(
            "acknowledgement-missing",
            "the mail does not show that you heard what this meant for the reader",
            mail.nowhere(),
            "name the effect it had",
            missing=lacking(mail, __package__ or "", "acknowledgement", 1),
        )


def _others_did(mail: Mail) -> bool:
    """A third party outside both sides caused it and help is offered (RULES.md, ruling 8), or it is not ours and the mail says so without blame."""
    text = flat(mail.own_text)
    return bool(_pattern("outside_cause").search(text) and _pattern("offers_help").search(text))


def _acknowledges(mail: Mail) -> bool:
    for sentence in mail.prose.sentences:
        text = flat(sentence.text)
        if _pattern("acknowledges").search(text) and not _pattern("empty_words").search(text):
            return True
        if _pattern("hardship_gate").search(text) and not sentence.asks and any(_suffered(c) for c in mail.prose.clauses(sentence)):
            return True
    return False


def _suffered(clause: Clause) -> bool:
    """“You had to call three times”, “du mistet en hel formiddag”: the reader as the one it happened to."""
    if clause.conditional or clause.actor is None or clause.actor.who is not Who.READER:
        return False
    if clause.negated and clause.act in _words("could_not"):
        return True
    return clause.act in _words("hardships") and not clause.negated and clause.tense.value == "past"


CHECK = Check("apology", RULES, run, Path(__file__).parent, gate=gate, profiles=STRICT)
