"""The configuration that a command works under, and a word on what of it does not count."""

from __future__ import annotations

from typing import Any

from sendcheck.cli.telling import tell
from sendcheck.config.config import Config
from sendcheck.config.found import existing, working_folder
from sendcheck.config.load import load_config
from sendcheck.pipeline.registry import Registry


def configured(registry: Registry, config_file: str | None = None, *, told: bool = True, **overrides: Any) -> Config:
    """The file that was named, else the user's own and the one found from the working folder; ``overrides``: options of the command line.

    ``told``: say on standard error what was found and does not count; a command that shows reports finds it in their notices.
    """
    explicit = existing(config_file)
    values = {name.replace("_", "-"): value for name, value in overrides.items()}
    config = load_config(registry, explicit=explicit, start=working_folder(), overrides=values)
    if told:
        tell_ignored(config)
    return config


def tell_ignored(config: Config) -> None:
    """What was found and does not count, on standard error."""
    for notice in config.notices:
        tell(f"sendcheck: {notice}")
