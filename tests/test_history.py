"""The history file: built in batches, safe under kills, two writers and full disks, and in its owner's hands."""

from __future__ import annotations

import json
import mailbox
import os
import pty
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from email.utils import formatdate
from pathlib import Path

import pytest

from sendcheck.history import keeping, learn, store
from sendcheck.history.learn import Learner
from sendcheck.history.memory import remember, remembered
from sendcheck.history.owner import is_sent_folder
from sendcheck.history.schema import APPLICATION, STEPS, VERSION
from sendcheck.history.signs import Past, Scene, signs
from sendcheck.history.store import HistoryError, open_reading, open_writing
from sendcheck.history.terms import packed, terms, unpacked
from sendcheck.history.trees import shipped
from sendcheck.history.view import HistoryFile
from sendcheck.reading.sources import expand
from sendcheck.understanding.acquaintance import Draft
from tests.conftest import Run

ME = "ola@tallmo.no"
DAY = 1_300_000_000


def mail(
    number: int, to: str = "Kari Holm <kari.holm@nordbank.no>", *, sender: str = f"Ola Nordmann <{ME}>", text: str = "The loan is ready.", **more: str
) -> bytes:
    fields = {"From": sender, "To": to, "Subject": "The plan", "Date": formatdate(DAY + 86_400 * number), "Message-ID": f"<{number}@tallmo.no>", **more}
    head = "".join(f"{name}: {value}\n" for name, value in fields.items() if value)
    return f"{head}\n{text} {number}\n".encode()


def mbox(path: Path, mails: list[bytes]) -> Path:
    lines = [f"From {ME} {time.asctime(time.gmtime(DAY))}\n".encode() + raw for raw in mails]
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


def learnt(path: Path, mails: list[bytes], *mine: str) -> Path:
    with Learner(path, mine or (ME,)) as learner:
        learner.take_as_mine(mine or (ME,))
        learner.add(mails)
    return path


def dump(path: Path) -> dict[str, object]:
    return keeping.export(path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "history.sqlite"


# -- learning -----------------------------------------------------------------------


def test_only_sent_mail_is_learnt_each_once(sendcheck: Run, tmp_path: Path, file: Path) -> None:
    box = mailbox.Maildir(str(tmp_path / "Maildir"))
    box.add(mail(1, to=ME, sender="Kari Holm <kari.holm@nordbank.no>"))
    sent = mailbox.Maildir(str(tmp_path / "Maildir" / ".Sent"))
    for number in (2, 3, 3):
        sent.add(mail(number, cc="Per Vik <per@vik.no>"))
    sent.add(mail(4, to=ME))
    done = sendcheck("learn", tmp_path / "Maildir", "--history", file)
    assert done.returncode == 0, done.stderr
    assert f"taking mail from {ME}" in done.stderr
    for line in ("learnt 2 mails", "1 copies of mails learnt already", f"1 not from you ({ME})", "1 to nobody but yourself"):
        assert line in done.stdout
    found = dump(file)
    assert [p["address"] for p in found["people"]] == ["kari.holm@nordbank.no", "per@vik.no"]  # type: ignore[index, union-attr]
    assert file.stat().st_mode & 0o777 == 0o600
    again = sendcheck("learn", tmp_path / "Maildir", "--history", file)
    assert "learnt 0 mails" in again.stdout and "5 in files that did not change" in again.stdout
    assert dump(file) == found


def test_folders_mboxes_and_a_growing_mbox(sendcheck: Run, tmp_path: Path, file: Path) -> None:
    folder = tmp_path / "mails"
    folder.mkdir()
    (folder / "a.eml").write_bytes(mail(1))
    box = mbox(tmp_path / "sent.mbox", [mail(2), mail(3)])
    assert "learnt 3 mails" in sendcheck("learn", folder, box, "--me", ME, "--history", file).stdout
    mbox(box, [mail(2), mail(3), mail(4)])
    done = sendcheck("learn", folder, box, "--history", file)
    assert "learnt 1 mail into" in done.stdout and "3 in files that did not change" in done.stdout
    mbox(box, [mail(9), mail(3), mail(4)])
    assert "learnt 1 mail into" in sendcheck("learn", box, "--history", file).stdout, "another mail where one stood is read"


def test_a_copy_without_its_message_id_is_no_second_mail(file: Path) -> None:
    learnt(file, [mail(1), mail(1, **{"Message-ID": "<other@tallmo.no>"}), mail(1, **{"Message-ID": ""})])
    assert keeping.overview(file).mails == 1  # type: ignore[union-attr]


def test_whose_mail_it_is(sendcheck: Run, tmp_path: Path, file: Path) -> None:
    box = mbox(tmp_path / "all.mbox", [mail(n, sender=f"p{n}@nordbank.no") for n in range(5)])
    done = sendcheck("learn", box, "--history", file)
    assert done.returncode == 2 and "--me ADDRESS" in done.stderr
    assert "learnt 1 mail" in sendcheck("learn", box, "--history", file, "--me", "P3@nordbank.no").stdout
    assert "learnt 1 mail" in sendcheck("learn", box, "--history", file, "--me", "p4@nordbank.no").stdout, "files are looked at anew for another address"
    assert sendcheck("learn", box, "--me", "nobody").returncode == 2
    assert "not standard input" in sendcheck("learn", "-", "--me", ME, stdin=mail(1)).stderr
    assert "no such file" in sendcheck("learn", tmp_path / "nowhere", "--me", ME).stderr
    assert "no such file" in sendcheck("learn", tmp_path / "nowhere").stderr
    for name in ("Sent", ".Sent", "INBOX.Sent", "Sent Items", "_sent_mail", "Sendte elementer", "[Gmail]/Sendt e-post"):
        assert is_sent_folder(name), name
    for name in ("Inbox", "Presentations", "Absent", "consent"):
        assert not is_sent_folder(name), name


def test_mails_without_date_or_from_are_named(sendcheck: Run, tmp_path: Path, file: Path) -> None:
    folder = tmp_path / "mails"
    folder.mkdir()
    (folder / "dateless.eml").write_bytes(mail(1, Date=""))
    (folder / "fromless.eml").write_bytes(mail(2, sender=""))
    (folder / "odd.eml").write_bytes(mail(3, Date="yesterday, I think"))
    (folder / "fine.eml").write_bytes(mail(4))
    (folder / "empty.eml").write_bytes(b"")
    done = sendcheck("learn", folder, "--me", ME, "--history", file)
    assert done.returncode == 2, "what could not be read is no silent pass"
    assert "learnt 3 mails" in done.stdout
    assert "1 mail without a From that can be read" in done.stderr and "fromless.eml" in done.stderr
    assert "2 mails without a Date that can be read" in done.stderr and "dateless.eml" in done.stderr
    assert "empty.eml is empty" in done.stderr
    assert [m["date"] for m in dump(file)["mails"]][:2] == [None, None]  # type: ignore[index, union-attr]


def test_a_clock_that_runs_ahead_makes_nobody_a_friend_for_years(file: Path) -> None:
    learnt(file, [mail(1, Date="Mon, 4 May 2099 10:00:00 +0000")])
    assert keeping.overview(file).last < time.time() + 2 * 86_400  # type: ignore[union-attr, operator]


def test_nothing_readable_of_a_text_is_kept(file: Path) -> None:
    learnt(file, [mail(1, text="The merger with Vestfrakt closes in secret."), mail(2, Subject="Zanzibar")])
    for path in file.parent.iterdir():
        data = path.read_bytes().lower()
        assert not any(word in data for word in (b"merger", b"vestfrakt", b"secret", b"zanzibar", b"@tallmo.no>"))


def test_words_become_numbers_under_a_key_of_ones_own() -> None:
    one, other = terms("The loan", "of the building", b"a" * 16), terms("The loan", "of the building", b"b" * 16)
    assert len(one) == 2 and set(one) != set(other), "content words only"
    assert terms("", "bygningen og lånet", b"a" * 16) == terms("lånet", "Bygningen", b"a" * 16)
    assert list(unpacked(packed(one))) == list(one) and list(unpacked(None)) == []


# -- a kill, two writers, old versions ----------------------------------------------


def test_a_kill_loses_nothing_and_doubles_nothing(tmp_path: Path, file: Path, home: Path) -> None:
    everyone = [f"p{n % 40}@firm{n % 7}.no" for n in range(4_000)]
    box = mbox(tmp_path / "sent.mbox", [mail(n, to=f"{to}, per@vik.no") for n, to in enumerate(everyone)])
    command = [sys.executable, "-P", "-m", "sendcheck", "learn", str(box), "--me", ME, "--history", str(file)]
    kills = 0
    for _ in range(3):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        deadline, before = time.monotonic() + 30, _count(file)
        while time.monotonic() < deadline and process.poll() is None and _count(file) <= before:
            time.sleep(0.01)
        kills += process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert sqlite3.connect(file).execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert kills and 0 < _count(file) < 4_000
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert f"learnt {4_000 - int(done.stdout.split('in files that did')[0].split()[-1].replace(',', '')):,} mails" in done.stdout
    whole = learnt(tmp_path / "whole.sqlite", [mail(n, to=f"{to}, per@vik.no") for n, to in enumerate(everyone)])
    assert _plain(file) == _plain(whole)


def _count(path: Path) -> int:
    try:
        return int(sqlite3.connect(f"file:{path}?mode=ro", uri=True).execute("SELECT COUNT(*) FROM mail").fetchone()[0])
    except sqlite3.Error:
        return 0


def _plain(path: Path) -> object:
    """All that is kept, without what the history's own key makes different."""
    found = dump(path)
    for one in found["mails"]:  # type: ignore[attr-defined]
        del one["thread"]
    words = sorted(row[0] for row in sqlite3.connect(path).execute("SELECT mails FROM term"))
    return found, words


def test_two_writers_at_once(tmp_path: Path, file: Path, home: Path) -> None:
    boxes = [mbox(tmp_path / f"{name}.mbox", [mail(n) for n in numbers]) for name, numbers in (("a", range(900)), ("b", range(600, 1_500)))]
    base = [sys.executable, "-P", "-m", "sendcheck", "learn", "--me", ME, "--history", str(file)]
    writers = [subprocess.Popen([*base, str(box)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for box in boxes]
    for writer in writers:
        _out, error = writer.communicate(timeout=60)
        assert writer.returncode == 0, error
    assert keeping.overview(file).mails == 1_500  # type: ignore[union-attr]
    assert _plain(file) == _plain(learnt(tmp_path / "one.sqlite", [mail(n) for n in range(1_500)]))


def test_an_older_version_is_brought_up_and_keeps_its_mails(file: Path) -> None:
    learnt(file, [mail(1)])
    db = sqlite3.connect(file)
    db.executescript("DROP TABLE allowed; PRAGMA user_version = 1;")  # as version 1 left it
    db.close()
    assert HistoryFile(file).mails == 1, "a check brings it up, too"
    assert sqlite3.connect(file).execute("PRAGMA user_version").fetchone() == (VERSION,)
    assert remember(file, "cc-leak", [("a@b.no", "c@d.no")], "both agreed") == 1
    assert len(STEPS) == VERSION


# -- what cannot be used is told, and left as it is ----------------------------------


def _corrupt(path: Path) -> None:
    learnt(path, [mail(n) for n in range(300)])
    data = bytearray(path.read_bytes())
    data[4_096:40_960] = os.urandom(36_864)
    path.write_bytes(bytes(data))


def _foreign(path: Path) -> None:
    db = sqlite3.connect(path)
    db.executescript("CREATE TABLE bookmarks (url TEXT); INSERT INTO bookmarks VALUES ('x');")
    db.close()


def _newer(path: Path) -> None:
    learnt(path, [mail(1)])
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 99")
    db.close()


def _text(path: Path) -> None:
    path.write_text("Kari Holm\n" * 500)


BROKEN = [(_text, "damaged"), (_corrupt, "damaged"), (_foreign, "of another program"), (_newer, "made by a newer sendcheck")]


@pytest.mark.parametrize(("breaks", "says"), BROKEN, ids=lambda v: getattr(v, "__name__", v))
def test_a_history_that_cannot_be_used(breaks: object, says: str, sendcheck: Run, file: Path, tmp_path: Path) -> None:
    breaks(file)  # type: ignore[operator]
    before = file.read_bytes()
    for command in (["history"], ["learn", mbox(tmp_path / "s.mbox", [mail(1)]), "--me", ME], ["history", "export"]):
        done = sendcheck(*command, "--history", file)
        assert done.returncode == 2 and says in done.stderr and "Traceback" not in done.stderr, done.stderr
    config = tmp_path / "c.toml"
    config.write_text(f'history = "{file}"\n')
    (tmp_path / "m.eml").write_bytes(mail(1))
    done = sendcheck("check", tmp_path / "m.eml", "--config", config)
    assert done.returncode == 3, done.stdout
    assert "not fully checked" in done.stdout and says in " ".join(done.stdout.split())
    assert file.read_bytes() == before, "it was left as it is"


def test_a_named_history_that_is_not_there(sendcheck: Run, tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    config.write_text(f'history = "{tmp_path / "none.sqlite"}"\n')
    (tmp_path / "m.eml").write_bytes(mail(1))
    done = sendcheck("check", tmp_path / "m.eml", "--config", config)
    assert done.returncode == 3 and "there is no history at" in done.stdout
    config.write_text('history = "off"\n')
    assert sendcheck("check", tmp_path / "m.eml", "--config", config).returncode == 0
    assert "switched off" in sendcheck("history", "--config", config).stderr


def test_none_yet_is_no_fault_but_is_told(sendcheck: Run, tmp_path: Path) -> None:
    (tmp_path / "m.eml").write_bytes(mail(1))
    done = sendcheck("check", tmp_path / "m.eml", "--show", "note")
    assert done.returncode == 0 and "recipient-unusual: there is no history of your sent mail" in done.stdout
    assert sendcheck("check", tmp_path / "m.eml", "--select", "recipient-unusual").returncode == 3
    assert "sendcheck learn makes one" in sendcheck("history").stderr


def test_a_full_disk(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    learnt(file, [mail(n) for n in range(50)])
    with Learner(file, [ME]) as learner:
        pages = learner._db.execute("PRAGMA page_count").fetchone()[0]
        learner._db.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(HistoryError, match="is full: what was learnt before is safe"):
            learner.add([mail(n, to=f"p{n}@firm.no") for n in range(50, 2_000)])
    assert 50 <= _count(file) < 2_000
    learnt(file, [mail(n, to=f"p{n}@firm.no" if n >= 50 else "Kari Holm <kari.holm@nordbank.no>") for n in range(2_000)])
    assert _count(file) == 2_000


def test_a_locked_history(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    learnt(file, [mail(1)])
    monkeypatch.setattr(store, "WRITER_WAITS", 0.2)
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(HistoryError, match="locked by another program"):
        learnt(file, [mail(2)])
    assert HistoryFile(file).mails == 1, "whoever reads waits for nobody"
    holder.execute("ROLLBACK")
    learnt(file, [mail(2)])
    assert HistoryFile(file).mails == 2


def test_a_read_only_disk(tmp_path: Path) -> None:
    """Reading works, writing says so. As root nothing is read-only: there a child becomes nobody first."""
    folder = Path(tempfile.mkdtemp())
    try:
        file = learnt(folder / "history.sqlite", [mail(1), mail(2)])
        file.chmod(0o444)
        folder.chmod(0o555)
        receive, send = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                if os.geteuid() == 0:
                    os.seteuid(65_534)
                count = HistoryFile(file).mails
                try:
                    open_writing(file)
                    told = "written"
                except HistoryError as error:
                    told = str(error)
                os.write(send, json.dumps([count, told]).encode())
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        count, told = json.loads(os.read(receive, 10_000))
        assert count == 2 and "read-only" in told
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_a_folder_in_the_place_of_the_file(sendcheck: Run, tmp_path: Path) -> None:
    (tmp_path / "h").mkdir()
    done = sendcheck("learn", mbox(tmp_path / "s.mbox", [mail(1)]), "--me", ME, "--history", tmp_path / "h")
    assert done.returncode == 2 and "cannot open the history" in done.stderr


# -- in its owner's hands --------------------------------------------------------------


def test_forgetting_a_person(sendcheck: Run, tmp_path: Path, file: Path) -> None:
    mails = [mail(1), mail(2, to="kari.holm@nordbank.no, per@vik.no"), mail(3, to="per@vik.no")]
    box = mbox(tmp_path / "s.mbox", mails)
    sendcheck("learn", box, "--me", ME, "--history", file)
    remember(file, "cc-leak", [("kari.holm@nordbank.no", "per@vik.no")], "agreed")
    assert "who was on 2 mails" in sendcheck("history", "forget", "holm", "--history", file).stdout
    for path in file.parent.glob("history.sqlite*"):
        assert b"kari" not in path.read_bytes().lower() and b"holm" not in path.read_bytes().lower(), "gone from the file itself"
    found = dump(file)
    assert [(m["to"]) for m in found["mails"]] == [["per@vik.no"], ["per@vik.no"]]  # type: ignore[index, union-attr]
    assert found["allowed"] == []
    plain = learnt(tmp_path / "other.sqlite", [mail(2, to="per@vik.no"), mail(3, to="per@vik.no")])
    assert _plain(file) == _plain(plain), "counts are as if they had never been written to"
    box.touch()
    again = sendcheck("learn", box, "--history", file)
    assert "left out whom you had forgotten" in again.stdout and "kari" not in json.dumps(dump(file))
    assert sendcheck("history", "forget", "kari.holm@nordbank.no", "--undo", "--history", file).returncode == 0
    sendcheck("learn", box, "--history", file)
    assert "kari.holm@nordbank.no" in json.dumps(dump(file))
    assert "nobody" in sendcheck("history", "forget", "nobody-here", "--history", file).stderr


def test_pruning_by_age(sendcheck: Run, tmp_path: Path, file: Path) -> None:
    mails = [mail(n, to=f"p{n}@firm.no, per@vik.no") for n in range(10)]
    learnt(file, mails)
    limit = time.strftime("%Y-%m-%d", time.gmtime(DAY + 5 * 86_400))
    assert "dropped 5 mails" in sendcheck("history", "prune", "--older-than", limit, "--history", file).stdout
    assert _plain(file) == _plain(learnt(tmp_path / "o.sqlite", mails[5:]))
    learnt(file, mails)
    assert keeping.overview(file).mails == 5, "what was pruned does not come back"  # type: ignore[union-attr]
    assert sendcheck("history", "prune", "--older-than", "soon", "--history", file).returncode == 2
    assert keeping.seconds("2y", now=1_000_000_000) == 1_000_000_000 - int(2 * 365.25 * 86_400)


def test_showing_and_exporting(sendcheck: Run, tmp_path: Path, file: Path) -> None:
    learnt(file, [mail(1), mail(2, to='"Holm, Kari" <kari.holm@nordbank.no>, Per Vik <per@vik.no>', bcc="nina@moe.no")])
    assert "2 mails to 3 people in 3 organisations" in sendcheck("history", "--history", file).stdout
    shown = sendcheck("history", "show", "kari", "--history", file).stdout
    assert "Holm, Kari (1)" in shown and "Kari Holm (1)" in shown and "together with  nina@moe.no (1), per@vik.no (1)" in shown
    assert "may be 3 people" in sendcheck("history", "show", "o", "--history", file).stderr
    assert "nobody" in sendcheck("history", "show", "100%", "--history", file).stderr
    out = tmp_path / "all.json"
    assert sendcheck("history", "export", "--output", out, "--history", file).returncode == 0
    data = json.loads(out.read_text("utf-8"))
    assert out.stat().st_mode & 0o777 == 0o600 and data["mails"][1]["bcc"] == ["nina@moe.no"]
    assert json.loads(sendcheck("history", "export", "--history", file).stdout) == data


# -- asking it ---------------------------------------------------------------------------


def test_what_was_allowed_once_is_known(sendcheck: Run, tmp_path: Path, file: Path) -> None:
    learnt(file, [mail(1)])
    config = tmp_path / "c.toml"
    config.write_text(f'history = "{file}"\n')
    draft = tmp_path / "m.eml"
    draft.write_bytes(mail(2, to="kari.holm@nordbnak.no", text="Hi Kari,\n\nIt is ready."))
    assert sendcheck("check", draft, "--config", config).returncode == 1
    command = ["history", "allow", "recipient-lookalike", "Kari.Holm@nordbnak.no", "kari.holm@nordbank.no", "--reason", "their new domain", "--history", file]
    assert sendcheck(*command).returncode == 0
    done = sendcheck("check", draft, "--config", config, "--format", "json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["mails"][0]["suppressed"][0]["reason"] == "their new domain"
    draft.write_bytes(mail(2, to="kari.holm@nordbnak.no, kari.holm@nordbank.com"))
    assert sendcheck("check", draft, "--config", config, "--select", "recipient-lookalike").returncode == 1, "another address is another pair"
    draft.write_bytes(mail(2, to="kari.holm@nordbnak.no", text="Hi Kari,\n\nIt is ready."))
    policy = tmp_path / "policy.toml"
    policy.write_text('locked = ["rules.recipient-lookalike"]\n[rules]\nrecipient-lookalike = "error"\n')
    assert sendcheck("check", draft, "--config", config, SENDCHECK_POLICY=str(policy)).returncode == 1, "policy is not overridden"
    assert "their new domain" in sendcheck("history", "allowed", "--history", file).stdout
    assert "took back 1 of 1" in sendcheck(*command[:5], "--undo", "--history", file).stdout
    assert sendcheck("check", draft, "--config", config).returncode == 1
    assert sendcheck("history", "allow", "recipient-lokalike", "a@b.no", "--history", file).returncode == 2


@pytest.mark.parametrize(("answer", "kept"), [(b"y\n", True), (b"\n", False)])
def test_the_shim_asks_whether_to_remember(answer: bytes, kept: bool, tmp_path: Path, home: Path, file: Path) -> None:
    learnt(file, [mail(1)])
    (tmp_path / "c.toml").write_text(f'history = "{file}"\n')
    (tmp_path / "in").write_bytes(mail(2, to="kari.holm@nordbnak.no", text="Hi Kari,\n\nIt is ready."))
    mta = tmp_path / "mta"
    mta.write_text(f"#!/bin/sh\ncat > {tmp_path}/sent\n")
    mta.chmod(0o755)
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ["SENDCHECK_MTA"] = str(mta)
        with (tmp_path / "in").open("rb") as opened:
            os.dup2(opened.fileno(), 0)
        command = [sys.executable, "-P", "-m", "sendcheck", "sendmail", f"--config={tmp_path}/c.toml", "--", "kari.holm@nordbnak.no"]
        os.execv(sys.executable, command)
    seen = b""
    try:
        for wanted, reply in ((b"Type a reason", b"their new domain\n"), (b"Remember that this is right for", answer)):
            while wanted not in seen:
                seen += os.read(terminal, 10_000)
            os.write(terminal, reply)
        while True:
            seen += os.read(terminal, 10_000)
    except OSError:
        pass
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0, seen
    assert b"kari.holm@nordbank.no and kari.holm@nordbnak.no" in seen or b"kari.holm@nordbnak.no and kari.holm@nordbank.no" in seen
    assert (tmp_path / "sent").read_bytes() == (tmp_path / "in").read_bytes()
    assert bool(remembered(file)) == kept


def test_signs_from_the_file_are_those_from_memory(file: Path) -> None:
    """The model is trained on mails in memory, and asked about a file: both must mean the same."""
    learn_rows = [([1, 2], 0), ([2, 3], 1), ([1], 2), ([1, 2, 3], 3), ([3, 4], 4), ([4], 5)]
    names = {n: f"p{n}@firm.no" for n in range(1, 5)}
    learnt(file, [mail(day, to=", ".join(names[n] for n in people)) for people, day in learn_rows])
    history = HistoryFile(file)
    people = [history.person(names[n]).number for n in (1, 2, 4)]  # type: ignore[union-attr]
    number = {n: history.person(a).number for n, a in names.items()}  # type: ignore[union-attr]
    past = [Past(day + 1, float(DAY + 86_400 * day), frozenset(number[n] for n in some)) for some, day in learn_rows][::-1]
    each = {number[n]: [p for p in past if number[n] in p.circle] for n in names}
    counts = {n: len(some) for n, some in each.items()}
    shared = {n: sum(len(p.circle) > 1 for p in some) for n, some in each.items()}
    now = float(DAY + 10 * 86_400)
    wanted = signs(Scene(now, len(past), counts, shared, lambda person: each[person], past), people, {})
    import datetime

    moment = datetime.datetime.fromtimestamp(now, datetime.UTC)
    found = {fit.person.number: fit.score for fit in history.fits(Draft(tuple(names[n] for n in (1, 2, 4)), moment=moment))}
    assert found == pytest.approx({n: shipped().score(row) for n, (row, _twin) in wanted.items()})


def test_a_mail_that_was_learnt_does_not_vouch_for_itself(file: Path) -> None:
    learnt(file, [*(mail(n, to="kari@nordbank.no") for n in range(5)), mail(9, to="kari@nordbank.no, per@vik.no")])
    history = HistoryFile(file)
    draft = Draft(("kari@nordbank.no", "per@vik.no"), message=mail(9, to="kari@nordbank.no, per@vik.no"))
    assert history.last(history.person("per@vik.no").number, history._itself(draft.message)) == []  # type: ignore[union-attr]


def test_the_model_holds_numbers_only() -> None:
    path = Path(learn.__file__).parent / "recipients.json"
    text = path.read_text("utf-8")
    assert "@" not in text and path.stat().st_size < 200_000
    assert set(shipped().cuts) == {"note", "warning", "namesake"}


def test_the_mark_of_the_file(file: Path) -> None:
    learnt(file, [mail(1)])
    db = open_reading(file)
    assert db.execute("PRAGMA application_id").fetchone() == (APPLICATION,)
    assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    with pytest.raises(sqlite3.OperationalError):
        db.execute("DELETE FROM mail")


def test_expanding_keeps_no_mbox_in_memory(tmp_path: Path) -> None:
    box = mbox(tmp_path / "s.mbox", [mail(n) for n in range(50)])
    found = list(expand([str(box)]))
    assert len(found) == 50 and found[0].read()[0].startswith(b"From ola")  # type: ignore[union-attr]


def test_a_crowd_is_no_trap(file: Path) -> None:
    """Thousands of recipients, all known or all strangers, within the deadline."""
    from dataclasses import replace

    from sendcheck.pipeline.engine import Engine, Job
    from sendcheck.pipeline.supervisor import Supervisor
    from tests.quality.engines import engine

    known = ", ".join(f"k{n}@d{n}.no" for n in range(3_000))
    learnt(file, [mail(n, to=known) for n in range(60)])
    base = engine()
    run = Engine(base.registry, replace(base.config, values={**base.config.values, "history": str(file)}))
    for to in (known, known.replace("@", "x@e")):
        report = Supervisor(run).check(Job("x", mail(99, to=to, text="Hi Nicole,\n\nThe plan is ready.")))
        assert "check-crashed" not in {f.rule for f in report.findings}
        assert "recipient-unusual" in {e.rule for e in report.not_run}
