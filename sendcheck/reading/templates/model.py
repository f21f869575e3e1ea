"""What is known of a template beside its text: what checks of templates look at."""

from __future__ import annotations

import bisect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple


class Type(StrEnum):
    """What a variable holds, as far as its name or the declared context tells."""

    NAME = "name"
    COLLEAGUE = "colleague"
    NUMBER = "number"
    DATE = "date"
    URL = "url"
    EMAIL = "email"
    TEXT = "text"
    UNKNOWN = "unknown"


class Format(StrEnum):
    """What a template makes, whatever its engine."""

    TEXT = "text"
    HTML = "html"
    MJML = "mjml"
    MARKDOWN = "markdown"
    MAIL = "mail"
    PO = "po"
    YAML = "yaml"
    JSON = "json"
    PROPERTIES = "properties"

    @property
    def catalogue(self) -> bool:
        """Whether it holds many messages by key."""
        return self in {Format.PO, Format.YAML, Format.JSON, Format.PROPERTIES}


#: Endings that make a file a template wherever it lies (DESIGN, *Configuration*).
TEMPLATE_SUFFIXES = (".j2", ".jinja", ".jinja2", ".njk", ".twig", ".liquid", ".hbs", ".handlebars", ".mustache", ".mjml", ".po")
#: What stands for a value inside a tag of HTML, where no stand-in is needed since it is no text.
VALUE_IN_TAG = "v"
#: How tags of an engine begin, where they do not begin as most do.
_OPENINGS = {"dollar": ("${",), "erb": ("<%",), "message": ("{", "%", "${"), "text": ("\x00",)}


class Settings(NamedTuple):
    """What the configuration says of a template. ``root``: the folder that it may draw files from; ``samples``: files of sample data.

    ``project``: where a file that it draws in may lie besides, so that it is not said to be missing; "" for ``root`` alone.
    """

    engine: str = "auto"
    language: str = ""
    subject: str = ""
    context: Mapping[str, Type] | None = None
    samples: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    root: str = ""
    project: str = ""


@dataclass(frozen=True)
class SourceFile:
    """A template's file: ``name`` as reports show it, ``text`` with the line ends it has."""

    name: str
    text: str

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(m.end() for m in re.finditer(r"\r\n|\r|\n", self.text))]

    def line_column(self, offset: int) -> tuple[int, int]:
        """Line and column of a character, both from 1."""
        offset = max(0, min(offset, len(self.text)))
        line = bisect.bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    @cached_property
    def lines(self) -> list[str]:
        """Its lines as :meth:`line_column` counts them, without their ends; a line end at the very end begins an empty one."""
        ends = [*self._starts[1:], len(self.text)]
        return [self.text[start:end].rstrip("\r\n") for start, end in zip(self._starts, ends, strict=True)]

    def start_of(self, line: int) -> int:
        """The offset of a line's first character."""
        return self._starts[line - 1]


class Spot(NamedTuple):
    """Characters start..end of a file of a template."""

    file: SourceFile
    start: int
    end: int

    @property
    def text(self) -> str:
        """The characters."""
        return self.file.text[self.start : self.end]


class Variable(NamedTuple):
    """One use of a variable: ``path`` as ``order.total``; ``scope``: the paths of the sections it stands in, outermost first.

    ``local``: it is bound in the template itself (a loop's item, an assignment). ``within``: the tags of the conditions and loops it stands in, its own
    one among them, outermost first. ``role``: value (it is printed), condition (it is asked) or loop (it is gone through).
    """

    path: str
    spot: Spot
    scope: tuple[str, ...] = ()
    local: bool = False
    within: tuple[str, ...] = ()
    role: str = "value"


class Fault(NamedTuple):
    """Something wrong with a template's source. ``kind``: syntax, missing (a file drawn in that is nowhere), unread (one that may lie elsewhere) or cycle."""

    kind: str
    message: str
    spot: Spot
    remedy: str = ""


class Allowance(NamedTuple):
    """A comment that allows a rule: on lines first..last, or (``last`` None) in the whole file."""

    rule: str
    reason: str
    file: str
    line: int
    last: int | None


class Translation(NamedTuple):
    """What differs between a translation and its siblings. ``kind``: lacks, invents (a variable, in the message ``key`` of a catalogue),
    count (values without a name: ``what`` the sibling has, ``here`` this one), lacks-message, invents-message (``here``: of how many, if ``what`` names
    but some), missing (the whole template), untranslated. ``against``: the sibling's name.
    """

    kind: str
    what: str
    against: str
    spot: Spot
    key: str = ""
    here: str = ""


class StandIn(NamedTuple):
    """What stands for a variable in a reading: ``token`` in its text, ``source`` the tag as written."""

    token: str
    source: str
    type: Type
    path: str


@dataclass(frozen=True)
class Template:
    """All that is known of one template in one of its readings.

    ``context``: declared variables, path to type, None if nothing is declared; ``choices``: which way each condition went in this reading, in
    words, where it matters; ``sample``: the sample data this reading is filled with; ``subject_known``: whether it is told where its subject
    stands; ``not_parsed``: why no parser of the engine looked at it;
    ``whole``: it is a mail as it goes out, and not messages, a subject or branches by themselves.
    """

    file: SourceFile
    engine: str
    format: Format
    variables: tuple[Variable, ...] = ()
    context: Mapping[str, Type] | None = None
    faults: tuple[Fault, ...] = ()
    allowances: tuple[Allowance, ...] = ()
    translations: tuple[Translation, ...] = ()
    stand_ins: tuple[StandIn, ...] = ()
    choices: tuple[str, ...] = ()
    sample: str = ""
    subject_known: bool = False
    not_parsed: str = ""
    language: str = ""
    whole: bool = True

    @cached_property
    def _tokens(self) -> re.Pattern[str] | None:
        if not self.stand_ins:
            return None
        tokens = sorted((s.token for s in self.stand_ins), key=len, reverse=True)
        return re.compile("|".join(rf"(?<!\d){re.escape(t)}(?!\d)" if t.isdigit() else re.escape(t) for t in tokens))

    @cached_property
    def _by_token(self) -> dict[str, StandIn]:
        return {s.token: s for s in self.stand_ins}

    def is_tag(self, text: str) -> bool:
        """Whether a text looks like a tag of the template's own engine: one that is escaped, or spelt with entities."""
        return text.startswith(_OPENINGS.get(self.engine, ("{{", "{%")))

    def as_written(self, text: str) -> str:
        """A text with the tags that its stand-ins stand for."""
        return self._tokens.sub(lambda m: self._by_token[m.group(0)].source, text) if self._tokens else text

    def stand_in_at(self, text: str, start: int, end: int) -> str:
        """How characters start..end of *text* meet stand-ins: ``""`` not at all, ``part``, or ``whole`` if they lie within one."""
        if self._tokens is None:
            return ""
        met = ""
        for match in self._tokens.finditer(text, max(0, start - 80), min(len(text), end + 80)):
            if match.start() <= start and end <= match.end():
                return "whole"
            if match.start() < end and start < match.end():
                met = "part"
        return met
