"""`sendcheck serve`: a draft is checked as it is typed; nobody but its user's own page may ask, and nothing is kept."""

from __future__ import annotations

import base64
import http.client
import json
import os
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser import Browser, browser
from tests.conftest import BAD, GOOD
from tests.sink import wait

__all__ = ["browser"]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("serve")
    environ = {**os.environ, "HOME": str(home), "XDG_DATA_HOME": str(home / "data"), "SENDCHECK_DAEMON": "off"}
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "sendcheck", "serve", "--no-browser"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environ, cwd=home
    )
    assert process.stdout is not None
    yield process.stdout.readline().decode().strip()
    process.terminate()
    process.wait(10)
    left = [p for p in home.rglob("*") if p.is_file()]
    assert not left, f"it kept {left}"


def ask(url: str, method: str = "GET", path: str | None = None, body: bytes | None = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 0, timeout=60)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path if path is not None else parts.path, body, sent)
    answer = connection.getresponse()
    found = (answer.status, dict(answer.getheaders()), answer.read())
    connection.close()
    return found


def check(url: str, request: object, **headers: str) -> Any:
    status, _headers, body = ask(url, "POST", urlsplit(url).path + "check", json.dumps(request).encode(), Content_Type="application/json", **headers)
    assert status == 200, body
    return json.loads(body)


def test_the_address(url: str) -> None:
    parts = urlsplit(url)
    assert parts.hostname == "127.0.0.1" and len(parts.path) > 25
    status, headers, body = ask(url)
    assert status == 200 and b"Check a draft" in body
    assert headers["Cache-Control"] == "no-store" and "default-src 'none'" in headers["Content-Security-Policy"] and headers["Referrer-Policy"] == "no-referrer"
    assert "Server" not in headers or "Python" not in headers["Server"]
    for name in ("page.js", "page.css"):
        assert ask(url, path=parts.path + name)[0] == 200


def test_nobody_else_may_ask(url: str) -> None:
    parts = urlsplit(url)
    assert ask(url, path="/")[0] == 403
    assert ask(url, path="/wrong-token/")[0] == 403
    assert ask(url, path=parts.path.rstrip("/"))[0] == 403
    assert ask(url, Host="evil.example")[0] == 403, "DNS rebinding"
    assert ask(url, Host=f"evil.example:{parts.port}")[0] == 403
    assert ask(url, Origin="http://evil.example")[0] == 403
    assert ask(url, Origin="null")[0] == 403
    assert ask(url, Sec_Fetch_Site="cross-site")[0] == 403
    assert ask(url, Host=f"localhost:{parts.port}")[0] == 200
    assert ask(url, path=parts.path + "../../etc/passwd")[0] == 404
    status, _headers, _body = ask(url, "POST", parts.path + "check", b"{}", Content_Type="text/plain")
    assert status == 400, "what a form of another page could send"
    assert ask(url, "POST", parts.path + "check", b"", Content_Type="application/json", Content_Length="999999999999")[0] == 413


def test_a_mail_and_fields_are_checked(url: str) -> None:
    told = check(url, {"raw": base64.b64encode(BAD).decode()})
    assert told["summary"] == "Do not send yet: 1 finding" and "placeholder-left" in told["html"] and told["html"].startswith("<!doctype html>")
    assert check(url, {"raw": base64.b64encode(GOOD).decode()})["summary"] == "Pass: 0 findings"
    fields = {"from": "ola@tallmo.no", "to": "kari@nordbank.no", "cc": "per@fjord.no", "subject": "Plan", "text": "Hi Kari,\n\nThe plan is ready.\n\nOla"}
    told = check(url, {"fields": fields})
    assert "cc-leak" in told["html"] and "line 3" not in told["html"], "there is no file to count lines in"
    assert check(url, {"fields": {"text": "Hi Kari,\n\nThe plan is ready.\n\nOla"}})["summary"].startswith("Pass"), "a draft needs no recipients yet"


def test_what_cannot_be_read_is_told_of(url: str) -> None:
    assert "whole" in check(url, {"raw": "no base64!"})["error"]
    assert check(url, {"raw": base64.b64encode(bytes(300)).decode()})["error"] == "This is not a mail: binary data without header fields"
    assert "html" in check(url, [])
    assert "html" in check(url, {"fields": 7})
    status, _headers, body = ask(url, "POST", urlsplit(url).path + "check", b"{", Content_Type="application/json")
    assert status == 200 and "cannot be read" in json.loads(body)["error"]


def test_a_port_that_is_taken(url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "sendcheck", "serve", "--no-browser", "--port", str(urlsplit(url).port)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 2 and "--port" in done.stderr and "Traceback" not in done.stderr


# -- in a browser ------------------------------------------------------------


def status(browser: Browser) -> str:
    return browser.text("#status")


def test_a_draft_is_checked_as_it_is_typed_by_keyboard_alone(browser: Browser, url: str) -> None:
    from selenium.webdriver.common.keys import Keys

    browser.open(url)
    assert browser.focused().get_attribute("id") == "text", "one can type at once"
    assert browser.axe() == []
    browser.press("Hi {{name}},\n\nIt was Jared who forgot to send it.\n\nOla")
    assert wait(lambda: status(browser).startswith("Do not send yet"), 30), status(browser)
    browser.find("#from").send_keys("ola@tallmo.no")
    browser.press(Keys.TAB, "kari@nordbank.no", Keys.TAB, "per@fjord.no")
    time.sleep(0.2)
    assert wait(lambda: status(browser).startswith("Do not send yet: 4"), 30), status(browser)
    browser.driver.switch_to.frame("report")
    shown = browser.text()
    assert "nordbank.no" in shown and "Jared who forgot" in shown and "{{name}}" in shown
    assert browser.all("mark.error")
    browser.driver.switch_to.default_content()
    for dark in (False, True):
        browser.dark(dark)
        assert browser.axe() == []
    browser.dark(False)
    browser.tab_to("Clear")
    browser.press(Keys.ENTER)
    assert wait(lambda: status(browser) == "Nothing to check yet.")
    assert browser.console() == []


def test_a_whole_mail_and_files_may_be_given(browser: Browser, url: str, tmp_path: Path) -> None:
    browser.open(url)
    bad = tmp_path / "bad.eml"
    bad.write_bytes(BAD)
    browser.find("#pick").send_keys(str(bad))
    assert wait(lambda: status(browser) == "" or "1 finding" in status(browser), 30), status(browser)
    assert "off" in str(browser.find("#fields").get_attribute("class")), "a whole mail has fields of its own"
    program = tmp_path / "setup.exe"
    program.write_bytes(b"MZ")
    browser.find("#clear").click()
    browser.find("#from").send_keys("ola@tallmo.no")
    browser.find("#to").send_keys("kari@nordbank.no")
    browser.find("#text").send_keys("Hi Kari,\n\nHere is the file.\n\nOla")
    browser.find("#pick").send_keys(str(program))
    assert "setup.exe" in browser.text("#files")
    assert wait(lambda: "finding" in status(browser), 30)
    browser.driver.switch_to.frame("report")
    assert "setup.exe is a program" in browser.text()
    browser.driver.switch_to.default_content()
    drop = "const t = new DataTransfer(); t.items.add(new File([arguments[0]], 'mail.eml')); document.dispatchEvent(new DragEvent('drop', {dataTransfer: t, bubbles: true}));"
    browser.driver.execute_script(drop, GOOD.decode())
    assert wait(lambda: "Pass" in status(browser), 30), status(browser)
    assert browser.console() == []


def test_a_stopped_server_is_told_of(browser: Browser, tmp_path: Path) -> None:
    environ = {**os.environ, "HOME": str(tmp_path), "SENDCHECK_DAEMON": "off"}
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "sendcheck", "serve", "--no-browser"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environ
    )
    assert process.stdout is not None
    browser.open(process.stdout.readline().decode().strip())
    process.terminate()
    process.wait(10)
    browser.find("#text").send_keys("Hi Kari")
    assert wait(lambda: "may have been stopped" in status(browser)), status(browser)
    browser.console()


# -- browsers that go away ---------------------------------------------------


def test_a_browser_that_goes_away_is_nothing_to_tell_of(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from sendcheck.gateways.webpage import Page

    def gone(page: Page, data: bytes, slow: bool = False) -> None:
        with socket.create_connection(("127.0.0.1", page.server_port)) as browser:
            browser.sendall(data)
            if slow:
                time.sleep(0.2)
            browser.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # its end is a reset

    with Page(0) as page:
        threading.Thread(target=page.serve_forever, daemon=True).start()
        path, host = urlsplit(page.url).path, f"Host: 127.0.0.1:{page.server_port}\r\n"
        get = f"GET {path}page.js HTTP/1.1\r\n{host}\r\n".encode()
        post = f"POST {path}check HTTP/1.1\r\n{host}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n".encode()
        for slow in (False, True):
            gone(page, b"", slow)
            gone(page, get[:20], slow)
            gone(page, get * 60, slow)  # more than a socket holds: it breaks while the page is being written
            gone(page, post, slow)
            gone(page, post + b"{}", slow)
        assert ask(page.url, "POST", path + "check", b"", Content_Type="application/json", Content_Length="\xb2")[0] == 400, "a digit that is no number"
        assert ask(page.url)[0] == 200
        page.shutdown()
    assert capfd.readouterr().err == ""
