"""The variables of templates: a table for people, JSON, and a context for the configuration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sendcheck.pipeline.inventory import Inventory, Used, names
from sendcheck.show.json import dumped

_WIDEST = 40


def as_json(found: Sequence[Inventory]) -> str:
    """``{"schema": 1, "templates": [{"source", "engine", "format", "faults", "variables"}]}``: sources as given, variables by their places."""
    return dumped({"schema": 1, "templates": [_told(one) for one in found]})


def _told(one: Inventory) -> dict[str, Any]:
    faults = []
    for fault in one.faults:
        line, column = fault.spot.file.line_column(fault.spot.start)
        faults.append({"file": fault.spot.file.name, "line": line, "column": column, "message": fault.message})
    variables = [
        {
            "name": used.name,
            "type": used.type.value,
            "file": used.file,
            "line": used.line,
            "column": used.column,
            "uses": used.uses,
            "roles": used.roles,
            "within": used.within,
            "twins": used.twins,
        }
        for used in one.variables
    ]
    return {"source": one.source, "engine": one.engine, "format": one.format, "faults": faults, "variables": variables}


def as_text(found: Sequence[Inventory]) -> list[str]:
    """The lines of one table for each template."""
    lines: list[str] = []
    for one in found:
        count = len(one.variables)
        lines += [*([""] if lines else []), f"{one.source}  ({one.engine}, {one.format}; {count} variable{'s' * (count != 1)})"]
        if not one.variables:
            continue
        rows = [("name", "first", "uses", "type", "in"), *(_row(one, used) for used in one.variables)]
        widths = [min(_WIDEST, max(len(row[i]) for row in rows)) for i in range(4)]
        lines += ["  " + "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[4]]).rstrip() for row in rows]
    return lines


def _row(one: Inventory, used: Used) -> tuple[str, str, str, str, str]:
    first = f"{used.line}:{used.column}" if used.file == one.source else f"{used.file}:{used.line}:{used.column}"
    twins = f"one slip from {', '.join(used.twins)}" if used.twins else ""
    return used.name, first, str(used.uses), used.type.value, "; ".join([*used.within, twins]).strip("; ")


def as_toml(found: Sequence[tuple[str, Inventory]]) -> str:
    """``[[templates]]`` entries with a context each. ``found``: the globs that name the templates, from the configuration's folder on."""
    parts = []
    for glob, one in found:
        listed = "".join(f"\n  {_quoted(name)}," for name in names(one.variables))
        parts.append(f"[[templates]]\nglob = {_quoted(glob)}\ncontext = [{listed}{chr(10) if listed else ''}]\n")
    return "\n".join(parts)


def _quoted(text: str) -> str:
    """A basic string of TOML."""
    return '"' + "".join(f"\\u{ord(c):04x}" if ord(c) < 32 or ord(c) == 127 or c in '"\\' else c for c in text) + '"'
