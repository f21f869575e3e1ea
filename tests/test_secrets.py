"""No report shows a value that `secret` or `personal-number` found, wherever it stands and whatever it is written to."""

from __future__ import annotations

import random
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sendcheck_checks.secrets.handed import handed

from sendcheck.cli.output import FORMATS
from sendcheck.pipeline.contract import Confidence, Severity
from sendcheck.pipeline.engine import Engine, Job
from sendcheck.pipeline.judge import Selection
from sendcheck.pipeline.masking import mask, masked
from sendcheck.pipeline.registry import load
from sendcheck.pipeline.report import Finding, MailReport, Verdict
from sendcheck.testing import build, config_of
from sendcheck.understanding.place import Place
from tests.conftest import GOOD, Run

VALUES = (
    "Sommer2024!",
    "kaninen33",
    "4821",
    "ghp_0123456789abcdefghijABCDEFGHIJ012345",
    "15108695088",
    "4539 1488 0343 6467",
    "MIIEpAIBAAKCAQEA1c7Q0q0uZ5Y3vY8m9mB0d1q2w3e4r5t6y7u8i9o0pasdfghj",
)
OWN = f"""Hi Kari,

The password for the portal is {VALUES[0]} and the definately PIN code is {VALUES[2]}, I guarantee that it will always work with {VALUES[0]}!!!
Jared forgot to send {VALUES[1]}, so log in with postgres://app:{VALUES[1]}@db.tallmo.example/orders soon.
The token is {VALUES[3]}. What was your number, {VALUES[4]}? Please see card {VALUES[5]} in the attached file.

-----BEGIN RSA PRIVATE KEY-----
{VALUES[6]}
klzxcvbnmqwertyuiop1234567890ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghij
-----END RSA PRIVATE KEY-----

Ola
"""
PARENT = build(
    {"from": "Kari Holm <kari.holm@nordbank.example>", "to": "Ola <ola@inside.example>", "own": f"Is the password {VALUES[0]}? And what about {VALUES[4]}?\n"}
)
CONFIG = 'allow-reserved-domains = true\nhistory = "off"\n'


@pytest.fixture
def leaky(tmp_path: Path) -> tuple[Path, Path]:
    mail, parent = tmp_path / "m.eml", tmp_path / "p.eml"
    html = f"<p>The password is <b>{VALUES[0]}</b></p><div style='display:none'>{VALUES[4]}</div><a href='https://x.example/?token={VALUES[3]}'>here</a>"
    mail.write_bytes(build({"own": OWN, "html": html, "subject": f"Re: password: {VALUES[1]}", "attachments": [f"{VALUES[4]}.pdf"]}))
    parent.write_bytes(PARENT)
    (tmp_path / "c.toml").write_text(CONFIG)
    return mail, parent


#: Fingerprints: four figures of a code may stand in one by chance.
_DIGEST = re.compile(r"\b[0-9a-f]{64}\b")


def shown(text: str) -> list[str]:
    """Values that stand in an output; figures also without their blanks, escapes undone."""
    flat = _DIGEST.sub("", text).replace("\\u00a0", " ").replace("&#39;", "'")
    return [v for v in VALUES if v in flat or v.replace(" ", "") in flat]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("more", [(), ("--show", "note", "--explain-answers", "--timings")], ids=["", "everything"])
def test_no_format_shows_a_value(sendcheck: Run, leaky: tuple[Path, Path], name: str, more: tuple[str, ...]) -> None:
    mail, parent = leaky
    done = sendcheck("check", mail, "--parent", parent, "--format", name, "--config", mail.parent / "c.toml", *more)
    assert done.returncode == 1
    assert shown(done.stdout + done.stderr) == []
    assert name not in {"text", "json"} or "secret" in done.stdout


def test_the_shim_and_the_diff_show_no_value(sendcheck: Run, leaky: tuple[Path, Path]) -> None:
    mail, _parent = leaky
    done = sendcheck("sendmail", "-t", stdin=mail.read_bytes(), SENDCHECK_MTA="/bin/true")
    assert done.returncode == 65 and shown(done.stdout + done.stderr) == []
    done = sendcheck("fix", mail, "--config", mail.parent / "c.toml")
    assert done.returncode == 0 and shown(done.stdout + done.stderr) == [] and "not shown" in done.stdout


def test_an_allowed_secret_stays_masked(sendcheck: Run, leaky: tuple[Path, Path]) -> None:
    mail, _parent = leaky
    config = mail.parent / "allow.toml"
    config.write_text(CONFIG + '[[suppress]]\nrule = "secret"\nreason = "a test"\n')
    done = sendcheck("check", mail, "--config", config, "--format", "json")
    assert '"reason": "a test"' in done.stdout and shown(done.stdout) == []


def test_a_password_is_not_corrected(sendcheck: Run, tmp_path: Path) -> None:
    """“did you mean “summer”?” would tell all but a letter of it."""
    mail, config = tmp_path / "m.eml", tmp_path / "c.toml"
    mail.write_bytes(build({"own": "Hi Kari,\n\nHere is what you asked for.\nPassword: acomodation\n\nOla\n"}))
    config.write_text(CONFIG)
    for command in (("check", mail, "--show", "note", "--format", "json"), ("fix", mail)):
        done = sendcheck(*command, "--config", config)
        assert "accommodation" not in done.stdout + done.stderr and "acomodation" not in done.stdout + done.stderr
    assert '"rule": "secret"' in sendcheck("check", mail, "--format", "json", "--config", config).stdout


def test_two_values_have_two_fingerprints() -> None:
    report = Engine(load(), config_of({}), Selection(("secret", "personal-number"))).check(Job("x", build({"own": OWN})))
    marks = [f.fingerprint for f in report.findings]
    assert len(marks) == len(set(marks)) >= 6


def test_the_mask_keeps_length_and_blanks() -> None:
    assert mask("Sommer2024!") == "So•••••••••" and mask("4821") == "••••" and mask("4539 1488") == "45•• ••••"


@given(
    st.text("abcXYZ019!. ", min_size=0, max_size=40), st.text("abcXYZ019!", min_size=6, max_size=20), st.text("abcXYZ019!. ", max_size=40), st.integers(0, 60)
)
@settings(max_examples=300, deadline=None)
def test_no_piece_of_a_clipped_value_is_left(before: str, value: str, after: str, cut: int) -> None:
    """A line of context may end in the middle of a value: of that half, too, no more than two letters and what might be chance are shown."""
    context = f"{before} {value} {after}"[:cut]
    place = Place("body", value, 1, 1, 1, 2, context)
    finding = Finding("secret", Severity.ERROR, Confidence.HIGH, f"it is {value}", "", "f" * 64, place)
    found = masked(MailReport("x", Verdict.FAIL, findings=(finding,), notices=(f"see {value}",)), [value]).findings[0]
    assert value not in found.message and value not in found.where.excerpt and len(found.where.context) == len(context)
    end = context.rfind(value[:3])
    if end >= 0 and context[end:] == value[: len(context) - end] and len(context) - end >= 3:
        assert found.where.context[end + 2 :] == "•" * (len(context) - end - 2)


def test_nothing_is_asked_of_the_web(monkeypatch: pytest.MonkeyPatch) -> None:
    """detect-secrets can verify what it finds at AWS, Slack and others: it never does here (and the suite runs without network)."""
    import requests

    def refuse(*_a: object, **_k: object) -> None:
        raise AssertionError("a request")

    monkeypatch.setattr(requests.Session, "request", refuse)
    own = "The key is AKIAABCDEFGHIJKLMNOP and xoxb-123456789012-1234567890123-abcdefghijklmnopqrstuvwx, take care of both.\n"
    report = Engine(load(), config_of({}), Selection(("secret",))).check(Job("x", build({"own": own})))
    assert len(report.findings) == 2


def test_without_the_library_for_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["sendcheck_checks.secrets.numbers"], "find_spec", lambda _name: None)
    report = Engine(load(), config_of({}), Selection(("personal-number",))).check(Job("x", build({"own": "The customer is 15108695088.\n"})))
    assert not report.findings and "sendcheck[numbers]" in report.not_run[0].reason and report.verdict == "incomplete"


@pytest.mark.parametrize(
    ("number", "what"),
    [("15108695088", "birth number"), ("551086 10092", "D number"), ("fødselsnummer 15508610081", "H number"), ("15908610064", "synthetic birth number")],
)
def test_kinds_of_numbers_are_told_apart(number: str, what: str) -> None:
    report = Engine(load(), config_of({}), Selection(("personal-number",))).check(Job("x", build({"own": f"It is {number}.\n"})))
    assert what in report.findings[0].message and (report.findings[0].severity == "note") == ("synthetic" in what)


def test_random_numbers_are_seldom_anybodys() -> None:
    """One random number of eleven digits in eleven has a valid check digit of an account: alone, without a word, hardly any is told of."""
    chance = random.Random(4)
    own = "".join(f"Order {chance.randrange(10**10, 10**11)} is ready.\n" for _ in range(5_000))
    report = Engine(load(), config_of({}), Selection(("personal-number",))).check(Job("x", build({"own": own})))
    assert sum(1 + len(f.also) for f in report.findings) <= 15


def test_patterns_of_ones_own(sendcheck: Run, tmp_path: Path) -> None:
    config, mail = tmp_path / "c.toml", tmp_path / "m.eml"
    config.write_text("[secrets]\npatterns = ['ACME-[0-9]{8}', '(?i)project bluebird']\n")
    mail.write_bytes(GOOD.replace(b"The plan is ready.", b"The plan is ready, see acme-00000001 and ACME-12345678 of Project Bluebird."))
    done = sendcheck("check", mail, "--config", config)
    assert done.returncode == 1 and "what your configuration keeps inside" in done.stdout
    assert ("12345678" not in done.stdout and "Bluebird" not in done.stdout and "acme-00000001" not in done.stdout.replace("…", "")) or "acme" in done.stdout
    for pattern, why in (("(?<=x)a", "invalid"), ("(a", "missing"), ("a*", "everywhere")):
        config.write_text(f"[secrets]\npatterns = ['{pattern}']\n")
        refused = sendcheck("check", mail, "--config", config)
        assert refused.returncode == 2 and "c.toml:2" in refused.stderr and why in refused.stderr and "Traceback" not in refused.stderr


def test_no_pattern_of_a_user_takes_long(tmp_path: Path, sendcheck: Run) -> None:
    config, mail = tmp_path / "c.toml", tmp_path / "m.eml"
    config.write_text("[secrets]\npatterns = ['(a+)+x$', '(x+x+)+y', '([a-z]+)*=']\n[[templates]]\nglob = '*a*a*a*a*a*a*a*a*a*b'\n")
    mail.write_bytes(GOOD + b"a" * 50_000 + b"\n")
    done = sendcheck("check", mail, "--config", config, "--timings")
    assert "check-crashed" not in done.stdout and "not finish" not in done.stdout


#: Passwords of every shape: any sign anywhere, figures or letters only, words with something between.
SHAPES = (
    *(f"Hav{sign}n4471" for sign in "!#$%&()*+,-./:;<=>?@[]^_`{|}~\\'"),
    *(f"{sign}Havn4471" for sign in "!#$%&*+/?@~-"),
    *(f"Havn4471{sign}" for sign in "!#?%"),
    "8ThyF#1*@96%dYt!xWHD", "Xk9$mQ2&vL", "p@ssw0rd-Acme-26", "Acme@2026", "a@b4471", "{Havn4471}", "[Hav]n4471", "<Havn>4471", "12345678", "4471",
    "sommerfugl", "Sommerfugl", "sunflower", "kaninhopp", "AbCdEfGh", "qwertyuiop", "havn.brygge", "rod-hest-blaa-sykkel-7", "rod-hest-blaa-sykkel",
    "correct horse battery staple", "rod hest blaa sykkel", "Havn 4471", "Blåbær2026", "æøåÆØÅ12", "пароль123", "passord123", "Password1",
)  # fmt: skip
FRAMES = (
    "The password for the portal is {}.", "Your new password is {}\n\nPlease change it on Monday 30 November.", "Password: {}", "Wifi password: {}", "PW: {}",
    "User: kari\nPassword: {}", "Passordet til portalen er {}.", "Passordet ditt er {}\n\nBytt det mandag 30. november.", "Passord: {}", "Passord til wifi: {}",
    "Bruker: kari\nPassord: {}", "> Passord: {}", "**Passord:** {}", "Passordet ble endret til {}", "Passordet er «{}».",
)  # fmt: skip


@pytest.mark.parametrize("frame", FRAMES)
def test_a_password_is_found_whole_whatever_its_characters(frame: str) -> None:
    wrong = []
    for value in SHAPES:
        text = f"Hi Kari,\n\n{frame.format(value)}\n\nBest regards,\nJon\n"
        found = [text[h.start : h.end] for h in handed(text)]
        if not found or found[0].rstrip("!?#%") != value.rstrip("!?#%") or any(v not in value for v in found):
            wrong.append((value, found))
    assert not wrong, wrong


@pytest.mark.parametrize(
    "text",
    [
        "The password for the portal is Kari@acme.example.",
        "Password: https://portal.acme.example/reset?id=4471",
        "Password: see attachment.pdf",
        "Password changed: 12.05.2026 14:03",
        "The password is 12 characters long.",
        "The PIN is 4471 times safer.",
        "Your code is 4471 lines long.",
        "Passordet er på 12 tegn.",
        "Koden er på 4471 linjer.",
        "Login: kari.holm@acme.example",
        "pin: 4471 is not connected",
        "tests pass: 1204",
        'const password = process.env.DB_PASSWORD; let pw = getPassword("x4471");',
    ],
)
def test_what_is_no_password_where_one_could_stand(text: str) -> None:
    assert not list(handed(f"Hi Kari,\n\n{text}\n\nBest regards,\nJon\n"))


_PIECES = st.sampled_from(
    [
        "password", "Passord", "pw", "PIN", "koden", "login", "user", "wifi", "key", "combination", "user / password", "is", "er", "was changed to", ":", "=", " - ",
        "(", ")", "|", "\t", "\n", "\n\n", "> ", "*", "**", '"', "«", "»", "'", "`", "<", ">", "{{", "}}", "&amp", "=20", "Havn4471!", "4471", "12-24-36", "sunflower",
        "the", "til", "door", "døra", ",", ".", "!", "://", "@", "\ufffd", " ", "  ", "as the", "use", "that is the",
    ]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=30).map("".join))
@settings(max_examples=400, deadline=None)
def test_no_text_is_too_odd(text: str) -> None:
    for found in handed(text):
        assert 0 <= found.start < found.end <= len(text) and "\n" not in text[found.start : found.end]
