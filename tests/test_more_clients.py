"""Real clients that were added later: s-nail, aerc in a terminal, Emacs (message-mode, notmuch, mu4e) in batch."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from sendcheck.gateways.clients import CLIENTS, client
from tests.conftest import require
from tests.sink import BODY, SENDCHECK, run, wait

RECORD = """#!/bin/sh
printf '%s\\n' "$@" > "{folder}/argv"
cat > "{folder}/mail"
"""
BAD_BODY = BODY.replace("Hi Kari", "Hi {{first_name}}")


@pytest.fixture
def mta(tmp_path: Path) -> Path:
    """A program that records what it is given."""
    program = tmp_path / "mta"
    program.write_text(RECORD.format(folder=tmp_path))
    program.chmod(0o755)
    return program


def arrived(mta: Path) -> str | None:
    path = mta.parent / "mail"
    return path.read_text() if path.exists() else None


def install(name: str, path: Path, tmp_path: Path, code: int = 0) -> str:
    done = run(SENDCHECK, "hook", "install", name, "--path", str(path), cwd=tmp_path)
    assert done.returncode == code, done
    return done.stdout + done.stderr


# -- s-nail ------------------------------------------------------------------


def test_snail(home: Path, tmp_path: Path, mta: Path) -> None:
    require(shutil.which("s-nail") is not None, "s-nail")
    rc = tmp_path / "mailrc"
    rc.write_text(f"set mta={mta}\nset mta-arguments='-oi'\n")
    kept = rc.read_text()
    assert " installed" in install("s-nail", rc, tmp_path)
    assert rc.read_text().startswith(kept)

    def send(body: str, *more: str) -> subprocess.CompletedProcess[str]:
        return run(
            "s-nail",
            "-r",
            "ola@tallmo.no",
            "-s",
            "The plan",
            "-b",
            "hidden@tallmo.no",
            *more,
            "kari.holm@nordbank.no",
            cwd=tmp_path,
            stdin=body,
            MAILRC=str(rc),
        )

    done = send(BAD_BODY)
    assert done.returncode != 0 and "{{first_name}}" in done.stderr and "message not sent" in done.stderr
    assert arrived(mta) is None
    done = send(BODY)
    assert done.returncode == 0, done
    assert BODY.strip() in (arrived(mta) or "")
    assert (tmp_path / "argv").read_text().split() == ["-oi", "-i", "-f", "ola@tallmo.no", "--", "kari.holm@nordbank.no", "hidden@tallmo.no"]
    (tmp_path / "mail").unlink()
    assert send(BODY, "-c", "per@fjord.no").returncode != 0 and arrived(mta) is None
    install("s-nail", rc, tmp_path)
    assert rc.read_text().count(">>> sendcheck") == 1
    rc.write_text(rc.read_text() + "set mta=/usr/sbin/other\n")
    assert "bypasses" in run(SENDCHECK, "hook", "status", "s-nail", "--path", str(rc), cwd=tmp_path).stdout
    rc.write_text(rc.read_text().removesuffix("set mta=/usr/sbin/other\n"))
    run(SENDCHECK, "hook", "uninstall", "s-nail", "--path", str(rc), cwd=tmp_path)
    assert rc.read_text() == kept


def test_snail_that_talks_smtp_itself_is_told_of(home: Path, tmp_path: Path) -> None:
    rc = tmp_path / "mailrc"
    rc.write_text("set v15-compat mta=smtps://ola:secret@mail.tallmo.no\n")
    told = install("s-nail", rc, tmp_path, code=2)
    assert "SMTP" in told and "msmtp" in told and "secret" not in told


# -- aerc --------------------------------------------------------------------


@pytest.fixture
def aerc(home: Path, tmp_path: Path, mta: Path) -> Path:
    for program in ("aerc", "tmux"):
        require(shutil.which(program) is not None, program)
    for folder in ("INBOX", "Sent"):
        for inner in ("cur", "new", "tmp"):
            (tmp_path / "Maildir" / folder / inner).mkdir(parents=True)
    config = home / ".config" / "aerc"
    config.mkdir(parents=True)
    editor = tmp_path / "editor"
    editor.write_text(f'#!/bin/sh\ncat "{tmp_path}/draft" > "$1"\n')
    editor.chmod(0o755)
    for name in ("aerc.conf", "binds.conf"):
        text = Path("/usr/share/aerc", name).read_text()
        (config / name).write_text(text.replace("#editor=", f"editor={editor}"))
    accounts = config / "accounts.conf"
    accounts.write_text(
        f"[work]\nsource = maildir://{tmp_path}/Maildir\noutgoing = {mta} -oi\nfrom = Ola Nordmann <ola@tallmo.no>\ncopy-to = Sent\n\n"
        "[private]\nsource = maildir:///nowhere\noutgoing = smtps://ola@mail.example\nfrom = Ola <ola@fjord.no>\n"
    )
    accounts.chmod(0o600)
    return accounts


def in_aerc(home: Path, tmp_path: Path, body: str) -> str:
    """Write and send a mail in aerc, as fingers would; what its screen shows afterwards."""
    (tmp_path / "draft").write_text(body)
    tmux = ["tmux", "-S", str(tmp_path / "tmux")]
    environ = {**os.environ, "HOME": str(home), "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
    environ.pop("TMUX", None)

    def key(*keys: str) -> None:
        subprocess.run([*tmux, "send-keys", *keys], env=environ, check=True)

    def screen() -> str:
        return subprocess.run([*tmux, "capture-pane", "-p"], env=environ, capture_output=True, text=True, check=False).stdout

    subprocess.run([*tmux, "new-session", "-d", "-x", "120", "-y", "40", "aerc"], env=environ, check=True)
    try:
        assert wait(lambda: "work" in screen() and "Sent" in screen()), screen()
        key(":compose -H 'To: kari.holm@nordbank.no' -H 'Subject: The plan'", "Enter")
        assert wait(lambda: "Send this email?" in screen()), screen()
        key("y")
        if wait(lambda: "Message sent." in screen(), 6):
            return screen()
        for _ in range(20):  # aerc draws what came of it with the next key, and “Message sent.” for some seconds only
            key("j")
            time.sleep(1)
            shown = screen()
            if "Send this email?" in shown or "Message sent." in shown:
                break
        return shown
    finally:
        subprocess.run([*tmux, "kill-server"], env=environ, check=False)


def test_aerc(home: Path, tmp_path: Path, mta: Path, aerc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = aerc.read_text()
    runtime = tmp_path / "rt"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    told = install("aerc", aerc, tmp_path)
    assert " installed" in told and "private" in told and "hook last" in told
    assert aerc.stat().st_mode & 0o777 == 0o600
    screen = in_aerc(home, tmp_path, BAD_BODY)
    assert "Send this email?" in screen, "the draft is back"
    assert arrived(mta) is None
    assert "{{first_name}}" in run(SENDCHECK, "hook", "last", cwd=tmp_path).stdout
    screen = in_aerc(home, tmp_path, BODY)
    assert "Message sent." in screen, screen
    assert "The plan is ready." in (arrived(mta) or "")
    assert (tmp_path / "argv").read_text().split() == ["-oi", "kari.holm@nordbank.no"]
    install("aerc", aerc, tmp_path)
    assert aerc.read_text().count(">>> sendcheck") == 1
    run(SENDCHECK, "hook", "uninstall", "aerc", "--path", str(aerc), cwd=tmp_path)
    assert aerc.read_text() == kept


def test_aerc_that_only_talks_smtp_is_told_of(home: Path, tmp_path: Path) -> None:
    accounts = tmp_path / "accounts.conf"
    accounts.write_text("[work]\noutgoing = smtps://ola@mail.example\n")
    assert "work" in install("aerc", accounts, tmp_path, code=2)
    assert "make an account" in install("aerc", tmp_path / "none.conf", tmp_path, code=2)


# -- Emacs -------------------------------------------------------------------

SETUP = """(setq user-full-name "Ola Nordmann" user-mail-address "ola@tallmo.no" mail-host-address "tallmo.no" sendmail-program {mta}
  message-send-mail-function 'message-send-mail-with-sendmail message-interactive t notmuch-fcc-dirs nil
  mu4e-sent-folder "/sent" mu4e-drafts-folder "/drafts" mu4e-trash-folder "/trash")
"""
COMPOSE = """(message-goto-to) (insert "Kari Holm <kari.holm@nordbank.no>") (message-goto-subject) (insert "The plan") (message-goto-body) (insert {body})"""
MU4E = """
(require 'mu4e) (mu4e t)
(let ((n 0)) (while (and (< n 200) (not (ignore-errors (mu4e-root-maildir)))) (accept-process-output nil 0.1) (setq n (1+ n))))
(mu4e-compose-new)
(let ((n 0)) (while (and (< n 200) (not (eq major-mode 'mu4e-compose-mode))) (accept-process-output nil 0.1) (setq n (1+ n))
  (dolist (b (buffer-list)) (when (eq (buffer-local-value 'major-mode b) 'mu4e-compose-mode) (set-buffer b)))))
"""
BEGIN = {"message": "(message-mail)", "notmuch": "(require 'notmuch) (notmuch-mua-mail)", "mu4e": MU4E}
SEND = {"message": "(message-send)", "notmuch": "(notmuch-mua-send)", "mu4e": "(message-send)"}


def lisp(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def in_emacs(home: Path, tmp_path: Path, mta: Path, mode: str, body: str, send: str = "", before: str = "") -> subprocess.CompletedProcess[str]:
    """Write and send a mail in Emacs; an error is printed with STOPPED before it."""
    code = f'(condition-case e (progn {BEGIN[mode]} {COMPOSE.format(body=lisp(body))} {before} {send or SEND[mode]} (message "SENT")) (error (message "STOPPED %S" e)))'
    script = tmp_path / "send.el"
    script.write_text(SETUP.format(mta=lisp(str(mta))) + code + "\n")
    (tmp_path / "mail").unlink(missing_ok=True)
    return run("emacs", "--batch", "-l", str(home / ".emacs.d" / "init.el"), "-l", str(script), cwd=tmp_path)


@pytest.fixture
def emacs(home: Path, tmp_path: Path) -> Path:
    require(shutil.which("emacs") is not None, "Emacs")
    init = home / ".emacs.d" / "init.el"
    init.parent.mkdir()
    init.write_text('(setq my-own "kept")\n')
    done = run(SENDCHECK, "hook", "install", "emacs", cwd=tmp_path)
    assert " installed" in done.stdout, done
    return init


def has(library: str) -> bool:
    return subprocess.run(["emacs", "--batch", "--eval", f"(require '{library})"], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("mode", sorted(BEGIN))
def test_emacs(mode: str, home: Path, tmp_path: Path, mta: Path, emacs: Path) -> None:
    require(has(mode), f"{mode} in Emacs")
    if mode == "mu4e":
        for folder in ("", "sent", "drafts", "trash"):
            for inner in ("cur", "new", "tmp"):
                (tmp_path / "Maildir" / folder / inner).mkdir(parents=True)
        run("mu", "init", f"--maildir={tmp_path}/Maildir", "--my-address=ola@tallmo.no", cwd=tmp_path)
        run("mu", "index", cwd=tmp_path)
    done = in_emacs(home, tmp_path, mta, mode, BAD_BODY)
    assert "STOPPED" in done.stderr and "{{first_name}}" in done.stderr, done.stderr
    assert arrived(mta) is None
    done = in_emacs(home, tmp_path, mta, mode, BODY.replace("plan", "plån"))
    assert "SENT" in done.stderr, done.stderr
    assert "pl=C3=A5n" in (arrived(mta) or "") or "plån" in (arrived(mta) or "")


def test_emacs_sees_bcc_and_files_and_never_signs(home: Path, tmp_path: Path, mta: Path, emacs: Path) -> None:
    (tmp_path / "run.exe").write_bytes(b"MZ")
    more = f'(message-goto-bcc) (insert "spy@rival.no") (message-goto-body) (insert "<#secure method=pgpmime mode=signencrypt>\\n") (mml-attach-file {lisp(str(tmp_path / "run.exe"))})'
    done = in_emacs(home, tmp_path, mta, "message", BAD_BODY, before=more)
    assert "spy@rival.no (bcc)" in done.stderr and "attachment-suspect" in done.stderr and "{{first_name}}" in done.stderr


def test_emacs_asks_for_a_reason(home: Path, tmp_path: Path, mta: Path, emacs: Path) -> None:
    def sent(reason: str) -> str:
        send = f"(require 'cl-lib) (cl-letf (((symbol-function 'read-string) (lambda (&rest _) {lisp(reason)}))) (let ((noninteractive nil)) (sendcheck-before-send)) (remove-hook 'message-send-hook #'sendcheck-before-send) (message-send))"
        return in_emacs(home, tmp_path, mta, "message", BAD_BODY, send=send).stderr

    assert "STOPPED" in sent("") and arrived(mta) is None
    assert "SENT" in sent("it is a form") and arrived(mta) is not None
    log = home / ".local" / "state" / "sendcheck" / "overrides.jsonl"
    assert json.loads(log.read_text())["reason"] == "it is a form"
    policy = tmp_path / "policy.toml"
    policy.write_text("locked = ['rules.placeholder-left']\n[rules]\nplaceholder-left = 'error'\n")
    os.environ["SENDCHECK_POLICY"] = str(policy)
    try:
        assert "policy does not let placeholder-left be overridden" in sent("it is a form")
    finally:
        del os.environ["SENDCHECK_POLICY"]
    assert arrived(mta) is None


def test_emacs_without_sendcheck_sends_nothing(home: Path, tmp_path: Path, mta: Path, emacs: Path) -> None:
    emacs.write_text(emacs.read_text().replace(f'("{SENDCHECK}")', '("/nowhere/sendcheck")'))
    done = in_emacs(home, tmp_path, mta, "message", BODY)
    assert "STOPPED" in done.stderr and "could not be run" in done.stderr and arrived(mta) is None
    run(SENDCHECK, "hook", "uninstall", "emacs", cwd=tmp_path)
    assert emacs.read_text() == '(setq my-own "kept")\n'


# -- all of them -------------------------------------------------------------


def test_status_knows_every_client(home: Path, tmp_path: Path) -> None:
    done = run(SENDCHECK, "hook", "status", cwd=tmp_path)
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == list(CLIENTS)
    for name in CLIENTS:
        assert client(name).name == name
    assert (
        "did you mean" in run(SENDCHECK, "hook", "install", "claws", cwd=tmp_path).stderr
        or "is not one of" in run(SENDCHECK, "hook", "install", "claws", cwd=tmp_path).stderr
    )
