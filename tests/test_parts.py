"""Each byte that leaves is read, or named: over MIME trees of any shape, and where it stands."""

from __future__ import annotations

import base64
import quopri
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sendcheck.config.load import load_config
from sendcheck.pipeline.engine import Engine, Job
from sendcheck.pipeline.judge import Selection
from sendcheck.pipeline.registry import load
from sendcheck.pipeline.report import MailReport, Verdict
from sendcheck.reading.content import TREATMENTS, Treatment
from sendcheck.reading.message import read_message
from sendcheck.show.text import TextReport
from sendcheck.understanding.understand import Surroundings, understand
from tests.conftest import ROOT

HEAD = "From: jon@tallmo.no\nTo: kari@nordbank.no\nSubject: The plan\nDate: Mon, 23 Nov 2026 10:00:00 +0100\nMessage-ID: <x@tallmo.no>\nMIME-Version: 1.0\n"
SECRET = "hunter2Xq9!kLm"
TEXT = f"Hello Kari,\n\nthe password is: {SECRET}\n\nBest\nJon\n"


@cache
def engine() -> Engine:
    return Engine(load(), load_config(load(), isolated=True), Selection(select=("secret", "mail-unreadable", "mail-truncated")))


def report(raw: bytes | str) -> MailReport:
    return engine().check(Job("-", raw.encode() if isinstance(raw, str) else raw))


# -- any tree ------------------------------------------------------------------

_TYPES = (
    "text/plain; charset=utf-8", "text/plain; charset=utf-8; name=a.txt", "text/html; charset=utf-8", "text/html; name=a.html", "text/csv; name=a.csv", "text/x-any", "text",
    "text/enriched", "application/octet-stream", "application/json; name=a.json", "application/pdf; name=a.pdf", "image/png; name=a.png", "application/x-any", "audio/wav",
    "message/delivery-status", "message/disposition-notification", "message/partial; number=2; id=x", "application/pgp-encrypted", "application/ms-tnef",
    "application/pkcs7-mime", "application/pkcs7-signature; name=smime.p7s", "text/vcard; name=a.vcf", ";;;", "text/plain; charset=x-martian", "", "multipart/mixed",
)  # fmt: skip
_MULTIPARTS = ("mixed", "alternative", "related", "signed", "digest", "report", "encrypted", "parallel", "x-any")


def _coded(data: bytes, encoding: str) -> bytes:
    if encoding == "base64":
        return base64.encodebytes(data)
    if encoding == "quoted-printable":
        return quopri.encodestring(data)
    return data


@st.composite
def leaf(draw: st.DrawFn) -> bytes:
    encoding = draw(st.sampled_from(("", "7bit", "8bit", "base64", "quoted-printable", "binary", "BASE64")))
    kind = draw(st.sampled_from(_TYPES))
    head = f"Content-Type: {kind}\n" if kind else ""
    head += f"Content-Transfer-Encoding: {encoding}\n" if encoding else ""
    head += draw(
        st.sampled_from(("", "Content-Disposition: attachment\n", "Content-Disposition: attachment; filename=b.dat\n", "Content-Disposition: inline\n"))
    )
    text = f"<p>{TEXT}</p>" if "html" in kind and draw(st.booleans()) else TEXT
    return head.encode() + b"\n" + _coded(text.encode(), encoding.lower())


def _multipart(kind: str, boundary: str, parts: list[bytes], preamble: bytes, epilogue: bytes, encoding: str) -> bytes:
    body = preamble + b"".join(b"--" + boundary.encode() + b"\n" + part + b"\n" for part in parts) + b"--" + boundary.encode() + b"--\n" + epilogue
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\n' + (f"Content-Transfer-Encoding: {encoding}\n" if encoding else "")
    return head.encode() + b"\n" + _coded(body, encoding)


def _mail(inner: bytes, kind: str, encoding: str) -> bytes:
    head = f"Content-Type: message/{kind}\n" + (f"Content-Transfer-Encoding: {encoding}\n" if encoding else "")
    return head.encode() + b"\n" + _coded(b"From: q@else.no\nSubject: y\n" + inner, encoding)


_QUIET_PART = b"Content-Type: text/plain\n\nHi Kari\n"


@st.composite
def tree(draw: st.DrawFn) -> bytes:
    """A tree with one leaf that holds the secret, among others that do not."""
    part = draw(leaf())
    for number in range(draw(st.integers(0, 4))):
        if draw(st.integers(0, 3)) == 0:
            part = _mail(part, draw(st.sampled_from(("rfc822", "global", "news"))), draw(st.sampled_from(("", "base64", "quoted-printable", "8bit"))))
            continue
        parts = [_QUIET_PART] * draw(st.integers(0, 2))
        parts.insert(draw(st.integers(0, len(parts))), part)
        marks = [draw(st.sampled_from((b"", b"This is a multi-part message in MIME format.\n\n"))), draw(st.sampled_from((b"", b"\nfooter\n")))]
        encoding = draw(st.sampled_from(("", "", "", "base64")))
        part = _multipart(draw(st.sampled_from(_MULTIPARTS)), f"b{number}=_x", parts, marks[0], marks[1], encoding)
    return part


@given(tree(), st.sampled_from(("\n", "\r\n")))
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_secret_in_any_leaf_is_found_or_its_part_is_named(part: bytes, newline: str) -> None:
    raw = (HEAD.encode() + part).replace(b"\n", newline.encode())
    told = report(raw)
    rules = {finding.rule for finding in told.findings}
    assert rules & {"secret", "mail-unreadable", "mail-truncated"} or any(entry.told for entry in told.unread), raw.decode()


@given(st.sampled_from(_MULTIPARTS), st.booleans())
@settings(max_examples=20, deadline=None)
def test_a_secret_outside_of_the_boundaries_is_found(kind: str, before: bool) -> None:
    marks = (TEXT.encode(), b"") if before else (b"", TEXT.encode())
    raw = HEAD.encode() + _multipart(kind, "b", [_QUIET_PART], marks[0] + b"\n" if before else b"", marks[1], "")
    assert [finding.rule for finding in report(raw).findings] == ["secret"]


@pytest.mark.parametrize(
    "html",
    [
        "<noscript>{}</noscript>", "<svg><text>{}</text></svg>", "<math><mtext>{}</mtext></math>", "<template><p>{}</p></template>", "<object>{}</object>",
        "<!-- {} -->", "<!--[if mso]><p>{}</p><![endif]-->", "<!--[if !mso]><!--><p>{}</p><!--<![endif]-->", '<img src="cid:a" alt="{}">', '<a href="#" title="{}">x</a>',
        '<input value="{}">', '<meta name="description" content="{}">', "<style>/* {} */ p {{ color: red }}</style>", "<script>// {}\n</script>", "<title>{}</title>",
        "<p hidden>{}</p>", "<iframe srcdoc=\"<p>{}</p>\"></iframe>", "<textarea>{}</textarea>", "<select><option>{}</option></select>",
    ],
)  # fmt: skip
def test_all_text_of_html_is_read(html: str) -> None:
    raw = HEAD + f"Content-Type: text/html; charset=utf-8\n\n<html><body><p>Hi Kari</p>{html.format('the password is: ' + SECRET)}</body></html>\n"
    assert [finding.rule for finding in report(raw).findings] == ["secret"]


def test_what_stands_outside_is_not_the_writers_text() -> None:
    raw = HEAD.encode() + _multipart("mixed", "b", [_QUIET_PART], b"This is a mail in parts.\n", b"\nfooter of a list\n", "")
    mail = understand(read_message(raw), Surroundings())
    assert mail.own_text.strip() == "Hi Kari" and len(mail.enclosed) == 2


# -- where it stands -----------------------------------------------------------


def _line_of(raw: str) -> int:
    return raw[: raw.index(SECRET)].count("\n") + 1


@pytest.mark.parametrize(
    "part",
    [
        f"Content-Type: text/plain; name=a.txt\nContent-Disposition: attachment; filename=a.txt\n\nHi\n\n{TEXT}",
        f"Content-Type: application/json\n\n{TEXT}",
        f"Content-Type: message/rfc822\n\nFrom: q@w.no\nSubject: y\n\n{TEXT}",
        f"Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:The plan\nDESCRIPTION:Hi Kari\\, the passw\n ord is: {SECRET}\nEND:VEVENT\nEND:VCALENDAR",
        f"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\nSGkgS2FyaSwK\n{TEXT}",
    ],
    ids=["attached", "json", "mail", "calendar", "footer"],
)
def test_places_lead_to_the_source(part: str) -> None:
    raw = HEAD + f"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nHi\n--b\n{part}\n--b--\n"
    finding = report(raw).findings[0]
    assert (finding.where.line, finding.where.column) == (_line_of(raw), raw.split("\n")[_line_of(raw) - 1].index(SECRET) + 1)


def test_places_lead_through_base64() -> None:
    inner = "From: q@w.no\nSubject: y\n\n" + "x" * 300 + f"\n{TEXT}"
    coded = base64.encodebytes(inner.encode()).decode()
    raw = HEAD + f"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n{coded}"
    finding = report(raw).findings[0]
    at = base64.b64encode(inner[: inner.index(SECRET)].encode()).rstrip(b"=")
    assert finding.where.line == raw.count("\n", 0, raw.index(coded)) + 1 + len(at) // 76


# -- what is told --------------------------------------------------------------

ARMOUR = "-----BEGIN PGP MESSAGE-----\n\nhQEMA12345\n=abcd\n-----END PGP MESSAGE-----\n"


def _line(raw: str, **selected: tuple[str, ...]) -> str:
    engine = Engine(load(), load_config(load(), isolated=True), Selection(**selected))
    return TextReport(load().rules).mail(engine.check(Job("plan.eml", raw.encode())))


def test_a_pass_says_what_was_not_read() -> None:
    line = _line(HEAD + "\n" + ARMOUR, ignore=("recipient-invalid",))
    assert line.startswith("✓ plan.eml: pass; 1 part not read: encrypted; ")
    assert " rules did not run (read by 1 outside at nordbank.no)" in line and line.count("\n") == 1


def test_beside_other_text_only_what_reads_everything_did_not_run() -> None:
    told = Engine(load(), load_config(load(), isolated=True)).check(Job("-", (HEAD + "\nHi Kari,\n\n" + ARMOUR).encode()))
    unread = {e.rule for e in told.not_run if e.unread}
    assert {"secret", "placeholder-left"} <= unread <= {r.slug for r in load().rules.values() if r.reads_all}


def test_what_openpgp_wrote_is_nobodys_words() -> None:
    raw = (
        HEAD
        + "\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nHi Kari,\n\nthe plan is ready.\n-----BEGIN PGP SIGNATURE-----\n\niQTEHTEHW\n=abcd\n-----END PGP SIGNATURE-----\n"
    )
    mail = understand(read_message(raw.encode()), Surroundings())
    assert mail.own_text.strip() == "Hi Kari,\n\nthe plan is ready." and not mail.message.unread
    mail = understand(read_message((HEAD + "\nHi Kari,\n\n" + ARMOUR + "\nBest\nJon\n").encode()), Surroundings())
    assert "hQEMA" not in mail.own_text and mail.own_text.startswith("Hi Kari,")


def test_required_rules_make_it_incomplete() -> None:
    raw = HEAD + "\nHi Kari,\n\n" + ARMOUR
    assert Engine(load(), load_config(load(), isolated=True), Selection(select=("secret",))).check(Job("-", raw.encode())).verdict is Verdict.INCOMPLETE


def test_a_secret_in_the_subject_of_an_encrypted_mail_is_found() -> None:
    raw = HEAD.replace("The plan", f"The password is {SECRET}") + "\n" + ARMOUR
    assert [f.rule for f in report(raw).findings] == ["secret"]


def test_what_is_attached_beside_is_not_told_in_the_line() -> None:
    pdf = base64.encodebytes(b"%PDF-1.7\n" + bytes(range(256))).decode()
    raw = (
        HEAD
        + f"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nHi Kari, the plan is attached.\n--b\nContent-Type: application/pdf; name=plan.pdf\nContent-Transfer-Encoding: base64\n\n{pdf}--b--\n"
    )
    assert "not read" not in _line(raw)
    assert [(u.part, u.reason, u.told) for u in report(raw).unread] == [("attachment:plan.pdf", "PDF", False)]


def test_organisers_and_attendees_of_an_invitation_are_readers() -> None:
    people = "ORGANIZER:mailto:jon@tallmo.no\nATTENDEE;CN=Kari Holm:mailto:kari@nordbank.no\nATTENDEE;CN=Siri Lund:mailto:siri@brisling.no\n"
    raw = HEAD + f"Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:The plan\n{people}END:VEVENT\nEND:VCALENDAR\n"
    told = Engine(load(), load_config(load(), isolated=True)).check(Job("-", raw.encode()))
    assert [(r.shown, r.field) for r in told.readers] == [("kari@nordbank.no", "to"), ("Siri Lund <siri@brisling.no>", "attendee")]
    leak = next(f for f in told.findings if f.rule == "cc-leak")
    assert raw.split("\n")[next(p.line for p in (leak.where, *leak.also) if p.excerpt.startswith("siri")) - 1].startswith("ATTENDEE;CN=Siri")  # type: ignore[operator]


@pytest.mark.parametrize("row", TREATMENTS, ids=lambda row: row.treatment.name)
def test_the_page_shows_the_table(row: object) -> None:
    page = (ROOT / "docs" / "what-is-read.md").read_text("utf-8")
    assert all(f"{cell}" in page for cell in (row.treatment.value, row.which, row.done))  # type: ignore[attr-defined]
    assert {r.treatment for r in TREATMENTS} == set(Treatment)


def test_long_attached_text_is_read_to_its_cap_and_said_so() -> None:
    raw = HEAD + "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nHi\n--b\nContent-Type: text/csv; name=a.csv\n\n" + "1,2\n" * 300_000 + "--b--\n"
    message = read_message(raw.encode())
    assert [(u.part, u.told) for u in message.unread] == [("attachment:a.csv", False)] and not message.problems
