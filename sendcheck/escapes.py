"""What others wrote, made fit to be shown: characters that command a terminal, reorder text or hide in it come out as visible escapes, and no piece
of a mail begins a command of a CI that reads the log. All formats and messages go through here.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

#: What a CI takes for a command wherever it stands in a line: GitHub's ##[…], Azure's ##vso[…], TeamCity's ##teamcity[…], GitLab's section_start:…
_IN_LINE = r"\#\#(?=[A-Za-z]{0,30}\[)|section_(?:start|end):"
#: Where something may have to be changed. First: GitHub's ::…::, a command where it begins a line, leading blanks apart.
_MET = re.compile(rf"\A(\s*)::|\r\n|{_IN_LINE}|[^ -~]")
_LINE = re.compile(r"(?m)^((?:[^\S\n]|\x1b\[[0-9;]*m)*)::")
_JSON = re.compile(rf"{_IN_LINE}|[^\n -~]")
_BLANKS = {"\n": " ", "\t": " ", "\r\n": " ", "\r": "\\r"}
#: Format characters with a shape of their own (signs before Arabic, Syriac and Kaithi numbers).
_WITH_SHAPE = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
_JOINERS = "\u200c\u200d"


def clean(text: str) -> str:
    """A piece of one line, safe in any terminal, log or page. Line ends and tabs become blanks; cleaning twice changes nothing."""
    if text.isprintable() and "##" not in text and "section_" not in text and not text.lstrip().startswith("::"):
        return text
    return _MET.sub(_shown, text)


def clean_lines(text: str) -> str:
    """The same for text of several lines, which stay; so do tabs. Whether a line begins with ``::`` is left to who writes the lines."""
    return _MET.sub(_shown_in_lines, text)


def cleaned_at(text: str, *offsets: int) -> list[int]:
    """Where characters of *text* stand in the cleaned one."""
    found = []
    for offset in offsets:
        moved = offset
        for match in _MET.finditer(text):
            if match.start() >= offset:
                break
            moved += len(_shown(match)) - len(match[0])
        found.append(max(0, moved))
    return found


def for_log(text: str) -> str:
    """Finished lines of cleaned pieces, none of which begins with a command."""
    return _LINE.sub(r"\1\\x3a:", text)


def in_json(text: str) -> str:
    """JSON without such characters: they stand as escapes of JSON, so that whoever decodes it gets the very text."""
    return _JSON.sub(_in_json, text)


def _shown(match: re.Match[str]) -> str:
    found = match[0]
    if match[1] is not None:
        return f"{clean(match[1])}\\x3a:"
    if len(found) == 1:
        return _BLANKS.get(found) or (_escape(found) if _unseen(found) and not _joins(match) else found)
    return _BLANKS.get(found) or f"\\x{ord(found[0]):02x}{found[1:]}"


def _shown_in_lines(match: re.Match[str]) -> str:
    found = match[0]
    if found in {"\n", "\r\n", "\t"}:
        return found[-1]
    return clean_lines(match[1]) + "::" if match[1] is not None else _shown(match)


def _in_json(match: re.Match[str]) -> str:
    found = match[0]
    if len(found) > 1:
        return f"\\u{ord(found[0]):04x}{found[1:]}"
    if not _unseen(found) or _joins(match):
        return found
    code = ord(found)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\u{0xD7C0 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


@lru_cache(maxsize=4096)
def _unseen(character: str) -> bool:
    """Whether a character has no shape: controls, soft hyphen, joiners, zero-width and bidi characters, separators of lines, halves of characters, tags."""
    if character.isprintable():
        return False
    code, category = ord(character), unicodedata.category(character)
    if category == "Cn":  # may be a letter or an emoji that this Python does not know yet
        return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF or 0x2060 <= code <= 0x206F or 0xFFF0 <= code <= 0xFFFB or 0xE0000 <= code <= 0xE0FFF
    return category not in {"Zs", "Co"} and code not in _WITH_SHAPE


def _joins(match: re.Match[str]) -> bool:
    """Whether a joiner does its work: between two characters beyond Latin, as in emoji sequences and in Persian, Hindi or Malayalam."""
    at, text = match.start(), match.string
    if match[0] not in _JOINERS or at == 0:
        return False
    return text[at - 1] > "\u02ff" and text[at + 1 : at + 2] > "\u02ff" and not _unseen(text[at - 1]) and not _unseen(text[at + 1])


def _escape(character: str) -> str:
    """As programmers write it: \\x1b, \\u202e, \\U000e0041."""
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
