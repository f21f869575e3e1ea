"""One key written into a configuration file; everything else in it stays as it is, comments too."""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from typing import Any

import tomli

from sendcheck.config.example import toml_value
from sendcheck.errors import InputError


class NotWritten(Exception):
    """The file is laid out in a way that only its owner can add to."""


def with_key(text: str, dotted: str, value: Any) -> str:
    """The text of a file with one key more, and nothing else changed. Raises NotWritten."""
    table, _, name = dotted.rpartition(".")
    lines = text.splitlines(keepends=True)
    headers = [(at, match.group(1).replace(" ", "")) for at, line in enumerate(lines) if (match := re.match(r"\s*\[\[?([^\]]+)\]", line))]
    line = setting(name, value) + "\n"
    at = next((at + 1 for at, header in headers if header == table), None) if table else _before(lines, headers[0][0]) if headers else len(lines)
    if at is None:
        at, line = len(lines), ("\n" if text else "") + f"[{table}]\n{line}"
    before = "".join(lines[:at])
    new = before + ("" if not before or before.endswith("\n") else "\n") + line + "".join(lines[at:])
    if not _adds(text, new, dotted, value):
        raise NotWritten
    return new


def setting(name: str, value: Any) -> str:
    """A key with its value, as TOML writes it."""
    return f"{name} = {toml_value(value)}"


def _before(lines: list[str], header: int) -> int:
    """Where the comment above a table's header begins."""
    while header and lines[header - 1].lstrip().startswith("#"):
        header -= 1
    return header


def _adds(old: str, new: str, dotted: str, value: Any) -> bool:
    """Whether the new text says what the old one did, and the key; nothing more."""
    try:
        wanted, found = tomli.loads(old), tomli.loads(new)
        table: Any = wanted
        *tables, name = dotted.split(".")
        for inner in tables:
            table = table.setdefault(inner, {})
        if name in table:
            return False
        table[name] = value
    except (ValueError, AttributeError, TypeError, RecursionError):
        return False
    return bool(wanted == found)


def write(path: Path, text: str) -> None:
    """Replace a file as a whole. Raises InputError."""
    target = Path(path.resolve())  # a link stays one
    fresh = target.with_name(f".{target.name}.{secrets.token_hex(6)}")  # a name that nobody can have put a link at
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with fresh.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        if target.exists():
            fresh.chmod(target.stat().st_mode & 0o7777)
        fresh.replace(target)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise InputError(f"cannot write {path}: {error.strerror or error}; nothing was changed") from error
