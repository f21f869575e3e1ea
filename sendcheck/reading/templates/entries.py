"""The messages of a catalogue as text: a paragraph each, values as stand-ins, tags of HTML left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sendcheck.reading.templates.catalogues import Message
from sendcheck.reading.templates.directives import tokens as tokens_of
from sendcheck.reading.templates.lexer import Token, What, balanced
from sendcheck.reading.templates.model import SourceFile
from sendcheck.reading.templates.readings import Chunk
from sendcheck.reading.templates.standins import StandIns

#: Characters of text that one reading holds: rules that compare whole texts must not take a catalogue for one mail.
ROOM = 6_000
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,500}>|<!--.*?-->")
_ICU = re.compile(r"\s*([\w.]+)\s*,\s*(plural|select|selectordinal|choice)\s*,(?:\s*offset:\d+)?", re.I)
_OPTION = re.compile(r"\s*(=?[\w-]+)\s*\{")
_MOST_OPTIONS = 8
#: Keys under which a catalogue speaks to its translators.
_NOTE = re.compile(r"(?:^|\.)(?://|_comment|\$comment|@)")


def entry_readings(file: SourceFile, messages: Sequence[Message], stand_ins: StandIns) -> Iterator[list[Chunk]]:
    """Runs of messages of about :data:`ROOM` characters."""
    out: list[Chunk] = []
    size = 0
    for message in messages:
        if _NOTE.search(message.key) or not re.search(r"[^\W\d_]{2}", message.text):
            continue
        for chunks in _ways(file, message, stand_ins):
            out += chunks
            size += sum(len(c.text) for c in chunks)
            at = message.end(0)
            out.append(Chunk("\n\n", file, at, at, True))
        if size > ROOM:
            yield out
            out, size = [], 0
    if out:
        yield out


def _ways(file: SourceFile, message: Message, stand_ins: StandIns) -> Iterator[list[Chunk]]:
    """The message in each of its plurals and selections."""
    text = message.text
    tokens = tokens_of(text, message.format)
    most = max((len(_options(t, text)) for t in tokens if t.what is What.OUTPUT), default=0)
    for way in range(min(max(1, most), _MOST_OPTIONS)):
        yield list(_chunks(file, message, tokens, stand_ins, way))


def _options(token: Token, text: str) -> list[tuple[int, int]]:
    """The ranges of an ICU argument's texts (ICU, MessageFormat); none for a plain value."""
    match = _ICU.match(text, token.inner, token.end)
    if match is None:
        return []
    found: list[tuple[int, int]] = []
    at = match.end()
    while True:
        option = _OPTION.match(text, at, token.end)
        if option is None:
            return found
        at = balanced(text, option.end(), token.end)
        if at < 0:
            return found
        found.append((option.end(), at - 1))


def _chunks(file: SourceFile, message: Message, tokens: Sequence[Token], stand_ins: StandIns, way: int) -> Iterator[Chunk]:
    text = message.text
    for token in tokens:
        if token.what is What.TEXT:
            yield from _plain(file, message, token.start, token.end)
            continue
        options = _options(token, text)
        if not options:
            yield _value(file, message, token.start, token.end, token.body, stand_ins)
            continue
        start, end = options[min(way, len(options) - 1)]
        at = start
        for match in re.finditer(r"#|\{[\w.]+\}", text[start:end]):
            yield from _plain(file, message, at, start + match.start())
            yield _value(file, message, start + match.start(), start + match.end(), match.group(0).strip("{}").replace("#", "count"), stand_ins)
            at = start + match.end()
        yield from _plain(file, message, at, end)


def _value(file: SourceFile, message: Message, start: int, end: int, body: str, stand_ins: StandIns) -> Chunk:
    spot = message.spot(start, end)
    name = re.match(r"[\w.]+", body)
    given = stand_ins.of(name.group(0) if name else body, message.text[start:end])
    return Chunk(given.token, file, spot.start, spot.end, True)


def _plain(file: SourceFile, message: Message, start: int, end: int) -> Iterator[Chunk]:
    """Characters start..end of a message, piece by piece, without tags of HTML."""
    cuts = [m.span() for m in _TAG.finditer(message.text, start, end)]
    at = 0
    for piece in message.pieces:
        first, last = max(start, at), min(end, at + len(piece.text))
        while first < last:
            cut = next((c for c in cuts if c[0] < last and c[1] > first), None)
            stop = last if cut is None else max(first, min(last, cut[0]))
            if stop > first:
                said = piece.text[first - at : stop - at]
                begin = piece.start + (first - at) if piece.as_written else piece.start
                yield Chunk(said, file, begin, begin + len(said) if piece.as_written else piece.end, not piece.as_written)
            first = stop if cut is None else max(stop, min(last, cut[1]))
        at += len(piece.text)
        if at >= end:
            return
