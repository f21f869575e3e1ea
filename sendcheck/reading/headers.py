"""Header fields: splitting, and what those of a part say about it; guarded and positioned."""

from __future__ import annotations

import re
from email.message import Message as CompatMessage
from email.parser import HeaderParser
from typing import NamedTuple

from sendcheck.reading import charsets
from sendcheck.reading.encodedwords import decode_words
from sendcheck.reading.filenames import decoded, file_names
from sendcheck.reading.invisible import visible
from sendcheck.reading.limits import Limits
from sendcheck.reading.problem import ProblemKind, Problems

#: Fields whose words rules read; a strange character set elsewhere (Received, X-…) hides nothing from them.
_READ_BY_RULES = {"from", "sender", "reply-to", "to", "cc", "bcc", "resent-to", "resent-cc", "resent-bcc", "subject"}
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:")


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


class ContentFields(NamedTuple):
    """What a part says about itself; every value already guarded.

    ``size``: in bytes, as its Content-Disposition tells (RFC 2183), else 0; ``method``: of a calendar (RFC 6047), in upper case, else "".
    ``other_names``: further names of its file; programs differ on which one holds.
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
    other_names: tuple[str, ...] = ()

    @classmethod
    def plain(cls) -> ContentFields:
        """What holds for text that no header describes."""
        return cls("text/plain", None, None, "", "", None, None, False, False)


#: What bytes that are no UTF-8 mean in a field that should have been ASCII (WHATWG Encoding, section 4.2).
_BARE = "iso-8859-1"
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
    text = charsets.decode(small, _BARE)[0]  # bare letters in a file's name, which compat32 would replace
    message = problems.guard(lambda: HeaderParser().parsestr(text), CompatMessage(), "content headers could not be parsed", part)
    _tell_twice(message, problems, part)
    declared = str(message.get("content-type", "") or "")
    content_type = problems.guard(lambda: str(message.get_content_type()), "text/plain", "Content-Type could not be read", part)
    if not declared:
        content_type = default_type
    charset = problems.guard(lambda: _parameter(message.get_param("charset")), None, "charset could not be read", part)
    boundary = problems.guard(lambda: _parameter(message.get_boundary()), None, "boundary could not be read", part)
    flowed = problems.guard(lambda: _parameter(message.get_param("format")), None, "format could not be read", part)
    delsp = problems.guard(lambda: _parameter(message.get_param("delsp")), None, "delsp could not be read", part)
    method = problems.guard(lambda: _parameter(message.get_param("method")), None, "the method of a calendar could not be read", part)
    none: tuple[str, ...] = ()
    names = problems.guard(lambda: file_names(message), none, "the file name of a part could not be read", part)
    disposition = str(message.get("content-disposition", "") or "").split(";")[0].strip().lower()
    size = problems.guard(lambda: _parameter(message.get_param("size", header="content-disposition")), None, "the size of a part could not be read", part)
    encoding = re.sub(r"\(.*?\)", "", str(message.get("content-transfer-encoding", "") or "")).strip().lower()
    content_id = str(message.get("content-id", "") or "").strip().strip("<>") or None
    return ContentFields(
        content_type.lower(),
        charset,
        boundary,
        encoding,
        disposition,
        names[0] if names else None,
        content_id,
        (flowed or "").lower() == "flowed",
        (delsp or "").lower() == "yes",
        int(size) if size and re.fullmatch(r"[0-9]{1,15}", size) else 0,
        (method or "").strip().upper(),
        names[1:],
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


def _parameter(value: object) -> str | None:
    return None if value is None else decoded(value)
