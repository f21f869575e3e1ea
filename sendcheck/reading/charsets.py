"""Bytes to text: never raises, and says when a character set was unknown."""

from __future__ import annotations

import codecs

# Names seen in real mail that Python does not know, and what was meant (WHATWG Encoding).
_ALIASES = {
    "unicode-1-1-utf-7": "utf-7",
    "x-unknown": "utf-8",
    "unknown-8bit": "utf-8",
    "default": "utf-8",
    "default_charset": "utf-8",
    "_iso-2022-jp$esc": "iso-2022-jp",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "ks_c_5601-1987": "cp949",
    "x-gbk": "gbk",
    "x-sjis": "shift_jis",
    "windows-874": "cp874",
    "utf8mb4": "utf-8",
    "ansi_x3.110-1983": "latin-1",
    "iso-10646": "utf-8",
    "cp-850": "cp850",
}
# Codecs Python knows that are no character sets.
_NOT_TEXT = {"hex", "base64", "bz2", "zip", "zlib", "quopri", "uu", "rot13", "rot_13", "punycode", "idna", "undefined"}


def known(charset: str) -> str | None:
    """Python's name for a declared character set, or None if it is unknown."""
    name = charset.strip().strip("\"'").lower()
    name = _ALIASES.get(name, name)
    if name in {"us-ascii", "ascii", "iso-8859-1", "latin-1"}:
        # Senders that declare these mean Windows-1252 (WHATWG Encoding, section 4.2).
        return "cp1252"
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError, TypeError):
        return None
    if info.name.replace("-", "_") in _NOT_TEXT or not info._is_text_encoding:
        return None
    return info.name


def decode(data: bytes, charset: str | None) -> tuple[str, str, bool]:
    """Decode *data*: the text, the codec used, and whether the declared charset was usable.

    Without a declared charset: UTF-8 if it fits, else what charset-normalizer thinks,
    else Windows-1252. Undecodable bytes become U+FFFD.
    """
    if not charset:
        return (*_undeclared(data), True)
    codec = known(charset)
    if codec is None:
        return (*_undeclared(data), False)
    if codec == "cp1252" and not data.isascii():
        try:  # UTF-8 labelled as ASCII or Latin-1 is common; real Latin-1 is almost never valid UTF-8
            return data.decode("utf-8"), "utf-8", True
        except UnicodeDecodeError:
            pass
    try:
        return data.decode(codec, "replace"), codec, True
    except Exception:  # stateful codecs can raise even under "replace"
        return data.decode("latin-1"), "latin-1", False


def _undeclared(data: bytes) -> tuple[str, str]:
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    from charset_normalizer import from_bytes

    try:
        best = from_bytes(data[:50_000]).best()
    except Exception:
        best = None
    codec = best.encoding if best is not None else "cp1252"
    return data.decode(codec, "replace"), codec
