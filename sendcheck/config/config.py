"""The effective configuration: values, where each came from, suppressions, locks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sendcheck.pipeline.contract import Check, Option


@dataclass(frozen=True, slots=True)
class Suppression:
    """An agreed exception. ``match``: a fingerprint or text in the excerpt ("" matches all of the rule)."""

    rule: str
    match: str
    reason: str
    until: date | None = None
    origin: str = ""
    policy: bool = False

    def expired(self, today: date) -> bool:
        """Whether its end date has passed."""
        return self.until is not None and self.until < today


@dataclass(frozen=True, slots=True)
class Config:
    """Dotted keys to values. ``origins``: where each non-default value was set. Immutable."""

    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    organisations: dict[str, list[str]] = field(default_factory=dict)
    severities: dict[str, str] = field(default_factory=dict)
    suppressions: tuple[Suppression, ...] = ()
    locked: frozenset[str] = frozenset()

    def __getitem__(self, key: str) -> Any:
        return self.values[key]

    @property
    def models(self) -> dict[str, str]:
        """Pipelines that replace the shipped ones, by language."""
        found = {name.split(".")[1]: value for name, value in self.values.items() if name.startswith("language.") and name.endswith(".model")}
        return {language: str(value) for language, value in found.items() if value}

    def rule_locked(self, slug: str) -> bool:
        """Whether the administrator's policy fixes this rule."""
        return f"rules.{slug}" in self.locked or "rules" in self.locked

    def options_for(self, check: Check) -> dict[str, Any]:
        """Just the options a check declared, by their plain names."""
        found: dict[str, Any] = {}
        for option in check.options:
            if isinstance(option, Option):
                found[option.key] = self.values.get(f"{check.name}.{option.key}", option.default)
            elif option == "organisations":
                found[option] = self.organisations
            else:
                found[option] = self.values[option]
        return found
