"""What the rules of tone and commitments share: rewordings; long mails and short ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sendcheck.pipeline.engine import Engine, Job
from sendcheck.pipeline.judge import Selection
from sendcheck.pipeline.registry import load
from sendcheck.pipeline.report import MailReport
from sendcheck.testing import build, config_of
from sendcheck.understanding.rewording import mends
from sendcheck.understanding.text import unquoted
from tests.conftest import Run


def report(own: str, profile: str = "complaint-reply", *rules: str) -> MailReport:
    return Engine(load(), config_of({}), Selection(rules), profile).check(Job("a.eml", build({"own": f"{own}\n"})))


def test_what_others_said_is_left_out() -> None:
    text = "He wrote “you forgot to send it” and left."
    assert len(unquoted(text)) == len(text)
    assert "forgot" not in unquoted(text)
    assert unquoted("The “experts” were here.") == "The “experts” were here."


def test_mends() -> None:
    assert mends("As I told you, it is late.", [("^as i told you, ", "")]) == (((0, 15), ""),)
    assert mends("I guarantee it.", [("no", "yes"), ("\\b(i) guarantee", r"\1 expect")]) == (((0, 11), "I expect"),)
    assert mends("It is late.", [("^as i told you, ", "")]) == ()


@pytest.mark.parametrize(
    ("own", "rule", "words"),
    [
        ("It was Jared who forgot to send it.", "blame-colleague", "“We forgot to send it.”"),
        ("The contract was mislaid by Nicole.", "blame-colleague", "“The contract was mislaid by us.”"),
        ("As I already told you, the form is missing.", "blame-recipient", "“The form is missing.”"),
        ("Where is the form??", "shouting", "“Where is the form?”"),
        ("We will fix it soon.", "promise-undated", "“We will fix it by noon tomorrow.”"),
        ("Vi skal rette det snart.", "promise-undated", "“Vi skal rette det innen kl. 12 i morgen.”"),
        ("I guarantee that it works.", "promise-absolute", "“I expect that it works.”"),
        ("Let's touch base on Monday at ten.", "jargon", "“Let's talk on Monday at ten.”"),
    ],
)
def test_a_finding_offers_one_rewording(own: str, rule: str, words: str) -> None:
    (finding,) = [f for f in report(own).findings if f.rule == rule]
    assert words in finding.suggestion


def test_no_rewording_where_more_would_have_to_change() -> None:
    for own in ("Jared forgot his keys.", "Jared was careless.", "Jared told me that he forgot it."):
        assert all("for instance" not in f.suggestion for f in report(own).findings if f.rule == "blame-colleague"), own


def test_blanks_and_marks_by_the_thousand_are_read_in_time(sendcheck: Run, tmp_path: Path) -> None:
    own = "In the event" + " " * 3000 + "we are" + " " * 3000 + "late, " + "!" * 3000 + " " + "a " * 3000
    mail = tmp_path / "blanks.eml"
    mail.write_bytes(build({"own": f"{own}\n"}))
    done = sendcheck("check", str(mail), "--format", "json", "--profile", "complaint-reply")
    assert not any(f["rule"] == "check-crashed" for m in json.loads(done.stdout)["mails"] for f in m["findings"])


def test_a_long_mail_and_a_short_one() -> None:
    paragraph = "We met the team on Monday and talked about the new plan. The room was warm, and the coffee was good. Kari sends her regards. "
    long = "\n\n".join([paragraph * 4] * 25)
    assert len(long.split()) > 2000
    assert not report(long, "general").findings
    planted = report(f"{long}\n\nIt was all Jared's fault, he forgot to send it to you.\n\n{long}", "general")
    assert [f.rule for f in planted.findings] == ["blame-colleague"]
    assert not report("Done.", "general").findings
    assert [f.rule for f in report("Jared forgot it.", "general").findings] == ["blame-colleague"]
