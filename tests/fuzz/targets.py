"""What is fuzzed: a function of bytes each, that raises where something that must hold does not. None of them may raise, whatever the bytes."""

from __future__ import annotations

import struct
from collections.abc import Callable
from itertools import islice

from sendcheck.daemon import wire
from sendcheck.milter.assembly import Assembly
from sendcheck.reading.html import html_text
from sendcheck.reading.limits import LIMITS
from sendcheck.reading.message import read_message
from sendcheck.reading.templates.detect import engine_names
from sendcheck.reading.templates.model import Settings
from sendcheck.reading.templates.read import read_template
from sendcheck.understanding.segments import segment
from sendcheck.understanding.understand import Surroundings, understand

_ENDINGS = ("a.txt", "a.html", "a.md", "a.mjml", "a.eml", "a.po", "a.json")


def reader(data: bytes) -> None:
    """Any bytes are a message; its bytes stay; every place of it lies in it."""
    message = read_message(data)
    assert message.raw == data
    lines = data.count(b"\n") + data.count(b"\r") + 2
    for header in message.headers:
        assert "\n" not in header.name
    for name in ("from", "to", "cc", "bcc", "reply-to"):
        for address in message.address_list(name).addresses:
            assert address.error is not None or ("\n" not in address.addr and "\r" not in address.addr)
    message.date()
    for part in message.texts:
        for offset in {0, len(part.view.text) // 2, max(0, len(part.view.text) - 1)}:
            place = part.view.locate(offset)
            assert place is None or (1 <= place[0] <= lines and place[1] >= 1)


def segmenter(data: bytes) -> None:
    """The segments of a text are the text, each character in one; and any text below headers can be understood."""
    text = data.decode("utf-8", "replace").replace("\r", "")
    found = segment(text)
    at = 0
    for piece in found.segments:
        assert piece.start == at
        at = piece.end
    assert at == len(text) or not found.segments
    mail = understand(
        read_message(b"From: ola@tallmo.no\nTo: kari@nordbank.no\nSubject: Re: x\nContent-Type: text/plain; charset=utf-8\n\n" + data), Surroundings()
    )
    assert mail.own_text is not None
    list(islice(mail.prose.sentences, 200))


def html(data: bytes) -> None:
    """Any text is HTML; what is shown is no longer than it may be, and comes from within."""
    source = data.decode("utf-8", "replace")
    found = html_text(source, 100_000, 50_000)
    text = found.pieces.text()
    assert len(text) <= 110_000  # the last piece may be longer
    for offset in {0, len(text) // 2, max(0, len(text) - 1)}:
        place = found.pieces.source_of(offset)
        assert place is None or 0 <= place <= len(source)
        found.zone_at(offset)
    assert all(0 <= link.start <= link.end <= len(text) for link in found.links)


def templates(data: bytes) -> None:
    """Any bytes are a template in any engine; every reading is a message. The first two bytes choose engine and ending."""
    if len(data) < 2:
        return
    engines = ("auto", *engine_names())
    engine, name = engines[data[0] % len(engines)], _ENDINGS[data[1] % len(_ENDINGS)]
    for message, template in read_template(data[2:], name, Settings(engine=engine)):
        assert message.raw is not None and template.engine


def framing(data: bytes) -> None:
    """A mail told piece by piece is the mail; messages between the milter's processes are what was sent, in whatever pieces they come."""
    _assembled(data)
    _decoded(data)


def _assembled(data: bytes) -> None:
    limit = 1 + (data[0] * 7 if data else 0)
    mail, expected, in_body = Assembly(limit), b"", False
    for piece in data.split(b"\x00"):
        kind, rest = piece[:1], piece[1:]
        if kind == b"H" and not in_body:
            name, _, value = rest.partition(b":")
            mail.header(name, value)
            expected += name + b":" + value.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") + b"\r\n"
            assert mail.count(name.decode("ascii", "replace").strip()) >= 1
        elif kind == b"E":
            mail.end_of_headers()
            expected += b"" if in_body else b"\r\n"
            in_body = True
        elif kind == b"B":
            mail.body(rest)
            expected += (b"" if in_body else b"\r\n") + rest
            in_body = True
    expected += b"" if in_body else b"\r\n"
    assert mail.raw() == expected[:limit] and mail.size == len(mail.raw()) <= limit and mail.cut == (len(expected) > limit)


def _decoded(data: bytes) -> None:
    step = 1 + (len(data) % 13)
    decoder = wire.Decoder()
    try:
        for at in range(0, len(data), step):
            for head, blobs in decoder.feed(data[at : at + step]):
                assert isinstance(head, dict) and all(isinstance(b, bytes) for b in blobs)
    except wire.WireError:
        pass
    blobs = data.split(b"\n", 2)
    whole = _message({"number": len(data)}, blobs)
    found = []
    decoder = wire.Decoder()
    for at in range(0, len(whole), step):
        found += decoder.feed(whole[at : at + step])
    assert len(found) == 1 and found[0][1] == blobs and found[0][0]["number"] == len(data)


def _message(head: dict[str, int], blobs: list[bytes]) -> bytes:
    import json

    told = json.dumps({**head, "blobs": [len(b) for b in blobs]}).encode()
    return struct.pack("!I", len(told)) + told + b"".join(blobs)


TARGETS: dict[str, Callable[[bytes], None]] = {"reader": reader, "segmenter": segmenter, "html": html, "templates": templates, "framing": framing}
#: The largest input that is made.
LONGEST = {"reader": 8_192, "segmenter": 4_096, "html": 8_192, "templates": 2_048, "framing": 2_048}
assert LIMITS.mail_bytes > max(LONGEST.values())
