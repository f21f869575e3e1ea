"""Tokens made fit for reading: lines that hold nothing but tags, blanks that a tag takes with it, comments of Markdown, files that MJML draws in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sendcheck.reading.templates.lexer import Token, What
from sendcheck.reading.templates.model import Format, SourceFile
from sendcheck.reading.templates.tree import Include, Leaf, Node

_MJ_INCLUDE = re.compile(r"<mj-include\b[^<>]*?\bpath\s*=\s*[\"']([^\"'<>]+)[\"'][^<>]*?(?:/>|>\s*</mj-include\s*>)", re.I)
_HTML_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
_LINE_END = re.compile(r"[ \t]*(?:\r?\n|$(?!\n))")
_LINE_START = re.compile(r"(?:^|\n)[ \t]*$")


def without_comments(file: SourceFile, tokens: Sequence[Token], kind: Format) -> Iterator[Token]:
    """Comments of Markdown are no text; those of HTML are left to the reader of HTML."""
    for token in tokens:
        if token.what is not What.TEXT or kind is not Format.MARKDOWN:
            yield token
            continue
        at = token.start
        for match in _HTML_COMMENT.finditer(file.text, token.start, token.end):
            if match.start() > at:
                yield Token(What.TEXT, at, match.start())
            yield Token(What.COMMENT, match.start(), match.end())
            at = match.end()
        if at < token.end:
            yield Token(What.TEXT, at, token.end)


def trimmed(file: SourceFile, tokens: Iterator[Token]) -> list[Token]:
    """Tags that stand alone on their lines take the line with them; a dash or a tilde in a tag takes the blanks beside it."""
    text = file.text
    out = list(tokens)
    for i, token in enumerate(out):
        if token.what is What.TEXT or (token.what is What.OUTPUT and not _trims(text, token)):
            continue
        if text[token.start : token.end].startswith(("{%-", "{{-", "{{~")) and i and out[i - 1].what is What.TEXT:
            before = out[i - 1]
            out[i - 1] = Token(What.TEXT, before.start, before.start + len(text[before.start : before.end].rstrip()))
        if text[token.start : token.end].endswith(("-%}", "-}}", "~}}")) and i + 1 < len(out) and out[i + 1].what is What.TEXT:
            after = out[i + 1]
            out[i + 1] = Token(What.TEXT, after.end - len(text[after.start : after.end].lstrip()), after.end)
    at = 0
    while at < len(out):
        if out[at].what in {What.TEXT, What.OUTPUT}:
            at += 1
            continue
        end = at
        while end + 1 < len(out) and (out[end + 1].what in {What.TAG, What.COMMENT} or _blank(text, out[end + 1])):
            end += 1
        while _blank(text, out[end]):
            end -= 1
        begins = _LINE_START.search(text[max(0, out[at].start - 200) : out[at].start])
        ends = _LINE_END.match(text, out[end].end)
        if begins and ends:
            if at and out[at - 1].what is What.TEXT:
                before = out[at - 1]
                out[at - 1] = Token(What.TEXT, before.start, max(before.start, before.end - len(begins.group(0).lstrip("\n"))))
            if end + 1 < len(out) and out[end + 1].what is What.TEXT:
                out[end + 1] = Token(What.TEXT, max(out[end + 1].start, ends.end()), out[end + 1].end)
        at = end + 1
    return [t for t in out if t.what is not What.TEXT or t.end > t.start]


def _trims(text: str, token: Token) -> bool:
    return text[token.start + 2 : token.start + 3] in {"-", "~"} or text[token.end - 3 : token.end - 2] in {"-", "~"}


def _blank(text: str, token: Token) -> bool:
    return token.what is What.TEXT and not text[token.start : token.end].strip(" \t")


def with_mjml_includes(file: SourceFile, nodes: Sequence[Node]) -> Iterator[Node]:
    """The nodes with ``mj-include`` as what it is."""
    for node in nodes:
        if not isinstance(node, Leaf) or node.token.what is not What.TEXT:
            yield node
            continue
        at = node.token.start
        for match in _MJ_INCLUDE.finditer(file.text, at, node.token.end):
            if match.start() > at:
                yield Leaf(Token(What.TEXT, at, match.start()))
            yield Include(match.group(1).removeprefix("./"), Token(What.TAG, match.start(), match.end()))
            at = match.end()
        if at < node.token.end:
            yield Leaf(Token(What.TEXT, at, node.token.end))
