"""Safe fixes in a source's own bytes: what a finding's words become, and not a byte beside them. What cannot be mended in place is told, never guessed."""

from __future__ import annotations

import html
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass

from sendcheck.pipeline.report import Finding, MailReport
from sendcheck.reading.sourcemap import RawPositions
from sendcheck.understanding.place import Place

#: Bytes of a line: of quoted-printable (RFC 2045, 6.7), and of any mail (RFC 5322, 2.1.1).
_QP_LINE, _LINE = 76, 998
_ESCAPE = re.compile(rb"=[0-9A-Fa-f]{2}|=\r?\n")
_ENTITY = re.compile(rb"&#?\w{1,12};")
_SIGNED = re.compile(rb"(?im)^content-type:\s*(?:multipart/signed|application/(?:x-)?pkcs7-mime)")
_ENDS = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Edit:
    """Bytes ``start``..``end`` of a source become ``new``. ``line``: where they begin; ``rule``, ``old``, ``text``: what is mended, in words."""

    start: int
    end: int
    new: bytes
    line: int
    rule: str
    old: str
    text: str


@dataclass(frozen=True, slots=True)
class Left:
    """A safe fix that cannot be made in place, and why."""

    rule: str
    old: str
    text: str
    line: int | None
    why: str


def edits(raw: bytes, report: MailReport) -> tuple[list[Edit], list[Left]]:
    """What can safely be mended in a source, in order, and what cannot."""
    made: list[Edit] = []
    left: list[Left] = []
    positions = RawPositions(raw)
    signed = _SIGNED.search(raw) is not None
    for finding in report.findings:
        if finding.fix is None:
            continue
        for place in (finding.where, *finding.also):
            found = "the mail is signed, and a change would break the signature" if signed else _edit(raw, positions, finding, place)
            if isinstance(found, str):
                left.append(Left(finding.rule, place.excerpt, finding.fix.rstrip("\n"), place.line, found))
            elif not any(found.start < other.end and other.start < found.end for other in made):
                made.append(found)
    return sorted(made, key=lambda e: e.start), left


def applied(raw: bytes, made: list[Edit]) -> bytes:
    """The source with its edits; every other byte as it was."""
    pieces, at = [], 0
    for edit in made:
        pieces += [raw[at : edit.start], edit.new]
        at = edit.end
    return b"".join((*pieces, raw[at:]))


def _edit(raw: bytes, positions: RawPositions, finding: Finding, place: Place) -> Edit | str:
    """The edit at one place, or why there is none."""
    if place.file or place.stand_in:
        return f"it stands in {place.file}" if place.file else "a variable stands there"
    if place.line is None or place.column is None or place.end_line is None or place.end_column is None:
        return "it cannot be found in the file"
    start, end = positions.offset(place.line, place.column), positions.offset(place.end_line, place.end_column)
    if start is None or end is None or end <= start:
        return "it cannot be found in the file"
    end = _plain_end(raw, start, place.excerpt) or end  # in HTML the end of a word may be that of the tag around it
    written = _Written.of(raw, raw[start:end], place.excerpt)
    assert finding.fix is not None
    if written is None:
        return "it is encoded there (base64, or another encoding of words)"
    if finding.fix.endswith("\n"):  # a word that stands again in the next line: that one goes
        kept = _ENDS.search(raw, start, end)
        if kept is None:
            return "it cannot be found in the file"
        new = raw[start : kept.end()]
        end += raw[end : end + 1] == b" "
    else:
        found = written.encoded(finding.fix)
        if found is None:
            return "its letters cannot be written in the mail's encoding there"
        new = found
    longest = _QP_LINE if written.quoted_printable else _LINE
    before, after = raw.rfind(b"\n", 0, start) + 1, _ENDS.search(raw, end)
    length = (start - before) + len(new) + ((after.start() if after else len(raw)) - end)
    if length > longest and len(new) > end - start:
        if not written.quoted_printable or start - before + len(new) + 1 > longest:
            return "the line would become too long for a mail"
        end_of_line = _ENDS.search(raw)
        new += b"=" + (end_of_line[0] if end_of_line else b"\n")  # a soft line break
    return Edit(start, end, new, place.line, finding.rule, place.excerpt, finding.fix.rstrip("\n"))


def _plain_end(raw: bytes, start: int, words: str) -> int | None:
    """Where words end that stand as they are at a place; None if they are escaped or wrapped there."""
    for codec in ("utf-8", "cp1252"):
        plain = words.encode(codec, "replace")
        if raw.startswith(plain, start):
            return start + len(plain)
    return None


@dataclass(frozen=True, slots=True)
class _Written:
    """How words are written in the file: the character set, and what escapes them."""

    codec: str
    quoted_printable: bool
    entities: bool

    @classmethod
    def of(cls, raw: bytes, piece: bytes, words: str) -> _Written | None:
        """The way in which these bytes say *words*; None if they do not."""
        for written in cls._ways(raw, piece):
            if written._decoded(piece) == " ".join(words.split()):
                return written
        return None

    @classmethod
    def _ways(cls, raw: bytes, piece: bytes) -> Iterator[_Written]:
        escaped, entities = _ESCAPE.search(piece) is not None, _ENTITY.search(piece) is not None
        encoded = re.search(rb"(?im)^content-transfer-encoding:\s*quoted-printable", raw) is not None
        for codec in ("utf-8", "cp1252", "latin-1"):
            for qp in dict.fromkeys((escaped, False)):
                yield cls(codec, qp or encoded, entities)

    def _decoded(self, piece: bytes) -> str | None:
        try:
            text = (quopri.decodestring(piece) if self.quoted_printable else piece).decode(self.codec)
        except UnicodeDecodeError:
            return None
        return " ".join((html.unescape(text) if self.entities else text).split())

    def encoded(self, words: str) -> bytes | None:
        """Words written the same way; None where this way has no such letters."""
        if words.isascii():
            return words.encode() if not self.quoted_printable else words.replace("=", "=3D").encode()
        try:
            plain = words.encode(self.codec)
        except UnicodeEncodeError:
            return None
        if self.entities:
            return "".join(c if c.isascii() else f"&#{ord(c)};" for c in words).encode()
        return b"".join(bytes([b]) if b < 0x80 and b != ord("=") else b"=%02X" % b for b in plain) if self.quoted_printable else plain


def lines_with(findings: tuple[Finding, ...], rules: frozenset[str]) -> frozenset[int]:
    """Lines on which a finding of one of these rules lies."""
    places = [p for f in findings if f.rule in rules for p in (f.where, *f.also)]
    return frozenset(n for p in places if p.line is not None for n in range(p.line, (p.end_line or p.line) + 1))
