"""A reading's chunks as a mail that the ordinary reader reads, with the way back to the template's files."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from itertools import accumulate

from sendcheck.reading.sourcemap import FilePosition, RawPositions
from sendcheck.reading.templates.readings import Chunk


class TemplatePositions(RawPositions):
    """Byte offsets of an assembled mail as line and column of the template file that the byte comes from."""

    def __init__(self, raw: bytes, chunks: Sequence[Chunk], ends: Sequence[int], own: str) -> None:
        super().__init__(raw)
        self._chunks = chunks
        self._ends = ends
        self._own = own

    def line_column(self, offset: int) -> tuple[int, int]:
        """Line and column; a stand-in's first characters are its tag's start, its last one the tag's last."""
        if not self._chunks:
            return 1, 1
        index = min(bisect.bisect_right(self._ends, offset), len(self._chunks) - 1)
        chunk = self._chunks[index]
        begin = self._ends[index - 1] if index else 0
        inside = len(self._raw[begin : max(begin, offset)].decode("utf-8", "replace"))
        if chunk.made:
            source = max(chunk.start, chunk.end - 1) if inside >= len(chunk.text) - 1 and inside > 0 else chunk.start
        else:
            source = min(chunk.start + inside, chunk.end)
        line, column = chunk.file.line_column(source)
        return FilePosition(line, column, "" if chunk.file.name == self._own else chunk.file.name)


def assembled(chunks: Sequence[Chunk], own: str) -> tuple[bytes, TemplatePositions]:
    """The bytes of all chunks and their positions. ``own``: the name of the template itself."""
    kept = [c for c in chunks if c.text]
    parts = [c.text.encode("utf-8", "replace") for c in kept]
    raw = b"".join(parts)
    return raw, TemplatePositions(raw, kept, list(accumulate(map(len, parts))), own)
