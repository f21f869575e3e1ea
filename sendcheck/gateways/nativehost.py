"""``sendcheck native-host``: what Thunderbird's extension talks to (native messaging: a length in native byte order, then JSON, each way).

A request is ``{"id", "do": "check", "mail": fields, "reason"?, "remember"?}`` (see :mod:`sendcheck.gateways.compose`; ``mail.parent`` is the
answered mail in base64) or ``{"id", "do": "hello"}``. The answer tells whether the mail may go, and what is wrong. Whatever cannot be read or done is
answered with ``error`` and ``send: false``.
"""

from __future__ import annotations

import base64
import binascii
import json
import struct
from collections.abc import Mapping
from typing import Any, BinaryIO

from sendcheck import __version__
from sendcheck.errors import InputError, SendcheckError
from sendcheck.escapes import clean
from sendcheck.gateways.checking import Checked, Wanted, checked
from sendcheck.gateways.compose import mail_from_fields
from sendcheck.gateways.verdict import settle
from sendcheck.pipeline.contract import Severity
from sendcheck.pipeline.engine import Job
from sendcheck.pipeline.registry import load
from sendcheck.pipeline.report import Finding, Reader
from sendcheck.reading.sources import refusal, within_cap
from sendcheck.show.visible import visible

#: Thunderbird drops a connection that answers with more than 1 MB.
ANSWER = 1024 * 1024
#: The largest request we take: a mail as it is read, its parent, and base64's third more.
_REQUEST = 200 * 1024 * 1024
_FINDINGS, _READERS, _TEXT = 60, 200, 400


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until the other end closes."""
    while True:
        head = _read(requests, 4)
        if len(head) < 4:
            return
        (length,) = struct.unpack("=I", head)
        if length > _REQUEST:
            _write(answers, {"error": f"the mail is larger than {_REQUEST // 1024**2} MB", "send": False})
            return  # what follows is no longer in step
        data = _read(requests, length)
        if len(data) < length:
            return
        _write(answers, answer(data))


def answer(data: bytes) -> dict[str, Any]:
    """The answer to one request. Raises nothing."""
    number: object = None
    try:
        request = json.loads(data)
        if not isinstance(request, dict):
            raise ValueError("no object")
        number = request.get("id")
        told = _done(request)
    except SendcheckError as error:
        told = {"error": clean(str(error)), "send": False}
    except (ValueError, TypeError, RecursionError):
        told = {"error": "the request cannot be read: the extension and sendcheck may be of different versions", "send": False}
    except Exception as error:  # type only: its text may hold words of the mail
        told = {"error": f"internal error of sendcheck ({type(error).__name__}); nothing was sent", "send": False}
    return {"id": number, **told}


def _done(request: Mapping[str, Any]) -> dict[str, Any]:
    if request.get("do") == "hello":
        return {"version": __version__}
    fields = request.get("mail")
    if request.get("do") != "check" or not isinstance(fields, Mapping):
        raise ValueError("unknown request")
    raw, cut = within_cap(mail_from_fields(fields))
    if why := refusal(raw):
        raise InputError(f"this {why}; nothing was sent")
    job = Job("this mail", raw, cut, leaving=True, parent=_parent(fields.get("parent")), table=True)
    found = checked(Wanted(job))
    settled = settle(found, str(request.get("reason") or ""), bool(request.get("remember")))
    return {"send": settled.send, "told": clean(settled.told), **_report(found)}


def _parent(encoded: object) -> tuple[str, bytes] | None:
    if not isinstance(encoded, str) or not encoded:
        return None
    try:
        raw = within_cap(base64.b64decode(encoded, validate=True))[0]
    except (binascii.Error, ValueError):
        return None
    return ("the mail you answer", raw) if refusal(raw) is None else None


def _report(found: Checked) -> dict[str, Any]:
    report = visible(found.report)
    shown = [f for f in report.findings if f.severity is not Severity.NOTE]
    rules = load().rules
    return {
        "verdict": report.verdict.value,
        "findings": [_finding(f, rules[f.rule].why if f.rule in rules else "") for f in shown[:_FINDINGS]],
        "more": max(0, len(shown) - _FINDINGS),
        "not_run": [{"rule": e.rule, "reason": _clipped(e.reason)} for e in report.not_run if e.required],
        "readers": [_reader(r) for r in report.readers[:_READERS]],
        "more_readers": max(0, len(report.readers) - _READERS),
        "answers": _clipped(report.answers),
        "notices": [_clipped(n) for n in report.notices[:10]],
        "locked": found.about["locked"],
        "memorable": sorted({clean(" and ".join(dict.fromkeys(map(str, pair)))) for _rule, pairs in found.about["pairs"] for pair in pairs})[:3],
        "overridable": not found.about["locked"] and not report.engine_error,
    }


def _reader(reader: Reader) -> dict[str, Any]:
    return {"shown": _clipped(reader.shown), "field": reader.field, "organisation": _clipped(reader.organisation), "inside": reader.inside}


def _finding(finding: Finding, why: str) -> dict[str, Any]:
    where = finding.where
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "message": _clipped(finding.message),
        "why": why,
        "do": _clipped(finding.suggestion),
        "part": _clipped(where.part),
        "excerpt": _clipped(where.excerpt),
        "context": _clipped(where.context),
        "context_column": where.context_column,
        "more_places": len(finding.also),
    }


def _clipped(text: str) -> str:
    return text if len(text) <= _TEXT else text[: _TEXT - 1] + "…"


def _read(stream: BinaryIO, count: int) -> bytes:
    """Exactly so many bytes; fewer at the end."""
    pieces = []
    while count:
        piece = stream.read(min(count, 1 << 20))
        if not piece:
            break
        pieces.append(piece)
        count -= len(piece)
    return b"".join(pieces)


def _write(stream: BinaryIO, told: dict[str, Any]) -> None:
    data = json.dumps(told, ensure_ascii=True).encode()
    while len(data) > ANSWER and told.get("findings"):
        told = {**told, "findings": told["findings"][: len(told["findings"]) // 2], "readers": [], "more": told["more"] + len(told["findings"])}
        data = json.dumps(told, ensure_ascii=True).encode()
    if len(data) > ANSWER:
        data = json.dumps({"id": told.get("id"), "error": "the report is too large to be shown here: use sendcheck check", "send": False}).encode()
    stream.write(struct.pack("=I", len(data)) + data)
    stream.flush()
