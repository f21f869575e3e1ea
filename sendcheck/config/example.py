"""``config.example.toml``: every key with its default and meaning, made from the keys themselves."""

from __future__ import annotations

import json
import textwrap
from typing import Any

from sendcheck.config.actions import ACTION_KEYS
from sendcheck.config.keys import OPEN_TABLES, TABLE_LISTS, Key, all_keys
from sendcheck.config.templates import TEMPLATE_KEYS
from sendcheck.pipeline.contract import Origin
from sendcheck.pipeline.registry import Registry

_HEAD = """\
# Every key of sendcheck with its default. Made by `sendcheck config --example`; a test keeps it complete.
# Put what you change into your own file (sendcheck init --user), or into a project's: sendcheck.toml (this folder and
# below) or [tool.sendcheck] of pyproject.toml. Whose file may set a key stands behind its meaning: [any file], or
# [own file]: your own, one named by --config, and the policy. A project's file came with what was cloned or unpacked: it
# chooses rules, and names nothing outside the project. A relative path begins at the folder of the file that names it.
"""


def whose(origin: Origin) -> str:
    """Whose file may set a key, in a word."""
    return "[any file]" if origin is Origin.PROJECT else "[own file]"


#: A blank that no line ends at.
_KEPT = "\xa0"
_ACTIONS = {
    "rule": 'rule = ["recipient-crowd", "stale-trail"]',
    "severity": 'severity = "warning"',
    "sender": 'sender = "*.sales.example"',
    "recipient": 'recipient = ["partner.example"]',
    "action": 'action = "tag"',
}
_SAMPLES = {
    "glob": 'glob = "emails/**/*.html"',
    "engine": 'engine = "jinja"',
    "profile": 'profile = "incident"',
    "language": 'language = "nb"',
    "subject": 'subject = "Your receipt"',
    "context": 'context = ["first_name", "order.total"]',
    "data": 'data = "samples/*.json"',
    "roots": 'roots = ["emails/partials"]',
}


def toml_value(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return "[" + ", ".join(toml_value(v) for v in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{toml_value(k)} = {toml_value(v)}" for k, v in value.items()) + " }" if value else "{}"
    return str(value)


def example_toml(registry: Registry) -> str:
    """The whole file."""
    keys = all_keys(registry)
    lines = [_HEAD]
    plain = [k for k in keys.values() if "." not in k.name]
    for key in plain:
        lines += _entry(key, key.name)
    for table in sorted({k.name.rpartition(".")[0] for k in keys.values() if "." in k.name}):
        lines.append(f"[{table}]\n")
        for key in keys.values():
            if key.name.rpartition(".")[0] == table:
                lines += _entry(key, key.name.rpartition(".")[2])
    lines += [
        "[organisations]",
        f"# {OPEN_TABLES['organisations'].help} {whose(OPEN_TABLES['organisations'].origin)}",
        '# "Nord Bank" = ["nordbank.example", "nordbank.test"]\n',
    ]
    lines += ["[rules]", f"# {OPEN_TABLES['rules'].help} {whose(OPEN_TABLES['rules'].origin)} The defaults:"]
    lines += [f'{slug} = "{rule.severity.value}"' for slug, rule in registry.rules.items()]
    lines += [
        "",
        f"# An agreed exception. match: a fingerprint, or text in the excerpt; until: the last day it holds. {whose(TABLE_LISTS['suppress'])}",
        "# [[suppress]]",
        '# rule = "cc-leak"',
        '# match = "partner@fjord.example"',
        '# reason = "joint project, both agreed"',
        "# until = 2027-12-31",
        "",
        "# Files that are templates, and what is known of them. Files in .j2 .jinja .njk .twig .liquid .hbs .mustache .mjml .po are templates without.",
        f"# {whose(TABLE_LISTS['templates'])} The files that a project's own names lie inside the project.",
        "# [[templates]]",
        *_table_list(TEMPLATE_KEYS, _SAMPLES),
        "",
        "# What the milter does with a mail, by rule, sender and recipient: the first entry that fits a finding counts, else milter.action.",
        f"# Of several findings the hardest action wins. {whose(TABLE_LISTS['actions'])}",
        "# [[actions]]",
        *_table_list(ACTION_KEYS, _ACTIONS),
        "",
        "# Only in the administrator's policy file: keys whose value there nobody can change.",
        '# locked = ["rules.cc-leak", "internal-domains"]',
    ]
    return "\n".join(lines) + "\n"


def _table_list(keys: dict[str, str], samples: dict[str, str]) -> list[str]:
    return [f"# {line}" for name, text in keys.items() for line in (*(f"# {part}" for part in textwrap.wrap(text, 116)), samples[name])]


def _entry(key: Key, name: str) -> list[str]:
    text = key.help + (f" One of {', '.join(key.choices)}." if key.choices else "") + f" {whose(key.origin).replace(' ', _KEPT)}"
    return [*(f"# {line}".replace(_KEPT, " ") for line in textwrap.wrap(text, 118)), f"{name} = {toml_value(key.default)}", ""]
