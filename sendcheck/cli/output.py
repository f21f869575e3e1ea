"""Reports to where they belong: text mail by mail, every other format at the end, several at once."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from sendcheck.cli.telling import say, styled, tell
from sendcheck.errors import InputError
from sendcheck.pipeline.contract import Severity
from sendcheck.pipeline.registry import Registry
from sendcheck.pipeline.report import MailReport, Report, Verdict

if TYPE_CHECKING:
    from sendcheck.show.text import Style

FORMATS = ("text", "json", "html", "sarif", "junit", "github", "gitlab")
#: What holds words of mails is for its owner alone; the others are made to be uploaded, and leave them out of real mail.
_PRIVATE = {"text", "json", "html"}
_ONE_LINE_EACH = 25
#: Reasons for skipping that are told apart.
_REASONS = 8


class Output(NamedTuple):
    """One report: its format, and the file it goes to; None for standard output."""

    format: str
    path: str | None


class Look(NamedTuple):
    """How reports look. ``redact``, ``color``: None for the default; ``bar``: whether a progress line is worth it."""

    registry: Registry
    show: Severity
    fail_on: str
    timings: bool = False
    redact: bool | None = None
    color: bool | None = None
    bar: bool = False

    @property
    def coloured(self) -> bool:
        """Whether text on standard output has colour."""
        if self.color is not None:
            return self.color
        return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def pair(formats: tuple[str, ...], outputs: tuple[str, ...]) -> list[Output]:
    """--format and --output, paired in order; at most one may go to standard output."""
    formats = formats or ("text",)
    if len(outputs) > len(formats):
        raise click.UsageError(f"{len(outputs)} --output for {len(formats)} --format: they pair in order")
    paired = [Output(f, outputs[i] if i < len(outputs) and outputs[i] != "-" else None) for i, f in enumerate(formats)]
    if sum(o.path is None for o in paired) > 1:
        raise click.UsageError("two reports would go to standard output: give each --format but one its --output")
    return paired


def progress(reports: Iterable[MailReport], on: bool) -> Iterator[MailReport]:
    """The reports as they come, with a progress line on standard error."""
    if not on:
        yield from reports
        return
    with click.progressbar(reports, label="checking", file=sys.stderr, show_pos=True, width=0) as bar:
        yield from bar


def deliver(reports: Iterable[MailReport], outputs: list[Output], look: Look, skipped: Counter[str]) -> Report:
    """Write each report where it belongs; text to standard output appears mail by mail. ``skipped``: files of folders that were not read, known at the end."""
    from sendcheck.show.text import TextReport, plain

    # A progress line and reports on one terminal would run into each other: then the reports follow at the end.
    streaming = None if look.bar else next((o for o in outputs if o.format == "text" and o.path is None), None)
    coloured = look.coloured
    live = TextReport(look.registry.rules, click.style if coloured else plain, look.show, look.timings)
    kept: list[MailReport] = []
    noticed: set[str] = set()
    for report in progress(reports, look.bar):
        for notice in report.notices:
            if notice not in noticed:
                noticed.add(notice)
                tell(f"sendcheck: {notice}")
        kept.append(report)
        if streaming is None:
            continue
        if len(kept) > _ONE_LINE_EACH and _nothing_to_say(report, look.show):
            continue
        styled(live.mail(report), nl=False, colour=coloured)
    whole = Report(tuple(kept))
    told = skipped_line(skipped)
    for output in outputs:
        if output is streaming:
            if len(kept) > 1:
                styled(live.summary(whole), nl=False, colour=coloured)
            if told:
                say(told)
            continue
        style = click.style if output.path is None and coloured else plain
        _write(output, rendered(output.format, whole, look, style) + (f"{told}\n" if told and output.format == "text" else ""), coloured)
    if told and not any(output.format == "text" for output in outputs):
        tell(f"sendcheck: {told}")
    return whole


def skipped_line(skipped: Counter[str]) -> str:
    """Files of folders that were not read, counted by why, in one line; "" for none."""
    if not skipped:
        return ""
    ranked = sorted(skipped.items(), key=lambda entry: (-entry[1], entry[0]))
    shown = [f"{count:,} {why}" for why, count in ranked[:_REASONS]]
    rest = sum(count for _why, count in ranked[_REASONS:])
    return f"skipped: {', '.join(shown)}{f' and {rest:,} others' if rest else ''}"


def _nothing_to_say(report: MailReport, show: Severity) -> bool:
    """Whether a mail of many needs no line of its own."""
    return report.passages is None and report.verdict is Verdict.PASS and not any(f.severity.rank <= show.rank for f in report.findings)


def rendered(name: str, report: Report, look: Look, style: Style | None = None) -> str:
    """The report in one format; only the wanted one is imported."""
    rules = look.registry.rules
    match name:
        case "json":
            from sendcheck.show.json import as_json

            return as_json(report)
        case "html":
            from sendcheck.show.html import as_html

            return as_html(report, rules, look.show)
        case "sarif":
            from sendcheck.show.sarif import as_sarif

            return as_sarif(report, rules, look.redact)
        case "junit":
            from sendcheck.show.junit import as_junit

            return as_junit(report, look.registry, look.redact, look.fail_on)
        case "github":
            from sendcheck.show.github import as_github

            return as_github(report, rules, look.redact)
        case "gitlab":
            from sendcheck.show.gitlab import as_gitlab

            return as_gitlab(report, rules, look.redact)
    from sendcheck.show.text import TextReport, plain

    text = TextReport(rules, style or plain, look.show, look.timings)
    quiet = len(report.mails) > _ONE_LINE_EACH
    parts = [text.mail(mail) for mail in report.mails if not quiet or not _nothing_to_say(mail, look.show)]
    if len(report.mails) > 1:
        parts.append(text.summary(report))
    return "".join(parts)


def _write(output: Output, text: str, coloured: bool = False) -> None:
    if output.path is None:
        click.echo(text, nl=False, color=coloured)
        return
    try:
        if output.format in _PRIVATE:
            from sendcheck.cli.privatefile import write_private

            write_private(Path(output.path), text)
        else:
            Path(output.path).write_text(text, "utf-8", errors="replace", newline="\n")
    except OSError as error:
        raise InputError(f"cannot write the report to {output.path}: {error.strerror or error}") from error
