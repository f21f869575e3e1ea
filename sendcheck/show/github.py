"""GitHub workflow commands: one annotation a finding, escaped so that no mail can inject a command."""

from __future__ import annotations

from collections.abc import Iterator

from sendcheck.pipeline.contract import Rule
from sendcheck.pipeline.report import MailReport, Report

_LEVEL = {"error": "error", "warning": "warning", "note": "notice"}
_REAL_MAIL = (".eml", ".mbox", ".mbx")


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def as_github(report: Report, rules: dict[str, Rule], redact: bool | None = None) -> str:
    """One command a finding and one an incomplete mail. ``redact``: True or False; None redacts real mail only."""
    return "".join(line + "\n" for mail in report.mails for line in _mail(mail, rules, redact))


def _mail(mail: MailReport, rules: dict[str, Rule], redact: bool | None) -> Iterator[str]:
    path = mail.source.split("#")[0]
    hide = redact if redact is not None else path == "-" or path.lower().endswith(_REAL_MAIL) or "." not in path.rsplit("/", 1)[-1]
    for finding in mail.findings:
        where = finding.where
        properties = [f"file={_property(path)}"]
        if where.line is not None:
            properties.append(f"line={where.line}")
            if where.end_line is not None and where.end_line >= where.line:
                properties.append(f"endLine={where.end_line}")
            if where.column is not None:
                properties.append(f"col={where.column}")
        properties.append(f"title={_property(finding.rule)}")
        rule = rules.get(finding.rule)
        text = rule.summary if hide and rule else finding.message
        if finding.suggestion and not hide:
            text = f"{text}\n{finding.suggestion}"
        yield f"::{_LEVEL[finding.severity.value]} {','.join(properties)}::{_data(text)}"
    for entry in mail.not_run:
        if entry.required:
            yield f"::error file={_property(path)},title={_property(entry.rule)}::{_data('not run: ' + entry.reason)}"
