"""Sources of mails: `template-syntax`, `template-variable`, `template-recipient`, `template-fixed-date`, `template-locales`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sendcheck.checkapi import Check, Harm, Hit, Mail, Rule, Severity

RULES = (
    Rule(
        "template-syntax",
        Severity.ERROR,
        Harm.READING,
        "the engine's own parser rejects the template",
        "Nothing can be sent from it, or the reader sees its tags.",
        only="template",
    ),
    Rule(
        "template-variable",
        Severity.ERROR,
        Harm.CONTENT,
        "a variable is used that the template is not given",
        "The reader sees a gap where the value should stand.",
        only="template",
    ),
    Rule(
        "template-recipient",
        Severity.WARNING,
        Harm.RECIPIENTS,
        "a real address stands written out in a template",
        "Every mail made from it goes there, or names it, for ever.",
        only="template",
        reads_values=True,
    ),
    Rule(
        "template-fixed-date",
        Severity.WARNING,
        Harm.CONTENT,
        "a date or a year stands written out in a template",
        "Next year the mail still says so.",
        reads_text=True,
        only="template",
        reads_values=True,
    ),
    Rule(
        "template-locales",
        Severity.ERROR,
        Harm.CONTENT,
        "a translation lacks or invents something beside its siblings",
        "Readers in one language miss what the others are told, or see a gap.",
        only="template",
    ),
)


def run(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit]:
    """Whatever is wrong with the source itself; a mail has none."""
    if mail.template is None:
        return  # and pays for nothing below
    from .dates import fixed_dates
    from .drift import drift
    from .recipients import written_out
    from .syntax import syntax
    from .variables import undeclared

    yield from syntax(mail, mail.template)
    yield from undeclared(mail, mail.template)
    yield from drift(mail, mail.template)
    yield from written_out(mail, options["template-addresses"])
    yield from fixed_dates(mail)


CHECK = Check("templates", RULES, run, Path(__file__).parent, ("template-addresses",))
