"""A mail made of what a compose window holds: fields and bodies, attachments by name and size only. It is checked, never sent."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

#: Fields of a compose window that hold mailboxes, and the header each becomes (RFC 5322).
_MAILBOXES = {"from": "From", "to": "To", "cc": "Cc", "bcc": "Bcc", "replyTo": "Reply-To"}
_TEXT = {"subject": "Subject", "inReplyTo": "In-Reply-To"}
_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+")


def mail_from_fields(fields: Mapping[str, Any]) -> bytes:
    """The mail. ``fields``: from, to, cc, bcc, replyTo (a string or a list of strings), subject, inReplyTo, text, html,
    attachments (each with name, type, size in bytes). What is of another type is left out; a line end ends no header.
    """
    lines = [f"{header}: {', '.join(found)}" for key, header in _MAILBOXES.items() if (found := list(_words(fields.get(key))))]
    lines += [f"{header}: {value}" for key, header in _TEXT.items() if (value := _one_line(fields.get(key)))]
    html, text = fields.get("html"), fields.get("text")
    kind, body = ("html", html) if isinstance(html, str) and html.strip() else ("plain", text if isinstance(text, str) else "")
    part = [f"Content-Type: text/{kind}; charset=utf-8", "Content-Transfer-Encoding: 8bit", "", body]
    files = [f for f in fields.get("attachments") or [] if isinstance(f, Mapping)]
    lines.append("MIME-Version: 1.0")
    if not files:
        return _bytes([*lines, *part])
    boundary = f"=-{secrets.token_hex(16)}"
    lines += [f'Content-Type: multipart/mixed; boundary="{boundary}"', "", f"--{boundary}", *part]
    for file in files:
        lines += [f"--{boundary}", *_attachment(file), ""]
    return _bytes([*lines, f"--{boundary}--", ""])


def _attachment(file: Mapping[str, Any]) -> list[str]:
    """A part that tells a file's name, type and size (RFC 2183), and holds nothing."""
    name = _one_line(file.get("name")) or "attachment"
    kind = _one_line(file.get("type"))
    size = file.get("size")
    told = f"; size={int(size)}" if isinstance(size, int | float) and 0 <= size < 10**15 else ""
    return [
        f"Content-Type: {kind if _TYPE.fullmatch(kind) and not kind.startswith(('multipart/', 'message/')) else 'application/octet-stream'}",
        f"Content-Disposition: attachment; filename*=UTF-8''{quote(name, safe='')}{told}",
        "Content-Transfer-Encoding: base64",
        "",
    ]


def _words(value: object) -> Iterable[str]:
    for word in value if isinstance(value, list) else [value]:
        if one := _one_line(word):
            yield one


def _one_line(value: object) -> str:
    return " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", value).split()) if isinstance(value, str) else ""


def _bytes(lines: list[str]) -> bytes:
    return "\n".join(lines).encode("utf-8", "replace")
