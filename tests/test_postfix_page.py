"""docs/howto/postfix.md, followed line by line on Debian. Needs the package registries."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, require
from tests.debian.__main__ import Block, blocks, follow, why_not
from tests.test_install import built

pytestmark = pytest.mark.install

PAGE = ROOT / "docs" / "howto" / "postfix.md"


def test_blocks_of_a_page() -> None:
    page = "As root:\n\n    apt install x\n    y\n\nIt goes into `/etc/a.toml`:\n\n    [a]\n\n    b = 1\n\nLast:\n\n    z\n"
    assert list(blocks(page)) == [Block("", "apt install x\ny\n"), Block("/etc/a.toml", "[a]\n\nb = 1\n"), Block("", "z\n")]


def test_postfix_as_the_page_says(tmp_path: Path) -> None:
    """Every command and every file of its first part, on Debian's own Postfix with its chroot; then mails that pass, are refused, or find no milter."""
    missing = why_not()
    require(not missing, missing)
    built(tmp_path)
    shutil.copy(ROOT / "constraints.txt", tmp_path / "pins.txt")
    found = {"PIP_CONSTRAINT": "/tmp/pins.txt", "PIP_FIND_LINKS": "/tmp"}  # no registry has this version yet
    done = follow(PAGE, "Set it up", sys.executable, "-m", "tests.debian.postfix", files=tmp_path, **found)
    assert done.returncode == 0 and done.stdout.endswith("the page holds\n"), done.stdout[-3000:] + done.stderr[-3000:]
