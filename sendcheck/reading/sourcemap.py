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
_BASE64 = re.compile(rb"[A-Za-z0-9+/=]+")
#: Characters after which a text's bytes are counted anew, in the codecs (as Python names them) that write each character by itself.
_BLOCK = 4096
_BY_CHARACTER = re.compile(r"ascii|utf-8|latin[-_]1|iso8859-\d+|cp(?:12|8)\d\d|koi8-\w")
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


class Runs:
    """The runs of a part's content, and the way back from a decoded byte. What is counted for that is counted once."""

    def __init__(self, data: bytes, spans: Sequence[Span]) -> None:
        self._data, self._spans = data, spans
        self._begins = [span.at for span in spans]
        self._counted: dict[Span, tuple[list[int], list[int]]] = {}

    def undo(self, wanted: int) -> int:
        """The offset in the buffer of decoded byte *wanted*."""
        if not self._spans:
            return 0
        span = self._spans[max(0, bisect.bisect_right(self._begins, wanted) - 1)]
        inside = wanted - span.at
        if span.encoding == "quoted-printable":
            inside = self._undo_quoted_printable(span, inside)
        elif span.encoding == "base64":
            inside = self._undo_base64(span, inside)
        else:
            inside += span.start
        return min(inside, span.end)

    def _undo_quoted_printable(self, span: Span, wanted: int) -> int:
        """Offset of decoded byte *wanted* (RFC 2045 section 6.7)."""
        if span not in self._counted:
            self._counted[span] = _quoted_printable_lines(self._data, span.start, span.end)
        seen, starts = self._counted[span]
        line = bisect.bisect_right(seen, wanted) - 1
        if line < 0 or line >= len(starts):
            return span.end
        return starts[line] + _inside_quoted_line(_quoted_content(self._data, starts[line], span.end)[0], wanted - seen[line])

    def _undo_base64(self, span: Span, wanted: int) -> int:
        """Offset of the quantum that holds decoded byte *wanted* (RFC 2045 section 6.8)."""
        if span not in self._counted:
            self._counted[span] = _base64_runs(self._data, span.start, span.end)
        seen, starts = self._counted[span]
        symbol = wanted // 3 * 4 + wanted % 3
        run = bisect.bisect_right(seen, symbol) - 1
        return starts[run] + symbol - seen[run] if 0 <= run < len(starts) else span.end


class DecodedPositions:
    """Positions of bytes that were themselves encoded in another buffer: a mail attached in base64."""

    def __init__(self, outer: Positions, runs: Runs) -> None:
        self._outer, self._runs = outer, runs

    def line_column(self, offset: int) -> tuple[int, int]:
        """Line and column in the source file of decoded byte *offset*."""
        return self._outer.line_column(self._runs.undo(offset))


def whole(text: str) -> Pieces:
    """A text that is its own source."""
    pieces = Pieces()
    pieces.add(text, 0)
    return pieces


@dataclass(slots=True)
class PartMap:
    """Undoes transfer and charset decoding of one leaf part.

    ``runs``: where its encoded bytes lie. ``decoded``: text before line ends were made uniform.
    """

    positions: Positions
    runs: Runs
    decoded: str
    codec: str
    _eols: list[int] | None = None
    _sizes: list[int] | None = None

    def locate(self, offset: int) -> tuple[int, int]:
        """(line, column) in the source file of character *offset* of the part's text."""
        return self.positions.line_column(self.runs.undo(self._bytes_before(self._undo_line_ends(offset))))

    def _bytes_before(self, offset: int) -> int:
        """How many bytes the characters before *offset* of the decoded text were."""
        if not _BY_CHARACTER.fullmatch(self.codec):
            return len(self.decoded[:offset].encode(self.codec, "replace"))
        if self._sizes is None:
            self._sizes = [0]
            for at in range(0, len(self.decoded), _BLOCK):
                self._sizes.append(self._sizes[-1] + len(self.decoded[at : at + _BLOCK].encode(self.codec, "replace")))
        block = offset // _BLOCK
        return self._sizes[min(block, len(self._sizes) - 1)] + len(self.decoded[block * _BLOCK : offset].encode(self.codec, "replace"))

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


def _quoted_printable_lines(raw: bytes, start: int, end: int) -> tuple[list[int], list[int]]:
    """How many bytes were decoded before each line, and behind the last one; and where each line begins."""
    seen, starts = [0], []
    at = start
    while at < end:
        content, line_break, following = _quoted_content(raw, at, end)
        seen.append(seen[-1] + len(content) - 2 * len(_QP_ESCAPE.findall(content)) + line_break)
        starts.append(at)
        at = following
    return seen, starts


def _quoted_content(raw: bytes, at: int, end: int) -> tuple[bytes, int, int]:
    """What of a line is decoded, the bytes of its line break (none after a soft one), and where the next line begins."""
    newline = raw.find(b"\n", at, end)
    line_end = end if newline < 0 else newline + 1
    line = raw[at:line_end]
    body = line.rstrip(b"\r\n")
    stripped = body.rstrip(b" \t")
    soft = stripped.endswith(b"=")
    return (stripped[:-1] if soft else stripped), (0 if soft else len(line) - len(body)), line_end


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


def _base64_runs(raw: bytes, start: int, end: int) -> tuple[list[int], list[int]]:
    """How many symbols stand before each run of them, and behind the last one; and where each run begins."""
    seen, starts = [0], []
    for match in _BASE64.finditer(raw, start, end):
        seen.append(seen[-1] + match.end() - match.start())
        starts.append(match.start())
    return seen, starts


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
