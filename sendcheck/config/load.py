"""Finds, reads, validates and merges configuration files (DESIGN, *Configuration*)."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli

from sendcheck.config.config import Config, Suppression
from sendcheck.config.keys import KINDS, OPEN_TABLES, SEVERITIES, SUPPRESS_KEYS, TABLE_LISTS, Key, all_keys
from sendcheck.config.tables import tables
from sendcheck.config.values import check_values, shown
from sendcheck.errors import ConfigError
from sendcheck.pipeline.registry import Registry, unknown

if TYPE_CHECKING:
    from sendcheck.config.actions import Action
    from sendcheck.config.templates import TemplateEntry

#: Lists that add up over the files: the administrator's, the user's own and the project's words are all right.
ADDED = ("words",)
LIST_KEYS_WITH_FILES = ("block", "allow", "internal-domains", "link-trackers", "words", "glossary", "template-addresses", "own-accounts")


@dataclass(slots=True)
class _Layer:
    """One file's raw values. ``table``: what lies below the root key of the file."""

    path: str
    text: str
    table: dict[str, Any]
    policy: bool = False
    prefix: str = ""
    folder: Path = field(default_factory=Path)


def user_file() -> Path:
    """The user's configuration file in the platform's folder."""
    from platformdirs import user_config_path

    return user_config_path("sendcheck") / "config.toml"


def policy_files() -> list[Path]:
    """The administrator's policy file, and the one SENDCHECK_POLICY adds (it can only tighten further)."""
    if sys.platform == "win32":
        system = Path(os.environ.get("PROGRAMDATA", r"C:\ProgramData")) / "sendcheck" / "policy.toml"
    else:
        system = Path("/etc/sendcheck/policy.toml")
    found = [system] if system.is_file() else []
    extra = os.environ.get("SENDCHECK_POLICY")
    if extra:
        found.append(Path(extra))
    return found


def nearest_file(start: Path) -> Path | None:
    """The nearest ``sendcheck.toml``, or ``pyproject.toml`` with a ``[tool.sendcheck]``, upward from *start*."""
    for folder in (start, *start.parents):
        candidate = folder / "sendcheck.toml"
        if candidate.is_file():
            return candidate
        project = folder / "pyproject.toml"
        if project.is_file() and re.search(r"(?m)^\[tool\.sendcheck[.\]]", _read(project)):
            return project
    return None


def existing(name: str | None) -> Path | None:
    """A configuration file that was named; ConfigError if it is not there."""
    if name is None:
        return None
    path = Path(name)
    if not path.is_file():
        raise ConfigError(f"no such configuration file: {name}")
    return path


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
    policies = [_layer(path, policy=True) for path in policy_files()] if not isolated else []
    layers = list(policies)
    if explicit is not None:
        layers.append(_layer(explicit))
    elif not isolated:
        user = user_file()
        if user.is_file():
            layers.append(_layer(user))
        nearest = nearest_file(start) if start is not None else None
        if nearest is not None:
            layers.append(_layer(nearest))
    return _merge(registry, layers, overrides or {})


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigError(f"cannot read configuration {path}: {why}") from error


def _layer(path: Path, policy: bool = False) -> _Layer:
    text = _read(path)
    try:
        table = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        where = re.search(r"at line (\d+)", str(error))
        line = where.group(1) if where else str(text.count("\n") + 1)
        reason = re.sub(r"\s*\(at [^)]*\)", "", str(error))
        raise ConfigError(f"{path}:{line}: this is not valid TOML: {reason}") from error
    prefix = ""
    if path.name == "pyproject.toml":
        table = table.get("tool", {}).get("sendcheck", {})
        prefix = "tool.sendcheck"
    return _Layer(str(path), text, table, policy, prefix, path.parent)


def _line_of(layer: _Layer, dotted: str) -> int:
    """The line where a dotted key is set in a TOML file: by table header and key, else 1."""
    wanted = [layer.prefix, *([] if not dotted else [dotted])]
    full = ".".join(p for p in wanted if p)
    table = ""
    for number, line in enumerate(layer.text.splitlines(), 1):
        header = re.match(r"\s*\[\[?\s*([^\]]+?)\s*\]\]?", line)
        if header and "=" not in line.split("#")[0].split("]")[0]:
            table = header.group(1).replace('"', "").replace("'", "").replace(" ", "")
            if table == full:
                return number
            continue
        key = re.match(r"""\s*((?:"[^"]*"|'[^']*'|[\w.-])+)\s*=""", line)
        if key:
            name = key.group(1).replace('"', "").replace("'", "")
            if f"{table}.{name}".lstrip(".") == full:
                return number
    return 1


def _fail(layer: _Layer, dotted: str, message: str) -> ConfigError:
    return ConfigError(f"{layer.path}:{_line_of(layer, dotted)}: {message}")


def _merge(registry: Registry, layers: list[_Layer], overrides: dict[str, Any]) -> Config:
    keys = all_keys(registry)
    values = {name: key.default for name, key in keys.items()}
    origins: dict[str, str] = {}
    organisations: dict[str, list[str]] = {}
    severities: dict[str, str] = {}
    suppressions: list[Suppression] = []
    locked: dict[str, str] = {}
    templates: list[TemplateEntry] = []
    actions: list[Action] = []
    for layer in layers:
        for dotted, value in _flatten(layer, keys):
            table, _, name = dotted.partition(".")
            if dotted == "locked":
                locked = dict.fromkeys(_locks(layer, value, keys, registry), layer.path) | locked
                continue
            if dotted == "suppress":
                suppressions += _suppressions(layer, value, registry)
                continue
            if dotted == "templates":
                from sendcheck.config.templates import parse

                templates += parse(value, layer.folder, lambda name, message, layer=layer: _fail(layer, name, message))  # type: ignore[misc]
                continue
            if dotted == "actions" and locked.get(dotted, layer.path) == layer.path:
                from sendcheck.config.actions import parse as parse_actions

                actions += parse_actions(value, registry, lambda name, message, layer=layer: _fail(layer, name, message))  # type: ignore[misc]
                continue
            holder = next((lock for lock in (dotted, table) if lock in locked), None)
            if holder is not None and locked[holder] != layer.path:
                continue  # the value of the policy that locked it stands
            if table in OPEN_TABLES and name:
                _open_table(layer, table, name, value, organisations, severities, registry)
            elif dotted in ADDED and dotted in origins:
                values[dotted] = [*values[dotted], *_checked(layer, keys[dotted], value)]
                origins[dotted] += f", {layer.path}:{_line_of(layer, dotted)}"
                continue
            else:
                values[dotted] = _checked(layer, keys[dotted], value)
            origins[dotted] = f"{layer.path}:{_line_of(layer, dotted)}"
    for dotted, value in overrides.items():
        if dotted in locked or value is None:
            continue
        values[dotted] = value
        origins[dotted] = "command line"
    check_values(values, registry, origins)
    return Config(values, origins, organisations, severities, tuple(suppressions), frozenset(locked), tuple(templates), tuple(actions))


def _flatten(layer: _Layer, keys: dict[str, Key]) -> Iterable[tuple[str, Any]]:
    tables = {name.split(".")[0] for name in keys if "." in name}
    if "locked" in layer.table:  # locks first, so that the order within a policy file does not matter
        yield "locked", layer.table["locked"]
    for name, value in layer.table.items():
        if name == "locked":
            continue
        if name in OPEN_TABLES or name in tables:
            if not isinstance(value, dict):
                raise _fail(layer, name, f"“{name}” is a table: write [{name}] and its keys below it")
            for dotted, inner_value in _leaves(name, value, keys):
                if name in tables and dotted not in keys:
                    raise _fail(layer, dotted, unknown("key", dotted, keys))
                yield dotted, inner_value
        elif name in keys or name in TABLE_LISTS:
            yield name, value
        else:
            raise _fail(layer, name, unknown("key", name, [*keys, *OPEN_TABLES, *TABLE_LISTS, "locked", *tables]))


def _leaves(prefix: str, table: dict[str, Any], keys: dict[str, Key]) -> Iterable[tuple[str, Any]]:
    """Dotted keys of a table; a table inside is opened where keys of its name exist."""
    for inner, value in table.items():
        dotted = f"{prefix}.{inner}"
        if isinstance(value, dict) and any(name.startswith(f"{dotted}.") for name in keys):
            yield from _leaves(dotted, value, keys)
        else:
            yield dotted, value


def _checked(layer: _Layer, key: Key, value: Any) -> Any:
    what, test = KINDS[key.kind]
    if key.kind == "choice":
        if value not in key.choices:
            raise _fail(layer, key.name, f"“{key.name}” is {shown(value)}, but must be one of {', '.join(key.choices)}")
        return value
    if not test(value):
        raise _fail(layer, key.name, f"“{key.name}” is {shown(value)}, but must be {what}")
    if key.kind == "patterns":
        from sendcheck.data.userpatterns import why_not

        for pattern in value:
            if why := why_not(pattern):
                raise _fail(layer, key.name, f"“{pattern}” in “{key.name}” cannot be used as a pattern: {why}")
    if key.kind == "identities":
        table = value if isinstance(value, dict) else {address: [] for address in value}
        return {str(address).strip().lower(): list(places) for address, places in table.items()}
    if key.name in LIST_KEYS_WITH_FILES:
        return _with_files(layer, key.name, value)
    return value


def _with_files(layer: _Layer, name: str, entries: list[str]) -> list[str]:
    """Entries with every ``file:PATH`` replaced by that file's lines; a file that says nothing is an error."""
    out: list[str] = []
    for entry in entries:
        if not entry.startswith("file:"):
            out.append(entry)
            continue
        path = layer.folder / entry.removeprefix("file:")
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise _fail(layer, name, f"the list {path} that “{name}” names cannot be read: {why}") from error
        found = [line.split("#")[0].strip() for line in text.splitlines()]
        found = [line for line in found if line]
        if not found:
            raise _fail(layer, name, f"the list {path} that “{name}” names holds no entries; an unreadable list is never taken for an empty one")
        out += found
    if name in {"block", "allow"}:
        for entry in out:
            if "*" in entry and not re.fullmatch(r"\*\.[^*]+|[^@]*@[^*@]+", entry):
                raise _fail(layer, name, f"“{entry}” in “{name}” is too wide: write *.domain for sub-domains, or *@domain")
    return out


def _locks(layer: _Layer, value: Any, keys: dict[str, Key], registry: Registry) -> list[str]:
    if not layer.policy:
        raise _fail(layer, "locked", "“locked” belongs in the administrator's policy file only")
    if not KINDS["list"][1](value):
        raise _fail(layer, "locked", "“locked” must be a list of key names")
    for name in value:
        table, _, inner = name.partition(".")
        if table == "rules" and inner:
            registry_rule(registry, inner, layer, "locked")
        elif name not in keys and name not in OPEN_TABLES and name not in {"suppress", "actions"}:
            raise _fail(layer, "locked", unknown("key", name, [*keys, *OPEN_TABLES]))
    return list(value)


def registry_rule(registry: Registry, slug: str, layer: _Layer, dotted: str) -> None:
    """Raise ConfigError with the place in the file if *slug* is no rule."""
    if slug not in registry.rules:
        raise _fail(layer, dotted, unknown("rule", slug, registry.rules))


def _open_table(layer: _Layer, table: str, name: str, value: Any, organisations: dict[str, list[str]], severities: dict[str, str], registry: Registry) -> None:
    dotted = f"{table}.{name}"
    if table == "organisations":
        if not KINDS["list"][1](value) or not value:
            raise _fail(layer, dotted, f"“{name}” in [organisations] must be a list of domains")
        organisations[name] = value
        return
    registry_rule(registry, name, layer, dotted)
    if value not in SEVERITIES:
        raise _fail(layer, dotted, f"“{name}” is {shown(value)}, but must be one of {', '.join(SEVERITIES)}")
    severities[name] = value


def _suppressions(layer: _Layer, value: Any, registry: Registry) -> list[Suppression]:
    out = []
    for entry in tables("suppress", value, SUPPRESS_KEYS, lambda name, message: _fail(layer, name, message)):
        rule = entry.get("rule")
        if not isinstance(rule, str):
            raise _fail(layer, "suppress", "a [[suppress]] entry lacks its rule")
        if rule != "*":
            registry_rule(registry, rule, layer, "suppress.rule")
        elif not re.fullmatch(r"[0-9a-f]{64}", str(entry.get("match", ""))):
            raise _fail(layer, "suppress.rule", "a [[suppress]] entry for rule “*” needs a whole fingerprint as its match")
        reason = entry.get("reason")
        if not isinstance(reason, str) or not reason.strip():
            raise _fail(layer, "suppress", f"the [[suppress]] entry for {rule} lacks a reason")
        match = entry.get("match", "")
        if not isinstance(match, str):
            raise _fail(layer, "suppress.match", "“match” must be a fingerprint or a piece of text")
        until = _date(layer, entry.get("until"))
        out.append(Suppression(rule, match, reason, until, f"{layer.path}:{_line_of(layer, 'suppress')}", layer.policy))
    return out


def _date(layer: _Layer, value: Any) -> date | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise _fail(layer, "suppress.until", f"“until” is {shown(value)}, but must be a date like 2027-01-31") from error
