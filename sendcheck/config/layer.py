"""One configuration file as it was read: its raw values, where each stands, and what files it may name."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomli

from sendcheck.config.found import LARGEST
from sendcheck.errors import ConfigError
from sendcheck.pipeline.contract import Origin
from sendcheck.reading.ordinary import Unreadable, inside, read_text

#: Tables within tables: no key of ours needs half as many.
_DEEPEST = 32
#: Characters of a line that its key or header stands in.
_LINE = 300


@dataclass(slots=True)
class Layer:
    """One file's raw values. ``table``: what lies below the root key of the file; ``origin``: whose it is; ``policy``: the administrator's."""

    path: str
    text: str
    table: dict[str, Any]
    origin: Origin = Origin.USER
    policy: bool = False
    prefix: str = ""
    folder: Path = field(default_factory=Path)
    _lines: dict[str, int] | None = None

    def fail(self, dotted: str, message: str) -> ConfigError:
        """An error that names file and line."""
        return ConfigError(f"{self.at(dotted)}: {message}")

    def at(self, dotted: str) -> str:
        """File and line of a key."""
        return f"{self.path}:{self.line_of(dotted)}"

    def place(self, name: str, dotted: str) -> Path:
        """A file or folder that the value of *dotted* names. Raises ConfigError where it is a project's word and leads out of the project."""
        try:
            path = self.folder / Path(name).expanduser() if self.origin is Origin.USER else self.folder / name
            out = self.origin is Origin.PROJECT and not inside(path, self.folder)
        except (RuntimeError, ValueError, OSError) as error:
            raise self.fail(dotted, f"“{dotted}” names no file that could be") from error
        if out:
            raise self.fail(
                dotted,
                f"“{dotted}” names {name}, which is not inside {self.folder}: a file found in the working folder may name files of its own project only, "
                "and nothing was read. Put the file into the project, or the key into your own file (sendcheck init --user makes one)",
            )
        return path

    def line_of(self, dotted: str) -> int:
        """The line where a dotted key is set, else that of the nearest table around it, else 1."""
        if self._lines is None:
            self._lines = _lines(self.text)
        names = [n for n in (*self.prefix.split("."), *dotted.split(".")) if n]
        for count in range(len(names), len(self.prefix.split(".")) if self.prefix else 0, -1):
            found = self._lines.get(".".join(names[:count]))
            if found:
                return found
        return 1


def _lines(text: str) -> dict[str, int]:
    """The first line of each table header and key, by its dotted name."""
    found: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        begin = line[:_LINE]
        header = re.match(r"\s*\[\[?\s*([^\]]+?)\s*\]\]?", begin)
        if header and "=" not in begin.split("#")[0].split("]")[0]:
            table = header.group(1).replace('"', "").replace("'", "").replace(" ", "")
            found.setdefault(table, number)
            continue
        key = re.match(r"""\s*((?:"[^"]*"|'[^']*'|[\w.-])+)\s*=""", begin)
        if key:
            name = key.group(1).replace('"', "").replace("'", "")
            found.setdefault(f"{table}.{name}".lstrip("."), number)
    return found


def read_layer(path: Path, origin: Origin = Origin.USER, *, policy: bool = False) -> Layer:
    """A configuration file. Raises ConfigError."""
    return layer_of(path, _text(path, policy), origin, policy=policy)


def _text(path: Path, policy: bool) -> str:
    try:
        # The policy is root's, or whoever's set SENDCHECK_POLICY: it may well be a pipe.
        return path.read_text("utf-8-sig") if policy else read_text(path, LARGEST)
    except (OSError, UnicodeDecodeError, Unreadable) as error:
        why = error.strerror if isinstance(error, OSError) else str(error) if isinstance(error, Unreadable) else "it is not UTF-8"
        raise ConfigError(f"cannot read configuration {path}: {why}") from error


def layer_of(path: Path, text: str, origin: Origin = Origin.USER, *, policy: bool = False) -> Layer:
    """What a configuration file with this text says. Raises ConfigError."""
    try:
        table = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        where = re.search(r"at line (\d+)", str(error))
        line = where.group(1) if where else str(text.count("\n") + 1)
        reason = re.sub(r"\s*\(at [^)]*\)", "", str(error))
        raise ConfigError(f"{path}:{line}: this is not valid TOML: {reason}") from error
    except RecursionError as error:
        raise ConfigError(f"{path}: this is nested too deeply to be a configuration") from error
    except (ValueError, OverflowError) as error:  # a number of thousands of digits
        raise ConfigError(f"{path}: this is not valid TOML: a value in it is too large") from error
    prefix = ""
    if path.name == "pyproject.toml":
        for name in ("tool", "sendcheck"):
            table = table.get(name, {})
            if not isinstance(table, dict):
                raise ConfigError(f"{path}: “{name}” is a table: write [tool.sendcheck] and its keys below it")
        prefix = "tool.sendcheck"
    if _deep(table):
        raise ConfigError(f"{path}: this is nested too deeply to be a configuration")
    return Layer(str(path), text, table, origin, policy, prefix, path.parent)


def _deep(table: dict[str, Any]) -> bool:
    """Whether values lie in more tables and lists than any key of ours."""
    level: list[Any] = [table]
    for _ in range(_DEEPEST):
        level = [inner for value in level for inner in (value.values() if isinstance(value, dict) else value) if isinstance(inner, (dict, list))]
        if not level:
            return False
    return True


def relative(path: Path, folder: Path) -> str:
    """A path as it is shown to somebody in *folder*: from there on if it lies below."""
    try:
        return str(path.relative_to(folder))
    except ValueError:
        return os.fspath(path)
