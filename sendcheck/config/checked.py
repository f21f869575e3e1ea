"""A key's value as its file gives it to the value that counts: of the right kind, lists read, paths made whole."""

from __future__ import annotations

import re
from typing import Any

from sendcheck.config.keys import KINDS, Key
from sendcheck.config.layer import Layer
from sendcheck.config.values import shown
from sendcheck.reading.ordinary import Unreadable, read_text

#: Bytes of a list that a file holds: a million addresses.
_LARGEST = 50_000_000


def checked(layer: Layer, key: Key, value: Any) -> Any:
    """The value. Raises ConfigError with file, line and what it should be."""
    what, test = KINDS[key.kind]
    if key.kind == "choice":
        if value not in key.choices:
            raise layer.fail(key.name, f"“{key.name}” is {shown(value)}, but must be one of {', '.join(key.choices)}")
        return value
    if not test(value):
        raise layer.fail(key.name, f"“{key.name}” is {shown(value)}, but must be {what}")
    match key.kind:
        case "patterns":
            _refuse_patterns(layer, key, value)
        case "identities":
            return identities(value)
        case "entries":
            return _with_files(layer, key.name, value)
        case "path" | "pipeline" | "program":
            return whole_path(layer, key, value)
    return value


def identities(value: Any) -> dict[str, list[str]]:
    """Own addresses, each with whom it writes to."""
    table = value if isinstance(value, dict) else {address: [] for address in value}
    return {str(address).strip().lower(): list(places) for address, places in table.items()}


def whole_path(layer: Layer, key: Key, value: Any) -> Any:
    """A relative path begins at the folder of the file that names it: not at whatever folder a check is run in."""
    if key.kind == "program":
        slash = value and ("/" in value[0] or "\\" in value[0])
        return [str(layer.place(value[0], key.name).absolute()), *value[1:]] if slash else value
    named = key.kind == "path" or "/" in value or "\\" in value
    if not value or value in key.words or "://" in value or not named or (key.kind == "path" and value.startswith("~")):
        return value
    return str(layer.place(value, key.name).absolute())


def _refuse_patterns(layer: Layer, key: Key, patterns: list[str]) -> None:
    from sendcheck.data.userpatterns import why_not

    for pattern in patterns:
        if why := why_not(pattern):
            raise layer.fail(key.name, f"“{pattern}” in “{key.name}” cannot be used as a pattern: {why}")


def _with_files(layer: Layer, name: str, entries: list[str]) -> list[str]:
    """Entries with every ``file:PATH`` replaced by that file's lines; a file that says nothing is an error."""
    out: list[str] = []
    for entry in entries:
        if not entry.startswith("file:"):
            out.append(entry)
            continue
        path = layer.place(entry.removeprefix("file:"), name)
        try:
            text = read_text(path, _LARGEST)
        except Unreadable as error:
            raise layer.fail(name, f"the list {path} that “{name}” names cannot be read: {error}") from error
        found = [line.split("#")[0].strip() for line in text.splitlines()]
        found = [line for line in found if line]
        if not found:
            raise layer.fail(name, f"the list {path} that “{name}” names holds no entries; an unreadable list is never taken for an empty one")
        out += found
    if name in {"block", "allow"}:
        for entry in out:
            if "*" in entry and not re.fullmatch(r"\*\.[^*]+|[^@]*@[^*@]+", entry):
                raise layer.fail(name, f"“{entry}” in “{name}” is too wide: write *.domain for sub-domains, or *@domain")
    return out
