"""``sendcheck variables``: what templates use, as a list and as a context for the configuration."""

from __future__ import annotations

import json
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import click

from sendcheck.cli.configured import configured
from sendcheck.cli.output import skipped_line
from sendcheck.cli.sources import Choice, jobs
from sendcheck.cli.telling import say, styled, tell
from sendcheck.config.config import Config
from sendcheck.errors import ConfigError, Exit, InputError, worst_exit
from sendcheck.pipeline.engine import Job
from sendcheck.pipeline.inventory import Inventory, inventory, sample
from sendcheck.pipeline.registry import load, unknown
from sendcheck.reading.templates.detect import engine_names
from sendcheck.show.variables import as_json, as_text, as_toml

_DATA = {".json", ".yaml", ".yml"}


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("templates", nargs=-1, required=True, metavar="TEMPLATE...", type=click.Path())
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print it.")
@click.option("--engine", metavar="NAME", help="Their syntax, where name and content do not tell; else as [[templates]] says.")
@click.option("--write", metavar="FILE", type=click.Path(), help='Write a context there: .toml for [[templates]], .json or .yaml for context = "file:FILE".')
@click.option("--force", is_flag=True, help="Let --write replace a file that is there.")
@click.option("--config", "config_file", metavar="FILE", help="Use this configuration instead of the user's and the nearest.")
def variables(templates: tuple[str, ...], form: str, engine: str | None, write: str | None, force: bool, config_file: str | None) -> None:
    """List the variables that templates use: name, first place, uses, type, the conditions and loops they stand in, and names one slip apart.

    A file that is named is read as a template; of a folder those that sendcheck check takes for templates. What a template draws in is listed with the file it
    stands in. With --write, a context is written that template-variable reads: look through it, since a name misspelt today is declared by it.

    Exit codes: 0 listed, 1 a template is not sound (what could be read is listed), 2 usage, or a file could not be read.
    """
    if engine is not None and engine not in engine_names():
        raise ConfigError(unknown("engine", engine, engine_names()) + f" (there are {', '.join(engine_names())})")
    target = _target(write, force)
    config = configured(load(), config_file)
    codes: list[Exit] = []
    skipped = Counter[str]()
    found: list[tuple[Path, Inventory]] = []
    for job in _jobs(list(templates), config, codes, skipped):
        assert job.template is not None and job.template.path is not None
        settings = job.template.settings
        known = replace(job.template, settings=settings._replace(engine=engine)) if engine is not None else job.template
        one = inventory(job.source, job.raw, known)
        found.append((job.template.path, one))
        codes += [Exit.FAIL] * bool(one.faults)
        for fault in one.faults:
            line, column = fault.spot.file.line_column(fault.spot.start)
            tell(f"sendcheck: {fault.spot.file.name}:{line}:{column}: {fault.message}")
    if form == "json":
        styled(as_json([one for _path, one in found]), nl=False)
    else:
        for text in as_text([one for _path, one in found]):
            say(text)
    if skipped and form == "text":
        say(skipped_line(skipped))
    if not found and not codes:
        tell(f"sendcheck: there is no template in {', '.join(templates)}: name the files themselves, or their glob in [[templates]]")
        codes.append(Exit.USAGE)
    if found and target is not None:
        _write(target, found)
    sys.exit(worst_exit(codes))


def _jobs(names: Sequence[str], config: Config, codes: list[Exit], skipped: Counter[str]) -> Iterator[Job]:
    """The templates among what is named; a mail is none."""
    for name in names:
        if name == "-":
            raise click.UsageError("name the template's file: its name tells its syntax, and where what it draws in lies")
        as_template: Callable[[Path], bool] | None = None
        if Path(name).is_file() and not name.lower().endswith(_MAILS):
            as_template = lambda _path: True  # noqa: E731
        for job in jobs([name], config, codes, Choice(skipped), as_template):
            if job.template is not None:
                yield job
            elif Path(name).is_file():
                tell(f"sendcheck: {job.source} is a mail and no template: name it in [[templates]] if it has variables")
                codes.append(Exit.USAGE)


_MAILS = (".eml", ".mbox", ".mbx")


def _target(write: str | None, force: bool) -> Path | None:
    if write is None:
        return None
    target = Path(write)
    if target.suffix.lower() not in {".toml", *_DATA}:
        raise click.UsageError(f"--write {write}: the ending must be .toml (entries of [[templates]]), .json or .yaml (sample data)")
    if target.is_dir() or not target.absolute().parent.is_dir():
        raise click.UsageError(f"--write {write}: {'that is a folder' if target.is_dir() else 'its folder does not exist'}")
    if target.exists() and not force:
        raise click.UsageError(f"{write} is there already: name another file, or add --force to replace it")
    return target


def _write(target: Path, found: Sequence[tuple[Path, Inventory]]) -> None:
    """The context of all templates: an entry for each, or one table of sample data for them together."""
    if target.suffix.lower() == ".toml":
        text = as_toml([(_glob(path, target.absolute().parent), one) for path, one in found])
    else:
        data = sample([used for _path, one in found for used in one.variables])
        if target.suffix.lower() == ".json":
            text = json.dumps(data, indent=2, ensure_ascii=False) + "\n"
        else:
            import yaml

            text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
    try:
        target.write_text(text, "utf-8", newline="\n")
    except OSError as error:
        raise InputError(f"cannot write {target}: {error.strerror or error}") from error
    how = "add its entries to sendcheck.toml" if target.suffix.lower() == ".toml" else f'declare it as context = "file:{target.name}"'
    tell(f"sendcheck: the context is written to {target}: look through it, then {how}")


def _glob(path: Path, folder: Path) -> str:
    """The glob that names a template from the folder on where its configuration will lie."""
    inside = os.path.relpath(path.resolve(), folder.resolve()).replace(os.sep, "/")
    if inside.startswith("../"):
        raise InputError(f"{path} does not lie below {folder}, and globs of [[templates]] start there: write the file to a folder above the template")
    named = inside if "/" in inside else f"./{inside}"
    return re.sub(r"[*?{]", "?", named)
