"""Catalogues of messages by key: gettext, YAML, JSON and Java properties, each message with its place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from sendcheck.reading.templates import directives
from sendcheck.reading.templates.model import Fault, SourceFile, Spot
from sendcheck.reading.templates.yaml_text import compose

_JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|-?\d[\d.eE+-]*|true|false|null|\s+')
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(\r?\n[ \t]*)|(.))", re.S)
_CONTROL = {"n": "\n", "t": "\t", "r": "", "f": "", "b": ""}
_PO_LINE = re.compile(r'^(#~ ?)?(?:(msgctxt|msgid_plural|msgid|msgstr(?:\[\d{1,3}\])?)\s*)?"((?:[^"\\]|\\.)*)"\s*$')
_PROPERTY = re.compile(r"^[ \t\f]*((?:\\.|[^\s:=\\])+)[ \t\f]*[:=]?[ \t\f]*(.*)$", re.S)
_HUGE = 60_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a message's text: what it says and where it stands."""

    text: str
    start: int
    end: int

    @property
    def as_written(self) -> bool:
        """Whether it stands there as it is, no escape and no folded line."""
        return self.end - self.start == len(self.text)


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its key, its text in pieces, and (gettext) the source it translates.

    ``format``: the flag that tells how values are put in, as ``python``; ``no`` before it says that they are not put in so. Of a plural ``source`` is
    the plural, ``singular`` the other one, and ``form`` says which of the language's forms this is, from 0.
    """

    key: str
    pieces: tuple[Piece, ...]
    key_spot: Spot
    source: str = ""
    fuzzy: bool = False
    format: str = ""
    singular: str | None = None
    form: int = 0

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(p.text for p in self.pieces)

    def spot(self, start: int, end: int) -> Spot:
        """Where characters start..end of its text stand in its file."""
        begin = stop = None
        at = 0
        for piece in self.pieces:
            after = at + len(piece.text)
            if begin is None and start < after:
                begin = piece.start + (start - at if piece.as_written else 0)
            if end <= after:
                stop = piece.start + (end - at) if piece.as_written else piece.end
                break
            at = after
        first = begin if begin is not None else self.key_spot.start
        return Spot(self.key_spot.file, first, max(first, stop if stop is not None else self.end(first)))

    def end(self, otherwise: int) -> int:
        """Where its text ends; *otherwise* if it has none."""
        return self.pieces[-1].end if self.pieces else otherwise


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The messages of a file (the header of a gettext catalogue is none), its language if it names one, what is wrong with its syntax.

    ``plurals``: the expression that tells which form goes with which number, where the header has one.
    """

    messages: list[Message]
    language: str
    faults: list[Fault]
    plurals: str = ""


def read(file: SourceFile, kind: str) -> Catalogue:
    """Read a catalogue; what is broken is a fault, and what stands before it is read."""
    faults: list[Fault] = []
    reader = {"po": _po, "json": _json, "properties": _properties, "yaml": _yaml}[kind]
    messages = list(reader(file, faults))
    language = plurals = ""
    if kind == "po" and messages and not messages[0].source and messages[0].key == "":
        named = re.search(r"^Language:\s*([\w-]+)", messages[0].text, re.M)
        language = named.group(1) if named else ""
        chosen = re.search(r"^Plural-Forms:[^\n]*\bplural=([^;\n]{1,400})", messages[0].text, re.M)
        plurals = chosen.group(1) if chosen else ""
        messages = messages[1:]
    return Catalogue(messages, language, faults, plurals)


def _escaped(file: SourceFile, start: int, end: int) -> Iterator[Piece]:
    """Characters start..end with backslash escapes undone, each run at its place."""
    at = start
    for match in _ESCAPE.finditer(file.text, start, end):
        if match.start() > at:
            yield Piece(file.text[at : match.start()], at, match.start())
        code, wrapped, letter = match.groups()
        said = chr(int(code, 16)) if code else "" if wrapped is not None else _CONTROL.get(letter, letter)
        if said and not ("\ud800" <= said <= "\udfff"):
            yield Piece(said, match.start(), match.end())
        at = match.end()
    if at < end:
        yield Piece(file.text[at:end], at, end)


def _fault(file: SourceFile, start: int, end: int, message: str, remedy: str) -> Fault:
    return Fault("syntax", message, Spot(file, start, max(start, min(end, start + 60))), remedy)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    at = 0
    for line in text.splitlines(keepends=True):
        yield at, line.rstrip("\r\n")
        at += len(line)


def _po(file: SourceFile, faults: list[Fault]) -> Iterator[Message]:
    """gettext (GNU gettext manual, “The Format of PO Files”)."""
    entry: dict[str, list[Piece]] = {}
    starts: dict[str, int] = {}
    field = ""
    flags: set[str] = set()
    flags_next: set[str] = set()

    def done() -> Iterator[Message]:
        if "msgid" not in entry:
            return
        key = "".join(p.text for p in entry.get("msgctxt", [])) + "".join(p.text for p in entry["msgid"])
        plural = "".join(p.text for p in entry.get("msgid_plural", []))
        source = "".join(p.text for p in entry["msgid"])
        written = _format(source, flags)
        for name in [n for n in entry if n.startswith("msgstr")]:
            spot = Spot(file, starts["msgid"], starts["msgid"] + len("msgid"))
            named = key if name in {"msgstr", "msgstr[0]"} else f"{key}\x00{name}"
            form = int(name[7:-1]) if "[" in name else 0
            singular = source if plural else None
            yield Message(named, tuple(entry[name]), spot, plural or source, "fuzzy" in flags, written, singular, form)

    for at, line in _lines(file.text):
        if line.startswith("#~"):
            continue
        if line.startswith("#") or not line.strip():
            if line.startswith("#,"):
                flags_next |= {flag.strip() for flag in line[2:].split(",")}
            continue
        match = _PO_LINE.match(line)
        if match is None or (match.group(2) is None and not field):
            faults.append(
                _fault(
                    file,
                    at,
                    at + len(line),
                    "this is no line of a gettext catalogue",
                    'a line is msgid "…", msgstr "…", a comment, or a text in quotation marks',
                )
            )
            field = ""
            continue
        name = match.group(2)
        if name:
            if name in {"msgid", "msgctxt"} and "msgstr" in " ".join(entry):
                yield from done()
                entry, starts, flags = {}, {}, set()
            if name in {"msgid", "msgctxt"} and not entry:
                flags, flags_next = flags_next, set()
            if name in entry:
                faults.append(_fault(file, at, at + len(line), f"{name} stands twice in one entry", "give the first one its msgstr"))
                entry = {}
            field = name
            entry[field] = []
            starts[field] = at
        entry[field] += _escaped(file, at + match.start(3), at + match.end(3))
    yield from done()


def _format(source: str, flags: set[str]) -> str:
    """The flag that tells how values are put in; of several the one whose directives the source has."""
    named = sorted(flag.removesuffix("-format") for flag in flags if flag.endswith("-format"))
    return next((name for name in named if directives.known(name) and directives.directives(source, name)), named[0] if named else "")


def _properties(file: SourceFile, faults: list[Fault]) -> Iterator[Message]:
    """Java properties (java.util.Properties, “load”)."""
    text = file.text
    at = 0
    while at < len(text):
        end = at
        while True:  # a line that ends in an odd number of backslashes goes on
            newline = text.find("\n", end)
            stop = len(text) if newline < 0 else newline
            stripped = text[at:stop].rstrip("\r")
            trailing = len(stripped) - len(stripped.rstrip("\\"))
            if newline < 0 or trailing % 2 == 0 or stripped.lstrip().startswith(("#", "!")):
                break
            end = newline + 1
        line = text[at:stop].rstrip("\r")
        if line.strip() and not line.lstrip().startswith(("#", "!")):
            match = _PROPERTY.match(line)
            if match is None:
                faults.append(_fault(file, at, stop, "this is no key with a value", "write key = value"))
            else:
                spot = Spot(file, at + match.start(1), at + match.end(1))
                bad = re.search(r"\\u(?![0-9a-fA-F]{4})", match.group(2))
                if bad:
                    place = at + match.start(2) + bad.start()
                    faults.append(_fault(file, place, place + 6, "\\u needs four hexadecimal digits", "write \\u00e5, or the letter itself"))
                yield Message(match.group(1), tuple(_escaped(file, at + match.start(2), at + match.end(2))), spot)
        at = stop + 1


def _json(file: SourceFile, faults: list[Fault]) -> Iterator[Message]:
    """JSON (RFC 8259): every string that is a value, by its path."""
    path: list[str | int] = []
    opened: list[str] = []
    expect_key = False
    key_spot = Spot(file, 0, 0)
    at = 0
    try:
        json.loads(file.text)
    except ValueError as error:
        place = int(getattr(error, "pos", 0))
        faults.append(_fault(file, place, place + 1, f"this is not valid JSON: {getattr(error, 'msg', error)}", "mend the file: nobody can read it as it is"))
        return
    except RecursionError:
        faults.append(_fault(file, 0, 1, "this JSON is nested too deeply to be read", "flatten it"))
        return
    while True:
        match = _JSON_TOKEN.match(file.text, at)
        if match is None:
            return
        token, at = match.group(0), match.end()
        if token in "{[":
            opened.append(token)
            path.append("" if token == "{" else 0)
            expect_key = token == "{"
        elif token in "}]":
            opened.pop()
            path.pop()
            expect_key = False
        elif token == ",":
            last = path[-1] if path else 0
            if isinstance(last, int) and path:
                path[-1] = last + 1
            expect_key = bool(opened) and opened[-1] == "{"
        elif token == ":":
            expect_key = False
        elif token[0] == '"':
            if expect_key:
                path[-1] = token[1:-1]
                key_spot = Spot(file, match.start(), match.end())
            else:
                yield Message(".".join(map(str, path)), tuple(_escaped(file, match.start() + 1, match.end() - 1)), key_spot)


def _yaml(file: SourceFile, faults: list[Fault]) -> Iterator[Message]:
    """YAML: every string that is a value, by its path (positions from PyYAML's nodes)."""
    import yaml

    root, broken = compose(file.text)
    if broken is not None:
        # What is never closed stands where it was opened.
        place = broken.opened if broken.at >= len(file.text.rstrip()) else broken.at
        faults.append(_fault(file, place, place + 1, f"this is not valid YAML: {broken.why}", "mend the file: nobody can read it as it is"))
        return
    stack: list[tuple[str, yaml.Node, Spot]] = [("", root, Spot(file, 0, 0))] if root is not None else []
    seen: set[int] = set()
    while stack:
        key, node, spot = stack.pop()
        if isinstance(node, (yaml.MappingNode, yaml.SequenceNode)):
            if id(node) in seen or len(seen) > _HUGE:
                continue  # an anchor that is used again
            seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            for name, value in reversed(node.value):
                where = Spot(file, name.start_mark.index, name.end_mark.index)
                stack.append((f"{key}.{name.value}".lstrip("."), value, where))
        elif isinstance(node, yaml.SequenceNode):
            stack += [(f"{key}.{i}", value, spot) for i, value in reversed(list(enumerate(node.value)))]
        elif isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:str":
            yield Message(key, tuple(_scalar(file, node)), spot)


def _scalar(file: SourceFile, node: object) -> Iterator[Piece]:
    """A scalar's text, found again in the source word by word: folding and escapes change the rest."""
    start, end = node.start_mark.index, node.end_mark.index  # type: ignore[attr-defined]
    value: str = node.value  # type: ignore[attr-defined]
    at, last = start, 0
    for match in re.finditer(r"[^\s]+", value):
        found = file.text.find(match.group(0), at, end)
        gap = value[last : match.start()]
        if gap:
            yield Piece(gap, at, at)
        if found < 0:
            yield Piece(match.group(0), at, at)
        else:
            yield Piece(match.group(0), found, found + len(match.group(0)))
            at = found + len(match.group(0))
        last = match.end()
    if value[last:]:
        yield Piece(value[last:], at, at)
