"""``sendcheck fix``: only the words that are named change, in whatever encoding they stand; nothing else of the file does."""

from __future__ import annotations

import base64
import quopri
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sendcheck.pipeline.engine import Engine, Job
from sendcheck.pipeline.fixes import applied, edits
from sendcheck.pipeline.judge import Selection
from sendcheck.pipeline.registry import load
from sendcheck.testing import build, config_of
from sendcheck.understanding.dictionaries import speller
from tests.conftest import NORWEGIAN, Run, require

HEAD = b"From: Ola <ola@tallmo.no>\nTo: Kari <kari@nordbank.no>\nSubject: x\nMIME-Version: 1.0\n"
OWN = "Hi Kari,\n\nThe plan is definately ready, and and we are responsable for the\nthe accomodation in Bergen.\n\nOla\n"
MENDED = "Hi Kari,\n\nThe plan is definitely ready, and we are responsible for the\naccommodation in Bergen.\n\nOla\n"
RULES = ("spelling", "repeated-word")


def mended(raw: bytes) -> tuple[bytes, list[str]]:
    """The mended bytes, and why fixes were left."""
    report = Engine(load(), config_of({}), Selection(RULES)).check(Job("x", raw))
    made, left = edits(raw, report)
    return applied(raw, made), [entry.why for entry in left]


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "us-ascii"])
@pytest.mark.parametrize("ends", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
def test_plain_text(charset: str, ends: bytes) -> None:
    raw = (HEAD + f"Content-Type: text/plain; charset={charset}\n\n".encode() + OWN.encode()).replace(b"\n", ends)
    want = (HEAD + f"Content-Type: text/plain; charset={charset}\n\n".encode() + MENDED.encode()).replace(b"\n", ends)
    assert mended(raw) == (want, [])


def test_norwegian_letters_in_three_encodings() -> None:
    require(speller("nb") is not None, NORWEGIAN, extra=True)
    own = "Hei Kari,\n\nMøtet er er klart, og vi sender inforasjonen om kjøpet på mandag. Vi har gjort alle endrignene.\n\nOla\n"
    want = own.replace("er er", "er").replace("inforasjonen", "informasjonen").replace("endrignene", "endringene")
    for charset in ("utf-8", "iso-8859-1"):
        head = HEAD + f"Content-Type: text/plain; charset={charset}\n".encode()
        assert mended(head + b"\n" + own.encode(charset))[0] == head + b"\n" + want.encode(charset)
        quoted = head + b"Content-Transfer-Encoding: quoted-printable\n\n"
        body = quopri.encodestring(own.encode(charset))
        found, _left = mended(quoted + body)
        assert found.startswith(quoted) and quopri.decodestring(found[len(quoted) :]).decode(charset) == want


def test_base64_is_left_and_said() -> None:
    raw = HEAD + b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(OWN.encode())
    found, left = mended(raw)
    assert found == raw and left and all("encoded" in why for why in left)


def test_a_signed_mail_is_left() -> None:
    raw = HEAD + b'Content-Type: multipart/signed; boundary="b"\n\n--b\nContent-Type: text/plain\n\n' + OWN.encode() + b"\n--b--\n"
    found, left = mended(raw)
    assert found == raw and all("signed" in why for why in left)


def test_both_halves_are_mended() -> None:
    html = "<html><body><p>Hi Kari,</p><p>The plan is <b>definately</b> ready &amp; the accomodation, too.</p></body></html>"
    raw = build({"own": "Hi Kari,\n\nThe plan is definately ready & the accomodation, too.\n", "html": html})
    found, left = mended(raw)
    assert found == raw.replace(b"definately", b"definitely").replace(b"accomodation", b"accommodation") and not left


def test_what_has_two_remedies_is_left_to_the_writer() -> None:
    raw = HEAD + b"\nHi Kari,\n\nI thougt about the plan for a lond time with Hannah Smithh.\n"
    report = Engine(load(), config_of({}), Selection(RULES)).check(Job("x", raw))
    many = [f for f in report.findings if " or " in f.suggestion]
    assert all(f.fix is None for f in many)


def test_a_quoted_line_is_not_touched() -> None:
    raw = HEAD + b"\nIt is ready.\n\nOn Mon, 4 May 2026 at 09:00, Kari <kari@nordbank.no> wrote:\n> Is it definately ready for the the accomodation?\n"
    assert mended(raw) == (raw, [])


@given(
    st.lists(
        st.sampled_from(
            [
                "definately",
                "the the",
                "å være",
                "accomodation",
                "responsable",
                "plan",
                "grønn",
                "=",
                "=3D",
                "\t",
                "and\nand",
                "kommmer",
                "é",
                ">",
                "https://a.no/definately",
            ]
        ),
        max_size=12,
    ),
    st.sampled_from(["utf-8", "iso-8859-1"]),
    st.booleans(),
)
@settings(max_examples=120, deadline=None)
def test_only_the_named_words_change(words: list[str], charset: str, quoted: bool) -> None:
    body = ("Hi,\n\n" + " ".join(words) + "\n").encode(charset, "replace")
    head = HEAD + f"Content-Type: text/plain; charset={charset}\n".encode()
    raw = head + (b"Content-Transfer-Encoding: quoted-printable\n\n" + quopri.encodestring(body) if quoted else b"\n" + body)
    report = Engine(load(), config_of({}), Selection(RULES)).check(Job("x", raw))
    made, _left = edits(raw, report)
    kept = [raw[a:b] for a, b in zip([0, *(e.end for e in made)], [*(e.start for e in made), len(raw)], strict=True)]
    out = applied(raw, made)
    at = 0
    for piece, edit in zip(kept, [*made, None], strict=True):
        assert out[at : at + len(piece)] == piece
        at += len(piece) + (len(edit.new) if edit else 0)
    assert at == len(out)


def test_the_command(sendcheck: Run, tmp_path: Path) -> None:
    mail = tmp_path / "m.eml"
    mail.write_bytes(HEAD + b"\n" + OWN.encode())
    done = sendcheck("fix", mail)
    assert done.returncode == 0 and "-The plan is definately ready" in done.stdout and "+The plan is definitely ready" in done.stdout
    assert "5 fixes; nothing was changed" in done.stderr and mail.read_bytes() == HEAD + b"\n" + OWN.encode()
    copy = tmp_path / "copy.eml"
    done = sendcheck("fix", mail, "--output", copy)
    assert done.stdout == "" and copy.read_bytes() == HEAD + b"\n" + MENDED.encode()
    again = sendcheck("fix", copy)
    assert again.stdout == "" and "nothing to mend safely" in again.stderr
    for arguments, words in (
        ((mail, "--output", mail), "never changes a mail"),
        ((mail, "--output", copy), "there already"),
        ((tmp_path / "none.eml",), "none.eml"),
        ((mail, "--select", "speling"), "did you mean"),
    ):
        done = sendcheck("fix", *arguments)
        assert done.returncode == 2 and words in done.stderr and "Traceback" not in done.stderr, done.stderr
    assert sendcheck("fix", mail, "--output", copy, "--force").returncode == 0
    one = sendcheck("fix", mail, "--select", "repeated-word")
    assert "definitely" not in one.stdout and "+The plan is definately ready, and we" in one.stdout
    piped = sendcheck("fix", "-", stdin=mail.read_bytes())
    assert "+The plan is definitely ready" in piped.stdout


def test_several_mails_are_one_too_many(sendcheck: Run, tmp_path: Path) -> None:
    box = tmp_path / "b.mbox"
    box.write_bytes(2 * (b"From a Mon May  4 10:12:00 2026\n" + HEAD + b"\nThe the plan.\n\n"))
    done = sendcheck("fix", box)
    assert done.returncode == 2 and "holds 2" in done.stderr


def test_a_template_is_mended_in_its_own_file(sendcheck: Run, tmp_path: Path) -> None:
    require(speller("nb") is not None, NORWEGIAN, extra=True)
    template = tmp_path / "t.j2"
    template.write_text("Hei {{ navn }},\n\n{% if a %}vi sender inforasjonen på mandag,{% endif %} og og kjøpet er klart for {{ navn }}.\n")
    done = sendcheck("fix", template, "--output", tmp_path / "t2.j2")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "t2.j2").read_text() == template.read_text().replace("inforasjonen", "informasjonen").replace("og og", "og")
