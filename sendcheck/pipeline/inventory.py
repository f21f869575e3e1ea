"""The variables that a template uses, each once: where first, how often, in which conditions and loops, and which other name it may be a slip of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sendcheck.pipeline.templates import TemplateJob
from sendcheck.reading.templates.catalogues import read as read_catalogue
from sendcheck.reading.templates.directives import directives
from sendcheck.reading.templates.model import Fault, Template, Type, Variable
from sendcheck.reading.templates.read import read_template
from sendcheck.reading.templates.standins import guess
from sendcheck.understanding.twins import beginnings, slip

#: What stands for a value of each type in sample data.
_SAMPLES: dict[Type, Any] = {
    Type.NUMBER: 42,
    Type.DATE: "2099-01-07",
    Type.URL: "https://www.example.com/",
    Type.EMAIL: "kari@example.com",
}


@dataclass(slots=True)
class Used:
    """One variable: its first place, its uses, the tags of conditions and loops it stands in, its roles (value, condition, loop), names one slip away."""

    name: str
    type: Type
    file: str
    line: int
    column: int
    uses: int = 0
    within: list[str] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)
    twins: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Inventory:
    """A template's variables in the order of their first places. ``faults``: what is wrong with its source, so that some may be lacking."""

    source: str
    engine: str
    format: str
    faults: tuple[Fault, ...]
    variables: tuple[Used, ...]


def inventory(source: str, raw: bytes, job: TemplateJob) -> Inventory:
    """What a template's own file uses, and its subject's; what is bound in the template itself is none of it."""
    template = read_template(raw, source, job.settings, job.path)[0][1]
    uses = list(_messages(template)) if template.format.catalogue else [v for v in template.variables if not v.local]
    found: dict[str, Used] = {}
    for use in sorted(uses, key=lambda v: (v.spot.file.name != source, v.spot.start)):
        line, column = use.spot.file.line_column(use.spot.start)
        one = found.setdefault(use.path, Used(use.path, _type(template, use.path), use.spot.file.name, line, column))
        one.uses += 1
        one.within += [w for w in use.within if w not in one.within]
        one.roles += [use.role] if use.role not in one.roles else []
    every = {name for path in found for name in beginnings(path)}
    for one in found.values():
        one.twins = sorted(_twins(one.name, every))
    faults = tuple(f for f in template.faults if f.kind in {"syntax", "cycle", "missing"})
    return Inventory(source, template.engine, template.format.value, faults, tuple(found.values()))


def _twins(path: str, every: set[str]) -> set[str]:
    """Names that a path, or what it is part of, is one slip apart from in its last part."""
    return {other for name in beginnings(path) for other in every if name.rpartition(".")[0] == other.rpartition(".")[0] and slip(name, other)}


def _type(template: Template, path: str) -> Type:
    declared = (template.context or {}).get(path, Type.UNKNOWN)
    return guess(path) if declared is Type.UNKNOWN else declared


def _messages(template: Template) -> Iterator[Variable]:
    """The values with a name that the messages of a catalogue put in."""
    for message in read_catalogue(template.file, template.format.value).messages:
        for found in directives(message.text, message.format):
            if found.name:
                yield Variable(found.name, message.spot(found.start, found.end))


def names(found: Sequence[Used]) -> list[str]:
    """The names as ``context`` declares them: a name whose parts are declared is itself declared by them."""
    paths = {one.name for one in found}
    return sorted(p for p in paths if not any(other.startswith(f"{p}.") for other in paths))


def sample(found: Sequence[Used]) -> dict[str, Any]:
    """The names as a table of values, one for each type, with tables in it; what is gone through is a list with one thing in it."""
    loops = {one.name for one in found if "loop" in one.roles}
    asked = {one.name for one in found if one.roles == ["condition"]}
    types = {one.name: one.type for one in found}
    return {name: _value(name, names(found), loops, asked, types) for name in dict.fromkeys(p.split(".")[0] for p in names(found))}


def _value(path: str, paths: Sequence[str], loops: set[str], asked: set[str], types: dict[str, Type]) -> Any:
    inner = dict.fromkeys(p[len(path) + 1 :].split(".")[0] for p in paths if p.startswith(f"{path}."))
    plain: Any = True if path in asked else _SAMPLES.get(types.get(path, Type.UNKNOWN), path.rpartition(".")[2])
    value = {name: _value(f"{path}.{name}", paths, loops, asked, types) for name in inner} if inner else plain
    return [value] if path in loops else value
