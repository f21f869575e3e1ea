"""A part's content: its transfer encoding undone (RFC 2045, section 6), as clients do it and not only as the RFC wishes.

Base64 with other lines in it (a footer that a list server glued on, a label over plain text, padding before the end) is read
run by run: what is base64 is decoded, what is not is text. So nothing that some client shows stays unread.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from typing import NamedTuple

from sendcheck.reading import charsets
from sendcheck.reading.encodedwords import lenient_base64
from sendcheck.reading.limits import Limits
from sendcheck.reading.part import RawPart
from sendcheck.reading.problem import ProblemKind, Problems
from sendcheck.reading.sourcemap import PartMap, Runs, Span

ENCODINGS = frozenset({"", "7bit", "8bit", "binary", "base64", "quoted-printable"})
_REGULAR = re.compile(rb"[A-Za-z0-9+/\s]*(?:=\s*){0,2}")
_SYMBOLS = re.compile(rb"(?:[A-Za-z0-9+/]+={0,2})+")
#: What stands behind padding is encoded anew.
_PADDING = re.compile(rb"=[=\s]*")
#: A line of this many symbols is base64 also behind a line that is none; shorter ones are words.
_TELLING = 40


class DecodedText(NamedTuple):
    """A leaf's text with uniform line ends, and the way back to the source."""

    text: str
    map: PartMap


def transfer_decode(part: RawPart) -> bytes:
    """The part's bytes without transfer encoding; broken base64 as far as it goes."""
    return b"".join(data for _span, data in runs_of(part))


def decoded_size(part: RawPart) -> int:
    """Size in bytes of a part's content, estimated for base64 without decoding it; the size that the part declares (RFC 2183), if that is larger."""
    size = part.end - part.start
    if part.fields.encoding == "base64":
        newlines = part.data.count(b"\n", part.start, part.end)
        size = max(0, (size - newlines) * 3 // 4)
    return max(size, part.fields.size)


def shortened(part: RawPart, cap: int) -> RawPart:
    """The same part with only its first *cap* bytes."""
    return part._replace(end=min(part.end, part.start + cap))


def decode_text(part: RawPart, limits: Limits, problems: Problems, charset: str | None = None) -> DecodedText:
    """A leaf as text: transfer and charset (the declared one, or *charset*) decoded, line ends made ``\\n``; never raises."""
    where = part.label
    cap = limits.text_chars * 4
    if part.end - part.start > cap:
        problems.truncated(f"a text longer than {limits.text_chars:,} characters; only its start was read", where)
        part = shortened(part, cap)
    if part.fields.encoding not in ENCODINGS:
        problems.add(ProblemKind.UNREADABLE, f"unknown transfer encoding “{part.fields.encoding[:30]}”; the part is read as it stands", where)
    nothing: list[tuple[Span, bytes]] = []
    runs = problems.guard(lambda: list(runs_of(part)), nothing, "a text part could not be decoded", where)
    text, codec, usable = charsets.decode(b"".join(data for _span, data in runs), charset or part.fields.charset)
    if not usable:
        problems.add(ProblemKind.UNREADABLE, f"unknown character set “{(part.fields.charset or '')[:40]}”; read as {codec}", where)
    if len(text) > limits.text_chars:
        problems.truncated(f"a text longer than {limits.text_chars:,} characters; only its start was read", where)
        text = text[: limits.text_chars]
    mapped = PartMap(part.positions, Runs(part.data, [span for span, _data in runs]), text, codec)
    uniform = re.sub(r"\r\n?", "\n", text) if "\r" in text else text
    return DecodedText(uniform, mapped)


def runs_of(part: RawPart) -> Iterator[tuple[Span, bytes]]:
    """The part's content in runs of one encoding each, with what they decode to."""
    encoding = part.fields.encoding
    data = part.data[part.start : part.end]
    if encoding == "quoted-printable":
        yield Span(0, part.start, part.end, encoding), binascii.a2b_qp(data)
    elif encoding != "base64":
        yield Span(0, part.start, part.end, ""), data
    elif _REGULAR.fullmatch(data):
        yield Span(0, part.start, part.end, encoding), lenient_base64(data) or b""
    else:
        at = 0
        for start, end, coded in _pieces(data):
            decoded = (lenient_base64(data[start:end]) or b"") if coded else data[start:end]
            yield Span(at, part.start + start, part.start + end, encoding if coded else ""), decoded
            at += len(decoded)


def _pieces(data: bytes) -> Iterator[tuple[int, int, bool]]:
    """(start, end, whether it is base64) of the runs of lines, and of what lies between two paddings."""
    begin, coded = 0, True
    at = 0
    plain_seen = False
    for line in data.splitlines(keepends=True):
        is_coded = _is_base64(line, plain_seen and not coded) if line.strip() else coded
        plain_seen = plain_seen or not is_coded
        if is_coded != coded:
            yield from _at_paddings(data, begin, at, coded)
            begin, coded = at, is_coded
        at += len(line)
    yield from _at_paddings(data, begin, len(data), coded)


def _is_base64(line: bytes, doubtful: bool) -> bool:
    """Whether a line is base64; a few foreign characters in a long one are skipped, as clients do."""
    bare = line.strip()
    if _SYMBOLS.fullmatch(bare):
        return not doubtful or len(bare) >= _TELLING
    foreign = len(re.sub(rb"[A-Za-z0-9+/=]", b"", bare))
    return len(bare) >= _TELLING and foreign * 20 < len(bare) and b" " not in bare


def _at_paddings(data: bytes, start: int, end: int, coded: bool) -> Iterator[tuple[int, int, bool]]:
    if not coded:
        yield start, end, False
        return
    at = start
    for match in _PADDING.finditer(data, start, end):
        yield at, match.end(), True
        at = match.end()
    if at < end:
        yield at, end, True
