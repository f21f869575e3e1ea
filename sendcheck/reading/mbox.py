"""Where the mails of an mbox begin (RFC 4155): at its From_ lines, as mutt, dovecot, Thunderbird, git and Python's own library know them.

No two of them agree. mutt and dovecot want a date after the sender and look at nothing else; Thunderbird wants two header fields below, whatever the line
says; Python takes every line that begins with “From ”. So a line *surely* begins a mail if a sender, if any, and a date are all it says, or nothing at all,
and header fields follow. A line that only some of them would take is a doubt, which the mail it stands in is told of: never may a mail be read as text that
its neighbour quotes, and pass.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from sendcheck.reading.problem import Problem, ProblemKind

Bytes = bytes | mmap.mmap
_SUFFIXES = {".mbox", ".mbx"}
#: So much of a From_ line is looked at, and of what is below it.
_LONGEST, _BELOW, _LINES = 998, 8192, 60
#: So many From_ lines may stand one below the other and begin one mail.
_AGAIN = 4
#: Doubts that are told of one mail.
_TOLD = 3
_LEAD = re.compile(rb"(?:\xef\xbb\xbf)?\s*")
_FROM, _FROM_BELOW = re.compile(rb">?From "), re.compile(rb"\n>?From ")

_WEEKDAY = rb"(?i:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?i:day)?\.?\b"
_MONTH = (
    rb"\b(?i:jan(?:uary?)?|feb(?:ruary?)?|mar(?:ch|s)?|apr(?:il)?|ma[yij]|june?|juni|july?|juli|aug(?:ust)?|sept?(?:ember)?|o[ck]t(?:ober)?|"
    rb"nov(?:ember)?|de[csz](?:ember)?)\.?(?![A-Za-z])"
)
_DAY = rb"\b[0-3]?[0-9](?:st|nd|rd|th|\.)?(?![0-9:])"
_TIME = rb"(?<![0-9:])[0-2]?[0-9]:[0-5][0-9](?::[0-6][0-9](?:[.,][0-9]+)?)?"
_YEAR = rb"\b(?:19|20)[0-9]{2}\b"
_ISO = rb"\b(?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]"
_FIGURES = rb"\b[0-3]?[0-9][./-][0-3]?[0-9][./-](?:[0-9]{2}){1,2}\b"
_ZONE = rb"(?:[+-][0-9]{2}:?[0-9]{2}|(?:UTC|GMT)[+-][0-9]{1,2}|\(?[A-Z]{1,5}\)?)"
_DATED = rb"(?:" + _MONTH + rb"[ \t-]+" + _DAY + rb"|" + _DAY + rb"[ \t-]+(?:of[ \t]+)?" + _MONTH + rb")"
#: Nothing, an address, a quoted local part with blanks, “kari at nordlys.no” of archives on the web.
_SENDER = rb'(?:(?:"(?:[^"\\]|\\.)*"[^\s"]*|[^\s"]+(?:[ \t]+at[ \t]+\S+)?)[ \t]+)?'
_REMOTE = rb"(?:[ \t]+remote from[ \t]+\S+)?"
_TAIL = rb"(?:[ \t]*(?:" + _ZONE + rb"|[0-9]{4}|[0-9]{2}))" + rb"{0,4}" + _REMOTE
#: asctime's date, as mutt, dovecot and git have it: with a time zone before or after the year, without year or seconds, day and month changed; or ISO 8601's.
_EXACT_DATE = rb"(?:" + _WEEKDAY + rb",?[ \t]+" + _DATED + rb",?(?:[ \t]+[0-9]{4})?[ \t]+" + _TIME + rb"|" + _ISO + rb"[T_ \t]+" + _TIME + rb"Z?)" + _TAIL
_EXACT = re.compile(_SENDER + _EXACT_DATE)
_EXACT_AT_END = re.compile(rb"[ \t]" + _EXACT_DATE + rb"\Z")
#: A sender and words of dates only, in whatever order.
_WORDS = rb"(?:(?:" + rb"|".join((_WEEKDAY, _MONTH, _ISO + rb"T?", _FIGURES, _TIME + rb"Z?", _YEAR, _DAY, _ZONE)) + rb"),?[ \t]*)"
_LOOSE = re.compile(_SENDER + _WORDS + rb"{1,9}" + _REMOTE)
_ADDRESS = re.compile(rb"-|<?[^\s@]+@[^\s@]+>?|MAILER[-_]DAEMON", re.IGNORECASE)
_WHOLE_DATE = re.compile(_DATED + rb".{0,12}(?:" + _YEAR + rb"|" + _TIME + rb")|" + _YEAR + rb"[ \t]+" + _DATED + rb"|" + _ISO + rb"|" + _FIGURES)
_ANY_DATE = re.compile(rb"|".join((_DATED, rb"\b" + _WEEKDAY, _TIME, _YEAR)))

_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:(?!//)")
_KNOWN = re.compile(
    rb"(?i)(?:from|to|cc|bcc|subject|date|received|return-path|reply-to|sender|message-id|mime-version|in-reply-to|references|status|delivered-to|envelope-to"
    rb"|organization|user-agent|lines|(?:content|resent|list|x|arc|dkim|domainkey|authentication|received)-[!-9;-~]+)"
)
_LENGTH = re.compile(rb"(?im)^content-length[ \t]*:[ \t]*([0-9]{1,12})[ \t]*\r?$")
_BLANK_LINE = re.compile(rb"\n\r?\n")


class Piece(NamedTuple):
    """One mail of an mbox: its bytes, the line it begins in (from 1), and lines of it that may begin another one."""

    start: int
    end: int
    first_line: int
    doubts: tuple[Problem, ...] = ()


class _Begins(Enum):
    SURELY = 1
    PERHAPS = 2
    NO = 3


def is_mbox(head: bytes, suffix: str = "") -> bool:
    """Whether a file that begins so, with an ending like that, holds mails one after the other."""
    if head.startswith(b"From ") or suffix.lower() in _SUFFIXES:
        return True
    at = _lead(head)
    if head[at : at + 1] == b">":
        at += 1
    end = head.find(b"\n", at)
    return at > 0 and end >= 0 and head.startswith(b"From ", at) and _begins(head[at:end], head[end + 1 :]) is _Begins.SURELY


def pieces(data: Bytes, begin: int = 0) -> Iterator[Piece]:
    """The mails from byte *begin* on, where one begins."""
    start = begin + _lead(data[begin : begin + _LONGEST]) if begin == 0 else begin
    line = 1 + data[begin:start].count(b"\n")
    counted, doubts, more = start, list[tuple[int, bytes]](), 0
    claimed = -1
    for at, text, kind in _from_lines(data, start):
        if claimed < 0:
            claimed = _claimed_end(data, start)
        if at < claimed:  # text by the length that the mail's own header tells: so mutt and dovecot, not so the others
            kind = _Begins.PERHAPS if kind is _Begins.SURELY else _Begins.NO
        if kind is _Begins.NO:
            continue
        if kind is _Begins.PERHAPS:
            line, counted = line + data[counted:at].count(b"\n"), at
            more += len(doubts) >= _TOLD
            doubts += [(line, text)] * (len(doubts) < _TOLD)
            continue
        yield Piece(start, at, *_told(data, start, counted, line, doubts, more))
        line += data[counted:at].count(b"\n")
        start = counted = at
        doubts, more, claimed = [], 0, -1
    yield Piece(start, len(data), *_told(data, start, counted, line, doubts, more))


def _told(data: Bytes, start: int, counted: int, line: int, doubts: list[tuple[int, bytes]], more: int) -> tuple[int, tuple[Problem, ...]]:
    """The first line of a mail, *line* being that of byte *counted* in it, and its doubts in words."""
    first = line - data[start:counted].count(b"\n")
    told = [
        Problem(
            ProblemKind.UNREADABLE,
            f"line {at} (“{text[:60].decode('utf-8', 'replace').rstrip()}”) may begin another mail, or belong to this one: "
            "the mbox cannot be split for certain. Write it as “>From …” if it is text",
            "body",
            at,
        )
        for at, text in doubts
    ]
    if more:
        told.append(Problem(ProblemKind.UNREADABLE, f"{more:,} more line{'s' * (more > 1)} like that", "body", doubts[-1][0]))
    return first, tuple(told)


def _lead(head: bytes) -> int:
    """How long what stands before the first mail is: a byte order mark, blank lines, a form feed."""
    found = _LEAD.match(head)
    at = found.end() if found is not None else 0
    return at if head.startswith((b"From ", b">From "), at) else 0


def _from_lines(data: Bytes, start: int) -> Iterator[tuple[int, bytes, _Begins]]:
    """(begin, line, what it may be) of lines below the first that begin with “From ”; one right below another From_ line belongs to the same mail."""
    end = data.find(b"\n", start)
    behind = end + 1 if end >= 0 and _FROM.match(data, start) else -1
    for match in _FROM_BELOW.finditer(data, max(end, start)):
        found = match.start() + 1
        end = data.find(b"\n", found)
        end = len(data) if end < 0 else end
        if found == behind:
            behind = end + 1
            continue
        quoted = data[found : found + 1] == b">"
        text = data[found + quoted : min(end, found + _LONGEST)]
        kind = _quoted_begins(text, data[end + 1 : end + 1 + _BELOW]) if quoted else _begins(text, data[end + 1 : end + 1 + _BELOW])
        if kind is _Begins.SURELY:
            behind = end + 1
        yield found, text, kind


def _quoted_begins(line: bytes, below: bytes) -> _Begins:
    """The same of “>From ”: text, unless a whole head of a mail is below it; then whoever made the mbox may have quoted once too often."""
    return _Begins.PERHAPS if _EXACT.fullmatch(line[5:].strip()) and _fields(below)[1] > 1 else _Begins.NO


def _begins(line: bytes, below: bytes) -> _Begins:
    """Whether a line, which begins with “From ”, begins a mail, with that below it."""
    text = line[5:].strip()
    fields, known = _fields(below)
    if _EXACT.fullmatch(text):
        return _Begins.SURELY if fields else _Begins.PERHAPS
    bare = not text or _ADDRESS.fullmatch(text)
    if known > 1 and (bare or _LOOSE.fullmatch(text) or _EXACT_AT_END.search(text)):
        return _Begins.SURELY
    if known > 1 or _WHOLE_DATE.search(text) or ((known or fields > 1) and (bare or _ANY_DATE.search(text))):
        return _Begins.PERHAPS
    return _Begins.NO


def _fields(below: bytes) -> tuple[int, int]:
    """How many header fields stand there, and how many of them are those of mail. Further From_ lines may come before them."""
    fields = known = at = 0
    for number in range(_LINES):
        end = below.find(b"\n", at)
        line, at = below[at : end if end >= 0 else len(below)], end + 1
        again = not fields and number < _AGAIN and line.startswith((b"From ", b">From "))
        goes_on = fields and line[:1] in {b" ", b"\t"} and line.strip()
        if not again and not goes_on:
            match = _FIELD.match(line)
            if match is None:
                break
            fields += 1
            known += _KNOWN.fullmatch(match[1]) is not None
        if end < 0:
            break
    return fields, known


def _claimed_end(data: Bytes, start: int) -> int:
    """Where a mail ends by its Content-Length, if another one or the end of the file is there; else its beginning."""
    head = data[start : start + 65_536]
    blank = _BLANK_LINE.search(head)
    length = _LENGTH.search(head, 0, blank.end()) if blank is not None else None
    if blank is None or length is None:
        return start
    end = start + blank.end() + int(length[1])
    rest = data[end : end + 9].lstrip(b"\r\n")
    return end if end <= len(data) and (not rest or rest.startswith(b"From ")) else start
