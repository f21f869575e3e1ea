"""The mail that is answered, looked up in the user's mail store through an index."""

from __future__ import annotations

import json
import mailbox
import os
import shutil
import sqlite3
import time
from email.message import EmailMessage
from pathlib import Path

import pytest

from sendcheck.errors import InputError
from sendcheck.mailstore import MailStore
from sendcheck.mailstore import scan as scanning
from sendcheck.mailstore.ids import ids
from tests.conftest import Run

QUESTION = "When will the app be back?"


def mail(name: str, *, answers: str = "", references: str = "", text: str = QUESTION, subject: str = "The app", **headers: str) -> bytes:
    message = EmailMessage()
    message["From"] = headers.pop("From", "Kari Holm <kari.holm@nordbank.no>")
    message["To"] = headers.pop("To", "Ola Nordmann <ola@tallmo.no>")
    message["Subject"] = subject
    message["Date"] = "Mon, 04 May 2026 10:12:00 +0200"
    message["Message-ID"] = f"<{name}>"
    if answers:
        message["In-Reply-To"] = f"<{answers}>"
    if references:
        message["References"] = " ".join(f"<{r}>" for r in references.split())
    for key, value in headers.items():
        message[key] = value
    message.set_content(f"Hi {'Ola' if 'Ola' in message['To'] else 'Kari'},\n\n{text}\n")
    return message.as_bytes()


def reply(answers: str = "", references: str = "") -> bytes:
    extra = {"From": "Ola Nordmann <ola@tallmo.no>", "To": "Kari Holm <kari.holm@nordbank.no>"}
    return mail("reply@tallmo.no", answers=answers, references=references, text="The cause was an update.", subject="Re: The app", **extra)


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    box = mailbox.Maildir(str(tmp_path / "Maildir"))
    for number in range(5):
        box.add(mail(f"{number}@nordbank.no", answers=f"{number - 1}@nordbank.no" if number else ""))
    sent = mailbox.Maildir(str(tmp_path / "Maildir" / ".Sent"))
    sent.add(mail("sent@tallmo.no"))
    return tmp_path / "Maildir"


def store(path: Path, tmp_path: Path, **more: float) -> MailStore:
    return MailStore(path, tmp_path / "cache", **more)  # type: ignore[arg-type]


def test_a_maildir_with_its_hidden_folders(maildir: Path, tmp_path: Path) -> None:
    found = store(maildir, tmp_path).thread(reply(answers="4@nordbank.no"))
    assert found.parent is not None and found.parent[0].startswith(str(maildir)) and b"<4@nordbank.no>" in found.parent[1]
    assert [ids(raw).own for _name, raw in found.earlier] == [b"<3@nordbank.no>", b"<2@nordbank.no>", b"<1@nordbank.no>", b"<0@nordbank.no>"]
    assert store(maildir, tmp_path).thread(reply(answers="sent@tallmo.no")).parent is not None


def test_references_where_in_reply_to_is_missing(maildir: Path, tmp_path: Path) -> None:
    found = store(maildir, tmp_path).thread(reply(references="1@nordbank.no 2@nordbank.no"))
    assert found.parent is not None and b"<2@nordbank.no>" in found.parent[1]


def test_an_mbox_tells_the_number_and_grows(tmp_path: Path) -> None:
    path = tmp_path / "inbox"
    box = mailbox.mbox(str(path))
    box.add(mail("1@nordbank.no"))
    box.add(mail("2@nordbank.no"))
    box.flush()
    found = store(path, tmp_path).thread(reply(answers="2@nordbank.no"))
    assert found.parent is not None and found.parent[0] == f"{path}#2"
    box.add(mail("3@nordbank.no"))
    box.flush()
    box.close()
    found = store(path, tmp_path).thread(reply(answers="3@nordbank.no"))
    assert found.parent is not None and found.parent[0] == f"{path}#3"
    assert b"<3@nordbank.no>" in found.parent[1]


def test_an_mbox_that_was_written_anew(tmp_path: Path) -> None:
    path = tmp_path / "inbox"
    path.write_bytes(b"From a Mon May  4 10:12:00 2026\n" + mail("1@nordbank.no") + b"\nFrom a Mon May  4 10:12:00 2026\n" + mail("2@nordbank.no"))
    assert store(path, tmp_path).thread(reply(answers="2@nordbank.no")).parent is not None
    path.write_bytes(b"From a Mon May  4 10:12:00 2026\n" + mail("2@nordbank.no", text="x" * 4000) + b"\n")
    found = store(path, tmp_path).thread(reply(answers="2@nordbank.no"))
    assert found.parent is not None and found.parent[0] == f"{path}#1"
    assert store(path, tmp_path).thread(reply(answers="1@nordbank.no")).parent is None


def test_a_tree_of_plain_files(tmp_path: Path) -> None:
    folder = tmp_path / "mail" / "2026" / "05"
    folder.mkdir(parents=True)
    (folder / "17").write_bytes(mail("17@nordbank.no"))
    (folder / "notes.txt").write_text("no mail: just notes\n")
    (tmp_path / "mail" / ".notmuch").mkdir()
    (tmp_path / "mail" / ".notmuch" / "x").write_bytes(mail("hidden@nordbank.no"))
    searched = store(tmp_path / "mail", tmp_path)
    assert searched.thread(reply(answers="17@nordbank.no")).parent is not None
    assert searched.thread(reply(answers="hidden@nordbank.no")).parent is None


def test_nothing_is_read_twice(maildir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second run opens the mails of the thread and no other, and a renamed mail is not read again."""
    past = time.time() - 60
    for folder in (maildir, *maildir.rglob("*")):
        if folder.is_dir():
            os.utime(folder, (past, past))
    assert store(maildir, tmp_path).thread(reply(answers="4@nordbank.no")).parent is not None
    opened: list[str] = []
    real = scanning.mails
    monkeypatch.setattr(scanning, "mails", lambda path, begin=0: opened.append(path) or real(path, begin))
    assert store(maildir, tmp_path).thread(reply(answers="3@nordbank.no")).parent is not None
    assert store(maildir, tmp_path).thread(reply(answers="nowhere@nordbank.no")).parent is None
    assert opened == []
    seen = next(p for p in (maildir / "new").iterdir() if b"<4@nordbank.no>" in p.read_bytes())
    shutil.move(seen, maildir / "cur" / f"{seen.name}:2,S")
    found = store(maildir, tmp_path).thread(reply(answers="4@nordbank.no"))
    assert found.parent is not None and found.parent[0].endswith(":2,S")
    assert opened == []


def test_a_deleted_mail_is_forgotten(maildir: Path, tmp_path: Path) -> None:
    assert store(maildir, tmp_path).thread(reply(answers="4@nordbank.no")).parent is not None
    next(p for p in (maildir / "new").iterdir() if b"<4@nordbank.no>" in p.read_bytes()).unlink()
    found = store(maildir, tmp_path).thread(reply(answers="4@nordbank.no"))
    assert found.parent is None and "is not in" in found.why


def test_circles_and_self_reference_end(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    folder.mkdir()
    for name, other in (("a@x.no", "b@x.no"), ("b@x.no", "c@x.no"), ("c@x.no", "a@x.no")):
        (folder / f"{name}.eml").write_bytes(mail(name, answers=other, references="a@x.no b@x.no c@x.no"))
    found = store(folder, tmp_path).thread(reply(answers="a@x.no", references="reply@tallmo.no a@x.no"))
    assert found.parent is not None and len(found.earlier) == 2
    assert store(folder, tmp_path).thread(reply(answers="reply@tallmo.no")).parent is None


def test_an_index_that_is_broken_or_cannot_be_written(maildir: Path, tmp_path: Path) -> None:
    assert store(maildir, tmp_path).thread(reply(answers="4@nordbank.no")).parent is not None
    for file in (tmp_path / "cache").rglob("*.sqlite"):
        assert oct(file.stat().st_mode)[-3:] == "600"
        file.write_bytes(b"this is no database, but it was one once" * 100)
    assert store(maildir, tmp_path).thread(reply(answers="4@nordbank.no")).parent is not None
    (tmp_path / "file").write_text("in the way")
    assert MailStore(maildir, tmp_path / "file").thread(reply(answers="4@nordbank.no")).parent is not None


def test_the_index_keeps_no_identifiers(maildir: Path, tmp_path: Path) -> None:
    store(maildir, tmp_path).thread(reply(answers="4@nordbank.no"))
    for file in (tmp_path / "cache").rglob("*.sqlite*"):
        assert b"nordbank" not in file.read_bytes()


def test_a_limit_of_time_keeps_what_was_read(maildir: Path, tmp_path: Path) -> None:
    found = store(maildir, tmp_path, seconds=-1.0).thread(reply(answers="4@nordbank.no"))
    assert found.parent is None and "so far" in found.why
    assert store(maildir, tmp_path).thread(reply(answers="4@nordbank.no")).parent is not None


def test_another_process_at_the_index_costs_nothing_but_news(maildir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sendcheck.mailstore.index._WAIT", 0.1)
    store(maildir, tmp_path).refresh()
    held = sqlite3.connect(next((tmp_path / "cache").rglob("*.sqlite")))
    held.execute("BEGIN EXCLUSIVE")
    mailbox.Maildir(str(maildir)).add(mail("new@nordbank.no"))
    assert store(maildir, tmp_path).thread(reply(answers="4@nordbank.no")).parent is not None
    assert store(maildir, tmp_path).thread(reply(answers="new@nordbank.no")).parent is None
    held.rollback()
    held.close()
    assert store(maildir, tmp_path).thread(reply(answers="new@nordbank.no")).parent is not None


def test_no_store(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such mail store"):
        store(tmp_path / "nowhere", tmp_path)


def test_ids_of_odd_headers() -> None:
    assert ids(b"").own is None
    assert ids(b"From x Mon\nMessage-ID:\r\n <a@b>\r\nIn-Reply-To: your mail of Monday <c@d>\n\nIn-Reply-To: <no@header>\n") == ids(
        b"Message-ID: <a@b>\nIn-Reply-To: <c@d>\n\n"
    )
    many = b"References: " + b"\n ".join(b"<%d@x>" % i for i in range(5000)) + b"\n\n"
    assert ids(many).replies_to == (b"<4999@x>",)


# -- as the command shows it --------------------------------------------------------------------


def test_the_report_says_which_mail_it_used(sendcheck: Run, maildir: Path, tmp_path: Path) -> None:
    draft = tmp_path / "reply.eml"
    draft.write_bytes(reply(answers="4@nordbank.no"))
    done = sendcheck("check", draft, "--mailstore", maildir, XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert "found in the mail store" in done.stdout and QUESTION in done.stdout
    data = json.loads(sendcheck("check", draft, "--mailstore", maildir, "--format", "json", XDG_CACHE_HOME=str(tmp_path / "cache")).stdout)["mails"][0]
    assert data["parent"]["id"] == "<4@nordbank.no>" and data["parent"]["source"].startswith(str(maildir))
    draft.write_bytes(reply(answers="nowhere@nordbank.no"))
    done = sendcheck("check", draft, "--mailstore", maildir, XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert done.returncode == 0 and "was not found" in done.stdout and "(6 mails)" in done.stdout
    done = sendcheck("check", draft, "--mailstore", maildir, "--select", "question-unanswered", XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert done.returncode == 3


def test_a_configured_store_serves_the_command_too(sendcheck: Run, maildir: Path, tmp_path: Path) -> None:
    draft, config = tmp_path / "reply.eml", tmp_path / "c.toml"
    draft.write_bytes(reply(answers="4@nordbank.no"))
    config.write_text(f'mailstore = "{maildir}"\n')
    assert "found in the mail store" in sendcheck("check", draft, "--config", config, XDG_CACHE_HOME=str(tmp_path / "cache")).stdout
    assert sendcheck("check", draft, "--mailstore", tmp_path / "nowhere").returncode == 2


def test_a_parent_of_another_conversation_is_told(sendcheck: Run, tmp_path: Path) -> None:
    draft, other = tmp_path / "reply.eml", tmp_path / "other.eml"
    draft.write_bytes(reply(answers="4@nordbank.no"))
    other.write_bytes(mail("9@else.no", subject="Your holiday", From="Per Vik <per@else.no>", To="Anne <anne@else.no>"))
    done = sendcheck("check", draft, "--parent", other)
    assert "may belong to another conversation" in done.stderr
    assert "<4@nordbank.no>" in done.stderr and "subjects differ" in done.stderr and "nobody who was on it" in done.stderr
    other.write_bytes(mail("4@nordbank.no", subject="Another subject"))
    assert sendcheck("check", draft, "--parent", other).stderr == ""


def test_a_parent_that_cannot_be_read_is_told(sendcheck: Run, tmp_path: Path) -> None:
    draft, parent = tmp_path / "reply.eml", tmp_path / "parent.eml"
    draft.write_bytes(reply(answers="4@nordbank.no"))
    parent.write_bytes(
        b"Content-Type: multipart/encrypted; boundary=x\nMessage-ID: <4@nordbank.no>\nFrom: kari.holm@nordbank.no\nTo: ola@tallmo.no\n\n--x\n\nv\n--x--\n"
    )
    done = sendcheck("check", draft, "--parent", parent, "--explain-answers")
    assert "it is encrypted" in done.stdout and "Traceback" not in done.stdout + done.stderr
    assert sendcheck("check", draft, "--parent", parent, "--select", "question-unanswered").returncode == 3
    parent.write_bytes(b"\x00\x01\x02" * 40)
    done = sendcheck("check", draft, "--parent", parent)
    assert done.returncode == 2 and done.stderr.count("\n") == 1


def test_a_parent_in_a_third_language(sendcheck: Run, tmp_path: Path) -> None:
    draft, parent = tmp_path / "reply.eml", tmp_path / "parent.eml"
    text = "Wann wird die Anwendung wieder laufen? Wir warten hier seit heute Morgen darauf und können nicht mit unserer Arbeit beginnen."
    parent.write_bytes(mail("4@nordbank.no", text=text))
    draft.write_bytes(
        reply(answers="4@nordbank.no").replace(b"The cause was an update.", b"The cause was an update that we installed on the server during the night.")
    )
    done = sendcheck("check", draft, "--parent", parent, "--explain-answers")
    assert "language-mismatch" in done.stdout and "another language" in done.stdout
    assert "question-unanswered" not in done.stdout
