"""Pages that are made from the code when the site is built: one for each rule, the configuration, the commands."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Any

import click

from sendcheck.cli.main import COMMANDS, LazyGroup, cli
from sendcheck.cli.rules import built_in, page
from sendcheck.config.example import toml_value, whose
from sendcheck.config.keys import OPEN_TABLES, SUPPRESS_KEYS, all_keys
from sendcheck.config.templates import TEMPLATE_KEYS
from sendcheck.pipeline.registry import Registry, load

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page


def pages() -> dict[str, str]:
    """Every made page, by its path in the site."""
    registry = load()
    made = {f"rules/{slug}.md": _rule(registry, slug) for slug in built_in(registry)}
    return {**made, "configuration.md": configuration(registry), "commands.md": commands()}


def _rule(registry: Registry, slug: str) -> str:
    rule = registry.rule(slug)
    by_profile = "".join(f", {severity.value} in `{profile}`" for profile, severity in rule.by_profile.items())
    kind = {"mail": " Mails only.", "template": " Templates only."}.get(rule.only, "")
    head = f"*{rule.severity.value}{by_profile}; check `{registry.check_of(slug).name}`.*{kind}\n\n{rule.why}\n"
    title, _, body = page(registry, rule).partition("\n")
    switch = f'## Change it\n\n```toml\n[rules]\n{slug} = "off"  # off, note, warning or error\n```\n\nAll rules: [the list](../rules.md).\n'
    return f"{title}\n\n{head}\n{body.strip()}\n\n{switch}"


def configuration(registry: Registry) -> str:
    """The configuration reference: every key with type, default and meaning."""
    keys = all_keys(registry)
    lines = [
        "# Configuration\n",
        "TOML, in `sendcheck.toml` (this folder and below), `[tool.sendcheck]` of `pyproject.toml`, or your own file; an administrator's policy file",
        "can lock keys. Later wins, key by key: defaults, policy, your own file, the nearest file, the command line. `sendcheck config` shows what is in",
        "force and where it came from.\n",
        "A file found in the working folder came with what was cloned or unpacked. It may set the keys of *any file*; those of your *own file* count only",
        "there, in one named by `--config`, and in the policy: [why](threat-model.md). `sendcheck config --move KEY` takes one over. A relative path begins",
        "at the folder of the file that names it; the files that a project names lie inside the project.\n",
        "| key | default | whose | meaning |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| `{name}` | `{toml_value(key.default)}` | {whose(key.origin).strip('[]')} | {_cell(key.help)}{_choices(key.choices)} |"
        for name, key in sorted(keys.items(), key=lambda k: ("." in k[0], k[0]))
    ]
    lines += ["\n## Tables\n", "| table | meaning |", "|---|---|"]
    lines += [f"| `[{name}]` | {_cell(text)} |" for name, (_kind, text, _origin) in OPEN_TABLES.items()]
    lines += ["\n## `[[suppress]]`\n", "An agreed exception, always shown in reports.\n", "| key | meaning |", "|---|---|"]
    meanings = {
        "rule": "the rule, or `*` with a whole fingerprint",
        "match": "a fingerprint, or text in the excerpt",
        "reason": "why it is right",
        "until": "last day it holds",
    }
    lines += [f"| `{key}` | {meanings[key]} |" for key in SUPPRESS_KEYS]
    lines += [
        "\n## `[[templates]]`\n",
        "Which files are templates, and what is known of them. All entries that name a file count; of two values the later one wins.\n",
        "| key | meaning |",
        "|---|---|",
    ]
    lines += [f"| `{key}` | {_cell(text)} |" for key, text in TEMPLATE_KEYS.items()]
    lines += ["\n## Severities\n", '`[rules] slug = "off|note|warning|error"`; the defaults stand on each [rule\'s page](rules.md).\n']
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def _choices(choices: tuple[str, ...]) -> str:
    return f" One of {', '.join(f'`{c}`' for c in choices)}." if choices else ""


def commands() -> str:
    """The commands with their own help."""
    lines = ["# Commands\n", "Exit codes: 0 pass, 1 fail, 2 usage or configuration, 3 incomplete, 70 internal error; over several mails 2 > 70 > 1 > 3 > 0.\n"]
    context = click.Context(cli, info_name="sendcheck")
    assert isinstance(cli, LazyGroup)
    for name, (_module, _attribute, text) in COMMANDS.items():
        command = cli.get_command(context, name)
        assert command is not None
        with click.Context(command, info_name=f"sendcheck {name}", terminal_width=100, max_content_width=100) as inner:
            help_text = command.get_help(inner)
        lines += [f"## sendcheck {name}\n", f"{text}\n", textwrap.indent(help_text, "    "), ""]
    return "\n".join(lines)


def on_page_markdown(markdown: str, page: Page, **_kwargs: Any) -> str:
    """In the site the list of rules leads to a page for each; in the repository to the place further down."""
    if page.file.src_path == "rules.md":
        return re.sub(r"\]\(#([a-z-]+)\)", r"](rules/\1.md)", markdown)
    return markdown


def on_files(files: Files, config: MkDocsConfig, **_kwargs: Any) -> Files:
    """MkDocs asks which files there are: add the made ones."""
    from mkdocs.structure.files import File, InclusionLevel

    for path, text in pages().items():
        made = File.generated(config, path, content=text)
        if path.startswith("rules/"):
            made.inclusion = InclusionLevel.NOT_IN_NAV  # the list of rules leads there
        files.append(made)
    return files
