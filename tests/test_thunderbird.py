"""Thunderbird: the native host over its real framing, and the extension in the real program under Xvfb, driven by Marionette."""

from __future__ import annotations

import base64
import io
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sendcheck.gateways import nativehost
from sendcheck.gateways.compose import mail_from_fields
from sendcheck.gateways.xpi import EXTENSION, FOLDER, pack
from sendcheck.reading.message import read_message
from tests.browser import Browser, browser
from tests.conftest import ROOT, require
from tests.marionette import Marionette
from tests.sink import BODY, SENDCHECK, Sink, run, sink, wait

__all__ = ["browser", "sink"]

FIELDS = {"from": "Ola <ola@tallmo.no>", "to": ["Kari Holm <kari.holm@nordbank.no>"], "subject": "The plan", "text": BODY}
HOST = str(Path(sys.executable).parent / "sendcheck-native-host")

# -- the host ----------------------------------------------------------------


class Host:
    """The host as Thunderbird starts it: manifest and extension as arguments, frames on its pipes."""

    def __init__(self, **env: str) -> None:
        self.process = subprocess.Popen(
            [HOST, "/x/sendcheck.json", EXTENSION], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **env}, cwd="/"
        )

    def write(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(struct.pack("=I", len(data)) + data)
        self.process.stdin.flush()

    def read(self) -> tuple[int, Any]:
        assert self.process.stdout is not None
        (length,) = struct.unpack("=I", self.process.stdout.read(4))
        return length, json.loads(self.process.stdout.read(length))

    def ask(self, request: object) -> Any:
        self.write(json.dumps(request).encode())
        return self.read()[1]

    def close(self) -> int:
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.process.wait(20)


@pytest.fixture
def host(home: Path) -> Iterator[Host]:
    found = Host()
    yield found
    found.process.kill()
    found.process.wait()


def test_the_host_answers_and_leaves(host: Host) -> None:
    assert host.ask({"id": 1, "do": "hello"})["version"]
    good = host.ask({"id": 2, "do": "check", "mail": FIELDS})
    assert (good["id"], good["send"], good["verdict"], good["findings"]) == (2, True, "pass", [])
    bad = host.ask({"id": 3, "do": "check", "mail": {**FIELDS, "text": BODY.replace("Kari", "{{name}}"), "cc": ["per@fjord.no"], "bcc": ["hidden@x.no"]}})
    assert bad["send"] is False and {f["rule"] for f in bad["findings"]} == {"placeholder-left", "cc-leak"}
    assert {(r["field"], r["organisation"]) for r in bad["readers"]} == {("to", "nordbank.no"), ("cc", "fjord.no"), ("bcc", "x.no")}
    assert bad["memorable"] == ["kari.holm@nordbank.no and per@fjord.no"]
    assert host.close() == 0


def test_the_host_survives_what_is_no_request(host: Host) -> None:
    for data in (b"", b"{", b"[]", b"7", b"\xff\xfe", b'{"id": 5}', b'{"id": 5, "do": "check"}', b'{"do": "check", "mail": []}', b"[" * 100_000):
        host.write(data)
        _length, told = host.read()
        assert told["send"] is False and told["error"]
    odd = {"from": 7, "to": {"a": 1}, "subject": None, "text": ["x"], "attachments": [None, 3, {"name": 5, "size": "big"}], "parent": "no base64!"}
    assert host.ask({"id": 9, "do": "check", "mail": odd})["id"] == 9
    assert host.ask({"id": 10, "do": "check", "mail": FIELDS})["send"] is True


def test_a_frame_cut_short_ends_the_host(host: Host) -> None:
    assert host.process.stdin is not None
    host.process.stdin.write(struct.pack("=I", 1000) + b"{")
    assert host.close() == 0


def test_an_answer_stays_below_a_megabyte(host: Host) -> None:
    many = "\n".join(f"Hi {{{{name_{n}}}}} and {'x' * 100}, æøå 💥" for n in range(400))
    to = [f"Person {n} <person{n}@company{n}.no>" for n in range(300)]
    host.write(json.dumps({"id": 1, "do": "check", "mail": {**FIELDS, "text": many, "to": to}}).encode())
    length, told = host.read()
    assert length <= 1024 * 1024 and told["send"] is False and told["findings"] and told["more"] > 0 and told["more_readers"] > 0


def test_a_request_too_large_is_refused(host: Host) -> None:
    assert host.process.stdin is not None
    host.process.stdin.write(struct.pack("=I", 300 * 1024 * 1024))
    host.process.stdin.flush()
    assert "larger than" in host.read()[1]["error"]


def test_a_large_mail_is_checked(host: Host) -> None:
    told = host.ask({"id": 1, "do": "check", "mail": {**FIELDS, "text": BODY + ("A line of text that is quite ordinary.\n" * 600_000)}})
    assert told["send"] is False and any(f["rule"] == "mail-truncated" for f in told["findings"])


def test_an_answer_to_a_mail_is_compared_with_it(host: Host) -> None:
    parent = b"From: Kari Holm <kari.holm@nordbank.no>\nTo: ola@tallmo.no\nSubject: Plan\nMessage-ID: <a@b>\n\nHi Ola,\n\nWhere is the key to the archive?\nWhat does the new printer cost?\n\nKari\n"
    told = host.ask({"id": 1, "do": "check", "mail": {**FIELDS, "subject": "Re: Plan", "inReplyTo": "<a@b>", "parent": base64.b64encode(parent).decode()}})
    assert any(f["rule"] == "question-unanswered" for f in told["findings"])


def test_a_reason_is_recorded_and_policy_is_kept(home: Path, tmp_path: Path) -> None:
    mail = {**FIELDS, "text": BODY.replace("Kari", "{{name}}")}
    host = Host()
    assert host.ask({"id": 1, "do": "check", "mail": mail, "reason": "  "})["send"] is False
    assert host.ask({"id": 2, "do": "check", "mail": mail, "reason": "a form"})["send"] is True
    host.close()
    assert json.loads((home / ".local" / "state" / "sendcheck" / "overrides.jsonl").read_text())["reason"] == "a form"
    policy = tmp_path / "policy.toml"
    policy.write_text("locked = ['rules.placeholder-left']\n[rules]\nplaceholder-left = 'error'\n")
    host = Host(SENDCHECK_POLICY=str(policy))
    told = host.ask({"id": 3, "do": "check", "mail": mail, "reason": "a form"})
    assert told["send"] is False and told["overridable"] is False and "placeholder-left" in told["told"]
    host.close()
    policy.write_text("nonsense = 1\n")
    host = Host(SENDCHECK_POLICY=str(policy))
    told = host.ask({"id": 4, "do": "check", "mail": FIELDS})
    assert told["send"] is False and "policy.toml" in told["error"], "a configuration that cannot be read stops the mail, and says so"
    host.close()


def test_what_cannot_be_checked_goes_only_if_policy_says_so(home: Path, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("required = ['question-unanswered']\n")
    for on_error, sends in (("stop", False), ("send", True)):
        config.write_text(f"required = ['question-unanswered']\n[sendmail]\non-error = '{on_error}'\n")
        host = Host(SENDCHECK_POLICY=str(config))
        told = host.ask({"id": 1, "do": "check", "mail": {**FIELDS, "subject": "Re: Plan", "inReplyTo": "<a@b>"}})
        assert (told["verdict"], told["send"]) == ("incomplete", sends), told
        host.close()


def test_fields_make_a_mail() -> None:
    raw = mail_from_fields({
        **FIELDS, "to": ["Åse <a@b.no>", "x@y.no\nBcc: spy@rival.no"], "subject": "Møte\r\nX-Evil: 1", "html": "<p>Hi <b>Åse</b></p>",
        "attachments": [{"name": "års rapport.pdf", "type": "application/pdf", "size": 25_000_000}, {"name": "a\nb.txt", "type": "text/plain\nX: 1", "size": -1}],
    })  # fmt: skip
    message = read_message(raw)
    assert message.address_list("to").addresses[0].addr == "a@b.no" and not message.all("x-evil") and not message.all("bcc")
    assert message.header("subject") == "Møte X-Evil: 1"
    assert [(a.name, a.content_type, a.size) for a in message.attachments] == [
        ("års rapport.pdf", "application/pdf", 25_000_000),
        ("a b.txt", "application/octet-stream", 0),
    ]
    assert "Hi Åse" in message.texts[0].view.text


# -- the package -------------------------------------------------------------


def test_the_package_is_whole_and_the_same_each_time() -> None:
    assert pack() == pack()
    archive = zipfile.ZipFile(io.BytesIO(pack()))
    names = set(archive.namelist())
    manifest = json.loads(archive.read("manifest.json"))
    assert manifest["browser_specific_settings"]["gecko"]["id"] == EXTENSION and manifest["version"] == __import__("sendcheck").__version__
    assert set(manifest["background"]["scripts"]) | set(manifest["icons"].values()) | {"popup.html", "popup.js", "popup.css"} <= names
    messages = {name: json.loads(archive.read(f"_locales/{name}/messages.json")) for name in ("en", "nb")}
    assert messages["en"].keys() == messages["nb"].keys()
    scripts = "".join((FOLDER / name).read_text() for name in names if name.endswith((".js", ".html")))
    assert "innerHTML" not in scripts and "http://" not in scripts and "https://" not in scripts and "eval(" not in scripts
    for name in messages["en"]:
        assert f'"{name}"' in scripts or f"__MSG_{name}__" in (FOLDER / "manifest.json").read_text() or name in {"inside", "outside", "error", "warning"}, name


def test_make_thunderbird(tmp_path: Path) -> None:
    done = run(sys.executable, "-P", "-m", "sendcheck.gateways.xpi", str(tmp_path / "dist" / "sendcheck.xpi"), cwd=tmp_path)
    assert done.returncode == 0 and (tmp_path / "dist" / "sendcheck.xpi").read_bytes() == pack()
    assert "sendcheck.gateways.xpi dist/sendcheck.xpi" in (ROOT / "Makefile").read_text()


def test_install_and_uninstall(home: Path, tmp_path: Path) -> None:
    done = run(SENDCHECK, "hook", "install", "thunderbird", cwd=tmp_path)
    assert "installed" in done.stdout and "Install Add-on From File" in done.stdout
    manifest = home / ".mozilla" / "native-messaging-hosts" / "sendcheck.json"
    told = json.loads(manifest.read_text())
    assert told["name"] == manifest.stem == "sendcheck" and told["allowed_extensions"] == [EXTENSION] and os.access(told["path"], os.X_OK)
    profile = home / ".thunderbird" / "abc.default"
    profile.mkdir(parents=True)
    (home / ".thunderbird" / "profiles.ini").write_text("[Profile0]\nName=default\nIsRelative=1\nPath=abc.default\n")
    (profile / "extensions.json").write_text(json.dumps({"addons": [{"id": EXTENSION, "active": True}]}))
    assert "now add" not in run(SENDCHECK, "hook", "status", "thunderbird", cwd=tmp_path).stdout
    assert "remove it there" in run(SENDCHECK, "hook", "uninstall", "thunderbird", cwd=tmp_path).stdout
    assert not manifest.exists()


STUB = """
window.messenger = {
  i18n: { getMessage: (name, values) => (MESSAGES)[name].message.replace(/\\$1/g, [].concat(values || [])[0] || ""), getUILanguage: () => "LANGUAGE" },
  runtime: { sendMessage: async request => request.do === "report" ? REPORT : {} },
};
"""


@pytest.mark.parametrize("language", ["en", "nb"])
def test_the_window_is_accessible(browser: Browser, host: Host, language: str) -> None:
    """The extension's window in a browser, with Thunderbird's interface played: axe-core, light and dark, in both languages."""
    report = host.ask(
        {"id": 1, "do": "check", "mail": {**FIELDS, "text": BODY.replace("Kari", "{{name}} <img src=x onerror=alert(1)>"), "cc": ["per@fjord.no"]}}
    )
    messages = (FOLDER / "_locales" / language / "messages.json").read_text("utf-8")
    stub = STUB.replace("MESSAGES", messages).replace("REPORT", json.dumps(report)).replace("LANGUAGE", language)
    added = browser.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": stub})
    try:
        browser.open((FOLDER / "popup.html").as_uri() + "?tab=1")
        assert wait(lambda: "{{name}} <img" in browser.text()), (browser.text(), browser.console())
        for dark in (False, True):
            browser.dark(dark)
            assert browser.axe() == []
        assert browser.console() == []
        assert not browser.all("img")
    finally:
        browser.dark(False)
        browser.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)


# -- the real program --------------------------------------------------------

PREFS = {
    "app.update.auto": False, "datareporting.policy.dataSubmissionEnabled": False, "toolkit.telemetry.enabled": False, "extensions.update.enabled": False,
    "mailnews.start_page.enabled": False, "mailnews.start_page_override.mstone": "ignore", "mail.provider.suppress_dialog_on_startup": True,
    "mail.spotlight.firstRunDone": True, "mail.shell.checkDefaultClient": False, "mail.rights.version": 1, "network.proxy.type": 0, "app.donation.eoy.version.viewed": 999,
    "mail.accountmanager.accounts": "account1", "mail.accountmanager.defaultaccount": "account1",
    "mail.account.account1.identities": "id1", "mail.account.account1.server": "server1",
    "mail.identity.id1.fullName": "Ola Nordmann", "mail.identity.id1.useremail": "ola@tallmo.no", "mail.identity.id1.smtpServer": "smtp1", "mail.identity.id1.valid": True,
    "mail.identity.id1.compose_html": False, "mail.identity.id1.fcc": False,
    "mail.server.server1.type": "none", "mail.server.server1.hostname": "Local Folders", "mail.server.server1.name": "Local Folders",
    "mail.server.server1.userName": "nobody", "mail.server.server1.directory-rel": "[ProfD]Mail/Local Folders",
    "mail.smtpservers": "smtp1", "mail.smtp.defaultserver": "smtp1", "mail.smtpserver.smtp1.hostname": "127.0.0.1", "mail.smtpserver.smtp1.try_ssl": 0,
    "mail.smtpserver.smtp1.authMethod": 1,
}  # fmt: skip
COMPOSE = """
const {MailServices} = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const params = Cc["@mozilla.org/messengercompose/composeparams;1"].createInstance(Ci.nsIMsgComposeParams);
const fields = Cc["@mozilla.org/messengercompose/composefields;1"].createInstance(Ci.nsIMsgCompFields);
Object.assign(fields, args[0]);
params.composeFields = fields; params.type = Ci.nsIMsgCompType.New; params.identity = MailServices.accounts.accounts[0].defaultIdentity;
params.format = args[1] ? Ci.nsIMsgCompFormat.HTML : Ci.nsIMsgCompFormat.PlainText;
MailServices.compose.OpenComposeWindowWithParams(null, params);
for (let i = 0; i < 200; i++) {
  const w = Services.wm.getMostRecentWindow("msgcompose");
  if (w && w.document.readyState === "complete" && w.gMsgCompose) { await new Promise(r => w.setTimeout(r, 700)); return w.document.title; }
  await new Promise(r => setTimeout(r, 50));
}
return "";
"""
POPUP = """
let found = null;
for (let i = 0; i < 300 && !found; i++) {
  for (const w of Services.wm.getEnumerator(null)) {
    const b = [...w.document.querySelectorAll("browser")].find(x => x.currentURI && x.currentURI.spec.includes("popup.html"));
    if (b) { found = [w, b]; }
  }
  await new Promise(r => setTimeout(r, 50));
}
if (!found) { return null; }
const [w, b] = found;
const inside = code => new Promise(resolve => {
  const name = "sendcheck" + Math.random();
  b.messageManager.addMessageListener(name, function heard(told) { b.messageManager.removeMessageListener(name, heard); resolve(told.data); });
  b.messageManager.loadFrameScript("data:," + encodeURIComponent("sendAsyncMessage('" + name + "', (function() {" + code + "})())"), false);
});
for (let i = 0; i < 100 && !(await inside("return content.document.getElementById('verdict').textContent")); i++) { await new Promise(r => setTimeout(r, 50)); }
"""
REPLY = """
const {MailServices} = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const server = MailServices.accounts.accounts[0].incomingServer;
server.rootFolder.QueryInterface(Ci.nsIMsgLocalMailFolder).createLocalSubfolder("Asked");
const folder = server.rootFolder.getChildNamed("Asked").QueryInterface(Ci.nsIMsgLocalMailFolder);
folder.addMessage(args[1]);
const header = [...folder.messages][0];
if (!header) { return "no mail in the folder"; }
const uri = folder.getUriForMsg(header);
MailServices.compose.OpenComposeWindow(null, header, uri, Ci.nsIMsgCompType.ReplyToSender, Ci.nsIMsgCompFormat.PlainText,
  MailServices.accounts.accounts[0].defaultIdentity, null, Services.wm.getMostRecentWindow("mail:3pane")?.msgWindow ?? null);
for (let i = 0; i < 200; i++) {
  const w = Services.wm.getMostRecentWindow("msgcompose");
  if (w && w.document.readyState === "complete" && w.gMsgCompose) {
    await new Promise(r => w.setTimeout(r, 1500));
    w.GetCurrentEditor().beginningOfDocument();
    w.GetCurrentEditor().insertText(args[0]);
    w.goDoCommand("cmd_sendNow");
    return w.document.title;
  }
  await new Promise(r => setTimeout(r, 50));
}
return "no window";
"""
ASKED = """From - Mon May 04 10:00:00 2026
X-Mozilla-Status: 0001
From: Kari Holm <kari.holm@nordbank.no>
To: Ola Nordmann <ola@tallmo.no>
Subject: The broken printer
Date: Mon, 04 May 2026 10:00:00 +0200
Message-ID: <asked@nordbank.no>
Content-Type: text/plain; charset=utf-8

Hi Ola,

I am very disappointed. The printer that you delivered has been broken since Monday, and nobody has called me back.
I expect an explanation and a new printer. When does it come?

Kari

"""
OPEN = 'return [...Services.wm.getEnumerator("msgcompose")].length;'
NO_POPUP = 'return ![...Services.wm.getEnumerator(null)].some(w => [...w.document.querySelectorAll("browser")].some(b => b.currentURI && b.currentURI.spec.includes("popup.html")));'


class Thunderbird:
    """The program with an account that sends to the sink, and the extension in it."""

    def __init__(self, home: Path, sink: Sink, display: str) -> None:
        self.home = home
        profile = home / "profile"
        profile.mkdir()
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = int(s.getsockname()[1])
        prefs = {**PREFS, "marionette.port": port, "mail.smtpserver.smtp1.port": sink.port}
        (profile / "user.js").write_text("".join(f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in prefs.items()))
        environ = {**os.environ, "HOME": str(home), "DISPLAY": display}
        self.process = subprocess.Popen(
            ["thunderbird", "--profile", str(profile), "--marionette", "--remote-allow-system-access", "--no-remote"],
            env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert wait(lambda: _listens(port), 60), "Thunderbird's Marionette does not listen"
        self.marionette = Marionette(port)
        self.addon = self.marionette.install(str(home / ".local" / "share" / "sendcheck" / "sendcheck.xpi"))
        time.sleep(1)

    def send(self, html: bool = False, **fields: str) -> None:
        """Write a mail and press Send."""
        assert str(self.marionette.script(COMPOSE, fields, html)).startswith("Write"), "the compose window opens"
        self.marionette.script('Services.wm.getMostRecentWindow("msgcompose").goDoCommand("cmd_sendNow");')

    def popup(self, code: str) -> Any:
        """Something done in the extension's window, once it shows its report."""
        return self.marionette.script(POPUP + f"return await inside({json.dumps(code)});")

    def close(self) -> None:
        self.marionette.close()
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()


def _listens(port: int) -> bool:
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def display() -> Iterator[str]:
    require(shutil.which("Xvfb") is not None, "Xvfb")
    told, tell = os.pipe()
    process = subprocess.Popen(
        ["Xvfb", "-displayfd", str(tell), "-screen", "0", "1280x1000x24"], pass_fds=[tell], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    os.close(tell)
    yield ":" + os.read(told, 20).decode().strip()
    process.terminate()
    process.wait(10)


@pytest.fixture
def thunderbird(home: Path, tmp_path: Path, sink: Sink, display: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Thunderbird]:
    require(shutil.which("thunderbird") is not None, "Thunderbird")
    assert "installed" in run(SENDCHECK, "hook", "install", "thunderbird", cwd=tmp_path).stdout
    found = Thunderbird(home, sink, display)
    yield found
    found.close()


def test_thunderbird(thunderbird: Thunderbird, sink: Sink) -> None:
    assert thunderbird.addon == EXTENSION
    thunderbird.send(to="Kari Holm <kari.holm@nordbank.no>", bcc="hidden@tallmo.no", subject="The plan", body=BODY)
    assert wait(lambda: len(sink.mails) == 1, 30), "a good mail leaves at once"
    assert set(sink.mails[0][0]) == {"kari.holm@nordbank.no", "hidden@tallmo.no"}
    assert wait(lambda: thunderbird.marionette.script(OPEN) == 0)

    thunderbird.send(to="Kari Holm <kari.holm@nordbank.no>", cc="per@fjord.no", subject="The plan", body=BODY.replace("Hi Kari", "Hi {{first_name}}"))
    shown = thunderbird.popup("return content.document.body.innerText")
    assert "Do not send this mail yet" in shown and "{{first_name}}" in shown and "fjord.no" in shown and "Send anyway" in shown
    assert thunderbird.popup("return content.document.activeElement.id") == "back"
    assert thunderbird.popup("return content.document.getElementById('send').disabled") is True, "no reason, no sending"
    thunderbird.popup("content.document.getElementById('back').click()")
    assert wait(lambda: thunderbird.marionette.script(NO_POPUP) is True)
    assert thunderbird.marionette.script(OPEN) == 1 and len(sink.mails) == 1, "back to the mail: the draft is open, nothing was sent"

    thunderbird.marionette.script('Services.wm.getMostRecentWindow("msgcompose").goDoCommand("cmd_sendNow");')
    thunderbird.popup(
        "const d = content.document; d.getElementById('reason').value = 'both agreed'; d.getElementById('reason').dispatchEvent(new content.Event('input'));"
        " d.getElementById('send').click();"
    )
    assert wait(lambda: len(sink.mails) == 2, 30), "with a reason it leaves"
    assert b"{{first_name}}" in sink.mails[1][1]
    log = (thunderbird.home / ".local" / "state" / "sendcheck" / "overrides.jsonl").read_text()
    assert json.loads(log)["reason"] == "both agreed" and json.loads(log)["rules"] == ["cc-leak", "placeholder-left"]

    # HTML, with an attachment announced and missing
    thunderbird.send(html=True, to="kari.holm@nordbank.no", subject="The plan", body="<p>Hi Kari,</p><p>See the attached file.</p><p>Ola</p>")
    assert "attached" in thunderbird.popup("return content.document.getElementById('findings').innerText")
    thunderbird.popup("content.document.getElementById('back').click()")
    assert wait(lambda: thunderbird.marionette.script(NO_POPUP) is True)
    thunderbird.marionette.script('for (const w of Services.wm.getEnumerator("msgcompose")) { w.gContentChanged = false; w.close(); }')

    # an answer is compared with the mail that it answers, which Thunderbird hands over
    said = thunderbird.marionette.script(REPLY, "Hi Kari,\n\nThe printer costs 300 euros.\n\nOla\n\n", ASKED)
    assert said.startswith("Write: Re: The broken printer"), said
    shown = thunderbird.popup("return content.document.getElementById('findings').innerText")
    assert "sorry" in shown and "When does it come?" in shown, shown
    thunderbird.popup("content.document.getElementById('back').click()")
    assert wait(lambda: thunderbird.marionette.script(NO_POPUP) is True)
    thunderbird.marionette.script('for (const w of Services.wm.getEnumerator("msgcompose")) { w.gContentChanged = false; w.close(); }')

    # the host dies between two mails, and then cannot be started: nothing is sent, and it is said
    manifest = thunderbird.home / ".mozilla" / "native-messaging-hosts" / "sendcheck.json"
    manifest.write_text(manifest.read_text().replace("sendcheck-native-host", "no-such-host"))
    subprocess.run(["pkill", "-f", "sendcheck-native-host"], check=False)
    time.sleep(1)
    thunderbird.send(to="kari.holm@nordbank.no", subject="The plan", body=BODY)
    shown = thunderbird.popup("return content.document.body.innerText")
    assert "was not checked, and not sent" in shown and "hook status thunderbird" in shown
    assert thunderbird.popup("return content.document.getElementById('send').hidden") is True
    assert len(sink.mails) == 2


def test_the_answer_never_exceeds_the_limit() -> None:
    out = io.BytesIO()
    huge = {"id": 1, "send": False, "more": 0, "findings": [{"message": "x" * 200_000} for _ in range(20)], "readers": []}
    nativehost._write(out, huge)
    assert len(out.getvalue()) <= nativehost.ANSWER + 4
    out = io.BytesIO()
    nativehost._write(out, {"id": 1, "send": False, "notices": ["x" * 2_000_000]})
    assert "too large" in json.loads(out.getvalue()[4:])["error"]
