"""sendcheck as a user has it: a wheel, installed and compiled, beside the libraries of the environment that the benchmarks run in."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Installed:
    """Its Python and its program."""

    python: str
    program: str


@contextmanager
def installed() -> Iterator[Installed]:
    """An environment with it, for as long as it lasts."""
    with tempfile.TemporaryDirectory(prefix="sc-") as name:
        home = Path(name) / "env"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
        python = home / "bin" / "python"
        packages = Path(
            subprocess.run([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], check=True, capture_output=True, text=True).stdout.strip()
        )
        # A path line is not a site folder: the editable finder of the development environment stays behind.
        (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python), "install", "--quiet", "--no-deps", "--force-reinstall"]
        copy = Path(name) / "source"  # building leaves a folder behind
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "build", "site", "tests"))
        subprocess.run([*pip, str(copy)], check=True)
        where = subprocess.run([python, "-c", "import sendcheck; print(sendcheck.__file__)"], check=True, capture_output=True, text=True, cwd=name).stdout
        assert where.startswith(str(home)), where
        yield Installed(str(python), str(home / "bin" / "sendcheck"))


def environment() -> dict[str, str]:
    """The surroundings of a user, whose Python keeps what it compiled."""
    return {name: value for name, value in os.environ.items() if name not in {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH"}}
