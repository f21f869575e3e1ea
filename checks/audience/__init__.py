"""Who reads along, and who no longer does: `cc-leak`, `audience-widened`, `confidential-spread`, `recipient-dropped`, `reply-all-from-bcc`,
`other-customer-named`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sendcheck.checkapi import Check, Harm, Hit, Mail, NotRun, Rule, Severity

from .confidential import confidential
from .customers import customers
from .dropped import dropped
from .hidden import from_bcc
from .leak import leak
from .widened import widened

RULES = (
    Rule(
        "cc-leak",
        Severity.ERROR,
        Harm.RECIPIENTS,
        "people of two or more outside organisations see each other in To and Cc",
        "A customer learns who your other customers are, and reads what was meant for somebody else.",
        only="mail",
    ),
    Rule(
        "audience-widened",
        Severity.WARNING,
        Harm.RECIPIENTS,
        "a reply or forward reaches someone outside who was on no mail of the thread",
        "Whoever wrote the thread did not write it for this reader.",
        only="mail",
    ),
    Rule(
        "confidential-spread",
        Severity.ERROR,
        Harm.LEAKS,
        "a mail that asks for confidentiality reaches somebody new, or an internal one goes outside",
        "Somebody asked that this should not spread.",
        reads_text=True,
        by_acts=True,
        only="mail",
    ),
    Rule(
        "reply-all-from-bcc",
        Severity.ERROR,
        Harm.RECIPIENTS,
        "you were only blind-copied, and answer everybody",
        "The readers learn that you read along, and who hid you.",
        only="mail",
    ),
    Rule(
        "recipient-dropped",
        Severity.WARNING,
        Harm.RECIPIENTS,
        "the writer you answer, or somebody the text addresses, no longer gets the mail",
        "Whoever asked will think that nobody answered.",
        reads_text=True,
        only="mail",
    ),
    Rule(
        "other-customer-named",
        Severity.ERROR,
        Harm.LEAKS,
        "a customer is named that none of the readers belongs to",
        "One customer's affairs are none of another's.",
        supersedes=("attachment-suspect",),
        only="mail",
        reads_all=True,
    ),
)


def run(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit | NotRun]:
    """Each rule judges for itself (RULES.md, ruling 7)."""
    yield from leak(mail)
    yield from widened(mail)
    yield from confidential(mail)
    yield from dropped(mail)
    yield from from_bcc(mail, options["identities"])
    yield from customers(mail, options["customers"], options["organisations"])


CHECK = Check("audience", RULES, run, Path(__file__).parent, ("customers", "organisations", "identities"))
