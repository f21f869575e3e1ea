"""Findings and reports: plain, frozen, picklable data that every output format is made from."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from sendcheck.errors import Exit, worst_exit
from sendcheck.pipeline.contract import Confidence, Exchange, Severity
from sendcheck.understanding.place import Place

if TYPE_CHECKING:
    from sendcheck.pipeline.page import Page
    from sendcheck.pipeline.passages import Passage
    from sendcheck.pipeline.told import Told
    from sendcheck.understanding.rewording import Missing, Rewording


class Verdict(StrEnum):
    """What becomes of the mail (DESIGN, *Words*)."""

    PASS = "pass"
    FAIL = "fail"
    INCOMPLETE = "incomplete"

    @property
    def exit(self) -> Exit:
        """The exit code of the command line."""
        return {"pass": Exit.PASS, "fail": Exit.FAIL, "incomplete": Exit.INCOMPLETE}[self.value]


#: The rule of what went wrong with a check: it makes a mail incomplete, and fails none.
CRASHED = "check-crashed"


def fails(finding: Finding, fail_on: str) -> bool:
    """Whether a finding fails its mail; one of low confidence never does."""
    threshold = {"error": 0, "warning": 1, "never": -1}[fail_on]
    return finding.rule != CRASHED and finding.confidence is not Confidence.LOW and finding.severity.rank <= threshold


def fingerprint(slug: str, key: str) -> str:
    """SHA-256 over slug and normalised excerpt (or the sorted addresses of a recipient rule), in hex; no line numbers."""
    from hashlib import sha256

    normal = re.sub(r"\s+", " ", key).strip().casefold()
    return sha256(f"{slug}\x00{normal}".encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True, slots=True)
class Offer:
    """Words that a suggestion offers: instead of the sentence at ``where``, or as a block of their own (None). ``tail``: how a suggestion ends with them."""

    words: str
    tail: str
    where: Place | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Rule, places, message, and what to do. ``stands_for``: slugs of superseded rules; ``pairs``, ``fix``: as of a hit, not part of any report; ``offer``:
    words that the suggestion ends with; ``rewording``, ``missing``: what these are made of, None in a finished report.
    """

    rule: str
    severity: Severity
    confidence: Confidence
    message: str
    suggestion: str
    fingerprint: str
    where: Place
    also: tuple[Place, ...] = ()
    stands_for: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    fix: str | None = None
    offer: Offer | None = None
    rewording: Rewording | None = None
    missing: Missing | None = None


@dataclass(frozen=True, slots=True)
class NotRunEntry:
    """A rule that could not look, why, and whether it was asked for. ``unread``: because a part of the mail could not be read."""

    rule: str
    reason: str
    required: bool
    unread: bool = False


@dataclass(frozen=True, slots=True)
class UnreadEntry:
    """A part that leaves and was not read: what places call it, and why. ``told``: a pass says so in its line."""

    part: str
    reason: str
    told: bool


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that an agreed exception took out."""

    rule: str
    fingerprint: str
    reason: str
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """One recipient as the report shows it."""

    shown: str
    field: str
    organisation: str
    inside: bool


@dataclass(frozen=True, slots=True)
class MailReport:
    """All about one mail. ``notices``: lines worth saying that are no findings (expired exceptions, refused headers).

    ``unread``: parts that leave and were not read; ``answers``: which mail was taken for the one answered; ``unmatched``: exceptions that match nothing;
    ``exchanges``: what was asked and where it is answered, None unless wanted; ``page``: the mail itself as its reader will see it, ``passages``: what of
    it is own text, ``acts``: what each sentence does or why that is not known, all None unless wanted; ``template``: the engine of a template, "" for a
    mail; ``network``: settings in force that let a check reach out; ``engine_error``: sendcheck itself failed on this mail (exit 70), not one of its
    checks.
    """

    source: str
    verdict: Verdict
    profile: str = "general"
    profile_reason: str = ""
    languages: tuple[str, ...] = ()
    parent_source: str | None = None
    parent_id: str | None = None
    answers: str = ""
    findings: tuple[Finding, ...] = ()
    not_run: tuple[NotRunEntry, ...] = ()
    unread: tuple[UnreadEntry, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    readers: tuple[Reader, ...] = ()
    groups: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    unmatched: tuple[str, ...] = ()
    network: tuple[str, ...] = ()
    exchanges: tuple[Exchange, ...] | None = None
    page: Page | None = None
    passages: tuple[Passage, ...] | None = None
    acts: tuple[Told, ...] | str | None = None
    template: str = ""
    engine_error: bool = False
    elapsed_ms: float | None = None
    timings: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """The report of a run: mails in the order given. Stable; see the JSON schema in ``sendcheck/show``."""

    mails: tuple[MailReport, ...] = field(default_factory=tuple)

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of all mails: fail, else incomplete, else pass."""
        found = {mail.verdict for mail in self.mails}
        return next((v for v in (Verdict.FAIL, Verdict.INCOMPLETE) if v in found), Verdict.PASS)

    @property
    def sources(self) -> list[str]:
        """What was checked, as it was named."""
        return [mail.source for mail in self.mails]

    @property
    def exit(self) -> Exit:
        """The exit code of the run."""
        return worst_exit([Exit.INTERNAL if mail.engine_error else mail.verdict.exit for mail in self.mails])

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Findings of all mails."""
        return tuple(f for mail in self.mails for f in mail.findings)
