"""``[[templates]]``: which files are templates, and what is known of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from sendcheck.config.layer import Layer
from sendcheck.config.tables import Fail, tables
from sendcheck.data.userpatterns import UserPattern, compiled
from sendcheck.pipeline.contract import PROFILES, Origin
from sendcheck.pipeline.registry import unknown
from sendcheck.reading.templates.detect import engine_names
from sendcheck.reading.templates.model import Type
from sendcheck.reading.templates.sample import load_data, shape
from sendcheck.reading.templates.standins import guess

#: key -> meaning; ``config.example.toml`` and the manual are made from these
TEMPLATE_KEYS = {
    "glob": "Which files, from the configuration's folder on: a pattern or a list of them (** for any folders; without a slash: any folder).",
    "engine": f"Their syntax, where name and content do not tell: one of auto, {', '.join(engine_names())}.",
    "profile": f"The kind of mail they make: one of {', '.join(PROFILES)}.",
    "language": "Their language, where name and text do not tell, as en, nb.",
    "subject": "Their subject, where code sets it: front matter and NAME_subject.txt are found without.",
    "context": 'The variables they get: a list of names, a table of names and types, or "file:PATH" to sample data (JSON, YAML).',
    "data": "Files with sample data (JSON, YAML): the mail filled with each is checked too. NAME.data.json beside a template is found without.",
    "roots": "Folders where partials and layouts lie, beside those near the template.",
}
#: Files of sample data that one entry may name.
_MOST_SAMPLES = 1_000


@dataclass(frozen=True, slots=True)
class TemplateEntry:
    """One ``[[templates]]``. ``folder``: that of its configuration file, without links, which its names start from."""

    patterns: tuple[str, ...]
    folder: Path
    values: Mapping[str, Any] = field(default_factory=dict)

    def names(self, path: Path) -> bool:
        """Whether it names a file, by its absolute path."""
        if self.folder not in path.parents:
            return False
        inside = path.relative_to(self.folder).as_posix()
        return any(_regex(p).fullmatch(inside) for p in self.patterns)


@cache
def _regex(pattern: str) -> UserPattern:
    """A glob as a pattern over a path with slashes."""
    text = pattern.removeprefix("./")
    out = "" if "/" in text else "(?:.*/)?"
    at = 0
    while at < len(text):
        if text.startswith("**/", at):
            out, at = out + "(?:.*/)?", at + 3
        elif text.startswith("**", at):
            out, at = out + ".*", at + 2
        elif text[at] in "*?":
            out, at = out + ("[^/]*" if text[at] == "*" else "[^/]"), at + 1
        elif text[at] == "{" and "}" in text[at:]:
            end = text.index("}", at)
            out, at = out + "(?:" + "|".join(re.escape(p) for p in text[at + 1 : end].split(",")) + ")", end + 1
        else:
            out, at = out + re.escape(text[at]), at + 1
    return compiled(out)


def parse(value: Any, layer: Layer) -> list[TemplateEntry]:
    """The entries of a configuration file. Raises ConfigError."""
    return [_entry(entry, layer) for entry in tables("templates", value, TEMPLATE_KEYS, layer.fail)]


def _entry(entry: Mapping[str, Any], layer: Layer) -> TemplateEntry:
    fail = layer.fail
    patterns = _strings(entry.get("glob"), "glob", fail)
    if not patterns:
        raise fail("templates", "a [[templates]] entry lacks its glob")
    values: dict[str, Any] = {}
    for name, choices in (("engine", ("auto", *engine_names())), ("profile", PROFILES)):
        if name in entry:
            if entry[name] not in choices:
                raise fail(f"templates.{name}", unknown(name, str(entry[name])[:60], choices) + f" (there are {', '.join(choices)})")
            values[name] = entry[name]
    for name in ("language", "subject"):
        if name in entry:
            if not isinstance(entry[name], str):
                raise fail(f"templates.{name}", f"“{name}” must be a string")
            values[name] = entry[name]
    if "roots" in entry:
        values["roots"] = tuple(str(layer.place(root, "templates.roots").resolve()) for root in _strings(entry["roots"], "roots", fail))
    if "data" in entry:
        values["samples"] = tuple(path for name in _strings(entry["data"], "data", fail) for path in _files(layer, name))
    if "context" in entry:
        values["context"] = _context(entry["context"], layer)
    return TemplateEntry(patterns, layer.folder.resolve(), values)


def _strings(value: Any, name: str, fail: Fail) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise fail(f"templates.{name}", f"“{name}” must be a string or a list of strings")
    return tuple(value)


def _files(layer: Layer, name: str) -> list[str]:
    """The files that a name or a pattern means. No folder outside a project is looked through for a project's pattern."""
    found: list[Path] = []
    if not any(c in name for c in "*?["):
        path = layer.place(name, "templates.data")
        found = [path] if path.is_file() else []
    else:
        top, pattern = _fixed_part(name)
        folder = layer.place(top, "templates.data")
        if layer.origin is Origin.PROJECT and ".." in Path(pattern).parts:
            raise layer.fail("templates.data", f"“data” is {name}: a pattern of a project must not go up (..) behind its first star")
        try:
            found = sorted(layer.place(str(p.absolute()), "templates.data") for p in islice(folder.glob(pattern), _MOST_SAMPLES + 1) if p.is_file())
        except (ValueError, NotImplementedError, OSError) as error:
            raise layer.fail("templates.data", f"“data” is {name}, which is no pattern that could be looked for: {error}") from error
    if not found:
        raise layer.fail("templates.data", f"there is no sample data {name} in {layer.folder}")
    if len(found) > _MOST_SAMPLES:
        raise layer.fail("templates.data", f"“data” is {name}, which means more than {_MOST_SAMPLES:,} files: name fewer")
    return [str(p) for p in found]


def _fixed_part(name: str) -> tuple[str, str]:
    """A pattern's folders before the first star, and the rest."""
    parts = Path(name).parts
    stars = next(i for i, part in enumerate(parts) if any(c in part for c in "*?["))
    return str(Path(*parts[:stars])), str(Path(*parts[stars:]))


def _context(value: Any, layer: Layer) -> dict[str, Type]:
    fail = layer.fail
    if isinstance(value, str):
        if not value.startswith("file:"):
            raise fail("templates.context", f"“context” is “{value}”, but must be a list of names, a table of names and types, or “file:PATH”")
        data = load_data(layer.place(value.removeprefix("file:"), "templates.context"))
        declared = data if isinstance(data, str) else shape(data)
        if isinstance(declared, str):
            raise fail("templates.context", f"the context {value.removeprefix('file:')} cannot be used: {declared}")
        return declared
    if isinstance(value, list) and all(isinstance(v, str) for v in value):
        return {name: guess(name) for name in value}
    if isinstance(value, dict):
        return dict(_typed(value, "", fail))
    raise fail("templates.context", "“context” must be a list of names, a table of names and types, or “file:PATH”")


def _typed(table: Mapping[str, Any], prefix: str, fail: Fail) -> list[tuple[str, Type]]:
    out: list[tuple[str, Type]] = []
    types = [t.value for t in Type]
    for name, kind in table.items():
        if isinstance(kind, dict):
            out += [(f"{prefix}{name}", Type.UNKNOWN), *_typed(kind, f"{prefix}{name}.", fail)]
        elif kind in types:
            out.append((f"{prefix}{name}", Type(kind)))
        else:
            raise fail("templates.context", unknown("type", str(kind), types) + f" (there are {', '.join(types)})")
    return out
