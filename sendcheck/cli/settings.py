"""``sendcheck init``, ``config`` and ``allow``: the configuration, made, shown and added to."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import click

from sendcheck.cli.telling import say, styled
from sendcheck.config.load import existing, load_config, nearest_file, user_file
from sendcheck.errors import ConfigError
from sendcheck.escapes import clean
from sendcheck.pipeline.registry import load

_STARTER = """\
# sendcheck: what your mails are checked against. `sendcheck config` shows every setting in force.

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
    path = user_file() if user else Path("sendcheck.toml")
    if path.exists():
        raise ConfigError(f"{path} is there already; nothing was changed")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_STARTER, "utf-8")
    say(f"wrote {path}: open it and name your domains")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("key", required=False)
@click.option("--config", "config_file", metavar="FILE", help="Use this file instead of the user's and the nearest.")
@click.option("--example", is_flag=True, help="Print a file with every key, its default and meaning.")
def config(key: str | None, config_file: str | None, example: bool) -> None:
    """Show every setting in force and where it came from, or just KEY."""
    from sendcheck.config.example import example_toml, toml_value

    registry = load()
    if example:
        styled(example_toml(registry), nl=False)
        return
    settings = load_config(registry, explicit=existing(config_file), start=Path.cwd())
    rows: dict[str, Any] = dict(settings.values)
    rows.update({f"organisations.{name}": domains for name, domains in settings.organisations.items()})
    for slug, rule in registry.rules.items():
        rows[f"rules.{slug}"] = settings.severities.get(slug, rule.severity.value)
    if key is not None:
        from sendcheck.pipeline.registry import unknown

        if key not in rows:
            raise ConfigError(unknown("key", key, rows))
        rows = {key: rows[key]}
    width = max(len(name) for name in rows)
    for name, value in rows.items():
        origin = settings.origins.get(name, "default") + (" (locked by policy)" if name in settings.locked else "")
        styled(f"{clean(f'{name:<{width}} = {toml_value(value)}')}  {click.style('# ' + clean(origin), dim=True)}")
    for entry in settings.suppressions:
        until = f" until {entry.until}" if entry.until else ""
        said = clean(f"suppress {entry.rule} “{entry.match[:20]}”{until}: {entry.reason}")
        styled(f"{said}  {click.style('# ' + clean(entry.origin), dim=True)}")


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
    path = config_file or nearest_file(Path.cwd()) or user_file()
    if path.name == "pyproject.toml":
        header = "[[tool.sendcheck.suppress]]"
    else:
        header = "[[suppress]]"
    lines = [header, f"rule = {json.dumps(rule)}", f'match = "{mark}"', f"reason = {json.dumps(reason.strip(), ensure_ascii=False)}"]
    if until:
        lines.append(f"until = {until}")
    old = path.read_text("utf-8") if path.exists() else ""
    path.parent.mkdir(parents=True, exist_ok=True)
    gap = "" if not old else "\n" if old.endswith("\n") else "\n\n"
    path.write_text(old + gap + "\n".join(lines) + "\n", "utf-8")
    say(f"allowed in {path}")
