"""LanguageTool for real: what it finds in mails, what leaves the machine (nothing), and every way in which it can fail."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
import zipfile
from collections.abc import Callable, Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import platformdirs
import pytest

from sendcheck.languagetool import client, install
from sendcheck.languagetool.places import JAR, Settings, environment, installed, keeper_socket
from sendcheck.pipeline.engine import Engine, Job
from sendcheck.pipeline.grammars import server_url
from sendcheck.pipeline.judge import Selection
from sendcheck.pipeline.registry import load
from sendcheck.pipeline.report import MailReport
from sendcheck.testing import Case, build, config_of, load_cases
from sendcheck.understanding.proofreading import CannotProofread
from tests.conftest import ROOT, Run, require

#: Where `make languagetool` puts it; asked before a test points XDG_DATA_HOME elsewhere.
HOME = platformdirs.user_data_path("sendcheck") / "languagetool"
#: Where Maven keeps what it fetched before.
USER = Path.home()
FAULTY = "Their is a small change in the plan. She have a answer, and we could of told you sooner.\n"
#: Mails only: what stands in a template is read the same way.
CASES = [case for case in load_cases(ROOT / "checks" / "grammar") if "template" not in case.data]


@pytest.fixture(scope="session")
def languagetool() -> Path:
    """The LanguageTool of this machine."""
    folder = installed(HOME)
    require(find_spec("language_tool_python") is not None, "language-tool-python (pip install 'sendcheck[grammar]')", extra=True)
    require(folder is not None, "LanguageTool (make languagetool)")
    require(subprocess.run(["java", "-version"], capture_output=True, check=False).returncode == 0, "Java")
    assert folder is not None
    return folder


@pytest.fixture(scope="module")
def shared(languagetool: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, dict[str, str]]]:
    """One warm keeper for the tests that only ask; with the environment that finds it."""
    runtime = tmp_path_factory.mktemp("run", numbered=True)
    runtime.chmod(0o700)
    found = {"SENDCHECK_SOCKET": str(runtime / "d.sock"), "XDG_STATE_HOME": str(runtime / "state")}
    kept = {name: os.environ.get(name) for name in found}
    os.environ.update(found)
    settings = Settings(folder=str(languagetool))
    path = keeper_socket(settings)
    client.spawn(settings, path, os.getpid())
    answer = client.started(path)
    assert answer is not None and not answer.get("failed"), answer
    yield settings, found
    client.stop(path)
    for name, value in kept.items():
        os.environ.pop(name, None) if value is None else os.environ.update({name: value})


@pytest.fixture
def warm(shared: tuple[Settings, dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in shared[1].items():
        monkeypatch.setenv(name, value)
    return shared[0]


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A runtime folder of its own: no keeper runs, and none is left behind."""
    runtime = tmp_path / "r"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("SENDCHECK_SOCKET", str(runtime / "d.sock"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    yield
    for path in runtime.glob("lt-*.sock"):
        client.stop(path)


def report(own: str, config: dict[str, Any], rules: tuple[str, ...] = ("grammar",), **more: Any) -> MailReport:
    return Engine(load(), config_of({"config": config}), Selection(rules)).check(Job("case.eml", build({"own": own, **more})))


def not_run(found: MailReport) -> str:
    return next((e.reason for e in found.not_run if e.rule == "grammar"), "")


# -- what it finds -------------------------------------------------------------


def real(case: Case, folder: str) -> MailReport:
    data = {k: v for k, v in case.data.items() if k != "faults"}
    config = config_of({**data, "config": {**(data.get("config") or {}), "languagetool": {"folder": folder}}})
    parent = ("parent.eml", build(data["parent"])) if "parent" in data else None
    return Engine(load(), config, Selection(("grammar",))).check(Job("case.eml", build(data), parent=parent))


@pytest.mark.parametrize("case", [c for c in CASES if c.fires], ids=str)
def test_the_cases_fire_with_the_real_one(case: Case, warm: Settings) -> None:
    found = [f for f in real(case, warm.folder).findings if f.rule == "grammar"]
    assert found, case.data["own"]


@pytest.mark.parametrize("case", [c for c in CASES if not c.fires and not c.data.get("not_run")], ids=str)
def test_the_silent_cases_stay_silent_with_the_real_one(case: Case, warm: Settings) -> None:
    assert not [f for f in real(case, warm.folder).findings if f.rule == "grammar" and f.severity != "note"], case.data["own"]


def test_findings_say_where_and_what_instead(warm: Settings) -> None:
    found = report(FAULTY, {"languagetool": {"folder": warm.folder}}).findings
    told = {f.where.excerpt: f.suggestion for f in found}
    assert {"Their", "have", "a", "of"} <= set(told)
    assert "There" in told["Their"] and "has" in told["have"] and "an" in told["a"]
    assert all(f.where.line is not None and f.rule == "grammar" for f in found)


def test_spelling_and_grammar_never_tell_of_one_place_twice(warm: Settings) -> None:
    own = "I recieved the the answer from Kari, and she have definately red it.\n"
    found = report(own, {"languagetool": {"folder": warm.folder}}, ("grammar", "spelling", "repeated-word")).findings
    spots = [(p.line, p.column) for f in found for p in (f.where, *f.also)]
    assert len(spots) == len(set(spots)), [(f.rule, f.where.excerpt) for f in found]


def test_a_british_mail_is_read_as_british() -> None:
    asked: list[str] = []

    class Listening:
        why_not = ""

        def faults(self, text: str, language: str) -> tuple[Any, ...]:
            asked.append(language)
            return ()

    for own in ("The colour is fine, and we apologise for it.\n", "The color is fine, and the center is gray.\n", "It is fine for all of us here.\n"):
        Engine(load(), config_of({}), Selection(("grammar",)), proofreader=Listening()).check(Job("x", build({"own": own})))
    assert asked == ["en-GB", "en-US", "en-US"]


def test_a_long_mail_is_read_as_far_as_it_is_said(warm: Settings) -> None:
    found = report(
        "She have a plan for all of the people in this house today.\n\n" + "We will call you on Monday about it.\n\n" * 700,
        {"languagetool": {"folder": warm.folder, "deadline": 60}},
    )
    assert found.findings and "longer than LanguageTool is asked to read" in not_run(found)


# -- where the text goes --------------------------------------------------------


class Recorder:
    """An HTTP server that answers as it is told and remembers what it got."""

    def __init__(self, answer: Callable[[str, str], tuple[int, bytes, dict[str, str]]]) -> None:
        self.got: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def _any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                outer.got.append(f"{self.command} {self.path} {urllib.parse.unquote_plus(body)}")
                status, data, headers = answer(self.path, body)
                self.send_response(status)
                for name, value in {"Content-Length": str(len(data)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_CONNECT = _any

            def log_message(self, *_words: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


LANGUAGES = json.dumps([{"name": "English", "code": "en", "longCode": "en-US"}, {"name": "English", "code": "en", "longCode": "en-GB"}]).encode()


def like_languagetool(matches: bytes) -> Callable[[str, str], tuple[int, bytes, dict[str, str]]]:
    return lambda path, _body: (200, LANGUAGES if "languages" in path else matches, {"Content-Type": "application/json"})


NOTHING = b'{"software": {}, "matches": []}'


@pytest.fixture
def recorded() -> Iterator[Callable[..., Recorder]]:
    made: list[Recorder] = []

    def make(answer: Callable[[str, str], tuple[int, bytes, dict[str, str]]] | None = None) -> Recorder:
        made.append(Recorder(answer or like_languagetool(NOTHING)))
        return made[-1]

    yield make
    for recorder in made:
        recorder.close()


def test_no_text_goes_through_a_proxy(alone: None, languagetool: Path, recorded: Callable[..., Recorder], monkeypatch: pytest.MonkeyPatch) -> None:
    """The leak of INTEGRATION §5: requests obey HTTP_PROXY even for 127.0.0.1."""
    proxy, server = recorded(), recorded()
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    # that it is a proxy which the library's own way would use:
    code = f"import requests; requests.post('http://127.0.0.1:{server.port}/v2/check', data={{'text': 'BAIT'}})"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert any("BAIT" in line for line in proxy.got) and not server.got
    proxy.got.clear()
    found = report(FAULTY, {"languagetool": {"url": f"http://localhost:{server.port}"}})
    assert not_run(found) == "" and any("Their is a small change" in line for line in server.got)
    found = report(FAULTY, {"languagetool": {"folder": str(languagetool)}})
    assert found.findings, found.not_run
    assert proxy.got == []


def test_no_redirect_is_followed(alone: None, recorded: Callable[..., Recorder]) -> None:
    elsewhere = recorded()
    moved = recorded(lambda path, _body: (200, LANGUAGES, {}) if "languages" in path else (307, b"", {"Location": f"http://127.0.0.1:{elsewhere.port}{path}"}))
    found = report(FAULTY, {"languagetool": {"url": f"http://127.0.0.1:{moved.port}"}})
    assert elsewhere.got == [] and "could not be read" in not_run(found)


def test_the_public_servers_are_refused(sendcheck: Run, good: Path, tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    for url, words in (
        ("https://api.languagetool.org/v2", "public server"),
        ("https://api.languagetoolplus.com/", "public server"),
        ("http://lt.tallmo.no:8081", "another machine"),
        ("http://10.0.0.7:8081", "another machine"),
        ("localhost:8081", "must be an address"),
        ("http://:8081", "must be an address"),
    ):
        config.write_text(f'[languagetool]\nurl = "{url}"\n')
        done = sendcheck("check", good, "--config", config)
        assert done.returncode == 2 and words in done.stderr and "c.toml:2" in done.stderr, (url, done.stderr)
    config.write_text('[languagetool]\nurl = "https://languagetool.org"\nallow-remote = true\n')
    assert sendcheck("check", good, "--config", config).returncode == 2


def test_our_code_never_names_the_public_api() -> None:
    worker = (ROOT / "sendcheck" / "languagetool" / "worker.py").read_text("utf-8")
    assert "PublicAPI" not in worker
    importing = [p for p in (ROOT / "sendcheck").rglob("*.py") if "language_tool_python" in p.read_text("utf-8")]
    assert {p.name for p in importing} == {"worker.py", "places.py"}  # places.py asks whether it is installed
    assert "import language_tool_python" not in (ROOT / "sendcheck" / "languagetool" / "places.py").read_text("utf-8")


def test_a_remote_server_is_named_in_every_report(sendcheck: Run, good: Path, tmp_path: Path, alone: None) -> None:
    config = tmp_path / "c.toml"
    config.write_text('history = "off"\n[languagetool]\nurl = "http://lt.invalid:8081"\nallow-remote = true\n')
    done = sendcheck("check", good, "--config", config)
    assert "network" in done.stdout and "languagetool.url (lt.invalid)" in done.stdout, done.stdout + done.stderr
    assert "lt.invalid" not in sendcheck("check", good, "--config", config, "--ignore", "grammar").stdout


def test_the_environment_of_a_keeper_holds_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://evil:1")
    monkeypatch.setenv("all_proxy", "http://evil:1")
    assert not any("evil" in value for value in environment().values()) and environment()["NO_PROXY"] == "*"


def test_addresses_of_servers() -> None:
    assert server_url("http://localhost:8081") == server_url("http://LOCALHOST:8081/v2/check") == "http://127.0.0.1:8081/"
    assert server_url("https://lt.tallmo.no/api/v2/") == "https://lt.tallmo.no/api/"


# -- every way to fail ----------------------------------------------------------


def test_not_installed(sendcheck: Run, good: Path, tmp_path: Path) -> None:
    found = report(FAULTY, {"languagetool": {"folder": str(tmp_path)}})
    assert "not installed" in not_run(found) and "sendcheck languagetool install" in not_run(found) and found.verdict == "incomplete"  # it was selected
    done = sendcheck("check", good)
    assert done.returncode == 0 and len(done.stdout.splitlines()) == 1, done.stdout
    config = tmp_path / "c.toml"
    config.write_text('history = "off"\nrequired = ["grammar"]\n')
    done = sendcheck("check", good, "--config", config)
    assert done.returncode == 3 and "not run" in done.stdout and "languagetool install" in done.stdout


def test_the_library_is_missing(monkeypatch: pytest.MonkeyPatch, languagetool: Path) -> None:
    monkeypatch.setattr("sendcheck.languagetool.places.EXTRA", "no_such_library")
    assert "pip install 'sendcheck[grammar]'" in not_run(report(FAULTY, {"languagetool": {"folder": str(languagetool)}}))
    monkeypatch.setattr("sendcheck.languagetool.install.EXTRA", "no_such_library")
    with pytest.raises(install.InstallError, match="pip install"):
        install.need_extra()


def test_java_is_missing(monkeypatch: pytest.MonkeyPatch, languagetool: Path, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "Java 17" in not_run(report(FAULTY, {"languagetool": {"folder": str(languagetool)}}))


def test_java_is_too_old(alone: None, monkeypatch: pytest.MonkeyPatch, languagetool: Path, tmp_path: Path) -> None:
    old = tmp_path / "bin" / "java"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{old.parent}:/usr/bin:/bin")
    assert "Java 17" in not_run(report(FAULTY, {"languagetool": {"folder": str(languagetool)}}))


def test_a_server_that_is_not_there(alone: None) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert "does not answer" in not_run(report(FAULTY, {"languagetool": {"url": f"http://127.0.0.1:{port}"}}))


@pytest.mark.parametrize(
    "answer",
    [b"<html>busy</html>", b"", b"[]", b'{"matches": "none"}', b'{"matches": [{"offset": 1}]}', b"\xff\xfe", b'{"matches": [{"offset": "x", "length": 2}]}'],
    ids=["html", "empty", "a list", "a word", "a piece", "bytes", "no number"],
)
def test_a_malformed_answer(alone: None, recorded: Callable[..., Recorder], answer: bytes) -> None:
    found = report(FAULTY, {"languagetool": {"url": f"http://127.0.0.1:{recorded(like_languagetool(answer)).port}"}})
    assert "could not be read" in not_run(found) and not found.findings


def test_an_answer_beyond_the_text_is_left_out(alone: None, recorded: Callable[..., Recorder]) -> None:
    match = {
        "offset": 9_000, "length": 40, "message": "m", "replacements": [], "context": {"offset": 0, "text": "x"}, "sentence": "x",
        "rule": {"id": "X", "issueType": "grammar", "category": {"id": "GRAMMAR"}},
    }  # fmt: skip
    server = recorded(like_languagetool(json.dumps({"matches": [match, {**match, "offset": 3, "length": 0}, {**match, "offset": -5}]}).encode()))
    found = report(FAULTY, {"languagetool": {"url": f"http://127.0.0.1:{server.port}"}})
    assert not found.findings and not [f for f in found.findings if f.rule == "check-crashed"]


def test_a_slow_answer(alone: None, recorded: Callable[..., Recorder]) -> None:
    def slow(path: str, _body: str) -> tuple[int, bytes, dict[str, str]]:
        if "check" in path:
            time.sleep(8)
        return 200, LANGUAGES if "languages" in path else NOTHING, {}

    begun = time.monotonic()
    found = report(FAULTY, {"languagetool": {"url": f"http://127.0.0.1:{recorded(slow).port}", "deadline": 1}})
    assert "longer than 1 s" in not_run(found) and time.monotonic() - begun < 6


def test_a_slow_answer_costs_no_other_check(alone: None, recorded: Callable[..., Recorder], sendcheck: Run, tmp_path: Path) -> None:
    """The mail's own deadline stands still while LanguageTool is waited for."""
    server = recorded(lambda path, _body: (time.sleep(3.5 if "check" in path else 0), (200, LANGUAGES if "languages" in path else NOTHING, {}))[1])
    config = tmp_path / "c.toml"
    config.write_text(f'deadline = 2\nhistory = "off"\nallow-reserved-domains = true\n[languagetool]\nurl = "http://127.0.0.1:{server.port}"\n')
    mail = tmp_path / "m.eml"
    mail.write_bytes(build({"own": FAULTY + "The the end.\n"}))
    done = sendcheck("check", mail, "--config", config)
    assert "check-crashed" not in done.stdout and "repeated-word" in done.stdout, done.stdout


def test_it_is_started_again_when_it_dies(alone: None, languagetool: Path) -> None:
    config = {"languagetool": {"folder": str(languagetool)}}
    begun = report(FAULTY, config)
    assert begun.findings, not_run(begun)
    path = keeper_socket(Settings(folder=str(languagetool)), os.getpid())
    first = client.told(path, "status")
    assert first is not None and first["java"]
    os.kill(first["java"], signal.SIGKILL)
    more = report(FAULTY + "Once more.\n", config)
    assert more.findings, not_run(more)
    second = client.told(path, "status")
    assert second is not None and second["java"] != first["java"] and second["starts"] == 2
    os.kill(second["pid"], signal.SIGKILL)  # its keeper, too
    again = report(FAULTY + "And again.\n", config)
    assert again.findings, not_run(again)
    third = client.told(path, "status")
    assert third is not None and third["pid"] != second["pid"]
    deadline = time.monotonic() + 5  # the server whose keeper was killed is no orphan for long
    while time.monotonic() < deadline and _runs(second["java"]):
        time.sleep(0.1)
    assert not _runs(second["java"])


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_it_dies_while_it_reads(alone: None, recorded: Callable[..., Recorder]) -> None:
    """A server of the user's own that closes the connection under the text: it is told, and not waited for."""
    broken = recorded(like_languagetool(NOTHING))
    port = broken.port
    config = {"languagetool": {"url": f"http://127.0.0.1:{port}", "deadline": 3}}
    assert not_run(report(FAULTY, config)) == ""
    broken.close()
    assert "does not answer" in not_run(report(FAULTY + "More.\n", config))


def test_a_port_that_is_taken(languagetool: Path) -> None:
    """Another program sits on the port that was found free: the next one is taken, and nothing is said to the stranger."""
    code = """
import socket, sys
import sendcheck.languagetool.worker as worker
from sendcheck.languagetool.places import Settings
taken = socket.socket(); taken.bind(("127.0.0.1", 0)); taken.listen()
ports = [taken.getsockname()[1]]
free = worker._free_port
worker._free_port = lambda: ports.pop() if ports and len(seen.append(1) or seen) == 3 else free()
seen = []
keeper = worker.Keeper(Settings(folder=sys.argv[1]))
keeper.start()
print(str(taken.getsockname()[1]) not in keeper.url, len(keeper.check("She have it.", "en-US")) > 0)
taken.setblocking(False)
try:
    connection, _ = taken.accept(); print("asked", connection.recv(100))
except BlockingIOError:
    print("nobody asked")
keeper.close()
"""
    done = subprocess.run([sys.executable, "-P", "-c", code, str(languagetool)], capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.splitlines()[0] == "True True", done.stdout + done.stderr


def test_own_keepers_end_with_their_command(sendcheck: Run, alone: None, languagetool: Path, tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    config.write_text(f'history = "off"\nallow-reserved-domains = true\n[languagetool]\nfolder = "{languagetool}"\n')
    mail = tmp_path / "m.eml"
    mail.write_bytes(build({"own": FAULTY}))
    done = sendcheck("check", mail, "--config", config)
    assert "grammar" in done.stdout, done.stdout + done.stderr
    folder = Path(os.environ["SENDCHECK_SOCKET"]).parent
    assert not list(folder.glob("lt-*.sock")) and not list(folder.glob("lt-*.java"))


def test_start_status_stop(sendcheck: Run, alone: None, languagetool: Path, tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    config.write_text(f'history = "off"\nallow-reserved-domains = true\n[languagetool]\nfolder = "{languagetool}"\n')
    assert sendcheck("languagetool", "stop").stdout == "LanguageTool does not run\n"
    done = sendcheck("languagetool", "start", "--config", config)
    assert done.returncode == 0 and "is warm after" in done.stdout, done.stderr
    mail = tmp_path / "m.eml"
    mail.write_bytes(build({"own": FAULTY}))
    assert "grammar" in sendcheck("check", mail, "--config", config).stdout
    status = sendcheck("languagetool", "status", "--config", config)
    assert status.returncode == 0 and "1 answers" in status.stdout and "127.0.0.1" in status.stdout, status.stdout
    assert "MB" in status.stdout and "Java" in status.stdout
    assert sendcheck("languagetool", "stop").stdout == "stopped\n"
    status = sendcheck("languagetool", "status", "--config", tmp_path / "none.toml")
    assert status.returncode == 2  # no such file
    nothing = sendcheck("languagetool", "status")
    assert nothing.returncode == 1 and "not installed" in nothing.stdout


def test_a_norwegian_mail_starts_nothing(alone: None, languagetool: Path) -> None:
    found = report("Vi har fått planen, og vi ringer deg på mandag før klokka tolv.\n", {"languagetool": {"folder": str(languagetool)}})
    assert "only English" in not_run(found)
    assert not list(Path(os.environ["SENDCHECK_SOCKET"]).parent.glob("lt-*"))


def test_others_can_not_be_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A keeper's folder that is open to others is not trusted."""
    runtime = tmp_path / "open"
    runtime.mkdir(mode=0o755)
    monkeypatch.setenv("SENDCHECK_SOCKET", str(runtime / "d.sock"))
    (runtime / "lt-x.sock").touch()
    assert client.connect(runtime / "lt-x.sock") is None


def test_the_answer_of_a_keeper_that_is_none(alone: None, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(url="http://127.0.0.1:9/")
    tool = client.LanguageTool(settings, None, False)
    monkeypatch.setattr(client.LanguageTool, "_asked", lambda _self, _request: {"faults": [[1]]})
    with pytest.raises(CannotProofread, match="could not be read"):
        tool.faults("x", "en-US")


# -- installing -----------------------------------------------------------------


def test_maven_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(install.InstallError, match="no Maven"):
        install.from_maven(tmp_path / "lt", lambda _done, _all: None)


def _maven_that(tmp_path: Path, script: str) -> str:
    program = tmp_path / "bin" / "mvn"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return f"{program.parent}:/usr/bin:/bin"


def test_maven_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", _maven_that(tmp_path, "echo '[ERROR] Unknown host repo'; exit 1"))
    with pytest.raises(install.InstallError, match="Unknown host"):
        install.from_maven(tmp_path / "lt", lambda _done, _all: None)
    assert list((tmp_path / "lt").iterdir()) == []


def test_a_jar_that_is_not_the_tested_one_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    out = 'for a in "$@"; do case "$a" in -DoutputDirectory=*) d="${a#*=}";; esac; done; mkdir -p "$d"'
    monkeypatch.setattr(install, "pinned", lambda: {"a-1.jar": sha256(b"good").hexdigest()})
    for script, words in (
        ("printf bad > $d/a-1.jar", "SHA-256 differs"),
        ("true", "is missing"),
        ("printf good > $d/a-1.jar; touch $d/b-2.jar", "which LanguageTool"),
    ):
        monkeypatch.setenv("PATH", _maven_that(tmp_path, f"{out}; {script}"))
        with pytest.raises(install.InstallError, match=words):
            install.from_maven(tmp_path / "lt", lambda _done, _all: None)
        assert list((tmp_path / "lt").iterdir()) == []
    seen: list[tuple[int, int]] = []
    monkeypatch.setenv("PATH", _maven_that(tmp_path, f"{out}; printf good > $d/a-1.jar; echo '[INFO] Copying a-1.jar to x'"))
    made = install.from_maven(tmp_path / "lt", lambda done, all_: seen.append((done, all_)))
    assert (made / JAR).is_file() and seen == [(1, 1)] and installed(tmp_path / "lt") == made


def test_the_manifest_names_every_jar(tmp_path: Path) -> None:
    names = [f"a-rather-long-name-of-a-jar-{n}.jar" for n in range(30)]
    (tmp_path / "libs").mkdir()
    for name in names:
        (tmp_path / "libs" / name).touch()
    install.start_jar(tmp_path)
    with zipfile.ZipFile(tmp_path / JAR) as jar:
        manifest = jar.read("META-INF/MANIFEST.MF").decode()
    assert all(len(line) <= 72 for line in manifest.split("\r\n"))
    assert manifest.replace("\r\n ", "").split("Class-Path: ")[1].split() == sorted(f"libs/{n}" for n in names)


def test_the_pins_are_whole(languagetool: Path) -> None:
    assert len(install.pinned()) == 169 and all(len(d) == 64 for d in install.pinned().values())
    if (languagetool / "libs" / "languagetool-server-6.7.jar").exists() and languagetool.name == "LanguageTool-6.7":
        install.verify(languagetool / "libs")


def _release(tmp_path: Path) -> bytes:
    path = tmp_path / "release.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("LanguageTool-6.8/languagetool-server.jar", b"a jar")
    return path.read_bytes()


def test_the_librarys_own_download(languagetool: Path, sendcheck: Run, tmp_path: Path, recorded: Callable[..., Recorder]) -> None:
    data = _release(tmp_path)
    server = recorded(lambda _path, _body: (200, data, {"Content-Type": "application/zip"}))
    env = {"LTP_DOWNLOAD_HOST_NEW_RELEASES": f"http://127.0.0.1:{server.port}/", "LTP_DOWNLOAD_SHA256": sha256(data).hexdigest()}
    done = sendcheck("languagetool", "install", "--folder", tmp_path / "lt", **env)
    assert done.returncode == 0 and "6.8 is installed" in done.stdout, done.stdout + done.stderr
    assert (tmp_path / "lt" / "LanguageTool-6.8" / JAR).read_bytes() == b"a jar"
    wrong = sendcheck("languagetool", "install", "--folder", tmp_path / "lt2", **{**env, "LTP_DOWNLOAD_SHA256": "0" * 64})
    assert wrong.returncode == 2 and "checksum mismatch" in wrong.stderr and "Traceback" not in wrong.stderr
    server.close()
    gone = sendcheck("languagetool", "install", "--folder", tmp_path / "lt3", **env)
    assert gone.returncode == 2 and "--from-maven" in gone.stderr and "Traceback" not in gone.stderr


@pytest.mark.install
def test_install_from_maven(sendcheck: Run, tmp_path: Path, languagetool: Path) -> None:
    done = sendcheck("languagetool", "install", "--from-maven", "--folder", tmp_path / "lt", HOME=str(USER))
    assert done.returncode == 0 and "6.7 is installed" in done.stdout, done.stdout + done.stderr
    install.verify(tmp_path / "lt" / "LanguageTool-6.7" / "libs")
