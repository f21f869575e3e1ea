"""From a report to what the MTA is told: the hardest action that any finding asks for, and a reply of rules and places, never of content."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sendcheck.config.actions import Action
from sendcheck.config.config import Config
from sendcheck.config.keys import SEVERITIES
from sendcheck.escapes import clean
from sendcheck.pipeline.contract import Confidence, Severity
from sendcheck.pipeline.registry import Registry
from sendcheck.pipeline.report import CRASHED, Finding, MailReport, Verdict, fails
from sendcheck.reading.addresses import untagged
from sendcheck.reading.allowheader import ALLOW_HEADER
from sendcheck.reading.problem import ProblemKind
from sendcheck.understanding.organisations import listed
from sendcheck.understanding.place import Place

#: The hardest first.
ORDER = ("reject", "tempfail", "quarantine", "tag", "warn", "accept")
#: A reply has at most 32 lines (smfi_setmlreply), and a line in SMTP 512 bytes (RFC 5321, 4.5.3.1.5).
_MOST_LINES, _LONGEST = 20, 300
#: Header fields that a mail's author does not name, so that their names may be told.
_TELLABLE = {"from", "sender", "reply-to", "to", "cc", "bcc", "subject", "date", "message-id", "envelope", "body", "html", "trail", "parent"}


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the MTA knows beside the mail. ``queue``: its name for it; ``user``: the name the sender logged in with, "" for none."""

    queue: str = ""
    sender: str = ""
    user: str = ""
    recipients: tuple[str, ...] = ()


@dataclass(slots=True)
class Outcome:
    """What the MTA is told. ``lines``: the reply's, in ASCII, without codes; ``take_out``: names of headers to delete, all of them; ``add``: headers to add."""

    action: str = "accept"
    code: str = ""
    enhanced: str = ""
    lines: list[str] = field(default_factory=list)
    reason: str = ""
    take_out: list[str] = field(default_factory=list)
    add: list[tuple[str, str]] = field(default_factory=list)

    def wire(self) -> dict[str, Any]:
        """As a message holds it."""
        return asdict(self)


def outcome_of(report: MailReport, envelope: Envelope, registry: Registry, config: Config) -> Outcome:
    """Decide. What takes out the sender's own exceptions is part of every outcome that lets the mail go."""
    asked = [(finding, _asked(finding, envelope, config)) for finding in report.findings if finding.rule != CRASHED]
    wanted = {action for _finding, action in asked if action}
    if report.engine_error:
        wanted.add(str(config["milter.on-error"]))
    elif report.verdict is Verdict.INCOMPLETE or any(f.rule == CRASHED for f in report.findings):
        wanted.add(str(config["milter.on-incomplete"]))
    action = min(wanted, key=ORDER.index, default="accept")
    guilty = [finding for finding, its in asked if its == action]
    if action == "reject":
        return _refused(guilty, report, registry, config)
    if action == "tempfail":
        return Outcome("tempfail", "451", "4.7.1", ["sendcheck: the message could not be checked fully; try again later", *_lacking(report)])
    rules = ", ".join(dict.fromkeys(f.rule for f in guilty)) or "not fully checked"
    found = Outcome(action, reason=f"sendcheck: {rules}", take_out=[ALLOW_HEADER])
    if _tags(config):
        found.take_out.append(str(config["milter.tag-header"]))
    if action == "tag":
        found.add.append((str(config["milter.tag-header"]), f"{report.verdict.value}; rules={rules.replace(', ', ',') if guilty else ''}".rstrip()))
    return found


def failed(config: Config, why: str) -> Outcome:
    """What becomes of a mail that got no report."""
    action = str(config["milter.on-error"])
    if action == "tempfail":
        return Outcome(action, "451", "4.3.0", [f"sendcheck: {why}; try again later"])
    return Outcome(action, reason=f"sendcheck: {why}", take_out=[ALLOW_HEADER])


def settled_by(envelope: Envelope, registry: Registry, config: Config) -> frozenset[str]:
    """Rules about the size of a mail for which it will be refused whatever else is in it: that can be said at once, and no later try changes it."""
    slug = ProblemKind.TRUNCATED.value
    severity = config.severities.get(slug) or registry.rules[slug].severity.value
    if severity == "off":
        return frozenset()
    finding = Finding(slug, Severity(severity), Confidence.HIGH, "", "", "", Place("body"))
    return frozenset([slug] if _asked(finding, envelope, config) == ORDER[0] else ())


def _asked(finding: Finding, envelope: Envelope, config: Config) -> str:
    """The action that a finding asks for, "" for none."""
    if finding.confidence is not Confidence.LOW:
        for entry in config.actions:
            if _fits(entry, finding, envelope):
                return entry.action
    return str(config["milter.action"]) if fails(finding, config["fail-on"]) else ""


def _fits(entry: Action, finding: Finding, envelope: Envelope) -> bool:
    if entry.rules and finding.rule not in entry.rules:
        return False
    if SEVERITIES.index(finding.severity.value) < SEVERITIES.index(entry.severity):
        return False
    return _any(entry.senders, (envelope.sender, envelope.user)) and _any(entry.recipients, envelope.recipients)


def _any(patterns: Sequence[str], names: Iterable[str]) -> bool:
    return not patterns or any(name.lower() == pattern or listed(pattern, untagged(name.lower())) for pattern in patterns for name in names if name)


def _tags(config: Config) -> bool:
    """Whether anything is tagged: then nobody else's tag may stand in a mail (as RFC 8601, 5, has it for its header)."""
    return "tag" in {config["milter.action"], config["milter.on-incomplete"], *(entry.action for entry in config.actions)}


def _refused(guilty: Sequence[Finding], report: MailReport, registry: Registry, config: Config) -> Outcome:
    count = len(guilty)
    problems = f"{count} problem{'s' if count != 1 else ''}" if count else "it could not be checked fully"
    lines = [f"sendcheck: {problems}, the message was not sent"]
    for finding in guilty[:_MOST_LINES]:
        lines.append(f"{finding.rule}, {told_place(finding.where)}: {registry.rules[finding.rule].summary}")
    if count > _MOST_LINES:
        lines.append(f"and {count - _MOST_LINES} more")
    lines += _lacking(report) if not count else []
    lines.append(str(config["milter.help"]) or "What a rule means: sendcheck explain RULE")
    return Outcome("reject", "550", "5.7.1", [_ascii(line) for line in lines])


def _lacking(report: MailReport) -> list[str]:
    """Rules that had to run and did not; why may name files and hosts, and is for the log."""
    rules = sorted({entry.rule for entry in report.not_run if entry.required})
    return [_ascii(f"not run: {', '.join(rules)}")] if rules else []


def told_place(where: Place) -> str:
    """Where a finding stands, without a word that the mail's author chose (an attachment's name, a header's)."""
    part = where.part.partition(":")[0]
    part = part if part in _TELLABLE or part == "attachment" else "header"
    return f"{part} line {where.line}" if where.line is not None else part


def _ascii(line: str) -> str:
    plain = clean(line).translate({0x2019: "'", 0x2018: "'", 0x201C: '"', 0x201D: '"', 0x2026: "...", 0x2013: "-", 0x2014: "-"})
    return re.sub(r"[^ -~]", "?", plain.encode("ascii", "replace").decode("ascii"))[:_LONGEST]
