"""What the shim hands over is whole or nothing, never twice; its exit code is 0 only if the MTA took the mail, whatever becomes of its streams."""

from __future__ import annotations

import contextlib
import os
import pty
import random
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.conftest import GOOD, require
from tests.sink import wait
from tests.test_daemon import PROGRAM, Place

KARI = ("--", "kari.holm@nordbank.no")
#: Quick to check: no sentence of it is parsed.
PLAIN = GOOD.replace(b"The plan is ready. I will call you at noon.", b"Lunch is at noon.")
SPOILT = PLAIN.replace(b"Hi Kari", b"Hi {{first_name}}")
#: More than a pipe holds.
LONG = PLAIN.replace(b"\n\n", b'\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="="\n\n--=\n\n', 1) + (
    b'--=\nContent-Type: application/octet-stream; name="plan.bin"\nContent-Transfer-Encoding: base64\n\n' + (b"QUJD" * 19 + b"\n") * 1100 + b"--=--\n"
)
DAEMON = pytest.mark.parametrize("daemon", ["use", "off"])
PATIENCE = 120


@pytest.fixture(scope="module")
def warm() -> Iterator[Place]:
    """A place whose daemon runs."""
    place = Place()
    done = place.run("daemon", "start")
    assert done.returncode == 0, done
    yield place
    place.close()


@pytest.fixture(autouse=True)
def nothing_sent(warm: Place) -> None:
    """Every test begins with an MTA that works and has got nothing."""
    (warm.folder / "sent").unlink(missing_ok=True)
    mta(warm, f'cat > "{warm.folder}/sent"')


def mta(place: Place, script: str) -> None:
    place.mta.write_text(f"#!/bin/sh\n{script}\n")
    place.mta.chmod(0o755)


def shell(place: Place, command: str, daemon: str, stdin: bytes | None = None, **env: str) -> subprocess.CompletedProcess[bytes]:
    """A command of the shell; in it “sendcheck” is ours."""
    ours = " ".join(f"'{word}'" for word in PROGRAM)
    return subprocess.run(
        ["sh", "-c", f'sendcheck() {{ {ours} "$@"; }}\n{command}'],
        input=stdin,
        capture_output=True,
        env=place.environ(daemon, **env),
        cwd=place.folder,
        timeout=PATIENCE,
        check=False,
        start_new_session=True,
    )


# -- streams -----------------------------------------------------------------

GONE = "| true"
STREAMS = [">&-", "2>&-", ">&- 2>&-", ">/dev/full", "2>/dev/full", ">/dev/full 2>/dev/full", "2>&1 >/dev/null | true", "2>&1 | true"]
BOTH = [*((streams, "use") for streams in STREAMS), *((streams, "off") for streams in ("2>&-", ">&- 2>&-", ">/dev/full 2>/dev/full", "2>&1 | true"))]


def through(place: Place, words: str, streams: str, mail: bytes, daemon: str) -> int:
    """The exit code of a command whose output goes nowhere. Where it is a pipe, its reader is gone before the command has read the mail."""
    (place.folder / "mail").write_bytes(mail)
    to, pipe, _reader = streams.partition("|")
    if not pipe:
        return shell(place, f"sendcheck {words} {to} < mail", daemon).returncode
    done = shell(place, f"{{ {{ sleep 0.2; cat mail; }} | sendcheck {words} {to}; echo $? > code; }} | true", daemon)
    assert wait(lambda: (place.folder / "code").exists() and (place.folder / "code").read_text() != "", PATIENCE), done
    code = int((place.folder / "code").read_text())
    (place.folder / "code").unlink()
    return code


@pytest.mark.parametrize(("streams", "daemon"), BOTH)
def test_streams_change_nothing(warm: Place, streams: str, daemon: str) -> None:
    require(Path("/dev/full").exists(), "a /dev/full")
    before = warm.answers()
    assert through(warm, "sendmail kari.holm@nordbank.no", streams, SPOILT, daemon) == 65 and warm.sent is None
    assert through(warm, "sendmail kari.holm@nordbank.no", streams, PLAIN, daemon) == 0 and warm.sent == PLAIN
    assert (warm.answers() > before) == (daemon == "use")


@DAEMON
def test_the_mtas_own_words_go_where_they_can(warm: Place, daemon: str) -> None:
    """An MTA that writes to a closed or a full stream is told by the system, not by us; what it says is its exit code."""
    mta(warm, f'cat > "{warm.folder}/sent"; echo queued || exit 74; echo queued >&2 || exit 74')
    assert through(warm, "sendmail kari.holm@nordbank.no", ">&- 2>&-", PLAIN, daemon) == 0 and warm.sent == PLAIN
    assert through(warm, "sendmail kari.holm@nordbank.no", ">/dev/full", PLAIN, daemon) == 74


@DAEMON
def test_nothing_is_mistaken_for_a_stream_that_was_closed(warm: Place, daemon: str) -> None:
    """Where fd 2 is closed the next file would be fd 2, and whatever writes an error would write it there."""
    mta(warm, f'ls -l /proc/self/fd > "{warm.folder}/fds"; cat > "{warm.folder}/sent"')
    assert shell(warm, "sendcheck sendmail kari.holm@nordbank.no >&- 2>&-", daemon, PLAIN).returncode == 0
    held = (warm.folder / "fds").read_text()
    assert "socket:" not in held and ".sqlite" not in held and held.count("/dev/null") >= 1
    assert warm.sent == PLAIN


@DAEMON
@pytest.mark.parametrize("streams", [">&- 2>&-", "2>/dev/full", "2>&1 | true"])
def test_gits_hook_stops_a_mail_it_cannot_tell_of(warm: Place, streams: str, daemon: str) -> None:
    assert through(warm, "hook run git mail", streams, SPOILT, daemon) == 1
    assert through(warm, "hook run git mail", streams, PLAIN, daemon) == 0


@DAEMON
@pytest.mark.parametrize("streams", [">&-", ">/dev/full", "| true"])
def test_emacs_hook_stops_a_mail_it_cannot_tell_of(warm: Place, streams: str, daemon: str) -> None:
    assert through(warm, "hook run emacs", streams, SPOILT, daemon) == 1
    assert through(warm, "hook run emacs", streams, PLAIN, daemon) == 0


@DAEMON
def test_a_report_that_nobody_read_is_no_pass(warm: Place, daemon: str) -> None:
    assert through(warm, "check mail", "| true", SPOILT, daemon) == 1
    assert through(warm, "check mail", "| true", PLAIN, daemon) == 1
    assert through(warm, "check mail", ">/dev/full", PLAIN, daemon) == 2
    assert through(warm, "check mail", ">/dev/full 2>/dev/full", PLAIN, daemon) == 2
    assert through(warm, "check mail", ">&-", PLAIN, daemon) == 0, "closed on purpose: the exit code is asked for, and nothing else"


@pytest.mark.parametrize("streams", ["| true", ">&-", ">/dev/full", ">&- 2>&-"])
def test_the_native_host_without_anybody_to_answer(warm: Place, streams: str) -> None:
    """Thunderbird takes silence for a no."""
    request = b'{"id": 1, "do": "hello"}'
    (warm.folder / "mail").write_bytes(struct.pack("=I", len(request)) + request)
    done = shell(warm, f"{{ sleep 0.2; cat mail; }} | sendcheck native-host {streams}", "off")
    assert b"Traceback" not in done.stderr and b"Exception" not in done.stderr and b"internal" not in done.stderr and done.stderr.count(b"\n") <= 1


# -- standard input ----------------------------------------------------------


@DAEMON
def test_a_pipe_that_does_not_block_has_not_ended(warm: Place, daemon: str) -> None:
    """Some programs set their pipes so; half of a mail would be sent if "nothing yet" were taken for the end."""
    read, write = os.pipe()
    os.set_blocking(read, False)
    process = subprocess.Popen([*PROGRAM, "sendmail", *KARI], stdin=read, stderr=subprocess.PIPE, env=warm.environ(daemon), cwd=warm.folder)
    os.close(read)
    for at in range(0, len(PLAIN), 4000):
        os.write(write, PLAIN[at : at + 4000])
        time.sleep(0.1)
    os.close(write)
    _out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err, warm.sent) == (0, b"", PLAIN)


@DAEMON
def test_standard_input_that_cannot_be_read(warm: Place, daemon: str) -> None:
    done = shell(warm, "sendcheck sendmail kari.holm@nordbank.no 0>write-only", daemon)
    assert done.returncode == 66 and b"cannot be read" in done.stderr and done.stderr.count(b"\n") == 1
    done = shell(warm, "sendcheck sendmail kari.holm@nordbank.no <&-", daemon)
    assert done.returncode == 65 and b"empty" in done.stderr and done.stderr.count(b"\n") == 1
    assert shell(warm, "sendcheck sendmail kari.holm@nordbank.no < /", daemon).returncode != 0
    assert warm.sent is None


NO_MAILS = {
    "empty": (b"", b"is empty"),
    "white space": (b" \r\n\t\n", b"is empty"),
    "binary": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(50), b"binary"),
    "utf-16": (GOOD.decode().encode("utf-16"), b"UTF-16"),
    "utf-16-le": (GOOD.decode().encode("utf-16-le"), b"UTF-16"),
    "leading blank": (b" " + GOOD, b"before its header"),
    "leading line": (b"\r\n" + GOOD.replace(b"\n", b"\r\n"), b"before its header"),
    "leading mark": (b"\xef\xbb\xbf" + GOOD, b"before its header"),
}


@pytest.mark.parametrize(("name", "daemon"), [*((name, "use") for name in NO_MAILS), ("utf-16", "off"), ("leading blank", "off")])
def test_what_check_refuses_is_not_sent(warm: Place, name: str, daemon: str) -> None:
    data, why = NO_MAILS[name]
    done = warm.run("sendmail", "--on-error", "send", "--ask", *KARI, stdin=data, daemon=daemon)
    assert done.returncode == 65 and why in done.stderr and b"nothing was sent" in done.stderr and warm.sent is None
    done = warm.run("check", "-", stdin=data, daemon=daemon)
    assert done.returncode == 2 and why in done.stderr
    (warm.folder / "mail").write_bytes(data)
    assert warm.run("hook", "run", "git", "mail", daemon=daemon).returncode == 2
    assert warm.run("hook", "run", "emacs", stdin=data, daemon=daemon).returncode == 2


# -- the MTA -----------------------------------------------------------------


@DAEMON
@pytest.mark.parametrize("code", [0, 75])
def test_an_mta_that_does_not_read(warm: Place, daemon: str, code: int) -> None:
    mta(warm, f"exec <&-; exit {code}")
    assert warm.run("sendmail", *KARI, stdin=LONG, daemon=daemon).returncode in {code}


@DAEMON
def test_an_mta_that_is_killed(warm: Place, daemon: str) -> None:
    mta(warm, "kill -KILL $$")
    done = warm.run("sendmail", *KARI, stdin=PLAIN, daemon=daemon)
    assert done.returncode == 71 and b"was ended by SIGKILL; whether it took the mail is not known" in done.stderr


@DAEMON
def test_an_mta_that_cannot_be_started(warm: Place, daemon: str) -> None:
    warm.mta.write_bytes(b"neither script nor program\n")
    done = warm.run("sendmail", *KARI, stdin=PLAIN, daemon=daemon)
    assert done.returncode == 71 and b"nothing was sent" in done.stderr and done.stderr.count(b"\n") == 1
    done = warm.run("sendmail", *KARI, stdin=PLAIN, daemon=daemon, SENDCHECK_MTA="'unclosed")
    assert done.returncode == 78 and b"SENDCHECK_MTA" in done.stderr
    assert warm.run("sendmail", *KARI, stdin=PLAIN, daemon=daemon, SENDCHECK_MTA=" ").returncode != 78


@DAEMON
def test_what_is_no_sending_is_not_taken_for_one(warm: Place, daemon: str) -> None:
    """An MTA asked for its version, its help or its queue exits 0."""
    for words in (["-t", "--help"], ["--version"], ["-q"], ["-q30m"], ["-I"], ["-t", "--pretend"], ["--serverinfo", "--", "k@n.no"]):
        done = warm.run("sendmail", *words, stdin=PLAIN, daemon=daemon)
        assert done.returncode == 64 and warm.sent is None, words
    for words in (["--help"], ["-h"], ["--mta", "msmtp", "-h"]):
        done = warm.run("sendmail", *words, daemon=daemon)
        assert done.returncode == 0 and done.stdout.startswith(b"Usage: ") and b"--on-error" in done.stdout and warm.sent is None
    assert warm.run("sendmail", "-F", "--help", "-h", "5", *KARI, stdin=PLAIN, daemon=daemon).returncode == 0 and warm.sent == PLAIN


def under(place: Place, prepare: str, daemon: str, **env: str) -> subprocess.CompletedProcess[bytes]:
    """The shim as a client starts it that has prepared its signals so."""
    code = f"import os, signal, sys; {prepare}; os.execv(sys.executable, {[*PROGRAM, 'sendmail', *KARI]!r})"
    return subprocess.run(
        [sys.executable, "-c", code], input=PLAIN, capture_output=True, env=place.environ(daemon, **env), cwd=place.folder, timeout=PATIENCE, check=False
    )


@DAEMON
def test_the_mtas_exit_code_comes_through_however_the_client_treats_signals(warm: Place, daemon: str) -> None:
    """A client that ignores SIGCHLD hands that on, and a waiting program then learns no exit code; one that blocks it would have us wait for ever."""
    mta(warm, f'cat > "{warm.folder}/sent"; exit 75')
    assert under(warm, "signal.signal(signal.SIGCHLD, signal.SIG_IGN)", daemon).returncode == 75
    assert under(warm, "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})", daemon).returncode == 75


def test_the_mta_finds_signals_as_the_client_left_them(warm: Place) -> None:
    require(Path("/proc/self/status").exists(), "/proc")
    reader = "grep -hE 'Sig(Blk|Ign)' /proc/self/status"  # as the MTA itself: a shell would change its mask
    prepare = "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1}); signal.signal(signal.SIGHUP, signal.SIG_IGN)"
    blocked, ignored = (int(line.split()[1], 16) for line in under(warm, prepare, "use", SENDCHECK_MTA=reader).stdout.splitlines())
    assert blocked == 1 << signal.SIGUSR1 - 1
    assert ignored & 1 << signal.SIGHUP - 1, "nohup"
    assert not ignored & (1 << signal.SIGPIPE - 1 | 1 << signal.SIGTERM - 1), "Python ignores SIGPIPE, an MTA expects it"


NO_MEMFD = "import os\nif hasattr(os, 'memfd_create'):\n    del os.memfd_create\n"


@DAEMON
def test_where_there_is_no_memory_file_the_copy_lies_on_a_disk(warm: Place, tmp_path: Path, daemon: str) -> None:
    (tmp_path / "sitecustomize.py").write_text(NO_MEMFD)
    (tmp_path / "tmp").mkdir()
    assert warm.run("sendmail", *KARI, stdin=PLAIN, daemon=daemon, PYTHONPATH=str(tmp_path), TMPDIR=str(tmp_path / "tmp")).returncode == 0
    assert warm.sent == PLAIN and not list((tmp_path / "tmp").iterdir())
    assert warm.run("sendmail", *KARI, stdin=PLAIN, daemon=daemon, PYTHONPATH=str(tmp_path), TMPDIR="/nowhere").returncode == 0, "another folder will do"


@DAEMON
def test_no_room_for_a_copy(warm: Place, daemon: str) -> None:
    """No file may grow to a mail's size (as on a full disk): nothing is sent, rather than what fits."""
    mta(warm, f'touch "{warm.folder}/started"; cat > "{warm.folder}/sent"')
    ours = " ".join(PROGRAM)
    done = shell(warm, f"ulimit -f 8; exec {ours} sendmail kari.holm@nordbank.no", daemon, LONG)
    assert done.returncode == 71 and b"no room" in done.stderr and b"nothing was sent" in done.stderr, done
    assert warm.sent is None and not (warm.folder / "started").exists()


@DAEMON
def test_a_mail_beyond_the_cap_leaves_whole_or_not_at_all(warm: Place, tmp_path: Path, daemon: str) -> None:
    mail = GOOD + (b"y" * 76 + b"\n") * (51 * 1024 * 1024 // 77)
    assert warm.run("sendmail", *KARI, stdin=mail, daemon=daemon).returncode in {65, 69} and warm.sent is None
    (tmp_path / "c.toml").write_text("[rules]\nmail-truncated = 'off'\n")
    done = warm.run("sendmail", "--config", tmp_path / "c.toml", "--on-error", "send", *KARI, stdin=mail, daemon=daemon)
    assert (done.returncode == 0) == (warm.sent == mail) and warm.sent in {None, mail}


# -- signals -----------------------------------------------------------------

SLOW = """#!{python} -IS
import os, signal, sys, time
folder, mark = {folder!r}, sys.argv[-1].partition("@")[0]
stubborn = "stubborn" in mark
def note(what, data=b""):
    path = f"{{folder}}/{{mark}}.{{what}}.{{os.getpid()}}"
    with open(path + "~", "wb") as file:
        file.write(data)
    os.rename(path + "~", path)
def told(number, _frame):
    note(f"told-{{number}}")
    if not stubborn:
        os._exit(75)
for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
    signal.signal(number, told)
note("begun")
data = b""
while piece := os.read(0, 2048):
    data += piece
    time.sleep({pause})
note("sent", data)
os._exit(0)  # no signal on the way out
"""


def slow(place: Place, pause: float) -> None:
    place.mta.write_text(SLOW.format(python=sys.executable, folder=str(place.folder), pause=pause))
    place.mta.chmod(0o755)


def marks(place: Place, mark: str, what: str) -> list[Path]:
    return [path for path in place.folder.glob(f"{mark}.{what}.*") if not path.name.endswith("~")]


def started(place: Place, mark: str, daemon: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [*PROGRAM, "sendmail", "--", f"{mark}@nordbank.no"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=place.environ(daemon),
        cwd=place.folder,
        start_new_session=True,
    )
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(LONG)
    with contextlib.suppress(BrokenPipeError):
        process.stdin.close()
    return process


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_is_passed_on_and_the_mta_has_the_last_word(warm: Place, number: signal.Signals) -> None:
    slow(warm, 0.02)
    for mark, code in ((f"yielding-{number}", 75), (f"stubborn-{number}", 0)):
        process = started(warm, mark, "use")
        assert wait(lambda mark=mark: marks(warm, mark, "begun"), PATIENCE)  # type: ignore[misc]
        process.send_signal(number)
        assert process.wait(PATIENCE) == code
        assert len(marks(warm, mark, f"told-{number.value}")) == 1
        assert [path.read_bytes() for path in marks(warm, mark, "sent")] == ([LONG] if code == 0 else [])


@DAEMON
def test_stopped_before_the_mail_has_come(warm: Place, daemon: str) -> None:
    for number, code in ((signal.SIGINT, 70), (signal.SIGTERM, -signal.SIGTERM), (signal.SIGHUP, -signal.SIGHUP)):
        process = subprocess.Popen([*PROGRAM, "sendmail", *KARI], stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=warm.environ(daemon), cwd=warm.folder)
        assert process.stdin is not None
        process.stdin.write(PLAIN)
        process.stdin.flush()
        assert wait(lambda process=process: reading(process.pid), PATIENCE)  # type: ignore[misc]
        process.send_signal(number)
        _out, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == code and warm.sent is None, err
        assert number != signal.SIGINT or err == b"sendcheck: stopped; nothing was sent\n"


def reading(process: int) -> bool:
    """Whether a process waits for standard input."""
    with contextlib.suppress(OSError):
        return (
            Path(f"/proc/{process}/wchan").read_text().startswith(("pipe_read", "anon_pipe_read"))
            or Path(f"/proc/{process}/syscall").read_text()[:5] == "0 0x0"
        )
    return False


@DAEMON
def test_a_terminal_that_hangs_up_at_the_question(warm: Place, daemon: str) -> None:
    (warm.folder / "mail").write_bytes(SPOILT)
    process, terminal = pty.fork()
    if process == 0:
        os.dup2(os.open(warm.folder / "mail", os.O_RDONLY), 0)
        os.chdir(warm.folder)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # nohup: it outlives the terminal, and finds nobody there
        os.execve(sys.executable, [*PROGRAM, "sendmail", *KARI], warm.environ(daemon))
    shown = b""
    while b"Type a reason" not in shown:
        shown += os.read(terminal, 10_000)
    os.write(terminal, b"half a reas")
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 65
    assert warm.sent is None


#: Seconds that the slow MTA takes at least.
READING = 0.3


class Killing:
    """Many shims, each killed at a moment drawn by chance: of all its life, or (two of three) while its MTA reads slowly and a little longer."""

    def __init__(self, place: Place, daemon: str, seed: int) -> None:
        self.place, self.daemon = place, daemon
        self.chance = random.Random(seed)
        self.lock = threading.Lock()
        self.whole = self.nothing = 0
        slow(place, READING / (len(LONG) / 2048))
        begun = time.monotonic()
        assert started(place, f"unharmed{daemon}", daemon).wait(PATIENCE) == 0
        self.longest = time.monotonic() - begun

    def one(self, number: int) -> None:
        with self.lock:
            moment = self.chance.uniform(0, 1.2 * READING if number % 3 else self.longest)
            sign = self.chance.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
            mark = f"{self.chance.choice(['stubborn', 'yielding'])}-kill-{self.daemon}-{number}"
        process = started(self.place, mark, self.daemon)
        if number % 3:
            assert wait(lambda: marks(self.place, mark, "begun") or process.poll() is not None, PATIENCE), mark
            assert marks(self.place, mark, "begun"), f"{mark}: exit {process.returncode} before the MTA began"
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(moment)
        process.send_signal(sign)
        code = process.wait(PATIENCE)
        begun = marks(self.place, mark, "begun")
        assert wait(lambda: all(self.ended(mark, path) for path in marks(self.place, mark, "begun")), PATIENCE)
        sent = [path.read_bytes() for path in marks(self.place, mark, "sent")]
        told = f"{mark} {sign.name} after {moment:.3f} s: exit {code}, begun {len(begun)}, sent {[len(data) for data in sent]}"
        assert sent in ([], [LONG]), told
        assert code != 0 or sent, told
        assert not sent or code in {0, -signal.SIGKILL}, told
        with self.lock:
            self.whole += bool(sent)
            self.nothing += not sent

    def ended(self, mark: str, begun: Path) -> bool:
        number = begun.suffix
        return any(path.suffix == number for what in ("sent", "told-*") if "stubborn" not in mark or what == "sent" for path in marks(self.place, mark, what))


@pytest.mark.parametrize(("daemon", "kills"), [("use", 60), ("off", 12)])
def test_kills_at_random_moments(warm: Place, daemon: str, kills: int) -> None:
    killing = Killing(warm, daemon, seed=20261123)
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(killing.one, number) for number in range(kills)]:
            done.result()
    assert killing.whole > kills // 5 and killing.nothing > kills // 10, "moments of all kinds"
