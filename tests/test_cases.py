"""Every case beside every check runs; a rule without page or without both kinds of cases fails."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

import pytest

from sendcheck.pipeline.contract import Check, Rule
from sendcheck.pipeline.registry import load
from sendcheck.testing import Case, load_cases, report_of, run_case
from tests.conftest import require

CHECKS = [c for c in load().checks if c.run.__module__.startswith("sendcheck_checks")]
CASES = [case for check in CHECKS for case in load_cases(check.folder)]
RULES = [(check, rule) for check in CHECKS for rule in check.rules]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case: Case) -> None:
    try:
        run_case(case)
    except AssertionError:
        for lacking in report_of(case).not_run:
            require(lacking.rule != case.rule or not case.fires, f"what {case.rule} runs with ({lacking.reason})", extra=True)
        raise


@pytest.mark.parametrize(("check", "rule"), RULES, ids=lambda v: getattr(v, "slug", None) or getattr(v, "name", ""))
def test_rule_has_its_house(check: Check, rule: Rule) -> None:
    page = check.folder / f"{rule.slug}.md"
    assert page.is_file(), f"{page} is missing"
    text = page.read_text("utf-8")
    assert text.startswith(f"# {rule.slug}\n")
    assert "## Why" in text and "## Instead" in text
    if rule.slug == "check-crashed":
        return  # no mail makes it fire: tests/test_engine.py does
    mine = [case for case in CASES if case.rule == rule.slug]
    fires, silent = [c for c in mine if c.fires], [c for c in mine if not c.fires]
    assert fires and silent, f"{rule.slug} lacks firing or silent cases"
    assert len(silent) >= len(fires) or rule.harm.name == "READING", f"{rule.slug}: silent cases are the harder half, write as many"
    if rule.reads_text:
        for kind in (fires, silent):
            assert {"en", "nb"} <= {c.lang for c in kind}, f"{rule.slug} needs cases in both languages"


def test_cases_belong_to_rules() -> None:
    slugs = {rule.slug for _check, rule in RULES}
    assert {case.rule for case in CASES} <= slugs
    for check in CHECKS:
        for path in check.folder.glob("*.md"):
            assert path.stem in slugs, f"{path} is the page of no rule"


def test_hard_pairs_differ_in_one_word() -> None:
    pairs: dict[tuple[str, str, str], dict[bool, str]] = {}
    for case in CASES:
        if "pair" in case.data:
            pairs.setdefault((case.rule, str(case.lang), str(case.data["pair"])), {})[case.fires] = str(case.data["own"])
    for key, both in pairs.items():
        assert set(both) == {True, False}, key
        fires, silent = (both[kind].split() for kind in (True, False))
        changed = [op for op in SequenceMatcher(None, fires, silent).get_opcodes() if op[0] != "equal"]
        assert len(changed) == 1 and max(changed[0][2] - changed[0][1], changed[0][4] - changed[0][3]) == 1, (key, both)
    for language in ("en", "nb"):
        assert sum(lang == language for _, lang, _ in pairs) >= 20, language


def test_slugs_are_slugs() -> None:
    for _check, rule in RULES:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.slug)
        assert rule.summary and rule.why and not rule.summary.endswith(".")


def test_few_cases_are_misread() -> None:
    """The model of acts may be wrong about some of the cases that it learnt from; if it is wrong about many, it learnt too little."""
    of_acts = [case for case in CASES if load().rules[case.rule].by_acts]
    misread = [case for case in of_acts if case.data.get("misread")]
    assert all(load().rules[case.rule].by_acts for case in CASES if case.data.get("misread")), "only what a model says can be misread"
    assert len(misread) <= len(of_acts) // 12, f"{len(misread)} of {len(of_acts)}"
