"""Faults around the programs that run for long: a clock that jumps, a disk that fills, clients that dawdle."""

from __future__ import annotations

import os
import signal
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postfix
from tests.conftest import BAD, GOOD, require
from tests.faults import tiny_disk
from tests.sink import serving, wait
from tests.test_daemon import Place
from tests.test_milter import KARI, Milter, folder, need

_FAKETIME = next((p for p in sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)


def test_a_clock_that_jumps(tmp_path: Path) -> None:
    """Two days ahead and a year back while the milter runs: every mail is answered at once, and exceptions end by the day it is."""
    need()
    require(_FAKETIME is not None, "libfaketime")
    clock = tmp_path / "clock"
    clock.write_text("+0d\n")
    with folder() as place, serving() as sink:
        milter = Milter(place)
        today = time.strftime("%Y-%m-%d")
        milter.write(f'[[suppress]]\nrule = "placeholder-left"\nreason = "agreed"\nuntil = {today}\n')
        milter.start(
            SENDCHECK_DAEMON="off",
            LD_PRELOAD=str(_FAKETIME),
            FAKETIME_TIMESTAMP_FILE=str(clock),
            FAKETIME_NO_CACHE="1",
            FAKETIME_DONT_FAKE_MONOTONIC="1",
            DONT_FAKE_MONOTONIC="1",
        )
        try:
            with postfix.running(milter.socket, sink.port) as server:
                for offset, code in (("+0d", 250), ("+2d", 550), ("-365d", 250), ("+3650d", 550), ("+0d", 250)):
                    clock.write_text(f"{offset}\n")
                    time.sleep(1.5)  # a new day is a new pool
                    begun = time.monotonic()
                    assert server.send(GOOD, KARI)[0] == 250
                    assert server.send(BAD, KARI)[0] == code, offset
                    assert time.monotonic() - begun < 10
        finally:
            milter.stop()
        assert "Traceback" not in milter.log()


def test_slow_clients_hold_no_place(tmp_path: Path) -> None:
    """Whoever takes long over MAIL, RCPT or DATA keeps nobody else waiting: a mail takes its place when the MTA has all of it."""
    need()
    with folder() as place, serving() as sink:
        milter = Milter(place)
        milter.write(milter="queue = 1\n")
        milter.start(SENDCHECK_DAEMON="off")
        try:
            with postfix.running(milter.socket, sink.port) as server:
                slow: list[smtplib.SMTP] = []
                for number in range(5):
                    client = server.client()
                    client.mail("ola@tallmo.no")
                    client.rcpt(KARI)
                    if number % 2:
                        client.putcmd("data")
                        client.getreply()
                        client.send(b"Subject: the first half\r\n\r\nHi Ka")
                    slow.append(client)
                assert server.send(GOOD, KARI)[0] == 250
                assert server.send(BAD, KARI)[0] == 550
                slow[1].send(b"ri, {{first_name}}\r\n.\r\n")
                assert slow[1].getreply()[0] == 550
                for client in slow:
                    client.close()
                assert server.send(GOOD, KARI)[0] == 250
        finally:
            milter.stop()


def test_a_full_disk_under_the_counters_stops_no_mail(tmp_path: Path) -> None:
    need()
    with folder() as place, serving() as sink, tiny_disk(tmp_path / "disk", 4) as disk:
        milter = Milter(place)
        milter.write()
        milter.config.write_text(milter.config.read_text().replace(f"{place}/counters.json", f"{disk}/counters.json"))
        (disk / "filling").write_bytes(b"x" * 4096)
        milter.start(SENDCHECK_DAEMON="off")
        try:
            with postfix.running(milter.socket, sink.port) as server:
                for _ in range(3):
                    assert server.send(GOOD, KARI)[0] == 250
                    assert server.send(BAD, KARI)[0] == 550
                    time.sleep(1)
                (disk / "filling").unlink()
                assert server.send(GOOD, KARI)[0] == 250
                assert wait(lambda: (disk / "counters.json").exists() and b'"fail": 3' in (disk / "counters.json").read_bytes())
        finally:
            milter.stop()


@pytest.fixture
def warm() -> Iterator[Place]:
    place = Place()
    try:
        assert place.run("daemon", "start").returncode == 0
        yield place
    finally:
        place.close()


def test_clients_that_say_nothing_cost_nobody_the_daemon(warm: Place) -> None:
    """Connections that are opened and left: the next check answers all the same, as it would alone."""
    (warm.folder / "bad.eml").write_bytes(BAD)
    silent = []
    for _ in range(20):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.connect(str(warm.socket))
        silent.append(connection)
    begun = time.monotonic()
    assert warm.run("check", "bad.eml").returncode == 1
    assert time.monotonic() - begun < 20
    for connection in silent:
        connection.close()
    assert wait(lambda: warm.run("check", "bad.eml").returncode == 1 and warm.answers() > 0, 30)


def test_out_of_memory_in_a_worker_is_no_pass(tmp_path: Path) -> None:
    """A worker that the kernel kills between and during mails: incomplete at worst, and the next mail is checked."""
    need()
    with folder() as place, serving() as sink:
        milter = Milter(place)
        milter.write()
        milter.start(SENDCHECK_DAEMON="off")
        try:
            with postfix.running(milter.socket, sink.port) as server:
                assert milter.process is not None
                for _ in range(4):
                    front = milter.front()
                    for child in Path(f"/proc/{milter.process.pid}/task/{milter.process.pid}/children").read_text().split():
                        if int(child) != front:
                            os.kill(int(child), signal.SIGKILL)
                    assert server.send(GOOD, KARI)[0] in {250, 451}
                    assert server.send(BAD, KARI)[0] in {550, 451}
                assert server.send(GOOD, KARI)[0] == 250 and server.send(BAD, KARI)[0] == 550
        finally:
            milter.stop()


@pytest.mark.parametrize(("streams", "code"), [("<&-", 1), (">&-", 1), ("2>&-", 1), ("<&- >&- 2>&-", 1), (">/dev/full", 2)])
def test_streams_that_are_closed_or_full(tmp_path: Path, streams: str, code: int) -> None:
    """A program started without some of its streams, or onto a full disk, still ends with its exit code and no traceback."""
    require(Path("/dev/full").exists(), "a /dev/full")
    (tmp_path / "bad.eml").write_bytes(BAD)
    command = f"'{sys.executable}' -P -m sendcheck check '{tmp_path}/bad.eml' {streams}"
    done = subprocess.run(["sh", "-c", command], capture_output=True, env={**os.environ, "SENDCHECK_DAEMON": "off"}, check=False)
    assert done.returncode == code, done.stderr
    assert b"internal error" not in done.stderr
    assert b"Traceback" not in done.stderr
