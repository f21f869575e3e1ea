"""`secret`: tokens and keys by their shape (detect-secrets' detectors, and some of our own), and passwords written in prose."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module
from typing import NamedTuple

from sendcheck.checkapi import Confidence, Hit, Lazy, Mail, by_language, toml, union, user_pattern
from sendcheck.understanding.leaving import Leaving, leaving

RULE = "secret"
_DO = "take it out and tell it another way (by telephone, a password manager, a link that works once); what was sent before should be changed"
_KEY_BLOCK = re.compile(r"-{2,5}BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-{2,5}(?P<body>(?:(?!-{2,5}END)[\s\S]){0,20000})")
_LINE = re.compile(r"[^\s>|]{8,}")
#: Letters and digits together, or a mark that no word has: what a made-up password looks like.
_MADE_UP = re.compile(r"(?=\S*[^\W\d_])(?=\S*\d)\S{4,}|(?=\S*[^\W\d_])\S*[!@#$%^&*+=?_~|\\]\S+|\S+[!@#$%^&*+=?_~|\\]{2,}")
_DIGITS = re.compile(r"\d[\d -]{2,10}\d")
_SAME = re.compile(r"(.)\1*")
_QUOTES = {'"': '"', "'": "'", "“": "”", "”": "”", "«": "»", "‘": "’", "`": "`", "„": "“"}
_LONGEST = 100
#: Characters that may close what a detector finds: a quotation mark, the “@” of an address.
_CLOSING = 2
#: The shortest token that a detector finds as a whole (“eyJ” begins names of files, too).
_TOKEN = 16
#: Characters around a code in which a meeting that it opens is spoken of.
_AROUND = 250


class _Found(NamedTuple):
    """A secret: characters of a text, what it is, and how sure that is."""

    start: int
    end: int
    what: str
    confidence: Confidence = Confidence.HIGH


def secrets(mail: Mail, patterns: Sequence[str] = ()) -> Iterator[Hit]:
    """One finding for each, at its first place. ``patterns``: the user's own."""
    for piece in leaving(mail):
        taken: list[tuple[int, int]] = []
        for found in (*_configured(piece, patterns), *_shaped(piece), *_said(piece)):
            if any(found.start < end and start < found.end for start, end in taken):
                continue
            taken.append((found.start, found.end))
            value = piece.text[found.start : found.end]
            yield Hit(
                RULE,
                f"{found.what} stands in {_WHERE[piece.kind]}",
                piece.at(found.start, found.end),
                _DO,
                confidence=found.confidence,
                key=f"{found.what} {_shown(value)}",
                values=_values(piece, found),
            )


_WHERE = {
    "subject": "the subject",
    "text": "the mail",
    "hidden": "text that the reader does not see, and that leaves all the same",
    "link": "a link's target",
    "file": "the name of a file",
    "attached": "what is attached",
}


def _shown(value: str) -> str:
    """As much of a secret as may be told."""
    return value[:2] if len(value) > 4 else ""


def _values(piece: Leaving, found: _Found) -> tuple[str, ...]:
    """What has to be masked: the value; of a block of key text every line."""
    value = piece.text[found.start : found.end]
    block = _KEY_BLOCK.match(piece.text, found.start)
    return tuple(dict.fromkeys(_LINE.findall(block["body"]))) if block else (value,)


def _configured(piece: Leaving, patterns: Sequence[str]) -> Iterator[_Found]:
    for pattern in patterns:
        for match in user_pattern(pattern).finditer(piece.text):
            start, end = match.span()
            if end > start:
                yield _Found(start, end, "what your configuration keeps inside")


# -- by their shape -----------------------------------------------------------


@cache
def _gate() -> Lazy:
    return union(toml(__package__, "shapes.toml")["gate"], flags=0)


@cache
def _own() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(p), what) for p, what in toml(__package__, "shapes.toml")["patterns"])


@cache
def _detectors() -> tuple[tuple[re.Pattern[str], str], ...]:
    """The patterns of detect-secrets' detectors (without their verifying, which would ask the web), and what they find."""
    data = toml(__package__, "shapes.toml")["detectors"]
    return tuple((shape, what) for module, name, what in data for shape in getattr(import_module(f"detect_secrets.plugins.{module}"), name).denylist)


@cache
def _examples() -> tuple[frozenset[str], Lazy]:
    data = toml(__package__, "shapes.toml")
    return frozenset(v.lower() for v in data["examples"]), union(data["no_values"], flags=re.I)


def _is_example(value: str) -> bool:
    words, shapes = _examples()
    return value.lower() in words or bool(shapes.search(value)) or bool(_SAME.fullmatch(value))


def _shaped(piece: Leaving) -> Iterator[_Found]:
    if not _gate().search(piece.text):
        return
    for match in _KEY_BLOCK.finditer(piece.text):
        if len("".join(_LINE.findall(match["body"]))) > _LONGEST:
            yield _Found(match.start(), piece.text.index("\n", match.start()) if "\n" in match.group(0) else match.end(), "a private key")
    for pattern, what in _own():
        for match in pattern.finditer(piece.text):
            start, end = match.span(1) if match.lastindex else match.span()
            if not _is_example(piece.text[start:end]):
                yield _Found(start, end, what)
    begin = 0
    for line in piece.text.split("\n"):
        if _gate().search(line):
            for shape, what in _detectors():
                for match in shape.finditer(line):
                    start, end = _inner(match)
                    if not _is_example(line[start:end]) and (end - start >= _TOKEN or match.span() != (start, end)):
                        yield _Found(begin + start, begin + end, what)
        begin += len(line) + 1


def _inner(match: re.Match[str]) -> tuple[int, int]:
    """Where the secret itself stands in what a detector found: a group that ends with it, else all of it (other groups hold a prefix only)."""
    groups = [match.span(n) for n in range(1, match.re.groups + 1) if match.end() - match.end(n) <= _CLOSING]
    return groups[-1] if groups else match.span()


# -- said in prose ------------------------------------------------------------


class _Ways(NamedTuple):
    """How passwords are told: ``announced`` before the value (groups cue, set), ``after`` it; ``pins``: cues of codes in digits; ``meeting``: words of
    a call that such a code lets guests into; ``nothing``: words that are no value.
    """

    announced: Lazy
    after: Lazy
    pins: Lazy
    meeting: Lazy
    nothing: frozenset[str]


@cache
def _ways() -> _Ways:
    announced, after, pins, meeting, nothing = list[str](), list[str](), list[str](), list[str](), set[str]()
    for data in by_language(__package__, "words"):
        cue, link, between = ("|".join(data[key]) for key in ("cues", "links", "between"))
        said = rf"[ \t]*\n?[ \t]*(?:{link})(?![\w-])[ \t]*:?"
        announced.append(rf"(?<![\w-])(?:{cue}|{'|'.join(data['pins'])})(?:[ \t]+(?:{between})){{0,6}}(?:[ \t]*(?:[:=]|->|→)|{said})[ \t]*\n?[ \t]*")
        after += [rf"(?P<value{len(after)}>\S{{4,64}})[ \t]+(?:{data['as']})[ \t]+(?:{cue})(?![\w-])"]
        pins += data["pins"]
        meeting += data["meeting"]
        nothing |= set(data["nothing"])
    return _Ways(union(announced), union(after), union(pins), union(meeting, prefix=r"(?<!\w)", suffix=r"(?!\w)"), frozenset(nothing))


def _said(piece: Leaving) -> Iterator[_Found]:
    ways = _ways()
    for match in ways.announced.finditer(piece.text):
        set_off = match.group(0).rstrip()[-1:] in {":", "=", ">", "→"}
        digits = bool(ways.pins.search(match.group(0)))
        found = _value(piece.text, match.end(), set_off, digits, ways.nothing)
        if found is not None and not (piece.text[found.start : found.end].isdigit() and _opens_a_meeting(piece.text, found)):
            yield found
    for match in ways.after.finditer(piece.text):
        start, end = match.span(next(name for name in match.groupdict() if match[name]))
        value = piece.text[start:end].strip("\"'“”«»‘’`(")
        start = piece.text.index(value, start) if value else start
        if value and _MADE_UP.fullmatch(value) and not _is_example(value):
            yield _Found(start, start + len(value), "a password")


def _opens_a_meeting(text: str, found: _Found) -> bool:
    """Whether a code in digits is what guests dial into a call with: it is meant for whoever gets the invitation."""
    return bool(_ways().meeting.search(text[max(0, found.start - _AROUND) : found.end + _AROUND]))


def _value(text: str, at: int, set_off: bool, digits: bool, nothing: frozenset[str]) -> _Found | None:
    """The value that begins at a place, if it looks like one. ``set_off``: after a colon or an equals sign; ``digits``: after the name of a code."""
    what = "a code" if digits else "a password"
    closing = _QUOTES.get(text[at : at + 1])
    if closing is not None:
        end = text.find(closing, at + 1, at + _LONGEST)
        value = text[at + 1 : end] if end > 0 else ""
        if len(value) < 4 or "\n" in value or _is_example(value) or value.lower().split()[0] in nothing:
            return None
        return _Found(at + 1, end, what)
    if digits:
        number = _DIGITS.match(text, at)
        return (
            _Found(at, number.end(), what) if number and not text[number.end() : number.end() + 1].isalnum() and not _SAME.fullmatch(number.group(0)) else None
        )
    token = re.match(r"\S{4,64}", text[at : at + 80])
    if token is None:
        return None
    value = token.group(0).rstrip(".,;:)]>\"'”»")
    value = value[:-1] if value.endswith(("!", "?")) and not _MADE_UP.fullmatch(value[:-1]) and value[:-1].isalpha() else value
    if len(value) < 4 or _is_example(value) or value.lower() in nothing or "://" in value or "@" in value.strip("@"):
        return None
    if _MADE_UP.fullmatch(value) or (value.isdigit() and set_off):
        return _Found(at, at + len(value), what)
    line_end = text.find("\n", at)
    rest = text[at + len(value) : line_end if line_end >= 0 else len(text)].strip(" \t.,;)>|*")
    if set_off and not rest and value.isalnum():
        return _Found(at, at + len(value), what, Confidence.MEDIUM)
    return None
