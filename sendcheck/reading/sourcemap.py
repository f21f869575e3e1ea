"""From a character of decoded text back to line and column of the source file.

A part's bytes are transfer-decoded, charset-decoded and perhaps turned from HTML
or format=flowed into plain lines. Each step keeps enough to be undone for one
offset, and is undone only for the few offsets that findings name.
"""

from __future__ import annotations

import bisect
import codecs
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

_EOL = re.compile(r"\r\n|\r|\n")
_QP_ESCAPE = re.compile(rb"=[0-9A-Fa-f]{2}")


class FilePosition(tuple[int, int]):
    """Line and column in a file that may be another than the one read: ``file`` is its name, "" for that one."""

    file: str

    def __new__(cls, line: int, column: int, file: str) -> FilePosition:
        made = super().__new__(cls, (line, column))
        made.file = file
        return made


class RawPositions:
    """Byte offsets of a raw mail as (line, column), both from 1; columns count characters."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._starts: list[int] | None = None

    def line_column(self, offset: int) -> tuple[int, int]:
        """Line and column of byte *offset*; an offset past the end is the end."""
        starts = self._line_starts()
        offset = max(0, min(offset, len(self._raw)))
        line = bisect.bisect_right(starts, offset)
        column = len(self._raw[starts[line - 1] : offset].decode("utf-8", "replace")) + 1
        return line, column

    def offset(self, line: int, column: int) -> int | None:
        """The byte where the character at a line and column begins: the other way round; None if there is no such place."""
        starts = self._line_starts()
        if line > len(starts):
            return None
        begin, stop = starts[line - 1], starts[line] if line < len(starts) else len(self._raw)
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        counted, found = 0, begin if column == 1 else None
        for at in range(begin, stop):
            counted += len(decoder.decode(self._raw[at : at + 1]))
            here = counted + bool(decoder.getstate()[0]) + 1
            if here == column:
                found = at + 1
            elif here > column:
                break
        return found

    def _line_starts(self) -> list[int]:
        if self._starts is None:
            self._starts = [0, *(m.end() for m in re.finditer(rb"\r\n|\r(?!\n)|\n", self._raw))]
        return self._starts


@dataclass(slots=True)
class Pieces:
    """Builds a derived text and remembers from which source offset each piece came."""

    chunks: list[str] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    sources: list[int | None] = field(default_factory=list)
    length: int = 0

    def add(self, text: str, source: int | None) -> None:
        """Append *text*; *source* is where it starts in the underlying text, None if nowhere."""
        if not text:
            return
        self.chunks.append(text)
        self.offsets.append(self.length)
        self.sources.append(source)
        self.length += len(text)

    def text(self) -> str:
        """The text built so far."""
        return "".join(self.chunks)

    def source_of(self, offset: int) -> int | None:
        """The offset in the underlying text of character *offset*, or None."""
        index = bisect.bisect_right(self.offsets, offset) - 1
        if index < 0:
            return None
        source = self.sources[index]
        if source is None:
            return None
        inside = min(offset - self.offsets[index], len(self.chunks[index]))
        return source + inside


class Positions(Protocol):
    """Byte offsets of a buffer as (line, column) of the source file."""

    def line_column(self, offset: int) -> tuple[int, int]:
        """Line and column of byte *offset*, both from 1."""
        ...


class Span(NamedTuple):
    """A run of one transfer encoding: its decoded bytes begin at ``at``, its encoded ones are ``start``..``end`` of the buffer."""

    at: int
    start: int
    end: int
    encoding: str

    def undo(self, data: bytes, wanted: int) -> int:
        """The offset in the buffer of decoded byte *wanted*."""
        inside = wanted - self.at
        if self.encoding == "quoted-printable":
            return _undo_quoted_printable(data, self.start, self.end, inside)
        if self.encoding == "base64":
            return _undo_base64(data, self.start, self.end, inside)
        return self.start + inside


class DecodedPositions:
    """Positions of bytes that were themselves encoded in another buffer: a mail attached in base64."""

    def __init__(self, outer: Positions, data: bytes, spans: Sequence[Span]) -> None:
        self._outer, self._data, self._spans = outer, data, spans

    def line_column(self, offset: int) -> tuple[int, int]:
        """Line and column in the source file of decoded byte *offset*."""
        return self._outer.line_column(undo(self._spans, self._data, offset))


def undo(spans: Sequence[Span], data: bytes, wanted: int) -> int:
    """The offset in the buffer of decoded byte *wanted* of a part that lies in these runs."""
    index = max(0, bisect.bisect_right([span.at for span in spans], wanted) - 1)
    return min(spans[index].undo(data, wanted), spans[index].end) if spans else 0


def whole(text: str) -> Pieces:
    """A text that is its own source."""
    pieces = Pieces()
    pieces.add(text, 0)
    return pieces


@dataclass(slots=True)
class PartMap:
    """Undoes transfer and charset decoding of one leaf part.

    ``spans``: where its encoded bytes lie in ``data``. ``decoded``: text before line ends were made uniform.
    """

    positions: Positions
    data: bytes
    spans: Sequence[Span]
    decoded: str
    codec: str
    _eols: list[int] | None = None

    def locate(self, offset: int) -> tuple[int, int]:
        """(line, column) in the source file of character *offset* of the part's text."""
        byte_offset = len(self.decoded[: self._undo_line_ends(offset)].encode(self.codec, "replace"))
        return self.positions.line_column(undo(self.spans, self.data, byte_offset))

    def _undo_line_ends(self, offset: int) -> int:
        if "\r" not in self.decoded:
            return offset
        if self._eols is None:
            shift = 0
            self._eols = []
            for match in _EOL.finditer(self.decoded):
                if match.end() - match.start() == 2:
                    self._eols.append(match.start() - shift)
                    shift += 1
        return offset + bisect.bisect_left(self._eols, offset)


def _undo_quoted_printable(raw: bytes, start: int, end: int, wanted: int) -> int:
    """Raw offset of decoded byte *wanted* (RFC 2045 section 6.7)."""
    seen = 0
    at = start
    while at < end:
        newline = raw.find(b"\n", at, end)
        line_end = end if newline < 0 else newline + 1
        line = raw[at:line_end]
        body = line.rstrip(b"\r\n")
        stripped = body.rstrip(b" \t")
        soft = stripped.endswith(b"=")
        content = stripped[:-1] if soft else stripped
        escapes = len(_QP_ESCAPE.findall(content))
        size = len(content) - 2 * escapes
        line_break = 0 if soft else len(line) - len(body)
        if wanted < seen + size + line_break:
            return at + _inside_quoted_line(content, wanted - seen)
        seen += size + line_break
        at = line_end
    return end


def _inside_quoted_line(content: bytes, wanted: int) -> int:
    decoded = position = 0
    for match in _QP_ESCAPE.finditer(content):
        plain = match.start() - position
        if decoded + plain >= wanted:
            return position + (wanted - decoded)
        decoded += plain + 1
        position = match.end()
        if decoded > wanted:
            return match.start()
    return position + (wanted - decoded)


def _undo_base64(raw: bytes, start: int, end: int, wanted: int) -> int:
    """Raw offset of the quantum that holds decoded byte *wanted* (RFC 2045 section 6.8)."""
    symbol = wanted // 3 * 4 + wanted % 3
    seen = 0
    for match in re.finditer(rb"[A-Za-z0-9+/=]+", raw[start:end]):
        size = match.end() - match.start()
        if symbol < seen + size:
            return start + match.start() + (symbol - seen)
        seen += size
    return end


class TextView(NamedTuple):
    """A text as checks read it, able to say where in the source file a character stands."""

    text: str
    locate: Callable[[int], tuple[int, int] | None]


def plain_view(text: str, part: PartMap) -> TextView:
    """A view whose characters are those of the decoded part."""
    return TextView(text, part.locate)


def derived_view(pieces: Pieces, part: PartMap) -> TextView:
    """A view over text that was rebuilt from a part (HTML, format=flowed)."""

    def locate(offset: int) -> tuple[int, int] | None:
        source = pieces.source_of(offset)
        return None if source is None else part.locate(source)

    return TextView(pieces.text(), locate)
