"""Starting, stopping and looking after the daemon from outside."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from sendcheck.daemon import client, wire
from sendcheck.errors import SendcheckError

#: Seconds that warming up may take before ``start`` stops waiting.
WARMING = 60.0
#: Seconds that who starts, stops or asks after the daemon waits for its hello: no mail waits with them, and the first workers get ready after it listens.
PATIENCE = 10.0
_STOPPING = 10.0
_LOG_BYTES = 1_000_000
UNIT = "sendcheck.service"


def spawn() -> None:
    """Start a daemon that outlives this process; returns at once. Its log lies in the user's state folder."""
    log = log_file()
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = not log.exists() or log.stat().st_size > _LOG_BYTES
    words = [sys.executable, "-P", "-m", "sendcheck", "daemon", "run"]
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | (os.O_TRUNC if fresh else 0), 0o600)
    try:
        subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=descriptor, stderr=descriptor, cwd="/", start_new_session=True)
    finally:
        os.close(descriptor)


def start_if_wanted(setting: str) -> None:
    """Start a daemon for the next mail if *setting* (``daemon``) says auto and none serves. Never raises: a mail does not hang on it."""
    if (client.mode() or setting) != "auto" or wire.why_impossible(wire.socket_path()):
        return
    try:
        if not serves():
            spawn()
    except (SendcheckError, OSError):
        return


def serves(patience: float = client.HELLO) -> bool:
    """Whether a daemon serves this program. An older one is asked to make way. Raises Refused if one is there that does neither."""
    try:
        connection = client.connect(patience=patience)
    except client.Refused as refused:
        if not refused.older:
            raise
        stop(patience)
        return False
    if connection is None:
        return False
    connection.close()
    return True


def log_file() -> Path:
    """Where a daemon that was started in the background writes its log."""
    from platformdirs import user_state_path

    return user_state_path("sendcheck") / "daemon.log"


def status() -> dict[str, Any] | None:
    """What the daemon tells of itself; None if none runs. Raises Refused if what listens there is not ours."""
    return _asked({"do": "status"}, PATIENCE)


def stop(patience: float = PATIENCE) -> bool:
    """Ask the daemon to stop, and wait for it; whether one ran. Raises Refused if what listens there is not ours, or does not answer."""
    if _asked({"do": "stop"}, patience) is None:
        return False
    until = time.monotonic() + _STOPPING
    while time.monotonic() < until and _held():
        time.sleep(0.02)
    return True


def _held() -> bool:
    """Whether a daemon still holds the socket's lock: it does until its last worker has finished, when the socket is long gone."""
    import fcntl

    try:
        with Path(wire.lock_path()).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def _asked(request: dict[str, Any], patience: float) -> dict[str, Any] | None:
    connection = client.connect(control=True, patience=patience)
    if connection is None:
        return None
    try:
        with connection:
            wire.send(connection, request)
            return wire.receive(connection)[0]
    except (OSError, EOFError, wire.WireError) as error:
        raise client.Refused("the daemon went away while it was asked") from error


def wait_until_up() -> bool:
    """Whether a daemon answers before warming up should be over."""
    until = time.monotonic() + WARMING
    while time.monotonic() < until:
        if serves(PATIENCE):
            return True
        time.sleep(0.05)
    return False


def unit_text(program: list[str]) -> str:
    """The systemd user unit, for the program that is installed here."""
    return (Path(__file__).parent / UNIT).read_text("utf-8").replace("@PROGRAM@", quoted(program))


def quoted(program: list[str]) -> str:
    """A command as a unit's ExecStart has it (systemd.service(5), *Command lines*)."""
    return " ".join('"' + word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$") + '"' for word in program)
