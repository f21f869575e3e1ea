"""Calendars (RFC 5545) as texts and people: what a part of an invitation says to its readers, and who they are.

icalendar knows the grammar of a content line; the lines are unfolded here, so that each word keeps its place in the source.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from sendcheck.reading.sourcemap import Pieces

#: Properties that hold dates, numbers, names of the standard and of programs: nothing a person wrote.
_NO_WORDS = frozenset(
    {"BEGIN", "END", "VERSION", "PRODID", "METHOD", "CALSCALE", "UID", "DTSTAMP", "DTSTART", "DTEND", "DUE", "COMPLETED", "DURATION"}
    | {"RRULE", "EXRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "SEQUENCE", "STATUS", "TRANSP", "CLASS", "PRIORITY", "CREATED", "LAST-MODIFIED", "GEO"}
    | {"TRIGGER", "ACTION", "REPEAT", "TZID", "TZNAME", "TZOFFSETFROM", "TZOFFSETTO", "TZURL", "FREEBUSY", "PERCENT-COMPLETE", "REQUEST-STATUS"}
)
#: Rooms and things (RFC 5545, section 3.2.3) read nothing.
_NOBODY = frozenset({"ROOM", "RESOURCE"})
_FOLD = re.compile(r"\n[ \t]")
_ESCAPE = re.compile(r"\\([\\;,nN])")
_MAILTO = re.compile(r"mailto:([^\s?<>]+)", re.I)


class Attendee(NamedTuple):
    """Somebody whom a calendar names: ``role`` is ``organizer`` or ``attendee``; ``start``, ``end``: the address in the calendar's source."""

    name: str
    address: str
    role: str
    start: int
    end: int


class CalendarText(NamedTuple):
    """What a calendar says (with the way to its source), its people, files that it carries, by what they are called, and its METHOD."""

    pieces: Pieces
    people: tuple[Attendee, ...]
    files: tuple[str, ...]
    method: str


def calendar_text(source: str) -> CalendarText:
    """Read a calendar. Raises nothing; a line that is no content line is kept as text."""
    from icalendar.parser import Contentline

    out = Pieces()
    people: list[Attendee] = []
    files: list[str] = []
    method = ""
    for line, starts in _unfolded(source):
        try:
            name, parameters, value = Contentline(line).parts()  # type: ignore[no-untyped-call]
        except ValueError:
            _add(out, line, starts, 0)
            continue
        name = name.upper()
        begin = len(line) - len(_raw_value(line))
        if name in {"ORGANIZER", "ATTENDEE"}:
            people += _person(name.lower(), parameters, line, starts)
        elif name == "ATTACH" and str(parameters.get("VALUE", "")).upper() == "BINARY":
            files.append(str(parameters.get("FILENAME") or parameters.get("X-FILENAME") or parameters.get("FMTTYPE") or "a file"))
        elif name == "METHOD":
            method = value.strip().upper()
        elif name not in _NO_WORDS:
            _add(out, line, starts, begin)
    return CalendarText(out, tuple(people), tuple(dict.fromkeys(files)), method)


def _unfolded(source: str) -> list[tuple[str, list[tuple[int, int]]]]:
    """Content lines without folds, each with (offset in the line, offset in the source) of its pieces."""
    lines = []
    at = 0
    for match in re.finditer(r"[^\n]*(?:\n[ \t][^\n]*)*", source):
        if match.start() < at or not match.group(0).strip():
            continue
        at = match.end()
        line, starts = "", []
        begin = match.start()
        for piece in _FOLD.split(match.group(0)):
            starts.append((len(line), begin))
            line += piece
            begin += len(piece) + 2
        lines.append((line, starts))
    return lines


def _source(starts: list[tuple[int, int]], offset: int) -> int:
    begin, source = max((pair for pair in starts if pair[0] <= offset), default=(0, 0))
    return source + offset - begin


def _raw_value(line: str) -> str:
    """What stands behind the first colon outside of quotation marks."""
    quoted = False
    for index, character in enumerate(line):
        if character == '"':
            quoted = not quoted
        elif character == ":" and not quoted:
            return line[index + 1 :]
    return line


def _add(out: Pieces, line: str, starts: list[tuple[int, int]], begin: int) -> None:
    """The text of a value with its escapes undone, as a paragraph of its own."""
    cuts = sorted({begin, *(at for at, _source_at in starts if at > begin)})
    for start, end in zip(cuts, [*cuts[1:], len(line)], strict=True):
        at = start
        for match in _ESCAPE.finditer(line, start, end):
            out.add(line[at : match.start()], _source(starts, at))
            out.add("\n" if match.group(1) in "nN" else match.group(1), _source(starts, match.start()))
            at = match.end()
        out.add(line[at:end], _source(starts, at))
    out.add("\n", None)


def _person(role: str, parameters: Mapping[str, object], line: str, starts: list[tuple[int, int]]) -> list[Attendee]:
    found = _MAILTO.search(_raw_value(line))
    if found is None or str(parameters.get("CUTYPE", "")).upper() in _NOBODY:
        return []
    begin = len(line) - len(_raw_value(line)) + found.start(1)
    name = parameters.get("CN", "")
    shown = str(name[0] if isinstance(name, list) else name).strip('"')
    return [Attendee(shown, found.group(1), role, _source(starts, begin), _source(starts, begin + len(found.group(1)) - 1) + 1)]
