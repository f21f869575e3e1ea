"""``[[actions]]``: what the milter does with a mail, by rule, sender and recipient. The first entry that fits a finding counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sendcheck.config.keys import ACTIONS, SEVERITIES
from sendcheck.config.tables import Fail, tables
from sendcheck.pipeline.registry import Registry, unknown

#: key -> meaning; ``config.example.toml`` is made from these
ACTION_KEYS = {
    "rule": "A rule, or a list of rules; none: every rule.",
    "severity": "The mildest finding it is for. Without: warning where rules are named, else error.",
    "sender": "Only mails from one of these: addresses, domains, *.sub-domains, or the names people log in with.",
    "recipient": "Only mails to at least one of these: addresses, domains, *.sub-domains.",
    "action": f"What becomes of the mail: one of {', '.join(ACTIONS)}.",
}


@dataclass(frozen=True, slots=True)
class Action:
    """One entry. Empty ``rules``, ``senders``, ``recipients``: all."""

    action: str
    rules: tuple[str, ...] = ()
    severity: str = "error"
    senders: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()


def parse(value: Any, registry: Registry, fail: Fail) -> list[Action]:
    """The entries of a configuration file. Raises what *fail* makes of (dotted key, message)."""
    return [_entry(entry, registry, fail) for entry in tables("actions", value, ACTION_KEYS, fail)]


def _entry(entry: dict[str, Any], registry: Registry, fail: Fail) -> Action:
    if "action" not in entry:
        raise fail("actions", f"an [[actions]] entry lacks its action (one of {', '.join(ACTIONS)})")
    if entry["action"] not in ACTIONS:
        raise fail("actions.action", unknown("action", str(entry["action"]), ACTIONS) + f" (there are {', '.join(ACTIONS)})")
    rules = _strings(entry, "rule", fail)
    for rule in rules:
        if rule not in registry.rules:
            raise fail("actions.rule", unknown("rule", rule, registry.rules))
    severity = entry.get("severity", "warning" if rules else "error")
    if severity not in SEVERITIES[1:]:
        raise fail("actions.severity", f"“severity” is “{severity}”, but must be one of {', '.join(SEVERITIES[1:])}")
    lists = [tuple(p.strip().lower() for p in _strings(entry, name, fail)) for name in ("sender", "recipient")]
    return Action(entry["action"], rules, severity, *lists)


def _strings(entry: dict[str, Any], name: str, fail: Fail) -> tuple[str, ...]:
    """A string or a list of them; a list that is there and empty would silently fit everything."""
    if name not in entry:
        return ()
    value = [entry[name]] if isinstance(entry[name], str) else entry[name]
    if not isinstance(value, list) or not value or not all(isinstance(v, str) and v.strip() for v in value):
        raise fail(f"actions.{name}", f"“{name}” must be a string or a list of strings, and not empty")
    return tuple(value)
