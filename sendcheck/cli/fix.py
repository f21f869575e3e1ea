"""``sendcheck fix``: what has one safe remedy, as a diff or in a copy. The file that is read is never changed."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path

import click

from sendcheck.cli.configured import configured
from sendcheck.cli.sources import jobs as jobs_of
from sendcheck.cli.telling import styled, tell
from sendcheck.errors import Exit, InputError, worst_exit
from sendcheck.escapes import clean, clean_lines
from sendcheck.pipeline.engine import Engine, Job
from sendcheck.pipeline.fixes import Edit, Left, applied, edits, lines_with
from sendcheck.pipeline.judge import Selection
from sendcheck.pipeline.registry import load, unknown
from sendcheck.pipeline.supervisor import Supervisor

#: Rules whose findings no output may show: a line with one is not printed.
_HIDDEN = frozenset({"secret", "personal-number"})
#: Where a hunk of a unified diff lies in the old file: its first line, and how many.
_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? ")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("source", metavar="FILE|-")
@click.option("--output", metavar="COPY", help="Write a mended copy there instead of showing a diff.")
@click.option("--force", is_flag=True, help="Let --output replace a file that is there.")
@click.option("--select", multiple=True, metavar="RULE", help="Mend only what these rules find.")
@click.option("--config", "config_file", metavar="FILE", help="Use this configuration instead of the user's and the nearest.")
def fix(source: str, output: str | None, force: bool, select: tuple[str, ...], config_file: str | None) -> None:
    """Mend what has one safe remedy in a mail or template: a word twice in a row, a slip with one suggestion.

    Shows a diff; nothing is changed. With --output a mended copy is written. Only the bytes of the words named in the diff differ from the
    original; what cannot be mended in place (a signed mail, base64) is said.
    """
    registry = load()
    for rule in select:
        if rule not in registry.rules:
            raise click.UsageError(unknown("rule", rule, registry.rules))
    target = _target(source, output, force)
    config = configured(registry, config_file)
    codes: list[Exit] = []
    job = _one(list(jobs_of([source], config, codes)), codes, source)
    report = next(iter(Supervisor(Engine(registry, config, Selection((*select, *_HIDDEN) if select else ()))).run([job])))
    made, left = edits(job.raw, report)
    if select:
        made, left = [e for e in made if e.rule in select], [entry for entry in left if entry.rule in select]
    for entry in left:
        where = f" in line {entry.line}" if entry.line is not None else ""
        tell(f"sendcheck: “{entry.old}”{where} should be “{entry.text}”: not mended, {entry.why}")
    if target is None:
        hidden = lines_with(report.findings, _HIDDEN)
        coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        for line in diff(source, job.raw, made, hidden):
            colour = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1])
            styled(click.style(line, fg=colour) if coloured and colour and not line.startswith(("+++", "---")) else line)
    else:
        try:
            target.write_bytes(applied(job.raw, made))
        except OSError as error:
            raise InputError(f"cannot write the copy to {target}: {error.strerror or error}") from error
    _tell(made, left, target)
    sys.exit(worst_exit([*codes, Exit.INTERNAL if report.engine_error else Exit.PASS]))


def _target(source: str, output: str | None, force: bool) -> Path | None:
    if output is None:
        return None
    target = Path(output)
    if source != "-" and target.exists() and Path(source).exists() and target.samefile(source):
        raise click.UsageError("--output names the file that is read: sendcheck never changes a mail; name another file")
    if target.exists() and not force:
        raise click.UsageError(f"{output} is there already: name another file, or add --force to replace it")
    return target


def _one(found: list[Job], codes: list[Exit], source: str) -> Job:
    if codes:
        sys.exit(worst_exit(codes))
    if len(found) != 1:
        raise click.UsageError(f"fix mends one mail or template, and {source} holds {len(found)}")
    return found[0]


def _tell(made: list[Edit], left: list[Left], target: Path | None) -> None:
    count = f"{len(made)} fix{'es' if len(made) != 1 else ''}" if made else "nothing to mend safely"
    where = f", written to {target}" if target is not None else "; nothing was changed (--output COPY writes a mended copy)" if made else ""
    tell(f"{count}{where}")


def diff(name: str, raw: bytes, made: list[Edit], hidden: frozenset[int]) -> Iterator[str]:
    """A unified diff without context of the lines that change; one with a secret in it is named and not shown."""
    silent = False
    name = clean(name)
    for line in unified_diff(_lines(raw), _lines(applied(raw, made)), name, f"{name} (mended)", n=0, lineterm=""):
        hunk = _HUNK.match(line)
        if hunk is not None:
            first, count = int(hunk[1]), int(hunk[2] or 1)
            changed = range(first, first + count)
            silent = not hidden.isdisjoint(changed)
            if silent:
                yield from (
                    clean(f"@@ line {e.line}: “{e.old}” becomes “{e.text}” (the line holds a secret and is not shown)") for e in made if e.line in changed
                )
        if not silent:
            yield line


def _lines(raw: bytes) -> list[str]:
    """Lines as findings count them, control characters made visible."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return [clean_lines(line) for line in re.split(r"\r\n|\r|\n", text)]
