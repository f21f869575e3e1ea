"""A mail that is not finished: `subject-missing`, `body-empty`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sendcheck.checkapi import Check, Harm, Hit, Kind, Mail, Rule, Severity, lines

RULES = (
    Rule("subject-missing", Severity.WARNING, Harm.CONTENT, "the subject is empty", "Nobody finds, sorts or trusts a mail without a subject."),
    Rule("body-empty", Severity.WARNING, Harm.CONTENT, "the mail says nothing", "The reader cannot tell what you want.", only="mail"),
)


def run(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit]:
    """Subject and body."""
    stand_in = mail.base_subject.strip("()[]<> ").casefold() in lines(__package__, "no_subject.txt")
    if stand_in or not any(c.isalnum() for c in mail.base_subject):
        shown = f"the subject is only “{mail.subject}”" if mail.subject else "the mail has no subject"
        yield Hit("subject-missing", shown, mail.at_header("subject"), "say in a few words what it is about")
    if _says_nothing(mail):
        quoted = any(s.kind in {Kind.TRAIL, Kind.QUOTE} for b in mail.bodies for s in b.segments)
        message = "there is nothing but what is quoted" if quoted else "the mail has no text"
        yield Hit("body-empty", message, mail.nowhere(), "write your message, or attach what it is about")


def _says_nothing(mail: Mail) -> bool:
    if mail.message.opaque or mail.message.attachments or (mail.is_forward and mail.quoted):
        return False
    if mail.reaches_new_people:
        return False  # a forward that bears no mark of one
    return not any(s.text.strip() for s in mail.stretches(Kind.OWN, Kind.FORWARD, Kind.DIFF, Kind.DISCLAIMER, Kind.ARMOUR, primary=False))


CHECK = Check("completeness", RULES, run, Path(__file__).parent)
