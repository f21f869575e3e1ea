"""Header fields: splitting, RFC 2047 words, RFC 2231 parameters; guarded and positioned."""

from __future__ import annotations

import binascii
import re
from email.message import Message as CompatMessage
from email.parser import BytesHeaderParser
from email.utils import collapse_rfc2231_value
from typing import NamedTuple

from sendcheck.reading import charsets
from sendcheck.reading.invisible import visible
from sendcheck.reading.limits import Limits
from sendcheck.reading.problem import ProblemKind, Problems

#: Fields whose words rules read; a strange character set elsewhere (Received, X-…) hides nothing from them.
_READ_BY_RULES = {"from", "sender", "reply-to", "to", "cc", "bcc", "resent-to", "resent-cc", "resent-bcc", "subject"}
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:")
_ENCODED_WORD = re.compile(r"=\?([^?\s]*)\?([bBqQ])\?([^?\s]*(?:[^?]*?))\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)[ \t\r\n]+(?==\?[^?\s]*\?[bBqQ]\?)")


class Header(NamedTuple):
    """One header field: ``name`` as written, ``value`` decoded and unfolded, raw byte range of the value."""

    name: str
    value: str
    raw_value: str
    start: int
    end: int


def header_block_end(raw: bytes, start: int, end: int, limits: Limits) -> tuple[int, int, bool]:
    """Where a header block ends: (end of block, start of body, cut by the cap).

    A line that is no header and no continuation ends the block too, and belongs to the
    body (the separator is missing: common in broken mail).
    """
    at = start
    while at < end:
        if at - start > limits.header_bytes:
            blank = re.compile(rb"\r?\n\r?\n").search(raw, at, end)
            return at, blank.end() if blank else end, True
        newline = raw.find(b"\n", at, end)
        line_end = end if newline < 0 else newline + 1
        line = raw[at:line_end]
        if line in (b"\n", b"\r\n"):
            return at, line_end, False
        first = at == start and line.startswith((b"From ", b">From "))
        if not first and line[:1] not in b" \t" and not _FIELD.match(line):
            return at, at, False
        if line[:1] in b" \t" and at == start:
            return at, at, False
        at = line_end
    return end, end, False


def split_fields(raw: bytes, start: int, end: int, limits: Limits, problems: Problems, part: str) -> list[Header]:
    """The header fields in raw[start:end], in order, decoded; never raises."""
    found: list[Header] = []
    at = start
    while at < end:
        newline = raw.find(b"\n", at, end)
        line_end = end if newline < 0 else newline + 1
        while line_end < end and raw[line_end : line_end + 1] in (b" ", b"\t"):
            newline = raw.find(b"\n", line_end, end)
            line_end = end if newline < 0 else newline + 1
        match = _FIELD.match(raw, at, line_end)
        if match:
            if len(found) >= limits.header_fields:
                problems.truncated(f"more than {limits.header_fields} header fields; the rest was not read", part)
                break
            name = match.group(1).decode("ascii", "replace")
            value_start = match.end()
            found.append(_header(raw, name, value_start, line_end, problems, part))
        at = line_end
    return found


def _header(raw: bytes, name: str, start: int, end: int, problems: Problems, part: str) -> Header:
    data = raw[start:end]
    text, _codec, _known = charsets.decode(data, "utf-8" if data.isascii() else None)
    unfolded = re.sub(r"\r?\n(?=[ \t])", "", text).strip()
    noted = problems if name.lower() in _READ_BY_RULES else None
    value = problems.guard(lambda: decode_words(unfolded, noted, name.lower()), unfolded, f"header {name} could not be decoded", part)
    return Header(name, visible(value), text, start, end)


def decode_words(value: str, problems: Problems | None = None, part: str = "header") -> str:
    """RFC 2047 encoded words decoded, errors replaced; unknown charsets are noted and survive.

    Control characters and line breaks that hide in an encoded word become spaces, so no
    header can smuggle another one in.
    """
    if "=?" not in value:
        return value
    joined = _BETWEEN_WORDS.sub(r"\1", value)

    def one(match: re.Match[str]) -> str:
        charset, kind, payload = match.group(1).split("*")[0], match.group(2).lower(), match.group(3)
        data = _word_bytes(kind, payload)
        if data is None:
            return match.group(0)
        text, _codec, usable = charsets.decode(data, charset)
        if not usable and problems is not None:
            problems.add(ProblemKind.UNREADABLE, f"unknown character set “{charset[:40]}” in an encoded word", part)
        return re.sub(r"[\x00-\x1f\x7f]", " ", text)

    return _ENCODED_WORD.sub(one, joined)


def _word_bytes(kind: str, payload: str) -> bytes | None:
    data = payload.encode("utf-8", "surrogateescape")
    if kind == "q":
        return binascii.a2b_qp(data.replace(b"_", b"=20"))
    return lenient_base64(data)


def lenient_base64(data: bytes) -> bytes | None:
    """Base64 decoded as far as it goes: foreign characters skipped, padding mended."""
    symbols = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    if len(symbols) % 4 == 1:
        symbols = symbols[:-1]
    try:
        return binascii.a2b_base64(symbols + b"=" * (-len(symbols) % 4))
    except (binascii.Error, ValueError):
        return None


class ContentFields(NamedTuple):
    """What a part says about itself; every value already guarded.

    ``size``: in bytes, as its Content-Disposition tells (RFC 2183), else 0; ``method``: of a calendar (RFC 6047), in upper case, else "".
    """

    content_type: str
    charset: str | None
    boundary: str | None
    encoding: str
    disposition: str
    filename: str | None
    content_id: str | None
    flowed: bool
    delsp: bool
    size: int = 0
    method: str = ""

    @classmethod
    def plain(cls) -> ContentFields:
        """What holds for text that no header describes."""
        return cls("text/plain", None, None, "", "", None, None, False, False)


#: Fields and parameters that decide what a client shows; given twice, programs differ on which one holds.
_DECIDING = ("content-type", "content-transfer-encoding")
_DECIDING_PARAMETERS = re.compile(r";\s*(boundary|charset)\s*=\s*(\"[^\"]*\"|[^;\s]*)", re.I)


def content_fields(raw: bytes, start: int, end: int, default_type: str, limits: Limits, problems: Problems, part: str) -> ContentFields:
    """The MIME fields of a header block, by the standard library's compat32 parser, guarded."""
    block = raw[start:end]
    wanted = list(re.finditer(rb"(?im)^content-[a-z-]+[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*\n?", block))
    small = b"".join(m.group(0) for m in wanted)
    if small.count(b";") > limits.parameters:
        problems.truncated(f"more than {limits.parameters} parameters in a content header; the part is read as text", part)
        small = b""
    message = problems.guard(lambda: BytesHeaderParser().parsebytes(small), CompatMessage(), "content headers could not be parsed", part)
    _tell_twice(message, problems, part)
    declared = str(message.get("content-type", "") or "")
    content_type = problems.guard(lambda: str(message.get_content_type()), "text/plain", "Content-Type could not be read", part)
    if not declared:
        content_type = default_type
    charset = problems.guard(lambda: _text(message.get_param("charset")), None, "charset could not be read", part)
    boundary = problems.guard(lambda: _text(message.get_boundary()), None, "boundary could not be read", part)
    flowed = problems.guard(lambda: _text(message.get_param("format")), None, "format could not be read", part)
    delsp = problems.guard(lambda: _text(message.get_param("delsp")), None, "delsp could not be read", part)
    method = problems.guard(lambda: _text(message.get_param("method")), None, "the method of a calendar could not be read", part)
    name = problems.guard(lambda: _file_name(message), None, "the file name of a part could not be read", part)
    disposition = str(message.get("content-disposition", "") or "").split(";")[0].strip().lower()
    size = problems.guard(lambda: _text(message.get_param("size", header="content-disposition")), None, "the size of a part could not be read", part)
    encoding = re.sub(r"\(.*?\)", "", str(message.get("content-transfer-encoding", "") or "")).strip().lower()
    content_id = str(message.get("content-id", "") or "").strip().strip("<>") or None
    return ContentFields(
        content_type.lower(),
        charset,
        boundary,
        encoding,
        disposition,
        name,
        content_id,
        (flowed or "").lower() == "flowed",
        (delsp or "").lower() == "yes",
        int(size) if size and re.fullmatch(r"[0-9]{1,15}", size) else 0,
        (method or "").strip().upper(),
    )


def _tell_twice(message: CompatMessage, problems: Problems, part: str) -> None:
    """Two values for what may have only one: some client shows what another hides."""
    for name in _DECIDING:
        values = {str(value).strip().lower() for value in message.get_all(name, [])}
        if len(values) > 1:
            problems.add(ProblemKind.UNREADABLE, f"{name.title()} is given {len(values)} times, each time another; programs differ on which one holds", part)
    given: dict[str, set[str]] = {}
    for match in _DECIDING_PARAMETERS.finditer(str(message.get("content-type", "") or "")):
        given.setdefault(match.group(1).lower(), set()).add(match.group(2).strip('"'))
    for parameter, found in given.items():
        if len(found) > 1:
            problems.add(ProblemKind.UNREADABLE, f"Content-Type names two values for “{parameter}”; programs differ on which one holds", part)


def _text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, tuple):
        return str(collapse_rfc2231_value(value))
    return str(value)


def _file_name(message: CompatMessage) -> str | None:
    name = _text(message.get_param("filename", header="content-disposition") or message.get_param("name"))
    if not name:
        return None
    decoded = decode_words(name)
    if any("\udc80" <= c <= "\udcff" for c in decoded):
        decoded = charsets.decode(decoded.encode("utf-8", "surrogateescape"), None)[0]
    # Only the last component: a path in a file name tells nothing and can mislead.
    return visible(re.split(r"[/\\]", decoded)[-1]).strip() or None
