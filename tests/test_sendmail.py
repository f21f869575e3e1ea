"""The shim: argv kept, Bcc seen, bytes unchanged, silent when it passes; every way of failing has its code and loses nothing."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from sendcheck.gateways.sendmail import UsageError, parse
from sendcheck.reading.allowheader import strip_allow_header
from tests.conftest import BAD, GOOD

MTA = """#!/bin/sh
printf '%s\\n' "$@" > "{folder}/argv"
cat > "{folder}/mail"
exit {code}
"""


class Shim:
    """A home, a fake MTA that records what it got, and the shim before it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mta = folder / "mta"
        self.exits(0)

    def exits(self, code: int) -> None:
        self.mta.write_text(MTA.format(folder=self.folder, code=code))
        self.mta.chmod(0o755)

    def run(self, mail: bytes, *arguments: str, own: tuple[str, ...] = (), **env: str) -> subprocess.CompletedProcess[bytes]:
        environ = {**os.environ, "SENDCHECK_MTA": str(self.mta), **env}
        return subprocess.run(
            [sys.executable, "-P", "-m", "sendcheck", "sendmail", *own, *arguments],
            input=mail,
            capture_output=True,
            env={k: v for k, v in environ.items() if v},
            cwd=self.folder,
            timeout=60,
            check=False,
            start_new_session=True,
        )

    @property
    def sent(self) -> bytes | None:
        path = self.folder / "mail"
        return path.read_bytes() if path.exists() else None

    @property
    def argv(self) -> list[str]:
        return (self.folder / "argv").read_text().splitlines()


@pytest.fixture
def shim(home: Path, tmp_path: Path) -> Shim:
    folder = tmp_path / "shim"
    folder.mkdir()
    return Shim(folder)


def test_a_good_mail_passes_in_silence_byte_for_byte(shim: Shim) -> None:
    mail = GOOD + b"trailing \r\nodd \xff bytes\x00\n.\n"
    done = shim.run(mail, "-oi", "-f", "ola@tallmo.no", "--", "kari.holm@nordbank.no", "hidden@nordbank.no")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert shim.sent == mail
    assert shim.argv == ["-oi", "-f", "ola@tallmo.no", "--", "kari.holm@nordbank.no", "hidden@nordbank.no"]


def test_a_bad_mail_is_stopped_with_65_and_the_report(shim: Shim) -> None:
    done = shim.run(BAD, "-oi", "--", "kari.holm@nordbank.no")
    assert done.returncode == 65
    assert b"placeholder-left" in done.stderr and done.stdout == b""
    assert shim.sent is None


def test_recipients_of_the_envelope_are_checked(shim: Shim) -> None:
    config = shim.folder / "c.toml"
    config.write_text("block = ['rival.no']\n")
    done = shim.run(GOOD, "-oi", "--", "kari.holm@nordbank.no", "spy@rival.no", own=("--config", str(config)))
    assert done.returncode == 65
    assert b"recipient-blocked" in done.stderr
    assert shim.run(GOOD.replace(b"Subject", b"Bcc: spy@rival.no\nSubject"), "-t", own=(f"--config={config}",)).returncode == 65


def test_hidden_recipients_are_no_leak(shim: Shim) -> None:
    assert shim.run(GOOD, "--", "kari.holm@nordbank.no", "per@fjord.no").returncode == 0


@pytest.mark.parametrize("code", [75, 67, 1])
def test_the_mtas_own_code_is_handed_on(shim: Shim, code: int) -> None:
    shim.exits(code)
    assert shim.run(GOOD, "--", "kari.holm@nordbank.no").returncode == code


def test_no_mta(shim: Shim) -> None:
    done = shim.run(GOOD, "--", "k@n.no", SENDCHECK_MTA="/nowhere/sendmail")
    assert done.returncode == 69
    assert b"nothing was sent" in done.stderr and done.stderr.count(b"\n") == 1
    done = shim.run(GOOD, "--", "k@n.no", SENDCHECK_MTA="", PATH=str(shim.folder))
    assert done.returncode in {69, 0, 75}  # 69 but where /usr/sbin/sendmail exists and is not us: then its own code (75: it has no configuration)


def test_recursion_is_refused(shim: Shim) -> None:
    done = shim.run(GOOD, "--", "k@n.no", SENDCHECK_IN_SENDMAIL="1")
    assert done.returncode == 69
    assert b"sendcheck itself" in done.stderr
    loop = f"{sys.executable} -P -m sendcheck sendmail"
    done = shim.run(GOOD, "--", "kari.holm@nordbank.no", SENDCHECK_MTA=loop)
    assert done.returncode == 69
    assert b"sendcheck itself" in done.stderr


def test_the_next_sendmail_on_path_is_found_and_never_ourselves(shim: Shim) -> None:
    first, second = shim.folder / "a", shim.folder / "b"
    for folder in (first, second):
        folder.mkdir()
    (first / "sendmail").write_text('#!/bin/sh\nexec sendcheck sendmail "$@"\n')
    (second / "sendmail").write_text(MTA.format(folder=shim.folder, code=0))
    for folder in (first, second):
        (folder / "sendmail").chmod(0o755)
    done = shim.run(GOOD, "--", "kari.holm@nordbank.no", SENDCHECK_MTA="", PATH=f"{first}:{second}:{os.environ['PATH']}")
    assert done.returncode == 0, done.stderr
    assert shim.sent == GOOD


@pytest.mark.parametrize("argument", ["-bs", "-bp", "-bd"])
def test_what_is_no_sending_is_64(shim: Shim, argument: str) -> None:
    assert shim.run(GOOD, argument).returncode == 64


def test_own_options_that_are_wrong_are_64(shim: Shim) -> None:
    assert shim.run(GOOD, own=("--on-error", "maybe")).returncode == 64
    assert shim.run(GOOD, own=("--mta",)).returncode == 64


def test_a_broken_configuration_is_78(shim: Shim) -> None:
    config = shim.folder / "c.toml"
    config.write_text("nonsense = 1\n")
    done = shim.run(GOOD, "--", "k@n.no", own=("--config", str(config)))
    assert done.returncode == 78
    assert b"c.toml:1" in done.stderr and shim.sent is None


def test_the_working_folders_file_is_not_read(shim: Shim) -> None:
    (shim.folder / "sendcheck.toml").write_text("[rules]\nplaceholder-left = 'off'\n")
    assert shim.run(BAD, "--", "kari.holm@nordbank.no").returncode == 65


INCOMPLETE = "required = ['other-customer-named']\n"


def test_incomplete_is_69_and_on_error_governs_it(shim: Shim) -> None:
    config = shim.folder / "c.toml"
    config.write_text(INCOMPLETE)
    done = shim.run(GOOD, "--", "kari.holm@nordbank.no", own=("--config", str(config)))
    assert done.returncode == 69
    assert shim.sent is None
    done = shim.run(GOOD, "--", "kari.holm@nordbank.no", own=("--config", str(config), "--on-error", "send"))
    assert done.returncode == 0
    assert shim.sent == GOOD


def test_on_error_never_governs_65(shim: Shim) -> None:
    assert shim.run(BAD, "--", "kari.holm@nordbank.no", own=("--on-error", "send")).returncode == 65
    assert shim.sent is None


def test_a_check_past_its_deadline_is_69(shim: Shim) -> None:
    config = shim.folder / "c.toml"
    config.write_text("deadline = 0.0001\n")
    done = shim.run(GOOD, "--", "kari.holm@nordbank.no", own=("--config", str(config)))
    assert done.returncode == 69
    assert b"deadline" in done.stderr and shim.sent is None


def test_an_internal_error_is_70_and_on_error_governs_it(shim: Shim) -> None:
    broken = shim.folder / "site"
    broken.mkdir()
    (broken / "sitecustomize.py").write_text("import sendcheck.pipeline.supervisor as s\ndef f(*a):\n    raise RuntimeError('x')\ns.Supervisor.check = f\n")
    done = shim.run(GOOD, "--", "kari.holm@nordbank.no", PYTHONPATH=str(broken))
    assert done.returncode == 70
    assert shim.sent is None and b"Traceback" not in done.stderr
    done = shim.run(GOOD, "--", "kari.holm@nordbank.no", own=("--on-error=send",), PYTHONPATH=str(broken))
    assert done.returncode == 0
    assert shim.sent == GOOD


HEADER = b"X-Sendcheck-Allow: placeholder-left they want it\n so\n"


def test_the_allow_header_goes_and_nothing_else(shim: Shim) -> None:
    mail = BAD.replace(b"Subject", HEADER + b"Subject")
    assert shim.run(mail, "--", "kari.holm@nordbank.no").returncode == 0
    assert shim.sent == BAD
    assert strip_allow_header(BAD) == BAD
    assert strip_allow_header(b"A: 1\r\nX-Sendcheck-Allow: a b\r\n c\r\n\r\nX-Sendcheck-Allow: stays\r\n") == b"A: 1\r\n\r\nX-Sendcheck-Allow: stays\r\n"


def test_the_environment_allows(shim: Shim) -> None:
    assert shim.run(BAD, "--", "kari.holm@nordbank.no", SENDCHECK_ALLOW="placeholder-left they want it").returncode == 0


def test_sixty_megabytes_are_stopped_not_lost(shim: Shim) -> None:
    done = shim.run(GOOD + b"x" * (60 * 1024 * 1024), "--", "kari.holm@nordbank.no")
    assert done.returncode == 65
    assert b"mail-truncated" in done.stderr


@pytest.mark.parametrize(("answer", "code"), [(b"customer insists\n", 0), (b"\n", 65)])
def test_the_terminal_is_asked_for_a_reason(shim: Shim, answer: bytes, code: int) -> None:
    """On a terminal of its own (/dev/tty): standard input is the mail."""
    pid, terminal = pty.fork()
    if pid == 0:
        (shim.folder / "in").write_bytes(BAD)
        os.environ["SENDCHECK_MTA"] = str(shim.mta)
        with (shim.folder / "in").open("rb") as mail:
            os.dup2(mail.fileno(), 0)
        os.chdir(shim.folder)
        os.execv(sys.executable, [sys.executable, "-P", "-m", "sendcheck", "sendmail", "--", "kari.holm@nordbank.no"])
    seen = b""
    try:
        while b"Type a reason" not in seen:
            seen += os.read(terminal, 10_000)
        os.write(terminal, answer)
        while True:
            seen += os.read(terminal, 10_000)
    except OSError:
        pass
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == code, seen
    assert (shim.sent == BAD) == (code == 0)
    log = Path(os.environ["HOME"]) / ".local" / "state" / "sendcheck" / "overrides.jsonl"
    assert log.exists() == (code == 0)
    if code == 0:
        assert "customer insists" in log.read_text()
        assert "first_name" not in log.read_text(), "no content in logs"
        assert log.stat().st_mode & 0o777 == 0o600


def test_argv_is_understood() -> None:
    call = parse(["--mta", "msmtp", "--mta-arg=-a", "--mta-arg=work", "-oem", "-oi", "-f", "a@b.no", "-F", "Ola", "-N", "never", "x@y.no", "--", "-odd@y.no"])
    assert call.mta == ["msmtp", "-a", "work"]
    assert call.recipients == ["x@y.no", "-odd@y.no"]
    assert call.argv[0] == "-oem"
    with pytest.raises(UsageError):
        parse(["-bs"])
