"""How long a process has stood in line for a processor: time that is not its own fault, and no sign that it hangs."""

from __future__ import annotations

from pathlib import Path


def queued(process: int | None) -> float:
    """Seconds that a process has been ready to run without a processor to run on (Linux: the second number of ``/proc/PID/schedstat``,
    the kernel's Documentation/scheduler/sched-stats); 0.0 where the system does not say.
    """
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text("ascii").split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0
