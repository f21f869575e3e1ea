"""What all formats for machines share: where a finding is, what may be said of it, and which findings fail."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from sendcheck.escapes import clean
from sendcheck.pipeline.contract import Rule
from sendcheck.pipeline.report import Finding, MailReport, fails

_REAL_MAIL = (".eml", ".mbox", ".mbx")
_NUMBER = re.compile(r"#\d+\Z")


@dataclass(frozen=True, slots=True)
class Told:
    """A finding as a machine is told of it. ``path``: relative to the working folder, with slashes; ``message``: for people, cleaned; lines and columns
    count from 1, None where something is absent; ``fails``: whether it fails the run; ``key``: tells it from every other finding of the run, run after run.
    """

    path: str
    rule: str
    severity: str
    message: str
    line: int | None
    column: int | None
    end_line: int | None
    end_column: int | None
    fails: bool
    key: str


def shown_path(source: str, file: str = "") -> str:
    """A path as repositories name it: relative, with slashes, no ``./``; an mbox's mails share their file."""
    name = file or file_of(source)
    if name == "-":
        return "stdin"
    if PurePath(name).is_absolute():
        inside = os.path.relpath(name)
        name = name if inside.startswith("..") else inside
    return PurePath(os.path.normpath(name)).as_posix()


def file_of(source: str) -> str:
    """The file of a source: the mails of an mbox are numbered."""
    return _NUMBER.sub("", source)


def hidden(mail: MailReport, redact: bool | None) -> bool:
    """Whether a mail's words stay out of what is uploaded: those of real mail do, unless asked for (INTEGRATION.md, privacy)."""
    if redact is not None:
        return redact
    if mail.template:
        return False
    path = file_of(mail.source)
    return path == "-" or path.lower().endswith(_REAL_MAIL) or "." not in path.rsplit("/", 1)[-1]


def told(mail: MailReport, rules: dict[str, Rule], redact: bool | None, fail_on: str = "error") -> Iterator[Told]:
    """The findings of one mail, worst first."""
    hide = hidden(mail, redact)
    counts: dict[str, int] = {}
    for finding in mail.findings:
        path = shown_path(mail.source, finding.where.file)
        number = counts[finding.fingerprint] = counts.get(finding.fingerprint, 0) + 1
        where = finding.where
        end_line = where.end_line if where.line is not None and where.end_line is not None and where.end_line >= where.line else None
        yield Told(
            path,
            finding.rule,
            finding.severity.value,
            _text(finding, rules, hide),
            where.line,
            where.column,
            end_line,
            where.end_column if end_line is not None else None,
            fails(finding, fail_on),
            f"{path}\x00{mail.source}\x00{finding.fingerprint}\x00{number}",
        )


def _text(finding: Finding, rules: dict[str, Rule], hide: bool) -> str:
    """What is wrong and what to do; of a redacted mail only what the rule says of itself."""
    if hide and finding.rule in rules:
        return rules[finding.rule].summary
    return "\n".join(clean(said) for said in (finding.message, finding.suggestion) if said)
