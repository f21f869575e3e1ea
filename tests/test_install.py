"""The wheel, installed in an empty folder, is the whole tool. Needs the package registries."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import GOOD, ROOT, require

pytestmark = pytest.mark.install


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True, timeout=600, check=False)


def built(folder: Path) -> Path:
    """The project's wheel, made in a folder."""
    done = run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, ROOT, cwd=folder)
    require(done.returncode == 0 or "onnection" not in done.stderr, "the package registry")
    assert done.returncode == 0, done.stderr
    return next(folder.glob("sendcheck-*.whl"))


def test_the_wheel_works_in_an_empty_folder(tmp_path: Path) -> None:
    wheel = built(tmp_path)
    made = run(sys.executable, "-m", "venv", tmp_path / "venv", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    python = tmp_path / "venv" / "bin" / "python"
    done = run(python, "-m", "pip", "install", "-q", "-c", ROOT / "constraints.txt", wheel, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "good.eml").write_bytes(GOOD)
    tool = tmp_path / "venv" / "bin" / "sendcheck"
    done = run(tool, "check", "good.eml", cwd=empty)
    assert done.returncode == 0, done.stdout + done.stderr
    (empty / "blame.eml").write_bytes(GOOD.replace(b"Hi Kari,", b"Hi Kari,\n\nIt was Jared who forgot to send the report to you.", 1))
    assert "blame-colleague" in run(tool, "check", "blame.eml", cwd=empty).stdout  # the pipeline came along
    assert run(tool, "rules", cwd=empty).stdout.count("\n") >= 23
    assert "Why" in run(tool, "explain", "cc-leak", cwd=empty).stdout
    new = run(tool, "new-check", "demo", "--package", cwd=empty)
    assert new.returncode == 0, new.stderr
    done = run(python, "-m", "pip", "install", "-q", "-c", ROOT / "constraints.txt", "pytest", "pyyaml", empty / "sendcheck-demo", cwd=empty)
    assert done.returncode == 0, done.stderr
    assert "demo-found" in run(tool, "rules", cwd=empty).stdout
    done = run(python, "-m", "pytest", "-q", "sendcheck-demo/tests", cwd=empty)
    assert "4 passed" in done.stdout, done.stdout
