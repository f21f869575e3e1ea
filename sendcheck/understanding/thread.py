"""Which mails a mail names as its thread (RFC 5322, 3.6.4)."""

from __future__ import annotations

import re

from sendcheck.reading.message import Message

_ID = re.compile(r"<[^<>\s]{1,900}>")
#: References that are looked at; the last ones name the nearest mails.
_MOST = 100


def thread_ids(message: Message) -> tuple[bytes, ...]:
    """The Message-IDs in In-Reply-To and References, each once."""
    found = _ID.findall(f"{message.header('in-reply-to') or ''} {message.header('references') or ''}")
    return tuple(i.encode("utf-8", "surrogateescape") for i in dict.fromkeys(found[-_MOST:]))
