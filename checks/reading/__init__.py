"""What could not be read: `mail-unreadable`, `mail-truncated`; `check-crashed` is raised by the engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sendcheck.checkapi import Check, Harm, Hit, Mail, Place, Rule, Severity

RULES = (
    Rule(
        "mail-unreadable",
        Severity.ERROR,
        Harm.READING,
        "a header, part or character set could not be read",
        "What cannot be read here cannot be checked, and may not be readable for them either.",
    ),
    Rule(
        "mail-truncated",
        Severity.ERROR,
        Harm.READING,
        "the mail passes a size limit and was not read to its end",
        "The part that was not read was not checked either.",
    ),
    Rule(
        "check-crashed",
        Severity.ERROR,
        Harm.READING,
        "a check failed or ran past its deadline",
        "Its rules did not look at this mail; the others did.",
    ),
)
_DO = {
    "mail-unreadable": "save the mail again from your mail client, or mend the part named",
    "mail-truncated": "send less in one mail, or raise the matter with whoever made it: no ordinary mail is like this",
}


def run(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit]:
    """One hit for each problem noted while reading."""
    for problem in mail.message.problems:
        place = (
            mail.at_header(problem.part)
            if mail.message.all(problem.part)
            else Place(problem.part, line=problem.line, column=1 if problem.line is not None else None)
        )
        yield Hit(problem.kind.value, problem.message, place, _DO[problem.kind.value], key=f"{problem.part} {problem.message}")


CHECK = Check("reading", RULES, run, Path(__file__).parent)
