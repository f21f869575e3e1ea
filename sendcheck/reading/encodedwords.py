"""Encoded words in headers (RFC 2047), read as leniently as mail programs do."""

from __future__ import annotations

import binascii
import re

from sendcheck.reading import charsets
from sendcheck.reading.problem import ProblemKind, Problems

_ENCODED_WORD = re.compile(r"=\?([^?\s]*)\?([bBqQ])\?([^?\s]*(?:[^?]*?))\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)[ \t\r\n]+(?==\?[^?\s]*\?[bBqQ]\?)")


def decode_words(value: str, problems: Problems | None = None, part: str = "header") -> str:
    """RFC 2047 encoded words decoded, errors replaced; unknown charsets are noted and survive.

    Control characters and line breaks that hide in an encoded word become spaces, so no
    header can smuggle another one in.
    """
    if "=?" not in value:
        return value
    joined = _BETWEEN_WORDS.sub(r"\1", value)

    def one(match: re.Match[str]) -> str:
        charset, kind, payload = match.group(1).split("*")[0], match.group(2).lower(), match.group(3)
        data = _word_bytes(kind, payload)
        if data is None:
            return match.group(0)
        text, _codec, usable = charsets.decode(data, charset)
        if not usable and problems is not None:
            problems.add(ProblemKind.UNREADABLE, f"unknown character set “{charset[:40]}” in an encoded word", part)
        return re.sub(r"[\x00-\x1f\x7f]", " ", text)

    return _ENCODED_WORD.sub(one, joined)


def _word_bytes(kind: str, payload: str) -> bytes | None:
    data = payload.encode("utf-8", "surrogateescape")
    if kind == "q":
        return binascii.a2b_qp(data.replace(b"_", b"=20"))
    return lenient_base64(data)


def lenient_base64(data: bytes) -> bytes | None:
    """Base64 decoded as far as it goes: foreign characters skipped, padding mended."""
    symbols = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    if len(symbols) % 4 == 1:
        symbols = symbols[:-1]
    try:
        return binascii.a2b_base64(symbols + b"=" * (-len(symbols) % 4))
    except (binascii.Error, ValueError):
        return None
