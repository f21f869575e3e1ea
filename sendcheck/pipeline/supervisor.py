"""Checks many mails in worker processes (see :mod:`sendcheck.pipeline.pool`), and tells of them in their order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sendcheck.pipeline.engine import Engine, Job
from sendcheck.pipeline.pool import Pool
from sendcheck.pipeline.report import MailReport

#: Mails that one worker takes at a time: their sentences are parsed together.
_TOGETHER = 16
#: Bytes of a mail that is checked alone: its own work is enough.
_LARGE = 100_000


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
        held: list[tuple[int, Job]] = []
        following = 0
        exhausted = False
        try:
            while True:
                while not exhausted and len(ready) < 4 * _TOGETHER * self._jobs and pool.has_room:
                    some = _some(source, held)
                    exhausted = not some
                    if some:
                        pool.give_together(some)
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


def _some(source: Iterator[tuple[int, Job]], held: list[tuple[int, Job]]) -> list[tuple[int, Job]]:
    """The next mails that can go together; a template, and a large mail, goes alone. ``held``: the one that comes first next time."""
    found: list[tuple[int, Job]] = []
    while len(found) < _TOGETHER:
        item = held.pop() if held else next(source, None)
        if item is None:
            break
        alone = item[1].template is not None or item[1].size > _LARGE
        if alone and found:
            held.append(item)
            break
        found.append(item)
        if alone:
            break
    return found
