"""The whole product on exchanges by independent writers: ``python -m tests.quality.acts [--write] [WRITER…]``.

Each reply is checked with the mail it answers. Told: of sentences of own text, how the rules of tone and commitments find those that do what they are about
(findings of any severity, and errors alone); of replies to complaints, how the rules about what is missing find what a writer noted as lacking; how many faulty replies
fail, and how many good ones show an error or a warning. ``--write``: of the writers whom nothing was tuned on, into ``docs/quality.md`` and the file that
``sendcheck explain`` tells from.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage

from sendcheck.acts.figures import FILE
from sendcheck.pipeline.engine import Engine, Job
from sendcheck.pipeline.report import Finding, MailReport
from sendcheck.training.acts.evaluate import RULES, Score, replace_between
from sendcheck.training.acts.exchanges import Exchange, Reply, Sentence, read_one
from sendcheck.training.acts.split import UNOPENED
from sendcheck.understanding.text import flat
from tests.quality.corpora import ROOT
from tests.quality.engines import engine

#: What a reply can lack, and the rule that tells of it.
LACKS = {
    "apology": "apology-missing",
    "acknowledgement": "acknowledgement-missing",
    "plan": "plan-missing",
    "next-update": "next-update-missing",
    "contact": "contact-missing",
    "prevention": "prevention-missing",
}
#: What is asked, by its act, and the rule that tells of what is left open.
OPEN = {"question": "question-unanswered", "request": "request-unaddressed"}
#: The rules about what the answered mail asks.
ANSWERS = ("question-unanswered", "request-unaddressed", "concern-unaddressed")
_MARKER = "the whole product on unopened writers: python -m tests.quality.acts --write"
_FIELD = re.compile(r"(From|To|Cc|Subject): ([^|]*)")


def fields_of(head: str) -> dict[str, str]:
    """The fields that a mail's head in a writer's file names."""
    return {name: value.strip() for name, value in _FIELD.findall(head)}


def as_mail(fields: Mapping[str, str], sentences: list[Sentence], subject: str) -> bytes:
    """A mail of these sentences: salutation and closing on lines of their own, the rest one paragraph, with a file where one is announced.

    ``subject``: where the fields name none.
    """
    mail = EmailMessage()
    for name in ("From", "To", "Cc"):
        if name in fields:
            mail[name] = fields[name]
    mail["Subject"] = fields.get("Subject") or subject
    mail["Date"] = "Tue, 03 Mar 2026 09:00:00 +0100"
    blocks: list[str] = []
    for number, sentence in enumerate(sentences):
        alone = (number == 0 and "greeting" in sentence.labels) or "closing" in sentence.labels
        if alone or not blocks or blocks[-1].startswith("\0"):
            blocks.append(("\0" if alone else "") + sentence.text)
        else:
            blocks[-1] += " " + sentence.text
    mail.set_content("\n\n".join(block.removeprefix("\0") for block in blocks) + "\n")
    if any("attach" in sentence.labels for sentence in sentences):
        mail.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="file.pdf")
    return mail.as_bytes()


@dataclass
class Outcome:
    """``faulty``/``failed``: replies noted as faulty, and those that fail; ``good``/``shown``: good ones, and those that show an error or a warning;
    ``open``: questions and requests that have no answer; ``plain``/``nagged``: ordinary replies that leave nothing open, and those that show an answer rule.
    """

    rules: dict[str, Score] = field(default_factory=lambda: {rule: Score() for rule in RULES})
    errors: dict[str, Score] = field(default_factory=lambda: {rule: Score() for rule in RULES})
    lacking: dict[str, Score] = field(default_factory=lambda: {rule: Score() for rule in LACKS.values()})
    faulty: int = 0
    failed: int = 0
    good: int = 0
    shown: int = 0
    complaints: int = 0
    recognised: int = 0
    ordinary: int = 0
    taken: int = 0
    open: dict[str, Score] = field(default_factory=lambda: {rule: Score() for rule in OPEN.values()})
    answered: int = 0
    plain: int = 0
    nagged: int = 0


def check(checker: Engine, exchange: Exchange, reply: Reply) -> MailReport:
    """The report on a reply with the mail it answers."""
    theirs = fields_of(exchange.head)
    subject = theirs.get("Subject")
    parent = as_mail(theirs, exchange.parent, "A matter") if exchange.parent else None
    ours = {"To": theirs.get("From", "x@reader.example")} | fields_of(reply.head)
    raw = as_mail(ours, reply.sentences, f"Re: {subject}" if subject else "A matter")
    return checker.check(Job(exchange.id, raw, parent=("parent.eml", parent) if parent else None))


def told_of(found: tuple[Finding, ...], sentence: Sentence) -> list[Finding]:
    """The findings about a sentence."""
    text = flat(sentence.text)
    return [f for f in found if f.where.excerpt and flat(f.where.excerpt) in text]


def measure(writer: str, checker: Engine) -> Outcome:
    """All replies of a writer."""
    out = Outcome()
    for exchange in read_one(writer).exchanges:
        for reply in exchange.replies:
            report = check(checker, exchange, reply)
            slugs = {f.rule for f in report.findings} | {slug for f in report.findings for slug in f.stands_for}
            for sentence in reply.sentences:
                here = told_of(report.findings, sentence)
                for rule, acts in RULES.items():
                    is_so = not set(acts).isdisjoint(sentence.labels)
                    out.rules[rule].add(any(rule == f.rule or rule in f.stands_for for f in here), is_so)
                    out.errors[rule].add(any(rule == f.rule and f.severity.value == "error" for f in here), is_so)
            strict = report.profile in {"complaint-reply", "incident"}
            if reply.lacks is not None:
                out.complaints += 1
                out.recognised += strict
                for name, rule in LACKS.items():
                    out.lacking[rule].add(rule in slugs, name in reply.lacks)
            elif reply.lacks_told:
                out.ordinary += 1
                out.taken += strict
            nags = [f for f in report.findings if f.rule in ANSWERS and f.severity.value != "note"]
            items = list(open_items(exchange, reply))
            for asked, is_so in items:
                rule = next(rule for act, rule in OPEN.items() if act in asked.labels)
                out.answered += not is_so
                out.open[rule].add(any(_about(f, asked) for f in nags), is_so)
            if not reply.lacks_told or reply.lacks is None:
                leaves_nothing = not any(is_so for _, is_so in items)
                out.plain += leaves_nothing
                out.nagged += leaves_nothing and bool(nags)
            loud = any(f.severity.value != "note" for f in report.findings)
            if reply.kind == "good":
                out.good += 1
                out.shown += loud
            else:
                out.faulty += 1
                out.failed += report.verdict.value == "fail"
    return out


def open_items(exchange: Exchange, reply: Reply) -> Iterator[tuple[Sentence, bool]]:
    """The questions and requests of the answered mail, and whether each is open: not answered, nor put off to a time."""
    for sentence in exchange.parent:
        if sentence.number in reply.answers and not OPEN.keys().isdisjoint(sentence.labels):
            yield sentence, not any(not answer.endswith("!") for answer in reply.answers[sentence.number])


def _about(finding: Finding, asked: Sentence) -> bool:
    """Whether a finding names something asked."""
    excerpts = [flat(place.excerpt).rstrip("…") for place in (finding.where, *finding.also)]
    return any(one and (one in flat(asked.text) or flat(asked.text) in one) for one in excerpts)


def _added(scores: Iterable[Score]) -> Score:
    total = Score()
    for one in scores:
        total.include(one)
    return total


def _all_of(outcomes: Sequence[Outcome]) -> Outcome:
    """Several writers' outcomes as one."""
    whole = Outcome()
    for one in outcomes:
        for mine, theirs in ((whole.rules, one.rules), (whole.errors, one.errors), (whole.lacking, one.lacking), (whole.open, one.open)):
            for rule, score in theirs.items():
                mine[rule].include(score)
        for name in ("faulty", "failed", "good", "shown", "complaints", "recognised", "ordinary", "taken", "answered", "plain", "nagged"):
            setattr(whole, name, getattr(whole, name) + getattr(one, name))
    return whole


def lines(outcome: Outcome) -> Iterator[str]:
    """What was found, in Markdown."""
    yield "| rule | precision | recall | F1 | errors alone: precision | recall | there |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for rule in (*RULES, "all"):
        one, firm = (_added(found.values()) if rule == "all" else found[rule] for found in (outcome.rules, outcome.errors))
        errors = f"{firm.precision:.2f} | {firm.recall:.2f}" if firm.hit + firm.false else "– | –"
        yield f"| {rule} | {one.precision:.2f} | {one.recall:.2f} | {one.f1:.2f} | {errors} | {one.hit + one.missed} |"
    for rule, one in outcome.lacking.items():
        yield f"| {rule} | {one.precision:.2f} | {one.recall:.2f} | {one.f1:.2f} | – | – | {one.hit + one.missed} |"
    yield ""
    yield (
        f"Answers to complaints recognised as such: {outcome.recognised} of {outcome.complaints}; other replies taken for one: {outcome.taken} of "
        f"{outcome.ordinary}. Faulty replies that fail: {outcome.failed} of {outcome.faulty}; good ones that show an error or a warning: {outcome.shown} of "
        f"{outcome.good}."
    )
    yield ""
    yield (
        f"Questions and requests left open: {_added(outcome.open.values())}; of those answered {_called_open(outcome):.3f} are called open. Ordinary replies that leave nothing open and show an answer rule all the same: {outcome.nagged} of "
        f"{outcome.plain}."
    )
    yield ""


def _called_open(outcome: Outcome) -> float:
    """Of what is answered, the share that is called open."""
    scores = outcome.open.values()
    return sum(one.false for one in scores) / max(1, outcome.answered)


def _figures(found: Mapping[str, Outcome]) -> str:
    rules: dict[str, dict[str, dict[str, float]]] = {}
    for language in sorted({writer.partition("-")[0] for writer in found}):
        outcome = _all_of([one for writer, one in found.items() if writer.startswith(language)])
        for rule, one in (outcome.rules | outcome.lacking | outcome.open).items():
            told = {"precision": round(one.precision, 2), "recall": round(one.recall, 2), "there": one.hit + one.missed, "said": one.hit + one.false}
            rules.setdefault(rule, {})[language] = told
    return json.dumps({"writers": list(found), "rules": rules}, indent=1) + "\n"


def main() -> None:
    """See the module's docstring."""
    checker = engine()
    write = "--write" in sys.argv
    writers = UNOPENED if write else [word for word in sys.argv[1:] if not word.startswith("-")] or UNOPENED
    found = {writer: measure(writer, checker) for writer in writers}
    shown = {}
    for language in sorted({writer.partition("-")[0] for writer in writers}):
        of_language = [writer for writer in writers if writer.startswith(language)]
        shown[", ".join(of_language)] = _all_of([found[writer] for writer in of_language])
    text = "\n".join(line for names, outcome in shown.items() for line in (f"**{names}**", "", *lines(outcome)))
    print(text)
    if write:
        FILE.write_text(_figures(found), "utf-8")
        replace_between(ROOT / "docs" / "quality.md", _MARKER, text)


if __name__ == "__main__":
    main()
