"""A setting that a project's file may not make, taken over into the user's own file: only on the user's word, and only that one."""

from __future__ import annotations

from typing import Any

from sendcheck.config.edit import NotWritten, setting, with_key, write
from sendcheck.config.found import LARGEST, user_file, working_folder
from sendcheck.config.keys import OPEN_TABLES, TABLE_LISTS, all_keys, origin_of
from sendcheck.config.layer import layer_of
from sendcheck.config.load import load_config, merged, own_layers
from sendcheck.errors import ConfigError
from sendcheck.pipeline.contract import Origin
from sendcheck.pipeline.registry import Registry, unknown
from sendcheck.reading.ordinary import Unreadable, read_text


def moved(registry: Registry, key: str) -> str:
    """Write a key's value from the project's file into the user's, and tell what was written. Raises ConfigError, having changed nothing."""
    value, at = _wanted(registry, key)
    path = user_file()
    try:
        old = read_text(path, LARGEST) if path.exists() else ""
    except Unreadable as error:
        raise ConfigError(f"cannot read configuration {path}: {error}; nothing was changed") from error
    _refuse_overwriting(old, key, value)
    try:
        new = with_key(old, key, value)
    except NotWritten as error:
        raise ConfigError(
            f"{path} is laid out so that “{key}” cannot be added to it safely; nothing was changed. Add it yourself: {setting(key, value)}"
        ) from error
    try:
        merged(registry, [*(layer for layer in own_layers() if layer.policy), layer_of(path, new)], {})
    except ConfigError as error:
        raise ConfigError(f"with “{key}” from {at} your own file could not be used; nothing was changed ({error})") from error
    write(path, new)
    return f"wrote to {path}: {setting(key, value)} (from {at}, where it can be taken out)"


def _wanted(registry: Registry, key: str) -> tuple[Any, str]:
    """The project's value of a key that does not count there, and where it stands."""
    config = load_config(registry, start=working_folder())
    found = next((entry for entry in config.ignored if entry.key == key), None)
    if found is not None:
        return found.value, found.at
    keys = all_keys(registry)
    if key not in keys and key not in TABLE_LISTS and key.partition(".")[0] not in OPEN_TABLES:
        raise ConfigError(unknown("key", key, [*keys, *TABLE_LISTS]))
    if origin_of(key, keys) is Origin.PROJECT:
        raise ConfigError(f"“{key}” counts where it stands: a project's file may set it, and there is nothing to move")
    if key in config.locked:
        raise ConfigError(f"the administrator's policy fixes “{key}”: there is nothing to move")
    raise ConfigError(f"no file found from the working folder sets “{key}” to anything but what is in force: there is nothing to move")


def _refuse_overwriting(old: str, key: str, value: Any) -> None:
    """What the user has said themselves stands until they change it."""
    layer = layer_of(user_file(), old)
    table: Any = layer.table
    for name in key.split("."):
        if not isinstance(table, dict) or name not in table:
            return
        table = table[name]
    why = f"{layer.at(key)}: your own file says already what “{key}” is, and that was not changed"
    raise ConfigError(f"{why}. If you want the project's, write: {setting(key, value)}")
