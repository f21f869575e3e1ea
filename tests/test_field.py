"""Inputs from public bug reports and trials: one folder each in `tests/field`, with what is expected of them in `expected.yaml`.

from: owner/project#1            where the complaint was made
complaint: what went wrong there
kind: which class of inputs this one stands for
cases:
  - files: [a.eml, "b*.eml", "c.mbox#2"]     sources as the report names them; patterns are shell patterns
    fires: [secret, "promise-absolute: never again"]     a rule, or a rule with a piece of what its finding points at
    silent: [attachment-missing]     rules without any finding; "*": no error and no warning at all
    verdict: fail
    unread: "encrypted"     a pattern for what the report says was not read
    config: other.toml      instead of the folder's sendcheck.toml
"""

from __future__ import annotations

import json
import re
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from sendcheck.cli.main import cli
from tests.conftest import ROOT

FOLDER = ROOT / "tests" / "field"
_DESCRIBED = {"expected.yaml", "sendcheck.toml"}


def expectations() -> list[tuple[str, int]]:
    """(folder, number of the case in it)."""
    return [(path.parent.name, at) for path in sorted(FOLDER.glob("*/expected.yaml")) for at in range(len(_described(path.parent.name)["cases"]))]


@cache
def _described(folder: str) -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load((FOLDER / folder / "expected.yaml").read_text("utf-8"))
    return told


@cache
def _reports(folder: str, config: str) -> dict[str, dict[str, Any]]:
    """Reports of all inputs of a folder, by the name of the source."""
    home = FOLDER / folder
    files = sorted(str(p.relative_to(home)) for p in home.rglob("*") if p.is_file() and p.suffix not in {".toml", ".yaml"})
    settings = ["--config", str(home / config)] if (home / config).is_file() else []
    done = CliRunner().invoke(cli, ["check", *(str(home / f) for f in files), *settings, "--format", "json"], catch_exceptions=False)
    assert done.exit_code in {0, 1, 3}, done.output
    told = json.loads(done.stdout)
    return {str(Path(mail["source"]).relative_to(home)): mail for mail in told["mails"]}


@pytest.mark.parametrize(("folder", "at"), expectations(), ids=[f"{folder}-{at}" for folder, at in expectations()])
def test_as_expected(folder: str, at: int) -> None:
    case = _described(folder)["cases"][at]
    reports = _reports(folder, case.get("config", "sendcheck.toml"))
    for pattern in case["files"]:
        named = {source: told for source, told in reports.items() if fnmatch(source, pattern)}
        assert named, f"{pattern} names no source of {folder}: {sorted(reports)}"
        for source, told in named.items():
            wrong = list(_wrong(case, told))
            assert not wrong, (
                f"{folder}/{source}: {'; '.join(wrong)}; findings: {[(f['rule'], f['severity'], f['where']['excerpt']) for f in told['findings']]}"
            )


def _wrong(case: dict[str, Any], told: dict[str, Any]) -> list[str]:
    found = told["findings"]
    wrong = []
    for wanted in case.get("fires", ()):
        rule, _, words = wanted.partition(": ")
        if not any(f["rule"] == rule and any(words in place["excerpt"] for place in (f["where"], *f["also"])) for f in found):
            wrong.append(f"{wanted} is silent")
    for rule in case.get("silent", ()):
        if any(f["severity"] in {"error", "warning"} if rule == "*" else f["rule"] == rule for f in found):
            wrong.append(f"{rule} fires")
    if "verdict" in case and told["verdict"] != case["verdict"]:
        wrong.append(f"the verdict is {told['verdict']}, not {case['verdict']}")
    if "unread" in case and not re.search(case["unread"], "\n".join(f"{u['part']}: {u['reason']}" for u in told["unread"])):
        wrong.append(f"nothing unread is named that fits “{case['unread']}”: {told['unread']}")
    return wrong


def test_each_input_is_expected_of() -> None:
    for folder in sorted(p for p in FOLDER.iterdir() if p.is_dir()):
        patterns = [pattern.split("#")[0] for case in _described(folder.name)["cases"] for pattern in case["files"]]
        for path in folder.rglob("*"):
            name = str(path.relative_to(folder))
            if path.is_file() and path.name not in _DESCRIBED and path.suffix != ".toml":
                assert any(fnmatch(name, pattern) for pattern in patterns), f"{folder.name}/{name} is expected nothing of"
