"""The time a mail may take in its worker. Not counted: what the worker loads once, and how long it stands in line for a processor, which is not its
own fault and no sign that it hangs.
"""

from __future__ import annotations

import math
import time
from pathlib import Path

#: How many times its seconds a mail may take in all where the machine is too busy to run its worker.
BUSY_FACTOR = 10
#: Seconds that loading a language's pipeline, or waiting for LanguageTool, may take.
LOADING = 60.0


def queued(process: int | None) -> float:
    """Seconds that a process has been ready to run without a processor to run on (Linux: the second number of ``/proc/PID/schedstat``,
    the kernel's Documentation/scheduler/sched-stats); 0.0 where the system does not say.
    """
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text("ascii").split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0


class Clock:
    """Runs from now on, for ``seconds`` of the worker ``process``; whatever happens, not beyond ``ends``, as ``time.monotonic`` counts.

    ``allowed``: the seconds in force at the beginning.
    """

    def __init__(self, process: int | None, seconds: float, ends: float = math.inf) -> None:
        now = time.monotonic()
        self.allowed, self.ends = min(seconds, ends - now), ends
        self._process, self._queued = process, queued(process)
        self._due, self._last = now + self.allowed, now + BUSY_FACTOR * self.allowed
        self._paused: float | None = None

    @property
    def due(self) -> float:
        """When to look at it again, as ``time.monotonic`` counts."""
        return min(self._due if self._paused is None else self._paused + LOADING, self.ends)

    def is_over(self) -> bool:
        """Whether the time is up."""
        self._give_back()
        return time.monotonic() >= self.due

    def pause(self) -> None:
        """What follows is not the mail's time."""
        self._give_back()
        self._paused = time.monotonic()

    def resume(self) -> None:
        """The mail's time goes on."""
        if self._paused is not None:
            away = time.monotonic() - self._paused
            self._due, self._last = self._due + away, self._last + away
            self._queued, self._paused = queued(self._process), None

    def _give_back(self) -> None:
        """The time in line since it was last given back."""
        if self._paused is None:
            now = queued(self._process)
            self._due, self._queued = min(self._due + now - self._queued, self._last), now
