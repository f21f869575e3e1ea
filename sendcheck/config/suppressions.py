"""``[[suppress]]``: agreed exceptions, as a configuration file holds them."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from sendcheck.config.config import Suppression
from sendcheck.config.keys import SUPPRESS_KEYS
from sendcheck.config.layer import Layer
from sendcheck.config.tables import tables
from sendcheck.config.values import shown
from sendcheck.pipeline.registry import Registry, unknown


def suppressions(layer: Layer, value: Any, registry: Registry) -> list[Suppression]:
    """The entries of a file. Raises ConfigError."""
    out = []
    for entry in tables("suppress", value, SUPPRESS_KEYS, layer.fail):
        rule = entry.get("rule")
        if not isinstance(rule, str):
            raise layer.fail("suppress", "a [[suppress]] entry lacks its rule")
        if rule != "*":
            check_rule(registry, rule, layer, "suppress.rule")
        elif not re.fullmatch(r"[0-9a-f]{64}", str(entry.get("match", ""))):
            raise layer.fail("suppress.rule", "a [[suppress]] entry for rule “*” needs a whole fingerprint as its match")
        reason = entry.get("reason")
        if not isinstance(reason, str) or not reason.strip():
            raise layer.fail("suppress", f"the [[suppress]] entry for {rule} lacks a reason")
        match = entry.get("match", "")
        if not isinstance(match, str):
            raise layer.fail("suppress.match", "“match” must be a fingerprint or a piece of text")
        until = _date(layer, entry.get("until"))
        out.append(Suppression(rule, match, reason, until, layer.at("suppress"), layer.policy))
    return out


def check_rule(registry: Registry, slug: str, layer: Layer, dotted: str) -> None:
    """Raise ConfigError with the place in the file if *slug* is no rule."""
    if slug not in registry.rules:
        raise layer.fail(dotted, unknown("rule", slug, registry.rules))


def _date(layer: Layer, value: Any) -> date | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise layer.fail("suppress.until", f"“until” is {shown(value)}, but must be a date like 2027-01-31") from error
