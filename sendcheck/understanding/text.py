"""Small helpers over plain text that several checks share."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache

_END = re.compile(r"[.!?…]+(?=[\s\"'”’)\]]|$)|\n[ \t]*\n")
_LOOK_BACK = 400
#: Somebody else's words: three or more between quotation marks; marks that are not closed, or not opened, in the sentence.
_QUOTED = re.compile(r"[\"“„«]([^\"“”„«»]*)[\"”“»]")
_UNCLOSED = re.compile(r"[\"“„«](?=\w)[^\"“”„«»]*$")
_UNOPENED = re.compile(r"^[^\"“”„«»]*[.!?…,][\"”»]\W*$")
#: Blanks between three words.
_BLANKS = 2
#: Stands for what is left out: no letter, digit, blank or mark of any pattern.
LEFT_OUT = "\ue002"
_FENCE = re.compile(r"(?m)^[ \t]*(?:```|~~~)")
# A line of shell or program text: a prompt, an assignment, an option, a pipe, a statement's end.
_COMMAND = re.compile(
    r"^\s*[$#%]\s|^\s*(?:echo|cd|sudo|export|def|rm|cp|mv|ls)\s"
    r"|\w\s?=\s?[\"'$({]|[{}]\s*$|[\])}\"'\d]\s*;\s*$|\s\|\s\w|(?:^|[\s\"'])--?[a-z][\w-]*(?:[= ]|$)|\w\(\)|\"[^\"]{0,40}\$\w+[^\"]{0,40}\""
)


#: Characters of a long text that are looked at together, and those that two looks share where no line ends.
_LOOK, _SHARED = 8_000, 300


def looks(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of the stretches that a long text is searched in: at blank lines, else at line ends.

    Patterns are tried only where a stretch holds their words: a million characters hold all words, so that as a whole they would be tried with all.
    """
    start = 0
    while len(text) - start > _LOOK:
        limit = start + _LOOK
        end = max(text.rfind("\n\n", start + _LOOK // 2, limit), text.rfind("\n", start + _LOOK - _LOOK // 4, limit)) + 1
        yield start, end or limit
        start = end or limit - _SHARED
    yield start, len(text)


def flat(text: str) -> str:
    """A text in one line with straight apostrophes."""
    return re.sub(r"[’‘]", "'", " ".join(text.split()))


def in_one_line(text: str) -> str:
    """A sentence in one line with straight apostrophes, every character at its place."""
    return re.sub(r"\s", " ", text).replace("’", "'").replace("‘", "'")


@lru_cache(maxsize=512)
def unquoted(text: str) -> str:
    """:func:`in_one_line` without what the sentence quotes at length: others' words are not the writer's."""
    return _UNOPENED.sub(_left_out, _UNCLOSED.sub(_left_out, _QUOTED.sub(_left_out, in_one_line(text))))


def _left_out(match: re.Match[str]) -> str:
    """As many marks as the quotation has characters; one or two quoted words are the writer's own way to speak, and stay."""
    inside = match.group(1) if match.re is _QUOTED else None
    return match.group(0) if inside is not None and len(re.findall(r"\s", inside)) < _BLANKS else LEFT_OUT * len(match.group(0))


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """The range of the sentence that holds characters start..end: bounded by end marks and blank lines."""
    begin = max(0, start - _LOOK_BACK)
    for match in _END.finditer(text, begin, start):
        begin = match.end()
    stop = _END.search(text, end, min(len(text), end + _LOOK_BACK))
    return begin, stop.end() if stop else min(len(text), end + _LOOK_BACK)


@lru_cache(maxsize=4)
def _fences(text: str) -> tuple[int, ...]:
    """Where the lines begin that open or close a fenced block."""
    return tuple(m.start() for m in _FENCE.finditer(text))


def in_code(text: str, start: int, end: int) -> bool:
    """Whether characters start..end stand in back-ticks, a fenced block or an indented code line."""
    line_start = max(text.rfind("\n", max(0, start - _LOOK_BACK), start) + 1, start - _LOOK_BACK, 0)
    line_end = text.find("\n", end, end + _LOOK_BACK)
    line = text[line_start : line_end if line_end >= 0 else end + _LOOK_BACK]
    before = text[line_start:start].count("`")
    if before % 2 == 1 and "`" in text[end : line_start + len(line)]:
        return True
    if bisect_left(_fences(text), start) % 2 == 1:
        return True
    if _COMMAND.search(line[: start - line_start] + " " + line[end - line_start :]):
        return True
    return line.startswith(("    ", "\t")) and bool(re.search(r"[;{}=()<>]", line.replace(text[start:end], "", 1)))
