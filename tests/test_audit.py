"""`sendcheck audit`: an archive by rule and by month, and a run that was killed goes on."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import GOOD, Run
from tests.faults import tiny_disk

DATES = ("Mon, 04 May 2026 10:12:00 +0200", "Tue, 02 Jun 2026 10:12:00 +0200", "Wed, 15 Jul 2026 10:12:00 +0200")


def mail(number: int) -> bytes:
    """Every third has a placeholder; every fifth is somebody else's; the months come by turns."""
    raw = GOOD.replace(b"The plan\n", f"The plan {number}\n".encode()).replace(DATES[0].encode(), DATES[number % 3].encode())
    if number % 3 == 0:
        raw = raw.replace(b"Hi Kari", b"Hi {{first_name}}")
    return raw.replace(b"ola@tallmo.no", b"per@elsewhere.no") if number % 5 == 0 else raw


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    box = tmp_path / "box" / "cur"
    box.mkdir(parents=True)
    for number in range(30):
        (box / f"{number:03}").write_bytes(mail(number))
    return box.parent


def told(sendcheck: Run, archive: Path, *more: str, code: int = 0) -> dict[str, object]:
    done = sendcheck("audit", archive, "--format", "json", *more)
    assert done.returncode == code, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_by_rule_and_by_month(sendcheck: Run, archive: Path) -> None:
    found = told(sendcheck, archive)
    assert found["mails"] == 30 and found["verdicts"] == {"pass": 20, "fail": 10, "incomplete": 0}
    assert found["rules"] == {"placeholder-left": {"error": 10, "failed": 10}}
    months = found["months"]
    assert isinstance(months, dict) and list(months) == ["2026-05", "2026-06", "2026-07"]
    assert months["2026-05"] == {"mails": 10, "fail": 10, "incomplete": 0, "shown": 10, "rules": {"placeholder-left": 10}}
    assert months["2026-06"]["fail"] == 0


def test_the_table_and_csv(sendcheck: Run, archive: Path, tmp_path: Path) -> None:
    text = sendcheck("audit", archive)
    assert text.stdout.splitlines()[0] == "30 mails: 10 would have been stopped (33.3 %), 10 show a warning or more (33.3 %)"
    assert "\033" not in text.stdout and "placeholder-left" in text.stdout and "2026-07" in text.stdout
    assert sendcheck("audit", archive, "--format", "csv", "--output", tmp_path / "o.csv").returncode == 0
    rows = list(csv.DictReader(io.StringIO((tmp_path / "o.csv").read_text())))
    assert {"month": "2026-05", "mails": "10", "rule": "placeholder-left", "mails_with_it": "10"} in rows
    assert sendcheck("audit", archive, "--output", "/dev/full" if Path("/dev/full").exists() else "/nowhere/x").returncode == 2


def test_only_what_was_sent(sendcheck: Run, archive: Path) -> None:
    assert told(sendcheck, archive, "--from", "ola@tallmo.no")["mails"] == 24
    assert told(sendcheck, archive, "--from", "elsewhere.no")["mails"] == 6


def test_jobs_change_nothing(sendcheck: Run, archive: Path, tmp_path: Path) -> None:
    one = told(sendcheck, archive, "--journal", str(tmp_path / "1"))
    assert told(sendcheck, archive, "--jobs", "3", "--journal", str(tmp_path / "2")) == one


def test_a_second_run_reads_only_what_is_new(sendcheck: Run, archive: Path, tmp_path: Path) -> None:
    journal = tmp_path / "j"
    told(sendcheck, archive, "--journal", str(journal))
    before = journal.read_text()
    (archive / "cur" / "new").write_bytes(mail(31))
    assert told(sendcheck, archive, "--journal", str(journal))["mails"] == 31
    assert journal.read_text().startswith(before) and journal.read_text().count("\n") == 32


def test_the_journal_holds_no_word_and_is_the_owners(sendcheck: Run, archive: Path, tmp_path: Path, home: Path) -> None:
    journal = tmp_path / "j"
    told(sendcheck, archive, "--journal", str(journal))
    text = journal.read_text()
    assert not any(word in text for word in ("kari", "tallmo", "plan", "first_name", "box"))
    assert journal.stat().st_mode & 0o777 == 0o600
    told(sendcheck, archive)
    assert list((home / ".local" / "state" / "sendcheck" / "audits").iterdir())


def test_killed_at_any_moment_it_goes_on(archive: Path, tmp_path: Path, home: Path) -> None:
    """The sums are those of a run that was left alone, however often it was killed and wherever a line was torn."""
    for number in range(30, 400):
        (archive / "cur" / f"{number:03}").write_bytes(mail(number))
    env = {**os.environ, "SENDCHECK_DAEMON": "off"}
    command = [sys.executable, "-P", "-m", "sendcheck", "audit", str(archive), "--format", "json", "--ignore", "grammar"]
    whole = json.loads(subprocess.run([*command, "--journal", str(tmp_path / "whole")], capture_output=True, env=env, check=True).stdout)
    journal = tmp_path / "killed"
    for _ in range(3):
        run = subprocess.Popen([*command, "--journal", str(journal), "--jobs", "2"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        size = journal.stat().st_size if journal.exists() else 0
        until = time.monotonic() + 30
        while time.monotonic() < until and run.poll() is None and (not journal.exists() or journal.stat().st_size < size + 4000):
            time.sleep(0.005)
        run.send_signal(signal.SIGKILL)
        run.wait()
    kept = journal.read_bytes()
    assert len(kept.splitlines()) > 10
    journal.write_bytes(kept[:-7])
    found = json.loads(subprocess.run([*command, "--journal", str(journal)], capture_output=True, env=env, check=True).stdout)
    assert found == whole and found["mails"] == 400


def test_another_configuration_is_another_audit(sendcheck: Run, archive: Path, tmp_path: Path) -> None:
    journal = str(tmp_path / "j")
    told(sendcheck, archive, "--journal", journal)
    (tmp_path / "work" / "sendcheck.toml").write_text('[rules]\nplaceholder-left = "warning"\n')
    done = sendcheck("audit", archive, "--journal", journal)
    assert done.returncode == 2 and "--anew" in done.stderr
    found = told(sendcheck, archive, "--journal", journal, "--anew")
    assert found["rules"] == {"placeholder-left": {"warning": 10}}


def test_what_is_no_journal_is_left_alone(sendcheck: Run, archive: Path, tmp_path: Path) -> None:
    mine = tmp_path / "diary.txt"
    mine.write_text("Dear diary,\n")
    done = sendcheck("audit", archive, "--journal", mine)
    assert done.returncode == 2 and "no journal" in done.stderr and mine.read_text() == "Dear diary,\n"


def test_what_cannot_be_read_is_told(sendcheck: Run, archive: Path) -> None:
    (archive / "cur" / "900").write_bytes(b"")
    done = sendcheck("audit", archive)
    assert done.returncode == 2 and "is empty" in done.stderr and "30 mails" in done.stdout
    assert sendcheck("audit", archive / "nowhere").returncode == 2


def test_a_full_disk(sendcheck: Run, archive: Path, tmp_path: Path) -> None:
    with tiny_disk(tmp_path / "disk", 4) as disk:
        for number in range(30, 200):
            (archive / "cur" / f"{number:03}").write_bytes(mail(number))
        done = sendcheck("audit", archive, "--journal", disk / "j")
        assert done.returncode == 2 and "No space left" in done.stderr and "run it again to go on" in done.stderr
        kept = (disk / "j").read_bytes()
        (tmp_path / "j").write_bytes(kept)
    assert told(sendcheck, archive, "--journal", str(tmp_path / "j"))["mails"] == 200


def test_a_device_is_no_journal(sendcheck: Run, archive: Path) -> None:
    done = sendcheck("audit", archive, "--journal", "/dev/zero")
    assert done.returncode == 2 and "no file that could be a journal" in done.stderr
