"""Own text as sentences: ends of sentences, paragraphs, items of lists. By marks and layout, so that nothing needs a parse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from sendcheck.data import language_file, languages_with

#: A list's item: bullet, number or letter, with its indent. A number counts up to 99, so that years begin no item.
ITEM = re.compile(
    r"^(?P<indent>[ \t]*)(?P<mark>[-*•·–—▪◦]|\(?(?P<number>\d{1,2})[.)]"
    r"|(?P<re>(?:re|ad|til|to|on|punkt|point|q)\.?[ ]?)?#?(?P<number2>\d{1,2})[:)]|\(?(?P<letter>[a-h])\))[ \t]+(?=\S)",
    re.I,
)
_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s|$)")
_WRAPPED = 50


class Span(NamedTuple):
    """A sentence in a text: ``start``/``end`` without surrounding white space. ``paragraph`` counts blocks between blank lines;
    ``item``: the number of its list item in the text, None outside lists; ``label``: the item's own number or letter; ``line_start``: it begins a line.
    """

    start: int
    end: int
    paragraph: int
    item: int | None
    label: str
    line_start: bool


@cache
def _abbreviations() -> frozenset[str]:
    return frozenset(a for lang in languages_with("sentences.toml") for a in language_file(lang, "sentences.toml")["abbreviations"])


def split(text: str) -> tuple[Span, ...]:
    """The sentences of a text, in order; they do not overlap, and hold all that is not white space or a list mark."""
    return tuple(_split(text))


def _split(text: str) -> Iterator[Span]:
    item = -1
    for paragraph, block in enumerate(re.finditer(r"(?:[^\n]*\S[^\n]*(?:\n|$))+", text), 1):
        inside: int | None = None
        label = ""
        for start, end in _units(text, block.start(), block.end()):
            mark = ITEM.match(text[start:end])
            if mark:
                item += 1
                inside = item
                label = (mark["number"] or mark["number2"] or mark["letter"] or "").lower()
                start += mark.end()
            elif inside is not None and not text[start:end].startswith((" ", "\t")):
                inside, label = None, ""
            first = True
            for begin, stop in _sentences(text, start, end):
                yield Span(begin, stop, paragraph, inside, label, first)
                first = False


def _units(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Runs of lines that belong to one flow: a list mark or a short line that ends a thought begins a new one."""
    lines: list[tuple[int, int]] = []
    at = start
    while at < end:
        stop = text.find("\n", at, end)
        stop = end if stop < 0 else stop
        lines.append((at, stop))
        at = stop + 1
    begin = start
    for index, (a, b) in enumerate(lines):
        if index == 0:
            continue
        previous = text[lines[index - 1][0] : lines[index - 1][1]].rstrip()
        line = text[a:b]
        if ITEM.match(line) or _breaks(previous, line):
            yield begin, lines[index - 1][1]
            begin = a
    yield begin, end


def _breaks(previous: str, line: str) -> bool:
    """Whether a line begins anew: the one before closes, or is too short to have been wrapped and the next begins like a sentence."""
    if previous.endswith((":", ";")) or re.search(r"^\s*[^\s,]+(?:\s+[^\s,]+){0,3},$", previous):
        return True
    head = line.strip()[:1]
    return len(previous) < _WRAPPED and not previous.endswith((",", "-")) and (head.isupper() or head.isdigit()) and not previous.endswith(".")


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    begin = start
    for match in _END.finditer(text, start, end):
        if not _ends(text, match.start(), match.end(), end):
            continue
        yield from _trimmed(text, begin, match.end())
        begin = match.end()
    yield from _trimmed(text, begin, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    if piece.strip():
        yield start + len(piece) - len(piece.lstrip()), end - (len(piece) - len(piece.rstrip()))


def _ends(text: str, dot: int, after: int, limit: int) -> bool:
    if text[dot] != "." or text[dot:after].startswith(".."):
        return True
    word = re.search(r"[\w.]*$", text[max(0, dot - 20) : dot])
    before = word.group(0).lower() if word else ""
    following = text[after:limit].lstrip()[:1]
    if before in _abbreviations():
        return bool(following.isupper()) and before in {"etc", "osv", "mv", "m.m", "o.l", "p.m", "a.m"}
    if before.isdigit() and len(before) <= 2 and following:
        return following.isupper() and not re.match(r"\s*(?:[A-ZÆØÅ][a-zæøå]+\b)?\s*\d{4}", text[after:limit])
    if len(before) == 1 and before.isalpha() and following.isupper():
        return False
    return not following or not following.islower() or len(before) > 3
