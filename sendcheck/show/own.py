"""The passages of ``--show-own``: what was read as the writer's own text, and dimmed what was not, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sendcheck.escapes import clean
from sendcheck.pipeline.passages import Passage
from sendcheck.pipeline.report import MailReport

_KINDS = {
    "own": "own text",
    "quote": "quote",
    "trail": "trail",
    "forward": "forwarded mail",
    "signature": "signature",
    "disclaimer": "notice",
    "diff": "patch",
    "armour": "OpenPGP",
}
#: Lines that are shown of what is not own text.
_SHOWN = 4


def passages(report: MailReport, style: Callable[..., str]) -> Iterator[str]:
    """The lines that show every passage of a mail."""
    found = report.passages or ()
    own = [p for p in found if p.kind == "own"]
    lines = sum(len(p.text.split("\n")) for p in own)
    yield f"  Own text  {f'{lines} line{_s(lines)} in {len(own)} of {len(found)} passage{_s(len(found))}' if own else 'none'}"
    several = len({p.number for p in found}) > 1
    for passage in found:
        yield ""
        yield from _passage(passage, several, style)


def _passage(passage: Passage, several: bool, style: Callable[..., str]) -> Iterator[str]:
    own = passage.kind == "own"
    part = f", part {passage.number}" if several else ""
    head = f"{_KINDS.get(passage.kind, passage.kind)}{part}{_where(passage)}"
    yield f"  {style(head, fg='green', bold=True) if own else style(head, dim=True)}"
    lines = passage.text.split("\n")
    shown = lines if own else lines[:_SHOWN]
    for line in shown:
        text = clean(line).rstrip()
        yield f"    {text}" if own else f"    {style(f'┊ {text}', dim=True)}"
    if len(lines) > len(shown):
        left = len(lines) - len(shown)
        yield f"    {style(f'┊ … and {left} more line{_s(left)}', dim=True)}"


def _where(passage: Passage) -> str:
    if passage.line is None:
        return ""
    if passage.end_line is None or passage.end_line == passage.line:
        return f", line {passage.line}"
    return f", lines {passage.line}–{passage.end_line}"


def _s(count: int) -> str:
    return "" if count == 1 else "s"
