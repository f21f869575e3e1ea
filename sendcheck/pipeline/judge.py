"""From hits to findings to a verdict: severities, merging, supersedes, suppressions, policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from sendcheck.config.config import Config, Suppression
from sendcheck.pipeline.contract import Hit, Rule, Severity
from sendcheck.pipeline.mending import with_offers
from sendcheck.pipeline.registry import Registry, unknown
from sendcheck.pipeline.report import CRASHED, Finding, MailReport, NotRunEntry, Suppressed, Verdict, fails, fingerprint
from sendcheck.reading.allowheader import ALLOW_HEADER
from sendcheck.understanding.mail import Mail

_MIN_PREFIX = 12
#: Where an exception comes from that the history remembers.
REMEMBERED = "remembered in the history"


class Selection(NamedTuple):
    """Which rules run. ``select``: only these (empty: all that are not off); ``ignore``: not these. Locked rules always run.

    ``allow``: exceptions given for this run, each “rule reason” (the shim's SENDCHECK_ALLOW).
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()

    def on(self, rule: Rule, config: Config, profile: str) -> bool:
        """Whether a rule is wanted for a mail of that profile."""
        off = config.severities.get(rule.slug) == "off"
        if config.rule_locked(rule.slug):
            return not off
        if self.select and rule.slug not in self.select:
            return False
        return rule.slug not in self.ignore and (not off or rule.slug in self.select)

    def required(self, slug: str, config: Config) -> bool:
        """Whether a rule was asked for, so that its not running makes the verdict incomplete."""
        return slug in self.select or slug in config["required"]


class Judgement(NamedTuple):
    """What :func:`judge` decides."""

    verdict: Verdict
    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    notices: tuple[str, ...]
    unmatched: tuple[str, ...]


def judge(
    mail: Mail | None,
    hits: Iterable[Hit],
    not_run: Iterable[NotRunEntry],
    registry: Registry,
    config: Config,
    selection: Selection,
    today: date,
    heeds_header: bool = True,
) -> Judgement:
    """Decide. Findings come worst first: severity, then harm, then place. ``heeds_header``: whether the draft's own exceptions count."""
    rules = registry.rules
    profile = mail.profile if mail else "general"
    wanted = [h for h in hits if h.rule == CRASHED or (h.rule in rules and selection.on(rules[h.rule], config, profile))]
    findings = _merge(_finding(h, rules[h.rule], config, profile) for h in wanted)
    findings = _supersede(findings, rules)
    exceptions, notices = _exceptions(mail, config, rules, today, selection.allow, heeds_header)
    exceptions += _remembered(mail, findings, config)
    findings, suppressed, used = _suppress(findings, exceptions, config)
    findings.sort(key=lambda f: (f.severity.rank, rules[f.rule].harm, f.where.sort_key, f.rule))
    findings = with_offers(findings, rules)
    unmatched = tuple(f"{s.origin}: the exception for {s.rule} matches nothing in this mail" for s in exceptions if s not in used)
    verdict = verdict_of(findings, not_run, config)
    return Judgement(verdict, tuple(findings), tuple(suppressed), (*config.notices, *notices), unmatched)


def _finding(hit: Hit, rule: Rule, config: Config, profile: str) -> Finding:
    configured = config.severities.get(rule.slug)
    severity = Severity(configured) if configured and configured != "off" else rule.severity_in(profile)
    graver = hit.severity is Severity.ERROR and not configured
    if hit.severity is not None and (graver or hit.severity.rank > severity.rank):
        severity = hit.severity
    mark = fingerprint(rule.slug, hit.key if hit.key is not None else hit.where.excerpt)
    return Finding(
        rule.slug, severity, hit.confidence, hit.message, hit.suggestion, mark, hit.where, hit.also,
        pairs=hit.pairs, fix=hit.fix, rewording=hit.rewording, missing=hit.missing,
    )  # fmt: skip


def _merge(findings: Iterable[Finding]) -> list[Finding]:
    """The same thing found twice is one finding with further places."""
    same: dict[str, list[Finding]] = {}
    for finding in findings:
        same.setdefault(finding.fingerprint, []).append(finding)
    return [_one(some) if len(some) > 1 else some[0] for some in same.values()]


def _one(some: list[Finding]) -> Finding:
    """One finding of those that are the same: the first, with the places of all."""
    first = some[0]
    known = {p.spot for p in (first.where, *first.also)}
    also = list(first.also)
    for finding in some[1:]:
        places = [p for p in (finding.where, *finding.also) if p.spot not in known]
        known.update(p.spot for p in places)
        also += places
    return replace(
        first,
        also=tuple(also),
        severity=min((f.severity for f in some), key=lambda s: s.rank),
        pairs=tuple(dict.fromkeys(pair for f in some for pair in f.pairs)),
        fix=first.fix if all(f.fix == first.fix for f in some) else None,
    )


def _supersede(findings: list[Finding], rules: dict[str, Rule]) -> list[Finding]:
    kept = list(findings)
    for finding in findings:
        for weaker in rules[finding.rule].supersedes:
            same = [f for f in kept if f.rule == weaker and _same_place(f, finding)]
            if same and finding in kept:
                kept = [f for f in kept if f not in same]
                at = kept.index(finding)
                kept[at] = finding = replace(finding, stands_for=(*finding.stands_for, weaker))
    return kept


def _same_place(one: Finding, other: Finding) -> bool:
    a, b = one.where, other.where
    if a.part != b.part:
        return False
    if a.line is None or b.line is None:
        return a.excerpt == b.excerpt
    begin_a, end_a = (a.line, a.column or 0), (a.end_line or a.line, a.end_column or 0)
    begin_b, end_b = (b.line, b.column or 0), (b.end_line or b.line, b.end_column or 0)
    return (begin_a < end_b and begin_b < end_a) or begin_a == begin_b


def _exceptions(
    mail: Mail | None, config: Config, rules: dict[str, Rule], today: date, extra: tuple[str, ...], heeds_header: bool
) -> tuple[list[Suppression], list[str]]:
    """Suppressions in force: configuration entries that have not expired, and the draft's own header."""
    live: list[Suppression] = []
    notices: list[str] = []
    live += list(_comments(mail, notices, config, rules))
    for entry in config.suppressions:
        if entry.expired(today):
            notices.append(f"{entry.origin}: the exception for {entry.rule} ended on {entry.until} and no longer applies ({entry.reason})")
        elif entry.rule != "*" and config.rule_locked(entry.rule) and not entry.policy:
            notices.append(f"{entry.origin}: the exception for {entry.rule} is ignored: policy locks this rule")
        else:
            live.append(entry)
    spoken = [("X-Sendcheck-Allow", header.value) for header in mail.message.all(ALLOW_HEADER)] if mail else []
    if spoken and not heeds_header:
        notices.append("X-Sendcheck-Allow: ignored, since the sender is not authenticated")
        spoken = []
    for origin, value in [*spoken, *(("SENDCHECK_ALLOW", v) for v in extra)]:
        rule, _, reason = value.strip().partition(" ")
        if rule not in rules:
            notices.append(f"{origin}: {unknown('rule', rule[:40], rules)}")
        elif not reason.strip():
            notices.append(f"{origin}: {rule} needs a reason after its name")
        elif config.rule_locked(rule):
            notices.append(f"{origin}: policy locks {rule}; the exception is ignored")
        else:
            live.append(Suppression(rule, "", reason.strip(), None, origin))
    return live, notices


def _remembered(mail: Mail | None, findings: Iterable[Finding], config: Config) -> Iterator[Suppression]:
    """What the sender once said was right for these people (`sendcheck history allow`, the shim's question)."""
    for finding in findings:
        if mail is None or not finding.pairs or config.rule_locked(finding.rule):
            continue
        reason = mail.history.allowed(finding.rule, finding.pairs)
        if reason is not None:
            yield Suppression(finding.rule, finding.fingerprint, reason, None, REMEMBERED)


def _comments(mail: Mail | None, notices: list[str], config: Config, rules: dict[str, Rule]) -> Iterator[Suppression]:
    """What a template's own comments allow."""
    for allowance in mail.template.allowances if mail is not None and mail.template is not None else ():
        origin = f"{allowance.file}:{allowance.line}"
        if allowance.rule not in rules:
            notices.append(f"{origin}: {unknown('rule', allowance.rule[:40], rules)}")
        elif not allowance.reason:
            notices.append(f"{origin}: sendcheck: allow {allowance.rule} needs a reason after the rule")
        elif config.rule_locked(allowance.rule):
            notices.append(f"{origin}: policy locks {allowance.rule}; the comment is ignored")
        else:
            lines = None if allowance.last is None else (allowance.file, allowance.line, allowance.last)
            yield Suppression(allowance.rule, "", allowance.reason, None, origin, lines=lines)


def _suppress(findings: list[Finding], exceptions: list[Suppression], config: Config) -> tuple[list[Finding], list[Suppressed], list[Suppression]]:
    kept: list[Finding] = []
    gone: list[Suppressed] = []
    used: list[Suppression] = []
    for finding in findings:
        rest: Finding | None = finding
        for exception in exceptions:
            if rest is None or exception.rule not in {rest.rule, "*"} or rest.rule == CRASHED or (config.rule_locked(rest.rule) and not exception.policy):
                continue
            if not _matches(exception.match, rest):
                continue
            left = _elsewhere(exception, rest)
            if left is not rest:
                used.append(exception)
                gone.append(Suppressed(finding.rule, finding.fingerprint, exception.reason, exception.origin))
                rest = left
        if rest is not None:
            kept.append(rest)
    return kept, gone, used


def _matches(match: str, finding: Finding) -> bool:
    if not match:
        return True
    wanted = match.strip().casefold()
    if len(wanted) >= _MIN_PREFIX and finding.fingerprint.startswith(wanted):
        return True
    return any(wanted in place.excerpt.casefold() for place in (finding.where, *finding.also))


def _elsewhere(exception: Suppression, finding: Finding) -> Finding | None:
    """What an exception leaves of a finding it matches: nothing, or (a comment's) the places on other lines."""
    if exception.lines is None:
        return None
    _file, first, last = exception.lines
    places = (finding.where, *finding.also)
    left = [p for p in places if p.line is None or p.file or p.line > last or (p.end_line or p.line) < first]
    if len(left) == len(places):
        return finding
    return replace(finding, where=left[0], also=tuple(left[1:])) if left else None


def with_only(report: MailReport, kept: Sequence[Finding], config: Config, gone: Sequence[Suppressed] = ()) -> MailReport:
    """A finished report with only some of its findings, judged again; *gone*: those to be named as allowed."""
    return replace(report, findings=tuple(kept), suppressed=(*report.suppressed, *gone), verdict=verdict_of(kept, report.not_run, config))


def verdict_of(findings: Sequence[Finding], not_run: Iterable[NotRunEntry], config: Config) -> Verdict:
    """Fail, else incomplete, else pass (DESIGN, *Words*)."""
    if any(fails(f, config["fail-on"]) for f in findings):
        return Verdict.FAIL
    if any(f.rule == CRASHED for f in findings) or any(entry.required for entry in not_run):
        return Verdict.INCOMPLETE
    return Verdict.PASS
