"""Lists of tables (``[[suppress]]``, ``[[templates]]``, ``[[actions]]``): what is the same in reading all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sendcheck.errors import ConfigError
from sendcheck.pipeline.registry import unknown

#: Makes an error of (dotted key, message), with the place in the file.
Fail = Callable[[str, str], ConfigError]


def tables(name: str, value: Any, keys: Iterable[str], fail: Fail) -> list[dict[str, Any]]:
    """The tables of a list, with no key that is not among *keys*. Raises what *fail* makes."""
    if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
        raise fail(name, f"“{name}” is a list of tables: write [[{name}]] and its keys below it")
    known = list(keys)
    for entry in value:
        for key in entry:
            if key not in known:
                raise fail(f"{name}.{key}", unknown("key", key, known))
    return value
