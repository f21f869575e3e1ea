"""The one module that imports language-tool-python (GPL-3.0-only); only ever run as a program of its own.

``keep SOCKET SETTINGS OWNER`` keeps LanguageTool warm behind a Unix socket; ``download VERSION FOLDER`` is the library's own download. Text goes to a
server on this machine's loopback interface, or to the one that the settings name, straight: no proxy, no redirect.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import requests
from language_tool_python import LanguageTool
from language_tool_python.download_lt import LocalLanguageTool
from language_tool_python.exceptions import LanguageToolError

from sendcheck.daemon import wire
from sendcheck.languagetool.places import Settings, installed

#: Java's own settings: a capped heap, the quick compiler only, one collector thread; a third of the memory and half the start (ANCHORS-linters §1).
_JAVA = "-Xmx{memory}m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError -Djava.net.useSystemProxies=false"
#: What one answer may weigh; a mail's faults are some kilobytes.
_LARGEST = 16 * 1024 * 1024
#: Seconds after which a question is given up for good: long past any mail's deadline.
_GIVEN_UP = 30.0
_BEAT = 0.5
#: Seconds in which the end of a server that broke off shows.
_DYING = 0.5
_PORTS = 3
_KEPT = 200
_HELLO = 10.0
_WARM = ("en-US", "en-GB")
_SAMPLE = "This are a short mail, and it's purpose is too warm up the rules. Their is nothing in it that anybody have written."
#: What is asked of every text; which of the findings are of use is the check's to say.
_NEVER = {"TYPOS"}
_REPEATED = {"ENGLISH_WORD_REPEAT_RULE"}


class _Straight(LanguageTool):
    """A client of a LanguageTool server that speaks to it and to nobody else."""

    def _query_server(self, url: str, params: dict[str, str] | None = None, num_tries: int = 1, method: str = "get") -> Any:
        with requests.Session() as session:
            session.trust_env = False
            sent = {"data": params} if method == "post" else {"params": params}
            with session.request(method, url, timeout=_GIVEN_UP, allow_redirects=False, stream=True, **sent) as answer:
                body = answer.raw.read(_LARGEST + 1, decode_content=True)
                if answer.status_code != requests.codes.ok or len(body) > _LARGEST:
                    raise LanguageToolError(f"status {answer.status_code}")
                answer._content = body
                return answer.json()


class _Local(LanguageTool):
    """The owner of a local server. Tries a few ports and not hundreds: what fails three times is no port that is taken."""

    def _start_server_on_free_port(self) -> None:
        self._available_ports = [_free_port() for _ in range(_PORTS - 1)]
        self._port = _free_port()
        super()._start_server_on_free_port()

    def _get_languages(self) -> set[str]:
        return {"en", "en-US", "auto"}

    def _wait_for_server_ready(self, timeout: int = 60) -> None:
        # The library asks the port that it tried first, whichever it is at by now.
        self._url = f"http://{self._host}:{self._port}/v2/"
        super()._wait_for_server_ready(timeout)

    @property
    def java(self) -> psutil.Process:
        """The server's process."""
        return psutil.Process(self._server.pid)

    def listens_itself(self) -> bool:
        """Whether it is our own server that listens at the port, and no other program that was sooner."""
        with contextlib.suppress(psutil.Error):
            return any(c.laddr.port == self._port and c.status == psutil.CONN_LISTEN for c in self.java.net_connections("tcp"))
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Keeper:
    """LanguageTool, restarted when it dies, and asked from several threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._owner: _Local | None = None
        self._clients: dict[str, queue.SimpleQueue[_Straight]] = {}
        self._lock = threading.Lock()
        self._times: deque[float] = deque(maxlen=_KEPT)
        self.answers = self.starts = 0
        self.last = time.monotonic()
        self.since = time.time()
        self.url = settings.url
        self.starting = False
        self.record: Path | None = None

    @property
    def remote(self) -> str:
        """The server that the settings name, if any."""
        return self._settings.url

    @property
    def ready(self) -> bool:
        """Whether a text can be asked about at once."""
        return bool(self.url) if self._settings.url else self._owner is not None and self._owner._server_is_alive()

    def start(self) -> None:
        """Start the server if it does not run. Raises what the library raises."""
        with self._lock:
            if self.ready:
                return
            self.starting = True
            try:
                self._start()
            finally:
                self.starting = False

    def _start(self) -> None:
        self._clients.clear()
        if self._owner is not None:
            self._owner.close()
        folder = Path(self._settings.folder)
        # Both together: where the release lies, and that none is ever downloaded here.
        os.environ.update(LTP_PATH=str(folder.parent), LTP_JAR_DIR_PATH=str(folder))
        os.environ["JAVA_TOOL_OPTIONS"] = _JAVA.format(memory=self._settings.memory)
        options = {"cacheSize": 500, "maxTextLength": 100_000, "maxCheckTimeMillis": int(_GIVEN_UP * 1000), "pipelinePrewarming": False}
        version = folder.name.removeprefix("LanguageTool-")
        self._owner = _Local("en-US", host="127.0.0.1", config=options, language_tool_download_version=version)
        if not self._owner.listens_itself():
            self._owner.close()
            raise LanguageToolError("another program took the port")
        self.url = self._owner.url.removesuffix("v2/")
        self.starts += 1
        if self.record is not None:
            self.record.write_text(f"{self._owner.java.pid} {self._owner.java.create_time()}")
        for language in _WARM:
            self._check(_SAMPLE, language)

    def check(self, text: str, language: str) -> list[list[Any]]:
        """The faults of a text, as the socket's messages hold them."""
        begun = time.monotonic()
        try:
            found = self._check(text, language)
        except requests.Timeout:
            self.close()  # it hangs: the next text finds a fresh one
            raise
        except (requests.ConnectionError, LanguageToolError):
            until = time.monotonic() + _DYING
            while self._owner is not None and self.ready and time.monotonic() < until:
                time.sleep(0.02)
            if self.ready:
                raise
            self.start()  # it died under this text
            found = self._check(text, language)
        self._times.append((time.monotonic() - begun) * 1000)
        self.answers += 1
        return found

    def _check(self, text: str, language: str) -> list[list[Any]]:
        free = self._clients.setdefault(language, queue.SimpleQueue())
        try:
            client = free.get_nowait()
        except queue.Empty:
            client = _Straight(language, remote_server=self.url)
            client.disabled_categories = set(_NEVER)
            client.disabled_rules = set(_REPEATED)
        faults = client.check(text)
        free.put(client)
        return [[m.offset, m.offset + m.error_length, m.message, list(m.replacements[:8]), m.rule_id, m.category] for m in faults]

    def status(self) -> dict[str, Any]:
        """What ``sendcheck languagetool status`` shows."""
        times = sorted(self._times)
        memory = 0
        with contextlib.suppress(psutil.Error, AttributeError):
            memory = self._owner.java.memory_info().rss if self._owner is not None else 0
        return {
            "pid": os.getpid(),
            "java": self._owner.java.pid if self._owner is not None and self.ready else 0,
            "url": self.url,
            "since": self.since,
            "answers": self.answers,
            "starts": self.starts,
            "memory": memory,
            "last_ms": round(self._times[-1], 1) if self._times else 0,
            "median_ms": round(times[len(times) // 2], 1) if times else 0,
        }

    def close(self) -> None:
        """End the server."""
        if self._owner is not None:
            self._owner.close()
        if self.record is not None:
            self.record.unlink(missing_ok=True)


def _why(error: BaseException, url: str) -> str:
    """What went wrong, without a word of any text: the library's messages may hold some."""
    where = f"the LanguageTool server at {url}" if url else "LanguageTool"
    if isinstance(error, (SystemError, SystemExit, ModuleNotFoundError)):
        return "LanguageTool needs Java 17 or newer: install it (Debian: default-jre-headless), and see that java is on PATH"
    if isinstance(error, (requests.Timeout, TimeoutError)):
        return f"{where} took too long to answer"
    if isinstance(error, requests.ConnectionError):
        return f"{where} does not answer: is it running?" if url else "LanguageTool died; it is started again with the next mail"
    if isinstance(error, (ValueError, KeyError, TypeError, LanguageToolError)):
        return f"{where} gave an answer that could not be read ({type(error).__name__})"
    return f"{where} could not be started ({type(error).__name__}); see the log that sendcheck languagetool status names"


def _serve(connection: socket.socket, keeper: Keeper, stop: threading.Event) -> None:
    """One connection: its requests in turn, with a sign of life while one takes its time."""
    with connection, contextlib.suppress(OSError, EOFError, wire.WireError):
        connection.settimeout(_HELLO)
        wire.check_peer(connection)
        head, _blobs = wire.receive(connection)
        if head.get("do") == "stop":
            stop.set()
            wire.send(connection, {"stopping": True})
        elif head.get("do") == "status":
            wire.send(connection, keeper.status())
        elif head.get("do") == "start":
            _beating(connection, keeper, lambda: {"url": keeper.url})
        elif head.get("do") == "check":
            text, language = str(head["text"]), str(head["language"])
            _beating(connection, keeper, lambda: {"faults": keeper.check(text, language)})


def _beating(connection: socket.socket, keeper: Keeper, work: Callable[[], dict[str, Any]]) -> None:
    """Do the work in a thread of its own and tell meanwhile what it does."""
    answer: dict[str, Any] = {}

    def run() -> None:
        try:
            if not keeper.ready:
                keeper.start()
            answer.update(work())
        except BaseException as error:
            sys.stderr.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {type(error).__name__}\n")
            sys.stderr.flush()
            answer["failed"] = _why(error, keeper.remote)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    while True:
        thread.join(_BEAT)
        keeper.last = time.monotonic()
        if not thread.is_alive():
            break
        wire.send(connection, {"state": "starting" if keeper.starting else "busy"})
    wire.send(connection, answer)


def keep(path: Path, settings: Settings, owner: int) -> int:
    """Listen until told to stop, idle for too long, or the owner is gone."""
    unsafe = wire.why_unsafe(str(path))
    if unsafe:
        sys.stderr.write(f"{unsafe}\n")
        return 1
    if not settings.url and installed(Path(settings.folder)) is None:
        sys.stderr.write(f"there is no LanguageTool at {settings.folder}\n")
        return 1
    _reap(path.parent)
    os.umask(0o077)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    fresh = path.with_suffix(f".{os.getpid()}")
    listener.bind(str(fresh))
    listener.listen(64)
    listener.settimeout(_BEAT)
    fresh.rename(path)  # whoever finds it finds it listening; of two keepers the later one is found
    mine = path.stat().st_ino
    keeper, stopping = Keeper(settings), threading.Event()
    keeper.record = path.with_suffix(".java")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _n, _f: stopping.set())
    try:
        while not stopping.is_set():
            with contextlib.suppress(TimeoutError):
                connection, _ = listener.accept()
                threading.Thread(target=_serve, args=(connection, keeper, stopping), daemon=True).start()
            idle = settings.idle and time.monotonic() - keeper.last > settings.idle * 60
            if idle or (owner and not psutil.pid_exists(owner)) or not path.exists() or path.stat().st_ino != mine:
                break
    finally:
        keeper.close()
        with contextlib.suppress(OSError):
            if path.stat().st_ino == mine:
                path.unlink()
    return 0


def _reap(folder: Path) -> None:
    """End servers whose keepers were killed: a record of one is there, and nobody listens beside it."""
    for record in folder.glob("lt-*.java"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(str(record.with_suffix(".sock")))
                continue
            except OSError:
                pass
        with contextlib.suppress(OSError, ValueError, psutil.Error):
            number, born = record.read_text("utf-8").split()
            process = psutil.Process(int(number))
            if abs(process.create_time() - float(born)) < 1:
                process.kill()
        with contextlib.suppress(OSError):
            record.unlink()
            record.with_suffix(".sock").unlink()


def download(version: str, folder: Path) -> int:
    """The library's own download, with its checksum, into *folder*; why it failed, in one line on standard error."""
    os.environ["LTP_PATH"] = str(folder)
    os.environ.pop("LTP_JAR_DIR_PATH", None)
    try:
        LocalLanguageTool.from_version_name(version).download()
    except (ModuleNotFoundError, SystemError, SystemExit):
        sys.stderr.write("LanguageTool needs Java 17 or newer, and there is none on PATH (Debian: default-jre-headless)\n")
        return 1
    except (requests.RequestException, TimeoutError):
        sys.stderr.write("the download's server cannot be reached: is this machine online? (--from-maven fetches it from Maven Central instead)\n")
        return 1
    except Exception as error:
        sys.stderr.write(f"{' '.join(str(error).split())}\n")
        return 1
    return 0


def main(words: list[str]) -> int:
    """Run one of the two commands."""
    if words[:1] == ["keep"] and len(words) == 4:
        return keep(Path(words[1]), Settings.unwired(words[2]), int(words[3]))
    if words[:1] == ["download"] and len(words) == 3:
        return download(words[1], Path(words[2]))
    sys.stderr.write("usage: keep SOCKET SETTINGS OWNER | download VERSION FOLDER\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
