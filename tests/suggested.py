"""Applying what suggestions offer: the source of a mail as it would be if its writer took one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sendcheck.pipeline.fixes import applied, edits
from sendcheck.pipeline.report import Finding, MailReport
from sendcheck.reading.sourcemap import RawPositions
from sendcheck.understanding.place import Place

#: Suggestions that offer other words for those a finding points at.
_WORDS = re.compile(r"^write “([^”…]+)”(?: or |$)")


@dataclass(frozen=True, slots=True)
class Taken:
    """A source with one suggestion taken: of these findings, with these words."""

    raw: bytes
    of: tuple[Finding, ...]
    words: str


def taken(raw: bytes, report: MailReport) -> Iterator[Taken]:
    """Every suggestion of a report that offers words, taken by itself; those that cannot be made in the source's bytes are left out."""
    offers: dict[str, list[Finding]] = {}
    for finding in report.findings:
        if finding.offer is not None:
            offers.setdefault(finding.offer.words, []).append(finding)
        elif finding.fix is not None:
            made, _left = edits(raw, replace(report, findings=(finding,)))
            if made:
                yield Taken(applied(raw, made), (finding,), finding.fix)
        else:
            words = _WORDS.search(finding.suggestion)
            changed = _everywhere(raw, finding, words.group(1)) if words else None
            if words and changed is not None:
                yield Taken(changed, (finding,), words.group(1))
    for words, some in offers.items():
        where = some[0].offer.where if some[0].offer is not None else None
        changed = _below(raw, words) if where is None else _instead(raw, where, words)
        if changed is not None:
            yield Taken(changed, tuple(some), words)


def _everywhere(raw: bytes, finding: Finding, words: str) -> bytes | None:
    """The source with other words at each place of a finding, the last one first so that the others stay where they are."""
    for place in sorted((finding.where, *finding.also), key=lambda p: (p.line or 0, p.column or 0), reverse=True):
        changed = _instead(raw, place, words)
        if changed is None:
            return None
        raw = changed
    return raw


def _instead(raw: bytes, place: Place, words: str) -> bytes | None:
    """The source with other words at a place."""
    positions = RawPositions(raw)
    if place.line is None or place.column is None or place.end_line is None or place.end_column is None or place.file:
        return None
    start, end = positions.offset(place.line, place.column), positions.offset(place.end_line, place.end_column)
    if start is None or end is None or b"<" in raw[start:end] or b"=\n" in raw[start:end]:
        return None
    return raw[:start] + words.encode() + raw[end:]


def _below(raw: bytes, words: str) -> bytes | None:
    """The source with a paragraph more behind the first line of the text; None for mails of several parts."""
    if re.search(rb"(?im)^content-(?:type:\s*(?:multipart|text/html)|transfer-encoding:\s*(?:base64|quoted))", raw):
        return None
    head, blank, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    greeting = re.match(rb"(?:hi|hello|dear|hei|kj\xc3\xa6re|hallo)\b[^\n]{0,60}\n+", body, re.I)
    at = greeting.end() if greeting else 0
    return head + blank + body[:at] + words.encode() + b"\n\n" + body[at:]
