"""Runs the engine in worker processes with a deadline and a memory limit for every mail.

A thread cannot be stopped inside a regular expression or a C library; a process can. A
worker past the deadline is killed, a new one runs the mail again without the check that
hung, and the report says so: the other checks still ran. Time in which a worker has no
processor to run on is not held against it, so that a busy machine costs no check.
"""

from __future__ import annotations

import contextlib
import mmap
import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from pathlib import Path

from sendcheck.languagetool.hooks import HOOKS
from sendcheck.pipeline.clock import Clock
from sendcheck.pipeline.engine import JUDGING, READING, Engine, Job, crash_hit
from sendcheck.pipeline.judge import judge
from sendcheck.pipeline.registry import load
from sendcheck.pipeline.report import MailReport
from sendcheck.reading.limits import LIMITS
from sendcheck.understanding import loading

MEMORY_LIMIT = 4 * 1024**3
#: Time grows with size: this much on top of the deadline for each MB of mail, twice what a MB of text takes; no more text than that is read.
SECONDS_PER_MB = 6.0
_MOST_TEXT = LIMITS.text_chars + LIMITS.enclosed_chars
#: How many times the deadline of a mail a template may take.
TEMPLATE_FACTOR = 10
_RESTARTS = 3
#: Mails after which a worker makes room for a fresh one: spaCy's tables keep a place for every word that they ever met, so that a worker
#: which served for ever would grow for ever.
LIFE = 5_000
#: Bytes of the name of what a worker does now.
_NAME = 64
_STARTING = "starting"
_NOT_A_CHECK = {READING, JUDGING, _STARTING}


def _limit() -> None:
    """What holds for every worker: no interrupts from the keyboard, and so much memory."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))


class _Board:
    """What a worker does now: written there, read by its parent once it hangs or is dead. ``shared``: in memory that both see, where workers are
    forked. Told by the pipe, each of a mail's twenty steps would wake the parent, which takes a processor from another worker.
    """

    def __init__(self, shared: bool) -> None:
        self._memory = mmap.mmap(-1, _NAME) if shared else bytearray(_NAME)

    @property
    def name(self) -> str:
        """What was written last."""
        return bytes(self._memory[:_NAME]).rstrip(b"\0").decode("utf-8", "replace")

    @name.setter
    def name(self, name: str) -> None:
        self._memory[:_NAME] = name.encode()[:_NAME].ljust(_NAME, b"\0")


def _serve_later(warm: Callable[[], None], board: _Board | None, connection: Connection) -> None:
    """A worker forked before anybody knows for what: gets its surroundings and its engine, then serves as any other."""
    _limit()
    with contextlib.suppress(Exception):  # it only saves time
        warm()
    with contextlib.suppress(EOFError, OSError):
        environ, folder, config, selection, profile, today = connection.recv()
        os.environ.clear()
        os.environ.update(environ)
        os.chdir(folder)
        time.tzset()
        _serve(Engine(load(), config, selection, profile, today), board, connection)


def _serve(engine: Engine, board: _Board | None, connection: Connection) -> None:
    """The worker's loop: jobs in, stages and reports out, until the pipe closes."""
    _limit()
    loading.on_load = HOOKS.waiting = lambda begins: connection.send(("load", begins))
    HOOKS.start = lambda settings, path, owner: connection.send(("keeper", (settings, path, owner)))
    HOOKS.owner = os.getppid()
    with contextlib.suppress(EOFError, OSError, KeyboardInterrupt):  # whoever gives mails is gone
        while True:
            jobs, stopped = connection.recv()

            def told(name: str) -> None:
                if board is None:
                    connection.send(("stage", name))
                else:
                    board.name = name

            try:
                for job in jobs:
                    connection.send(("done", engine.check(job, stopped if len(jobs) == 1 else None, told)))
            except Exception as error:  # the engine's own fault: never the mail's loss
                connection.send(("crash", f"{type(error).__name__}"))


@dataclass(slots=True, eq=False)
class _Worker:
    process: BaseProcess
    connection: Connection
    board: _Board
    todo: list[tuple[int, Job]] = field(default_factory=list)
    clock: Clock | None = None
    stopped: dict[str, str] = field(default_factory=dict)
    served: int = 0

    @property
    def job(self) -> Job | None:
        """The mail that is being checked."""
        return self.todo[0][1] if self.todo else None


#: A worker that :func:`prepare` forked and nobody has taken yet.
_spare: list[_Worker] = []


def prepare(warm: Callable[[], None]) -> None:
    """Fork a worker ahead of the mail, for the first job of this process. ``warm`` runs in it: what it touches is then the worker's own
    memory, which a fork shares only until it is written to, and copying costs a short mail as much as its check.
    """
    if "fork" in multiprocessing.get_all_start_methods():
        _spare.append(_forked(multiprocessing.get_context("fork"), _serve_later, warm))


def _forked(context: BaseContext, run: Callable[..., None], *arguments: object) -> _Worker:
    ours, theirs = context.Pipe()
    forked = context.get_start_method() == "fork"
    board = _Board(shared=forked)
    process = context.Process(target=_run, args=(run, arguments, board if forked else None, ours, theirs), daemon=True)  # type: ignore[attr-defined]
    process.start()
    theirs.close()
    return _Worker(process, ours, board)


def _run(run: Callable[..., None], arguments: tuple[object, ...], board: _Board | None, ours: Connection, theirs: Connection) -> None:
    """In a worker: without the other end of its own pipe, which would keep it waiting when everybody else is gone."""
    ours.close()
    run(*arguments, board, theirs)


class Pool:
    """Up to ``jobs`` workers, given mails as they come; each mail's report comes when it is ready, under the key that it was given with.

    A worker that dies or hangs costs one check of one mail. Not for several threads.
    """

    def __init__(self, engine: Engine, jobs: int = 1) -> None:
        self._engine = engine
        self._jobs = max(1, jobs)
        self._limit = float(engine.config["deadline"])
        methods = multiprocessing.get_all_start_methods()
        self._context = multiprocessing.get_context("fork" if "fork" in methods else "spawn")
        self._workers: list[_Worker] = []
        self._ready: list[tuple[int, MailReport]] = []
        self._alone: list[tuple[int, Job]] = []

    @property
    def has_room(self) -> bool:
        """Whether a mail that is given now is begun at once."""
        return not self._alone and self._has_idle

    @property
    def _has_idle(self) -> bool:
        return len(self._workers) < self._jobs or any(w.job is None for w in self._workers)

    @property
    def busy(self) -> int:
        """Mails that are being checked."""
        return sum(len(w.todo) for w in self._workers) + len(self._alone)

    @property
    def connections(self) -> list[Connection]:
        """What to wait on, for those who wait on more than a pool."""
        return [w.connection for w in self._workers if w.job is not None]

    @property
    def patience(self) -> float | None:
        """Seconds until a mail's deadline is to be looked at; None where none is being checked."""
        due = [w.clock.due for w in self._workers if w.job is not None and w.clock is not None]
        return max(0.0, min(due) - time.monotonic()) if due else None

    def fill(self) -> None:
        """Start all workers now, so that the first mails do not wait for a fork."""
        while len(self._workers) < self._jobs:
            self._another()

    def give(self, key: int, job: Job) -> None:
        """Begin a mail. Only where :attr:`has_room`."""
        self.give_together([(key, job)])

    def give_together(self, some: Sequence[tuple[int, Job]]) -> None:
        """Begin some mails in one worker, which parses their sentences together. If anything goes wrong with one, all that are left are checked
        alone. Only where :attr:`has_room`.
        """
        for dead in [w for w in self._workers if w.job is None and not w.process.is_alive()]:  # between two mails: no mail's fault
            self._workers.remove(dead)
            dead.connection.close()
        worker = next((w for w in self._workers if w.job is None), None) or self._another()
        self._give(worker, some, {})

    def listen(self, wanted: bool = True) -> list[tuple[int, MailReport]]:
        """The reports that are ready; ``wanted``: wait for something to happen first."""
        busy = [w for w in self._workers if w.job is not None]
        if wanted and busy and not self._ready:
            wait([w.connection for w in busy], self.patience)
        for worker in busy:
            try:
                while worker.job is not None and worker.connection.poll():
                    self._hear(worker, worker.connection.recv())
            except (EOFError, OSError):
                self._replace(worker, "the process died (memory or a crash in a library)")
                continue
            if worker.job is not None and worker.clock is not None and worker.clock.is_over():
                self._replace(worker, f"it ran past its deadline of {worker.clock.allowed:.3g} s")
            elif worker.job is None and worker.served >= LIFE:
                self._retire(worker)
        while self._alone and self._has_idle:
            alone, self._alone = self._alone[0], self._alone[1:]
            self.give_together([alone])
        found, self._ready = self._ready, []
        return found

    def close(self) -> None:
        """End all workers."""
        for worker in self._workers:
            self._kill(worker)
        self._workers.clear()

    def _another(self) -> _Worker:
        worker = self._start()
        self._workers.append(worker)
        return worker

    def _start(self) -> _Worker:
        engine = self._engine
        if _spare and engine.registry is load():
            worker = _spare.pop()
            if worker.process.is_alive():
                with contextlib.suppress(OSError):
                    worker.connection.send((dict(os.environ), str(Path.cwd()), engine.config, engine.selection, engine.profile, engine.today))
                    return worker
        return _forked(self._context, _serve, engine)

    def _allowed(self, job: Job) -> float:
        """Seconds for one job: a template is several mails, and nobody waits to send it."""
        return self._limit * (TEMPLATE_FACTOR if job.template is not None else 1) + SECONDS_PER_MB * min(job.size, _MOST_TEXT) / 1_000_000

    def _give(self, worker: _Worker, some: Sequence[tuple[int, Job]], stopped: dict[str, str], ends: float | None = None) -> None:
        """``ends``: when the mail's time is up in all, where it was begun before."""
        worker.todo, worker.stopped, worker.board.name = list(some), stopped, _STARTING
        jobs = [job for _key, job in some]
        self._wind(worker, jobs, ends)  # reading and parsing come first, for all of them
        with contextlib.suppress(BrokenPipeError, OSError):
            worker.connection.send((jobs, stopped))

    def _wind(self, worker: _Worker, jobs: Sequence[Job], ends: float | None = None) -> None:
        """The time that some mails may take begins now."""
        ends = time.monotonic() + sum(job.seconds for job in jobs) if ends is None else ends
        worker.clock = Clock(worker.process.pid, sum(map(self._allowed, jobs)), ends)

    def _hear(self, worker: _Worker, told: tuple[str, object]) -> None:
        kind, value = told
        if kind == "keeper":  # here, where no worker's limits hold for it
            from sendcheck.languagetool.client import spawn

            with contextlib.suppress(OSError):  # the worker waits in vain, and says so
                spawn(*value)  # type: ignore[misc]
            return
        if kind == "load":  # a worker loads a pipeline once, or waits for LanguageTool; that is not the mail's time
            assert worker.clock is not None
            (worker.clock.pause if value else worker.clock.resume)()
            return
        if kind == "stage":
            worker.board.name = str(value)
            return
        assert worker.job is not None
        if kind == "done":
            assert isinstance(value, MailReport)
            report = value
        elif len(worker.todo) > 1:
            self._alone += worker.todo
            worker.todo = []
            return
        else:
            report = replace(self._given_up(worker.job, worker.board.name, f"{value}"), engine_error=True)
        self._ready.append((worker.todo.pop(0)[0], report))
        worker.served += 1
        if worker.todo:
            self._wind(worker, [worker.todo[0][1]])

    def _replace(self, worker: _Worker, why: str) -> None:
        """Kill a worker; run its mail again without the check that was running, or give the mail up."""
        job = worker.job
        assert job is not None
        self._kill(worker)
        at = self._workers.index(worker)
        if len(worker.todo) > 1:
            self._workers.pop(at)
            self._alone += worker.todo
            return
        key = worker.todo[0][0]
        assert worker.clock is not None
        if time.monotonic() >= worker.clock.ends or worker.board.name in _NOT_A_CHECK or len(worker.stopped) >= _RESTARTS:
            self._ready.append((key, self._given_up(job, worker.board.name, why)))
            self._workers.pop(at)
            return
        fresh = self._start()
        self._workers[at] = fresh
        self._give(fresh, [(key, job)], {**worker.stopped, worker.board.name: why}, worker.clock.ends)

    def _retire(self, worker: _Worker) -> None:
        """A fresh worker in an idle one's place."""
        with contextlib.suppress(OSError):  # there is no room for a process now: the old one goes on
            self._workers[self._workers.index(worker)] = self._start()
            self._kill(worker)

    def _given_up(self, job: Job, stage: str, why: str) -> MailReport:
        """The report of a mail that could not be checked at all: incomplete, never pass."""
        engine = self._engine
        hit = crash_hit(stage, why)
        judgement = judge(None, [hit], [], engine.registry, engine.config, engine.selection, engine.today)
        return MailReport(job.source, judgement.verdict, findings=judgement.findings, notices=judgement.notices)

    def _kill(self, worker: _Worker) -> None:
        """End a worker. Nobody waits for an idle one to be gone: taking its memory down costs longer than a short mail's check."""
        worker.connection.close()
        if worker.process.is_alive():
            worker.process.kill()
        if worker.job is not None:
            worker.process.join(5)
