"""Tables in plain text: what stands below a heading."""

from __future__ import annotations

import re
from collections.abc import Iterator

#: Rows that are read below a heading.
_ROWS = 12
_WORDS_OF_A_HEADING = 3
#: What stands between cells.
_MARKS = (re.compile(r"\|"), re.compile(r"\t+"), re.compile(r"(?<=\S);(?=\S)"), re.compile(r"(?<=\S) {2,}(?=\S)"))
_WORD = re.compile(r"\w")
_RULE = re.compile(r"[\s|:+=-]*")


def cells_below(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Places of the cells in the column whose heading holds characters start..end; none if they stand in no heading."""
    begin = text.rfind("\n", 0, start) + 1
    stop = _line_end(text, begin)
    line = text[begin:stop]
    mark = next((m for m in _MARKS if m.search(line)), None)
    if mark is None:
        return
    heading = list(_cells(text, begin, stop, mark))
    column = next((n for n, (a, b) in enumerate(heading) if a <= start and end <= b), None)
    if column is None or sum(_WORD.search(text, a, b) is not None for a, b in heading) < 2 or len(text[slice(*heading[column])].split()) > _WORDS_OF_A_HEADING:
        return
    for _ in range(_ROWS):
        begin, stop = stop + 1, _line_end(text, stop + 1)
        if begin >= len(text) or not mark.search(text, begin, stop):
            return
        row = list(_cells(text, begin, stop, mark))
        if column < len(row) and not _RULE.fullmatch(text[begin:stop]):
            yield row[column]


def _line_end(text: str, begin: int) -> int:
    found = text.find("\n", begin)
    return found if found >= 0 else len(text)


def _cells(text: str, begin: int, stop: int, mark: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Cells of a row without the blanks around them; quotation marks of replies before the row do not count."""
    at = begin
    while at <= stop:
        following = mark.search(text, at, stop)
        end = following.start() if following else stop
        inner = text[at:end]
        left = len(inner) - len(inner.lstrip(" \t>*_`" if at == begin else " *_`"))
        right = len(inner.rstrip(" *_`\r"))
        yield at + min(left, right), at + right
        at = following.end() if following else stop + 1
