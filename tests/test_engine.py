"""Pipeline: a check that raises or hangs costs its own rules only; severities, exceptions, locks, verdicts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sendcheck.checkapi import Check, Confidence, Harm, Hit, Mail, NotRun, Rule, Severity
from sendcheck.config.config import Config, Suppression
from sendcheck.config.load import load_config
from sendcheck.pipeline import clock, pool
from sendcheck.pipeline.engine import Engine, Job
from sendcheck.pipeline.judge import Selection
from sendcheck.pipeline.registry import Registry, load
from sendcheck.pipeline.report import MailReport, Report, Verdict
from sendcheck.pipeline.supervisor import Supervisor
from sendcheck.show.json import as_json
from sendcheck.show.text import TextReport
from tests.conftest import BAD, GOOD
from tests.test_reading import BOMBS


def rule(slug: str, severity: Severity = Severity.ERROR, **more: Any) -> Rule:
    return Rule(slug, severity, Harm.TONE, "summary", "why", **more)


def raising(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit]:
    raise KeyError("secret words of the mail")
    yield


def hanging(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit]:
    time.sleep(60)
    yield


def dying(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit]:
    import os

    os._exit(9)
    yield


def two_hits(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit | NotRun]:
    body = mail.bodies[0]
    yield Hit("strong", "strong", mail.at(body, 0, 2))
    yield Hit("weak", "weak", mail.at(body, 0, 2))
    yield Hit("unsure", "unsure", mail.at(body, 3, 5), confidence=Confidence.LOW)
    yield NotRun("blind", "nothing to see by")


def third_party(name: str, run: Any, *rules: Rule) -> Check:
    return Check(name, rules or (rule(f"{name}-found"),), run, Path(__file__).parent)


def engine(*extra: Check, selection: Selection | None = None, **values: Any) -> Engine:
    registry = Registry((*load().checks, *extra))
    config = load_config(load(), isolated=True)
    config = replace(config, values={**config.values, **values})
    return Engine(registry, config, selection or Selection(), today=date(2026, 5, 4))


@pytest.fixture(scope="module")
def warm() -> None:
    """What this process compiles and loads once is no part of the short deadlines that tests set."""
    engine().check(Job("warm.eml", BAD))


def rules_of(report: MailReport) -> list[str]:
    return [f.rule for f in report.findings]


def test_a_check_that_raises_costs_its_own_rules_only() -> None:
    report = engine(third_party("broken", raising)).check(Job("bad.eml", BAD))
    assert rules_of(report) == ["check-crashed", "placeholder-left"]
    assert report.verdict is Verdict.FAIL
    assert "secret" not in str(report), "an exception's text may hold words of the mail"
    assert any(e.rule == "broken-found" for e in report.not_run)


def test_a_crash_alone_is_incomplete_never_pass() -> None:
    report = engine(third_party("broken", raising)).check(Job("good.eml", GOOD))
    assert rules_of(report) == ["check-crashed"]
    assert report.verdict is Verdict.INCOMPLETE


@pytest.mark.usefixtures("warm")
@pytest.mark.parametrize("run", [hanging, dying])
def test_a_check_that_hangs_or_dies_is_stopped_and_the_others_run(run: Any) -> None:
    report = Supervisor(engine(third_party("bad", run), deadline=0.5)).check(Job("bad.eml", BAD))
    assert rules_of(report) == ["check-crashed", "placeholder-left"]
    assert "bad" in report.findings[0].message


@pytest.mark.usefixtures("warm")
def test_the_deadline_that_is_named_is_the_one_in_force() -> None:
    """A large mail has more time, one that somebody waits for no more than that; whatever is begun anew shares it."""
    pdf = b"MIME-Version: 1.0\nContent-Type: application/pdf\nContent-Transfer-Encoding: base64\n"
    large = BAD.partition(b"\n\n")[0] + b"\n" + pdf + b"\n" + b"JVBERi0xLjQK\n" * 77_000
    run = Supervisor(engine(third_party("bad", hanging), deadline=0.5))
    (crashed,) = [f for f in run.check(Job("large.eml", large)).findings if f.rule == "check-crashed"]
    assert "past its deadline of 6.51 s" in crashed.message
    begun = time.monotonic()
    report = run.check(Job("large.eml", large, seconds=1.0))
    assert time.monotonic() - begun < 2.5
    assert rules_of(report) == ["check-crashed"] and "past its deadline of 1 s" in report.findings[0].message


def test_what_settles_a_mail_ends_its_check() -> None:
    """Over a cap and refused for it: nothing else is looked at, and the report says so; an exception of the sender's own is another matter."""
    long = BAD + b"hi there\n" * 200_000
    settled = Job("x", long, settled_by=frozenset({"mail-truncated"}))
    report = engine().check(settled)
    assert set(rules_of(report)) == {"mail-truncated"} and report.verdict is Verdict.FAIL
    assert {"placeholder-left", "secret"} <= {e.rule for e in report.not_run}
    assert "placeholder-left" in rules_of(engine().check(Job("x", long)))
    allowed = replace(settled, raw=b"X-Sendcheck-Allow: mail-truncated they asked for all of it\n" + long)
    assert "placeholder-left" in rules_of(engine().check(allowed))
    assert rules_of(engine().check(replace(allowed, heeds_header=False))) == ["mail-truncated"] * len(report.findings)


LINES = [b"\n", b"x\n", b"hi there\n", b"> hi\n", b">>> x\n", b"From: x\n", b"To: a@b.no\n", b"-- \n", b"--\n", b"On 1 May Kari wrote:\n", b"a@b.no:\n", b"- x\n", b"1. x?\n",
         b"kode 4821\n", b"password: x1\n", b"12:00  Kari\n", b"-----\n", b"{{x}}\n", b"Hi Kari,\n", b"Thanks\n", b"<br>\n", b"Kari Holm  10:48\n", b"| x | y |\n", b"   x\n"]  # fmt: skip


@pytest.mark.usefixtures("warm")
@pytest.mark.parametrize("size", [400_000, 10_000_000])
@pytest.mark.parametrize("line", LINES)
def test_short_lines_are_read_within_the_deadline(line: bytes, size: int) -> None:
    """A cap on lines, since each costs however short it is; no check is stopped, with the time that the milter gives, in which it answers."""
    head = GOOD.partition(b"\n\n")[0] + b"\n\n"
    report = Supervisor(engine(deadline=10.0)).check(Job("x", head + line * (size // len(line)), seconds=10.0))
    assert "check-crashed" not in rules_of(report)
    assert "mail-truncated" in rules_of(report) or size // len(line) <= 50_000


def busy(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit]:
    until = time.process_time() + 0.3
    while time.process_time() < until:
        pass
    return
    yield


@pytest.mark.usefixtures("warm")
@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="this system does not say how long a process stood in line")
def test_a_busy_machine_costs_no_check() -> None:
    """Twelve others for each processor: 0.3 s of work take seconds, and the deadline of 1 s is not held against them."""
    spin = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(12 * (os.cpu_count() or 1))]
    try:
        begun = time.monotonic()
        report = Supervisor(engine(third_party("busy", busy), deadline=1.0)).check(Job("bad.eml", BAD))
        assert time.monotonic() - begun > 1.0, "the machine was busy"
        assert rules_of(report) == ["placeholder-left"]
        begun = time.monotonic()
        report = Supervisor(engine(third_party("bad", hanging), deadline=1.0)).check(Job("bad.eml", BAD))
        assert rules_of(report) == ["check-crashed", "placeholder-left"], "what hangs is stopped all the same"
    finally:
        for process in spin:
            process.kill()
            process.wait()


def test_what_a_clock_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    now, in_line = 100.0, 5.0
    monkeypatch.setattr(clock, "queued", lambda _process: in_line)
    monkeypatch.setattr(time, "monotonic", lambda: now)
    mine = clock.Clock(1, 2.0)
    assert mine.due == 102.0 and not mine.is_over()
    now, in_line = 103.0, 6.5  # of three seconds it stood in line for one and a half
    assert not mine.is_over() and mine.due == 103.5
    mine.pause()
    now, in_line = 113.0, 9.0  # it loads, and stands in line meanwhile
    assert not mine.is_over() and mine.due == 103.0 + clock.LOADING
    mine.resume()
    assert mine.due == 113.5, "half a second is left, and no part of the pause is given back twice"
    now = 114.0
    assert mine.is_over()
    now, in_line = 128.0, 90.0
    assert not mine.is_over() and mine.due == 130.0, "ten times its seconds, the pause aside"
    now, in_line = 131.0, 99.0
    assert mine.is_over()
    mine.pause()
    now += clock.LOADING
    assert mine.is_over(), "a pause has an end, too"


def test_many_mails_keep_their_order_and_their_own_fate() -> None:
    jobs = [Job(f"{i}.eml", BAD if i % 3 == 0 else GOOD) for i in range(40)]
    for workers in (1, 2):
        reports = list(Supervisor(engine(), workers).run(jobs))
        assert [r.source for r in reports] == [j.source for j in jobs]
        assert [r.verdict for r in reports] == [Verdict.FAIL if i % 3 == 0 else Verdict.PASS for i in range(40)]


STRONG = third_party("pair", two_hits, rule("strong", supersedes=("weak",)), rule("weak"), rule("unsure"), rule("blind"))


def test_superseded_findings_are_one() -> None:
    report = engine(STRONG).check(Job("good.eml", GOOD))
    assert rules_of(report) == ["strong", "unsure"]
    assert report.findings[0].stands_for == ("weak",)


def test_low_confidence_does_not_fail() -> None:
    assert engine(STRONG, selection=Selection(("unsure",))).check(Job("good.eml", GOOD)).verdict is Verdict.PASS


def test_a_rule_asked_for_that_could_not_run_is_incomplete() -> None:
    assert engine(STRONG, selection=Selection(("blind",))).check(Job("g.eml", GOOD)).verdict is Verdict.INCOMPLETE
    assert engine(STRONG, required=["blind"], **{"fail-on": "never"}).check(Job("g.eml", GOOD)).verdict is Verdict.INCOMPLETE
    assert engine(STRONG, selection=Selection(ignore=("strong", "weak"))).check(Job("g.eml", GOOD)).verdict is Verdict.PASS


def test_fail_on() -> None:
    mail = GOOD.replace(b"Subject: The plan", b"Subject: ")
    assert engine().check(Job("m", mail)).verdict is Verdict.PASS
    assert engine(**{"fail-on": "warning"}).check(Job("m", mail)).verdict is Verdict.FAIL
    assert engine(**{"fail-on": "never"}).check(Job("m", BAD)).verdict is Verdict.PASS


def with_exceptions(*entries: Suppression, locked: tuple[str, ...] = ()) -> Engine:
    base = engine()
    return replace(base, config=replace(base.config, suppressions=entries, locked=frozenset(locked)))


def test_exceptions_apply_and_are_shown() -> None:
    report = with_exceptions(Suppression("placeholder-left", "first_name", "a test", None, "x.toml:1")).check(Job("b", BAD))
    assert report.verdict is Verdict.PASS
    assert [(s.rule, s.reason) for s in report.suppressed] == [("placeholder-left", "a test")]


def test_exceptions_end_and_say_so() -> None:
    report = with_exceptions(Suppression("placeholder-left", "", "old", date(2026, 5, 3), "x.toml:1")).check(Job("b", BAD))
    assert report.verdict is Verdict.FAIL
    assert "ended on 2026-05-03" in report.notices[0]


def test_exceptions_by_fingerprint() -> None:
    mark = engine().check(Job("b", BAD)).findings[0].fingerprint
    assert with_exceptions(Suppression("*", mark, "ok")).check(Job("b", BAD)).verdict is Verdict.PASS
    assert with_exceptions(Suppression("placeholder-left", mark[:12], "ok")).check(Job("b", BAD)).verdict is Verdict.PASS


def test_exceptions_that_match_nothing_are_named() -> None:
    assert with_exceptions(Suppression("cc-leak", "", "why", None, "x.toml:3")).check(Job("g", GOOD)).unmatched


HEADER = b"X-Sendcheck-Allow: placeholder-left the customer wants it so\n"


def test_the_header_of_a_draft_allows() -> None:
    report = engine().check(Job("b", HEADER + BAD))
    assert report.verdict is Verdict.PASS
    assert report.suppressed[0].reason == "the customer wants it so"


@pytest.mark.parametrize("header", [b"X-Sendcheck-Allow: placeholder-left\n", b"X-Sendcheck-Allow: placeholder-lost why\n"])
def test_a_header_without_reason_or_rule_is_refused_and_said(header: bytes) -> None:
    report = engine().check(Job("b", header + BAD))
    assert report.verdict is Verdict.FAIL
    assert report.notices


def test_policy_locks_win() -> None:
    locked = with_exceptions(Suppression("placeholder-left", "", "mine"), locked=("rules.placeholder-left",))
    assert locked.check(Job("b", HEADER + BAD)).verdict is Verdict.FAIL
    assert replace(locked, selection=Selection(ignore=("placeholder-left",))).check(Job("b", BAD)).verdict is Verdict.FAIL
    assert replace(locked, selection=Selection(("cc-leak",))).check(Job("b", BAD)).verdict is Verdict.FAIL


def test_same_bytes_same_report() -> None:
    first, second = (as_json(Report((engine().check(Job("b", BAD)),))) for _ in range(2))
    assert first == second


def test_language_rules_keep_out_of_foreign_text() -> None:
    text = b"Bonjour Kari, nous vous remercions de votre lettre et vous prions de bien vouloir nous nous excuser pour le retard de la livraison."
    report = engine(selection=Selection(("repeated-word",))).check(Job("f", GOOD.split(b"\n\n")[0] + b"\n\n" + text))
    assert report.verdict is Verdict.INCOMPLETE
    assert "language" in report.not_run[0].reason


def test_encrypted_mail_is_said_not_to_be_read() -> None:
    raw = (
        GOOD.split(b"\n\n")[0]
        + b"\nContent-Type: multipart/encrypted; boundary=b\n\n--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b\nContent-Type: application/octet-stream\n\nxx\n--b--\n"
    )
    report = engine().check(Job("e", raw))
    assert any(e.rule == "attachment-missing" and "encrypted" in e.reason for e in report.not_run)
    assert report.verdict is Verdict.PASS


def test_config_gives_a_check_just_its_options() -> None:
    config: Config = load_config(load(), isolated=True)
    assert set(config.options_for(load().check_of("link-mismatch"))) == {"link-trackers"}


MAILISH = st.lists(
    st.one_of(
        st.sampled_from(
            [b"From: Ola <ola@x.no>\n", b"To: Kari Holm <kari@y.no>, per@z.no\n", b"Cc: ", b"Subject: Re: ", b"Date: Mon, 4 May 2026 10:00:00 +0200\n", b"\n", b"\n\n", b"Hi Kari,\n",
             b"Dear Mr. ", b"attached ", b"copied Rosalie ", b"{{x}} ", b"Monday 6 May ", b"31 June ", b"the the ", b"internal only ", b"Content-Type: text/html\n", b"<a href='http://[::1'>x.no</a>",
             b"<a href='//'>", b"http://[bad ", b"\\\\srv\\x ", b"-----Original Message-----\nFrom: A <a@b.no>\nSent: x\nTo: c@d.no\nSubject: y\n", b"> quoted\n", b"-- \n", b"X-Sendcheck-Allow: ",
             b"cc-leak ", b"Kari/Ola - ", b"<div style='display:none'>[NAVN]</div>", b"Bcc: x@xn--.no\n", b"To: \xc3\xa5@\xc3\xb8.no\n", b"To: a@[1.2.3.4], b@-x.no, c@x..y\n", b"\xff\xfe", b"=?utf-8?q?=ff?="]
        ),
        st.binary(max_size=30),
    ),
    max_size=25,
).map(b"".join)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(MAILISH, st.booleans())
def test_any_bytes_in_a_report_out(data: bytes, with_parent: bool) -> None:
    """And no check crashes on it."""
    report = FUZZED.check(Job("x", data, parent=("p", data) if with_parent else None, envelope=("e@x.no",)))
    assert not [f.message for f in report.findings if f.rule == "check-crashed"]
    as_json(Report((report,)))
    TextReport(load().rules).mail(report)


FUZZED = engine(**{"internal-domains": ["x.no"], "block": ["*.z.no"]})
FUZZED = replace(FUZZED, config=replace(FUZZED.config, organisations={"Fjord Line": ["fjord.no"], "Y": ["y.no"]}))


def test_the_engines_own_fault_is_70_and_never_a_pass() -> None:
    broken = engine()
    values = {k: v for k, v in broken.config.values.items() if k != "internal-domains"}
    report = Supervisor(replace(broken, config=replace(broken.config, values=values))).check(Job("g", GOOD))
    assert report.engine_error and report.verdict is Verdict.INCOMPLETE
    assert Report((report,)).exit == 70


def test_reports_say_when_a_check_may_reach_out() -> None:
    report = engine(**{"recipients.dns": True}, **{"internal-domains": ["nordbank.no"]}).check(Job("g", GOOD))
    assert report.network == ("recipients.dns",)
    assert "network" in TextReport(load().rules).mail(report)
    assert '"network"' in as_json(Report((report,)))
    assert not engine().check(Job("g", GOOD)).network


MANY = b", ".join(b"k%d@d%d.no" % (i, i) for i in range(5000))
CROWDS = {
    "strangers": b"To: " + MANY + b"\n",
    "one house": b"To: " + MANY.replace(b".no", b".x.no") + b"\n",
    "all known": b"To: " + MANY + b"\nIn-Reply-To: <p>\n",
}


@pytest.mark.parametrize("name", [*BOMBS, *CROWDS])
def test_bombs_and_crowds_end_within_the_deadline(name: str) -> None:
    """Through all checks, not just the reader: none is stopped."""
    head = b"From: ola@tallmo.no\nSubject: Re: x\n"
    raw = head + CROWDS[name] + b"\nHi Nicole,\n\nI copied Rosalie on this mail.\n" if name in CROWDS else BOMBS[name]
    parent = ("p", b"From: a@b.no\nTo: " + MANY + b"\n\nhow?\n") if name == "all known" else None
    report = Supervisor(engine()).check(Job("x", raw, len(raw) > 50 * 1024 * 1024, parent=parent))
    assert "check-crashed" not in rules_of(report)


def test_workers_leave_when_whoever_started_them_is_killed(tmp_path: Path) -> None:
    """Not even a kill leaves a process behind."""
    code = (
        "import os, signal, sys\nfrom sendcheck.config.load import load_config\nfrom sendcheck.pipeline.engine import Engine, Job\n"
        "from sendcheck.pipeline.registry import load\nfrom sendcheck.pipeline.supervisor import Supervisor\n"
        "runs = Supervisor(Engine(load(), load_config(load(), isolated=True)), 2).run(Job('x', b'From: a@b.no\\n\\nHi') for _ in range(50))\n"
        "next(runs)\nprint('up', flush=True)\nsys.stdin.read()\n"
    )
    process = subprocess.Popen([sys.executable, "-P", "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
    assert process.stdout is not None and process.stdout.readline() == b"up\n"
    process.kill()
    process.wait()
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return
        alive = [s for s in Path("/proc").glob("[0-9]*/stat") if _group_of(s) == process.pid]
        if not alive:
            return
        time.sleep(0.1)
    pytest.fail("a worker is still there")


def _group_of(stat: Path) -> int | None:
    try:
        words = stat.read_text().rsplit(")", 1)[1].split()
    except OSError:
        return None
    return int(words[2]) if words[0] != "Z" else None


@pytest.mark.parametrize("fault", ["hangs", "dies", "raises"])
def test_mails_checked_together_share_nothing(fault: str) -> None:
    """One of forty goes wrong: the others have the reports that each has alone, in order, and the one says which check it was."""

    def run(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit]:
        if "number 17" in mail.own_text:
            if fault == "hangs":
                time.sleep(60)
            elif fault == "dies":
                os.kill(os.getpid(), signal.SIGKILL)
            raise RuntimeError("a fault")
        yield from ()

    mails = [(BAD if n % 3 else GOOD).replace(b"The plan is", f"The plan number {n} is".encode()) for n in range(40)]
    made = engine(third_party("bad", run), deadline=0.7)
    found = list(Supervisor(made, 2).run(Job(f"{n}", raw) for n, raw in enumerate(mails)))
    alone = [made.check(Job(f"{n}", raw)) for n, raw in enumerate(mails) if n != 17]
    assert [r for r in found if r.source != "17"] == alone
    assert [f.rule for f in found[17].findings if f.rule == "check-crashed"] == ["check-crashed"]
    assert "“bad”" in found[17].findings[0].message + found[17].findings[-1].message


def test_a_worker_that_served_long_makes_room_for_a_fresh_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that what a library never gives back has an end; no mail is lost or late by it, and none is checked twice."""

    def telling(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit]:
        yield Hit("pid-found", f"{os.getpid()}", mail.at(mail.bodies[0], 0, 2))

    monkeypatch.setattr(pool, "LIFE", 30)
    found = list(Supervisor(engine(third_party("pid", telling)), 2).run(Job(f"{n}", GOOD) for n in range(200)))
    assert [r.source for r in found] == [f"{n}" for n in range(200)]
    served = Counter(f.message for r in found for f in r.findings if f.rule == "pid-found")
    assert sum(served.values()) == 200 and {f.rule for r in found for f in r.findings} == {"pid-found"}
    assert len(served) >= 4 and max(served.values()) < 30 + 16, "after thirty, at the end of the sixteen that it had been given"
