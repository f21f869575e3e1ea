"""`template-syntax`: what the parser rejects, circles of files, and files that are missing."""

from __future__ import annotations

from collections.abc import Iterator

from sendcheck.checkapi import Hit, Mail, Severity, Template


def syntax(mail: Mail, template: Template) -> Iterator[Hit]:
    """One hit for each fault. A file that is not found, and may lie elsewhere as layouts of libraries do, is a note."""
    for fault in template.faults:
        mild = Severity.NOTE if fault.kind == "unread" else None
        key = f"{fault.kind} {fault.message}"
        yield Hit("template-syntax", fault.message, mail.at_spot(fault.spot), fault.remedy, severity=mild, key=key)
