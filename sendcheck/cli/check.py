"""``sendcheck check``: sources in, reports out."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sendcheck.config.keys import FAIL_ON, SHOW
from sendcheck.config.load import load_config
from sendcheck.errors import ConfigError, Exit, InputError, worst_exit
from sendcheck.pipeline.contract import PROFILES, Rule, Severity
from sendcheck.pipeline.engine import Engine, Job
from sendcheck.pipeline.judge import Selection
from sendcheck.pipeline.registry import Registry, load, unknown
from sendcheck.pipeline.report import MailReport, Report, Verdict
from sendcheck.pipeline.supervisor import Supervisor
from sendcheck.pipeline.threads import open_store, with_thread
from sendcheck.reading.sources import Source, expand, refusal

if TYPE_CHECKING:
    from sendcheck.show.text import Style

FORMATS = ("text", "json", "github")
_ONE_LINE_EACH = 25
#: Mails to index before a line counts them.
_WORTH_TELLING = 2_000


@dataclass(frozen=True, slots=True)
class _Output:
    format: str
    path: str | None


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("sources", nargs=-1, metavar="[FILES|DIRS|-]...")
@click.option("--parent", metavar="FILE", help="The mail that is answered.")
@click.option("--mailstore", metavar="DIR", help="Look the mail that is answered up in this Maildir, mbox or folder of mails.")
@click.option("--explain-answers", is_flag=True, help="Show what the answered mail asks, and where your text answers it.")
@click.option("--draft", is_flag=True, help="A draft: it needs no recipients yet.")
@click.option("--profile", metavar="NAME", help=f"Kind of mail: {', '.join(PROFILES)}.")
@click.option("--config", "config_file", metavar="FILE", help="Use this configuration instead of the user's and the nearest.")
@click.option("--format", "formats", multiple=True, type=click.Choice(FORMATS), help="Report format; repeat with --output, paired in order.")
@click.option("--output", "outputs", multiple=True, metavar="FILE", help="Write the report there instead of to standard output.")
@click.option("--fail-on", type=click.Choice(FAIL_ON), help="Fail from this severity on.")
@click.option("--show", type=click.Choice(SHOW), help="Mildest severity that the text report shows.")
@click.option("--select", multiple=True, metavar="RULE", help="Run only this rule (repeat); its not running is incomplete.")
@click.option("--ignore", multiple=True, metavar="RULE", help="Do not run this rule (repeat).")
@click.option("--jobs", "-j", type=click.IntRange(1, 256), default=1, show_default=True, help="Worker processes.")
@click.option("--timings", is_flag=True, help="Show how long each check took.")
@click.option("--redact/--no-redact", default=None, help="Leave mail text out of CI formats (default: for real mail).")
@click.option("--color/--no-color", default=None, help="Colour or not (default: on a terminal, unless NO_COLOR is set).")
def check(
    sources: tuple[str, ...],
    parent: str | None,
    mailstore: str | None,
    explain_answers: bool,
    draft: bool,
    profile: str | None,
    config_file: str | None,
    formats: tuple[str, ...],
    outputs: tuple[str, ...],
    fail_on: str | None,
    show: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    jobs: int,
    timings: bool,
    redact: bool | None,
    color: bool | None,
) -> None:
    """Check mails: .eml files, folders, Maildirs, mboxes, git-format patches, or standard input (-).

    Exit codes: 0 pass, 1 fail, 2 usage or configuration, 3 incomplete, 70 internal error.
    """
    if not sources and sys.stdin.isatty():
        raise click.UsageError("name a mail to check, or pipe one in: sendcheck check draft.eml")
    registry = load()
    for slug in (*select, *ignore):
        registry.rule(slug)
    if profile is not None and profile not in PROFILES:
        raise ConfigError(unknown("profile", profile, PROFILES) + f" (there are {', '.join(PROFILES)})")
    wanted = _pair(formats, outputs)
    explicit = _existing(config_file)
    config = load_config(registry, explicit=explicit, start=Path.cwd(), overrides={"fail-on": fail_on, "show": show, "mailstore": mailstore})
    engine = Engine(registry, config, Selection(select, ignore), profile)
    codes: list[Exit] = []
    found = _readable(list(sources), codes)
    if parent is not None:
        found = iter(_only_one(found))
    parent_mail = _parent(parent)
    # --parent names the mail itself: no store needs to be searched for it.
    store = open_store(config["mailstore"], _told) if config["mailstore"] and parent is None else None
    work = (
        with_thread(Job(s.name, raw, cut, s.first_line, parent=parent_mail, draft=draft, timings=timings, table=explain_answers), store)
        for s, raw, cut in found
    )
    reports = _shown(Supervisor(engine, jobs).run(work), wanted, registry, Severity(config["show"]), timings, redact, color, _bar(list(sources)))
    codes.append(reports.exit)
    sys.exit(worst_exit(codes))


def _pair(formats: tuple[str, ...], outputs: tuple[str, ...]) -> list[_Output]:
    """--format and --output, paired in order; at most one may go to standard output."""
    formats = formats or ("text",)
    if len(outputs) > len(formats):
        raise click.UsageError(f"{len(outputs)} --output for {len(formats)} --format: they pair in order")
    paired = [_Output(f, outputs[i] if i < len(outputs) and outputs[i] != "-" else None) for i, f in enumerate(formats)]
    if sum(o.path is None for o in paired) > 1:
        raise click.UsageError("two reports would go to standard output: give each --format but one its --output")
    return paired


def _existing(name: str | None) -> Path | None:
    if name is None:
        return None
    path = Path(name)
    if not path.is_file():
        raise ConfigError(f"no such configuration file: {name}")
    return path


def _readable(names: list[str], codes: list[Exit]) -> Iterator[tuple[Source, bytes, bool]]:
    """The mails that can be read; for each other one a line on stderr and exit code 2."""
    for source in expand(names):
        try:
            if isinstance(source, InputError):
                raise source
            raw, cut = source.read()
            why = refusal(raw)
            if why:
                raise InputError(f"{'standard input' if source.name == '-' else source.name} {why}")
        except InputError as error:
            click.echo(f"sendcheck: {error}", err=True)
            codes.append(Exit.USAGE)
            continue
        yield source, raw, cut


def _only_one(found: Iterator[tuple[Source, bytes, bool]]) -> list[tuple[Source, bytes, bool]]:
    first = [item for item, _ in zip(found, range(2), strict=False)]
    if len(first) > 1:
        raise click.UsageError("--parent goes with one mail, but several were given")
    return first


def _parent(name: str | None) -> tuple[str, bytes] | None:
    if name is None:
        return None
    path = Path(name)
    if not path.is_file():
        raise InputError(f"no such parent mail: {name}")
    raw, _cut = Source(name, path=path).read()
    why = refusal(raw)
    if why:
        raise InputError(f"the parent {name} {why}")
    return name, raw


def _told(read: int, total: int) -> None:
    """A line that counts what is indexed, on a terminal."""
    if sys.stderr.isatty() and total > _WORTH_TELLING and (read % 200 == 0 or read == total):
        click.echo(f"\rindexing your mail: {read:,} of {total:,}{chr(10) if read == total else ''}", nl=False, err=True)


def _bar(names: list[str]) -> bool:
    """Whether the run may be long enough for a progress line: folders and mboxes, on a terminal."""
    return sys.stderr.isatty() and any(Path(n).is_dir() or Path(n).suffix in {".mbox", ".mbx"} for n in names)


def _progress(reports: Iterable[MailReport], on: bool) -> Iterator[MailReport]:
    if not on:
        yield from reports
        return
    with click.progressbar(reports, label="checking", file=sys.stderr, show_pos=True, width=0) as bar:
        yield from bar


def _shown(
    reports: Iterable[MailReport],
    outputs: list[_Output],
    registry: Registry,
    show: Severity,
    timings: bool,
    redact: bool | None,
    color: bool | None,
    bar: bool,
) -> Report:
    """Write each report where it belongs; text to standard output appears mail by mail."""
    from sendcheck.show.text import TextReport, plain

    rules = registry.rules
    # A progress line and reports on one terminal would run into each other: then the reports follow at the end.
    streaming = None if bar else next((o for o in outputs if o.format == "text" and o.path is None), None)
    coloured = _coloured(color)
    live = TextReport(rules, click.style if coloured else plain, show, timings)
    kept: list[MailReport] = []
    noticed: set[str] = set()
    for report in _progress(reports, bar):
        for notice in report.notices:
            if notice not in noticed:
                noticed.add(notice)
                click.echo(f"sendcheck: {notice}", err=True)
        kept.append(report)
        if streaming is None:
            continue
        if len(kept) > _ONE_LINE_EACH and _nothing_to_say(report, show):
            continue
        click.echo(live.mail(report), nl=False, color=coloured)
    whole = Report(tuple(kept))
    for output in outputs:
        if output is streaming:
            if len(kept) > 1:
                click.echo(live.summary(_count(kept)), nl=False, color=coloured)
            continue
        style = click.style if output.path is None and coloured else plain
        _write(output, _render(output.format, whole, rules, show, timings, redact, style), coloured)
    return whole


def _nothing_to_say(report: MailReport, show: Severity) -> bool:
    """Whether a mail of many needs no line of its own."""
    return report.verdict is Verdict.PASS and not any(f.severity.rank <= show.rank for f in report.findings)


def _coloured(color: bool | None) -> bool:
    import os

    if color is not None:
        return color
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _count(reports: list[MailReport]) -> dict[Verdict, int]:
    return {v: sum(r.verdict is v for r in reports) for v in (Verdict.FAIL, Verdict.INCOMPLETE, Verdict.PASS)}


def _render(name: str, report: Report, rules: dict[str, Rule], show: Severity, timings: bool, redact: bool | None, style: Style) -> str:
    if name == "json":
        from sendcheck.show.json import as_json

        return as_json(report)
    if name == "github":
        from sendcheck.show.github import as_github

        return as_github(report, rules, redact)
    from sendcheck.show.text import TextReport

    text = TextReport(rules, style, show, timings)
    quiet = len(report.mails) > _ONE_LINE_EACH
    parts = [text.mail(mail) for mail in report.mails if not quiet or not _nothing_to_say(mail, show)]
    if len(parts) > 1:
        parts.append(text.summary(_count(list(report.mails))))
    return "".join(parts)


def _write(output: _Output, text: str, coloured: bool = False) -> None:
    if output.path is None:
        click.echo(text, nl=False, color=coloured)
        return
    try:
        Path(output.path).write_text(text, "utf-8", newline="\n")
    except OSError as error:
        raise InputError(f"cannot write the report to {output.path}: {error.strerror or error}") from error
