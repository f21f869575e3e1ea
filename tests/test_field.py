"""Inputs from public bug reports and trials do what is expected of them (:mod:`tests.field_cases` says how that is written down)."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.field_cases import FOLDER, described, folders, inputs, sources, wrong

CASES = [(home, at) for home in folders() for at in range(len(described(home)["cases"]))]


@pytest.mark.parametrize(("home", "at"), CASES, ids=[f"{home.name}-{at}" for home, at in CASES])
def test_as_expected(home: Path, at: int) -> None:
    case = described(home)["cases"][at]
    reports = sources(home, case)
    for pattern in case["files"]:
        assert any(fnmatch(source, pattern) for source in reports), f"{pattern} names no source of {home.name}: {sorted(reports)}"
    for source, told in reports.items():
        lacking = list(wrong(case, told))
        assert not lacking, (
            f"{home.name}/{source}: {'; '.join(lacking)}; findings: {[(f['rule'], f['severity'], f['where']['excerpt']) for f in told['findings']]}"
        )


def test_each_input_is_expected_of() -> None:
    for home in sorted(p for p in FOLDER.iterdir() if p.is_dir()):
        patterns = [pattern.split("#")[0] for case in described(home)["cases"] for pattern in case["files"]]
        for name in inputs(home):
            assert any(fnmatch(name, pattern) for pattern in patterns), f"{home.name}/{name} is expected nothing of"
