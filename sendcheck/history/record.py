"""What is kept of one sent mail: digests, people, time and numbers; never a readable word of it."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC

from sendcheck.history.terms import terms
from sendcheck.mailstore.ids import ids
from sendcheck.reading.addresses import Address, parse_address_list, untagged
from sendcheck.reading.message import Message
from sendcheck.understanding.understand import own_texts, split_subject

_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Record:
    """A mail as it is learnt. ``time``: seconds since 1970, 0 where it has no date; ``people``: (address, visible to the other readers), each once."""

    digest: bytes
    message: bytes | None
    time: int
    sender: str
    people: tuple[tuple[Address, bool], ...]
    thread: bytes | None
    terms: tuple[int, ...]


def id_digest(message_id: bytes, key: bytes) -> bytes:
    """What a Message-ID is kept as: 8 bytes under the history's key."""
    return hashlib.blake2b(message_id, digest_size=8, key=key).digest()


def address_digest(address: str, key: bytes) -> bytes:
    """What a forgotten address is known again by."""
    return hashlib.blake2b(address.encode("utf-8", "surrogateescape"), digest_size=16, key=key).digest()


def id_digests(raw: bytes, key: bytes) -> tuple[bytes | None, tuple[bytes, ...]]:
    """(a mail's own identifier, those of the mails that it names as its thread, the first one first), as digests."""
    found = ids(raw)
    thread = tuple(id_digest(i, key) for i in dict.fromkeys((*reversed(found.references), *reversed(found.replies_to))))
    return id_digest(found.own, key) if found.own is not None else None, thread


def usable(addresses: Iterable[Address]) -> Iterator[Address]:
    """The addresses that name a mailbox; in old archives a dot is doubled now and then (``k..allen@``) or an apostrophe put around (``'kari@…'``)."""
    for address in addresses:
        if ".." in address.addr or "'" in address.addr:
            mended = parse_address_list(re.sub(r"\.{2,}", ".", address.addr.strip("'").replace("'@", "@"))).addresses
            address = replace(mended[0], name=address.name) if len(mended) == 1 and mended[0].error is None else address
        if address.error is None and address.domain:
            yield address


def sender_of(message: Message) -> str | None:
    """The address of From, None where there is none that can be read."""
    found = next(usable(message.address_list("from").addresses), None)
    return untagged(found.key) if found is not None else None


def record(message: Message, sender: str, key: bytes) -> Record:
    """The record of a mail by *sender* (see :func:`sender_of`)."""
    people: dict[str, tuple[Address, bool]] = {}
    for field in ("to", "cc", "bcc"):
        for address in usable(message.address_list(field).addresses):
            if untagged(address.key) != sender:
                people.setdefault(untagged(address.key), (address, field != "bcc"))
    moment = message.date()
    when = sent = 0
    if moment is not None:
        moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        sent = int(moment.timestamp())
        when = max(1, min(sent, int(time.time()) + _DAY))  # a clock that runs ahead makes nobody a friend for years
    subject = split_subject((message.header("subject") or "").strip())[0]
    text = "\n".join(own_texts(message))
    content = "\0".join([sender, str(sent), *sorted(people), " ".join(subject.split()), " ".join(text.split())[:2000]])
    own, thread = id_digests(message.raw, key)
    return Record(
        hashlib.blake2b(content.encode("utf-8", "surrogateescape"), digest_size=16, key=key).digest(),
        own,
        when,
        sender,
        tuple(people.values()),
        thread[0] if thread else own,
        terms(subject, text, key),
    )
