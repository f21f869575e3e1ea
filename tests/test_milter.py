"""`sendcheck milter` behind a real Postfix on loopback, and what goes wrong around it."""

from __future__ import annotations

import base64
import concurrent.futures
import json
import os
import re
import signal
import smtplib
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from importlib.util import find_spec
from pathlib import Path

import pytest

from sendcheck.history.keys import new_key
from tests import postfix, postgres
from tests.conftest import BAD, GOOD, Run, require
from tests.postfix import Postfix
from tests.sink import Sink, free_port, serving, wait

BLOCK = 'block = ["rival.example.org"]\n'
QUIET = '[rules]\ngrammar = "off"\n'
KARI = "kari.holm@nordbank.no"


@dataclass
class Milter:
    """The command as a service starts it. ``configure`` writes its configuration and reads it anew."""

    folder: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> str:
        return f"unix:{self.folder}/m.sock"

    @property
    def config(self) -> Path:
        return self.folder / "milter.toml"

    def write(self, text: str = "", milter: str = "", address: str | None = None) -> None:
        head = f'socket = "{address or self.socket}"\nsocket-mode = "0666"\ncounters = "{self.folder}/counters.json"\nworkers = 2\n'
        self.config.write_text(f"{BLOCK}{text}\n[milter]\n{head}{milter}\n{QUIET}")

    def start(self, **env: str) -> None:
        log = (self.folder / "log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "sendcheck", "milter", "run", "--config", str(self.config)], stderr=log, env={**os.environ, **env}
        )
        seen = self.log().count("listening at")
        assert wait(lambda: self.log().count("listening at") > seen, 60), self.log()

    def configure(self, text: str = "", milter: str = "") -> None:
        assert self.process is not None
        self.write(text, milter)
        seen = self.log().count("configuration")
        self.process.send_signal(signal.SIGHUP)
        assert wait(lambda: self.log().count("configuration") > seen)

    def front(self) -> int:
        """The process that speaks with Postfix."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return next(int(c) for c in children if b"sendcheck.milter.front" in Path(f"/proc/{c}/cmdline").read_bytes())

    def stop(self, number: int = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(30)

    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text("utf-8") if path.exists() else ""

    def counts(self) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = json.loads((self.folder / "counters.json").read_text())
        return found


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="sc-", dir="/tmp") as name:  # a short path, that user postfix can enter
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def served(sink: Sink, text: str) -> Iterator[tuple[Milter, Postfix]]:
    """A milter of one's own with these settings in [milter], behind a Postfix of its own."""
    with folder() as place:
        milter = Milter(place)
        milter.write(milter=text)
        milter.start(SENDCHECK_DAEMON="off")
        try:
            with postfix.running(milter.socket, sink.port) as server:
                yield milter, server
        finally:
            milter.stop()


def need() -> None:
    require(find_spec("Milter") is not None, "pymilter (make milter)")
    require(postfix.is_here(), "Postfix (and root to run it)")


@dataclass
class Stand:
    """Postfix, the milter before it, and the sink behind."""

    milter: Milter
    postfix: Postfix
    sink: Sink

    def arrived(self) -> bytes:
        """The one mail that came out since the last look."""
        assert wait(lambda: len(self.sink.mails) == 1), self.postfix.log()[-2000:]
        return self.sink.mails.pop()[1]


@pytest.fixture(scope="module")
def everything() -> Iterator[Stand]:
    need()
    with folder() as place, serving() as sink:
        milter = Milter(place)
        milter.write()
        milter.start(SENDCHECK_DAEMON="off", XDG_DATA_HOME=str(place / "data"))
        with logins(place / "auth.sock") as auth, postfix.running(milter.socket, sink.port, sasl=auth) as server:
            yield Stand(milter, server, sink)
        assert milter.stop() == 0
        assert "Traceback" not in milter.log()


@pytest.fixture
def stand(everything: Stand) -> Stand:
    everything.milter.configure()
    assert wait(lambda: not everything.postfix.queue().strip())  # what the test before let pass has arrived
    everything.sink.mails.clear()
    return everything


@contextmanager
def logins(path: Path) -> Iterator[Path]:
    """A server of Dovecot's authentication protocol (version 1.1) that lets anybody in whose password is “right”."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"VERSION\t1\t1\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\nCOOKIE\t0123456789abcdef0123456789abcdef\nDONE\n")
            for line in self.rfile:
                words = line.decode().rstrip("\n").split("\t")
                if words[0] == "AUTH":
                    reply = next(w for w in words if w.startswith("resp=")).removeprefix("resp=")
                    _, user, password = base64.b64decode(reply).decode().split("\0")
                    self.wfile.write(f"{'OK' if password == 'right' else 'FAIL'}\t{words[1]}\tuser={user}\n".encode())

    class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
        daemon_threads = True

    with Server(str(path), Handler) as server:
        path.chmod(0o666)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield path
        server.shutdown()


def logged_in(stand: Stand, user: str = "ola") -> smtplib.SMTP:
    client = stand.postfix.client()
    client.user, client.password = user, "right"
    client.auth("PLAIN", client.auth_plain)
    return client


# -- answers ----------------------------------------------------------------------


def test_a_good_mail_passes_and_a_bad_one_is_refused_without_a_word_of_it(stand: Stand) -> None:
    assert stand.postfix.send(GOOD, KARI)[0] == 250
    stand.arrived()
    code, text = stand.postfix.send(BAD, KARI)
    assert code == 550
    lines = text.splitlines()
    assert lines[0] == "5.7.1 sendcheck: 1 problem, the message was not sent"
    assert lines[1].startswith("5.7.1 placeholder-left, body line 7: ")
    assert lines[2] == "5.7.1 What a rule means: sendcheck explain RULE"
    both = stand.postfix.log() + stand.milter.log()
    assert "milter-reject: END-OF-MESSAGE" in both and "first_name" not in both + text
    assert not stand.sink.mails


def test_the_envelope_is_known(stand: Stand) -> None:
    code, text = stand.postfix.send(GOOD, KARI, "spy@rival.example.org")
    assert code == 550 and "recipient-blocked, envelope" in text and "rival" not in text


def test_names_that_the_author_chose_are_not_told(stand: Stand) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Ola Nordmann <ola@tallmo.no>", KARI, "The plan"
    mail.set_content("Hi Kari,\n\nLunch is at noon.\n\nOla\n")
    mail.add_attachment(b"key", maintype="text", subtype="plain", filename="secret-wedding {{name}}.txt")
    mail.add_attachment("password: hunter2-Xk9!\nAKIAIOSFODNN7EXAMPLE\n", filename="wedding-list.txt")
    _code, text = stand.postfix.send(mail.as_bytes(), KARI)
    assert "wedding" not in text + stand.milter.log()


def test_a_percent_sign_in_the_reply(stand: Stand) -> None:
    stand.milter.configure(milter='help = "100% of it: https://intra.example/mail?a=%20b"')
    assert "100% of it: https://intra.example/mail?a=%20b" in stand.postfix.send(BAD, KARI)[1]


def test_actions_by_rule_sender_and_recipient(stand: Stand) -> None:
    stand.milter.configure(
        "[[actions]]\nrule = 'placeholder-left'\nsender = 'ola@tallmo.no'\nrecipient = ['nordbank.no']\naction = 'tag'\n"
        "[[actions]]\nrule = 'placeholder-left'\nsender = 'kari'\naction = 'quarantine'\n"
        "[[actions]]\nrecipient = '*.tallmo.no'\naction = 'warn'\n"
    )
    assert stand.postfix.send(b"X-Sendcheck: pass\n" + BAD, KARI)[0] == 250
    arrived = stand.arrived()
    assert b"\nX-Sendcheck: fail; rules=placeholder-left\n" in arrived and arrived.count(b"X-Sendcheck") == 1
    assert stand.postfix.send(BAD, "x@fjord.no")[0] == 550  # another recipient
    assert stand.postfix.send(BAD, KARI, sender="per@tallmo.no")[0] == 550  # another sender
    assert stand.postfix.send(BAD, "x@in.tallmo.no", sender="per@tallmo.no")[0] == 250
    assert b"X-Sendcheck" not in stand.arrived()
    client = logged_in(stand, "kari")
    assert stand.postfix.send(BAD, "x@fjord.no", sender="per@tallmo.no", client=client)[0] == 250
    client.close()
    assert wait(lambda: '"queue_name": "hold"' in stand.postfix.queue())
    assert not stand.sink.mails
    conf = str(stand.postfix.folder / "conf")
    subprocess.run(["postsuper", "-c", conf, "-H", "ALL"], capture_output=True, check=True)
    subprocess.run(["postqueue", "-c", conf, "-f"], check=True)
    stand.arrived()


ALLOWED = BAD.replace(b"Subject:", b"X-Sendcheck-Allow: placeholder-left agreed with Kari\nSubject:")


def test_a_sender_who_logged_in_may_allow_a_finding_and_the_line_is_taken_out(stand: Stand) -> None:
    client = logged_in(stand)
    assert stand.postfix.send(ALLOWED, KARI, client=client)[0] == 250
    client.close()
    arrived = stand.arrived()
    assert arrived[arrived.index(b"From: ") :].replace(_message_id(arrived), b"").rstrip() == BAD.rstrip()


def _message_id(raw: bytes) -> bytes:
    found = re.search(rb"Message-Id: .*\n", raw)
    return found.group(0) if found else b"\0"


def test_nobody_else_may(stand: Stand) -> None:
    code, text = stand.postfix.send(ALLOWED, KARI)
    assert code == 550 and "placeholder-left" in text
    passing = GOOD.replace(b"Subject:", b"x-sendcheck-allow: cc-leak one\nX-Sendcheck-Allow: secret two,\n  folded\nSubject:")
    assert stand.postfix.send(passing, KARI)[0] == 250
    arrived = stand.arrived()
    assert b"llow" not in arrived and b"folded" not in arrived and b"The plan is ready." in arrived


def test_policy_locks_what_it_locks(stand: Stand, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('locked = ["rules.placeholder-left", "actions", "milter.action"]\n[rules]\nplaceholder-left = "error"\n[milter]\naction = "reject"\n')
    other = Milter(stand.milter.folder)
    other.config.rename(other.config.with_suffix(".kept"))
    port = free_port()
    other.write("[[actions]]\naction = 'warn'\n", 'action = "warn"\n', address=f"inet:{port}@127.0.0.1")
    text = other.config.read_text().replace('grammar = "off"', 'grammar = "off"\nplaceholder-left = "off"')
    other.config.write_text(text)
    other.start(SENDCHECK_POLICY=str(policy))
    try:
        auth = stand.milter.folder / "auth.sock"
        with postfix.running(f"inet:127.0.0.1:{port}", stand.sink.port, sasl=auth) as server:
            client = logged_in(Stand(other, server, stand.sink))
            assert server.send(ALLOWED, KARI, client=client)[0] == 550
            assert server.send(GOOD, KARI, client=client)[0] == 250  # a TCP socket works, too
            client.close()
    finally:
        other.stop()
        other.config.with_suffix(".kept").rename(other.config)


def test_mail_from_outside_passes_unchecked_and_is_counted(stand: Stand) -> None:
    stand.milter.configure('internal-domains = ["tallmo.no"]')
    before = stand.milter.counts()["mails"].get("incoming", 0)
    assert stand.postfix.send(BAD, "x@tallmo.no", sender="kari@nordbank.no")[0] == 250
    assert stand.postfix.send(BAD, "x@tallmo.no", sender="")[0] == 250
    assert stand.postfix.send(BAD, KARI, sender="ola@tallmo.no")[0] == 550
    assert stand.postfix.send(BAD, KARI, sender="ola@mail.tallmo.no")[0] == 550
    client = logged_in(stand)
    assert stand.postfix.send(BAD, KARI, sender="x@elsewhere.no", client=client)[0] == 550
    client.close()
    assert wait(lambda: stand.milter.counts()["mails"].get("incoming", 0) == before + 2)


def test_dry_run_counts_and_changes_nothing(stand: Stand, sendcheck: Run) -> None:
    stand.milter.configure(milter="dry-run = true\naction = 'reject'")
    before = stand.milter.counts()
    assert stand.postfix.send(ALLOWED, KARI)[0] == 250
    assert b"X-Sendcheck-Allow: placeholder-left agreed with Kari\n" in stand.arrived()
    assert wait(lambda: stand.milter.counts()["actions"].get("reject", 0) == before["actions"].get("reject", 0) + 1)
    shown = sendcheck("milter", "status", "--config", stand.milter.config)
    assert shown.returncode == 0 and "dry run: nothing is stopped" in shown.stdout and "placeholder-left" in shown.stdout
    assert json.loads(sendcheck("milter", "status", "--config", stand.milter.config, "--format", "json").stdout)["dry_run"] is True


def test_a_configuration_that_cannot_be_used_changes_nothing(stand: Stand) -> None:
    stand.milter.config.write_text("crowd-limt = 3\n")
    seen = stand.milter.log().count("stays in force")
    assert stand.milter.process is not None
    stand.milter.process.send_signal(signal.SIGHUP)
    assert wait(lambda: stand.milter.log().count("stays in force") > seen)
    assert "did you mean" in stand.milter.log()
    assert stand.postfix.send(BAD, KARI)[0] == 550


def test_a_rule_that_had_to_run_and_could_not(stand: Stand) -> None:
    broken = stand.milter.folder / "history.sqlite"
    broken.write_bytes(b"no database at all" * 100)
    for action, code in (("tempfail", 451), ("reject", 550), ("warn", 250)):
        stand.milter.configure(f'history = "{broken}"', f'on-incomplete = "{action}"')
        found, text = stand.postfix.send(GOOD, KARI)
        assert found == code, text
        assert str(broken) not in text
    stand.arrived()


def test_large_mails_and_odd_ones(stand: Stand) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Ola Nordmann <ola@tallmo.no>", KARI, "The plan"
    mail.set_content("Hi Kari,\n\nThe plan is attached. I will call you at noon.\n\nOla\n")
    mail.add_attachment(b"%PDF-1.4\n" + os.urandom(10_000_000), maintype="application", subtype="pdf", filename="plan.pdf")
    assert stand.postfix.send(mail.as_bytes(), KARI)[0] == 250
    assert mail.as_bytes()[-10_000_000:].strip() in stand.arrived()
    for odd in (b"", b"\r\n", b"no header at all\r\n", b"Subject: \xff\xfe\r\n\r\n\x00", b"From: \xe6\r\n" * 50 + b"\r\nx"):
        assert stand.postfix.send(odd, KARI)[0] in {250, 550}


# Of addresses and of the header Postfix itself lets no more through than we read.
OVER = {
    "short lines": GOOD + b"hi there\n" * 1_100_000,
    "a long text": GOOD + (b"x" * 70 + b"\n") * 20_000,
    "html": GOOD.replace(b"\n\n", b"\nMIME-Version: 1.0\nContent-Type: text/html\n\n", 1) + b"<br>hi\n" * 1_400_000,
    "parts": GOOD.replace(b"\n\n", b"\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n", 1) + b"--b\n\nx\n" * 1_000_000 + b"--b--\n",
    "fields": GOOD.replace(b"\nSubject", b"\nX-A: b" * 5_000 + b"\nSubject", 1),
    "bytes": GOOD + b"\n" + (b"A" * 76 + b"\n") * 700_000,
}


@pytest.mark.parametrize("kind", OVER)
def test_what_is_over_a_cap_is_refused_at_once(stand: Stand, kind: str) -> None:
    """No later try would change it: 550, and long before the deadline."""
    begun = time.monotonic()
    code, text = stand.postfix.send(OVER[kind], KARI)
    assert code == 550 and "mail-truncated" in text, text
    assert time.monotonic() - begun < 10
    assert not stand.sink.mails


def test_what_is_over_a_cap_may_go_where_policy_says_so(stand: Stand) -> None:
    """Then all that was read is checked, within the deadline."""
    stand.milter.configure("[[actions]]\nrule = 'mail-truncated'\naction = 'tag'\n")
    assert stand.postfix.send(OVER["short lines"], KARI)[0] == 250
    assert b"X-Sendcheck: fail; rules=mail-truncated" in stand.arrived()
    code, text = stand.postfix.send(OVER["short lines"].replace(b"Hi Kari", b"Hi {{first_name}}"), KARI)
    assert code == 550 and "placeholder-left" in text
    stand.milter.configure()
    client = logged_in(stand)
    assert stand.postfix.send(b"X-Sendcheck-Allow: mail-truncated it is a log\n" + OVER["short lines"], KARI, client=client)[0] == 250
    client.close()
    stand.arrived()


def test_a_mail_larger_than_all_memory_is_no_matter_of_time(stand: Stand) -> None:
    with served(stand.sink, "memory = 1\n") as (_milter, server):
        code, text = server.send(GOOD + (b"A" * 76 + b"\n") * 30_000, KARI)
        assert code == 550 and "mail-truncated" in text
        assert server.send(GOOD, KARI)[0] == 250
        stand.arrived()  # before this server stops, which may be before it has delivered


def test_it_learns_what_passed_and_asks_the_common_history(stand: Stand, tmp_path: Path) -> None:
    """With PostgreSQL: what left is learnt, a slip of an address that was learnt is refused, and without the database policy says what happens."""
    require(postgres.is_here(), "PostgreSQL")
    key = tmp_path / "history.key"
    new_key(key)
    with postgres.running() as database:
        text = f'internal-domains = ["tallmo.no"]\nhistory = "{database.url}"\nhistory-key = "{key}"\nhistory-keep = "50y"\n'
        stand.milter.configure(text, "learn = true\n")
        before = stand.milter.counts()["mails"].get("learnt", 0)
        for number in range(5):
            raw = GOOD.replace(b"The plan\n", f"The plan {number}\n".encode())
            assert stand.postfix.send(raw, KARI)[0] == 250
        assert wait(lambda: stand.milter.counts()["mails"].get("learnt", 0) == before + 5), stand.milter.counts()
        slip = GOOD.replace(b"kari.holm@nordbank.no", b"kari.holm@nordbamk.no")
        code, told = stand.postfix.send(slip, "kari.holm@nordbamk.no")
        assert code == 550 and "recipient-lookalike" in told and "nordba" not in told
        database.stop()
        try:
            assert stand.postfix.send(GOOD, KARI)[0] == 451
            stand.milter.configure(text + 'history-away = "not-run"\n', "learn = true\n")
            assert stand.postfix.send(GOOD, KARI)[0] == 250
        finally:
            database.start()


# -- 2,000 mails ------------------------------------------------------------------


def _mixed(number: int) -> tuple[bytes, tuple[str, ...], bool]:
    """A mail, its recipients, and whether it must pass; ten kinds by turns."""
    head = f"From: Ola Nordmann <ola@tallmo.no>\nTo: Kari Holm <{KARI}>\nSubject: The plan {number}\nMessage-ID: <{number}@tallmo.no>\n"
    head += "Date: Mon, 04 May 2026 10:12:00 +0200\n"
    english = f"Hi Kari,\n\nThe plan number {number} is ready. I will call you at noon.\n\nOla\n"
    norwegian = f"Hei Kari,\n\nPlan nummer {number} er klar. Jeg ringer deg på onsdag.\n\nHilsen Ola\n"
    mime = "MIME-Version: 1.0\nContent-Type: text/{};charset=utf-8\nContent-Transfer-Encoding: {}\n"
    kind = number % 10
    to: tuple[str, ...] = (KARI,)
    if kind == 0:
        return (head + "\n" + english).encode(), to, True
    if kind == 1:
        return (head + mime.format("plain", "8bit") + "\n" + norwegian).encode(), to, True
    if kind == 2:
        return (head + mime.format("plain", "base64") + "\n").encode() + base64.encodebytes(norwegian.encode()), to, True
    if kind == 3:
        page = f"<html><body><p>Hi Kari,</p><p>The plan number {number} is ready. I will call you at noon.</p><p>Ola</p></body></html>\n"
        return (head + mime.format("html", "7bit") + "\n" + page).encode(), to, True
    if kind == 4:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = "Ola Nordmann <ola@tallmo.no>", KARI, f"The plan {number}", f"<{number}@tallmo.no>"
        mail["Date"] = "Mon, 04 May 2026 10:12:00 +0200"
        mail.set_content("Hi Kari,\n\nThe plan is attached. I will call you at noon.\n\nOla\n")
        mail.add_attachment(b"%PDF-1.4\n" + b"x" * 3000, maintype="application", subtype="pdf", filename="plan.pdf")
        mail.set_boundary(f"part-{number}")
        return mail.as_bytes(), to, True
    if kind == 5:
        return (head + "\n" + english + "." * (number % 7) + "\n..dots\n.\tat the start\n").encode(), to, True
    if kind == 6:
        return (head + "\n" + english.replace("Kari,", "{{first_name}},")).encode(), to, False
    if kind == 7:
        return (head + "\n" + english).encode(), (KARI, "spy@rival.example.org"), False
    if kind == 8:
        return (head + mime.format("plain", "8bit") + "\n" + norwegian.replace("Hei Kari", "Hei %FORNAVN%, [FYLL INN NAVN]")).encode(), to, False
    return (head + "\n" + english + "\nCall me: the password is Tr0ub4dor&3xK9!q and AKIAQ3EGRJ6MZ5T7XW2B.\n").encode(), to, False


def _unreceived(raw: bytes) -> bytes:
    """A delivered mail without the Received field that Postfix put on top."""
    return re.sub(rb"\AReceived:[^\n]*\n(?:[ \t][^\n]*\n)*", b"", raw)


def _send_all(server: Postfix, numbers: range, done: Callable[[int, int, str], bool]) -> None:
    """Over one connection at a time; ``done`` is told each answer, and says whether the mail is done with (else it is tried again)."""
    client: smtplib.SMTP | None = None
    for number in numbers:
        raw, to, _passes = _mixed(number)
        while True:
            try:
                client = client or server.client()
                code, text = server.send(raw, *to, client=client)
            except (smtplib.SMTPException, OSError) as error:
                code, text = getattr(error, "smtp_code", 0), str(error)
            if code in {0, 421, 451} and client is not None:  # a session whose milter broke away stays without it, as Postfix has it
                client.close()
                client = None
            if done(number, code, text):
                break
            time.sleep(0.05)
    if client is not None:
        client.close()


def _delivered_as_sent(stand: Stand, answers: dict[int, int]) -> None:
    """Every accepted mail came out once, as it was, and nothing else did."""
    wanted = {number for number, code in answers.items() if code == 250}
    assert wait(lambda: len(stand.sink.mails) >= len(wanted) and stand.postfix.is_empty(), 60), stand.postfix.queue()
    found: Counter[int] = Counter()
    for _to, content in stand.sink.mails:
        raw = _unreceived(content)
        number = int(re.search(rb"Message-ID: <(\d+)@", raw).group(1))  # type: ignore[union-attr]
        found[number] += 1
        assert raw.rstrip(b"\n") == _mixed(number)[0].rstrip(b"\n"), f"mail {number} was altered"
    assert set(found) == wanted and set(found.values()) == {1}


def _eight(server: Postfix, count: int, done: Callable[[int, int, str], bool]) -> None:
    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        for result in [threads.submit(_send_all, server, range(first, count, 8), done) for first in range(8)]:
            result.result()


def test_2000_mixed_mails_over_8_connections(stand: Stand) -> None:
    answers: dict[int, int] = {}

    def done(number: int, code: int, _text: str) -> bool:
        answers[number] = code
        return True

    _eight(stand.postfix, 2000, done)
    wrong = {n: code for n, code in answers.items() if code != (250 if _mixed(n)[2] else 550)}
    assert not wrong and len(answers) == 2000
    _delivered_as_sent(stand, answers)


def test_killed_hung_restarted_and_overloaded_meanwhile(stand: Stand) -> None:
    """Everything that can happen to a milter happens while mails flow. The answers are those of the manual, and a client that tries again loses none."""
    count = 400
    answers: dict[int, int] = {}
    odd: list[str] = []
    temporary: Counter[str] = Counter()

    def done(number: int, code: int, text: str) -> bool:
        if code in {0, 421, 451}:
            temporary[text.split(";")[0][:60]] += 1
            return False
        if code != (250 if _mixed(number)[2] else 550):
            odd.append(f"{number}: {code} {text}")
        answers[number] = code
        return True

    sending = threading.Thread(target=_eight, args=(stand.postfix, count, done))
    sending.start()
    milter = stand.milter
    assert milter.process is not None

    def reached(share: float) -> None:
        assert wait(lambda: len(answers) >= share * count or not sending.is_alive(), 90), temporary

    reached(0.1)
    os.kill(milter.front(), signal.SIGKILL)  # the front dies: the master starts it anew
    reached(0.25)
    front = milter.front()
    os.kill(front, signal.SIGSTOP)  # the front hangs: Postfix waits for its time-outs
    time.sleep(2)
    os.kill(front, signal.SIGCONT)
    reached(0.4)
    children = Path(f"/proc/{milter.process.pid}/task/{milter.process.pid}/children").read_text().split()
    for worker in [int(c) for c in children if int(c) != milter.front()]:
        os.kill(worker, signal.SIGKILL)  # workers die: their mails run again, or are not fully checked
    reached(0.55)
    milter.process.send_signal(signal.SIGSTOP)  # the master hangs: the front answers for it
    time.sleep(2)
    milter.process.send_signal(signal.SIGCONT)
    reached(0.7)
    milter.stop(signal.SIGKILL)  # all of it dies, and is started again
    time.sleep(1)
    milter.start(SENDCHECK_DAEMON="off", XDG_DATA_HOME=str(milter.folder / "data"))
    reached(0.85)
    milter.configure()
    sending.join(120)
    assert not sending.is_alive() and not odd and len(answers) == count, (odd, temporary)
    assert temporary, "nothing went wrong: the test shows nothing"
    _delivered_as_sent(stand, answers)


# -- what else can go wrong -------------------------------------------------------


def test_too_many_at_once_are_told_to_come_back_and_it_recovers(stand: Stand) -> None:
    with folder() as place:
        milter = Milter(place)
        milter.write(milter="queue = 2\nworkers = 1\n")
        milter.config.write_text(milter.config.read_text().replace("workers = 2\n", ""))
        milter.start(SENDCHECK_DAEMON="off")
        try:
            with postfix.running(milter.socket, stand.sink.port) as server:
                assert milter.process is not None
                answers: list[tuple[int, str, float]] = []

                def one(number: int) -> None:
                    begun = time.monotonic()
                    code, text = server.send(_mixed(number * 10)[0], KARI)
                    answers.append((code, text, time.monotonic() - begun))

                milter.process.send_signal(signal.SIGSTOP)  # what is under way stays so
                threads = [threading.Thread(target=one, args=(n,)) for n in range(2)]
                for thread in threads:
                    thread.start()
                time.sleep(1)
                one(2)
                code, text, took = answers[0]
                assert code == 451 and "4.3.2" in text and took < 1, answers
                milter.process.send_signal(signal.SIGCONT)
                for thread in threads:
                    thread.join()
                assert [a[0] for a in answers[1:]] == [250, 250]
                one(3)
                assert answers[-1][0] == 250
                assert wait(lambda: milter.counts()["troubles"].get("busy") == 1)
        finally:
            milter.stop()


def test_the_own_deadline_comes_before_the_mtas(stand: Stand) -> None:
    with served(stand.sink, "deadline = 1.5\n") as (milter, server):
        assert milter.process is not None
        milter.process.send_signal(signal.SIGSTOP)
        begun = time.monotonic()
        code, text = server.send(GOOD, KARI)
        assert code == 451 and "4.3.0" in text and 1 < time.monotonic() - begun < 4
        assert "no answer within 1.5 s" in text
        milter.process.send_signal(signal.SIGCONT)
        assert server.send(GOOD, KARI)[0] == 250
        milter.configure(milter="deadline = 20\n")
        assert "milter.deadline only after a restart" in milter.log()
        milter.process.send_signal(signal.SIGSTOP)
        assert "no answer within 1.5 s" in server.send(GOOD, KARI)[1], "the one in force"
        milter.process.send_signal(signal.SIGCONT)
    stand.sink.mails.clear()


@pytest.mark.parametrize(("victim", "number"), [("master", signal.SIGKILL), ("master", signal.SIGTERM), ("front", signal.SIGKILL), ("both", signal.SIGKILL)])
def test_nothing_is_left_behind_when_it_is_killed(stand: Stand, victim: str, number: signal.Signals) -> None:
    """No folder, no socket, no process."""
    need()
    with folder() as place:
        (place / "tmp").mkdir()
        (place / "tmp").chmod(0o777)
        milter = Milter(place)
        milter.write()
        milter.start(SENDCHECK_DAEMON="off", TMPDIR=str(place / "tmp"), XDG_RUNTIME_DIR=str(place / "run"))
        assert milter.process is not None
        others = [int(c) for c in Path(f"/proc/{milter.process.pid}/task/{milter.process.pid}/children").read_text().split()]
        with postfix.running(milter.socket, stand.sink.port) as server:
            assert server.send(GOOD, KARI)[0] == 250
            if victim in {"front", "both"}:
                os.kill(milter.front(), number)
            if victim == "front":
                assert wait(lambda: "the front ended" in milter.log())
                milter.stop()
            else:
                milter.stop(number)
            assert wait(lambda: not any(Path(f"/proc/{other}").exists() for other in others)), "its processes end"
        assert not list((place / "tmp").iterdir()) and not (place / "run").exists()
        assert victim == "both" or not (place / "m.sock").exists()
        if victim == "both":  # nobody was left to take the socket away: the next one does
            milter.start(SENDCHECK_DAEMON="off")
            milter.stop()
    stand.sink.mails.clear()


@pytest.mark.parametrize(("default", "code"), [("tempfail", 451), ("accept", 250), ("quarantine", 250), ("reject", 554)])
def test_what_postfix_does_without_a_milter(stand: Stand, default: str, code: int) -> None:
    """The table of the manual (docs/howto/postfix.md)."""
    with folder() as place, postfix.running(f"unix:{place}/nobody.sock", stand.sink.port, default) as server:
        try:
            found = server.send(GOOD, KARI)[0]
        except smtplib.SMTPException as error:
            found = getattr(error, "smtp_code", 0)
        assert found == code
        if default == "quarantine":
            assert wait(lambda: '"queue_name": "hold"' in server.queue())


def test_the_socket_is_closed_to_strangers_and_a_port_only_on_loopback(sendcheck: Run, tmp_path: Path) -> None:
    need()
    config = tmp_path / "m.toml"
    for text, told in (
        ('socket = "inet:8891@192.0.2.1"', "allow-remote"),
        ('socket = "8891"', "unix:/PATH or inet:PORT@ADDRESS"),
        ('socket-mode = "rw"', "octal"),
        ('tag-header = "X Y"', "name of a header"),
        ('tag-header = "X-Sendcheck-Allow"', "name of a header"),
        ("queue = 0", "at least 1"),
        ('action = "reject it"', "must be one of"),
        ('help = "linje\\nto"', "one line"),
    ):
        config.write_text(f"[milter]\n{text}\n")
        done = sendcheck("milter", "run", "--config", config)
        assert done.returncode == 2 and told in done.stderr and "m.toml:2" in done.stderr, done.stderr
    for text, told in (
        ("[[actions]]\nrule = 'cc-leek'\naction = 'tag'", "did you mean"),
        ("[[actions]]\nrule = 'cc-leak'", "lacks its action"),
        ("[[actions]]\naction = 'bounce'", "there are reject"),
        ("[[actions]]\naction = 'tag'\nsender = []", "not empty"),
        ("[[actions]]\naction = 'tag'\nto = 'x'", "to"),
        ("actions = 3", "list of tables"),
    ):
        config.write_text(text)
        done = sendcheck("milter", "run", "--config", config)
        assert done.returncode == 2 and told in done.stderr, done.stderr
    with folder() as place:
        milter = Milter(place)
        milter.write()
        milter.config.write_text(milter.config.read_text().replace("0666", "0660"))
        milter.start(SENDCHECK_DAEMON="off")
        assert (place / "m.sock").stat().st_mode & 0o777 == 0o660
        again = sendcheck("milter", "run", "--config", milter.config)
        assert again.returncode == 2 and "listens at" in again.stderr
        milter.stop()
        assert not (place / "m.sock").exists()


def test_a_socket_that_cannot_be(sendcheck: Run, tmp_path: Path) -> None:
    need()
    config = tmp_path / "m.toml"
    config.write_text('[milter]\nsocket = "unix:/nowhere/at/all.sock"\n')
    done = sendcheck("milter", "run", "--config", config)
    assert done.returncode == 2 and "/nowhere/at/all.sock" in done.stderr and "Traceback" not in done.stderr


def test_without_pymilter_it_says_what_to_install(sendcheck: Run, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as u\nfind = u.find_spec\nu.find_spec = lambda n, *a: None if n == 'Milter' else find(n, *a)\n"
    )
    done = sendcheck("milter", "run", PYTHONPATH=str(tmp_path))
    assert done.returncode == 2 and "sendcheck[milter]" in done.stderr


def test_the_unit_is_sound_and_tight(sendcheck: Run, tmp_path: Path) -> None:
    require(Path("/usr/bin/systemd-analyze").exists(), "systemd-analyze")
    unit = tmp_path / "sendcheck-milter.service"
    unit.write_text(sendcheck("milter", "unit").stdout)
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False)
    assert "sendcheck-milter.service:" not in done.stderr.replace("is not executable", ""), done.stderr
    done = subprocess.run(["systemd-analyze", "security", "--offline=yes", "--threshold=20", str(unit)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-400:]


def test_status_without_a_milter(sendcheck: Run, tmp_path: Path) -> None:
    config = tmp_path / "m.toml"
    config.write_text(f'[milter]\ncounters = "{tmp_path}/none.json"\n')
    done = sendcheck("milter", "status", "--config", config)
    assert done.returncode == 2 and "none.json" in done.stderr
