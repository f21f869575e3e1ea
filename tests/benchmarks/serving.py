"""What carries many mails: a Maildir of 10,000 with one and two jobs, the memory of workers over 100,000, mails a second through Postfix and the milter."""

from __future__ import annotations

import concurrent.futures
import contextlib
import itertools
import json
import multiprocessing
import os
import smtplib
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sendcheck.config.load import load_config
from sendcheck.pipeline.engine import Engine, Job
from sendcheck.pipeline.judge import Selection
from sendcheck.pipeline.pool import Pool
from sendcheck.pipeline.registry import load
from sendcheck.pipeline.rehearsal import warm_up
from sendcheck.pipeline.supervisor import Supervisor
from tests.benchmarks.aims import aim
from tests.quality.corpora import aeslc, find_data

MAILS = int(os.environ.get("BENCH_MEMORY", "100000"))
MAILDIR = int(os.environ.get("BENCH_MAILDIR", "10000"))
#: Bytes of the mails that memory is measured with: short ones, so that there can be many of them.
SHORT = 700


def engine() -> Engine:
    """All rules but grammar, whose work is LanguageTool's."""
    return Engine(load(), load_config(load(), isolated=True, overrides={"allow-reserved-domains": True}), Selection(ignore=("grammar",)))


def spin(count: int) -> int:
    """Work that needs nothing but a processor."""
    total = 0
    for i in range(count):
        total += i * i % 7
    return total


def maildir() -> None:
    """The same mails with one worker and with two, beside a bare loop in one process and in two."""
    if find_data() is None:
        return
    with tempfile.TemporaryDirectory() as name:
        box = Path(name) / "cur"
        box.mkdir()
        for number, mail in enumerate(itertools.islice(aeslc(), MAILDIR)):
            (box / f"{number:05}").write_bytes(mail.raw)
        took = {}
        for jobs in (1, 2):
            begun = time.perf_counter()
            count = sum(1 for _ in Supervisor(engine(), jobs).run(Job(p.name, p.read_bytes()) for p in sorted(box.iterdir())))
            took[jobs] = time.perf_counter() - begun
            print(
                f"{f'a Maildir of {count:,} ordinary mails, {jobs} job' + 's' * (jobs > 1):<58}{took[jobs]:7.1f} s   {count / took[jobs]:6.0f} mails/s",
                flush=True,
            )
    begun = time.perf_counter()
    for _ in range(8):
        spin(3_000_000)
    alone = time.perf_counter() - begun
    with multiprocessing.Pool(2) as pool:
        begun = time.perf_counter()
        pool.map(spin, [3_000_000] * 8, chunksize=4)
        beside = time.perf_counter() - begun
    gain, bare = took[1] / took[2], alone / beside
    print(f"{'  two jobs are faster by':<58}{gain:7.2f} x   a bare two-process loop: {bare:.2f} x")
    aim("`--jobs 2` beside a bare two-process loop's speed-up", gain / bare, 0.9, "x", most=False)


def _rss(process: int) -> float:
    """Megabytes that a process holds for itself (Linux)."""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines() if ":" in line)
    return int(fields["VmRSS"].split()[0]) / 1024


def _write_short(path: str) -> None:
    """The short mails of a corpus, a line of JSON each: made in another process, so that their memory is not what fresh workers are forked with."""
    with Path(path).open("w", encoding="ascii") as out:
        out.writelines(json.dumps(m.raw.decode("latin-1")) + "\n" for m in aeslc() if len(m.raw) < SHORT)


def _mails(path: Path) -> Iterator[bytes]:
    """Those mails over and over, each with a subject of its own."""
    number = 0
    while True:
        with path.open(encoding="ascii") as lines:
            for line in lines:
                number += 1
                yield json.loads(line).encode("latin-1").replace(b"\nSubject: ", b"\nSubject: %d " % number, 1)


def memory() -> None:
    """Two workers, a hundred thousand mails: their memory at the thousandth and after each thousand."""
    if find_data() is None or not Path("/proc/self/status").exists():
        return
    made = engine()
    warm_up(made.registry, made.config)  # as every process does that serves for long
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "mails"
        writer = multiprocessing.get_context("spawn").Process(target=_write_short, args=(str(path),))
        writer.start()
        writer.join()
        assert path.stat().st_size, "no short mails"
        _serve(Pool(made, 2), _mails(path))


def _serve(pool: Pool, source: Iterator[bytes]) -> None:
    pool.fill()
    met, done, given = {_process(w) for w in pool._workers}, 0, 0
    seen: dict[int, float] = {}
    begun = time.perf_counter()
    while done < MAILS:
        while given < MAILS and pool.has_room:
            pool.give(given, Job("x", next(source)))
            given += 1
        for _key, report in pool.listen():
            assert not any(f.rule == "check-crashed" for f in report.findings), "a worker was lost"
            done += 1
            if done % 1_000 == 0:
                met |= {_process(w) for w in pool._workers}
                seen[done] = statistics.mean(_rss(_process(w)) for w in pool._workers)
                if done == 1_000 or done % (MAILS // 10) == 0:
                    print(f"{f'  memory of a worker after {done:,} mails':<58}{seen[done]:7.1f} MB", flush=True)
    took = time.perf_counter() - begun
    pool.close()
    low, high = min(seen.values()), max(seen.values())
    change = max(high / seen[1_000] - 1, 1 - low / seen[1_000])
    print(f"{f'  {MAILS:,} short mails in two places, {len(met)} workers in all':<58}{took:7.0f} s   {MAILS / took:6.0f} mails/s")
    print(f"{'  looked at after each thousand':<58}{low:7.1f} MB to {high:.1f} MB: within {100 * change:.1f} % of the thousandth's")
    aim(f"memory from mail 1,000 to {MAILS:,}", 100 * change, 5, "%")


def _process(worker: Any) -> int:
    return worker.process.pid or 0


def milter() -> None:
    """Mails a second over one and eight connections: Postfix alone, and with the milter; short mails with a parse and without."""
    from tests import postfix
    from tests.sink import serving
    from tests.test_milter import KARI, Milter, _mixed, folder

    if find_spec("Milter") is None or not postfix.is_here():
        print("no pymilter or no Postfix here: no measure of the milter")
        return
    with folder() as place, serving() as sink:
        server_milter = Milter(place)
        server_milter.write()
        server_milter.start(SENDCHECK_DAEMON="off", XDG_DATA_HOME=str(place / "data"))
        try:
            for title, socket in (("Postfix alone", f"unix:{place}/nobody.sock"), ("Postfix and the milter", server_milter.socket)):
                with postfix.running(socket, sink.port, default="accept") as server:
                    for connections in (1, 8):
                        count = 100 * connections

                        def some(first: int, connections: int = connections, count: int = count, server: postfix.Postfix = server) -> list[float]:
                            client, times = server.client(), []
                            for number in range(first, count, connections):
                                begun = time.perf_counter()
                                client.mail("ola@tallmo.no")
                                client.rcpt(KARI)
                                with contextlib.suppress(smtplib.SMTPDataError):
                                    client.data(_mixed(number)[0])
                                times.append(time.perf_counter() - begun)
                            client.close()
                            return times

                        begun = time.perf_counter()
                        with concurrent.futures.ThreadPoolExecutor(connections) as threads:
                            times = sorted(t for found in threads.map(some, range(connections)) for t in found)
                        wall = time.perf_counter() - begun
                        print(
                            f"{f'{title}, {connections} connection' + 's' * (connections > 1):<58}{count / wall:7.0f} mails/s   "
                            f"median {1000 * statistics.median(times):.1f} ms, 99 of 100 within {1000 * times[int(len(times) * 0.99)]:.0f} ms",
                            flush=True,
                        )
        finally:
            server_milter.stop()


def main() -> None:
    """Print all three."""
    maildir()
    memory()
    milter()


if __name__ == "__main__":
    globals()[sys.argv[1] if len(sys.argv) > 1 else "main"]()
