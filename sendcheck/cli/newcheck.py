"""``sendcheck new-check``: a working skeleton, tested from its first minute."""

from __future__ import annotations

import re
from pathlib import Path

import click

from sendcheck.errors import ConfigError
from sendcheck.pipeline.registry import load

_CODE = '''\
"""{title}: `{slug}`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sendcheck.checkapi import Check, Harm, Hit, Mail, Rule, Severity, pattern

RULES = (
    Rule(
        "{slug}",
        Severity.WARNING,
        Harm.TONE,
        "say in one line when it fires",
        "say in one line why it matters to the reader",
        reads_text=True,
    ),
)


def run(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit]:
    """Look at the mail; yield a Hit for each fault. Never print, never read files or the network."""
    for stretch in mail.own():
        for match in pattern(__package__, "patterns").finditer(stretch.text):
            place = mail.within(stretch, match.start(), match.end())
            yield Hit("{slug}", f"“{{match.group(0)}}” should not be here", place, "say what to write instead")


CHECK = Check("{name}", RULES, run, Path(__file__).parent)
'''
_WORDS = '# {language}: regular expressions, case ignored.\npatterns = ["\\\\b{word}\\\\b"]\n'
_PAGE = "# {slug}\n\nSay when it fires, and when it keeps silent.\n\n## Why\n\nSay what goes wrong for the reader.\n\n## Instead\n\nShow what to write.\n"
_CASES = """\
# Cases of {slug}; the test-suite runs them all. Every rule that reads text has both kinds in both languages.
fires:
  - lang: en
    own: "This sentence holds the word {en}."
    excerpt: "{en}"
  - lang: nb
    own: "Denne setningen har ordet {nb}."
    excerpt: "{nb}"
silent:
  - lang: en
    own: "This sentence is fine."
  - lang: nb
    own: "Denne setningen er grei."
"""
_PROJECT = """\
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "sendcheck-{name}"
version = "0.1.0"
dependencies = ["sendcheck"]

[project.entry-points."sendcheck.checks"]
{module} = "sendcheck_{module}"

[tool.setuptools]
packages = ["sendcheck_{module}"]

[tool.setuptools.package-data]
"*" = ["**/*"]
"""
_TEST = '''\
"""The cases of {slug}, run by sendcheck's own harness."""

from __future__ import annotations

from pathlib import Path

import pytest

from sendcheck.testing import Case, load_cases, run_case

FOLDER = Path(__file__).parents[1] / "sendcheck_{module}"


@pytest.mark.parametrize("case", load_cases(FOLDER), ids=str)
def test_case(case: Case) -> None:
    run_case(case)
'''


@click.command("new-check", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("name")
@click.option("--package", is_flag=True, help="A package of your own instead of a folder in checks/ of this source tree.")
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), help="The folder to make it in.")
def new_check(name: str, package: bool, into: Path | None) -> None:
    """Make a working skeleton of a check NAME with one rule, its page, its words and its cases."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*", name):
        raise ConfigError(f"“{name}” is no name for a check: lower-case letters, digits and single hyphens, as in missing-greeting")
    if name in {check.name for check in load().checks}:
        raise ConfigError(f"there is a check named {name} already")
    module = name.replace("-", "_")
    slug = f"{name}-found"
    base = into or (Path.cwd() if package else Path("checks"))
    if not package and not (base / "__init__.py").is_file():
        raise ConfigError(f"{base} is not sendcheck's folder of checks: run this in the source tree, or use --package for a check of your own")
    folder = base / (f"sendcheck-{name}" if package else module)
    if folder.exists():
        raise ConfigError(f"{folder} is there already; nothing was changed")
    house = folder / f"sendcheck_{module}" if package else folder
    house.mkdir(parents=True)
    title = name.replace("-", " ").capitalize()
    files = {
        "__init__.py": _CODE.format(title=title, slug=slug, name=name),
        "words.en.toml": _WORDS.format(language="English", word="flibber"),
        "words.nb.toml": _WORDS.format(language="Bokmål", word="flibbe"),
        f"{slug}.md": _PAGE.format(slug=slug),
        f"{slug}.cases.yaml": _CASES.format(slug=slug, en="flibber", nb="flibbe"),
    }
    for file, text in files.items():
        (house / file).write_text(text, "utf-8")
    if package:
        (folder / "pyproject.toml").write_text(_PROJECT.format(name=name, module=module), "utf-8")
        (folder / "tests").mkdir()
        (folder / "tests" / "test_cases.py").write_text(_TEST.format(slug=slug, module=module), "utf-8")
        click.echo(f"made {folder}. Next:\n  pip install -e {folder}\n  sendcheck rules          # lists {slug}\n  pytest {folder}/tests")
    else:
        click.echo(f"made {folder}. Next:\n  sendcheck rules          # lists {slug}\n  pytest tests/test_cases.py -k {slug}")
        click.echo(f"Edit words.*.toml and {slug}.cases.yaml until they say what you mean.")
