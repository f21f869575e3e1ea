"""Finds checks: every one, built-in or third-party, through the entry-point group ``sendcheck.checks``.

An entry point names a package; each of its sub-packages that has a ``CHECK`` is a check.
A package may also be a check itself.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from importlib.metadata import entry_points
from types import ModuleType

from sendcheck.errors import ConfigError, RegistryError
from sendcheck.pipeline.contract import Check, Rule

GROUP = "sendcheck.checks"


@dataclass(frozen=True, slots=True)
class Registry:
    """All checks of this installation, by name, and their rules, by slug. ``broken``: packages that could not be loaded."""

    checks: tuple[Check, ...]
    broken: tuple[tuple[str, str], ...] = ()

    #: rules by slug, in the order of harm
    rules: dict[str, Rule] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        found = [rule for check in self.checks for rule in check.rules]
        object.__setattr__(self, "rules", {rule.slug: rule for rule in sorted(found, key=lambda r: (r.harm, r.slug))})

    def rule(self, slug: str) -> Rule:
        """The rule of that slug; ConfigError with "did you mean" if there is none."""
        if slug not in self.rules:
            raise ConfigError(unknown("rule", slug, self.rules))
        return self.rules[slug]

    def check_of(self, slug: str) -> Check:
        """The check that implements a rule."""
        self.rule(slug)
        return next(check for check in self.checks if any(rule.slug == slug for rule in check.rules))


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """“unknown rule x: did you mean y?”"""
    close = get_close_matches(name, list(known), 1, 0.6)
    hint = f": did you mean {close[0]}?" if close else ""
    return f"unknown {what} “{name}”{hint}"


@cache
def load() -> Registry:
    """Load every check. Raises RegistryError if two rules share a slug or two checks a name."""
    found: list[Check] = []
    broken: list[tuple[str, str]] = []
    for point in sorted(entry_points(group=GROUP), key=lambda p: (p.name != "builtin", p.name)):
        try:
            package = importlib.import_module(point.value.split(":")[0])
            found += _checks_in(package)
        except RegistryError:
            raise
        except Exception as error:
            broken.append((point.name, f"{type(error).__name__}: {error}"))
    if not found:
        reasons = "; ".join(f"{name}: {why}" for name, why in broken)
        raise RegistryError(f"no checks are installed{': ' + reasons if reasons else ''}; reinstall sendcheck")
    _refuse_doubles(found)
    return Registry(tuple(found), tuple(broken))


def _checks_in(package: ModuleType) -> list[Check]:
    check = getattr(package, "CHECK", None)
    if check is not None:
        return [_valid(check, package.__name__)]
    out = []
    for info in pkgutil.iter_modules(getattr(package, "__path__", [])):
        if info.ispkg:
            module = importlib.import_module(f"{package.__name__}.{info.name}")
            if hasattr(module, "CHECK"):
                out.append(_valid(module.CHECK, module.__name__))
    return out


def _valid(check: object, where: str) -> Check:
    if not isinstance(check, Check):
        raise RegistryError(f"{where}.CHECK is a {type(check).__name__}, not a sendcheck.checkapi.Check")
    if not check.rules:
        raise RegistryError(f"check {check.name} ({where}) declares no rules")
    return check


def _refuse_doubles(checks: list[Check]) -> None:
    slugs: dict[str, str] = {}
    names: set[str] = set()
    for check in checks:
        if check.name in names:
            raise RegistryError(f"two checks are named {check.name}; uninstall one of them")
        names.add(check.name)
        for rule in check.rules:
            if rule.slug in slugs:
                raise RegistryError(f"checks {slugs[rule.slug]} and {check.name} both define the rule {rule.slug}")
            slugs[rule.slug] = check.name
