"""format=flowed (RFC 3676): soft line breaks joined, quote marks and positions kept."""

from __future__ import annotations

import re

from sendcheck.reading.sourcemap import Pieces

_QUOTES = re.compile(r">*")


def unflow(text: str, delsp: bool) -> Pieces:
    """Join flowed lines of the same quote depth; a changed depth ends a paragraph (section 4.5)."""
    out = Pieces()
    at = 0
    open_depth: int | None = None
    for line in text.splitlines(keepends=True):
        body = line.rstrip("\n")
        quotes = _QUOTES.match(body)
        depth = quotes.end() if quotes else 0
        start = depth
        if body[start : start + 1] == " ":
            start += 1  # space-stuffing, section 4.4
        content = body[start:]
        signature = content == "-- "
        soft = content.endswith(" ") and not signature
        if open_depth is not None and (open_depth != depth or signature):
            out.add("\n", None)
            open_depth = None
        if open_depth is None and depth:
            out.add(body[:depth] + " ", at)
        kept = content[:-1] if soft and delsp else content
        out.add(kept, at + start)
        if soft:
            open_depth = depth
        else:
            out.add("\n" if line.endswith("\n") else "", at + len(body))
            open_depth = None
        at += len(line)
    return out
