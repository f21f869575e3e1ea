"""``sendcheck baseline``: what is wrong today, so that only what is new fails tomorrow."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import click

from sendcheck.cli.configured import configured
from sendcheck.cli.output import progress, skipped_line
from sendcheck.cli.sources import Choice
from sendcheck.cli.sources import jobs as jobs_of
from sendcheck.cli.telling import say, tell
from sendcheck.config.found import working_folder
from sendcheck.config.layer import relative
from sendcheck.errors import Exit, InputError, worst_exit
from sendcheck.pipeline.baseline import refusal, written
from sendcheck.pipeline.engine import Engine
from sendcheck.pipeline.registry import load
from sendcheck.pipeline.report import CRASHED
from sendcheck.pipeline.supervisor import Supervisor

DEFAULT = ".sendcheck-baseline.json"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("sources", nargs=-1, required=True, metavar="FILES|DIRS...")
@click.option("--output", metavar="FILE", help=f"Where to write it (default: baseline in the configuration, else {DEFAULT}).")
@click.option("--config", "config_file", metavar="FILE", help="Use this configuration instead of the user's and the nearest.")
@click.option("--exclude", multiple=True, metavar="PATTERN", help="Pass over such files in folders (repeat); patterns are those of .gitignore.")
@click.option("--jobs", "-j", type=click.IntRange(1, 256), default=1, show_default=True, help="Worker processes.")
def baseline(sources: tuple[str, ...], output: str | None, config_file: str | None, exclude: tuple[str, ...], jobs: int) -> None:
    """Write the findings of these files to a baseline: `check` then fails on new ones only.

    The file holds fingerprints and counts, no text and no line numbers: moving a sentence changes nothing. Name it in the configuration
    (baseline = ".sendcheck-baseline.json") and commit it; write it anew when findings are mended.
    """
    registry = load()
    config = configured(registry, config_file)
    path = Path(relative(Path(output or config["baseline"] or DEFAULT), working_folder()))
    why = refusal(path, named=output is not None)
    if why:
        raise InputError(f"the baseline is not written to {path}: {why}. Name another file: --output FILE")
    codes: list[Exit] = []
    choice = Choice(Counter(), exclude=exclude)
    engine = Engine(registry, config)
    bar = sys.stderr.isatty() and any(Path(s).is_dir() for s in sources)
    reports = list(progress(Supervisor(engine, jobs).run(jobs_of(list(sources), config, codes, choice)), bar))
    if Exit.USAGE in codes:
        tell(f"sendcheck: nothing was written to {path}: a baseline of what could be read alone would lose the rest. Mend what is named above")
        sys.exit(worst_exit(codes))
    crashed = [r.source for r in reports if any(f.rule == CRASHED for f in r.findings)]
    for source in crashed:
        tell(f"sendcheck: {source} could not be checked whole: what was not looked at is not in the baseline")
    try:
        path.write_text(written(reports), "utf-8", newline="\n")
    except OSError as error:
        raise InputError(f"cannot write the baseline to {path}: {error.strerror or error}") from error
    count = sum(len(r.findings) for r in reports)
    say(f"wrote {count:,} findings of {len(reports):,} files to {path}")
    if choice.skipped:
        say(skipped_line(choice.skipped))
    if not config["baseline"] and output is None:
        say(f'name it in the configuration, so that `check` uses it: baseline = "{path}"')
    sys.exit(worst_exit([*codes, Exit.INCOMPLETE if crashed else Exit.PASS]))
