"""Kinds of findings that were wrong on other people's mail: how many inputs are right, before and after they were mended.

The inputs and what is expected of them lie in `tests/field`; `kinds.toml` says where each kind was told, and how it was before.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from tests.field_cases import DESCRIBED, FOLDER, is_own, outcome

_TABLE = Path(__file__).parent / "kinds.toml"


@dataclass(frozen=True, slots=True)
class Row:
    """One kind. ``before``, ``after``, ``others``: (right, of how many); ``after`` of the source's inputs and ``others`` of those added to them, None where there are none."""

    kind: str
    source: str
    before: tuple[int, int]
    after: tuple[int, int] | None
    others: tuple[int, int] | None


def _counted(held: dict[str, bool], own: bool) -> tuple[int, int] | None:
    kept = [right for source, right in held.items() if is_own(source) is own]
    return (sum(kept), len(kept)) if kept else None


def rows() -> list[Row]:
    """Every kind, measured now."""
    out = []
    for row in tomllib.loads(_TABLE.read_text("utf-8"))["kind"]:
        home = FOLDER / row["folder"]
        held = outcome(home) if (home / DESCRIBED).is_file() else {}
        right, of = row["before"]
        out.append(Row(row["kind"], row["source"], (right, of), _counted(held, False), _counted(held, True)))
    return out


def _cell(counted: tuple[int, int] | None) -> str:
    return f"{counted[0]}/{counted[1]}" if counted else "–"


def section() -> list[str]:
    """The lines for docs/quality.md."""
    lines = [
        "## Right on other people's mail (`tests/field`)\n",
        "Inputs made after public bug reports of other tools, and after trials on mail that nobody tuned to: how many do all that is expected of them, before their kind was "
        "mended and now. *Others of the kind* were written for it afterwards, in both languages where it has any.\n",
        "| kind | source | before | after | others of the kind |",
        "|---|---|---:|---:|---:|",
    ]
    lines += [f"| {r.kind} | {r.source} | {_cell(r.before)} | {_cell(r.after)} | {_cell(r.others)} |" for r in rows()]
    return [*lines, ""]
