"""State machines: a history and a daemon under any order of what can happen to them, beside a model that says what must be."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sqlite3
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from sendcheck.history import keeping
from sendcheck.history.learn import Learner
from sendcheck.history.memory import remember, remembered, take_back
from sendcheck.history.view import HistoryFile
from tests.conftest import BAD, GOOD
from tests.test_daemon import Place
from tests.test_history import DAY, ME, mail

PEOPLE = ("kari@nordbank.no", "nils@nordbank.no", "jon@fjord.no", "siri@skog.no")
NUMBERS = st.integers(0, 30)


class Killed(Exception):
    """Stands for a kill in the middle of a transaction."""


class HistoryMachine(RuleBasedStateMachine):
    """Learning, forgetting, letting in, pruning, remembering, kills and reopening, in any order."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / "h.sqlite"
        self.mails: dict[int, frozenset[str]] = {}
        self.forgotten: set[str] = set()
        self.after = 0
        self.pairs: set[tuple[str, str]] = set()
        with Learner(self.path, (ME,)) as learner:
            learner.take_as_mine((ME,))

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder, ignore_errors=True)

    @staticmethod
    def to(number: int) -> frozenset[str]:
        return frozenset(p for bit, p in enumerate(PEOPLE) if (number + 1) >> bit & 1) or frozenset(PEOPLE[:1])

    def raw(self, number: int) -> bytes:
        return mail(number, to=", ".join(sorted(self.to(number))))

    def _learnt(self, number: int) -> None:
        people = self.to(number) - self.forgotten
        if number not in self.mails and people and DAY + 86_400 * number >= self.after:
            self.mails[number] = people

    @rule(numbers=st.lists(NUMBERS, max_size=6))
    def learn(self, numbers: list[int]) -> None:
        with Learner(self.path, (ME,)) as learner:
            learner.add([self.raw(n) for n in numbers])
        for number in numbers:
            self._learnt(number)

    @rule(numbers=st.lists(NUMBERS, min_size=2, max_size=6), at=st.integers(1, 3))
    def killed_while_learning(self, numbers: list[int], at: int) -> None:
        """What a transaction had begun is as if it had never been."""
        learner = Learner(self.path, (ME,))
        write, count = learner._write, 0

        def dies(*arguments: object) -> str:
            nonlocal count
            count += 1
            if count >= at:
                raise Killed
            return write(*arguments)  # type: ignore[arg-type]

        learner._write = dies  # type: ignore[method-assign]
        fresh = [n for n in dict.fromkeys(numbers) if DAY + 86_400 * n >= self.after]
        with contextlib.suppress(Killed):
            learner.add([self.raw(n) for n in numbers])
            if len(fresh) >= at:
                raise AssertionError("it was to be killed")
            for number in numbers:
                self._learnt(number)
        learner.close()

    @rule(person=st.sampled_from(PEOPLE))
    def forget(self, person: str) -> None:
        on = sum(person in people for people in self.mails.values())
        assert keeping.forget(self.path, person) == on
        self.forgotten.add(person)
        self.mails = {n: people - {person} for n, people in self.mails.items() if people - {person}}
        self.pairs = {pair for pair in self.pairs if person not in pair}

    @rule(person=st.sampled_from(PEOPLE))
    def let_in(self, person: str) -> None:
        assert keeping.let_in(self.path, person) == (person in self.forgotten)
        self.forgotten.discard(person)

    @rule(number=NUMBERS)
    def prune(self, number: int) -> None:
        before = DAY + 86_400 * number
        old = [n for n in self.mails if DAY + 86_400 * n < before]
        assert keeping.prune(self.path, before)[0] == len(old)
        for n in old:
            del self.mails[n]
        self.after = max(self.after, before)

    @rule(one=st.sampled_from(PEOPLE), other=st.sampled_from(PEOPLE))
    def allow(self, one: str, other: str) -> None:
        pair = tuple(sorted((one, other)))
        remember(self.path, "recipient-unusual", [(one, other)], "said")
        self.pairs.add((pair[0], pair[1]))

    @rule(one=st.sampled_from(PEOPLE), other=st.sampled_from(PEOPLE))
    def disallow(self, one: str, other: str) -> None:
        pair = (min(one, other), max(one, other))
        assert take_back(self.path, "recipient-unusual", (one, other)) == (pair in self.pairs)
        self.pairs.discard(pair)

    @invariant()
    def is_what_it_should_be(self) -> None:
        if not hasattr(self, "path"):
            return
        found = keeping.export(self.path)
        counts = {p: sum(p in people for people in self.mails.values()) for p in PEOPLE}
        assert {p["address"]: p["mails"] for p in found["people"]} == {p: n for p, n in counts.items() if n}
        assert sorted(tuple(m["to"]) for m in found["mails"]) == sorted(tuple(sorted(people)) for people in self.mails.values())
        assert {tuple(a["pair"]) for a in found["allowed"]} == self.pairs == {(one, other) for _r, one, other, _w, _t in remembered(self.path)}
        with contextlib.closing(sqlite3.connect(self.path)) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        view = HistoryFile(self.path)
        view.fresh()
        assert view.mails == len(self.mails) and (view.person(PEOPLE[0]) is not None) == bool(counts[PEOPLE[0]])
        view.close()


class DaemonMachine(RuleBasedStateMachine):
    """Checks and sendings while the daemon is started, stopped, killed, changed and robbed of its socket: always the same answers."""

    mails = Bundle("mails")

    @initialize()
    def begin(self) -> None:
        self.place = Place()
        self.warns = False
        (self.place.folder / ".config" / "sendcheck").mkdir(parents=True)
        (self.place.folder / "good.eml").write_bytes(GOOD)
        (self.place.folder / "bad.eml").write_bytes(BAD)

    def teardown(self) -> None:
        if hasattr(self, "place"):
            self.place.close()

    @rule(bad=st.booleans())
    def check(self, bad: bool) -> None:
        done = self.place.run("check", "bad.eml" if bad else "good.eml")
        assert done.returncode == int(bad and not self.warns), done.stderr
        assert (b"placeholder-left" in done.stdout) == bad

    @rule(bad=st.booleans())
    def send(self, bad: bool) -> None:
        with contextlib.suppress(FileNotFoundError):
            (self.place.folder / "sent").unlink()
        raw = BAD if bad else GOOD
        done = self.place.run("sendmail", "-i", "kari.holm@nordbank.no", stdin=raw)
        passes = not bad or self.warns
        assert done.returncode == (0 if passes else 65), done.stderr
        assert self.place.sent == (raw if passes else None)

    @rule()
    def start(self) -> None:
        assert self.place.run("daemon", "start").returncode == 0

    @rule()
    def stop(self) -> None:
        self.place.run("daemon", "stop")

    @rule()
    def kill_the_master(self) -> None:
        status = self.place.status()
        if status:
            os.kill(int(str(status["pid"])), signal.SIGKILL)

    @rule()
    def kill_the_workers(self) -> None:
        if self.place.status():
            for worker in self.place.workers():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGKILL)

    @rule()
    def stop_a_worker_in_its_tracks(self) -> None:
        if self.place.status():
            for worker in list(self.place.workers())[:1]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGSTOP)

    @rule()
    def take_the_socket(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            self.place.socket.unlink()

    @rule(warns=st.booleans())
    def change_the_configuration(self, warns: bool) -> None:
        self.warns = warns
        text = '[rules]\nplaceholder-left = "warning"\n' if warns else ""
        (self.place.folder / ".config" / "sendcheck" / "config.toml").write_text(text)


TestHistory = pytest.mark.filterwarnings("ignore")(HistoryMachine.TestCase)
TestHistory.settings = settings(max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
TestDaemon = DaemonMachine.TestCase
TestDaemon.settings = settings(max_examples=3, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck))
