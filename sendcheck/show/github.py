"""GitHub workflow commands: one annotation a finding, escaped so that no mail can inject a command."""

from __future__ import annotations

from collections.abc import Iterator

from sendcheck.escapes import clean
from sendcheck.pipeline.contract import Rule
from sendcheck.pipeline.report import MailReport, Report
from sendcheck.show.ci import shown_path, told

_LEVEL = {"error": "error", "warning": "warning", "note": "notice"}


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(clean(text)).replace(":", "%3A").replace(",", "%2C")


def as_github(report: Report, rules: dict[str, Rule], redact: bool | None = None) -> str:
    """One command a finding and one an incomplete mail. ``redact``: True or False; None redacts real mail only."""
    return "".join(line + "\n" for mail in report.mails for line in _mail(mail, rules, redact))


def _mail(mail: MailReport, rules: dict[str, Rule], redact: bool | None) -> Iterator[str]:
    for finding in told(mail, rules, redact):
        properties = [f"file={_property(finding.path)}"]
        if finding.line is not None:
            properties.append(f"line={finding.line}")
            if finding.end_line is not None:
                properties.append(f"endLine={finding.end_line}")
            if finding.column is not None:
                properties.append(f"col={finding.column}")
        properties.append(f"title={_property(finding.rule)}")
        yield f"::{_LEVEL[finding.severity]} {','.join(properties)}::{_data(finding.message)}"
    for entry in mail.not_run:
        if entry.required:
            yield f"::error file={_property(shown_path(mail.source))},title={_property(entry.rule)}::{_data(clean('not run: ' + entry.reason))}"
