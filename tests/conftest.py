"""Shared by all tests: what a missing component means, and the command as a user runs it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
#: What tests of Norwegian spelling require.
NORWEGIAN = "a Norwegian dictionary (pip install 'sendcheck[norwegian]', or Debian's hunspell-no)"


def require(present: bool, component: str, *, extra: bool = False) -> None:
    """Skip for a missing component; under SENDCHECK_REQUIRE=all fail instead, under SENDCHECK_REQUIRE=extras if it comes with pip's development extras."""
    if present:
        return
    asked = os.environ.get("SENDCHECK_REQUIRE", "")
    if asked == "all" or (asked == "extras" and extra):
        pytest.fail(f"{component} is missing, and SENDCHECK_REQUIRE={asked} asks for it")
    pytest.skip(f"{component} is missing on this machine")


def clone() -> Path:
    """The project, where it is a clone and git is there to be asked about it."""
    require(shutil.which("git") is not None and (ROOT / ".git").exists(), "git, or a clone")
    return ROOT


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The files that take longest begin, so that no process of several waits for one at the end."""
    items.sort(key=lambda item: item.get_closest_marker("corpus") is None)
    most = int(os.environ.get("SENDCHECK_VALUES", "0"))
    if most:
        spread(config, items, most)


def spread(config: pytest.Config, items: list[pytest.Item], most: int) -> None:
    """Of a test with more values than that, keep so many from all over (`make test-bare`: what a machine lacks is seldom a matter of the value)."""
    tests: dict[tuple[Path, str], list[pytest.Item]] = {}
    for item in items:
        tests.setdefault((item.path, getattr(item, "originalname", item.name)), []).append(item)
    kept = {values[n * len(values) // most] if len(values) > most else values[n] for values in tests.values() for n in range(min(most, len(values)))}
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = [item for item in items if item in kept]


Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(autouse=True)
def nobody_elses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test asks the history, or the daemon, of whoever runs it."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("SENDCHECK_DAEMON", "off")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, so that no test reads or writes the user's own configuration."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "SENDCHECK_POLICY", "SENDCHECK_MTA", "SENDCHECK_ALLOW", "SENDCHECK_IN_SENDMAIL"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def sendcheck(home: Path, tmp_path: Path) -> Run:
    """Run the command in an empty folder; stdout and stderr as text."""
    work = tmp_path / "work"
    work.mkdir()

    def run(*arguments: str | Path, stdin: bytes | None = None, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "sendcheck", *map(str, arguments)],
            input=stdin if stdin is not None else b"",
            capture_output=True,
            cwd=cwd or work,
            env={**os.environ, "PYTHONUTF8": "1", **env},
            timeout=120,
            check=False,
            start_new_session=True,
        )
        return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))

    return run


GOOD = b"""From: Ola Nordmann <ola@tallmo.no>
To: Kari Holm <kari.holm@nordbank.no>
Subject: The plan
Date: Mon, 04 May 2026 10:12:00 +0200

Hi Kari,

The plan is ready. I will call you at noon.

Ola
"""
BAD = GOOD.replace(b"Hi Kari", b"Hi {{first_name}}")


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.eml"
    path.write_bytes(GOOD)
    return path


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "bad.eml"
    path.write_bytes(BAD)
    return path
