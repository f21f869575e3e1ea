"""Speed, as ratios to yardsticks run beside it: `make bench`. Prints; asserts nothing.

Yardsticks: a bare Python start, the standard library's parser over the same mails, a bare
two-process loop beside ``--jobs 2``.
"""

from __future__ import annotations

import email
import multiprocessing
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sendcheck.config.load import load_config
from sendcheck.pipeline.engine import Engine, Job
from sendcheck.pipeline.registry import load
from sendcheck.pipeline.supervisor import Supervisor

MAIL = """From: Ola Nordmann <ola@tallmo.no>
To: Kari Holm <kari.holm@nordbank.no>
Subject: Re: The plan {n}
Date: Mon, 04 May 2026 10:12:00 +0200

Hi Kari,

{body}

Kind regards,
Ola Nordmann

On Sun, 3 May 2026 at 20:01, Kari Holm <kari.holm@nordbank.no> wrote:

> Could you send me the plan for the second quarter, and say when we meet?
> Kari
"""
SENTENCE = "The plan for the second quarter is ready, and we can go through it on Wednesday 6 May at ten. "


def mail(number: int) -> bytes:
    """A mail of about 127 words, as in the measurements of other tools."""
    return MAIL.format(n=number, body=SENTENCE * 5).encode()


def seconds(run: Callable[[], object], times: int = 5) -> float:
    """Median wall time."""
    found = []
    for _ in range(times):
        begun = time.perf_counter()
        run()
        found.append(time.perf_counter() - begun)
    return statistics.median(found)


def command(*arguments: str | Path) -> Callable[[], object]:
    """A command as a user starts it."""
    return lambda: subprocess.run([sys.executable, *map(str, arguments)], capture_output=True, check=False)


def spin(count: int) -> int:
    """Work that needs nothing but a processor."""
    total = 0
    for i in range(count):
        total += i * i % 7
    return total


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one = folder / "one.eml"
        one.write_bytes(mail(0))
        box = folder / "box"
        box.mkdir()
        for number in range(1000):
            (box / f"{number:04}.eml").write_bytes(mail(number))
        bare = seconds(command("-c", "pass"))
        help_ = seconds(command("-m", "sendcheck", "--help"))
        check = seconds(command("-m", "sendcheck", "check", one))
        thousand = seconds(command("-m", "sendcheck", "check", box), 3)
        two = seconds(command("-m", "sendcheck", "check", box, "--jobs", "2"), 3)
        raws = [p.read_bytes() for p in sorted(box.iterdir())]
        stdlib = seconds(lambda: [email.message_from_bytes(raw) for raw in raws], 3)
        engine = Engine(load(), load_config(load(), isolated=True))
        inside = seconds(lambda: [engine.check(Job("x", raw)) for raw in raws], 3)
        alone = seconds(lambda: [spin(3_000_000), spin(3_000_000)], 3)
        with multiprocessing.Pool(2) as pool:
            beside = seconds(lambda: pool.map(spin, [3_000_000, 3_000_000], chunksize=1), 3)
        supervised = seconds(lambda: list(Supervisor(engine).run(Job("x", raw) for raw in raws)), 3)
    print(f"{'bare Python start':<44}{bare:8.3f} s")
    print(f"{'sendcheck --help':<44}{help_:8.3f} s  {help_ / bare:6.1f} x bare start")
    print(f"{'sendcheck check, one mail, cold':<44}{check:8.3f} s  {check / bare:6.1f} x bare start")
    print(f"{'sendcheck check, 1,000 mails':<44}{thousand:8.3f} s  {(thousand - check) * 1000 / 999:6.2f} ms a mail")
    print(f"{'  the same, --jobs 2':<44}{two:8.3f} s  {thousand / two:6.2f} x faster; a bare loop: {alone / beside:.2f} x")
    print(f"{'engine in process, 1,000 mails':<44}{inside:8.3f} s  {inside / stdlib:6.1f} x the standard library's parse ({stdlib:.3f} s)")
    print(f"{'  with worker and deadline':<44}{supervised:8.3f} s  {supervised / inside:6.2f} x in process")


if __name__ == "__main__":
    main()
