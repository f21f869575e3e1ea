"""Characters that no reader sees inside a word: soft hyphens, zero-width spaces and joiners. With them taken out, a word is one word for every rule."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sendcheck.reading.sourcemap import Pieces

#: Soft hyphen (where a line was broken at it, with the break), zero-width space, word joiner, byte order mark: never part of a word. Joiners and
#: direction marks are, in scripts and emoji that need them: they go only between letters and digits of scripts that do not.
_LETTER = r"[0-9A-Za-z\u00c0-\u024f\u0370-\u052f]"
_INVISIBLE = re.compile(rf"(?<=[^\W\d_])\u00ad\n(?=[^\W\d_])|[\u00ad\u200b\u2060\ufeff]+|(?<={_LETTER})[\u200c-\u200f]+(?={_LETTER})")


def visible_spans(text: str) -> Iterator[tuple[int, int]]:
    """The stretches of a text between invisible characters, as (start, end)."""
    at = 0
    if not text.isascii():
        for found in _INVISIBLE.finditer(text):
            if found.start() > at:
                yield at, found.start()
            at = found.end()
    if at < len(text):
        yield at, len(text)


def visible(text: str) -> str:
    """A text without its invisible characters."""
    return text if text.isascii() else _INVISIBLE.sub("", text)


def holds_invisible(text: str) -> bool:
    """Whether a text holds any."""
    return not text.isascii() and _INVISIBLE.search(text) is not None


def visible_pieces(pieces: Pieces) -> Pieces:
    """A derived text without its invisible characters, each of the others with the place it came from."""
    out = Pieces()
    number = 0
    for start, end in visible_spans(pieces.text()):
        while number + 1 < len(pieces.offsets) and pieces.offsets[number + 1] <= start:
            number += 1
        at = start
        while at < end:
            chunk, offset, source = pieces.chunks[number], pieces.offsets[number], pieces.sources[number]
            stop = min(end, offset + len(chunk))
            out.add(chunk[at - offset : stop - offset], None if source is None else source + at - offset)
            at = stop
            if at < end:
                number += 1
    return out
