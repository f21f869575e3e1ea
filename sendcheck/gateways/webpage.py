"""``sendcheck serve``: a page on this machine, for its user alone, to paste or drop a draft and see its report.

Nothing is stored, nothing loaded from elsewhere.

Whoever asks must come to a loopback address by its name (no DNS rebinding), from this very page (no other site's), and know the token that
only the printed address holds.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
import sys
import threading
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sendcheck.errors import InputError, SendcheckError
from sendcheck.gateways.checking import Wanted, checked
from sendcheck.gateways.compose import mail_from_fields
from sendcheck.pipeline.contract import Severity
from sendcheck.pipeline.engine import Job
from sendcheck.pipeline.registry import load
from sendcheck.pipeline.report import Report
from sendcheck.reading.sources import refusal, within_cap
from sendcheck.streams import tell

_FILES = {
    "": ("page.html", "text/html; charset=utf-8"),
    "page.css": ("page.css", "text/css; charset=utf-8"),
    "page.js": ("page.js", "text/javascript; charset=utf-8"),
}
_FOLDER = Path(__file__).with_name("web")
#: A mail and its parent as they are read, in base64.
_LARGEST = 150 * 1024 * 1024
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; connect-src 'self'; frame-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Page(ThreadingHTTPServer):
    """The server. ``url`` is the address to open, token and all. Raises InputError where the port cannot be had."""

    daemon_threads = True
    allow_reuse_address = False

    def __init__(self, port: int, config_file: Path | None = None) -> None:
        try:
            super().__init__(("127.0.0.1", port), _Handler)
        except OSError as error:
            raise InputError(f"cannot listen on port {port} of this machine: {error.strerror}; try another --port") from error
        self.token = secrets.token_urlsafe(24)
        self.config_file = config_file
        # One check at a time: each keystroke asks, and a fork among threads is safest alone.
        self.turn = threading.Lock()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that goes away is nothing to tell of; anything else is told of in a line that holds nothing of a mail."""
        error = sys.exception()
        if not isinstance(error, (ConnectionError, TimeoutError)):
            tell(f"sendcheck: internal error ({type(error).__name__}) while a page was answered\n")

    @property
    def url(self) -> str:
        """The address that only its user knows."""
        return f"http://127.0.0.1:{self.server_port}/{self.token}/"

    def check(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a draft: its report as a document, and a line on it."""
        from sendcheck.show.html import as_html
        from sendcheck.show.text import headline

        raw = _decoded(request.get("raw"), "the mail")
        if raw is None:
            fields = request.get("fields")
            raw = mail_from_fields(fields if isinstance(fields, Mapping) else {})
        elif why := refusal(raw):
            return {"error": f"This {why}"}
        parent = _decoded(request.get("parent"), "the mail you answer")
        if parent is not None and (why := refusal(parent)):
            return {"error": f"The mail you answer {why}"}
        raw, cut = within_cap(raw)
        job = Job("this draft", raw, cut, draft=True, page=True, parent=("the mail you answer", within_cap(parent)[0]) if parent else None)
        with self.turn:
            report = checked(Wanted(job, config_file=self.config_file)).report
        count = sum(f.severity is not Severity.NOTE for f in report.findings)
        summary = f"{headline(report).capitalize()}: {count} finding{'s' * (count != 1)}"
        return {"html": as_html(Report((report,)), load().rules, lines=False), "summary": summary}


def _decoded(value: object, what: str) -> bytes | None:
    if not isinstance(value, str) or not value:
        return None
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError(f"{what} did not arrive whole") from error


class _Handler(BaseHTTPRequestHandler):
    """One connection. Logs nothing: a request may hold a mail."""

    server: Page
    protocol_version = "HTTP/1.1"
    timeout = 60
    server_version = "sendcheck"
    sys_version = ""

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        """The page and what belongs to it."""
        name = self._wanted()
        if name is None:
            return
        if name not in _FILES:
            self._answer(HTTPStatus.NOT_FOUND, b"there is nothing here\n", "text/plain")
            return
        file, kind = _FILES[name]
        self._answer(HTTPStatus.OK, (_FOLDER / file).read_bytes(), kind)

    def do_POST(self) -> None:
        """A draft to check."""
        name = self._wanted()
        if name is None:
            return
        length = self.headers.get("Content-Length", "")
        if name != "check" or not (length.isascii() and length.isdigit()) or self.headers.get_content_type() != "application/json":
            self._refuse(HTTPStatus.BAD_REQUEST, "no such request")
            return
        if int(length) > _LARGEST:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too large")
            return
        data = self.rfile.read(int(length))
        try:
            request = json.loads(data)
            told = self.server.check(request if isinstance(request, Mapping) else {})
        except SendcheckError as error:
            told = {"error": f"sendcheck: {error}"}
        except (ValueError, RecursionError):
            told = {"error": "the request cannot be read"}
        except Exception as error:  # type only: its text may hold words of the mail
            told = {"error": f"internal error of sendcheck ({type(error).__name__})"}
        self._answer(HTTPStatus.OK, json.dumps(told).encode(), "application/json")

    def _wanted(self) -> str | None:
        """What is asked for, by whoever may ask; None if it was refused."""
        port = self.server.server_port
        own = {f"http://{host}:{port}" for host in ("127.0.0.1", "localhost")}
        if f"http://{self.headers.get('Host', '')}" not in own or self.headers.get("Origin", next(iter(own))) not in own:
            self._refuse(HTTPStatus.FORBIDDEN, "only this machine's own browser may ask")
            return None
        if self.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}:
            self._refuse(HTTPStatus.FORBIDDEN, "no other page may ask")
            return None
        token, slash, name = self.path.partition("?")[0].removeprefix("/").partition("/")
        if not slash or not secrets.compare_digest(token.encode(), self.server.token.encode()):
            self._refuse(HTTPStatus.FORBIDDEN, "open the whole address that sendcheck serve printed")
            return None
        return name

    def _refuse(self, status: HTTPStatus, why: str) -> None:
        self.close_connection = True  # a body that nobody read may follow
        self._answer(status, f"sendcheck: {why}\n".encode(), "text/plain; charset=utf-8")

    def _answer(self, status: HTTPStatus, body: bytes, kind: str) -> None:
        self.send_response(status)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
