"""The command line as a user meets it: inputs, outputs, exit codes, and one clear line for everything that is wrong."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import jsonschema
import pytest

from tests.conftest import BAD, GOOD, ROOT, Run

SCHEMA = json.loads((ROOT / "sendcheck" / "show" / "report.schema.json").read_text("utf-8"))


def test_a_good_mail_prints_one_line(sendcheck: Run, good: Path) -> None:
    done = sendcheck("check", good)
    assert done.returncode == 0
    assert done.stdout.count("\n") == 1
    assert "pass" in done.stdout and "nordbank.no" in done.stdout
    assert done.stderr == ""


def test_a_bad_mail_opens_with_its_readers_and_shows_the_place(sendcheck: Run, bad: Path) -> None:
    done = sendcheck("check", bad)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert "Readers" in lines[2] and "nordbank.no" in lines[2]
    caret = next(i for i, line in enumerate(lines) if set(line.strip()) == {"^"})
    at = lines[caret].index("^")
    assert lines[caret - 1][at : at + len(lines[caret].strip())] == "{{first_name}}"
    assert "line 6, column 4" in done.stdout
    assert "\x1b" not in done.stdout


def test_colour_only_where_wanted(sendcheck: Run, bad: Path) -> None:
    assert "\x1b" in sendcheck("check", bad, "--color").stdout
    assert "\x1b" not in sendcheck("check", bad, NO_COLOR="1").stdout


def test_json_from_stdin_keeps_the_contract(sendcheck: Run) -> None:
    done = sendcheck("check", "-", "--format", "json", stdin=BAD)
    assert done.returncode == 1
    report = json.loads(done.stdout)
    jsonschema.validate(report, SCHEMA)
    finding = report["mails"][0]["findings"][0]
    assert report["mails"][0]["source"] == "-"
    assert finding["rule"] == "placeholder-left"
    assert finding["where"] == {"part": "body", "excerpt": "{{first_name}}", "line": 6, "column": 4, "end_line": 6, "end_column": 18}
    assert sendcheck("check", "-", "--format", "json", stdin=BAD).stdout == done.stdout


REPLY = (
    b"From: Ola <ola@inside.example>\nTo: Kari <kari@nordbank.no>\nSubject: Re: Plan\nDate: Mon, 4 May 2026 10:12:00 +0200\n\n"
    b"Hi Kari,\n\nthe plan is ready.\n\n-- \nOla \x1b[31mVik\n\nOn Sun, 3 May 2026 at 10:12, Kari <kari@nordbank.no> wrote:\n\n> Is it ready?\n"
)


def test_show_own_tells_own_text_from_the_rest(sendcheck: Run) -> None:
    done = sendcheck("check", "-", "--show-own", stdin=REPLY)
    assert done.returncode == 0 and "\x1b" not in done.stdout
    lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    at = lines.index("own text, lines 6–8")
    assert lines[at - 1] == "Own text  3 lines in 1 of 3 passages"
    assert lines[at + 1 : at + 4] == ["Hi Kari,", "the plan is ready.", "signature, lines 10–11"]
    assert lines[-4] == "trail, lines 13–15"
    assert lines[-1] == "┊ > Is it ready?"
    assert "own text" not in sendcheck("check", "-", stdin=REPLY).stdout


def test_show_own_in_json(sendcheck: Run) -> None:
    report = json.loads(sendcheck("check", "-", "--show-own", "--format", "json", stdin=REPLY).stdout)
    jsonschema.validate(report, SCHEMA)
    segments = report["mails"][0]["segments"]
    assert [(s["kind"], s["line"], s["end_line"]) for s in segments] == [("own", 6, 8), ("signature", 10, 11), ("trail", 13, 15)]
    assert segments[0]["text"] == "Hi Kari,\n\nthe plan is ready."
    assert "segments" not in json.loads(sendcheck("check", "-", "--format", "json", stdin=REPLY).stdout)["mails"][0]


def test_every_example_keeps_the_schema(sendcheck: Run) -> None:
    done = sendcheck("check", ROOT / "docs" / "examples", "--format", "json", cwd=ROOT / "docs" / "examples")
    jsonschema.validate(json.loads(done.stdout), SCHEMA)


def test_github_annotations_cannot_be_injected(sendcheck: Run, tmp_path: Path) -> None:
    path = tmp_path / "a,b:c.txt"
    path.write_bytes(GOOD.replace(b"Hi Kari", b"Hi {{x}}").replace(b"Subject: The plan", b"Subject: =?utf-8?q?a=0A=3A=3Aerror=3A=3Ax_=5BNAME=5D?="))
    done = sendcheck("check", path, "--format", "github", "--no-redact")
    assert done.returncode == 1
    for line in done.stdout.splitlines():
        assert line.startswith(("::error file=", "::warning file="))
    assert "a%2Cb%3Ac.txt" in done.stdout


def test_github_leaves_the_text_of_real_mail_out(sendcheck: Run, bad: Path) -> None:
    assert "first_name" not in sendcheck("check", bad, "--format", "github").stdout
    assert "first_name" in sendcheck("check", bad, "--format", "github", "--no-redact").stdout


def test_several_reports_at_once(sendcheck: Run, bad: Path, tmp_path: Path) -> None:
    out = tmp_path / "r.json"
    done = sendcheck("check", bad, "--format", "json", "--output", out, "--format", "text")
    assert json.loads(out.read_text("utf-8"))["verdict"] == "fail"
    assert "placeholder-left" in done.stdout
    assert sendcheck("check", bad, "--format", "json", "--format", "text").returncode == 2


def test_folders_maildirs_mboxes_and_patches(sendcheck: Run, tmp_path: Path) -> None:
    box = tmp_path / "box"
    (box / "maildir" / "cur").mkdir(parents=True)
    (box / "maildir" / "new").mkdir()
    (box / "maildir" / "cur" / "1:2,S").write_bytes(GOOD)
    (box / "maildir" / "new" / "2").write_bytes(BAD)
    (box / "a.eml").write_bytes(GOOD)
    (box / "note.md").write_text("# no mail")
    (box / "all.mbox").write_bytes(b"From ola Mon May  4 10:12:00 2026\n" + GOOD + b"\nFrom here on it is text.\n\nFrom ola Mon May  4 10:13:00 2026\n" + BAD)
    (box / "0001-fix.patch").write_bytes(
        b"From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\nFrom: Ola <ola@tallmo.no>\nDate: Mon, 4 May 2026 10:12:00 +0200\n"
        b"To: kari.holm@nordbank.no\nSubject: [PATCH] Fix it\n\nMend the greeting.\n---\n a.txt | 2 +-\n\ndiff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-the the {{x}}\n+{{y}}\n-- \n2.39.5\n"
    )
    done = sendcheck("check", box, "--format", "json")
    mails = {m["source"].replace(str(box) + "/", ""): m for m in json.loads(done.stdout)["mails"]}
    assert set(mails) == {"0001-fix.patch", "a.eml", "all.mbox#1", "all.mbox#2", "maildir/cur/1:2,S", "maildir/new/2"}
    assert {name for name, m in mails.items() if m["verdict"] == "fail"} == {"all.mbox#2", "maildir/new/2"}
    where = mails["all.mbox#2"]["findings"][0]["where"]
    assert where["line"] == (box / "all.mbox").read_text().split("\n").index("Hi {{first_name}},") + 1
    assert sendcheck("check", box, "--jobs", "2", "--format", "json").stdout == done.stdout


def test_parent(sendcheck: Run, tmp_path: Path) -> None:
    parent = tmp_path / "p.eml"
    parent.write_bytes(b"From: kari.holm@nordbank.no\nTo: ola@tallmo.no, per@fjord.no\nSubject: The plan\nMessage-ID: <p@x>\n\nHow is it?\n")
    mail = tmp_path / "m.eml"
    mail.write_bytes(GOOD.replace(b"Subject: The", b"Cc: per@fjord.no\nSubject: Re: The"))
    assert sendcheck("check", mail).returncode == 1
    done = sendcheck("check", mail, "--parent", parent, "--format", "json")
    assert done.returncode == 0, done.stdout
    assert json.loads(done.stdout)["mails"][0]["parent"] == {"source": str(parent), "id": "<p@x>"}
    assert sendcheck("check", mail, mail, "--parent", parent).returncode == 2


def test_timings(sendcheck: Run, good: Path) -> None:
    assert json.loads(sendcheck("check", good, "--timings", "--format", "json").stdout)["mails"][0]["elapsed_ms"] > 0
    assert "reading" in sendcheck("check", good, "--timings").stdout


def wrong(sendcheck: Run, *arguments: str | Path, code: int = 2, stdin: bytes | None = None, **env: str) -> str:
    done = sendcheck(*arguments, stdin=stdin, **env)
    assert done.returncode == code, (done.stdout, done.stderr)
    assert "Traceback" not in done.stderr + done.stdout
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("sendcheck: ")
    return done.stderr


def test_no_such_file(sendcheck: Run) -> None:
    assert "no such file: nowhere.eml" in wrong(sendcheck, "check", "nowhere.eml")


def test_no_such_file_beside_a_good_one(sendcheck: Run, good: Path, bad: Path) -> None:
    done = sendcheck("check", "nowhere.eml", good, bad)
    assert done.returncode == 2
    assert "pass" in done.stdout and "placeholder-left" in done.stdout, "the others are still reported"


def test_a_folder_without_mails(sendcheck: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "no mails and no templates in" in wrong(sendcheck, "check", tmp_path / "empty")


def test_an_empty_mail(sendcheck: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.eml").touch()
    assert "is empty" in wrong(sendcheck, "check", tmp_path / "empty.eml")
    assert "standard input is empty" in wrong(sendcheck, "check", "-")


def test_a_binary(sendcheck: Run, tmp_path: Path) -> None:
    (tmp_path / "photo.eml").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    assert "is not a mail" in wrong(sendcheck, "check", tmp_path / "photo.eml")


def test_broken_toml_unknown_key_unknown_rule(sendcheck: Run, good: Path, tmp_path: Path) -> None:
    config = tmp_path / "work" / "sendcheck.toml"
    config.write_text("fail-on = \n")
    assert "sendcheck.toml:1: this is not valid TOML" in wrong(sendcheck, "check", good)
    config.write_text("\nfial-on = 'error'\n")
    assert "sendcheck.toml:2: unknown key “fial-on”: did you mean fail-on?" in wrong(sendcheck, "check", good)
    config.write_text("[rules]\nplaceholder-lft = 'off'\n")
    assert "did you mean placeholder-left?" in wrong(sendcheck, "check", good)
    config.unlink()
    assert "did you mean cc-leak?" in wrong(sendcheck, "check", good, "--select", "cc-lek")
    assert "did you mean cc-leak?" in wrong(sendcheck, "explain", "cc-lek")
    assert "no such configuration file" in wrong(sendcheck, "check", good, "--config", "gone.toml")


def test_unreadable_list_and_unknown_profile(sendcheck: Run, good: Path, tmp_path: Path) -> None:
    (tmp_path / "work" / "sendcheck.toml").write_text("block = ['file:gone.txt']\n")
    assert "gone.txt" in wrong(sendcheck, "check", good)
    (tmp_path / "work" / "sendcheck.toml").unlink()
    assert "did you mean general?" in wrong(sendcheck, "check", good, "--profile", "genral")


def test_expired_exception(sendcheck: Run, bad: Path, tmp_path: Path) -> None:
    (tmp_path / "work" / "sendcheck.toml").write_text("[[suppress]]\nrule = 'placeholder-left'\nreason = 'trial'\nuntil = 2020-01-31\n")
    done = sendcheck("check", bad)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "sendcheck.toml:1: the exception for placeholder-left ended on 2020-01-31" in done.stderr


def test_sixty_megabytes(sendcheck: Run, tmp_path: Path) -> None:
    path = tmp_path / "big.eml"
    path.write_bytes(GOOD + b"x" * (60 * 1024 * 1024))
    done = sendcheck("check", path, "--format", "json")
    assert done.returncode == 1
    assert "mail-truncated" in [f["rule"] for f in json.loads(done.stdout)["mails"][0]["findings"]]


def test_unwritable_output(sendcheck: Run, good: Path) -> None:
    assert "cannot write the report" in wrong(sendcheck, "check", good, "--format", "json", "--output", "/nowhere/r.json")


def test_unknown_command_and_option(sendcheck: Run) -> None:
    assert "did you mean check?" in wrong(sendcheck, "chek")
    assert "No such option" in wrong(sendcheck, "check", "--nope")


def test_rules_and_explain(sendcheck: Run) -> None:
    assert "cc-leak" in sendcheck("rules").stdout
    assert {"rule", "severity", "check", "summary"} == set(json.loads(sendcheck("rules", "--json").stdout)[0])
    text = sendcheck("explain", "cc-leak").stdout
    assert "Why" in text and "Instead" in text and "partners" in text


def test_init_config_allow(sendcheck: Run, bad: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    assert sendcheck("init").returncode == 0
    assert (work / "sendcheck.toml").is_file()
    assert "there already" in wrong(sendcheck, "init")
    mark = json.loads(sendcheck("check", bad, "--format", "json").stdout)["mails"][0]["findings"][0]["fingerprint"]
    assert "64 hexadecimal" in wrong(sendcheck, "allow", "abc", "--reason", "x")
    assert "has passed" in wrong(sendcheck, "allow", mark, "--reason", "x", "--until", "2020-01-01")
    assert sendcheck("allow", mark, "--reason", "a “test” of ours", "--until", "2099-12-31").returncode == 0
    done = sendcheck("check", bad)
    assert done.returncode == 0
    assert "allowed placeholder-left: a “test” of ours" in done.stdout
    shown = sendcheck("config").stdout
    assert re.search(r"crowd-limit\s+= 10\s+# default", shown)
    assert "until 2099-12-31" in shown
    assert "did you mean crowd-limit?" in wrong(sendcheck, "config", "crowd-limt")


def test_new_check_works_at_once(sendcheck: Run, tmp_path: Path) -> None:
    """The skeleton of a package of one's own: its cases pass and its rule can be imported beside ours."""
    done = sendcheck("new-check", "demo", "--package")
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "work" / "sendcheck-demo"
    assert {p.name for p in (folder / "sendcheck_demo").iterdir()} == {
        "__init__.py",
        "words.en.toml",
        "words.nb.toml",
        "demo-found.md",
        "demo-found.cases.yaml",
    }
    sys.path.insert(0, str(folder))
    try:
        import importlib

        from sendcheck.config.load import load_config
        from sendcheck.pipeline.engine import Engine, Job
        from sendcheck.pipeline.registry import Registry, load
        from sendcheck.testing import build, load_cases

        module = importlib.import_module("sendcheck_demo")
        registry = Registry((*load().checks, module.CHECK))
        cases = load_cases(folder / "sendcheck_demo")
        assert {c.lang for c in cases if c.fires} == {"en", "nb"} == {c.lang for c in cases if not c.fires}
        for case in cases:
            report = Engine(registry, load_config(load(), isolated=True)).check(Job("x", build(case.data)))
            assert ("demo-found" in [f.rule for f in report.findings]) == case.fires
    finally:
        sys.path.remove(str(folder))
    assert "there already" in wrong(sendcheck, "new-check", "demo", "--package")
    assert "is no name for a check" in wrong(sendcheck, "new-check", "Demo Check")
    assert "source tree" in wrong(sendcheck, "new-check", "other")
    assert "a check named links" in wrong(sendcheck, "new-check", "links", "--package")


def test_the_python_interface() -> None:
    import email

    import sendcheck
    from sendcheck.errors import InputError

    report = sendcheck.check(BAD)
    assert report.verdict == "fail"
    assert [f.rule for f in report.findings] == ["placeholder-left"]
    assert sendcheck.check(email.message_from_bytes(GOOD)).verdict == "pass"
    assert sendcheck.check(GOOD.decode(), parent=GOOD).verdict == "pass"
    with pytest.raises(InputError):
        sendcheck.check(Path("/nowhere.eml"))


@pytest.mark.parametrize("group", ["", "hook", "hook run", "daemon", "milter", "languagetool"])
def test_a_group_without_a_command_prints_its_help(sendcheck: Run, group: str) -> None:
    bare, asked = sendcheck(*group.split()), sendcheck(*group.split(), "--help")
    assert (bare.returncode, bare.stdout, bare.stderr) == (0, asked.stdout, "") and bare.stdout.startswith("Usage: ")
    assert sendcheck(*group.split(), "no-such-command").returncode == 2
