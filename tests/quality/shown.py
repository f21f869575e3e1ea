"""Errors and warnings shown without cause, all rules together, on two corpora: each alarm was looked at, beside its whole mail.

``judged_shown.tsv`` says of each (mail, rule, severity, digest of the excerpt) whether its row of the catalogue and the rulings want it at that
severity, and why in one word. ``python -m tests.quality.judged sent received`` prints those that nobody has judged.
"""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from sendcheck.pipeline.engine import Job
from sendcheck.pipeline.report import Finding, MailReport
from sendcheck.reading.message import read_message
from sendcheck.understanding.segments import Kind
from sendcheck.understanding.understand import Surroundings, understand
from tests.quality.corpora import CorpusMail, allen, received
from tests.quality.engines import engine
from tests.quality.verdicts import key, rows, wilson

LABELS = Path(__file__).parent / "judged_shown.tsv"
CORPORA: dict[str, tuple[str, Callable[[], Iterable[CorpusMail]]]] = {
    "sent": ("allen-p, sent", allen),
    "received": ("allen-p, other folders", received),
}
#: Attachments were stripped, and a third of the mails has no subject (DATA.md).
LEFT_OUT = frozenset({"attachment-missing", "subject-missing"})
WITH_CAUSE = {
    "wanted": "its row wants it",
    "corpus": "its row wants it, for what the corpus lost: the recipients, the first half of an address",
    "own-address": "its row wants it, though what leaves goes to a private address of the sender",
}
WITHOUT_CAUSE = {
    "answered": "it was answered or done, in other words",
    "not-asked": "nothing was asked of the writer",
    "own-words": "the mail taken for the answered one is the sender's own",
    "term": "a term, a brand, a word",
    "pasted": "words of others below the writer's: a chat, an article",
    "inline": "own text stands within or below what is quoted",
    "forward": "a trail handed on, not answered",
    "same-person": "one person under two addresses",
    "reply-all": "all were on the mail that is answered, which shows its author only",
    "profile": "no complaint was answered",
    "no-reproach": "blames or insults nobody",
    "severity": "a note by the rulings",
    "past": "an account of the past",
    "role": "greets a role, a family, a house",
}


@dataclass(slots=True)
class Shown:
    """Mails, and what was shown on them. ``wrong``: mails with an alarm without cause; ``open_``: of the others, those with one that nobody has judged."""

    mails: int = 0
    alarmed: int = 0
    wrong: int = 0
    open_: int = 0
    failing_wrong: int = 0
    alarms: Counter[str] = field(default_factory=Counter)
    why: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def add(self, told: list[tuple[Finding, str]]) -> None:
        """One mail, with its alarms and the reason given for each, "" where none was."""
        kinds = ["open" if not why else "right" if why in WITH_CAUSE else "wrong" for _finding, why in told]
        self.mails += 1
        self.alarmed += bool(told)
        self.wrong += "wrong" in kinds
        self.open_ += "wrong" not in kinds and "open" in kinds
        self.failing_wrong += any(k == "wrong" and f.severity == "error" and f.confidence != "low" for k, (f, _why) in zip(kinds, told, strict=True))
        self.alarms.update(kinds)
        self.why.update((f.rule, f.severity.value, why) for f, why in told if why)


@cache
def labels() -> Mapping[tuple[str, str, str, str], str]:
    """(mail, rule, severity, digest) to the reason given. Raises ValueError for a line whose verdict and reason disagree."""
    found = {}
    for identity, rule, severity, digest, verdict, why in rows(LABELS):
        if why not in (WITH_CAUSE if verdict == "1" else WITHOUT_CAUSE):
            raise ValueError(f"{identity} {rule}: “{why}” is no reason for {verdict}")
        found[identity, rule, severity, digest] = why
    return found


def name(identity: str, finding: Finding) -> tuple[str, str, str, str]:
    """What names an alarm in the table."""
    mail, rule, digest = key(identity, finding)
    return mail, rule, finding.severity.value, digest


def shown(report: MailReport) -> list[Finding]:
    """Its errors and warnings, as far as the corpus allows for them."""
    return [f for f in report.findings if f.severity != "note" and f.rule not in LEFT_OUT]


def answers_with_trail(mail: CorpusMail) -> bool:
    """Whether a mail is a reply, no forward, and carries what it answers, as sendcheck reads it."""
    read = understand(read_message(mail.raw), Surroundings())
    return read.is_reply and next(read.stretches(Kind.TRAIL, Kind.QUOTE), None) is not None


def _check(mail: CorpusMail) -> tuple[bool, MailReport]:
    return answers_with_trail(mail), engine().check(Job(mail.id, mail.raw))


def reports(corpus: str) -> Iterator[tuple[bool, MailReport]]:
    """Each mail's report, and whether the mail is a reply with a trail."""
    with multiprocessing.Pool() as pool:
        yield from pool.imap(_check, CORPORA[corpus][1](), chunksize=50)


def unjudged(corpus: str) -> Iterator[tuple[str, Finding]]:
    """What is shown and nobody has judged, with the mail's id."""
    for _trail, report in reports(corpus):
        yield from ((report.source, f) for f in shown(report) if name(report.source, f) not in labels())


def measure(corpus: str) -> dict[bool, Shown]:
    """What is shown on replies with a trail (True), and on all other mails (False)."""
    found = {True: Shown(), False: Shown()}
    for trail, report in reports(corpus):
        found[trail].add([(f, labels().get(name(report.source, f), "")) for f in shown(report)])
    return found


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} % ({wilson(part, whole)})" if whole else "–"


def _cells(title: str, which: str, s: Shown) -> str:
    cause = _share(s.wrong, s.mails) + (f", {_share(s.wrong + s.open_, s.mails)} if all that is not judged were" if s.open_ else "")
    return f"| {title} | {which} | {s.mails} | {s.alarmed} | {s.wrong} | {cause} | {s.failing_wrong} | {s.alarms['right']} | {s.alarms['wrong']} | {s.alarms['open']} |"


def _both(one: Shown, other: Shown) -> Shown:
    numbers = (getattr(one, n) + getattr(other, n) for n in ("mails", "alarmed", "wrong", "open_", "failing_wrong"))
    return Shown(*numbers, one.alarms + other.alarms, one.why + other.why)


def section() -> list[str]:
    """The lines for docs/quality.md."""
    lines = [
        "## Shown without cause (`tests/quality/judged_shown.tsv`)\n",
        "All rules together, each error and warning judged beside its whole mail: *without cause* means that its row of the catalogue and the rulings would keep it silent, or "
        "less loud. Two corpora of one mailbox: its distinct sent mails, and 300 of its other folders, chosen by the hash of their path, each checked as if its From were about "
        "to send it. `subject-missing` and `attachment-missing` are left out, as the corpora lack what they ask for. In brackets 95 % intervals (Wilson).\n",
        "| corpus | mails | number | with an alarm | with one without cause | share | failing without cause | alarms with cause | without | not judged |",
        "|---|---|---:|---:|---:|---|---:|---:|---:|---:|",
    ]
    why: Counter[tuple[str, str, str]] = Counter()
    for corpus, (title, _mails) in CORPORA.items():
        found = measure(corpus)
        total = _both(found[True], found[False])
        lines += [_cells(title, which, s) for which, s in (("replies with a trail", found[True]), ("others", found[False]), ("all", total))]
        why += total.why
    lines += ["", "What was without cause, and what the corpora set off by what they lost:\n", "| rule | severity | alarms | why |", "|---|---|---:|---|"]
    told = [(n, rule, severity, reason) for (rule, severity, reason), n in why.items() if reason != "wanted"]
    lines += [
        f"| `{rule}` | {severity} | {n} | {(WITH_CAUSE | WITHOUT_CAUSE)[reason]} |" for n, rule, severity, reason in sorted(told, key=lambda t: (-t[0], t[1:]))
    ]
    return [*lines, ""]
