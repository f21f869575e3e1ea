"""``sendcheck check``: sources in, reports out."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sendcheck.cli.configured import configured, tell_ignored
from sendcheck.cli.output import FORMATS, Look, deliver, pair
from sendcheck.cli.sources import Choice
from sendcheck.cli.sources import jobs as jobs_of
from sendcheck.cli.telling import styled, tell
from sendcheck.config.config import Config
from sendcheck.config.found import working_folder
from sendcheck.config.keys import FAIL_ON, SHOW
from sendcheck.config.layer import relative
from sendcheck.errors import ConfigError, Exit, InputError, worst_exit
from sendcheck.pipeline.contract import PROFILES, Severity
from sendcheck.pipeline.engine import Engine, Job
from sendcheck.pipeline.judge import Selection
from sendcheck.pipeline.registry import load, unknown
from sendcheck.pipeline.report import MailReport
from sendcheck.pipeline.supervisor import Supervisor
from sendcheck.pipeline.threads import open_store, with_thread
from sendcheck.reading.sources import Source, expand, refusal

if TYPE_CHECKING:
    from sendcheck.cli.changes import Changes
    from sendcheck.pipeline.baseline import Baseline

#: Mails to index before a line counts them.
_WORTH_TELLING = 2_000


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("sources", nargs=-1, metavar="[FILES|DIRS|-]...")
@click.option("--parent", metavar="FILE", help="The mail that is answered.")
@click.option("--mailstore", metavar="DIR", help="Look the mail that is answered up in this Maildir, mbox or folder of mails.")
@click.option("--explain-acts", is_flag=True, help="Show what each sentence of your text does (apologises, promises, blames …), and how sure that is.")
@click.option("--explain-answers", is_flag=True, help="Show what the answered mail asks, and where your text answers it.")
@click.option("--show-own", is_flag=True, help="Show what was read as your own text, and what as quote, trail, forwarded mail or signature.")
@click.option("--draft", is_flag=True, help="A draft: it needs no recipients yet.")
@click.option("--profile", metavar="NAME", help=f"Kind of mail: {', '.join(PROFILES)}.")
@click.option("--config", "config_file", metavar="FILE", help="Use this configuration instead of the user's and the nearest.")
@click.option("--format", "formats", multiple=True, type=click.Choice(FORMATS), help="Report format; repeat with --output, paired in order.")
@click.option("--output", "outputs", multiple=True, metavar="FILE", help="Write the report there instead of to standard output.")
@click.option("--fail-on", type=click.Choice(FAIL_ON), help="Fail from this severity on.")
@click.option("--show", type=click.Choice(SHOW), help="Mildest severity that the text report shows.")
@click.option("--select", multiple=True, metavar="RULE", help="Run only this rule (repeat); its not running is incomplete.")
@click.option("--ignore", multiple=True, metavar="RULE", help="Do not run this rule (repeat).")
@click.option("--exclude", multiple=True, metavar="PATTERN", help="Pass over such files in folders (repeat); patterns are those of .gitignore.")
@click.option("--diff", "reference", metavar="REF", help="Only what has changed since this Git revision.")
@click.option("--baseline", "baseline_file", metavar="FILE", help="Known findings, as `sendcheck baseline` writes them; they fail nothing.")
@click.option("--jobs", "-j", type=click.IntRange(1, 256), default=1, show_default=True, help="Worker processes.")
@click.option("--timings", is_flag=True, help="Show how long each check took.")
@click.option("--redact/--no-redact", default=None, help="Leave mail text out of CI formats (default: for real mail).")
@click.option("--color/--no-color", default=None, help="Colour or not (default: on a terminal, unless NO_COLOR is set).")
def check(
    sources: tuple[str, ...],
    parent: str | None,
    mailstore: str | None,
    explain_acts: bool,
    explain_answers: bool,
    show_own: bool,
    draft: bool,
    profile: str | None,
    config_file: str | None,
    formats: tuple[str, ...],
    outputs: tuple[str, ...],
    fail_on: str | None,
    show: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    exclude: tuple[str, ...],
    reference: str | None,
    baseline_file: str | None,
    jobs: int,
    timings: bool,
    redact: bool | None,
    color: bool | None,
) -> None:
    """Check mails and templates of mails: files, folders, Maildirs, mboxes, git-format patches, or standard input (-).

    Templates are files in .j2 .jinja .njk .twig .liquid .hbs .mustache .mjml .po, and those that [[templates]] names. In folders, what git ignores is passed
    over, and counted; what is named itself is checked.

    Exit codes: 0 pass, 1 fail, 2 usage or configuration, 3 incomplete, 70 internal error.
    """
    if not sources and sys.stdin.isatty():
        raise click.UsageError("name a mail to check, or pipe one in: sendcheck check draft.eml")
    registry = load()
    for slug in (*select, *ignore):
        registry.rule(slug)
    if profile is not None and profile not in PROFILES:
        raise ConfigError(unknown("profile", profile, PROFILES) + f" (there are {', '.join(PROFILES)})")
    wanted = pair(formats, outputs)
    config = configured(registry, config_file, told=False, fail_on=fail_on, show=show, mailstore=mailstore, baseline=baseline_file)
    engine = Engine(registry, config, Selection(select, ignore), profile)
    codes: list[Exit] = []
    changes = _changes(reference)
    known = _baseline(config, codes)
    choice = Choice(Counter(), changes.has if changes is not None else lambda _path: True, exclude)
    found = jobs_of(list(sources), config, codes, choice)
    if parent is not None:
        found = iter(_only_one(found))
    parent_mail = _parent(parent)
    # --parent names the mail itself: no store needs to be searched for it.
    store = open_store(config["mailstore"], _told) if config["mailstore"] and parent is None else None
    page = any(output.format == "html" for output in wanted)
    work = (
        replace(job, parent=parent_mail, draft=draft, timings=timings, table=explain_answers, acts=explain_acts, passages=show_own, page=page) for job in found
    )
    work = (job if job.template is not None else with_thread(job, store) for job in work)
    reports = _left(Supervisor(engine, jobs).run(work), config, changes, known)
    look = Look(registry, Severity(config["show"]), config["fail-on"], timings, redact, color, _bar(list(sources)))
    report = deliver(reports, wanted, look, choice.skipped)
    if not report.mails:
        tell_ignored(config)
    _afterwards(changes, known, report.sources, not report.mails and not codes)
    codes.append(report.exit)
    if sys.stderr.isatty() and not os.environ.get("CI"):
        from sendcheck.daemon.service import start_if_wanted

        start_if_wanted(str(config["daemon"]))
    sys.exit(worst_exit(codes))


def _changes(reference: str | None) -> Changes | None:
    if reference is None:
        return None
    from sendcheck.cli.changes import changes_since

    return changes_since(reference)


def _baseline(config: Config, codes: list[Exit]) -> Baseline | None:
    """The baseline in force. One that cannot be used is told of and exits 2; the mails are checked without it."""
    if not config["baseline"]:
        return None
    from sendcheck.pipeline.baseline import load as load_baseline

    try:
        return load_baseline(Path(relative(Path(config["baseline"]), working_folder())))
    except ConfigError as error:
        tell(f"sendcheck: {error}")
        codes.append(Exit.USAGE)
        return None


def _left(reports: Iterable[MailReport], config: Config, changes: Changes | None, known: Baseline | None) -> Iterator[MailReport]:
    """The reports without what is known or has not changed."""
    for report in reports:
        report = known.applied(report, config) if known is not None else report
        yield changes.applied(report, config) if changes is not None else report


def _afterwards(changes: Changes | None, known: Baseline | None, sources: list[str], nothing: bool) -> None:
    """What baseline and --diff kept out of the reports."""
    if changes is not None and nothing:
        tell(f"sendcheck: nothing to check has changed since {changes.reference}")
    if changes is not None and changes.left_out:
        tell(f"sendcheck: {changes.left_out} findings on lines that have not changed since {changes.reference} are left out")
    if known is not None and changes is None:
        gone = known.gone(sources)
        if gone:
            tell(f"sendcheck: {gone} findings of the baseline {known.path} are gone: write it anew (sendcheck baseline)")


def _only_one(found: Iterator[Job]) -> list[Job]:
    first = [item for item, _ in zip(found, range(2), strict=False)]
    if len(first) > 1:
        raise click.UsageError("--parent goes with one mail, but several were given")
    if first and first[0].template is not None:
        raise click.UsageError(f"--parent goes with a mail, but {first[0].source} is a template: it answers nobody yet")
    return first


def _parent(name: str | None) -> tuple[str, bytes] | None:
    if name is None:
        return None
    path = Path(name)
    if not path.is_file():
        raise InputError(f"no such parent mail: {name}")
    found = list(islice(expand([name]), 2))
    if len(found) > 1:
        raise InputError(f"the parent {name} holds several mails: name a file that holds the one answered")
    source = found[0]
    if not isinstance(source, Source):
        raise source if isinstance(source, InputError) else InputError(f"no such parent mail: {name}")
    raw, _cut = source.read()
    why = refusal(raw)
    if why:
        raise InputError(f"the parent {name} {why}")
    return name, raw


def _told(read: int, total: int) -> None:
    """A line that counts what is indexed, on a terminal."""
    if sys.stderr.isatty() and total > _WORTH_TELLING and (read % 200 == 0 or read == total):
        styled(f"\rindexing your mail: {read:,} of {total:,}{chr(10) if read == total else ''}", nl=False, err=True)


def _bar(names: list[str]) -> bool:
    """Whether the run may be long enough for a progress line: folders and mboxes, on a terminal."""
    return sys.stderr.isatty() and any(Path(n).is_dir() or Path(n).suffix in {".mbox", ".mbx"} for n in names)
