"""A PostgreSQL of the tests' own on loopback, in a folder, with a role that row-level security holds for."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.sink import free_port

_PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))


def is_here() -> bool:
    return bool(_PROGRAMS)


@dataclass
class Server:
    """A running one. ``url``: of the role that owns the database; ``root``: of the superuser."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgresql://sendcheck@127.0.0.1:{self.port}/sendcheck"

    @property
    def root(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/sendcheck"

    def control(self, *words: str) -> None:
        command = [str(_PROGRAMS[-1]), "-D", str(self.folder / "data"), "-w", "-l", str(self.folder / "log"), *words]
        subprocess.run(_as_postgres(command), check=True, capture_output=True, cwd="/")

    def start(self) -> None:
        self.control("-o", f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self.folder} -c fsync=off", "start")

    def stop(self) -> None:
        self.control("-m", "immediate", "stop")

    def dump(self) -> str:
        """All that is in it, as SQL."""
        command = [str(_PROGRAMS[-1].with_name("pg_dump")), "--inserts", self.root]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _as_postgres(command: list[str]) -> list[str]:
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command] if os.geteuid() == 0 else command


@contextmanager
def running() -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    server = Server(folder, free_port())
    programs = _PROGRAMS[-1].parent
    subprocess.run(
        _as_postgres([str(programs / "initdb"), "-D", str(folder / "data"), "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync"]),
        check=True,
        capture_output=True,
        cwd="/",
    )
    server.start()
    try:
        for sql in ("CREATE ROLE sendcheck LOGIN", "CREATE DATABASE sendcheck OWNER sendcheck"):
            url = f"postgresql://postgres@127.0.0.1:{server.port}/postgres"
            subprocess.run([str(programs / "psql"), url, "-qc", sql], check=True, capture_output=True)
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
