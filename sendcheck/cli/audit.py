"""``sendcheck audit``: what the rules would have said of an archive."""

from __future__ import annotations

import contextlib
import hashlib
import sys
from collections import Counter, deque
from collections.abc import Iterator
from pathlib import Path

import click

from sendcheck.cli.configured import configured
from sendcheck.cli.output import skipped_line
from sendcheck.cli.telling import styled, tell
from sendcheck.errors import Exit, InputError
from sendcheck.pipeline.audit import Journal, Sums, entry_of, headers_of, mark_of, month_of, signature
from sendcheck.pipeline.engine import Engine, Job
from sendcheck.pipeline.judge import Selection
from sendcheck.pipeline.registry import load
from sendcheck.pipeline.supervisor import Supervisor
from sendcheck.reading.addresses import untagged
from sendcheck.reading.sources import Source, expand
from sendcheck.show.audit import as_csv, as_json, as_text
from sendcheck.understanding.organisations import at_any

_FORMATS = {"text": as_text, "json": as_json, "csv": as_csv}
_SHOWN = 10


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("sources", nargs=-1, required=True, metavar="DIR...")
@click.option("--from", "senders", multiple=True, metavar="ADDRESS", help="Only mails from this address or domain (repeat): what was sent, not what came.")
@click.option("--config", "config_file", metavar="FILE", help="Use this configuration instead of the user's and the nearest.")
@click.option("--select", multiple=True, metavar="RULE", help="Run only this rule (repeat).")
@click.option("--ignore", multiple=True, metavar="RULE", help="Do not run this rule (repeat).")
@click.option("--jobs", "-j", type=click.IntRange(1, 256), default=1, show_default=True, help="Worker processes.")
@click.option("--format", "form", type=click.Choice(list(_FORMATS)), default="text", help="How to print it.")
@click.option("--output", metavar="FILE", help="Write it there instead of to standard output.")
@click.option("--journal", metavar="FILE", help="What was checked so far (default: a file of this archive's in your state folder).")
@click.option("--anew", is_flag=True, help="Forget what was checked so far.")
def audit(
    sources: tuple[str, ...],
    senders: tuple[str, ...],
    config_file: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    jobs: int,
    form: str,
    output: str | None,
    journal: str | None,
    anew: bool,
) -> None:
    """Run the rules over an archive: Maildirs, mboxes, folders of mails. How many would have been stopped, by what rule, in what month.

    A run that was stopped or killed goes on where it was; mails that came since are added. The journal and the report hold no word of a mail.
    Exit codes: 0 done, 2 usage, or some mails could not be read.
    """
    registry = load()
    for slug in (*select, *ignore):
        registry.rule(slug)
    config = configured(registry, config_file)
    path = Path(journal) if journal else _journal(sources, senders, select, ignore)
    if anew:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
    wanted = tuple(s.strip().lower() for s in senders)
    kept = Journal(path, signature(config, {"from": wanted, "select": select, "ignore": ignore}))
    unread: list[str] = []
    skipped = Counter[str]()
    try:
        _run(kept, list(sources), wanted, Engine(registry, config, Selection(select, ignore)), jobs, unread, skipped)
    except KeyboardInterrupt:
        kept.sync()
        tell()
        tell(f"sendcheck: stopped; {kept.count:,} mails are done and kept in {path}. Run it again to go on")
        sys.exit(Exit.USAGE)
    sums = Sums()
    for entry in kept.entries():
        sums.add(entry)
    kept.close()
    _deliver(sums, form, output)
    for why in unread[:_SHOWN]:
        tell(f"sendcheck: {why}")
    if len(unread) > _SHOWN:
        tell(f"sendcheck: and {len(unread) - _SHOWN:,} more that could not be read")
    if skipped:
        tell(f"sendcheck: {skipped_line(skipped)}")
    sys.exit(Exit.USAGE if unread else Exit.PASS)


def _journal(*of: object) -> Path:
    """The journal of an archive and what was asked of it."""
    from platformdirs import user_state_path

    first, *more = of
    assert isinstance(first, tuple)
    name = hashlib.blake2b(repr([[str(Path(s).absolute()) for s in first], more]).encode(), digest_size=8).hexdigest()
    return user_state_path("sendcheck") / "audits" / f"{name}.jsonl"


def _run(kept: Journal, sources: list[str], senders: tuple[str, ...], engine: Engine, jobs: int, unread: list[str], skipped: Counter[str]) -> None:
    """Check what is not in the journal yet."""
    under_way: deque[tuple[str, str]] = deque()
    before = kept.count
    total = sum(1 for _ in expand(sources)) if sys.stderr.isatty() else None

    def work() -> Iterator[Job]:
        for source, raw, cut in bar(_mails(sources, unread, skipped)):
            if senders and not _is_from(raw, senders):
                continue
            mark = mark_of(source.name, raw)
            if mark in kept.done:
                continue
            kept.done.add(mark)
            under_way.append((mark, month_of(raw)))
            yield Job(source.name, raw, cut, problems=source.problems)

    def bar(mails: Iterator[tuple[Source, bytes, bool]]) -> Iterator[tuple[Source, bytes, bool]]:
        if total is None:
            yield from mails
            return
        with click.progressbar(mails, length=total, label="checking", file=sys.stderr, show_pos=True, show_eta=True) as shown:
            yield from shown

    for report in Supervisor(engine, jobs).run(work()):
        mark, month = under_way.popleft()  # reports come in the order of the mails
        kept.add(entry_of(mark, month, report, engine.config))
    kept.sync()
    if before:
        tell(f"sendcheck: {before:,} mails were checked by an earlier run ({kept.path})")


def _mails(sources: list[str], unread: list[str], skipped: Counter[str]) -> Iterator[tuple[Source, bytes, bool]]:
    for source in expand(sources, skipped=skipped):
        try:
            if isinstance(source, InputError):
                raise source
            if not isinstance(source, Source):
                continue
            raw, cut = source.read_mail()
        except InputError as error:
            unread.append(str(error))
            continue
        yield source, raw, cut


def _is_from(raw: bytes, senders: tuple[str, ...]) -> bool:
    return any(at_any(senders, untagged(address.key)) for address in headers_of(raw).address_list("from").addresses)


def _deliver(sums: Sums, form: str, output: str | None) -> None:
    from sendcheck.cli.output import Look
    from sendcheck.pipeline.contract import Severity

    if output is None:
        coloured = Look(load(), Severity.WARNING, "error").coloured
        styled(as_text(sums, coloured) if form == "text" else _FORMATS[form](sums), nl=False)
        return
    try:
        Path(output).write_text(_FORMATS[form](sums), "utf-8")
    except OSError as error:
        raise InputError(f"cannot write {output}: {error.strerror}") from error
