"""A mail's part tree, split over the raw bytes so that every part keeps its place.

Boundary lines are found by search, not by the standard library's tree builder: that one
keeps no offsets, costs 19 s on 100,000 empty parts and overflows the stack on deep
nesting. Header blocks still go through the standard library (compat32, guarded).

Split as clients do it: a mail may be attached at the top or in base64, a multipart may be encoded, and what stands
outside of its boundaries leaves the house too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from sendcheck.reading.headers import ContentFields, Header, content_fields, header_block_end, split_fields
from sendcheck.reading.limits import Limits
from sendcheck.reading.part import EPILOGUE, PREAMBLE, RawPart
from sendcheck.reading.problem import ProblemKind, Problems
from sendcheck.reading.sourcemap import DecodedPositions, Positions, Runs, Span
from sendcheck.reading.transfer import runs_of

#: Types whose content is a mail with its own header.
MAILS = frozenset({"message/rfc822", "message/global", "message/news"})
#: A line that begins like a boundary and is followed by a part's header.
_BOUNDARY_LINE = re.compile(rb"^--[^\n]{1,100}\r?\ncontent-[a-z-]+:", re.M | re.I)
_BARE_CR = re.compile(rb"\r(?!\n)")
_ENCODED = frozenset({"base64", "quoted-printable"})


@dataclass(slots=True)
class PartTree:
    """What :func:`split` found: the top-level header fields and all leaves in order."""

    headers: list[Header] = field(default_factory=list)
    leaves: list[RawPart] = field(default_factory=list)
    content_type: str = "text/plain"


class _Task(NamedTuple):
    data: bytes
    positions: Positions
    start: int
    end: int
    depth: int
    path: str
    default_type: str = "text/plain"
    alternative: int | None = None
    related: bool = False
    attached_mail: bool = False
    mail_headers: tuple[Header, ...] = ()
    outside: str = ""
    encrypted: bool = False


class _Inside(NamedTuple):
    """The parts in a part: their ranges in a buffer, and those of what stands outside of them."""

    data: bytes
    positions: Positions
    spans: list[tuple[int, int]]
    outside: tuple[tuple[str, int, int], ...] = ()


def split(raw: bytes, positions: Positions, limits: Limits, problems: Problems) -> PartTree:
    """Split *raw* into its parts; caps on depth and number are noted in *problems*. Never raises."""
    return _Splitter(limits, problems).split(raw, positions)


class _Splitter:
    def __init__(self, limits: Limits, problems: Problems) -> None:
        self.limits = limits
        self.problems = problems
        self.tree = PartTree()
        self.alternatives = 0
        self.room = 0
        self.tasks: list[_Task] = []

    def split(self, raw: bytes, positions: Positions) -> PartTree:
        first = 0
        if raw.startswith((b"From ", b">From ")) and b"\n" in raw[:998]:
            first = raw.index(b"\n") + 1
        self.room = self.limits.mail_bytes
        self.tasks = [_Task(raw, positions, first, len(raw), 0, "1")]
        while self.tasks:
            self._one(self.tasks.pop())
        return self.tree

    def _one(self, task: _Task) -> None:
        if task.outside:
            self.tree.leaves.append(self._leaf(task, ContentFields.plain(), task.start, task.mail_headers))
            return
        block_end, body, cut = header_block_end(task.data, task.start, task.end, self.limits)
        if cut:
            self.problems.truncated(f"a header block is longer than {self.limits.header_bytes // 1024} KB; the rest of it was not read", "header")
        if _BARE_CR.search(task.data, task.start, block_end):
            told = "a carriage return without a line feed stands in a header; programs differ on where its lines end"
            self.problems.add(ProblemKind.UNREADABLE, told, "header")
        fields = content_fields(task.data, task.start, block_end, task.default_type, self.limits, self.problems, f"part {task.path}")
        headers: list[Header] = []
        if task.depth == 0 or task.attached_mail:
            headers = split_fields(task.data, task.start, block_end, self.limits, self.problems, "header")
        if task.depth == 0:
            self.tree.headers, self.tree.content_type = headers, fields.content_type
        # the parts of an attached mail carry that mail's own header: who wrote it to whom
        carried = tuple(headers) if any(h.name.lower() == "from" for h in headers) else task.mail_headers
        leaf = self._leaf(task, fields, body, carried)
        inside = self._inside(leaf)
        if inside is None:
            self.tree.leaves.append(leaf)
            return
        if fields.content_type in MAILS:
            self.tree.leaves.append(leaf)  # the mail as a file, beside its parts
        self.tasks += reversed(list(self._children(task, fields.content_type, inside, carried)))

    def _leaf(self, task: _Task, fields: ContentFields, body: int, headers: tuple[Header, ...]) -> RawPart:
        return RawPart(
            task.data,
            task.positions,
            fields,
            body,
            task.end,
            task.path,
            task.depth,
            task.alternative,
            task.related,
            task.attached_mail,
            headers,
            task.outside,
            task.encrypted and fields.content_type != "application/pgp-encrypted",
        )

    def _children(self, task: _Task, content_type: str, inside: _Inside, headers: tuple[Header, ...]) -> Iterator[_Task]:
        alternative = task.alternative
        if content_type == "multipart/alternative":
            self.alternatives += 1
            alternative = self.alternatives
        related = task.related or content_type == "multipart/related"
        default = "message/rfc822" if content_type == "multipart/digest" else "text/plain"
        attached = task.attached_mail or content_type in MAILS
        encrypted = task.encrypted or content_type == "multipart/encrypted"
        for number, (start, end) in enumerate(inside.spans, 1):
            path = f"{task.path}.{number}"
            yield _Task(inside.data, inside.positions, start, end, task.depth + 1, path, default, alternative, related, attached, headers, "", encrypted)
        for what, start, end in inside.outside:
            if what == EPILOGUE and _BOUNDARY_LINE.search(inside.data, start, end):
                self.problems.add(ProblemKind.UNREADABLE, "what looks like further parts stands behind the last boundary", f"part {task.path}")
            yield _Task(inside.data, inside.positions, start, end, task.depth, task.path, attached_mail=attached, mail_headers=headers, outside=what)

    def _inside(self, part: RawPart) -> _Inside | None:
        """The parts in a part, or None for a leaf."""
        is_mail = part.fields.content_type in MAILS
        if not is_mail and not part.fields.content_type.startswith("multipart/"):
            return None
        found = self._of_mail(part) if is_mail else self._of_multipart(part)
        if found is None:
            return None
        if part.depth >= self.limits.depth:
            self.problems.truncated(f"parts are nested deeper than {self.limits.depth}; what lies deeper was not read", part.label)
            return _Inside(found.data, found.positions, [])
        room = self.limits.parts - len(self.tree.leaves) - len(self.tasks)
        if len(found.spans) > room:
            self.problems.truncated(f"more than {self.limits.parts} parts; the rest was not read", "body")
            return found._replace(spans=found.spans[: max(0, room)])
        return found

    def _of_mail(self, part: RawPart) -> _Inside | None:
        decoded = self._decoded(part)
        if decoded is not None:
            return _Inside(*decoded, [(0, len(decoded[0]))])
        return _Inside(part.data, part.positions, [(part.start, part.end)])

    def _of_multipart(self, part: RawPart) -> _Inside | None:
        """As it stands or, against RFC 2045 section 6.4, encoded."""
        boundary = (part.fields.boundary or "").rstrip()
        if not boundary:
            self._read_as_text("a multipart names no boundary", part)
            return None
        spans, outside = _split_at(part.data, part.start, part.end, boundary)
        if spans:
            return _Inside(part.data, part.positions, spans, outside)
        decoded = self._decoded(part)
        if decoded is not None:
            spans, outside = _split_at(decoded[0], 0, len(decoded[0]), boundary)
            if spans:
                return _Inside(*decoded, spans, outside)
        self._read_as_text("a multipart body never shows its boundary", part)
        return None

    def _read_as_text(self, why: str, part: RawPart) -> None:
        self.problems.add(ProblemKind.UNREADABLE, f"{why}; it is read as plain text", part.label)

    def _decoded(self, part: RawPart) -> tuple[bytes, Positions] | None:
        """What an encoded part holds, or None; all that is decoded in a mail is bounded."""
        if part.fields.encoding not in _ENCODED:
            return None
        if part.end - part.start > self.room:
            self.problems.truncated("encoded mails are nested in each other; the innermost were not read", part.label)
            return None
        self.room -= part.end - part.start
        nothing: list[tuple[Span, bytes]] = []
        runs = self.problems.guard(lambda: list(runs_of(part)), nothing, "an encoded part could not be decoded", part.label)
        spans = [span for span, _data in runs]
        return b"".join(data for _span, data in runs), DecodedPositions(part.positions, Runs(part.data, spans))


def _split_at(data: bytes, start: int, end: int, boundary: str) -> tuple[list[tuple[int, int]], tuple[tuple[str, int, int], ...]]:
    """Ranges between boundary lines (RFC 2046 section 5.1.1), and what stands before and behind them; a missing closing line is the end."""
    mark = b"--" + boundary.encode("utf-8", "surrogateescape")
    spans: list[tuple[int, int]] = []
    outside: list[tuple[str, int, int]] = []
    opened: int | None = None
    at = start
    closed = end
    while True:
        found = data.find(mark, at, end)
        if found < 0:
            break
        newline = data.find(b"\n", found, end)
        line_end = end if newline < 0 else newline + 1
        rest = data[found + len(mark) : line_end].strip()
        at_line_start = found == start or data[found - 1 : found] == b"\n"
        if not at_line_start or rest not in (b"", b"--"):
            at = found + len(mark)
            continue
        if opened is not None:
            before = found - 1 if data[found - 1 : found] == b"\n" else found
            before = before - 1 if data[before - 1 : before] == b"\r" else before
            spans.append((opened, max(opened, before)))
        elif data[start:found].strip():
            outside.append((PREAMBLE, start, found))
        opened = line_end
        if rest == b"--":
            opened, closed = None, line_end
            break
        at = line_end
    if opened is not None:
        spans.append((opened, end))
    elif spans and data[closed:end].strip():
        outside.append((EPILOGUE, closed, end))
    return spans, tuple(outside)
