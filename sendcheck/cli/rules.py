"""``sendcheck rules`` and ``sendcheck explain``: what the checks' own folders say about each rule."""

from __future__ import annotations

import json
import re
import textwrap

import click

from sendcheck.acts.figures import FILE as FIGURES
from sendcheck.acts.figures import told_of
from sendcheck.pipeline.contract import Rule
from sendcheck.pipeline.registry import Registry, load

_HARMS = {
    "READING": "Reading the mail",
    "RECIPIENTS": "Who gets it",
    "LEAKS": "What leaks",
    "CONTENT": "What is left in or left out",
    "COMMITMENTS": "What it promises",
    "ANSWERS": "What it answers",
    "TONE": "How it sounds",
    "LANGUAGE": "How it is spelt",
}


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
def rules(as_json: bool) -> None:
    """List all rules with severity and meaning, in the order of harm."""
    registry = load()
    if as_json:
        rows = [{"rule": r.slug, "severity": r.severity.value, "check": registry.check_of(r.slug).name, "summary": r.summary} for r in registry.rules.values()]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    width = max(len(slug) for slug in registry.rules)
    last = None
    for rule in registry.rules.values():
        if rule.harm is not last:
            click.secho(("" if last is None else "\n") + _HARMS[rule.harm.name], bold=True)
            last = rule.harm
        colour = {"error": "red", "warning": "yellow", "note": "blue"}[rule.severity.value]
        click.echo(f"  {rule.slug:<{width}}  {click.style(f'{rule.severity.value:<7}', fg=colour)}  {rule.summary}")
    click.echo("\nsendcheck explain RULE tells why a rule exists and what to write instead.")


def built_in(registry: Registry) -> dict[str, Rule]:
    """The rules that come with sendcheck, by slug: those the manual is about."""
    return {slug: rule for slug, rule in registry.rules.items() if registry.check_of(slug).run.__module__.startswith("sendcheck_checks")}


def page(registry: Registry, rule: Rule) -> str:
    """A rule's page: its Markdown file beside the check's code."""
    path = registry.check_of(rule.slug).folder / f"{rule.slug}.md"
    return path.read_text("utf-8") if path.is_file() else f"# {rule.slug}\n\n{rule.why}\n"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("rule")
def explain(rule: str) -> None:
    """Explain RULE: when it fires, why, and what to write instead."""
    registry = load()
    found = registry.rule(rule)
    check = registry.check_of(rule)
    profiles = "".join(f", {s.value} in {p}" for p, s in found.by_profile.items())
    click.secho(f"{found.slug}", bold=True, nl=False)
    click.echo(f"  ({found.severity.value}{profiles}; check: {check.name})")
    for line in page(registry, found).splitlines()[1:]:
        heading = re.match(r"#+ (.*)", line)
        if heading:
            click.secho(heading.group(1), bold=True)
        elif line.startswith("    ") or not line:
            click.echo(line)
        else:
            click.echo(textwrap.fill(line, 92))
    try:
        sure = told_of(rule)
    except (OSError, ValueError, LookupError, TypeError) as error:
        sure = f"That cannot be told: {FIGURES.name} is missing or damaged ({type(error).__name__}); install sendcheck again."
    if sure:
        click.secho("\nHow sure it is", bold=True)
        click.echo(textwrap.fill(sure, 92))
    click.echo(f'\nChange its severity, or switch it off, in sendcheck.toml:\n\n    [rules]\n    {found.slug} = "off"   # off, note, warning or error')
