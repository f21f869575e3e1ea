"""What a mail, a file's name or a configuration holds can command no terminal, no CI and no reader of a report, whatever the format."""

from __future__ import annotations

import ast
import json
import os
import re
import stat
import unicodedata
from dataclasses import replace
from email.header import Header
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sendcheck.cli.output import FORMATS, Look, rendered
from sendcheck.cli.privatefile import write_private
from sendcheck.config.load import load_config
from sendcheck.escapes import clean, clean_lines, for_log, in_json
from sendcheck.gateways.checking import Checked
from sendcheck.gateways.nativehost import _report as told_to_thunderbird
from sendcheck.pipeline.contract import Confidence, Exchange, Severity
from sendcheck.pipeline.engine import Engine, Job
from sendcheck.pipeline.judge import Selection
from sendcheck.pipeline.registry import load
from sendcheck.pipeline.report import Finding, MailReport, NotRunEntry, Reader, Report, Suppressed, Verdict
from sendcheck.show.text import TextReport
from sendcheck.show.visible import visible_place
from sendcheck.understanding.place import Place
from tests.conftest import ROOT, Run

REGISTRY = load()
BIDI = {0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
COMMAND = re.compile(r"^\s*(?:::|##\[|##vso\[|##teamcity\[|section_(?:start|end):)")
IN_LINE = re.compile(r"##(?:|vso|teamcity)\[|section_(?:start|end):")
OURS = re.compile(r"::(?:error|warning|notice) file=[^:]*::")
NASTY = [
    *"\x00\x07\x08\x0b\x0c\r\x1b\x7f\x85\x90\x9b\x9d\xad\u061c\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202e\u2066\u2069\ufeff\ufffe\U000e0041",
    *("\x1b[2J", "\x1b]0;x\x07", "::error::pwn", "  ::add-mask::x", "##[error]x", "##vso[task.setvariable variable=a]b", "##teamcity[buildStop]"),
    *(
        "section_start:1:a\r\x1b[0K",
        "section_end:1:a",
        "\n::error::x",
        "\n##[group]x",
        "\t::stop-commands::x",
        "\xa0::error::x",
        "\u3000::error::x",
        "]]>",
        "<b>&",
    ),
    *("{{first_name}}", "password: hunter2hunter2", " plain words ", "æøå", "👩\u200d💻", "می\u200cخواهم", "\n\n", "\t"),
]
text_of = st.lists(st.sampled_from(NASTY), max_size=6).map("".join)


def raw_characters(text: str) -> set[str]:
    """Characters of an output that no output should hold; line ends and tabs of a page's own layout may be there."""
    return {f"U+{ord(c):04X}" for c in text if c not in "\n\t" and (unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} or ord(c) in BIDI)}


def assert_safe(name: str, text: str) -> None:
    assert not raw_characters(text), (name, raw_characters(text))
    assert not IN_LINE.search(text), (name, IN_LINE.search(text))
    for line in re.split(r"[\n\r\x0b\x0c\x85\u2028\u2029]", text):
        if name != "github" or not OURS.match(line):
            assert not COMMAND.search(line), (name, line)


# -- the characters ------------------------------------------------------------


@given(st.text())
@settings(max_examples=300)
def test_cleaned_text_is_safe_and_stays_so(text: str) -> None:
    cleaned = clean(text)
    assert not raw_characters(cleaned) and "\n" not in cleaned and "\t" not in cleaned
    assert not COMMAND.match(cleaned)
    assert clean(cleaned) == cleaned
    assert not raw_characters(clean_lines(text))


@pytest.mark.parametrize("character", [chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) in {"Cc", "Zl", "Zp"} or c in BIDI])
def test_each_character_is_told_by_its_number(character: str) -> None:
    code = f"{ord(character):02x}"
    shown = clean(f"a{character}b")
    assert shown == "a b" if character in "\n\t" else shown in {f"a\\x{code}b", f"a\\u{ord(character):04x}b", "a\\rb"}


def test_what_does_its_work_stays() -> None:
    for text in (
        "👩\u200d💻 ❤\ufe0f\u200d🔥 👨\u200d👩\u200d👧",
        "می\u200cخواهم",
        "e\u0301 å",
        "no\u00a0break",
        "a :: b",
        "C++ std::vector",
        "## heading",
        "\ue000",
    ):
        assert clean(text) == text
    assert clean("pay\u200dpal\u200c") == "pay\\u200dpal\\u200c"


def test_json_keeps_the_very_text() -> None:
    for code in (*range(0x20, 0x3000), *range(0xFB00, 0x10000), *range(0xE0000, 0xE0200)):
        if 0xD800 <= code < 0xE000:
            continue
        text = f"a{chr(code)}b ##[x] ##vso[y section_start:1"
        told = in_json(json.dumps(text, ensure_ascii=False))
        assert json.loads(told) == text and not raw_characters(told) and not IN_LINE.search(told)


# -- reports whose every string is hostile -------------------------------------


@st.composite
def place(draw: st.DrawFn) -> Place:
    before, excerpt, after = draw(text_of), draw(text_of), draw(text_of)
    context = draw(st.sampled_from(["", before + excerpt + after]))
    part = draw(st.sampled_from(["body", "subject", "to"])) if draw(st.booleans()) else f"attachment:{draw(text_of)}"
    line = draw(st.sampled_from([None, 3]))
    return Place(part, excerpt, line, 5 if line else None, line, 9 if line else None, context, len(before) if context else 0, draw(text_of))


@st.composite
def mail_report(draw: st.DrawFn) -> MailReport:
    findings = tuple(
        Finding(
            draw(st.sampled_from(["placeholder-left", "cc-leak"])),
            draw(st.sampled_from(list(Severity))),
            Confidence.HIGH,
            *draw(st.tuples(text_of, text_of)),
            "ab" * 32,
            draw(place()),
            tuple(draw(st.lists(place(), max_size=2))),
        )
        for _ in range(draw(st.integers(0, 2)))
    )
    return MailReport(
        source=draw(text_of) + ".eml",
        verdict=draw(st.sampled_from(list(Verdict))),
        profile_reason=draw(text_of),
        parent_source=draw(text_of),
        parent_id=draw(text_of),
        answers=draw(text_of),
        findings=findings,
        not_run=(NotRunEntry("question-unanswered", draw(text_of), draw(st.booleans())),),
        suppressed=(Suppressed("cc-leak", "cd" * 32, draw(text_of), draw(text_of)),),
        readers=tuple(Reader(draw(text_of), "to", draw(text_of), draw(st.booleans())) for _ in range(draw(st.integers(0, 2)))),
        groups=(draw(text_of),),
        notices=(draw(text_of),),
        unmatched=(f"X-Sendcheck-Allow {draw(text_of)}",),
        network=(draw(text_of),),
        exchanges=(Exchange("question-unanswered", "when", draw(place()), draw(st.none() | place()), draw(text_of)),),
    )


@given(st.lists(mail_report(), min_size=1, max_size=2))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_no_string_of_a_report_comes_through(mails: list[MailReport]) -> None:
    report = Report(tuple(mails))
    for redact in (True, False):
        look = Look(REGISTRY, Severity.NOTE, "error", redact=redact)
        for name in FORMATS:
            text = rendered(name, report, look)
            assert_safe(name, text)
            if name in {"json", "sarif", "gitlab"}:
                told = json.loads(text)
                if name == "json":
                    assert [m["source"] for m in told["mails"]] == [m.source for m in mails]
            if name == "junit":
                ElementTree.fromstring(text)
    for mail in mails:
        told = told_to_thunderbird(Checked(mail, {"locked": [], "pairs": []}, "stop", "off"))
        assert not raw_characters(json.dumps(told, ensure_ascii=False))


@given(text_of, text_of, text_of)
def test_the_caret_stands_below_its_words(before: str, excerpt: str, after: str) -> None:
    shown = visible_place(Place("body", excerpt, 1, 1, context=before + excerpt + after, context_column=len(before)))
    assert shown.context == clean(before + excerpt + after)
    assert shown.context[shown.context_column :].startswith(shown.excerpt)
    finding = Finding("placeholder-left", Severity.ERROR, Confidence.HIGH, "m", "", "ab" * 32, replace(shown, excerpt=shown.excerpt or "x"))
    lines = TextReport(REGISTRY.rules).mail(MailReport("a.eml", Verdict.FAIL, findings=(finding,))).splitlines()
    if excerpt.isascii() and before.isascii() and shown.excerpt.strip():
        at = next(number for number, line in enumerate(lines) if set(line.strip()) == {"^"})
        column, length = lines[at].index("^"), lines[at].count("^")
        assert lines[at - 1][column : column + length].rstrip() == shown.excerpt.rstrip()


# -- hostile mails -------------------------------------------------------------


def hostile(pieces: list[str]) -> bytes:
    """A mail with such pieces wherever words of a mail may stand."""
    one, two, three, four = pieces

    def word(text: str) -> str:
        return Header(text.encode("utf-8", "replace").decode("utf-8"), "utf-8", maxlinelen=9999).encode()

    def bare(text: str) -> str:
        return re.sub(r"[\r\n\x00]", "", text)

    lines = [
        f"From: {word(one)} <ola@tallmo.no>",
        f'To: {word(two)} <kari@nordbank.no>, {bare(one)}@x, "{bare(three)}" <per@fjord.no>',
        f"Subject: {word(three + ' {{first_name}}')}",
        f"X-Sendcheck-Allow: secret {bare(four)}",
        "MIME-Version: 1.0",
        "Content-Type: multipart/mixed; boundary=B",
        "",
        "--B",
        "Content-Type: text/plain; charset=utf-8",
        "",
        f"Hi {{{{name}}}},\n{two} {{{{a}}}}\n{four}\n\npassword: Abc{bare(one).strip()}12345xyz\n{three}",
        "--B",
        "Content-Type: text/html; charset=utf-8",
        "",
        f"<p>{two}</p><p>{three} {{{{b}}}} <a href='http://localhost/{bare(four)}'>http://{bare(one)}.no</a></p>",
        "--B",
        f'Content-Type: application/octet-stream; name="{word(four + ".exe")}"',
        "",
        "MZ",
        "--B--",
    ]
    return "\n".join(lines).encode("utf-8", "replace")


@given(st.lists(text_of, min_size=4, max_size=4), text_of)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_piece_of_a_mail_comes_through(pieces: list[str], name: str) -> None:
    config = load_config(REGISTRY, start=None, overrides={"history": "off"})
    engine = Engine(REGISTRY, config, Selection())
    parent = (f"{name}.eml", b"From: k@nordbank.no\nTo: ola@tallmo.no\nSubject: x\n\nWhen will you " + pieces[0].encode("utf-8", "replace") + b" come?\n")
    report = Report((engine.check(Job(f"{name}.eml", hostile(pieces), page=True, table=True, parent=parent)),))
    assert report.findings
    for redact in (True, False):
        look = Look(REGISTRY, Severity.NOTE, "error", redact=redact)
        for kind in FORMATS:
            assert_safe(kind, rendered(kind, report, look))


# -- commands ------------------------------------------------------------------

CI = {"CI": "true", "GITHUB_ACTIONS": "true", "TF_BUILD": "True", "TEAMCITY_VERSION": "1", "GITLAB_CI": "true"}


def test_names_of_files_are_shown_and_not_obeyed(sendcheck: Run, tmp_path: Path) -> None:
    bad = "::error::a\x1b[2J\u202e##[error]b\n::error::c"
    mail = tmp_path / f"{bad}.eml"
    mail.write_bytes(b"From: a@tallmo.no\nTo: b@nordlys.no\nSubject: s\n\nHi {{name}}\n")
    undecodable = os.fsencode(tmp_path) + b"/\x9b2J.eml"
    Path(os.fsdecode(undecodable)).write_bytes(mail.read_bytes())
    for kind in FORMATS:
        for named in (mail.name, os.fsdecode(b"\x9b2J.eml"), f"gone {bad}", "."):
            done = sendcheck("check", named, "--format", kind, cwd=tmp_path, **CI)
            assert done.returncode in {1, 2} and "Traceback" not in done.stderr, done.stderr
            assert_safe(kind, done.stdout)
            assert_safe("text", done.stderr)
    done = sendcheck("fix", mail.name, cwd=tmp_path)
    assert_safe("text", done.stdout + done.stderr)
    done = sendcheck("check", mail.name, "--config", f"no {bad}", cwd=tmp_path)
    assert done.returncode == 2
    assert_safe("text", done.stderr)


@pytest.mark.parametrize("kind", FORMATS)
def test_what_trials_sent_comes_through_in_no_format(sendcheck: Run, kind: str) -> None:
    mails = sorted((ROOT / "tests" / "field" / "62-escapes").glob("*.eml"))
    done = sendcheck("check", *mails, "--format", kind, "--no-redact", "--show", "note", "--explain-answers", **CI)
    assert done.returncode == 1 and len(mails) > 3
    assert_safe(kind, done.stdout)
    assert_safe("text", done.stderr)


def test_words_of_a_configuration_are_shown_and_not_obeyed(sendcheck: Run, tmp_path: Path, bad: Path) -> None:
    (tmp_path / "sendcheck.toml").write_text('[[suppress]]\nrule = "placeholder-left"\nmatch = "first"\nreason = "::error::a\\u001b[2J\\u202e"\n')
    for arguments in (["check", str(bad)], ["config"]):
        done = sendcheck(*arguments, cwd=tmp_path)
        assert "\\u202e" in done.stdout and "\\x1b[2J" in done.stdout
        assert_safe("text", done.stdout + done.stderr)


def test_commands_speak_through_one_module() -> None:
    """What may quote a mail, a name or a configuration is printed by telling.py alone; these print their own words."""
    own = {"telling.py", "daemon.py", "groups.py", "languagetool.py", "milter.py", "newcheck.py", "rules.py", "sendmail.py", "serve.py"}
    for path in (ROOT / "sendcheck" / "cli").glob("*.py"):
        calls = [
            node.lineno
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "echo" and path.name not in own
        ]
        allowed = {"output.py": 1, "main.py": 1}.get(path.name, 0)
        assert len(calls) <= allowed, f"{path.name}, lines {calls}: say, tell and styled of sendcheck.cli.telling are safe"


def test_lines_of_a_log() -> None:
    assert for_log("a\n  ::error::x\n\x1b[1m::b\n::") == "a\n  \\x3a:error::x\n\x1b[1m\\x3a:b\n\\x3a:"


# -- files ---------------------------------------------------------------------


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("kind", ["html", "text", "json"])
def test_reports_that_hold_mail_are_for_their_owner_alone(sendcheck: Run, tmp_path: Path, bad: Path, kind: str) -> None:
    old = os.umask(0)
    try:
        out = tmp_path / "out"
        sendcheck("check", bad, "--format", kind, "--output", out)
        assert mode(out) == 0o600
        out.chmod(0o666)
        with out.open("rb") as held:
            sendcheck("check", bad, "--format", kind, "--output", out)
            assert mode(out) == 0o600 and out.stat().st_ino != os.fstat(held.fileno()).st_ino, "who held the old file open does not read the new one"
        sarif = tmp_path / "out.sarif"
        sendcheck("check", bad, "--format", "sarif", "--output", sarif)
        assert mode(sarif) == 0o666, "made to be uploaded"
    finally:
        os.umask(old)
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".out")]


def test_a_link_a_pipe_and_a_folder_that_is_not_there(sendcheck: Run, tmp_path: Path, bad: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("x" * 100_000)
    target.chmod(0o644)
    link.symlink_to(target)
    write_private(link, "short")
    assert link.is_symlink() and target.read_text() == "short" and mode(target) == 0o600
    done = sendcheck("check", bad, "--format", "html", "--output", "/dev/stderr")
    assert done.returncode == 1 and "<!doctype html>" in done.stderr
    done = sendcheck("check", bad, "--format", "html", "--output", tmp_path / "no" / "where")
    assert done.returncode == 2 and "cannot write the report" in done.stderr
