"""Message identifiers of a header block: what a mail is called and what it answers (RFC 5322, 3.6.4). Cheap: no part of the body is read."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ID = re.compile(rb"<[^<>\s]{1,900}>")
_FIELD = re.compile(rb"(?im)^(message-id|in-reply-to|references)[ \t]*:((?:[^\r\n]|\r?\n[ \t])*)")
_END = re.compile(rb"\r?\n\r?\n")
#: Bytes of a mail that its header fields are looked for in.
HEAD = 65_536
#: A thread's list of references may be long; the last ones name the nearest mails.
_REFERENCES = 100


@dataclass(frozen=True, slots=True)
class Ids:
    """``own``: the mail's Message-ID or None; ``replies_to``: what it answers, the surest first; ``references``: the rest of its thread, nearest first."""

    own: bytes | None
    replies_to: tuple[bytes, ...]
    references: tuple[bytes, ...]


def ids(raw: bytes) -> Ids:
    """The identifiers in a mail's header block; empty where there are none."""
    if raw.startswith(b"From "):
        raw = raw[raw.find(b"\n") + 1 :]
    end = _END.search(raw, 0, HEAD)
    head = raw[: end.start() + 1 if end else HEAD]
    found: dict[bytes, list[bytes]] = {}
    for match in _FIELD.finditer(head):
        found.setdefault(match[1].lower(), []).extend(_ID.findall(match[2]))
    own = next(iter(found.get(b"message-id", ())), None)
    references = list(dict.fromkeys(reversed(found.get(b"references", [])[-_REFERENCES:])))
    # RFC 5322: the last reference is the mail answered; In-Reply-To says so itself, and may name several.
    answered = [i for i in dict.fromkeys([*found.get(b"in-reply-to", []), *references[:1]]) if i != own]
    return Ids(own, tuple(answered), tuple(r for r in references if r not in answered and r != own))
