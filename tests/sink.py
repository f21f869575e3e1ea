"""What the tests of mail clients share: a loopback SMTP sink, msmtp before it, and commands in a home of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest


@dataclass
class Sink:
    """What arrived: (envelope recipients, content with LF line ends)."""

    port: int = 0
    mails: list[tuple[list[str], bytes]] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append((list(envelope.rcpt_tos), envelope.content.replace(b"\r\n", b"\n")))
        return "250 ok"


@contextmanager
def serving() -> Iterator[Sink]:
    """A sink that takes mails up to 100 MB until the end of the block."""
    from aiosmtpd.controller import Controller

    found = Sink()
    controller = Controller(found, hostname="127.0.0.1", port=0, data_size_limit=100_000_000)
    controller.port = free_port()
    controller.start()
    found.port = controller.port
    yield found
    controller.stop()


@pytest.fixture
def sink() -> Iterator[Sink]:
    with serving() as found:
        yield found


def free_port() -> int:
    import socket

    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


SENDCHECK = str(Path(sys.executable).parent / "sendcheck")
BODY = "Hi Kari,\n\nThe plan is ready. I will call you at noon.\n\nOla\n"


def run(*command: str, cwd: Path, stdin: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, input=stdin, capture_output=True, text=True, cwd=cwd, env={**os.environ, **env}, timeout=60, check=False, start_new_session=True
    )


def msmtp(sink: Sink, tmp_path: Path) -> list[str]:
    config = tmp_path / "msmtprc"
    config.write_text(f"account default\nhost 127.0.0.1\nport {sink.port}\nfrom ola@tallmo.no\ntls off\nauth off\n")
    config.chmod(0o600)
    return ["msmtp", "-C", str(config)]


def wait(condition: Callable[[], bool], seconds: float = 60) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.05)
    return False
