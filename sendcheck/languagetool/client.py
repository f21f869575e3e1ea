"""Asks the keeper of LanguageTool, and starts one where none runs. Whatever fails ends in :class:`CannotProofread`, never in a lost mail."""

from __future__ import annotations

import atexit
import contextlib
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sendcheck.daemon import wire
from sendcheck.languagetool.hooks import HOOKS
from sendcheck.languagetool.places import Settings, environment, keeper_socket, why_not
from sendcheck.understanding.proofreading import CannotProofread, Fault

#: Seconds that starting Java and loading the rules may take.
STARTING = 45.0
#: Seconds until a keeper that was just spawned must listen, and without a sign of life from one (it gives one twice a second).
_LISTENING, _SILENCE = 15.0, 5.0
_LOG_BYTES = 1_000_000


def spawn(settings: Settings, socket_path: Path, owner: int) -> None:
    """Start a keeper. ``owner``: the process that it ends with, 0 for none. Raises OSError."""
    log = log_file()
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    socket_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = not log.exists() or log.stat().st_size > _LOG_BYTES
    words = [sys.executable, "-P", "-m", "sendcheck.languagetool.worker", "keep", str(socket_path), settings.wire(), str(owner)]
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | (os.O_TRUNC if fresh else 0), 0o600)
    try:
        subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=descriptor, stderr=descriptor, cwd="/", env=environment(), start_new_session=True)
    finally:
        os.close(descriptor)
    if owner == os.getpid():
        atexit.register(stop, socket_path)


def log_file() -> Path:
    """Where keepers write what went wrong: kinds of faults and times, never text."""
    from platformdirs import user_state_path

    return user_state_path("sendcheck") / "languagetool.log"


@dataclass(frozen=True, slots=True)
class LanguageTool:
    """The proofreader behind ``grammar``. ``folder``: where LanguageTool was looked for, None for the usual places; ``keep``: whether a keeper that
    has to be started may stay for the next mail.
    """

    settings: Settings
    folder: Path | None
    keep: bool

    @property
    def why_not(self) -> str:
        """Why it cannot be asked; "" if it can."""
        return why_not(self.folder, self.settings.url)

    def faults(self, text: str, language: str) -> tuple[Fault, ...]:
        """The faults of a text. Raises CannotProofread."""
        HOOKS.waiting(True)
        try:
            found = self._asked({"do": "check", "text": text, "language": language})
        finally:
            HOOKS.waiting(False)
        try:
            return tuple(Fault(int(a), int(b), str(m), tuple(map(str, r)), str(rule), str(category)) for a, b, m, r, rule, category in found["faults"])
        except (KeyError, TypeError, ValueError) as error:
            raise CannotProofread("LanguageTool's answer could not be read") from error

    def _asked(self, request: dict[str, Any], again: bool = True) -> dict[str, Any]:
        connection = self._connected()
        try:
            with connection:
                return self._answer(connection, request)
        except TimeoutError:
            raise CannotProofread("LanguageTool does not answer (sendcheck languagetool stop, then try again)") from None
        except (OSError, EOFError, wire.WireError):
            if again:  # it was just ending: a new one does it
                return self._asked(request, again=False)
            raise CannotProofread("LanguageTool stopped while it read the mail: check the mail once more, it is started again") from None

    def _answer(self, connection: socket.socket, request: dict[str, Any]) -> dict[str, Any]:
        """Wait for an answer: as long as the mail's deadline, but for the time that LanguageTool needs to start."""
        wire.send(connection, request)
        begun = since = time.monotonic()
        while True:
            head, _blobs = wire.receive(connection)
            now = time.monotonic()
            if head.get("state") == "starting":
                since = now
                if now - begun > STARTING:
                    raise CannotProofread(f"LanguageTool did not start within {STARTING:g} s: see {log_file()}")
            elif head.get("state") == "busy":
                if now - since > self.settings.deadline:
                    raise CannotProofread(f"LanguageTool took longer than {self.settings.deadline:g} s for this mail (“languagetool.deadline”)")
            elif head.get("failed"):
                raise CannotProofread(str(head["failed"]))
            else:
                return head

    def _connected(self) -> socket.socket:
        """A connection to the user's keeper, else to this command's own; started if there is neither."""
        users, own = keeper_socket(self.settings), keeper_socket(self.settings, HOOKS.owner or os.getpid())
        for path in (users, own):
            found = connect(path)
            if found is not None:
                return found
        path, owner = (users, 0) if self.keep else (own, HOOKS.owner or os.getpid())
        try:
            (HOOKS.start or spawn)(self.settings, path, owner)
        except OSError as error:
            raise CannotProofread(f"LanguageTool could not be started: {error.strerror} ({error.filename or log_file()})") from error
        until = time.monotonic() + _LISTENING
        while time.monotonic() < until:
            found = connect(path)
            if found is not None:
                return found
            time.sleep(0.05)
        raise CannotProofread(f"LanguageTool's keeper did not come up: see {log_file()}")


def connect(path: Path) -> socket.socket | None:
    """A connection to a keeper; None where none listens, or one that is not ours."""
    if not path.exists() or wire.why_unsafe(str(path)):
        return None
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(_SILENCE)
    try:
        connection.connect(str(path))
        wire.check_peer(connection)
    except (OSError, wire.WireError):
        connection.close()
        return None
    return connection


def started(path: Path) -> dict[str, Any] | None:
    """Wait until a keeper has its server warm; its answer, None if it does not come up."""
    until = time.monotonic() + STARTING + _LISTENING
    while time.monotonic() < until:
        connection = connect(path)
        if connection is None:
            time.sleep(0.05)
            continue
        with connection, contextlib.suppress(OSError, EOFError, wire.WireError):
            wire.send(connection, {"do": "start"})
            while time.monotonic() < until:
                head, _blobs = wire.receive(connection)
                if "state" not in head:
                    return head
        return None
    return None


def told(path: Path, request: str) -> dict[str, Any] | None:
    """What a keeper answers to ``status`` or ``stop``; None if none does."""
    connection = connect(path)
    if connection is None:
        return None
    with connection, contextlib.suppress(OSError, EOFError, wire.WireError):
        wire.send(connection, {"do": request})
        return wire.receive(connection)[0]
    return None


def stop(path: Path) -> bool:
    """Stop a keeper and wait until it is gone; whether one ran."""
    if told(path, "stop") is None:
        return False
    until = time.monotonic() + _LISTENING
    while time.monotonic() < until and path.exists():
        time.sleep(0.02)
    return True
