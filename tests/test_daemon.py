"""The daemon: the same answers as without it, warm; whatever happens to it, no mail is lost and none passes unchecked."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sendcheck import __version__
from sendcheck.cli.check import check
from sendcheck.daemon import client, stamp, wire
from sendcheck.reading.limits import LIMITS
from tests.conftest import BAD, GOOD, ROOT, require
from tests.sink import wait

EXAMPLES = ROOT / "docs" / "examples"
PROGRAM = [sys.executable, "-P", "-m", "sendcheck"]
MTA = '#!/bin/sh\ncat > "{folder}/sent"\n'


class Place:
    """A home and a runtime folder of its own, and sendcheck run in it, with or without its daemon."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="sc-"))  # short: a socket's path is
        self.runtime = self.folder / "rt"
        self.runtime.mkdir(mode=0o700)
        self.socket = self.runtime / "sendcheck" / "daemon.sock"
        self.mta = self.folder / "mta"
        self.mta.write_text(MTA.format(folder=self.folder))
        self.mta.chmod(0o755)

    def environ(self, daemon: str = "use", **more: str) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("SENDCHECK_", "XDG_"))}
        return {
            **kept,
            "HOME": str(self.folder),
            "XDG_RUNTIME_DIR": str(self.runtime),
            "PYTHONUTF8": "1",
            "SENDCHECK_DAEMON": daemon,
            "SENDCHECK_MTA": str(self.mta),
            **more,
        }

    def run(self, *arguments: str | Path, stdin: bytes = b"", daemon: str = "use", cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [*PROGRAM, *map(str, arguments)], input=stdin, capture_output=True, env=self.environ(daemon, **env), cwd=cwd or self.folder, timeout=90, check=False,
            start_new_session=True,
        )  # fmt: skip

    def started(self, *arguments: str | Path, stdin: bytes, daemon: str = "use", **env: str) -> subprocess.Popen[bytes]:
        found = subprocess.Popen(
            [*PROGRAM, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.environ(daemon, **env),
            cwd=self.folder,
        )
        assert found.stdin is not None
        found.stdin.write(stdin)
        found.stdin.close()
        found.stdin = None
        return found

    @property
    def sent(self) -> bytes | None:
        path = self.folder / "sent"
        return path.read_bytes() if path.exists() else None

    def status(self) -> dict[str, object]:
        """What the daemon tells of itself; {} if there is none."""
        code = "import json; from sendcheck.daemon import service; print(json.dumps(service.status() or {}))"
        done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, env=self.environ(), check=False)
        found = json.loads(done.stdout or b"{}")
        assert isinstance(found, dict)
        return found

    def answers(self) -> int:
        return int(str(self.status().get("answers", 0)))

    def workers(self) -> set[int]:
        """Process numbers of the master's children."""
        master = str(self.status()["pid"])
        found = set()
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                words = stat.read_text().rsplit(")", 1)[1].split()
                if words[1] == master and words[0] != "Z":
                    found.add(int(stat.parent.name))
        return found

    def close(self) -> None:
        self.run("daemon", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="module")
def warm() -> Iterator[Place]:
    """A place whose daemon runs, for tests that do it no harm."""
    place = Place()
    done = place.run("daemon", "start")
    assert done.returncode == 0 and b"warm" in done.stdout, done
    yield place
    place.close()


@pytest.fixture
def place() -> Iterator[Place]:
    """A place without a daemon."""
    found = Place()
    yield found
    found.close()


@pytest.fixture
def own(place: Place) -> Place:
    """A place whose daemon may be harmed."""
    assert place.run("daemon", "start").returncode == 0
    return place


# -- the same, sooner --------------------------------------------------------

COMMANDS = [
    ("mr-payne/reply.eml", "--parent", "mr-payne/complaint.eml", "--explain-answers"),
    ("mr-payne/mended.eml", "--show", "note"),
    ("jared/svar.eml", "--color"),
    ("two-customers/reply.eml", "jared/rettet.eml", "--format", "json"),
    ("mr-payne/reply.eml", "--format", "html"),
    ("mr-payne/reply.eml", "--format", "sarif"),
    ("mr-payne/reply.eml", "--format", "junit"),
    ("templates/failing/emails/outage.html.j2", "--format", "github"),
    ("on-top-of-an-old-mail/mail.eml", "--select", "no-such-rule"),
    ("jared/svar.eml", "--parent", "no-such.eml"),
    ("--format", "json", "-"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: " ".join(c))
def test_answers_are_those_of_a_process_of_its_own(warm: Place, command: tuple[str, ...]) -> None:
    stdin = (EXAMPLES / "jared" / "svar.eml").read_bytes()
    before = warm.answers()
    through = warm.run("check", *command, stdin=stdin, cwd=EXAMPLES)
    assert warm.answers() == before + 1, "the daemon did it"
    alone = warm.run("check", *command, stdin=stdin, cwd=EXAMPLES, daemon="off")
    assert (through.returncode, through.stdout, through.stderr) == (alone.returncode, alone.stdout, alone.stderr)


def test_the_clients_umask_and_folder_count(warm: Place, tmp_path: Path) -> None:
    (tmp_path / "m.eml").write_bytes(BAD)
    done = warm.run("check", "m.eml", "--format", "json", "--output", "out.json", cwd=tmp_path)
    assert done.returncode == 1
    assert json.loads((tmp_path / "out.json").read_text())["verdict"] == "fail"
    (tmp_path / "sendcheck.toml").write_text("[rules]\nplaceholder-left = 'off'\n")
    assert warm.run("check", "m.eml", cwd=tmp_path).returncode == 0


def test_the_way_through_imports_next_to_nothing(warm: Place, good: Path) -> None:
    code = "import sys; from sendcheck.entry import main\ntry:\n    main()\nexcept SystemExit:\n    pass\nsys.stderr.write('\\n'.join(sys.modules))"
    for arguments, stdin in ((["check", str(good)], b""), (["sendmail", "--", "kari.holm@nordbank.no"], GOOD)):
        done = subprocess.run(
            [sys.executable, "-P", "-c", code, *arguments], input=stdin, capture_output=True, text=False, env=warm.environ(), cwd=warm.folder, check=False
        )
        mine = {m for m in done.stderr.decode().splitlines() if m.startswith("sendcheck")}
        assert mine <= {
            "sendcheck", "sendcheck.entry", "sendcheck.errors", "sendcheck.daemon", "sendcheck.daemon.client", "sendcheck.daemon.wire",
            "sendcheck.gateways", "sendcheck.gateways.handing", "sendcheck.gateways.mta", "sendcheck.gateways.shim", "sendcheck.reading",
            "sendcheck.reading.allowheader", "sendcheck.streams",
        }  # fmt: skip
        assert not {m for m in done.stderr.decode().splitlines() if m.split(".")[0] in {"click", "spacy", "dataclasses", "tomllib", "asyncio"}}


def test_long_runs_and_odd_sources_go_their_own_way(warm: Place, tmp_path: Path) -> None:
    (tmp_path / "m.eml").write_bytes(GOOD)
    before = warm.answers()
    assert warm.run("check", tmp_path).returncode == 0
    assert warm.run("check", tmp_path / "m.eml", "--jobs", "2").returncode == 0
    assert warm.run("check", "/dev/stdin", stdin=GOOD).returncode in {0, 2}
    assert warm.run("check", tmp_path / "none.eml").returncode == 2
    assert warm.answers() == before


def test_options_with_values_are_those_of_the_command() -> None:
    takes = {name for option in check.params for name in getattr(option, "secondary_opts", []) + option.opts if not getattr(option, "is_flag", False)}
    assert {name for name in takes if name.startswith("-")} == set(client.WITH_VALUE)
    assert LIMITS.mail_bytes + 1 == client.STDIN


def test_status_tells_times(warm: Place, good: Path) -> None:
    warm.run("check", good)
    told = warm.run("daemon", "status").stdout.decode()
    assert "answers: last" in told and "median" in told and str(warm.socket) in told
    assert warm.run("daemon", "start").stdout.startswith(b"the daemon runs already")
    second = warm.run("daemon", "run")
    assert second.returncode == 2 and b"runs already" in second.stderr


def test_the_socket_is_its_owners_alone(warm: Place) -> None:
    assert warm.socket.stat().st_mode & 0o777 == 0o600
    assert warm.socket.parent.stat().st_mode & 0o777 == 0o700


# -- the shim ----------------------------------------------------------------


def test_the_shim_decides_there_and_acts_here(warm: Place) -> None:
    before = warm.answers()
    mail = GOOD + b"odd \xff bytes\x00\n.\n"
    done = warm.run("sendmail", "-oi", "--", "kari.holm@nordbank.no", stdin=mail)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert warm.sent == mail
    (warm.folder / "sent").unlink()
    done = warm.run("sendmail", "--keep-report", "--", "kari.holm@nordbank.no", stdin=BAD)
    assert done.returncode == 65 and b"placeholder-left" in done.stderr and warm.sent is None
    assert warm.answers() == before + 2
    assert b"placeholder-left" in warm.run("hook", "last").stdout
    assert warm.run("sendmail", "--keep-report", "--", "kari.holm@nordbank.no", stdin=GOOD).returncode == 0
    assert b"no mail was stopped" in warm.run("hook", "last").stdout
    assert warm.run("sendmail", "-bp", stdin=GOOD).returncode == 64
    assert warm.run("sendmail", "--", "k@n.no", stdin=GOOD, SENDCHECK_MTA="/nowhere").returncode == 69
    assert warm.run("sendmail", "--", "k@n.no", stdin=GOOD, SENDCHECK_IN_SENDMAIL="1").returncode == 69


def answered(place: Place, answers: list[bytes], **env: str) -> tuple[int, bytes]:
    """The shim on a terminal, and what was typed there."""
    process, terminal = pty.fork()
    if process == 0:
        code = f"import subprocess,sys; sys.exit(subprocess.run({[*PROGRAM, 'sendmail', '--', 'kari.holm@nordbank.no']!r}, input={BAD!r}).returncode)"
        os.chdir(place.folder)
        os.execve(sys.executable, [sys.executable, "-c", code], place.environ(**env))
    shown = b""
    pending = list(answers)
    with contextlib.suppress(OSError):
        while chunk := os.read(terminal, 65536):
            shown += chunk
            if pending and shown.rstrip().endswith((b"to stop:", b"for yes:")):
                os.write(terminal, pending.pop(0) + b"\n")
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), shown


def test_a_reason_is_asked_for_on_the_terminal(warm: Place) -> None:
    (warm.folder / "sent").unlink(missing_ok=True)
    before = warm.answers()
    assert answered(warm, [b""])[0] == 65 and warm.sent is None
    code, shown = answered(warm, [b"it is meant as it is"])
    assert (code, warm.sent) == (0, BAD) and b"placeholder-left" in shown
    assert warm.answers() == before + 2
    log = (warm.folder / ".local" / "state" / "sendcheck" / "overrides.jsonl").read_text()
    assert json.loads(log.splitlines()[-1])["reason"] == "it is meant as it is"


def test_a_full_disk_costs_no_mail_and_is_told_of(warm: Place) -> None:
    require(Path("/dev/full").exists(), "/dev/full")
    state = warm.folder / "state" / "sendcheck"
    state.mkdir(parents=True, exist_ok=True)
    (state / "overrides.jsonl").unlink(missing_ok=True)
    (state / "overrides.jsonl").symlink_to("/dev/full")
    (warm.folder / "sent").unlink(missing_ok=True)
    for daemon in ("use", "off"):
        code, shown = answered(warm, [b"meant"], XDG_STATE_HOME=str(state.parent), SENDCHECK_DAEMON=daemon)
        assert (code, warm.sent) == (0, BAD)
        assert b"could not be recorded" in shown and b"the mail is sent" in shown


def test_no_terminal(warm: Place) -> None:
    done = warm.run("sendmail", "--ask", "--", "kari.holm@nordbank.no", stdin=BAD)
    assert done.returncode == 65 and b"placeholder-left" in done.stderr


def test_a_mail_of_60_mb(warm: Place) -> None:
    (warm.folder / "sent").unlink(missing_ok=True)
    mail = GOOD + b"x" * 76 + b"\n"
    mail += (b"y" * 76 + b"\n") * (60 * 1024 * 1024 // 77)
    before = warm.answers()
    done = warm.run("sendmail", "--", "kari.holm@nordbank.no", stdin=mail)
    assert done.returncode in {65, 69} and b"mail-truncated" in done.stderr and warm.sent is None
    assert warm.answers() == before + 1
    alone = warm.run("sendmail", "--", "kari.holm@nordbank.no", stdin=mail, daemon="off")
    assert (alone.returncode, alone.stderr) == (done.returncode, done.stderr)


# -- faults ------------------------------------------------------------------


def signalled(processes: set[int], number: signal.Signals) -> None:
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, number)


def held(place: Place, *command: str, stdin: bytes) -> tuple[subprocess.Popen[bytes], set[int]]:
    """A client whose worker is stuck, and all workers: it reads a policy that is a pipe nobody writes to. Then the pipe is a file, for whoever reads it next."""
    pipe = place.folder / "policy.toml"
    pipe.unlink(missing_ok=True)
    os.mkfifo(pipe)
    process = place.started(*command, stdin=stdin, SENDCHECK_POLICY=str(pipe))
    assert wait(lambda: place.status().get("busy") == 1), "a worker has it"
    pipe.unlink()
    pipe.write_text("")
    return process, place.workers()


def test_a_worker_killed_in_the_middle(own: Place) -> None:
    for mail, code in ((BAD, 65), (GOOD, 0)):
        (own.folder / "sent").unlink(missing_ok=True)
        process, workers = held(own, "sendmail", "--", "kari.holm@nordbank.no", stdin=mail)
        signalled(workers, signal.SIGKILL)
        _out, err = process.communicate(timeout=30)
        assert process.returncode == code, err
        assert own.sent == (GOOD if code == 0 else None)
    assert wait(lambda: len(own.workers()) >= 2), "others took their place"
    before = own.answers()
    assert own.run("check", "-", stdin=BAD).returncode == 1
    assert own.answers() == before + 1
    assert b"killed" in own.run("daemon", "status").stdout


def test_a_daemon_killed_in_the_middle(own: Place) -> None:
    process, workers = held(own, "sendmail", "--", "kari.holm@nordbank.no", stdin=GOOD)
    signalled({int(str(own.status()["pid"])), *workers}, signal.SIGKILL)
    signalled(workers, signal.SIGKILL)
    process.communicate(timeout=30)
    assert process.returncode == 0 and own.sent == GOOD
    assert own.socket.exists(), "it left its socket"
    assert own.run("check", "-", stdin=BAD).returncode == 1
    assert own.run("daemon", "status").returncode == 1
    assert own.run("daemon", "start").returncode == 0, "a stale socket is in nobody's way"
    assert own.run("check", "-", stdin=BAD).returncode == 1
    assert own.answers() == 1


def test_waiting_workers_leave_with_the_master(own: Place) -> None:
    workers = own.workers()
    os.kill(int(str(own.status()["pid"])), signal.SIGKILL)
    assert wait(lambda: not any(Path(f"/proc/{w}").exists() and Path(f"/proc/{w}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z" for w in workers))
    assert own.run("check", "-", stdin=GOOD).returncode == 0


def test_a_worker_that_falls_silent(own: Place) -> None:
    process, workers = held(own, "check", "-", stdin=BAD)
    signalled(workers, signal.SIGSTOP)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1 and b"placeholder-left" in out, err
    signalled(workers, signal.SIGKILL)


def test_more_mails_at_once_than_workers(own: Place) -> None:
    mails = [own.started("check", "-", stdin=BAD if number % 3 else GOOD) for number in range(14)]
    codes = [(m.communicate(timeout=90), m.returncode)[1] for m in mails]
    assert codes == [1 if number % 3 else 0 for number in range(14)]


def test_a_socket_that_nobody_serves(place: Place) -> None:
    place.socket.parent.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(place.socket))
    assert place.run("check", "-", stdin=BAD).returncode == 1
    assert place.run("sendmail", "--", "kari.holm@nordbank.no", stdin=GOOD).returncode == 0
    assert place.sent == GOOD


OTHER = """
import os, socket, sys, time
from sendcheck.daemon import wire
s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); os.setuid(65534); s.listen(); print('up', flush=True)
while True:
    c, _ = s.accept()
    try:
        c.recv(9999); wire.send(c, {'version': '9', 'refused': ''}); c.recv(9999); wire.send(c, {'decision': {'code': 0}, 'exit': 0}, [b'pass', b''])
    except OSError:
        pass
"""


def test_a_socket_of_another_user(place: Place) -> None:
    require(os.geteuid() == 0, "root, to be another user")
    place.socket.parent.mkdir(mode=0o700)
    liar = subprocess.Popen([sys.executable, "-P", "-c", OTHER, str(place.socket)], stdout=subprocess.PIPE)
    assert liar.stdout is not None and liar.stdout.readline() == b"up\n"
    done = place.run("check", "-", stdin=BAD)
    assert done.returncode == 1 and b"placeholder-left" in done.stdout, "it is not believed"
    status = place.run("daemon", "status")
    assert status.returncode == 2 and b"belongs to user 65534" in status.stderr
    liar.kill()


def test_a_folder_that_others_may_write_to(place: Place) -> None:
    place.socket.parent.mkdir(mode=0o700)
    place.socket.parent.chmod(0o777)
    done = place.run("daemon", "run")
    assert done.returncode == 2 and b"open to others" in done.stderr
    assert place.run("check", "-", stdin=BAD).returncode == 1


def test_a_path_too_long_for_a_socket(place: Place) -> None:
    deep = place.folder / ("d" * 120)
    deep.mkdir(mode=0o700)
    done = place.run("daemon", "start", XDG_RUNTIME_DIR=str(deep))
    assert done.returncode == 2 and b"SENDCHECK_SOCKET" in done.stderr
    assert place.run("check", "-", stdin=BAD, daemon="auto", XDG_RUNTIME_DIR=str(deep)).returncode == 1


OLDER = "import sys, sendcheck; sendcheck.__version__ = '0.0.9'; sys.argv = ['sendcheck', 'daemon', 'run']; from sendcheck.entry import main; main()"


def test_a_daemon_of_an_older_version_makes_way(place: Place) -> None:
    old = subprocess.Popen([sys.executable, "-P", "-c", OLDER], env=place.environ(), stderr=subprocess.PIPE)
    assert wait(place.socket.exists)
    done = place.run("check", "-", stdin=BAD)
    assert done.returncode == 1, "it is not asked"
    assert b"another version" in place.run("daemon", "status").stdout
    assert place.run("sendmail", "--", "kari.holm@nordbank.no", stdin=GOOD, daemon="auto").returncode == 0
    assert old.wait(15) == 0, "it was told to stop"
    assert wait(lambda: bool(place.status())), "and a new one started"
    assert place.run("check", "-", stdin=BAD).returncode == 1
    assert place.answers() == 1
    place.run("daemon", "stop")
    old = subprocess.Popen([sys.executable, "-P", "-c", OLDER], env=place.environ(), stderr=subprocess.DEVNULL)
    assert wait(place.socket.exists)
    assert b"is warm" in place.run("daemon", "start").stdout, "start replaces it too"
    assert old.wait(15) == 0


def test_the_next_daemon_waits_for_the_last_mail_of_the_one_before(own: Place) -> None:
    process, _workers = held(own, "check", "-", stdin=BAD)
    assert own.run("daemon", "stop").stdout == b"stopped\n"
    begun = own.run("daemon", "start")
    assert b"is warm" in begun.stdout, begun.stderr
    process.communicate(timeout=60)
    assert process.returncode == 1


def test_what_speaks_otherwise_is_not_heard(own: Place) -> None:
    for data in (b"", b"GET / HTTP/1.1\r\n\r\n", b"\xff\xff\xff\xff", b"\x00\x00\x00\x02[]", b'\x00\x00\x00\x0f{"do": "hello"}'):
        with socket.socket(socket.AF_UNIX) as odd:
            odd.connect(str(own.socket))
            odd.sendall(data)
            odd.settimeout(10)
            with contextlib.suppress(ConnectionError):
                odd.shutdown(socket.SHUT_WR)
                odd.recv(4096)
    assert own.run("check", "-", stdin=BAD).returncode == 1
    assert own.answers() == 1


# -- starting and stopping ---------------------------------------------------


def test_auto_starts_it_for_the_next_mail(place: Place) -> None:
    assert place.run("sendmail", "--", "kari.holm@nordbank.no", stdin=GOOD, daemon="use").returncode == 0
    assert not place.socket.exists()
    assert place.run("sendmail", "--", "kari.holm@nordbank.no", stdin=GOOD, daemon="auto").returncode == 0
    assert wait(lambda: bool(place.status()))
    assert place.run("sendmail", "--", "kari.holm@nordbank.no", stdin=BAD, daemon="auto").returncode == 65
    assert place.answers() == 1
    assert place.run("daemon", "stop").stdout == b"stopped\n"
    assert not place.socket.exists() and place.run("daemon", "stop").stdout == b"no daemon runs\n"


def test_configuration_says_whether(place: Place) -> None:
    config = place.folder / ".config" / "sendcheck" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('daemon = "off"\n')
    assert place.run("sendmail", "--", "kari.holm@nordbank.no", stdin=GOOD, daemon="").returncode == 0
    time.sleep(1)
    assert not place.socket.exists()
    config.write_text('daemon = "auto"\n')
    assert place.run("sendmail", "--", "kari.holm@nordbank.no", stdin=GOOD, daemon="").returncode == 0
    assert wait(lambda: bool(place.status()))


def test_off_in_a_file_means_neither_asked_nor_started(place: Place, tmp_path: Path) -> None:
    """Wherever a configuration says so: the user's file, one that is named, the policy; and whatever the daemon was started under."""
    (tmp_path / "m.eml").write_bytes(GOOD)
    off = tmp_path / "off.toml"
    off.write_text('daemon = "off"\n')
    assert place.run("daemon", "start", daemon="").returncode == 0
    ways = (("check", tmp_path / "m.eml"), ("check", "-"), ("sendmail", "--", "kari.holm@nordbank.no"))

    def asked(**env: str) -> int:
        before = place.answers()
        for words in ways:
            assert place.run(*words, stdin=GOOD, **{"daemon": "", **env}).returncode == 0
        return place.answers() - before

    assert asked() == len(ways)
    assert asked(SENDCHECK_POLICY=str(off)) == 0
    assert asked(SENDCHECK_POLICY=str(off), daemon="use") == len(ways), "SENDCHECK_DAEMON comes before it"
    before = place.answers()
    assert place.run("check", "--config", off, tmp_path / "m.eml", daemon="").returncode == 0
    assert place.run("check", f"--config={off}", "-", stdin=GOOD, daemon="").returncode == 0
    assert place.run("sendmail", "--config", off, "--", "kari.holm@nordbank.no", stdin=GOOD, daemon="").returncode == 0
    assert place.answers() == before
    (tmp_path / "sendcheck.toml").write_text('daemon = "off"\n')
    done = place.run("check", "m.eml", cwd=tmp_path, daemon="")
    assert place.answers() == before + 1 and b"config --move daemon" in done.stderr, "a project has no say in it"
    config = place.folder / ".config" / "sendcheck" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('daemon = "off"\n')
    assert place.run("sendmail", "--", "kari.holm@nordbank.no", stdin=GOOD, daemon="").returncode == 0
    assert wait(lambda: not place.status()), "one that runs leaves"
    for command in ("start", "run"):
        done = place.run("daemon", command, daemon="")
        assert done.returncode == 2 and b"config.toml:1: daemon" in done.stderr and not place.socket.exists()


def test_the_native_host_heeds_off(place: Place) -> None:
    config = place.folder / ".config" / "sendcheck" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('daemon = "off"\n')
    request = json.dumps(
        {"id": 1, "do": "check", "mail": {"from": "ola@tallmo.no", "to": ["kari.holm@nordbank.no"], "subject": "s", "body": "Hi Kari"}}
    ).encode()
    done = place.run("native-host", stdin=len(request).to_bytes(4, sys.byteorder) + request, daemon="")
    assert b'"verdict"' in done.stdout
    time.sleep(1)
    assert not place.socket.exists()


def test_it_leaves_when_nobody_writes(place: Place) -> None:
    code = "import sys; sys.argv = ['sendcheck', 'daemon', 'run', '--idle', '1']; from sendcheck.cli import daemon; from sendcheck.daemon import server; " \
        "kept = server.Master.__init__\ndef shorter(self, doers, warm, prepare, idle, log): kept(self, doers, warm, prepare, idle / 60, log)\n" \
        "server.Master.__init__ = shorter; from sendcheck.entry import main; main()"  # fmt: skip
    daemon = subprocess.Popen([sys.executable, "-P", "-c", code], env=place.environ(), stderr=subprocess.PIPE)
    _out, err = daemon.communicate(timeout=30)
    assert daemon.returncode == 0 and b"leaving" in err
    assert not place.socket.exists()


def test_a_changed_configuration_counts_at_once(own: Place) -> None:
    config = own.folder / ".config" / "sendcheck" / "config.toml"
    config.parent.mkdir(parents=True)
    since = own.status()["since"]
    config.write_text('block = ["nordbank.no"]\n')
    done = own.run("sendmail", "--", "kari.holm@nordbank.no", stdin=GOOD)
    assert done.returncode == 65 and b"recipient-blocked" in done.stderr
    assert wait(lambda: own.status().get("since", since) != since), "and the daemon starts anew"
    assert own.run("sendmail", "--", "kari.holm@nordbank.no", stdin=GOOD).returncode == 65
    assert own.answers() == 1
    os.kill(int(str(own.status()["pid"])), signal.SIGHUP)
    assert wait(lambda: own.status().get("answers") == 0), "SIGHUP does it too"


def test_a_dictionary_that_arrives_counts_at_once(place: Place) -> None:
    """What *not run* says to install need not wait for the daemon's end."""
    folder = place.folder / "dictionaries"
    folder.mkdir()
    mail = GOOD.replace(b"The plan is ready. I will call you at noon.", b"Planen er klar. Jeg ringer deg klokka tolv om kvirrevittet.")

    def finds() -> bool:
        return b"kvirrevittet" in place.run("check", "-", "--select", "spelling", "--show", "note", stdin=mail, DICPATH=str(folder)).stdout

    (folder / "nb_NO.aff").write_text("SET UTF-8\n")
    (folder / "nb_NO.dic").write_text("2\nplanen\nklar\n")
    assert place.run("daemon", "start", DICPATH=str(folder)).returncode == 0
    assert finds() and place.answers() == 1
    since = place.status()["since"]
    (folder / "new").write_text("2\nplanen\nkvirrevittet\n")
    (folder / "new").rename(folder / "nb_NO.dic")
    assert not finds()
    assert wait(lambda: place.status().get("since", since) != since), "and the daemon starts anew"
    assert not finds() and place.answers() == 1


def test_changed_files_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = tmp_path / "package" / "words"
    inside.mkdir(parents=True)
    (inside / "a.toml").write_text("x")
    monkeypatch.setattr(stamp, "_taken", None)
    assert not stamp.changed()
    stamp.take([str(tmp_path / "package")], [str(tmp_path / "config.toml")])
    assert not stamp.changed()
    (tmp_path / "config.toml").write_text("")
    assert stamp.changed()
    stamp.take([str(tmp_path / "package")], [str(tmp_path / "config.toml")])
    (inside / "b.toml").write_text("y")
    assert stamp.changed()


def test_identities_differ_by_what_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    before = wire.identity()
    assert before["version"] == __version__
    monkeypatch.setenv("DICPATH", "/elsewhere")
    assert wire.identity() != before


def test_the_unit_is_what_systemd_reads(place: Place) -> None:
    printed = place.run("daemon", "unit").stdout.decode()
    assert "Type=notify" in printed and "daemon run --idle 0" in printed and "@" not in printed.replace("@PROGRAM@", "")
    done = place.run("daemon", "unit", "--install")
    unit = place.folder / ".config" / "systemd" / "user" / "sendcheck.service"
    assert done.returncode == 0 and unit.read_text() == printed
    require(shutil.which("systemd-analyze") is not None, "systemd-analyze")
    checked = subprocess.run(["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False)
    told = [line for line in checked.stderr.splitlines() if "sendcheck" in line]
    assert not told, told


def test_systemd_is_told_when_it_is_ready(place: Place) -> None:
    name = place.folder / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.bind(str(name))
        notify.settimeout(30)
        daemon = subprocess.Popen([*PROGRAM, "daemon", "run"], env=place.environ(NOTIFY_SOCKET=str(name)), stderr=subprocess.DEVNULL)
        assert notify.recv(100) == b"READY=1"
    assert place.status()
    daemon.terminate()
    assert daemon.wait(15) == 0 and not place.socket.exists()
