"""Every input that ever broke a fuzz target, and the seeds, through their targets: the regression cases of `make fuzz`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.fuzz.targets import TARGETS

CRASHES = sorted(p for p in (ROOT / "tests" / "fuzz" / "crashes").rglob("*") if p.is_file())


@pytest.mark.parametrize("path", CRASHES, ids=lambda p: f"{p.parent.name}-{p.name[:20]}")
def test_what_once_broke(path: Path) -> None:
    TARGETS[path.parent.name](path.read_bytes())


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_the_targets_take_our_own_mails(name: str) -> None:
    for path in sorted((ROOT / "docs" / "examples").rglob("*")):
        if path.is_file():
            TARGETS[name](path.read_bytes()[:4096])
    for data in (b"", b"\x00", b"\n" * 50, bytes(range(256))):
        TARGETS[name](data)
