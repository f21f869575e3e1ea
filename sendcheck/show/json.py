"""The JSON report: the contract of DESIGN.md, schema in ``report.schema.json``; same input, same bytes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sendcheck.escapes import in_json
from sendcheck.pipeline.report import Finding, MailReport, Report
from sendcheck.understanding.place import Place

if TYPE_CHECKING:
    from sendcheck.pipeline.told import Told


def as_json(report: Report) -> str:
    """The whole report, indented, ending in a newline."""
    return dumped({"schema": 1, "verdict": report.verdict.value, "mails": [_mail(mail) for mail in report.mails]})


def dumped(data: Any) -> str:
    """JSON as all formats write it: indented, what UTF-8 cannot hold replaced, what no terminal should get as escapes of JSON, ending in a newline."""
    return in_json(json.dumps(data, ensure_ascii=False, indent=2).encode("utf-8", "replace").decode("utf-8")) + "\n"


def _mail(mail: MailReport) -> dict[str, Any]:
    data: dict[str, Any] = {
        "source": mail.source,
        "verdict": mail.verdict.value,
        "profile": mail.profile,
        "profile_reason": mail.profile_reason,
        "languages": list(mail.languages),
        "parent": {"source": mail.parent_source, "id": mail.parent_id} if mail.parent_source else None,
        "findings": [_finding(f) for f in mail.findings],
        "not_run": [{"rule": e.rule, "reason": e.reason, "required": e.required} for e in mail.not_run],
        "unread": [{"part": u.part, "reason": u.reason} for u in mail.unread],
        "suppressed": [{"rule": s.rule, "fingerprint": s.fingerprint, "reason": s.reason} for s in mail.suppressed],
    }
    if mail.template:
        data["template"] = mail.template
    if mail.network:
        data["network"] = list(mail.network)
    if mail.exchanges is not None:
        data["answers"] = [
            {"rule": e.rule, "kind": e.kind, "asked": _place(e.asked), "answered": _place(e.answered) if e.answered else None, "how": e.how}
            for e in mail.exchanges
        ]
    if mail.acts is not None:
        data["acts"] = _acts(mail.acts)
    if mail.passages is not None:
        data["segments"] = [{"part": p.number, "kind": p.kind, "text": p.text, "line": p.line, "end_line": p.end_line} for p in mail.passages]
    if mail.elapsed_ms is not None:
        data["elapsed_ms"] = mail.elapsed_ms
    return data


def _acts(told: tuple[Told, ...] | str) -> Any:
    if isinstance(told, str):
        return {"not_run": told}
    return [{"where": _place(one.where), "acts": [{"act": act, "probability": p, "sureness": how} for act, p, how in one.acts]} for one in told]


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "message": finding.message,
        "suggestion": finding.suggestion,
        "fingerprint": finding.fingerprint,
        "stands_for": list(finding.stands_for),
        "where": _place(finding.where),
        "also": [_place(place) for place in finding.also],
    }


def _place(place: Place) -> dict[str, Any]:
    return {
        **({"file": place.file} if place.file else {}),
        "part": place.part,
        "excerpt": place.excerpt,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
    }
