"""The header by which a sender allows a finding in a draft, and taking it out: the one change that is ever made to a mail (DESIGN, *Suppressing*)."""

from __future__ import annotations

import re

ALLOW_HEADER = "x-sendcheck-allow"
_FIELD = re.compile(rb"(?im)^" + ALLOW_HEADER.encode() + rb"[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*(?:\n|\Z)")


def strip_allow_header(raw: bytes) -> bytes:
    """The mail without its X-Sendcheck-Allow fields; every other byte as it was."""
    separator = re.search(rb"\r?\n(?=\r?\n)", raw)
    end = separator.end() if separator else len(raw)
    return _FIELD.sub(b"", raw[:end]) + raw[end:]
