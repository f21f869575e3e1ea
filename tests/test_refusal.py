"""What is no mail at all is said to be none; a text without a header is one, and so is whatever begins with a field."""

from __future__ import annotations

import pytest

from sendcheck.reading.sources import refusal
from tests.conftest import GOOD

NORSK = """Fra: Ola
Hei Kari,

Emne: møtet på mandag. Møt meg kl. 12.

Ola
""".encode()

REFUSED = {
    "empty": b"",
    "blanks": b" \t\r\n\n",
    "utf-16": GOOD.decode().encode("utf-16"),
    "utf-16-le": GOOD.decode().encode("utf-16-le"),
    "utf-16-be": GOOD.decode().encode("utf-16-be"),
    "utf-32": GOOD.decode().encode("utf-32"),
    "utf-32-be": GOOD.decode().encode("utf-32-be"),
    "utf-16, Norwegian": "Å, hei Kåre! Æøå\n".encode("utf-16"),
    "utf-16, no ASCII at all": b"\xfe\xff" + "Привет".encode("utf-16-be"),
    "png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(range(1, 256)) * 8,
    "nul before the header": b"\0" + GOOD,
    "blank": b" " + GOOD,
    "tab": b"\t" + GOOD,
    "form feed": b"\x0c" + GOOD,
    "no-break space": "\N{NO-BREAK SPACE}".encode() + GOOD,
    "zero-width space": "\N{ZERO WIDTH SPACE}".encode() + GOOD,
    "byte order mark": b"\xef\xbb\xbf" + GOOD,
    "empty line": b"\n" + GOOD,
    "empty line, CRLF": b"\r\n" + GOOD.replace(b"\n", b"\r\n"),
    "line of blanks": b"  \n" + GOOD,
    "all fields indented": b"".join(b"  " + line for line in GOOD.splitlines(keepends=True)),
    "one field": b" Subject: x\n\ntext\n",
    "after a From_ line": b"From ola Mon May  4 10:12:00 2026\n " + GOOD,
    "old Mac": GOOD.replace(b"\n", b"\r"),
}

TAKEN = {
    "a mail": GOOD,
    "CRLF": GOOD.replace(b"\n", b"\r\n"),
    "from an mbox": b"From ola Mon May  4 10:12:00 2026\n" + GOOD,
    "from an mbox, quoted": b">From ola Mon May  4 10:12:00 2026\n" + GOOD,
    "NUL in the body": GOOD + b"\0\0",
    "latin-1": GOOD.replace(b"Hi Kari", "Hei Kåre".encode("latin-1")),
    "one line, CR at its end": b"Subject: x\r",
    "a long first field": b"References: " + b"<a@b.no> " * 1000 + b"\r\n" + GOOD.replace(b"\n", b"\r\n"),
    "text": b"Hi Kari,\n\nThe plan is ready.\n",
    "indented text": b"  Hi Kari,\n  the plan is ready.\n\n  Ola\n",
    "text after empty lines": b"\n\nHi Kari,\n\nThe plan is ready.\n",
    "text that speaks of a date": b"  Date: Monday at noon.\n  I will call you.\n\nOla\n",
    "text with a byte order mark": b"\xef\xbb\xbfHi Kari,\n\nThe plan is ready.\n",
    "Norwegian text": NORSK,
    "Norwegian text, indented": b" " + NORSK,
    "text with a stray control character": b"Hi Kari,\n\n" + b"The plan is ready. " * 10 + b"\x02\n",
    "terminal colours": b"\x1b[1mHi Kari\x1b[0m,\n\x1b[32mthe plan is ready.\x1b[0m\n",
    "ISO-2022-JP": "こんにちは\n".encode("iso-2022-jp"),
    "end of file of DOS": b"Hi Kari,\r\n\x1a",
    "a quoted header below text": b"\n\nHi,\n\nFrom: a@b.no\nTo: c@d.no\nSubject: x\n",
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    why = refusal(REFUSED[name])
    assert why is not None and why.startswith(("is ", "begins ", "has "))


@pytest.mark.parametrize("name", TAKEN)
def test_taken(name: str) -> None:
    assert refusal(TAKEN[name]) is None
