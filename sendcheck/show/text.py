"""The text report: who will read the mail, then findings, worst first, each with excerpt, caret and remedy."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from sendcheck.escapes import clean, for_log
from sendcheck.pipeline.contract import Rule, Severity
from sendcheck.pipeline.mending import once
from sendcheck.pipeline.report import CRASHED, Finding, MailReport, NotRunEntry, Reader, Report, Suppressed, Verdict
from sendcheck.show.visible import visible
from sendcheck.understanding.place import Place

Style = Callable[..., str]
MARKS = {Verdict.PASS: ("✓", "green"), Verdict.FAIL: ("✗", "red"), Verdict.INCOMPLETE: ("?", "yellow")}
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "blue"}
_WIDTH = 96
_MANY = 12
_STYLE_ROOM = 8
#: Categories of characters that take no room of their own: marks, and joiners in an emoji.
_NO_WIDTH = {"Mn", "Me", "Cf"}
#: Exceptions for one reason that are told one by one.
_FEW = 2


def plain(text: str, **_style: object) -> str:
    """A style that adds nothing: for pipes, files and NO_COLOR."""
    return text


class TextReport(NamedTuple):
    """How to render. ``style`` is click.style or :func:`plain`; ``show`` the mildest severity shown."""

    rules: dict[str, Rule]
    style: Style = plain
    show: Severity = Severity.WARNING
    timings: bool = False

    def mail(self, report: MailReport) -> str:
        """The report of one mail, ending in a newline. One line if there is nothing to say."""
        report = visible(report)
        shown = once([f for f in report.findings if f.severity.rank <= self.show.rank])
        not_run = [e for e in report.not_run if e.required or self.show is Severity.NOTE]
        unmatched = report.unmatched if self.show is Severity.NOTE else tuple(u for u in report.unmatched if _its_own(u, report))
        if not shown and not not_run and report.verdict is Verdict.PASS:
            lines = [self._one_line(report)]
            lines += self._footnotes(report, unmatched)
        else:
            who = self._template(report) if report.template else self._readers(report.readers, report.groups)
            lines = [*self._head(report), "", *who, *self._answers(report)]
            for group in _by_place(shown):
                lines += ["", *self._findings(group)]
            lines += self._not_run(not_run)
            lines += [f"  {self.style('not read', fg='yellow')} {told}" for told in unread_parts(report, quiet=self.show is Severity.NOTE)]
            lines += self._footnotes(report, unmatched)
            lines += ["", self._closing(report, shown)]
        if report.exchanges is not None:
            from sendcheck.show.answers import table

            lines += ["", *table(report, self.style)]
        if report.acts is not None:
            from sendcheck.show.acts import table as of_acts

            lines += ["", *of_acts(report.acts, self.style)]
        if report.passages is not None:
            from sendcheck.show.own import passages

            lines += ["", *passages(report, self.style)]
        if self.timings and report.timings:
            lines += ["", *(f"  {name:<16}{ms:8.1f} ms" for name, ms in report.timings)]
        return for_log("\n".join(lines) + "\n")

    def summary(self, report: Report) -> str:
        """One line over several mails and templates."""
        templates = sum(bool(m.template) for m in report.mails)
        kinds = [(len(report.mails) - templates, "mail"), (templates, "template")]
        counted = " and ".join(f"{n:,} {word}{'s' if n != 1 else ''}" for n, word in kinds if n)
        return f"{counted or '0 mails'}: {verdicts(report)}\n"

    def _mark(self, verdict: Verdict) -> str:
        mark, colour = MARKS[verdict]
        return self.style(mark, fg=colour, bold=True)

    def _one_line(self, report: MailReport) -> str:
        return f"{self._mark(report.verdict)} {clean(report.source)}: pass{unread(report)}{_audience(report)}"

    def _head(self, report: MailReport) -> list[str]:
        _mark, colour = MARKS[report.verdict]
        word = headline(report) + (", with remarks" if report.verdict is Verdict.PASS else "")
        return [f"{self._mark(report.verdict)} {self.style(report.source, bold=True)}: {self.style(word, fg=colour, bold=True)}"]

    def _readers(self, readers: tuple[Reader, ...], groups: tuple[str, ...]) -> list[str]:
        """Recipients grouped by organisation, outside first."""
        if not readers:
            names = ", ".join(groups)
            return [f"  Readers   {'a hidden group: ' + names if groups else 'nobody named'}"]
        by_org = by_organisation(readers)
        width = min(34, max(len(org) for _inside, org, _people in by_org))
        lines = []
        for number, (inside, org, people) in enumerate(by_org):
            label = "Readers" if number == 0 else ""
            where = self.style("inside ", fg="green") if inside else self.style("outside", fg="magenta")
            shown = [p.shown + ("" if p.field == "to" else f" ({p.field})") for p in people[:_MANY]]
            if len(people) > _MANY:
                shown.append(f"and {len(people) - _MANY} more")
            start = f"  {label:<9} {where}  {self.style(_clip(org, width).ljust(width), bold=not inside)}  "
            indent = " " * (2 + 9 + 1 + 7 + 2 + width + 2)
            lines += _wrapped(start, shown, indent)
        return lines

    def _template(self, report: MailReport) -> list[str]:
        """What stands where a mail's readers do: how the file was read."""
        known = [report.template, *report.languages[:1], *([report.profile] if report.profile != "general" else [])]
        return [f"  Template  {', '.join(known)}"]

    def _answers(self, report: MailReport) -> Iterator[str]:
        if report.answers:
            yield from _fill(f"  Answers   {report.answers}", " " * 12)

    def _findings(self, group: list[Finding]) -> Iterator[str]:
        first = group[0]
        for finding in group:
            name = self.style(finding.rule, bold=True)
            extra = f" (also {', '.join(finding.stands_for)})" if finding.stands_for else ""
            sure = "" if finding.confidence.value == "high" else self.style(f"  {finding.confidence.value} confidence", dim=True)
            yield f"  {self.style(f'{finding.severity.value:<7}', fg=_COLOURS[finding.severity], bold=True)} {name}{extra}{sure}"
            yield from _fill(f"          {finding.message}", "          ")
        yield from self._excerpt(first.where)
        for place in first.also[:6]:
            yield from self._excerpt(place)
        if len(first.also) > 6:
            yield f"            … and {len(first.also) - 6} more places"
        for finding in group:
            why = self.rules[finding.rule].why if finding.rule in self.rules and finding.rule != CRASHED else ""
            if why:
                yield from _fill(f"    {self.style('why', dim=True)}   {why}", "          ", 4 + 3)
            if finding.suggestion:
                yield from _fill(f"    {self.style('do', dim=True)}    {finding.suggestion}", "          ", 4 + 3)

    def _excerpt(self, place: Place) -> Iterator[str]:
        if not place.context:
            if place.excerpt:
                yield f"          {self.style(where_of(place, part=False) + ':', dim=True)} {place.excerpt}"
            return
        context = place.context
        yield f"          {self.style(where_of(place), dim=True)}"
        yield f"            {context}"
        if place.excerpt:
            at = place.context_column
            length = max(1, _columns(context[at : at + max(1, min(len(place.excerpt), len(context) - at))]))
            yield f"            {' ' * _columns(context[:at])}{self.style('^' * length, fg='red', bold=True)}"

    def _not_run(self, entries: Iterable[NotRunEntry]) -> list[str]:
        lines = []
        for entry in entries:
            word = self.style("not run", fg="yellow", bold=entry.required)
            lines.append(f"  {word} {entry.rule}: {entry.reason}{' (it was asked for)' if entry.required else ''}")
        return ["", *lines] if lines else []

    def _footnotes(self, report: MailReport, unmatched: tuple[str, ...]) -> list[str]:
        lines = [f"  {self.style('allowed', fg='cyan')} {told}" for told in allowed(report.suppressed)]
        lines += [f"  {self.style('unused', dim=True)}  {text}" for text in unmatched]
        if report.network:
            lines.append(f"  {self.style('network', fg='cyan')} asked outside this machine: {', '.join(report.network)} is on")
        return lines

    def _closing(self, report: MailReport, shown: list[Finding]) -> str:
        told = counted(shown) or "no findings"
        rule = next((f.rule for f in shown if f.rule != CRASHED), "")
        more = f"; sendcheck explain {rule} tells more" if rule else ""
        return f"  {told}{self.style(more, dim=True)}"


def headline(report: MailReport) -> str:
    """What the verdict means for whoever wrote the mail or template."""
    if report.verdict is Verdict.FAIL:
        return "mend before it is used" if report.template else "do not send yet"
    return "not fully checked" if report.verdict is Verdict.INCOMPLETE else "pass"


def counted(findings: Iterable[Finding]) -> str:
    """“2 errors, 1 warning”, or "" for none."""
    counts = Counter(f.severity for f in findings)
    return ", ".join(f"{counts[s]} {s.value}{'s' if counts[s] != 1 else ''}" for s in Severity if counts[s])


def verdicts(report: Report) -> str:
    """“1 fail, 3 pass” over several mails."""
    counts = Counter(mail.verdict for mail in report.mails)
    return ", ".join(f"{counts[v]:,} {v.value}" for v in (Verdict.FAIL, Verdict.INCOMPLETE, Verdict.PASS) if counts[v])


def by_organisation(readers: Iterable[Reader]) -> list[tuple[bool, str, list[Reader]]]:
    """(inside, organisation, its people), outside first."""
    groups: dict[tuple[bool, str], list[Reader]] = {}
    for reader in readers:
        groups.setdefault((reader.inside, reader.organisation), []).append(reader)
    return [(inside, organisation, people) for (inside, organisation), people in sorted(groups.items(), key=lambda entry: entry[0])]


def where_of(place: Place, part: bool = True) -> str:
    """Where a place is, in words: file, part, line and column, as far as they are known."""
    where = place.part if place.line is None else f"line {place.line}, column {place.column}"
    where = f"{place.file}, {where}" if place.file else where
    return f"{place.part}, {where}" if part and place.line is not None else where


def _its_own(unmatched: str, report: MailReport) -> bool:
    """Whether an exception that matches nothing stands in the mail or template itself, and is not a configuration's for all."""
    return unmatched.startswith("X-Sendcheck") or bool(report.template and unmatched.startswith(f"{report.source}:"))


def allowed(suppressed: Iterable[Suppressed]) -> Iterator[str]:
    """What was allowed and why; many for one reason in one line."""
    by_reason: dict[str, list[str]] = {}
    for entry in suppressed:
        by_reason.setdefault(entry.reason, []).append(entry.rule)
    for reason, rules in by_reason.items():
        if len(rules) <= _FEW:
            yield from (f"{rule}: {reason}" for rule in rules)
        else:
            yield f"{len(rules)} findings ({', '.join(sorted(set(rules)))}): {reason}"


def unread(report: MailReport) -> str:
    """What of the mail was not read, and how many rules could not look for that, as a pass says it in its line; "" if all was."""
    told = [entry for entry in report.unread if entry.told]
    if not told:
        return ""
    reasons = ", ".join(dict.fromkeys(clean(entry.reason) for entry in told))
    rules = sum(entry.unread for entry in report.not_run)
    more = f"; {rules} rule{'s' if rules != 1 else ''} did not run" if rules else ""
    return f"; {len(told)} part{'s' if len(told) != 1 else ''} not read: {reasons}{more}"


def unread_parts(report: MailReport, *, quiet: bool) -> list[str]:
    """What was not read, part by part. ``quiet``: also files that nobody expects to be read."""
    return [f"{clean(e.part.removeprefix('attachment:'))}: {clean(e.reason)}" for e in report.unread if e.told or quiet]


def _audience(report: MailReport) -> str:
    if report.template:
        return f" (template, {report.template})"
    outside = sorted({r.organisation for r in report.readers if not r.inside})
    inside = sum(r.inside for r in report.readers)
    parts = []
    if outside:
        count = sum(not r.inside for r in report.readers)
        names = ", ".join(outside[:3]) + (f" and {len(outside) - 3} more" if len(outside) > 3 else "")
        parts.append(f"{count} outside at {names}")
    if inside:
        parts.append(f"{inside} inside")
    answers = f"answers {clean(report.answers)}" if report.answers else ""
    told = [f"read by {', '.join(parts)}"] * bool(parts) + [answers] * bool(answers)
    return f" ({'; '.join(told)})" if told else ""


def _by_place(findings: list[Finding]) -> list[list[Finding]]:
    """Findings at one and the same place are shown together, once (RULES.md, ruling 7)."""
    groups: list[list[Finding]] = []
    for finding in findings:
        where = finding.where
        same = next(
            (g for g in groups if where.excerpt and g[0].where.part == where.part and g[0].where.excerpt == where.excerpt and g[0].where.line == where.line),
            None,
        )
        if same is not None:
            same.append(finding)
        else:
            groups.append([finding])
    return groups


def _wrapped(start: str, items: list[str], indent: str) -> list[str]:
    lines = [start]
    used = len(indent)
    for number, item in enumerate(items):
        text = item + ("," if number < len(items) - 1 else "")
        if used + len(text) > _WIDTH and used > len(indent):
            lines[-1] = lines[-1].rstrip()
            lines.append(indent)
            used = len(indent)
        lines[-1] += text + " "
        used += len(text) + 1
    lines[-1] = lines[-1].rstrip()
    return lines


def _fill(text: str, indent: str, styled: int = 0) -> Iterator[str]:
    """Wrap *text* (its own leading spaces kept) at _WIDTH; ``styled``: how many leading characters may carry invisible style."""
    lead = text[: len(text) - len(text.lstrip(" "))]
    line, extra = lead, (_STYLE_ROOM if styled and "\x1b" in text else 0)
    for word in text.strip(" ").split(" "):
        if line.strip() and len(line) + len(word) > _WIDTH + extra:
            yield line.rstrip()
            line, extra = indent, 0
        line += word + " "
    yield line.rstrip()


def _clip(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _columns(text: str) -> int:
    return sum(0 if unicodedata.category(c) in _NO_WIDTH else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
