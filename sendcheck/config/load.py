"""Reads, validates and merges configuration files (DESIGN, *Configuration*)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sendcheck.config.checked import checked, identities, whole_path
from sendcheck.config.config import Config, Ignored, Suppression
from sendcheck.config.found import existing, nearest_file, policy_files, search, user_file
from sendcheck.config.keys import KINDS, OPEN_TABLES, SEVERITIES, TABLE_LISTS, Key, all_keys, origin_of
from sendcheck.config.layer import Layer, read_layer
from sendcheck.config.suppressions import check_rule, suppressions
from sendcheck.config.values import check_values, shown
from sendcheck.errors import ConfigError
from sendcheck.pipeline.contract import Origin
from sendcheck.pipeline.registry import Registry, unknown

if TYPE_CHECKING:
    from sendcheck.config.actions import Action
    from sendcheck.config.templates import TemplateEntry

__all__ = ["central", "existing", "load_config", "merged", "nearest_file", "own_layers", "policy_files", "user_file"]


def load_config(
    registry: Registry,
    *,
    explicit: Path | None = None,
    start: Path | None = None,
    overrides: dict[str, Any] | None = None,
    isolated: bool = False,
) -> Config:
    """The effective configuration. ``explicit`` replaces the user's and the nearest file; ``start`` is where to look
    upward from (None: do not look, as shim and gateways must not). Raises ConfigError naming file, line and remedy.
    """
    if isolated:
        return merged(registry, [], overrides or {})
    layers = own_layers(explicit)
    refused: tuple[str, ...] = ()
    if explicit is None and start is not None:
        path, refused = search(start)
        layers += [] if path is None else [read_layer(path, Origin.PROJECT)]
    return merged(registry, layers, overrides or {}, refused)


def own_layers(explicit: Path | None = None) -> list[Layer]:
    """The policies, and the user's file or the one named instead."""
    layers = [read_layer(path, policy=True) for path in policy_files()]
    own = explicit or user_file()
    return [*layers, read_layer(own)] if explicit is not None or own.is_file() else layers


def central(name: str, explicit: Path | None = None) -> tuple[Any, str]:
    """What policy and the user's file (or *explicit*) say of one central key, and where; (None, "") if nothing.

    For who must know it before anything else is loaded; whether the files can be used otherwise, :func:`load_config` tells.
    """
    found: tuple[Any, str] = (None, "")
    for layer in own_layers(explicit):
        if name in layer.table:
            found = layer.table[name], layer.at(name)
            locked = layer.table.get("locked", ()) if layer.policy else ()
            if isinstance(locked, list) and name in locked:
                break
    return found


def merged(registry: Registry, layers: list[Layer], overrides: dict[str, Any], refused: tuple[str, ...] = ()) -> Config:
    """The configuration that files make, the last one winning, and the command line after them. ``refused``: files that were not taken."""
    merge = _Merge(registry)
    for layer in layers:
        try:
            merge.add(layer)
        except RecursionError as error:
            raise ConfigError(f"{layer.path}: this is nested too deeply to be a configuration") from error
    return merge.done(overrides, refused)


@dataclass(slots=True)
class _Merge:
    """What the files read so far make."""

    registry: Registry
    keys: dict[str, Key] = field(init=False)
    values: dict[str, Any] = field(init=False)
    origins: dict[str, str] = field(default_factory=dict)
    organisations: dict[str, list[str]] = field(default_factory=dict)
    severities: dict[str, str] = field(default_factory=dict)
    suppressed: list[Suppression] = field(default_factory=list)
    locked: dict[str, str] = field(default_factory=dict)
    templates: list[TemplateEntry] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    #: ``[[actions]]`` as they were written
    said: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.keys = all_keys(self.registry)
        self.values = {name: key.default for name, key in self.keys.items()}

    def add(self, layer: Layer) -> None:
        """One more file."""
        for dotted, value in _flatten(layer, self.keys):
            if dotted == "locked":
                self.locked = dict.fromkeys(_locks(layer, value, self.keys, self.registry), layer.path) | self.locked
            elif self._fixed(dotted, layer):
                continue
            elif layer.origin is Origin.PROJECT and origin_of(dotted, self.keys) is Origin.USER:
                self.ignored.append(Ignored(dotted, _movable(layer, self.keys.get(dotted), value), layer.at(dotted)))
            elif dotted == "suppress":
                self.suppressed += suppressions(layer, value, self.registry)
            elif dotted == "templates":
                from sendcheck.config.templates import parse

                self.templates += parse(value, layer)
            else:
                self._set(layer, dotted, value)

    def _fixed(self, dotted: str, layer: Layer) -> bool:
        """Whether the value of a policy that locked it stands."""
        holder = next((lock for lock in (dotted, dotted.partition(".")[0]) if lock in self.locked), None)
        return holder is not None and self.locked[holder] != layer.path

    def _set(self, layer: Layer, dotted: str, value: Any) -> None:
        table, _, name = dotted.partition(".")
        at = layer.at(dotted)
        if dotted == "actions":
            from sendcheck.config.actions import parse

            self.actions += parse(value, self.registry, layer.fail)
            self.said.append(value)
            return
        if table in OPEN_TABLES and name:
            self._open_table(layer, table, name, value)
        elif self.keys[dotted].adds and dotted in self.origins:
            self.values[dotted] = [*self.values[dotted], *checked(layer, self.keys[dotted], value)]
            at = f"{self.origins[dotted]}, {at}"
        else:
            self.values[dotted] = checked(layer, self.keys[dotted], value)
        self.origins[dotted] = at

    def _open_table(self, layer: Layer, table: str, name: str, value: Any) -> None:
        dotted = f"{table}.{name}"
        if table == "organisations":
            if not KINDS["list"][1](value) or not value:
                raise layer.fail(dotted, f"“{name}” in [organisations] must be a list of domains")
            self.organisations[name] = value
            return
        check_rule(self.registry, name, layer, dotted)
        if value not in SEVERITIES:
            raise layer.fail(dotted, f"“{name}” is {shown(value)}, but must be one of {', '.join(SEVERITIES)}")
        self.severities[name] = value

    def done(self, overrides: dict[str, Any], refused: tuple[str, ...]) -> Config:
        """The configuration."""
        for dotted, value in overrides.items():
            if dotted in self.locked or value is None:
                continue
            self.values[dotted] = value
            self.origins[dotted] = "command line"
        check_values(self.values, self.registry, self.origins)
        # What says no more than what is in force anyway is no loss.
        lost = tuple(i for i in self.ignored if i.value not in self.said and (i.key not in self.values or i.value != self.values[i.key]))
        return Config(
            self.values,
            self.origins,
            self.organisations,
            self.severities,
            tuple(self.suppressed),
            frozenset(self.locked),
            tuple(self.templates),
            tuple(self.actions),
            lost,
            refused,
        )


def _movable(layer: Layer, key: Key | None, value: Any) -> Any:
    """A project's value as it would stand in the user's file: a path of it still leads where it did."""
    if key is None or not KINDS[key.kind][1](value):
        return value
    if key.kind == "identities":
        return identities(value)
    if key.kind in {"path", "pipeline", "program"}:
        return whole_path(Layer(layer.path, layer.text, {}, folder=layer.folder), key, value)
    return value


def _flatten(layer: Layer, keys: dict[str, Key]) -> Iterable[tuple[str, Any]]:
    tables = {name.split(".")[0] for name in keys if "." in name}
    if "locked" in layer.table:  # locks first, so that the order within a policy file does not matter
        yield "locked", layer.table["locked"]
    for name, value in layer.table.items():
        if name == "locked":
            continue
        if name in OPEN_TABLES or name in tables:
            if not isinstance(value, dict):
                raise layer.fail(name, f"“{name}” is a table: write [{name}] and its keys below it")
            for dotted, inner_value in _leaves(name, value, keys):
                if name in tables and dotted not in keys:
                    raise layer.fail(dotted, unknown("key", dotted, keys))
                yield dotted, inner_value
        elif name in keys or name in TABLE_LISTS:
            yield name, value
        else:
            raise layer.fail(name, unknown("key", name, [*keys, *OPEN_TABLES, *TABLE_LISTS, "locked", *tables]))


def _leaves(prefix: str, table: dict[str, Any], keys: dict[str, Key]) -> Iterable[tuple[str, Any]]:
    """Dotted keys of a table; a table inside is opened where keys of its name exist."""
    for inner, value in table.items():
        dotted = f"{prefix}.{inner}"
        if isinstance(value, dict) and any(name.startswith(f"{dotted}.") for name in keys):
            yield from _leaves(dotted, value, keys)
        else:
            yield dotted, value


def _locks(layer: Layer, value: Any, keys: dict[str, Key], registry: Registry) -> list[str]:
    if not layer.policy:
        raise layer.fail("locked", "“locked” belongs in the administrator's policy file only")
    if not KINDS["list"][1](value):
        raise layer.fail("locked", "“locked” must be a list of key names")
    for name in value:
        table, _, inner = name.partition(".")
        if table == "rules" and inner:
            check_rule(registry, inner, layer, "locked")
        elif name not in keys and name not in OPEN_TABLES and name not in {"suppress", "actions"}:
            raise layer.fail("locked", unknown("key", name, [*keys, *OPEN_TABLES]))
    return list(value)
