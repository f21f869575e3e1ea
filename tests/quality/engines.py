"""The engine that the measurements run: the default configuration, whatever this machine configures."""

from __future__ import annotations

from functools import cache

from sendcheck.config.load import load_config
from sendcheck.pipeline.engine import Engine
from sendcheck.pipeline.judge import Selection
from sendcheck.pipeline.registry import load


@cache
def engine(rules: tuple[str, ...] = (), profile: str | None = None) -> Engine:
    """One for these rules (all but grammar, if none is named) and this profile (the recognised one, if None), with the reserved domains our own headers use."""
    config = load_config(load(), isolated=True, overrides={"allow-reserved-domains": True, "history": "off"})
    return Engine(load(), config, Selection(rules, () if rules else ("grammar",)), profile)


@cache
def with_grammar() -> Engine:
    """One for all rules, with LanguageTool as it is installed here, which may take its time."""
    config = load_config(load(), isolated=True, overrides={"allow-reserved-domains": True, "history": "off", "languagetool.deadline": 60.0})
    return Engine(load(), config)
