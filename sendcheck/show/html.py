"""The HTML report: the mail as its reader will see it, findings marked in the text. One file, no script, nothing loaded; works in print and in the dark.

Here it is worked out what is shown; ``report.html.j2`` says how (it escapes everything), ``report.css`` how it looks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, Template
from markupsafe import Markup

from sendcheck.escapes import clean
from sendcheck.pipeline.contract import Rule, Severity
from sendcheck.pipeline.mending import once
from sendcheck.pipeline.page import Page, Sheet
from sendcheck.pipeline.report import CRASHED, Finding, MailReport, Reader, Report, Verdict
from sendcheck.show.marks import Mark, marked
from sendcheck.show.text import MARKS, allowed, by_organisation, counted, headline, unread_parts, verdicts, where_of
from sendcheck.show.visible import visible
from sendcheck.understanding.place import Place

_HERE = Path(__file__).parent
_FOLDED = {"trail": "Older mail below", "forward": "Forwarded mail", "disclaimer": "Disclaimer", "diff": "Patch", "armour": "OpenPGP"}
_PARTS = {"parent": "the mail you answer", "trail": "the older mail below"}
_COLOURS = 8
#: A page may be printed into the log of a CI, too.
_COMMAND = re.compile(r"(?m)^([^\S\n]*)::")
#: Mails without findings are shown whole only if there are no more than so many in all.
_FEW = 3
_HIDDEN, _HIDDEN_LENGTH = 20, 500


def as_html(report: Report, rules: dict[str, Rule], show: Severity = Severity.WARNING, *, lines: bool = True) -> str:
    """The whole report as one document, ending in a newline. ``show``: the mildest severity shown; ``lines``: whether there is a file to count lines in."""
    report = Report(tuple(visible(mail) for mail in report.mails))
    alone = len(report.mails) == 1
    mails = [
        _mail(_Shown(number, mail, rules, show, lines, _severe(mail, show)), 1 if alone else 2, len(report.mails))
        for number, mail in enumerate(report.mails, 1)
    ]
    title = f"{mails[0]['word']}: {mails[0]['source']}" if alone else "sendcheck"
    summary = f"{len(mails):,} mails: {verdicts(report)}"
    page = _template().render(title=title, summary=summary, mails=mails, css=Markup((_HERE / "report.css").read_text("utf-8"))).strip() + "\n"
    return _COMMAND.sub(r"\1&#58;:", page)


@cache
def _template() -> Template:
    def printable(value: Any) -> Any:
        """No page holds a character that does something."""
        return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    made = Environment(loader=FileSystemLoader(_HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True, finalize=printable)
    return made.get_template("report.html.j2")


@dataclass(frozen=True, slots=True)
class _Shown:
    """One mail of the report: its number, its report, and what of it is shown (``lines``: line and column of places)."""

    number: int
    report: MailReport
    rules: dict[str, Rule]
    show: Severity
    lines: bool
    findings: list[Finding]

    def about(self, wanted: Callable[[Place], bool]) -> list[int]:
        """Numbers of the findings with a place like that."""
        return [n for n, f in enumerate(self.findings, 1) if any(wanted(p) for p in (f.where, *f.also))]

    def refs(self, numbers: list[int]) -> Markup:
        """The way from a mark to its finding."""
        link = Markup('<a class="ref" href="#f{0}-{1}" aria-label="finding {1}, {2}">{1}</a>')
        return Markup("").join(link.format(self.number, n, self.findings[n - 1].rule) for n in numbers)


def _severe(report: MailReport, show: Severity) -> list[Finding]:
    return once([f for f in report.findings if f.severity.rank <= show.rank])


def _mail(shown: _Shown, level: int, among: int) -> dict[str, Any]:
    """What the template shows of a mail."""
    report, page = shown.report, shown.report.page
    facts = [
        f"template, {report.template}" if report.template else "",
        report.profile if report.profile != "general" else "",
        f"answers {report.answers}" if report.answers else "",
    ]
    rows = list(_asked(page)) if page is not None else []
    return {
        "number": shown.number,
        "level": level,
        "verdict": report.verdict.value,
        "mark": MARKS[report.verdict][0],
        "word": headline(report).capitalize(),
        "source": report.source,
        "facts": [fact for fact in facts if fact],
        "template": report.template,
        "whole": among <= _FEW or report.verdict is not Verdict.PASS or bool(shown.findings),
        "rules": list(dict.fromkeys(f.rule for f in shown.findings)),
        "notices": report.notices,
        "groups": list(_groups(shown)),
        "hidden_groups": report.groups,
        "fields": None if page is None else [{"name": name, "value": _field(shown, name.lower(), value)} for name, value in page.fields],
        "sheets": [] if page is None else list(_sheets(shown, page)),
        "hidden": [] if page is None else _hidden(shown, page),
        "files": [] if page is None else list(_files(shown, page)),
        "counted": counted(shown.findings),
        "cards": [_card(shown, number, finding) for number, finding in enumerate(shown.findings, 1)],
        "not_run": [e for e in report.not_run if e.required or shown.show is Severity.NOTE],
        "unread": unread_parts(report, quiet=shown.show is Severity.NOTE),
        "asked": rows,
        "answered": sum(row["answered"] is not None for row in rows),
        "footnotes": list(_footnotes(report)),
    }


def _groups(shown: _Shown) -> Iterator[dict[str, Any]]:
    """Recipients by organisation, outside first, each outside one with a colour of its own."""
    for number, (inside, organisation, people) in enumerate(by_organisation(shown.report.readers)):
        told = []
        for reader in people:
            about = shown.about(lambda place, reader=reader: _names(place, reader))  # type: ignore[misc]
            severity = shown.findings[about[0] - 1].severity.value if about else ""
            told.append({"shown": reader.shown, "field": reader.field, "refs": shown.refs(about), "severity": severity})
        yield {"organisation": organisation, "inside": inside, "colour": number % _COLOURS, "people": told}


def _names(place: Place, reader: Reader) -> bool:
    """Whether a place in an address field is about this reader."""
    if place.part != reader.field or not place.excerpt:
        return False
    address = reader.shown.rsplit("<", 1)[-1].rstrip(">").lower()
    return address in place.excerpt.lower() or place.excerpt.lower() in reader.shown.lower()


def _field(shown: _Shown, part: str, value: str) -> Markup:
    """A header's value, with what findings name in it marked."""
    marks = []
    for number, finding in enumerate(shown.findings, 1):
        for place in (finding.where, *finding.also):
            at = value.find(place.excerpt) if place.part == part and place.excerpt else -1
            if at >= 0:
                marks.append(Mark(at, at + len(place.excerpt), finding.severity.value, number))
    return Markup(marked(value, 0, len(value), marks, (), (), lambda number, end: shown.refs([number]) if end else ""))


def _sheets(shown: _Shown, page: Page) -> Iterator[dict[str, Any]]:
    """The text that is read; the other half of the mail only where something was found in it."""
    used = {p.span[0] for f in shown.findings for p in (f.where, *f.also) if p.span is not None}
    for sheet in page.sheets:
        if sheet.primary or sheet.number in used:
            yield {"primary": sheet.primary, "kind": sheet.kind, "parts": list(_parts(shown, page, sheet))}


def _parts(shown: _Shown, page: Page, sheet: Sheet) -> Iterator[dict[str, Any]]:
    marks = [
        Mark(place.span[1], place.span[2], finding.severity.value, number)
        for number, finding in enumerate(shown.findings, 1)
        for place in (finding.where, *finding.also)
        if place.span is not None and place.span[0] == sheet.number
    ]
    answers = [(number, e.answered.span) for number, e in enumerate(page.exchanges, 1) if e.answered is not None and e.answered.span is not None]
    marks += [Mark(span[1], span[2], "answer", -number) for number, span in answers if span[0] == sheet.number]
    seen: set[int] = set()

    def beside(number: int, end: bool) -> str:
        """What stands where a mark begins (the place that links lead to) and where it ends (the way to the finding or the question)."""
        if end and number > 0:
            return shown.refs([number])
        if end:
            return f'<a class="ref answer" href="#q{shown.number}-{-number}" aria-label="answers {_letter(-number)}">{_letter(-number)}</a>'
        if number in seen:
            return ""
        seen.add(number)
        return f'<a id="{"m" if number > 0 else "a"}{shown.number}-{abs(number)}"></a>'

    for start, end, kind in sheet.segments:
        if not sheet.text[start:end].strip():
            continue
        inside = [m for m in marks if m.start < end and m.end > start]
        yield {
            "kind": kind,
            "folded": _FOLDED.get(kind, ""),
            "open": len(sheet.segments) == 1 or any(m.number > 0 for m in inside),
            "lines": sheet.text[start:end].strip("\n").count("\n") + 1,
            "text": Markup(marked(sheet.text, start, end, inside, sheet.looks, sheet.links, beside)),
        }


def _hidden(shown: _Shown, page: Page) -> list[str]:
    """Text that no reader sees, where something was found in it."""
    if not shown.about(lambda place: place.part == "html" and place.span is None):
        return []
    return [text[:_HIDDEN_LENGTH] for sheet in page.sheets for text in sheet.hidden][:_HIDDEN]


def _files(shown: _Shown, page: Page) -> Iterator[dict[str, Any]]:
    for file in page.enclosures:
        if not file.inline:
            about = shown.about(lambda place, name=f"attachment:{file.name}": place.part == name)  # type: ignore[misc]
            yield {"name": file.name, "content_type": file.content_type, "size": _size(file.size), "refs": shown.refs(about)}


def _card(shown: _Shown, number: int, finding: Finding) -> dict[str, Any]:
    place = finding.where
    rule = shown.rules.get(finding.rule)
    return {
        "number": number,
        "severity": finding.severity.value,
        "message": finding.message,
        "where": where_of(place) if shown.lines and place.line is not None else _PARTS.get(place.part, place.part),
        "linked": shown.report.page is not None and place.span is not None,
        "excerpt": _excerpt(place),
        "do": finding.suggestion,
        "why": rule.why if rule is not None and finding.rule != CRASHED else "",
        "rule": finding.rule,
        "stands_for": finding.stands_for,
        "confidence": finding.confidence.value,
    }


def _excerpt(place: Place) -> tuple[str, str, str] | None:
    """The line around an excerpt: before it, itself, after it."""
    if not place.excerpt:
        return None
    if not place.context:
        return "", place.excerpt, ""
    at, end = place.context_column, place.context_column + len(place.excerpt)
    return place.context[:at], place.context[at:end], place.context[end:]


def _asked(page: Page) -> Iterator[dict[str, Any]]:
    for number, exchange in enumerate(page.exchanges, 1):
        yield {
            "number": number,
            "letter": _letter(number),
            "kind": exchange.kind,
            "asked": exchange.asked.excerpt,
            "answered": exchange.answered.excerpt if exchange.answered is not None else None,
            "linked": exchange.answered is not None and exchange.answered.span is not None,
            "how": exchange.how,
        }


def _footnotes(report: MailReport) -> Iterator[str]:
    yield from (f"Allowed: {told}" for told in allowed(report.suppressed))
    yield from (f"Unused exception: {text}" for text in report.unmatched)
    if report.network:
        yield f"Asked outside this machine: {', '.join(report.network)} is on"


def _size(count: int) -> str:
    """Bytes in words."""
    if count < 1000:
        return f"{count} bytes"
    return f"{count / 1000:,.1f} kB" if count < 1_000_000 else f"{count / 1_000_000:,.1f} MB"


def _letter(number: int) -> str:
    """A, B, … Z, AA, …: questions are told by letters, findings by numbers."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
