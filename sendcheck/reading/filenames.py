"""The names that a part gives its file: parameters (RFC 2231), encoded words where none may stand (RFC 2047), bare bytes."""

from __future__ import annotations

import re
from email.message import Message as CompatMessage

from sendcheck.reading import charsets
from sendcheck.reading.encodedwords import decode_words
from sendcheck.reading.invisible import visible

#: What a sender means who names no character set, where it is no UTF-8 (WHATWG Encoding, section 4.2).
_UNNAMED = "iso-8859-1"
_PLACES = (("content-disposition", "filename"), ("content-type", "name"))


def file_names(message: CompatMessage) -> tuple[str, ...]:
    """All names of a part, decoded, the one that clients go by first: ``filename*``, ``filename``, ``name*``, ``name`` (RFC 6266, section 4.3)."""
    found = []
    for header, wanted in _PLACES:
        values = [value for name, value in message.get_params([], header) if name.lower() == wanted and value]
        found += [clean for clean in map(_clean, sorted(values, key=lambda value: not isinstance(value, tuple))) if clean]
    return tuple(dict.fromkeys(found))


def decoded(value: object) -> str:
    """A parameter's text: RFC 2231's (character set, language, bytes) decoded, UTF-8 before all else where the set is not named or not known."""
    if not isinstance(value, tuple):
        return str(value)
    charset, _language, text = value
    try:
        data = str(text).encode("latin-1")
    except UnicodeEncodeError:  # letters that should have been escaped
        return str(text)
    if charset and charsets.known(charset) == "utf-8":
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            charset = ""
    return charsets.decode(data, charset if charset and charsets.known(charset) else _UNNAMED)[0]


def _clean(value: object) -> str:
    """A name as clients show it: without what is before its last slash, which tells nothing and can mislead."""
    pieces = re.split(r"[/\\]", decode_words(decoded(value)))
    return visible(next((piece for piece in reversed(pieces) if piece.strip()), "")).strip()
