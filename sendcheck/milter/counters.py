"""What a milter counts: mails, verdicts, actions, rules; never anything of a mail. Kept in a small file for ``sendcheck milter status``."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections import Counter
from pathlib import Path
from typing import Any

#: Seconds between two writings.
_EVERY = 2.0


class Counters:
    """Counts since the start of the milter. ``path``: the file that shows them, None for none."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._since = int(time.time())
        self._written = 0.0
        self._dirty = True
        self.of: dict[str, Counter[str]] = {name: Counter() for name in ("mails", "actions", "rules", "troubles")}
        self._slowest = self._spent = 0.0

    def add(self, kind: str, name: str, count: int = 1) -> None:
        """Count something. ``kind``: mails (by verdict), actions, rules, troubles."""
        self.of[kind][name] += count
        self._dirty = True

    def took(self, seconds: float) -> None:
        """Note how long a mail waited for its answer."""
        self._spent += seconds
        self._slowest = max(self._slowest, seconds)

    def told(self, more: dict[str, Any]) -> dict[str, Any]:
        """All counts, as JSON holds them, and what else is known."""
        checked = sum(self.of["mails"][v] for v in ("pass", "fail", "incomplete"))
        mean = round(1000 * self._spent / checked, 1) if checked else None
        counts = {name: dict(sorted(counter.items())) for name, counter in self.of.items()}
        return {"since": self._since, **more, **counts, "mean_ms": mean, "slowest_ms": round(1000 * self._slowest, 1) if checked else None}

    def write(self, more: dict[str, Any], now: bool = False) -> None:
        """Bring the file up to date, now or when it is time. A disk that is full costs no mail."""
        if self._path is None or not self._dirty or (not now and time.monotonic() - self._written < _EVERY):
            return
        self._written = time.monotonic()
        self._dirty = False
        beside = self._path.with_name(self._path.name + ".new")
        with contextlib.suppress(OSError):
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o640)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(self.told(more), file)
            beside.replace(self._path)


def default_path() -> Path:
    """Where the counts lie if nobody says otherwise: systemd's runtime folder (systemd.exec(5)), else beside the daemon's socket."""
    from sendcheck.daemon import wire

    folder = os.environ.get("RUNTIME_DIRECTORY", "").split(":")[0]
    return Path(folder) / "milter.json" if folder else Path(wire.socket_path()).with_name("milter.json")


def shown_path() -> Path:
    """Where to look for the counts if nobody says otherwise: those of the service, where it has any, else those of a milter of one's own."""
    service = Path("/run/sendcheck/milter.json")  # RuntimeDirectory of sendcheck-milter.service
    return service if service.exists() else default_path()
