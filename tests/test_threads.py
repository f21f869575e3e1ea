"""The five stories as threads: a complete answer, one with a point missing, one that is polite and empty, and a complete one with too many readers."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

from sendcheck.config.load import load_config
from sendcheck.pipeline.engine import Engine, Job
from sendcheck.pipeline.registry import load
from sendcheck.pipeline.report import MailReport
from tests.conftest import ROOT, Run

FOLDER = ROOT / "tests" / "threads"
CONFIG = ROOT / "docs" / "examples" / "sendcheck.toml"
EXPECTED = tomllib.loads((FOLDER / "expected.toml").read_text("utf-8"))
CASES = [(thread, reply, rules) for thread, replies in EXPECTED.items() for reply, rules in replies.items()]


@cache
def engine() -> Engine:
    return Engine(load(), load_config(load(), explicit=CONFIG))


def report(thread: str, reply: str) -> MailReport:
    folder = FOLDER / thread
    return engine().check(Job(reply, (folder / f"{reply}.eml").read_bytes(), parent=("parent.eml", (folder / "parent.eml").read_bytes()), table=True))


@pytest.mark.parametrize(("thread", "reply", "expected"), CASES, ids=[f"{t}-{r}" for t, r, _ in CASES])
def test_exactly_the_right_findings(thread: str, reply: str, expected: list[str]) -> None:
    findings = report(thread, reply).findings
    assert len(findings) == len(expected), [(f.rule, f.message) for f in findings]
    for found, wanted in zip(findings, expected, strict=True):
        rule, _, words = wanted.partition(": ")
        assert found.rule == rule
        assert found.where.excerpt.startswith(words.rstrip())


@pytest.mark.parametrize("thread", sorted(EXPECTED))
def test_a_complete_answer_answers_each_thing_somewhere(thread: str) -> None:
    rows = report(thread, "complete").exchanges
    assert rows is not None and len(rows) >= 4
    assert all(row.answered is not None and row.answered.line for row in rows)


def test_the_table_as_the_command_prints_it(sendcheck: Run) -> None:
    folder = FOLDER / "mikael"
    arguments = ("--parent", folder / "parent.eml", "--config", CONFIG, "--explain-answers", "--profile", "complaint-reply")
    done = sendcheck("check", folder / "complete.eml", *arguments)
    assert done.returncode == 0 and "✗" not in done.stdout and done.stdout.count("✓") == 7
    done = sendcheck("check", folder / "one-missing.eml", *arguments)
    assert done.returncode == 1 and "6 things, of which 5 answered and 1 not" in done.stdout
    assert re.search(r"Where is Eva\?\n      line \d+: Eva is on leave until Wednesday\.\n      takes up eva\n", done.stdout)


def test_every_mail_of_the_threads_is_declared() -> None:
    found = {str(p.relative_to(FOLDER)) for p in FOLDER.rglob("*.eml")}
    assert found == {f"{t}/{r}.eml" for t, r, _ in CASES} | {f"{t}/parent.eml" for t in EXPECTED}
    assert all(Path(FOLDER / name).read_bytes().isascii() or b"charset=utf-8" in Path(FOLDER / name).read_bytes() for name in found)
