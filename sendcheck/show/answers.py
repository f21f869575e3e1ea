"""The table of ``--explain-answers``: what the answered mail asks, and where the text comes back to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sendcheck.pipeline.contract import Exchange
from sendcheck.pipeline.report import MailReport
from sendcheck.understanding.place import Place, clip

_ROOM = 78


def table(report: MailReport, style: Callable[..., str]) -> Iterator[str]:
    """The lines of the table, or one that says why there is none. ``report``: made visible."""
    rows = report.exchanges or ()
    if not rows:
        yield f"  Asked     {_why_empty(report)}"
        return
    left = sum(row.answered is None for row in rows)
    yield f"  Asked     {len(rows)} thing{'s' if len(rows) != 1 else ''}, of which {len(rows) - left} answered{f' and {left} not' if left else ''}"
    for row in rows:
        yield from _row(row, style)


def _why_empty(report: MailReport) -> str:
    reasons = [e.reason for e in report.not_run if e.rule == "question-unanswered"]
    return reasons[0] if reasons else "the answered mail asks nothing" if report.answers else "this mail answers none"


def _row(row: Exchange, style: Callable[..., str]) -> Iterator[str]:
    mark = style("✗", fg="red", bold=True) if row.answered is None else style("✓", fg="green", bold=True)
    yield ""
    yield f"  {mark} {style(f'{row.kind:<9}', bold=True)} {clip(row.asked.excerpt, _ROOM)}"
    if row.answered is None:
        yield f"      {style(row.how or 'nothing in the text comes back to it', fg='red')}"
        return
    yield f"      {style(_where(row.answered), dim=True)} {clip(row.answered.excerpt, _ROOM)}"
    if row.how:
        yield f"      {style(row.how, dim=True)}"


def _where(place: Place) -> str:
    return f"line {place.line}:" if place.line is not None else f"{place.part}:"
