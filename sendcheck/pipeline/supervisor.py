"""Checks many mails in worker processes (see :mod:`sendcheck.pipeline.pool`), and tells of them in their order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sendcheck.pipeline.engine import Engine, Job
from sendcheck.pipeline.pool import Pool
from sendcheck.pipeline.report import MailReport


class Supervisor:
    """Checks mails in ``jobs`` workers; reports come in the order of the mails."""

    def __init__(self, engine: Engine, jobs: int = 1) -> None:
        self._engine = engine
        self._jobs = max(1, jobs)

    def check(self, job: Job) -> MailReport:
        """One mail."""
        return next(iter(self.run([job])))

    def run(self, jobs: Iterable[Job]) -> Iterator[MailReport]:
        """Many mails. A worker that dies or hangs costs one check of one mail, never the run."""
        source = enumerate(jobs)
        pool = Pool(self._engine, self._jobs)
        ready: dict[int, MailReport] = {}
        following = 0
        exhausted = False
        try:
            while True:
                while not exhausted and len(ready) < 4 * self._jobs and pool.has_room:
                    item = next(source, None)
                    if item is None:
                        exhausted = True
                        break
                    pool.give(*item)
                while following in ready:
                    yield ready.pop(following)
                    following += 1
                if not pool.busy:
                    if exhausted:
                        return
                    continue
                ready.update(pool.listen())
        finally:
            pool.close()
