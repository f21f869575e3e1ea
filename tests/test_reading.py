"""Bytes to Message: headers, addresses, charsets, MIME, HTML, positions, caps; any bytes give a Message."""

from __future__ import annotations

import base64
import email
import email.policy
import quopri
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sendcheck.reading.addresses import parse_address_list
from sendcheck.reading.encodedwords import decode_words
from sendcheck.reading.message import Message, read_message
from sendcheck.reading.sourcemap import RawPositions

HTML = b"From: a@b.no\nTo: c@d.no\nSubject: x\nContent-Type: text/html; charset=utf-8\n\n"


def addresses(value: str) -> list[tuple[str, str, bool]]:
    return [(a.name, a.addr, a.error is None) for a in parse_address_list(value).addresses]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Kari Holm <kari@x.no>", [("Kari Holm", "kari@x.no", True)]),
        ('"Holm, Kari" <kari@X.NO>', [("Holm, Kari", "kari@x.no", True)]),
        ("Holm, Kari <kari@x.no>", [("Holm, Kari", "kari@x.no", True)]),
        ("kari@x.no (Kari Holm)", [("Kari Holm", "kari@x.no", True)]),
        ("a@x.no, b@x.no", [("", "a@x.no", True), ("", "b@x.no", True)]),
        ("Team: a@x.no, B <b@x.no>;, c@x.no", [("", "a@x.no", True), ("B", "b@x.no", True), ("", "c@x.no", True)]),
        ("undisclosed-recipients:;", []),
        ("<@relay.no:kari@x.no>", [("", "kari@x.no", True)]),
        ("kåre@bjørk.no", [("", "kåre@bjørk.no", True)]),
        ('"a b"@x.no', [("", '"a b"@x.no', True)]),
    ],
)
def test_addresses(value: str, expected: list[tuple[str, str, bool]]) -> None:
    assert addresses(value) == expected


@pytest.mark.parametrize(
    "value",
    ["a@x@y", "kari@x..no", ".kari@x.no", "kari@", "@x.no", "Kari", "alice@example.org]<bob@evil.com>", "<a@b.no> rest", "a <b@c.no", "<<a@b.no>>", "a b@c.no"],
)
def test_addresses_that_do_not_parse_say_so(value: str) -> None:
    assert [a.error for a in parse_address_list(value).addresses if a.error], value


def test_places_in_pre_formatted_text() -> None:
    """Blanks before the text, and entities in it, shift no place (found by fuzzing)."""
    message = read_message(HTML + b"<pre>   \n  first\n a &amp; second third</pre>\n")
    text = message.texts[0].view
    assert text.locate(text.text.index("first")) == (7, 3)
    assert text.locate(text.text.index("third")) == (8, 17)


def test_groups_are_named() -> None:
    assert parse_address_list("Board members: a@x.no;").groups == ("Board members",)


def test_encoded_names_cannot_add_recipients() -> None:
    message = read_message(b"To: =?utf-8?q?Kari=2C_evil=40x=2Eno?= <kari@x.no>\n\nhi\n")
    assert [(a.name, a.addr) for a in message.address_list("to").addresses] == [("Kari, evil@x.no", "kari@x.no")]


def test_encoded_words() -> None:
    assert decode_words("=?utf-8?q?Bl=C3=A5_?= =?iso-8859-1?b?5Q==?= x") == "Blå å x"
    assert decode_words("=?utf-8?q?a=0D=0ABcc:_x=40y?=") == "a  Bcc: x@y"
    assert decode_words("=?utf-8?b?bad base64?=") is not None
    assert decode_words("=?utf-8?b?w6U?=") == "å"


def test_rfc2231_file_names() -> None:
    raw = (
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhi\n--b\nContent-Type: application/pdf\n"
        b"Content-Disposition: attachment; filename*0*=utf-8''bl%C3%A5; filename*1=tt.pdf\n\nx\n--b--\n"
    )
    assert [a.name for a in read_message(raw).attachments] == ["blått.pdf"]


@pytest.mark.parametrize(("charset", "text"), [("utf-8", "blå"), ("iso-8859-1", "blå"), ("windows-1252", "“blå”"), ("koi8-r", "привет"), ("utf-16", "blå")])
@pytest.mark.parametrize("encoding", ["8bit", "base64", "quoted-printable"])
def test_charsets_and_transfer_encodings(charset: str, text: str, encoding: str) -> None:
    data = text.encode(charset)
    if encoding == "base64":
        data = base64.encodebytes(data)
    elif encoding == "quoted-printable":
        data = quopri.encodestring(data)
    raw = f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: {encoding}\n\n".encode() + data
    assert text in read_message(raw).texts[0].view.text


def test_unknown_charset_survives_and_is_named() -> None:
    message = read_message(b"Content-Type: text/plain; charset=x-martian\n\nbl\xc3\xa5\n")
    assert message.texts[0].view.text == "blå\n"
    assert any("x-martian" in p.message for p in message.problems)


def where(message: Message, word: str, part: int = 0) -> tuple[int, int] | None:
    view = message.texts[part].view
    return view.locate(view.text.index(word))


def test_positions_plain_lf_and_crlf() -> None:
    raw = b"Subject: x\n\nfirst line\nsecond g\xc3\xa5 target\n"
    assert where(read_message(raw), "target") == (4, 11)
    assert where(read_message(raw.replace(b"\n", b"\r\n")), "target") == (4, 11)


def test_positions_quoted_printable() -> None:
    raw = b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nbl=C3=A5 and a soft =\nbreak, then target\nlast=20word\n"
    message = read_message(raw)
    assert message.texts[0].view.text == "blå and a soft break, then target\nlast word\n"
    assert where(message, "target") == (5, 13)
    assert where(message, "and") == (4, 10)
    assert where(message, "word") == (6, 8)


def test_positions_base64() -> None:
    body = base64.encodebytes(("x" * 80 + "\ntarget\n").encode())
    raw = b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n" + body
    assert where(read_message(raw), "target") is not None
    assert where(read_message(raw), "target")[0] == 5  # type: ignore[index]


def test_positions_in_a_part_and_in_html() -> None:
    raw = b"Content-Type: multipart/alternative; boundary=b\n\n--b\n\nplain target\n--b\nContent-Type: text/html\n\n<p>one &amp; two</p>\n<p>the <b>target</b></p>\n--b--\n"
    message = read_message(raw)
    assert where(message, "target", 0) == (5, 7)
    assert where(message, "target", 1) == (10, 11)
    assert where(message, "two", 1) == (9, 14)


def test_positions_of_addresses() -> None:
    message = read_message(b"From: a@b.no\nTo: x@y.no,\n Kari <kari@x.no>\n\nhi\n")
    header = message.all("to")[0]
    assert header.value == "x@y.no, Kari <kari@x.no>"
    assert message.line_of(header.start + header.raw_value.index("kari")) == (3, 8)


def test_flowed() -> None:
    raw = b"Content-Type: text/plain; format=flowed\n\nA long \nline.\n> quoted \n> text\n -- \n-- \nOla\n"
    assert read_message(raw).texts[0].view.text == "A long line.\n> quoted text\n-- \n-- \nOla\n"


TEXT = b"From: a@b.no\nTo: c@d.no\nSubject: x\nContent-Type: text/plain; charset=utf-8"
FOLDED = {
    "soft hyphen": (TEXT + b"\n\nSee the pass\xc2\xadword here.\n", (6, 16)),
    "soft hyphen where the line ends": (TEXT + b"\n\nSee the pass\xc2\xad\nword here.\n", (7, 3)),
    "zero-width space": (TEXT + b"\n\nSee the pass\xe2\x80\x8bword here.\n", (6, 16)),
    "zero-width joiner": (TEXT + b"\n\nSee the pass\xe2\x80\x8dword here.\n", (6, 16)),
    "byte order mark": (TEXT + b"\n\nSee the pass\xef\xbb\xbfword here.\n", (6, 16)),
    "quoted-printable": (TEXT + b"\nContent-Transfer-Encoding: quoted-printable\n\nSee the pass=\nword here.\n", (8, 3)),
    "quoted-printable, soft hyphen": (TEXT + b"\nContent-Transfer-Encoding: quoted-printable\n\nSee the pass=C2=ADword here.\n", (7, 21)),
    "flowed, DelSp": (TEXT + b"; format=flowed; delsp=yes\n\nSee the pass \nword here.\n", (7, 3)),
    "flowed, soft hyphen": (TEXT + b"; format=flowed\n\nSee \nthe pass\xc2\xadword here.\n", (7, 12)),
    "html, entity": (HTML + b"<p>See the pass&shy;word here.</p>", (6, 23)),
    "html, number": (HTML + b"<p>See the pass&#8203;word here.</p>", (6, 25)),
    "html, wbr": (HTML + b"<p>See the pass<wbr>word here.</p>", (6, 23)),
    "html, a node of its own": (HTML + b"<p>See the pass<span>&#8203;</span>word here.</p>", (6, 38)),
    "html, bold half": (HTML + b"<p>See the <b>pass</b>word here.</p>", (6, 25)),
}


@pytest.mark.parametrize("name", FOLDED)
def test_a_folded_word_is_one_word_and_its_place_is_known(name: str) -> None:
    raw, third_of_word = FOLDED[name]
    view = read_message(raw).texts[0].view
    assert view.text.strip() == "See the password here."
    assert view.locate(view.text.index("password") + 6) == third_of_word


def test_joiners_stay_where_they_are_needed() -> None:
    emoji, persian = "\U0001f469\u200d\U0001f4bb", "\u0645\u06cc\u200c\u062e"
    assert read_message(TEXT + f"\n\n{emoji} {persian}\n".encode()).texts[0].view.text == f"{emoji} {persian}\n"


def test_folded_names_and_subjects() -> None:
    raw = "From: Ka\u00adri Ho\u200blm <k@b.no>\nTo: =?utf-8?q?Pe=C2=ADr?= <p@d.no>\nSubject: pass\u00adword\n\nx\n".encode()
    message = read_message(raw)
    assert [message.address_list(name).addresses[0].name for name in ("from", "to")] == ["Kari Holm", "Per"]
    assert message.header("subject") == "password"


def test_html_hidden_text_is_kept_apart() -> None:
    html = b'<p>seen</p><div style="display:none">secret one</div><p hidden>secret two</p><span style="font-size:0">secret three</span><!-- secret four -->'
    text = read_message(HTML + html).texts[0]
    assert "secret" not in text.view.text
    assert text.html is not None
    assert [t for t, _ in text.html.hidden] == ["secret one", "secret two", "secret three", "secret four"]


def test_html_links_and_inline_images() -> None:
    raw = (
        b"Content-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n"
        b"<a href='https://x.no/a'>the <b>plan</b></a> <img src='cid:logo'>\n--b\nContent-Type: image/png\nContent-ID: <logo>\n\nx\n"
        b"--b\nContent-Type: image/png; name=photo.png\nContent-Disposition: attachment\n\nx\n--b--\n"
    )
    message = read_message(raw)
    assert message.texts[0].html is not None
    assert [(link.href, link.text) for link in message.texts[0].html.links] == [("https://x.no/a", "the plan")]
    assert [(a.name, a.inline) for a in message.attachments] == [("", True), ("photo.png", False)]


def test_nothing_is_lost_however_deep_html_nests() -> None:
    for tag in (b"div", b"blockquote", b"span", b"font"):
        message = read_message(HTML + (b"<%s>" % tag) * 5000 + b"deep text")
        assert "deep text" in message.texts[0].view.text


BOMBS = {
    "nested multiparts": b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(1000)) + b"\nhi",
    "100,000 parts": b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\n\n" * 100_000,
    "20,000 recipients": b"To: " + b", ".join(b"a%d@b.no" % i for i in range(20_000)) + b"\n\nhi",
    "20,000 folded recipients": b"To: " + b",\n ".join(b"a@b.no" for i in range(12_000)) + b"\n\nhi",
    "156 KB header": b"Subject: " + b"a " * 78_000 + b"\n\nhi",
    "8,000 parameters": b"Content-Type: text/plain" + b"".join(b"; a%d=b" % i for i in range(8000)) + b"\n\nhi",
    "5 MB of HTML": HTML + b"<p>word word &amp; word</p>\n" * 190_000,
    "51 MB": b"Subject: x\n\n" + b"x" * (51 * 1024 * 1024),
}
HARMLESS = {
    "nested comments": b"To: " + b"(" * 1000 + b")" * 1000 + b" a@b.no\n\nhi",
    "open comments": b"To: " + b"(" * 90_000 + b"\n\nhi",
    "quotes": b"To: " + b'"' * 90_001 + b"\n\nhi",
    "angles": b"To: " + b"<" * 90_001 + b"\n\nhi",
    "encoded words": b"Subject: " + b"=?" * 45_000 + b"\n\nhi",
    "open tags": HTML + b"<" * 1_000_000,
    "open comments in HTML": HTML + b"<!--" * 200_000,
    "20,000 nested divs": HTML + b"<div>" * 20_000 + b"deep",
    "20,000 attributes": HTML + b"<a " + b"".join(b"a%d=1 " % i for i in range(20_000)) + b">x</a>",
    "message-id bracket": b"Message-ID: <[x@microsoft.com]>\n\nhi",
    "name star": b"Content-Type: text/plain; name*\n\nhi",
    "empty": b"",
    "only blanks": b" \n\t\n",
    "no headers": b"just text\n",
    "NULs": b"Subject: a\x00b\n\n\x00\x00",
    "bare CR": b"Subject: x\r\rbody\r",
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_end_within_the_caps_and_say_what_was_not_read(name: str) -> None:
    begun = time.monotonic()
    message = read_message(BOMBS[name])
    assert time.monotonic() - begun < 20, "far beyond what a cap allows"
    assert any(
        (p.kind == "mail-truncated" and "not read" in p.message) or "read as text" in p.message or "only its start" in p.message for p in message.problems
    )


@pytest.mark.parametrize("name", HARMLESS)
def test_odd_mails_are_read(name: str) -> None:
    begun = time.monotonic()
    assert read_message(HARMLESS[name]) is not None
    assert time.monotonic() - begun < 20


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=2000))
def test_any_bytes_give_a_message(data: bytes) -> None:
    message = read_message(data)
    for text in message.texts:
        text.view.locate(len(text.view.text) // 2)


PIECES = st.sampled_from(
    [b"From: ", b"To: ", b"Cc: a@b.no, ", b"Subject: ", b"\n", b"\r\n", b"\n\n", b"Content-Type: ", b"multipart/mixed; boundary=x", b"text/html", b"--x", b"--x--",
     b"=?utf-8?q?", b"?=", b"<p>", b"</p>", b"<div style='display:none'>", b"&amp;", b"=3D", b"=\n", b"\xc3\xa5", b"\xff", b"Content-Transfer-Encoding: base64",
     b"quoted-printable", b"text/plain; charset=utf-16", b"; format=flowed", b"> ", b"On Mon, 3 May 2021, Kari wrote:", b"-----Original Message-----", b"-- \n", b"aGVp", b'"', b"(", b"<", b"@"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=40).map(b"".join))
def test_mail_like_bytes_give_a_message(data: bytes) -> None:
    message = read_message(data)
    for text in message.texts:
        for offset in range(0, len(text.view.text), 7):
            place = text.view.locate(offset)
            assert place is None or (place[0] >= 1 and place[1] >= 1)


def test_parts_agree_with_the_standard_library() -> None:
    """A cross-check on well-formed mail: the same leaves, types and texts as ``email`` finds."""
    message = email.message.EmailMessage()
    message["Subject"] = "x"
    message.set_content("plain\n")
    message.add_alternative("<p>html</p>", subtype="html")
    message.add_attachment(b"data", maintype="application", subtype="pdf", filename="a.pdf")
    message.add_attachment("note\n", filename="note.txt")
    raw = message.as_bytes()
    ours = read_message(raw)
    theirs = [p for p in email.message_from_bytes(raw, policy=email.policy.compat32).walk() if not p.is_multipart()]
    assert [t.view.text for t in ours.texts if t.kind == "plain"] == [theirs[0].get_payload(decode=True).decode()]  # type: ignore[union-attr]
    assert [a.name for a in ours.attachments] == [p.get_filename() for p in theirs[2:]]


ATTACHED = (
    b"From: ola@inside.no\nTo: kari.holm@x.no\nSubject: The outage\nContent-Type: multipart/mixed; boundary=o\n\n--o\n\nSee the attached mail.\n--o\n"
    b"Content-Type: message/rfc822\nContent-Disposition: attachment; filename=outage.eml\n\nFrom: Nils <nils@inside.no>\nTo: ola@inside.no\nSubject: Outage\n"
    b"Content-Type: multipart/alternative; boundary=i\n\n--i\n\nIt was the disk.\n--i\nContent-Type: text/html\n\n<p>It was the disk.</p>\n--i--\n--o--\n"
)


def test_an_attached_mail_is_a_file_and_is_read() -> None:
    message = read_message(ATTACHED)
    assert [(a.name, a.inline) for a in message.attachments] == [("outage.eml", False)]
    assert [t.view.text.strip() for t in message.texts] == ["See the attached mail.", "It was the disk.", "It was the disk."]
    assert [t.attached_mail for t in message.texts] == [False, True, True]


def test_leak_rules_read_an_attached_mail() -> None:
    import sendcheck

    found = [f.rule for f in sendcheck.check(ATTACHED).findings]
    assert "trail-internal" in found
    assert "attachment-missing" not in found


def test_a_strange_charset_matters_only_where_rules_read() -> None:
    assert not read_message(b"X-Foo: =?x-martian?q?a?=\nSubject: x\n\nhi\n").problems
    assert read_message(b"Subject: =?x-martian?q?a?=\n\nhi\n").problems


@given(st.lists(st.sampled_from([b"a", "å".encode(), b"\xe5", b"\xe2\x82", "€😀".encode(), b"\n", b"\r\n", b"\r", b"\xff"]), max_size=12).map(b"".join))
def test_a_line_and_column_lead_back_to_their_byte(raw: bytes) -> None:
    positions = RawPositions(raw)
    for offset in range(len(raw) + 1):
        place = positions.line_column(offset)
        back = positions.offset(*place)
        assert back is not None and positions.line_column(back) == place
    assert positions.offset(1, 1) == 0 and positions.offset(99, 1) is None
