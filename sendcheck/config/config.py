"""The effective configuration: values, where each came from, suppressions, locks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sendcheck.pipeline.contract import Check, Option

if TYPE_CHECKING:
    from sendcheck.config.actions import Action
    from sendcheck.config.templates import TemplateEntry


class Suppression(NamedTuple):
    """An agreed exception. ``match``: a fingerprint or text in the excerpt ("" matches all of the rule); ``lines``: only there, as (file, first, last)."""

    rule: str
    match: str
    reason: str
    until: date | None = None
    origin: str = ""
    policy: bool = False
    lines: tuple[str, int, int] | None = None

    def expired(self, today: date) -> bool:
        """Whether its end date has passed."""
        return self.until is not None and self.until < today


class Ignored(NamedTuple):
    """A key that a project's file may not set, its value as it would stand in the user's file, and where it was found."""

    key: str
    value: Any
    at: str

    @property
    def notice(self) -> str:
        """What is told of it: what, where, what to do."""
        return (
            f"{self.at}: “{self.key}” is not used: your own file may set it, one found in the working folder may not. "
            f"If you want it, move it to yours: sendcheck config --move {self.key}"
        )


@dataclass(frozen=True, slots=True)
class Config:
    """Dotted keys to values. ``origins``: where each non-default value was set; ``ignored``: what a project's file set and may not;
    ``refused``: files that were found and not taken, each with the reason. Immutable.
    """

    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    organisations: dict[str, list[str]] = field(default_factory=dict)
    severities: dict[str, str] = field(default_factory=dict)
    suppressions: tuple[Suppression, ...] = ()
    locked: frozenset[str] = frozenset()
    templates: tuple[TemplateEntry, ...] = ()
    actions: tuple[Action, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    refused: tuple[str, ...] = ()

    @property
    def notices(self) -> tuple[str, ...]:
        """What was found and does not count."""
        return (*self.refused, *(found.notice for found in self.ignored))

    def template_values(self, path: Path) -> dict[str, Any] | None:
        """What ``[[templates]]`` says of a file: the entries that name it, later ones first; None if none does."""
        if not self.templates:
            return None  # asked for every file of a Maildir
        absolute = path.absolute()
        found = [entry for entry in self.templates if entry.names(absolute)]
        if not found:
            return None
        merged: dict[str, Any] = {"root": str(found[-1].folder)}
        for entry in found:
            merged |= entry.values
        return merged

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
