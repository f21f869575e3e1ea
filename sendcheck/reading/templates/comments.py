"""Exceptions in a template's own comments: ``sendcheck: allow RULE reason`` and ``sendcheck: allow-file RULE reason``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sendcheck.reading.templates.model import Allowance, SourceFile

_ALLOW = re.compile(r"sendcheck:[ \t]*allow(?P<file>-file)?\b[ \t]*(?P<rule>[a-z][a-z-]*)?[ \t]*(?P<reason>[^\n]*)")
_COMMENTED = re.compile(r"<!--|\{#|\{%-?\s*#|\{\{~?!|\{%-?\s*comment\b|^\s*(?:#|!|//)|<%#|/\*|\"(?://|_comment|\$comment)[^\"]*\"\s*:|\s#\s")
_ENDING = re.compile(r"(?<!\s)\s*(?:--\s*\}\}|-->|-?#\}|\{%|-?%\}|\}\}|\*/|\",?\s*$).*$")


def allowances(file: SourceFile) -> Iterator[Allowance]:
    """All of a file. One holds for the rest of its line and for the next line that says something, or for the whole file."""
    lines = file.lines
    entries = file.name.endswith((".po", ".pot"))
    for number, line in enumerate(lines, 1):
        if "sendcheck:" not in line:
            continue
        for match in _ALLOW.finditer(line):
            before = line[: match.start()]
            if not _COMMENTED.search(before) and not _opened(lines, number - 1):
                continue
            reason = _ENDING.sub("", match.group("reason")).strip()
            last = number
            if match.group("file"):
                yield Allowance(match.group("rule") or "", reason, file.name, number, None)
                continue
            while last < len(lines):
                last += 1
                said = lines[last - 1].strip()
                # An entry of a gettext catalogue ends at a blank line.
                if said and "sendcheck:" not in said and not (entries and last < len(lines) and lines[last].strip()):
                    break
            yield Allowance(match.group("rule") or "", reason, file.name, number, last)


def _opened(lines: list[str], at: int) -> bool:
    """Whether a comment of several lines is open at the beginning of a line."""
    above = "\n".join(lines[max(0, at - 20) : at])
    return above.rfind("<!--") > above.rfind("-->") or above.rfind("{#") > above.rfind("#}") or above.rfind("{{!") > above.rfind("}}")
