"""Speed, as ratios to yardsticks run beside it: `make bench`. Prints; asserts nothing.

Yardsticks: a bare Python start, the standard library's parser over the same mails, a bare
two-process loop beside ``--jobs 2``.
"""

from __future__ import annotations

import contextlib
import email
import gc
import io
import multiprocessing
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path

from sendcheck.config.load import load_config
from sendcheck.pipeline.engine import Engine, Job
from sendcheck.pipeline.judge import Selection
from sendcheck.pipeline.registry import load
from sendcheck.pipeline.supervisor import Supervisor
from tests.benchmarks import daemon, history, others, serving, writing
from tests.benchmarks.aims import AIMS, Aim, aim
from tests.benchmarks.installed import environment, installed
from tests.benchmarks.serving import spin

ROOT = Path(__file__).parents[2]

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


def command(program: str, *arguments: str | Path) -> Callable[[], object]:
    """A command as a user starts it."""
    environ = {**environment(), "SENDCHECK_DAEMON": "off"}
    return lambda: subprocess.run([program, *map(str, arguments)], capture_output=True, env=environ, check=False)


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name, installed() as found:
        folder, program = Path(name), found.program
        one = folder / "one.eml"
        one.write_bytes(mail(0))
        box = folder / "box"
        box.mkdir()
        for number in range(1000):
            (box / f"{number:04}.eml").write_bytes(mail(number))
        bare = seconds(command(found.python, "-c", "pass"), 11)
        help_ = seconds(command(program, "--help"), 11)
        check = seconds(command(program, "check", "--ignore", "grammar", one))
        brief = folder / "brief.eml"
        brief.write_bytes(b"From: ola@tallmo.no\nTo: kari@nordbank.no\nSubject: Lunch\n\nHi Kari,\n\nthanks, noon is fine.\n\nOla\n")
        short = seconds(command(program, "check", "--ignore", "grammar", brief), 11)
        thousand = seconds(command(program, "check", "--ignore", "grammar", box), 1)
        two = seconds(command(program, "check", "--ignore", "grammar", box, "--jobs", "2"), 1)
        raws = [p.read_bytes() for p in sorted(box.iterdir())]
        stdlib = seconds(lambda: [email.message_from_bytes(raw) for raw in raws], 3)
        engine = Engine(load(), load_config(load(), isolated=True), Selection(ignore=("grammar",)))
        inside = seconds(lambda: [engine.check(Job("x", raw)) for raw in raws], 1)
        alone = seconds(lambda: [spin(3_000_000), spin(3_000_000)], 3)
        with multiprocessing.Pool(2) as pool:
            beside = seconds(lambda: pool.map(spin, [3_000_000, 3_000_000], chunksize=1), 3)
        supervised = seconds(lambda: list(Supervisor(engine).run(Job("x", raw) for raw in raws)), 1)
    print(f"{'bare Python start':<44}{bare:8.3f} s")
    print(f"{'sendcheck --help':<44}{help_:8.3f} s  {help_ / bare:6.1f} x bare start")
    print(f"{'sendcheck check, one mail, cold':<44}{check:8.3f} s  {check / bare:6.1f} x bare start")
    print(f"{'  one that needs no parse':<44}{short:8.3f} s  {short / bare:6.1f} x bare start")
    aim("a check that needs no parse, cold", short, 0.25, "s")
    print(f"{'sendcheck check, 1,000 mails':<44}{thousand:8.3f} s  {(thousand - check) * 1000 / 999:6.2f} ms a mail")
    print(f"{'  the same, --jobs 2':<44}{two:8.3f} s  {thousand / two:6.2f} x faster; a bare loop: {alone / beside:.2f} x")
    print(f"{'engine in process, 1,000 mails':<44}{inside:8.3f} s  {inside / stdlib:6.1f} x the standard library's parse ({stdlib:.3f} s)")
    print(f"{'  with worker and deadline':<44}{supervised:8.3f} s  {supervised / inside:6.2f} x in process")


def parsing() -> None:
    """1,000 ordinary mails against the bare model of acts, and against bare ``nlp.pipe``, over all their sentences."""
    from itertools import islice

    from sendcheck.acts.model import judged
    from sendcheck.reading.message import read_message
    from sendcheck.understanding.clauses.pipeline import load as load_pipeline
    from sendcheck.understanding.clauses.pipeline import parse
    from sendcheck.understanding.understand import Surroundings, understand
    from tests.quality.corpora import aeslc, find_data

    if find_data() is None:
        print("the corpora are not here (SENDCHECK_DATA): no measure over ordinary mails")
        return
    mails = [m.raw for m in islice(aeslc(), 0, 13_000, 13)][:1000]
    texts = [understand(read_message(raw), Surroundings()).prose.sentences for raw in mails]
    every = [s.text for sentences in texts for s in sentences if s.language in {"en", ""}]
    list(parse(["Warm up."], "en", {}, [lambda _name: None]))
    nlp = load_pipeline("en")[0]
    list(judged(["Warm up."], "us"))
    gc.collect()
    gc.freeze()  # what this benchmark holds is none of either's to look through
    bare_acts = seconds(lambda: [list(judged([s.text for s in sentences], "us")) for sentences in texts], 1)
    bare_all = seconds(lambda: list(nlp.pipe(every)), 1)
    engine = Engine(load(), load_config(load(), isolated=True, overrides={"allow-reserved-domains": True}), Selection(ignore=("grammar",)))
    ours = seconds(lambda: [engine.check(Job("x", raw)) for raw in mails], 1)
    aim("a warm sentence's acts", 1000 * bare_acts / sum(map(len, texts)), 2.0, "ms")
    print(f"{f'1,000 ordinary mails, {len(every):,} sentences':<44}{ours:8.3f} s")
    print(f"{'  bare model of acts, all sentences':<44}{bare_acts:8.3f} s  {ours / bare_acts:6.2f} x in ours")
    print(f"{'  bare nlp.pipe, all sentences':<44}{bare_all:8.3f} s  {ours / bare_all:6.2f} x in ours")


def single() -> None:
    """One mail, warm and in process, beside bare spaCy over all its sentences."""
    from sendcheck.reading.message import read_message
    from sendcheck.understanding.clauses.pipeline import load as load_pipeline
    from sendcheck.understanding.understand import Surroundings, understand

    raw = mail(1)
    engine = Engine(load(), load_config(load(), isolated=True), Selection(ignore=("grammar",)))
    texts = [s.text for s in understand(read_message(raw), Surroundings()).prose.sentences]
    engine.check(Job("x", raw))
    nlp = load_pipeline("en")[0]
    bare = seconds(lambda: list(nlp.pipe(texts)), 50)
    ours = seconds(lambda: engine.check(Job("x", raw)), 50)
    print(
        f"{'one mail of about 127 words, warm':<44}{1000 * ours:8.1f} ms {ours / bare:6.2f} x bare spaCy over its {len(texts)} sentences ({1000 * bare:.1f} ms)"
    )


class _Tee(io.StringIO):
    """Keeps what is printed, and prints it."""

    def write(self, text: str) -> int:
        sys.__stdout__.write(text)  # type: ignore[union-attr]
        sys.__stdout__.flush()  # type: ignore[union-attr]
        return super().write(text)


def learnt() -> None:
    """What a history costs."""
    with tempfile.TemporaryDirectory() as made:
        history.main(Path(made))


#: In this order, each in a process of its own: what one leaves behind in memory is no other's burden.
SECTIONS = (main, single, parsing, learnt, daemon.main, writing.main, others.main, serving.maildir, serving.memory, serving.milter)


def section(number: int) -> tuple[str, list[Aim]]:
    """What a section prints, and the aims it measures."""
    told = _Tee()
    with contextlib.redirect_stdout(told):
        SECTIONS[number]()
    return told.getvalue(), AIMS


def page(printed: str, aims: list[Aim]) -> str:
    """docs/benchmarks.md."""
    model = next(
        (line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), platform.machine()
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    machine = f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB of memory, {platform.system()} {platform.release().split('-')[0]}, Python {platform.python_version()}"
    rows = "\n".join(found.row for found in aims)
    return f"""# Benchmarks

Made by `make bench` on {date.today().isoformat()}: {machine}. Nothing here is asserted: compare the ratios, not the seconds. Templates beside
Vale and proselint have [a page of their own](benchmarks-templates.md); what many mails need is on [the page about size](sizing.md).

## The aims

| what | measured | aim | measured over aim | met |
|---|---|---|---|---|
{rows}

## All that was measured

```text
{printed.rstrip()}
```
"""


if __name__ == "__main__":
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), max_tasks_per_child=1) as apart:
        found = list(apart.map(section, range(len(SECTIONS))))
    printed = "".join(text for text, _ in found)
    (ROOT / "docs" / "benchmarks.md").write_text(page(printed, [one for _, aims in found for one in aims]), "utf-8")
    print("wrote docs/benchmarks.md")
