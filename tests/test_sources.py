"""Where mails come from: the From_ lines of mboxes, and what of a folder is passed over."""

from __future__ import annotations

import itertools
import json
import mailbox
import os
import shutil
import subprocess
from collections import Counter
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sendcheck.errors import InputError
from sendcheck.reading.folders import files_below
from sendcheck.reading.ignoring import above
from sendcheck.reading.mbox import is_mbox, pieces
from sendcheck.reading.sources import Source, expand
from tests.conftest import Run, require

DATE = "Mon Nov 23 10:00:00 2026"
#: What programs write, and what mutt, dovecot, git, Thunderbird or Python take for the begin of a mail when header fields follow.
SEPARATORS = [
    *(f"From {sender} {DATE}" for sender in ("a", "a@b.no", "-", "MAILER-DAEMON", '"a b"@x.no', "me at mutt.org", "???@???", "0123456789abcdef", "Mon", "a ")),
    *("From  Mon Nov 23 10:00:00 2026", f"From {DATE}", "From ", "From - ", "From a@b.no"),
    *(f"From a {DATE}{more}" for more in (" remote from mars", " +0100", " (CET)", " +0100 (CET)", "  ", "\t")),
    *(
        "From a Mon Nov 23 10:00:00 +0100 2026",
        "From a Wed Aug  2 00:39:12 MET DST 1995",
        "From a Mon Nov 23 10:00:00 CET 2026",
        "From a Mon Nov 23 10:00:00 GMT+1 2026",
    ),
    *(
        "From a Mon Nov 23 10:00:00 26",
        "From a Mon Nov 23 10:00 26",
        "From a Mon Nov 23 10:00 2026",
        "From a Mon Nov 23 10:00:00",
        "From a Mon Nov  3 9:00:00 2026",
    ),
    *("From a Mon, 23 Nov 2026 10:00:00", "From a Mon, 23 Nov 2026 10:00:00 +0100", "From a 23 Nov 2026 10:00:00 +0100", "From a Nov 23 10:00:00 2026"),
    *(
        "From a 2026-11-23T10:00:00",
        "From a 2026-11-23 10:00:00 +0100",
        "From a 2026-11-23T10:00:00Z",
        "From a 2026-11-23T10:00:00.123+01:00",
        "From a 2026-11-23",
    ),
    *(
        "From a monday november 23 10:00:00 2026",
        "From a Mon Okt 23 10:00:00 2026",
        "From a 23/11/2026 10:00",
        "From a 23.11.2026 10:00:00",
        "From a Mon Nov 23 2026",
    ),
    f"From Jon Eide {DATE}",
]
#: Lines of text: header fields below them or not, no program that looks further than five letters ends a mail there.
PROSE = [
    *(
        "From the start we knew it",
        "From here on it is yours",
        "From now on: less",
        "From Oslo with love",
        "From a to b",
        "From Kari",
        "From ",
        "From what I hear",
    ),
    *(
        "From may to june we rest",
        "From market to market",
        "From second to none",
        "From Monday on we are open",
        "From 1 May on we are open",
        "From 9 to 17",
        "From 10:30 on",
    ),
    "From " + "x" * 2000,
]
FIELDS = "From: Jon Eide <jon@tallmo.no>\nTo: Kari Holm <kari@nordlys.no>\nSubject: The plan\nDate: Mon, 23 Nov 2026 10:00:00 +0100\n"


def mail(number: int, extra: str = "") -> str:
    return f"{FIELDS}Message-ID: <{number}@tallmo.no>\n\nHi Kari,\n\nsee {{{{planted_{number}}}}}.\n{extra}\nJon\n"


# -- mboxes --------------------------------------------------------------------


@st.composite
def boxes(draw: st.DrawFn) -> tuple[bytes, int]:
    """An mbox, and how many mails are in it."""
    count = draw(st.integers(1, 4))
    text = draw(st.sampled_from(["", "\ufeff", "\n", "\n\n", "\x0c\n", "\ufeff\n"]))
    for number in range(count):
        separator = draw(st.sampled_from(SEPARATORS))
        second = draw(st.sampled_from(["", f">From b {DATE}\n", f"From b {DATE}\n"]))
        prose = draw(st.lists(st.sampled_from(PROSE), max_size=2))
        between = draw(st.sampled_from(["", "\n", "\n\n"]))
        mark = ">" if number == 0 and draw(st.booleans()) and DATE in separator else ""
        text += f"{mark}{separator}\n{second}{mail(number, chr(10).join(prose) + chr(10))}{between}"
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    return text.encode(), count


@given(boxes())
@settings(max_examples=400, deadline=None)
def test_each_mail_of_an_mbox_is_one(box: tuple[bytes, int]) -> None:
    data, count = box
    if not is_mbox(data[:4096], ".mbox"):
        pytest.fail("not even an mbox")
    found = list(pieces(data))
    assert len(found) == count, [data[p.start : p.start + 80] for p in found]
    assert not any(piece.doubts for piece in found)
    assert found[-1].end == len(data) and all(a.end == b.start for a, b in itertools.pairwise(found))
    for number, piece in enumerate(found):
        assert f"{{{{planted_{number}}}}}".encode() in data[piece.start : piece.end]
        assert piece.first_line == 1 + data[: piece.start].count(b"\n")


@given(
    st.lists(st.sampled_from([*SEPARATORS, *PROSE, "From here on 12 May 2020 we pay", f"From a {DATE}"]), max_size=5),
    st.lists(st.sampled_from(["", "Note: x", "To: b@c.no", "text", "Subject: x\nTo: b@c.no", FIELDS]), min_size=5, max_size=5),
)
@settings(max_examples=300, deadline=None)
def test_no_byte_is_lost_and_what_is_doubtful_is_said(lines: list[str], below: list[str]) -> None:
    """Whatever is below a From_ line: either it begins a mail, or it is named, or no header field follows it and no date is in it."""
    text = f"From a {DATE}\n{mail(0)}\n" + "".join(f"{line}\n{more}\n\n" for line, more in zip(lines, below, strict=False))
    data = text.encode()
    found = list(pieces(data))
    assert found[0].start == 0 and found[-1].end == len(data) and all(a.end == b.start for a, b in itertools.pairwise(found))
    begins = {piece.first_line for piece in found} | {problem.line for piece in found for problem in piece.doubts}
    if not any("more line" in problem.message for piece in found for problem in piece.doubts):
        rows = text.split("\n")
        for number, line in enumerate(rows, 1):
            if line.startswith(f"From a {DATE}") or (line.startswith("From ") and rows[number].startswith("From: ")):
                above = rows[number - 2].startswith("From ")
                assert number in begins or above, (number, line, begins)


@pytest.mark.parametrize("line", PROSE)
@pytest.mark.parametrize("below", ["and so on", "", "But: it is not.\nReally", "http://tallmo.no/x"])
def test_prose_is_quiet(line: str, below: str) -> None:
    (piece,) = pieces(f"From a {DATE}\n{mail(0, f'{line}{chr(10)}{below}{chr(10)}')}".encode())
    assert not piece.doubts


def test_what_python_writes_is_read_as_python_reads_it(tmp_path: Path) -> None:
    box = mailbox.mbox(str(tmp_path / "box.mbox"))
    for number, sender in enumerate(["jon@tallmo.no", "MAILER-DAEMON", "me at home", '"a b"@x.no', ""]):
        message = mailbox.mboxMessage(EmailMessage())
        message["From"], message["To"], message["Subject"] = "jon@tallmo.no", "kari@nordlys.no", f"no. {number}"
        message.set_payload(f"Hi,\n\nFrom here on\nFrom: x\nTo: y\n\nFrom a {DATE}\nFrom: x\n\n{{{{planted_{number}}}}}\n")
        message.set_from(sender, time_=True) if sender else None
        box.add(message)
    box.flush()
    data = (tmp_path / "box.mbox").read_bytes()
    found = list(pieces(data))
    assert len(found) == len(box) == 5 and not any(p.doubts for p in found)


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("blank", ["", "\n"])
def test_the_second_mail_is_never_what_the_first_one_quotes(tmp_path: Path, separator: str, blank: str) -> None:
    first = mail(0).replace("{{planted_0}}", "it")
    (tmp_path / "box").write_text(f"From a {DATE}\n{first}{blank}{separator}\n{mail(1)}")
    found = list(expand([str(tmp_path / "box")]))
    assert [s.name for s in found if isinstance(s, Source)] == [f"{tmp_path}/box#1", f"{tmp_path}/box#2"]


def test_doubts_are_told_with_their_lines_and_fail_the_mail(sendcheck: Run, tmp_path: Path) -> None:
    text = f"From a {DATE}\n{mail(0, 'From here on 12 May 2020 we pay.').replace('{{planted_0}}', 'it')}"
    (tmp_path / "a.mbox").write_text(text)
    done = sendcheck("check", tmp_path / "a.mbox", "--format", "json")
    (told,) = json.loads(done.stdout)["mails"]
    (finding,) = [f for f in told["findings"] if f["rule"] == "mail-unreadable"]
    line = text.split("\n").index("From here on 12 May 2020 we pay.") + 1
    assert (
        done.returncode == 1
        and finding["where"]["line"] == line
        and "cannot be split for certain" in finding["message"]
        and f"line {line}" in finding["message"]
    )
    (tmp_path / "a.mbox").write_text(text.replace("From here", ">From here"))
    assert "mail-unreadable" not in sendcheck("check", tmp_path / "a.mbox", "--format", "json").stdout
    many = "From 12 May 2020 on\n" * 7
    (tmp_path / "a.mbox").write_text(f"From a {DATE}\n{mail(0, many)}")
    assert "4 more lines like that" in sendcheck("check", tmp_path / "a.mbox", "--format", "json").stdout


def test_a_quoted_from_line_above_a_whole_header_is_a_doubt() -> None:
    (only,) = pieces(f"From a {DATE}\n{mail(0)}\n>From b {DATE}\n{mail(1)}".encode())
    assert len(only.doubts) == 1
    (only,) = pieces(f"From a {DATE}\n{mail(0, f'>From b {DATE}{chr(10)}Subject: x{chr(10)}and so on')}".encode())
    assert not only.doubts


def test_a_length_in_the_header_settles_it_unless_it_hides_a_mail() -> None:
    body = "Hi\n\nFrom here on 12 May 2020 we pay.\n\n"
    head = f"From a {DATE}\n{FIELDS}Content-Length: {len(body)}\n\n"
    (first, second) = pieces(f"{head}{body}From b {DATE}\n{mail(1)}".encode())
    assert not first.doubts and not second.doubts
    wrong = head.replace(str(len(body)), "7")
    assert next(pieces(f"{wrong}{body}From b {DATE}\n{mail(1)}".encode())).doubts
    inside = f"Hi\n\nFrom b {DATE}\n{mail(1)}"
    (only,) = pieces(f"From a {DATE}\n{FIELDS}Content-Length: {len(inside)}\n\n{inside}".encode())
    assert only.doubts, "mutt and dovecot read one mail here, Thunderbird and Python two"


@pytest.mark.parametrize("way", ["stdin", "fifo", "eml", "plain", "late"])
def test_an_mbox_is_one_wherever_it_comes_from(sendcheck: Run, tmp_path: Path, way: str) -> None:
    data = f"From a {DATE}\n{mail(0)}\nFrom a {DATE}\n{mail(1)}".encode()
    if way == "stdin":
        done = sendcheck("check", "-", "--format", "json", stdin=data)
        names = ["-#1", "-#2"]
    elif way == "fifo":
        os.mkfifo(tmp_path / "pipe")
        writer = subprocess.Popen(["sh", "-c", 'cat > "$0"', str(tmp_path / "pipe")], stdin=subprocess.PIPE)
        assert writer.stdin is not None
        writer.stdin.write(data)
        writer.stdin.close()
        done = sendcheck("check", tmp_path / "pipe", "--format", "json")
        writer.wait()
        names = [f"{tmp_path}/pipe#1", f"{tmp_path}/pipe#2"]
    else:
        path = tmp_path / {"eml": "x.eml", "plain": "Sent", "late": "x.mbox"}[way]
        path.write_bytes(data if way != "late" else data.split(b"\n", 1)[1])
        done = sendcheck("check", path, "--format", "json")
        names = [f"{path}#1", f"{path}#2"]
    told = json.loads(done.stdout)["mails"]
    assert [m["source"] for m in told] == names
    assert all(any(f"planted_{n}" in f["where"]["excerpt"] for f in m["findings"]) for n, m in enumerate(told))


def test_a_single_mail_on_stdin_keeps_its_name_and_places(sendcheck: Run) -> None:
    for head, line in (("", 10), (f"From a {DATE}\n", 11), (f"\n\nFrom a {DATE}\n", 13)):
        done = sendcheck("check", "-", "--format", "json", stdin=(head + mail(0)).encode())
        (told,) = json.loads(done.stdout)["mails"]
        (found,) = [f for f in told["findings"] if f["rule"] == "placeholder-left"]
        assert told["source"] == "-" and found["where"]["line"] == line - 1


def test_a_parent_of_several_mails_is_refused(sendcheck: Run, tmp_path: Path, good: Path) -> None:
    (tmp_path / "p.mbox").write_text(f"From a {DATE}\n{mail(0)}\nFrom a {DATE}\n{mail(1)}")
    done = sendcheck("check", good, "--parent", tmp_path / "p.mbox")
    assert done.returncode == 2 and "holds several mails" in done.stderr


# -- folders -------------------------------------------------------------------


def git(folder: Path, *arguments: str) -> str:
    require(shutil.which("git") is not None, "git")
    return subprocess.run(["git", "-c", "core.excludesFile=/dev/null", *arguments], cwd=folder, capture_output=True, text=True, check=True).stdout


def names_in(folder: Path, exclude: tuple[str, ...] = (), top: Path | None = None) -> tuple[set[str], Counter[str]]:
    skipped = Counter[str]()
    start = top or folder
    found = {str(p.relative_to(folder)) for p in files_below(start, above(start, exclude), skipped) if isinstance(p, Path)}
    return found, skipped


_PATTERNS = [
    *(
        "*.eml",
        "!*.eml",
        "a.eml",
        "!a.eml",
        "/a.eml",
        "x/",
        "!x/",
        "x/*",
        "!x/a.eml",
        "**/a.eml",
        "x/**",
        "!x/y/",
        "y",
        "/x/y",
        "*",
        "!*/",
        "x/y/a.eml",
        "?.eml",
        "[ab].eml",
        "!b.eml",
    ),
    *("# comment", "\\#a.eml", " ", "a.eml ", "a.eml\\ ", "/", "!", "**", "x\\", "*.eml\r"),
]


@given(
    st.dictionaries(st.sampled_from(["", "x", "x/y", "y"]), st.lists(st.sampled_from(_PATTERNS), min_size=1, max_size=4), max_size=3),
    st.lists(st.sampled_from(_PATTERNS), max_size=2),
)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_git_ignores_is_passed_over(tmp_path_factory: pytest.TempPathFactory, ignored: dict[str, list[str]], info: list[str]) -> None:
    """Compared with git itself."""
    repo = tmp_path_factory.mktemp("repo")
    for folder in ("", "x", "x/y", "y", "y/x"):
        (repo / folder).mkdir(exist_ok=True)
        for name in ("a.eml", "b.eml", "#a.eml"):
            (repo / folder / name).write_text("From: a@b.no\n\nx\n")
    for folder, patterns in ignored.items():
        (repo / folder / ".gitignore").write_bytes("\n".join(patterns).encode())
    git(repo, "init", "-q")
    (repo / ".git" / "info" / "exclude").write_text("\n".join(info))
    listed = git(repo, "ls-files", "-z", "--others", "--exclude-standard").split("\0")
    theirs = {name for name in listed if name and not name.endswith(".gitignore")}
    ours, _skipped = names_in(repo)
    assert ours == theirs, (ignored, info)
    below, _skipped = names_in(repo, top=repo / "y")
    if any(name.startswith("y/") for name in theirs):
        assert below == {name for name in theirs if name.startswith("y/")}, "the same from below, with the files above up to the root"


def test_what_is_named_is_checked_and_negation_by_hand(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / ".gitignore").write_text("build/\n*.eml\n!keep.eml\n")
    for name in ("a.eml", "keep.eml", "build/b.txt", "other/c.eml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("From: a@b.no\nTo: b@c.no\n\nx\n")
    assert names_in(tmp_path) == ({"keep.eml"}, Counter({"ignored by git": 3}))
    assert names_in(tmp_path, top=tmp_path / "build")[0] == {"build/b.txt"}, "the folder itself is named"
    assert names_in(tmp_path, exclude=("!a.eml", "keep.*"))[0] == {"a.eml"}
    assert [s.name for s in expand([str(tmp_path / "a.eml")], exclude=()) if isinstance(s, Source)] == [str(tmp_path / "a.eml")]
    git(tmp_path / "other", "init", "-q")
    assert "other/c.eml" in names_in(tmp_path)[0], "another repository has its own"


def test_excluding_is_relative_to_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("mails/old/a.eml", "mails/b.eml", "old/c.eml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("From: a@b.no\n\nx\n")
    monkeypatch.chdir(tmp_path)
    assert names_in(tmp_path, ("/mails/old/",))[0] == {"mails/b.eml", "old/c.eml"}
    assert names_in(tmp_path, ("old",))[0] == {"mails/b.eml"}
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert names_in(tmp_path, ("/mails/",))[0] == {"old/c.eml"}
    with pytest.raises(InputError, match="--exclude"):
        names_in(tmp_path, ("!",))


def test_everything_passed_over_is_counted_in_one_line(sendcheck: Run, tmp_path: Path, good: Path) -> None:
    work = tmp_path / "mails"
    work.mkdir()
    git(work, "init", "-q")
    (work / ".gitignore").write_text("*.draft.eml\n/tmp/\n")
    for name in (
        "a.eml",
        "b.draft.eml",
        ".hidden.eml",
        "c.msg",
        "d.gz",
        "e.pdf",
        "notes",
        "tmp/x.eml",
        "node_modules/m/y.eml",
        ".private/z.eml",
        "Box/cur/1:2,S",
        "Box/tmp/2",
    ):
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_bytes(good.read_bytes() if name.endswith(("eml", "1:2,S", "2")) else b"no mail")
    (work / "Box" / "new").mkdir()
    os.mkfifo(work / "pipe")
    (work / "round").symlink_to(work)
    (work / "nowhere").symlink_to(work / "gone")
    line = "skipped: 2 hidden, 2 ignored by git, 1 .gz, 1 .msg, 1 .pdf, 1 FIFO, 1 dangling link, 1 linked folder and 3 others"
    done = sendcheck("check", work)
    assert done.returncode == 0 and done.stdout.splitlines()[-1] == line and done.stderr == ""
    done = sendcheck("check", work, "--format", "json")
    assert done.stderr == f"sendcheck: {line}\n" and len(json.loads(done.stdout)["mails"]) == 2
    done = sendcheck("check", work, "--exclude", "Box/", "--exclude", "a.*")
    assert done.returncode == 2 and "no mails and no templates" in done.stderr and "2 excluded" in done.stdout
    assert "skipped" not in sendcheck("check", work / "a.eml").stdout
    audited = sendcheck("audit", work, "--journal", tmp_path / "j")
    assert "4 mails" in audited.stdout and "skipped: " in audited.stderr and "ignored" not in audited.stderr, "an archive of mail is no repository"


def test_templates_and_their_unread_neighbours(sendcheck: Run, tmp_path: Path) -> None:
    (tmp_path / "a.j2").write_text("Hi {{ name }},\n\nall is well.\n")
    (tmp_path / "b.msg").write_text("x")
    (tmp_path / "c.html").write_text("x")
    done = sendcheck("check", tmp_path, "--exclude", "nothing")
    assert "skipped: 1 .msg" in done.stdout and "1 file is neither" in done.stderr and "b.msg" not in done.stderr
    done = sendcheck("baseline", ".", "--exclude", "*.html", cwd=tmp_path)
    assert "skipped: 1 .msg, 1 excluded" in done.stdout and "neither" not in done.stderr


def test_a_folder_that_cannot_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shut").mkdir()
    (tmp_path / "open").mkdir()
    (tmp_path / "open" / "a.eml").write_text("x")
    scandir = os.scandir

    def refusing(path: str) -> object:
        if path.endswith("shut"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    found = list(files_below(tmp_path, (), Counter()))
    assert found[0] == tmp_path / "open" / "a.eml"
    assert isinstance(found[1], InputError) and "cannot read the folder" in str(found[1]) and "Permission denied" in str(found[1])


def test_patterns_are_imported_only_where_there_are_some(tmp_path: Path, good: Path) -> None:
    import sys

    code = "import sys\nfrom collections import Counter\nfrom sendcheck.reading.sources import expand\nlist(expand(sys.argv[1:2], exclude=sys.argv[2:]))\nprint('pathspec' in sys.modules)"

    def loaded(*arguments: str) -> bool:
        return subprocess.run([sys.executable, "-P", "-c", code, *arguments], capture_output=True, text=True, check=True).stdout == "True\n"

    assert not loaded(str(tmp_path)) and loaded(str(tmp_path), "*.x")
    (tmp_path / ".gitignore").write_text("x")
    assert loaded(str(tmp_path)) and not loaded(str(good))
