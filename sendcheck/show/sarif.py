"""SARIF 2.1.0 (OASIS), as GitHub code scanning takes it."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import quote

from sendcheck import __version__
from sendcheck.escapes import clean
from sendcheck.pipeline.contract import Rule
from sendcheck.pipeline.report import Report
from sendcheck.show.ci import Told, shown_path, told
from sendcheck.show.json import dumped

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_PRECISION = "high"


def as_sarif(report: Report, rules: dict[str, Rule], redact: bool | None = None) -> str:
    """One run with a result for each finding; rules that could not run though asked for are notifications."""
    found = [t for mail in report.mails for t in told(mail, rules, redact)]
    named = [slug for slug in rules if any(t.rule == slug for t in found)]
    index = {slug: number for number, slug in enumerate(named)}
    missed = [
        {"level": "error", "message": {"text": clean(f"{entry.rule} did not run: {entry.reason}")}, "locations": [_location(shown_path(mail.source))]}
        for mail in report.mails
        for entry in mail.not_run
        if entry.required
    ]
    run: dict[str, Any] = {
        "tool": {"driver": {"name": "sendcheck", "version": __version__, "rules": [_rule(rules[slug]) for slug in named]}},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": not missed, **({"toolExecutionNotifications": missed} if missed else {})}],
        "results": [_result(t, index) for t in found],
    }
    return dumped({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.slug,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.why} “sendcheck explain {rule.slug}” tells more."},
        "defaultConfiguration": {"level": rule.severity.value},
        "properties": {"precision": _PRECISION, "problem.severity": {"note": "recommendation"}.get(rule.severity.value, rule.severity.value)},
    }


def _location(path: str, found: Told | None = None) -> dict[str, Any]:
    region: dict[str, int] = {"startLine": found.line if found is not None and found.line is not None else 1}
    if found is not None and found.line is not None and found.column is not None:
        region["startColumn"] = found.column
        if found.end_line is not None and found.end_column is not None and (found.end_line, found.end_column) >= (found.line, found.column):
            region |= {"endLine": found.end_line, "endColumn": found.end_column}
    return {"physicalLocation": {"artifactLocation": {"uri": quote(path, errors="surrogateescape")}, "region": region}}


def _result(found: Told, index: dict[str, int]) -> dict[str, Any]:
    mark = hashlib.sha256(found.key.encode("utf-8", "replace")).hexdigest()
    return {
        "ruleId": found.rule,
        **({"ruleIndex": index[found.rule]} if found.rule in index else {}),
        "level": found.severity,
        "message": {"text": found.message},
        "locations": [_location(found.path, found)],
        "partialFingerprints": {"primaryLocationLineHash": f"{mark[:16]}:1"},
    }
