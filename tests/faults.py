"""What goes wrong around a program: a disk that is full."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import require


@contextmanager
def tiny_disk(folder: Path, kib: int) -> Iterator[Path]:
    """A disk of so many KiB, mounted at *folder* (needs root)."""
    folder.mkdir(exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kib}k,mode=0755", "none", str(folder)], capture_output=True, check=False)
    require(os.geteuid() == 0 and done.returncode == 0, "the right to mount a small disk (root)")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)
