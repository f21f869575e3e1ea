"""``sendcheck init``, ``config`` and ``allow``: the configuration, made, shown and added to."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import click

from sendcheck.cli.configured import configured
from sendcheck.cli.telling import say, styled
from sendcheck.config.config import Config
from sendcheck.config.edit import write
from sendcheck.config.found import LARGEST, nearest_file, user_file, working_folder
from sendcheck.errors import ConfigError
from sendcheck.escapes import clean
from sendcheck.pipeline.registry import Registry, load, unknown
from sendcheck.reading.ordinary import Unreadable, read_text

_STARTER = """\
# sendcheck: what your mails are checked against. `sendcheck config` shows every setting in force.
# In a project's sendcheck.toml stands what goes for all who work on it. Programs, servers, your own mail and addresses
# count in your own file only: sendcheck init --user.

# Domains that are yours. Leave out to take the organisation of From.
# internal-domains = ["acme.example"]

# Organisations with several domains, or a readable name. Those outside count as customers:
# none of them may be named in a mail to another.
# [organisations]
# "Nord Bank" = ["nordbank.example"]

# [rules]
# recipient-crowd = "error"

# Templates of mails in this repository, where their endings do not tell.
# [[templates]]
# glob = "emails/**/*.html"
"""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--user", is_flag=True, help="Write your own configuration instead of this folder's.")
def init(user: bool) -> None:
    """Write a starter configuration: sendcheck.toml here, or your own with --user."""
    path = user_file() if user else working_folder() / "sendcheck.toml"
    if os.path.lexists(path):
        raise ConfigError(f"{path} is there already; nothing was changed")
    write(path, _STARTER)
    say(f"wrote {path if user else path.name}: open it and name your domains")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("key", required=False)
@click.option("--config", "config_file", metavar="FILE", help="Use this file instead of the user's and the nearest.")
@click.option("--example", is_flag=True, help="Print a file with every key, its default and meaning.")
@click.option("--move", is_flag=True, help="Write KEY, which the nearest file sets and may not, into your own file.")
def config(key: str | None, config_file: str | None, example: bool, move: bool) -> None:
    """Show every setting in force and where it came from, or just KEY; and what a file found in the working folder set in vain.

    Such a file came with what you cloned or unpacked: it chooses rules, words, templates, organisations and exceptions, and nothing that names
    programs, servers, files elsewhere or your own mail. --move KEY takes a setting of it over into your own file, if you want it.
    """
    registry = load()
    if example:
        from sendcheck.config.example import example_toml

        styled(example_toml(registry), nl=False)
        return
    if move:
        if key is None or config_file is not None:
            raise click.UsageError("--move needs the KEY that is to be moved from the nearest file to your own, and no --config")
        from sendcheck.cli.moving import moved

        say(moved(registry, key))
        return
    settings = configured(registry, config_file, told=False)
    for line in shown_settings(registry, settings, key):
        styled(line)


def shown_settings(registry: Registry, settings: Config, key: str | None) -> Iterator[str]:
    """A line for each setting in force, each exception, and each setting that does not count."""
    from sendcheck.config.example import toml_value

    rows: dict[str, Any] = dict(settings.values)
    rows.update({f"organisations.{name}": domains for name, domains in settings.organisations.items()})
    for slug, rule in registry.rules.items():
        rows[f"rules.{slug}"] = settings.severities.get(slug, rule.severity.value)
    if key is not None:
        if key not in rows:
            raise ConfigError(unknown("key", key, rows))
        rows = {key: rows[key]}

    def row(what: str, origin: str) -> str:
        return f"{clean(what)}  {click.style('# ' + clean(origin), dim=True)}"

    width = max(len(name) for name in rows)
    for name, value in rows.items():
        origin = settings.origins.get(name, "default") + (" (locked by policy)" if name in settings.locked else "")
        yield row(f"{name:<{width}} = {toml_value(value)}", origin)
    for entry in settings.suppressions if key is None else ():
        until = f" until {entry.until}" if entry.until else ""
        yield row(f"suppress {entry.rule} “{entry.match[:20]}”{until}: {entry.reason}", entry.origin)
    for found in settings.ignored:
        if key in {None, found.key}:
            why = f"{found.at}: not a project's to set; to have it: sendcheck config --move {found.key}"
            yield row(f"not used: {found.key} = {toml_value(found.value)}", why)
    for why in settings.refused:
        yield clean(why)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("fingerprint")
@click.option("--reason", required=True, help="Why it is right as it is; shown in every report.")
@click.option("--until", metavar="DATE", help="Last day it is allowed, as 2027-01-31.")
@click.option("--rule", default="*", help="The rule; a whole fingerprint names it by itself.")
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="Write into this file (default: the nearest sendcheck.toml, else your own).")
def allow(fingerprint: str, reason: str, until: str | None, rule: str, config_file: Path | None) -> None:
    """Allow the finding with that FINGERPRINT (from --format json), with a reason."""
    registry = load()
    if rule != "*":
        registry.rule(rule)
    mark = fingerprint.strip().lower()
    if not re.fullmatch(r"[0-9a-f]{12,64}", mark) or (rule == "*" and len(mark) != 64):
        raise ConfigError("a fingerprint is 64 hexadecimal digits, as --format json shows it (12 are enough with --rule)")
    if not reason.strip():
        raise ConfigError("an exception needs a reason")
    if until is not None:
        try:
            if date.fromisoformat(until) < date.today():
                raise ConfigError(f"--until {until} has passed already")
        except ValueError as error:
            raise ConfigError(f"--until is “{until}”, but must be a date like 2027-01-31") from error
    path = config_file or nearest_file(working_folder()) or user_file()
    if path.name == "pyproject.toml":
        header = "[[tool.sendcheck.suppress]]"
    else:
        header = "[[suppress]]"
    lines = [header, f"rule = {json.dumps(rule)}", f'match = "{mark}"', f"reason = {json.dumps(reason.strip(), ensure_ascii=False)}"]
    if until:
        lines.append(f"until = {until}")
    try:
        old = read_text(path, LARGEST) if path.exists() else ""
    except Unreadable as error:
        raise ConfigError(f"cannot read configuration {path}: {error}; nothing was changed") from error
    gap = "" if not old else "\n" if old.endswith("\n") else "\n\n"
    write(path, old + gap + "\n".join(lines) + "\n")
    say(f"allowed in {path}")
