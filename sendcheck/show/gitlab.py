"""GitLab Code Quality: a JSON array, one entry a finding."""

from __future__ import annotations

import hashlib

from sendcheck.escapes import clean
from sendcheck.pipeline.contract import Rule
from sendcheck.pipeline.report import Report
from sendcheck.show.ci import shown_path, told
from sendcheck.show.json import dumped

_SEVERITY = {"error": "critical", "warning": "minor", "note": "info"}


def as_gitlab(report: Report, rules: dict[str, Rule], redact: bool | None = None) -> str:
    """Equal fingerprints are merged there: each is made from path, rule, excerpt and a count."""
    rows = []
    for mail in report.mails:
        for found in told(mail, rules, redact):
            rows.append((found.rule, found.message, _SEVERITY[found.severity], found.path, found.line or 1, found.key))
        for entry in mail.not_run:
            if entry.required:
                path = shown_path(mail.source)
                rows.append((entry.rule, clean(f"not run: {entry.reason}"), "critical", path, 1, f"{path}\x00{entry.rule}\x00not run"))
    data = [
        {
            "description": message,
            "check_name": rule,
            "fingerprint": hashlib.sha256(key.encode("utf-8", "replace")).hexdigest(),
            "severity": severity,
            "location": {"path": path, "lines": {"begin": line}},
        }
        for rule, message, severity, path, line, key in rows
    ]
    return dumped(data)
