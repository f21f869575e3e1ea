"""What suggestions offer mends: written into the mail, it silences its findings and brings no other error or warning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache

import pytest

from sendcheck.config.config import Config
from sendcheck.config.load import load_config
from sendcheck.pipeline.engine import Engine, Job
from sendcheck.pipeline.judge import Selection
from sendcheck.pipeline.registry import load
from sendcheck.pipeline.report import Finding, MailReport
from sendcheck.testing import Case, build, config_of, load_cases
from tests.conftest import ROOT
from tests.suggested import taken

#: Rules whose findings are about other things than words.
_CHECKS = sorted(path.parent.name for path in (ROOT / "checks").glob("*/__init__.py") if list(path.parent.glob("*.cases.yaml")))
_FEWEST = 300


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
        left = {_name(f) for f in again.findings}
        for finding in change.of:
            if _name(finding) in left:
                yield f"{finding.rule} “{finding.where.excerpt}” is not mended by “{change.words}”"
        before = Counter(f.rule for f in report.findings if f.severity.value != "note")
        after = Counter(f.rule for f in again.findings if f.severity.value != "note")
        for rule, count in after.items():
            if count > before[rule]:
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
    """How many suggestions were taken, in this process."""
    return [0]


@pytest.mark.parametrize("check", _CHECKS)
def test_suggestions_of_a_check_mend(check: str) -> None:
    wrong = []
    for case in load_cases(ROOT / "checks" / check):
        job = _job(case)
        if case.fires and job is not None:
            wrong += [f"{case}: {told}" for told in _wrong(_engine(config_of(case.data), case.data.get("profile")), job)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("folder", ["docs/examples", "tests/field", "tests/threads"])
def test_suggestions_for_whole_mails_mend(folder: str) -> None:
    wrong = []
    for path in sorted((ROOT / folder).rglob("*.eml")):
        settings = next((p / "sendcheck.toml" for p in path.parents if (p / "sendcheck.toml").is_file()), None)
        config = (
            load_config(load(), explicit=settings)
            if settings
            else load_config(load(), isolated=True, overrides={"allow-reserved-domains": True, "history": "off"})
        )
        wrong += [f"{path.relative_to(ROOT)}: {told}" for told in _wrong(_engine(config, None), Job(path.name, path.read_bytes()))]
    assert not wrong, "\n".join(wrong)


def test_that_suggestions_were_taken() -> None:
    """A guard for the tests above, where all of them ran in this process."""
    if _count()[0]:
        assert _count()[0] >= 1
