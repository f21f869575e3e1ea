"""Which engine and which format a template is in: by its name where that tells, else by its content."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import PurePath
from typing import Any

from sendcheck.data import toml
from sendcheck.reading.templates.model import Format

_FORMATS = {
    ".html": Format.HTML, ".htm": Format.HTML, ".xhtml": Format.HTML, ".mjml": Format.MJML, ".md": Format.MARKDOWN, ".markdown": Format.MARKDOWN,
    ".txt": Format.TEXT, ".text": Format.TEXT, ".eml": Format.MAIL, ".po": Format.PO, ".pot": Format.PO, ".yml": Format.YAML, ".yaml": Format.YAML,
    ".json": Format.JSON, ".properties": Format.PROPERTIES,
}  # fmt: skip
_HTML = re.compile(r"<(?:!doctype|html|body|table|div|p|br|td|a|h[1-6]|span|strong|ul)\b[^<>]*>", re.I)
_MAIL = re.compile(r"(?:(?:From|To|Cc|Bcc|Subject|Reply-To|X-[\w-]+|Content-[\w-]+|MIME-Version):[^\n]*\r?\n(?:[ \t][^\n]*\r?\n)*)+\r?\n", re.I)
_HEADERS = re.compile(r"(?im)^(?:subject|to|from)[ \t]*:")


@cache
def engines() -> dict[str, dict[str, Any]]:
    """Every engine's entry in ``engines.toml``, by name."""
    return {name: entry for name, entry in toml(__package__, "engines.toml").items() if isinstance(entry, dict)}


def engine_names() -> tuple[str, ...]:
    """What ``engine`` in the configuration may be, beside auto."""
    return tuple(name for name in engines() if name != "message")


def format_of(name: str, text: str) -> Format:
    """The format, by the innermost ending that tells (``welcome.html.j2`` makes HTML), else by content."""
    for suffix in reversed(PurePath(name).suffixes):
        found = _FORMATS.get(suffix.lower())
        if found is not None:
            return _mail_or(found, text)
    if re.search(r"<mjml\b", text):
        return Format.MJML
    return Format.HTML if _HTML.search(text) else _mail_or(Format.TEXT, text)


def _mail_or(found: Format, text: str) -> Format:
    """A text that begins with header fields is a whole mail."""
    if found is Format.TEXT:
        head = _MAIL.match(text.lstrip("\n"))
        if head and _HEADERS.search(head.group(0)):
            return Format.MAIL
    return found


def engine_of(name: str, text: str, kind: Format) -> str:
    """The engine, by the file's ending, else by what its tags look like."""
    suffixes = [s.lower() for s in PurePath(name).suffixes]
    for engine, entry in engines().items():
        if any(s in entry.get("suffixes", ()) for s in suffixes):
            return engine
    if kind.catalogue:
        return "message"
    return next((sign["engine"] for sign in _signs() if sign["regex"].search(text)), "text")


@cache
def _signs() -> tuple[Mapping[str, Any], ...]:
    return tuple({**sign, "regex": re.compile(sign["pattern"])} for sign in toml(__package__, "engines.toml")["signs"])
