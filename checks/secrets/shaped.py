"""Tokens and keys by their shape, in any language: detect-secrets' detectors, and some of our own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import NamedTuple

from sendcheck.checkapi import Lazy, toml, union

from .values import is_example

_KEY_BLOCK = re.compile(r"-{2,5}BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-{2,5}(?P<body>(?:(?!-{2,5}END)[\s\S]){0,20000})")
_LINE = re.compile(r"[^\s>|]{8,}")
#: The least text of a key that is none of documentation.
_KEY = 100
#: Characters that may close what a detector finds: a quotation mark, the “@” of an address.
_CLOSING = 2
#: The shortest token that a detector finds as a whole (“eyJ” begins names of files, too).
_TOKEN = 16


class Shaped(NamedTuple):
    """A secret: characters of a text, and what it is."""

    start: int
    end: int
    what: str


@cache
def _gate() -> Lazy:
    return union(toml(__package__, "shapes.toml")["gate"], flags=0)


@cache
def _own() -> tuple[tuple[re.Pattern[str], str], ...]:
    data = toml(__package__, "shapes.toml")
    return tuple((re.compile(p), what) for p, what in (*data["patterns"], *data["commands"]))


@cache
def _detectors() -> tuple[tuple[re.Pattern[str], str], ...]:
    """The patterns of detect-secrets' detectors (without their verifying, which would ask the web), and what they find."""
    data = toml(__package__, "shapes.toml")["detectors"]
    return tuple((shape, what) for module, name, what in data for shape in getattr(import_module(f"detect_secrets.plugins.{module}"), name).denylist)


def shaped(text: str) -> Iterator[Shaped]:
    """All of a text."""
    if not _gate().search(text):
        return
    for match in _KEY_BLOCK.finditer(text):
        if len("".join(_LINE.findall(match["body"]))) > _KEY:
            yield Shaped(match.start(), text.index("\n", match.start()) if "\n" in match.group(0) else match.end(), "a private key")
    for pattern, what in _own():
        for match in pattern.finditer(text):
            start, end = match.span(1) if match.lastindex else match.span()
            if not is_example(text[start:end]):
                yield Shaped(start, end, what)
    begin = 0
    for line in text.split("\n"):
        if _gate().search(line):
            for shape, what in _detectors():
                for match in shape.finditer(line):
                    start, end = _inner(match)
                    if not is_example(line[start:end]) and (end - start >= _TOKEN or match.span() != (start, end)):
                        yield Shaped(begin + start, begin + end, what)
        begin += len(line) + 1


def _inner(match: re.Match[str]) -> tuple[int, int]:
    """Where the secret itself stands in what a detector found: a group that ends with it, else all of it (other groups hold a prefix only)."""
    groups = [match.span(n) for n in range(1, match.re.groups + 1) if match.end() - match.end(n) <= _CLOSING]
    return groups[-1] if groups else match.span()


def lines_of_key(text: str, start: int) -> tuple[str, ...]:
    """The lines of a private key that begins at an offset; none if none does."""
    block = _KEY_BLOCK.match(text, start)
    return tuple(dict.fromkeys(_LINE.findall(block["body"]))) if block else ()
