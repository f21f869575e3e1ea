"""A word to systemd, where it started us (sd_notify(3))."""

from __future__ import annotations

import contextlib
import os
import socket


def notify(state: str) -> None:
    """Tell it, as ``READY=1`` or ``WATCHDOG=1``; nothing where nobody listens."""
    name = os.environ.get("NOTIFY_SOCKET", "")
    if not name:
        return
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        told.connect("\0" + name[1:] if name.startswith("@") else name)
        told.send(state.encode())


def watchdog_seconds() -> float:
    """How often systemd wants a sign of life, twice as often as it must (sd_watchdog_enabled(3)); 0.0 for never."""
    if os.environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return 0.0
    try:
        return int(os.environ.get("WATCHDOG_USEC", "0")) / 2_000_000
    except ValueError:
        return 0.0
