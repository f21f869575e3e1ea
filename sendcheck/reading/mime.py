"""A mail's part tree, split over the raw bytes so that every part keeps its place.

Boundary lines are found by search, not by the standard library's tree builder: that one
keeps no offsets, costs 19 s on 100,000 empty parts and overflows the stack on deep
nesting. Header blocks still go through the standard library (compat32, guarded).
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass, field
from typing import NamedTuple

from sendcheck.reading import charsets
from sendcheck.reading.headers import ContentFields, Header, content_fields, header_block_end, lenient_base64, split_fields
from sendcheck.reading.limits import Limits
from sendcheck.reading.problem import ProblemKind, Problems
from sendcheck.reading.sourcemap import PartMap, RawPositions


class RawPart(NamedTuple):
    """A leaf of the part tree. ``alternative``: number of the multipart/alternative it is a choice of, or None."""

    fields: ContentFields
    start: int
    end: int
    path: str
    depth: int
    alternative: int | None = None
    related: bool = False
    attached_mail: bool = False
    headers: tuple[Header, ...] = ()


@dataclass(slots=True)
class PartTree:
    """What :func:`split` found: the top-level header fields and all leaves in order."""

    headers: list[Header] = field(default_factory=list)
    leaves: list[RawPart] = field(default_factory=list)
    content_type: str = "text/plain"


class _Task(NamedTuple):
    start: int
    end: int
    depth: int
    path: str
    default_type: str
    alternative: int | None
    related: bool
    attached_mail: bool
    mail_headers: tuple[Header, ...] = ()


def split(raw: bytes, limits: Limits, problems: Problems) -> PartTree:
    """Split *raw* into its parts; caps on depth and number are noted in *problems*. Never raises."""
    tree = PartTree()
    first = 0
    if raw.startswith((b"From ", b">From ")) and b"\n" in raw[:998]:
        first = raw.index(b"\n") + 1
    tasks = [_Task(first, len(raw), 0, "1", "text/plain", None, False, False)]
    alternatives = 0
    while tasks:
        task = tasks.pop()
        block_end, body, cut = header_block_end(raw, task.start, task.end, limits)
        if cut:
            problems.truncated(f"a header block is longer than {limits.header_bytes // 1024} KB; the rest of it was not read", "header")
        fields = content_fields(raw, task.start, block_end, task.default_type, limits, problems, f"part {task.path}")
        headers: list[Header] = []
        if task.depth == 0 or task.attached_mail:
            headers = split_fields(raw, task.start, block_end, limits, problems, "header")
        if task.depth == 0:
            tree.headers, tree.content_type = headers, fields.content_type
        children = _children(raw, body, task, fields, limits, problems, len(tree.leaves) + len(tasks))
        # the parts of an attached mail carry that mail's own header: who wrote it to whom
        carried = tuple(headers) if any(h.name.lower() == "from" for h in headers) else task.mail_headers
        leaf = RawPart(fields, body, task.end, task.path, task.depth, task.alternative, task.related, task.attached_mail, carried)
        if children is None:
            tree.leaves.append(leaf)
            continue
        if fields.content_type == "message/rfc822":
            tree.leaves.append(leaf)  # the mail as a file, beside its parts
        alternative = task.alternative
        if fields.content_type == "multipart/alternative":
            alternatives += 1
            alternative = alternatives
        related = task.related or fields.content_type == "multipart/related"
        default = "message/rfc822" if fields.content_type == "multipart/digest" else "text/plain"
        attached = task.attached_mail or fields.content_type == "message/rfc822"
        for number, (start, end) in reversed(list(enumerate(children, 1))):
            tasks.append(_Task(start, end, task.depth + 1, f"{task.path}.{number}", default, alternative, related, attached, carried))
    return tree


def _children(raw: bytes, body: int, task: _Task, fields: ContentFields, limits: Limits, problems: Problems, parts: int) -> list[tuple[int, int]] | None:
    """Byte ranges of the parts inside, or None for a leaf."""
    multipart = fields.content_type.startswith("multipart/")
    encoded = fields.encoding in {"base64", "quoted-printable"}
    if fields.content_type == "message/rfc822" and not encoded and task.depth:
        spans = [(body, task.end)]
    elif multipart and fields.boundary:
        spans = _split_at(raw, body, task.end, fields.boundary)
        if not spans:
            problems.add(ProblemKind.UNREADABLE, "a multipart body never shows its boundary; it is read as plain text", f"part {task.path}")
            return None
    else:
        return None
    if task.depth >= limits.depth:
        problems.truncated(f"parts are nested deeper than {limits.depth}; what lies deeper was not read", f"part {task.path}")
        return []
    room = limits.parts - parts
    if len(spans) > room:
        problems.truncated(f"more than {limits.parts} parts; the rest was not read", "body")
        spans = spans[: max(0, room)]
    return spans


def _split_at(raw: bytes, start: int, end: int, boundary: str) -> list[tuple[int, int]]:
    """Ranges between boundary lines (RFC 2046 section 5.1.1); a missing closing line is the end."""
    mark = b"--" + boundary.encode("utf-8", "surrogateescape").rstrip()
    spans: list[tuple[int, int]] = []
    opened: int | None = None
    at = start
    while True:
        found = raw.find(mark, at, end)
        if found < 0:
            break
        newline = raw.find(b"\n", found, end)
        line_end = end if newline < 0 else newline + 1
        rest = raw[found + len(mark) : line_end].strip()
        at_line_start = found == start or raw[found - 1 : found] == b"\n"
        if not at_line_start or rest not in (b"", b"--"):
            at = found + len(mark)
            continue
        if opened is not None:
            before = found - 1 if raw[found - 1 : found] == b"\n" else found
            before = before - 1 if raw[before - 1 : before] == b"\r" else before
            spans.append((opened, max(opened, before)))
        opened = line_end
        if rest == b"--":
            opened = None
            break
        at = line_end
    if opened is not None:
        spans.append((opened, end))
    return spans


class DecodedText(NamedTuple):
    """A leaf's text with uniform line ends, and the way back to the source."""

    text: str
    map: PartMap


def transfer_decode(raw: bytes, part: RawPart) -> bytes:
    """The part's bytes without transfer encoding; broken base64 as far as it goes."""
    data = raw[part.start : part.end]
    if part.fields.encoding == "base64":
        return lenient_base64(data) or b""
    if part.fields.encoding == "quoted-printable":
        return binascii.a2b_qp(data)
    return data


def decoded_size(raw: bytes, part: RawPart) -> int:
    """Size in bytes of a part's content, estimated for base64 without decoding it; the size that the part declares (RFC 2183), if that is larger."""
    size = part.end - part.start
    if part.fields.encoding == "base64":
        newlines = raw.count(b"\n", part.start, part.end)
        size = max(0, (size - newlines) * 3 // 4)
    return max(size, part.fields.size)


def decode_text(raw: bytes, part: RawPart, positions: RawPositions, limits: Limits, problems: Problems) -> DecodedText:
    """A leaf as text: transfer and charset decoded, line ends made ``\\n``; never raises."""
    where = f"part {part.path}"
    cap = limits.text_chars * 4
    cut = part.end - part.start > cap
    if cut:
        problems.truncated(f"a text longer than {limits.text_chars:,} characters; only its start was read", where)
        part = shortened(part, cap)
    if part.fields.encoding not in {"", "7bit", "8bit", "binary", "base64", "quoted-printable"}:
        problems.add(ProblemKind.UNREADABLE, f"unknown transfer encoding “{part.fields.encoding[:30]}”; the part is read as it stands", where)
    data = problems.guard(lambda: transfer_decode(raw, part), b"", "a text part could not be decoded", where)
    text, codec, usable = charsets.decode(data, part.fields.charset)
    if not usable:
        problems.add(ProblemKind.UNREADABLE, f"unknown character set “{(part.fields.charset or '')[:40]}”; read as {codec}", where)
    if len(text) > limits.text_chars:
        problems.truncated(f"a text longer than {limits.text_chars:,} characters; only its start was read", where)
        text = text[: limits.text_chars]
    mapped = PartMap(positions, raw, part.start, part.end, part.fields.encoding, text, codec)
    uniform = re.sub(r"\r\n?", "\n", text) if "\r" in text else text
    return DecodedText(uniform, mapped)


def shortened(part: RawPart, cap: int) -> RawPart:
    """The same part with only its first *cap* bytes."""
    return RawPart(part.fields, part.start, part.start + cap, part.path, part.depth, part.alternative, part.related, part.attached_mail, part.headers)
