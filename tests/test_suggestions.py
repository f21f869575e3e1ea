"""What suggestions offer mends: written into the mail, it silences its findings and brings no other error or warning."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

import pytest

from sendcheck.config.config import Config
from sendcheck.config.load import load_config
from sendcheck.pipeline.engine import Engine, Job
from sendcheck.pipeline.judge import Selection
from sendcheck.pipeline.mending import once
from sendcheck.pipeline.registry import load
from sendcheck.pipeline.report import Finding, MailReport
from sendcheck.testing import Case, build, config_of, load_cases, report_of
from tests.conftest import ROOT
from tests.suggested import taken

_CHECKS = sorted(path.parent.name for path in (ROOT / "checks").glob("*/__init__.py") if list(path.parent.glob("*.cases.yaml")))
#: Checks that offer words to write, or whose mails always draw findings that do.
_OFFER = {"answers", "apology", "blame", "jargon", "plan", "promise", "spelling", "tone"}
#: A plain word that is offered for a term, to be put into the sentence in the form it needs.
_PLAIN = re.compile(r"^say it in plain words: “([^”]+)”$")


def _job(case: Case) -> Job | None:
    data = case.data
    if "template" in data or "history" in data or "faults" in data:
        return None
    parent = data.get("parent")
    given = ("parent.eml", build(parent if isinstance(parent, dict) else {"mail": parent})) if parent else None
    return Job("case.eml", build(data), parent=given, draft=bool(data.get("draft")), envelope=tuple(data.get("envelope") or ()))


def _engine(config: Config, profile: str | None) -> Engine:
    return Engine(load(), config, Selection(ignore=("grammar",)), profile)


def _wrong(engine: Engine, job: Job) -> Iterator[str]:
    """What is wrong with the suggestions for one mail."""
    report = engine.check(job)
    yield from _worthless(job.raw, report)
    for change in taken(job.raw, report):
        _count()[0] += 1
        again = engine.check(Job(job.source, change.raw, parent=job.parent, draft=job.draft, envelope=job.envelope))
        left, there = (Counter(_name(f) for f in found for _place in (f.where, *f.also)) for found in (again.findings, report.findings))
        for finding in change.of:
            if left[_name(finding)] >= there[_name(finding)]:  # the same words may stand elsewhere, too
                yield f"{finding.rule} “{finding.where.excerpt}” is not mended by “{change.words}”"
        before = Counter(f.rule for f in report.findings if f.severity.value != "note")
        after = Counter(f.rule for f in again.findings if f.severity.value != "note")
        for rule, count in after.items():
            if count > before[rule] and load().rules[rule].by_acts:
                _count()[1] += 1  # a model reads what is around a sentence, and may change its mind
            elif count > before[rule]:
                found = "; ".join(f.message for f in again.findings if f.rule == rule)
                yield f"“{change.words}” (for {', '.join(f.rule for f in change.of)}) brings {rule}: {found}"


def _worthless(raw: bytes, report: MailReport) -> Iterator[str]:
    for finding in report.findings:
        offered = finding.offer.words if finding.offer is not None else finding.fix
        if offered is not None and (not offered.strip() or offered == finding.where.excerpt):
            yield f"{finding.rule} offers “{offered}” instead of “{finding.where.excerpt}”"


def _name(finding: Finding) -> tuple[str, str]:
    return finding.rule, " ".join(finding.where.excerpt.split())


@cache
def _count() -> list[int]:
    """How many suggestions were taken in this process, and how many made the model of acts find something new."""
    return [0, 0]


@pytest.mark.parametrize("check", _CHECKS)
def test_suggestions_of_a_check_mend(check: str) -> None:
    wrong: list[str] = []
    before, doubts = _count()
    for case in load_cases(ROOT / "checks" / check):
        job = _job(case)
        if case.fires and job is not None:
            wrong += [f"{case}: {told}" for told in _wrong(_engine(config_of(case.data), case.data.get("profile")), job)]
    assert not wrong, "\n".join(wrong)
    assert check not in _OFFER or _count()[0] > before, "no suggestion was taken"
    doubtful, of = _count()[1] - doubts, _count()[0] - before
    assert doubtful <= max(2, of // 12), f"{doubtful} of {of} suggestions bring something new"


@pytest.mark.parametrize("folder", ["docs/examples", "tests/field", "tests/threads"])
def test_suggestions_for_whole_mails_mend(folder: str) -> None:
    wrong: list[str] = []
    before = _count()[0]
    for path in sorted((ROOT / folder).rglob("*.eml")):
        settings = next((p / "sendcheck.toml" for p in path.parents if (p / "sendcheck.toml").is_file()), None)
        usual = {"allow-reserved-domains": True, "history": "off"}
        config = load_config(load(), explicit=settings) if settings else load_config(load(), isolated=True, overrides=usual)
        wrong += [f"{path.relative_to(ROOT)}: {told}" for told in _wrong(_engine(config, None), Job(path.name, path.read_bytes()))]
    assert not wrong, "\n".join(wrong)
    # The threads are about what is lacking; few of their sentences are to be reworded.
    assert folder == "tests/threads" or _count()[0] > before, "no suggestion was taken"


def test_plain_words_are_plain() -> None:
    engine = Engine(load(), config_of({}), Selection(("jargon",)), "complaint-reply")
    for case in load_cases(ROOT / "checks" / "jargon"):
        job = _job(case) if case.fires else None
        for finding in engine.check(job).findings if job is not None else ():
            plain = _PLAIN.match(finding.suggestion)
            if plain:
                again = engine.check(Job("plain.eml", build({"own": f"{plain.group(1).capitalize()}.\n"})))
                assert not again.findings, f"{finding.where.excerpt}: {[f.message for f in again.findings]}"


_TOGETHER = {
    "Jared forgot to send the list!!!": "We forgot to send the list.",
    "Going forward we will send the report as soon as possible!!": "From now on we will send the report by noon tomorrow.",
    "Det var Jared som glemte listen!!!": "Vi glemte listen.",
    "Vi sender rapporten så fort som mulig!!!": "Vi sender rapporten innen kl. 12 i morgen.",
}


def _of(own: str, profile: str = "complaint-reply", **more: str) -> MailReport:
    data = {"own": own, "from": "Ola Nordmann <ola@inside.example>", **more}
    return _engine(config_of({}), profile).check(Job("one.eml", build(data)))


def _offered(report: MailReport, *rules: str) -> set[str]:
    return {f.offer.words for f in report.findings if f.rule in rules and f.offer is not None}


@pytest.mark.parametrize("sentence", _TOGETHER)
def test_findings_of_one_sentence_have_one_rewording(sentence: str) -> None:
    report = _of(sentence + "\n")
    several = [f for f in report.findings if f.where.excerpt]
    assert len(several) > 1, [f.rule for f in report.findings]
    assert {f.offer.words if f.offer is not None else "" for f in several} == {_TOGETHER[sentence]}


def test_a_rewording_is_not_offered_where_it_leaves_something_wrong() -> None:
    report = _of("You fool, we will fix it soon.\n")
    assert {"promise-undated", "hostile"} <= {f.rule for f in report.findings}
    assert not _offered(report, "promise-undated")


def test_slips_in_a_reworded_sentence_are_mended_with_it() -> None:
    report = _of("We will send the the missing report as soon as possible.\n")
    assert _offered(report, "promise-undated") == {"We will send the missing report by noon tomorrow."}


def test_what_is_missing_is_one_block_in_the_language_of_the_mail() -> None:
    lacking = ("apology-missing", "acknowledgement-missing", "plan-missing", "next-update-missing", "contact-missing")
    english, norwegian = _of("Thank you for your message about the delivery.\n"), _of("Takk for meldingen om leveringen som kom i går.\n")
    assert {f.rule for f in english.findings} >= {"apology-missing", "plan-missing", "next-update-missing"}
    assert len(_offered(english, *lacking)) == len(_offered(norwegian, *lacking)) == 1
    assert "I am sorry" in next(iter(_offered(english, *lacking)))
    assert "Jeg beklager" in next(iter(_offered(norwegian, *lacking)))


def test_a_report_shows_offered_words_once() -> None:
    for own in (*(f"{sentence}\n" for sentence in _TOGETHER), "Thank you for your message about the delivery.\n"):
        report = _of(own)
        shown = once(report.findings)
        for words in {f.offer.words for f in report.findings if f.offer is not None}:
            assert sum(f.offer is not None and f.offer.words == words for f in report.findings) > 1
            assert sum(words in f.suggestion for f in shown) == 1


def test_a_rewording_in_a_template_keeps_its_tags() -> None:
    data = {
        "template": "Subject: Your order\n\nHi {{ name }},\n\nWe will send {{ product }} as soon as possible!!!\n",
        "name": "mail.j2",
        "profile": "complaint-reply",
    }
    report = report_of(Case("promise-undated", True, 1, data))
    assert _offered(report, "promise-undated") == {"We will send {{ product }} by noon tomorrow!!!"}
