"""What an angry or hurt reader must find first: `apology-missing`, `acknowledgement-missing`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from sendcheck.checkapi import STRICT, Check, Harm, Hit, Lazy, Mail, Rule, Severity, brings, hit_of_lack, pattern
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
        by_acts=True,
    ),
    Rule(
        "acknowledgement-missing",
        Severity.WARNING,
        Harm.ANSWERS,
        "nothing shows that the reader's trouble was heard",
        "A reader who does not feel heard writes again, to somebody higher up.",
        reads_text=True,
        language_rule=True,
        by_acts=True,
    ),
)


@cache
def _pattern(key: str) -> Lazy:
    return pattern(__package__, key)


def run(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit]:
    """Both rules, in replies to complaints and reports of failures only."""
    if not mail.own_text.strip():
        return
    if not brings(mail.prose, "apology") and not _others_did(mail):
        said, instead = "the mail nowhere says that you are sorry for the thing itself", "write it in the first lines, and name the thing"
        yield hit_of_lack("apology-missing", mail, __package__, "apology", 0, said, instead)
    if not brings(mail.prose, "acknowledgement"):
        said, instead = "the mail does not show that you heard what this meant for the reader", "name the effect it had"
        yield hit_of_lack("acknowledgement-missing", mail, __package__, "acknowledgement", 1, said, instead)


def _others_did(mail: Mail) -> bool:
    """A third party outside both sides caused it and help is offered (RULES.md, ruling 8), or it is not ours and the mail says so without blame."""
    text = flat(mail.own_text)
    return bool(_pattern("outside_cause").search(text) and _pattern("offers_help").search(text))


CHECK = Check("apology", RULES, run, Path(__file__).parent, profiles=STRICT)
