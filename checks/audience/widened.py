"""`audience-widened`: somebody outside who was on no mail of the thread."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from sendcheck.checkapi import Hit, Mail, NotRun, Recipient, pattern
from sendcheck.reading.addresses import Address, untagged
from sendcheck.understanding.lookalikes import address_slip
from sendcheck.understanding.names import person

RULE = "audience-widened"
_TELLING = 10
_NAMES = re.compile(r"[A-ZÆØÅÄÖ][^\W\d_]+")


def widened(mail: Mail) -> Iterator[Hit | NotRun]:
    """Compare outside recipients with everyone the thread shows."""
    if not (mail.is_reply or mail.is_forward):
        return
    written = mail.history.in_thread(mail.message.raw)
    shows_readers = bool(written) or any(q.recipients is not None for q in mail.quoted) or any(m.recipients is not None for m in mail.answered)
    if not shows_readers:
        yield NotRun(RULE, "the thread does not show who was on it")
        return
    thread = mail.thread_people()
    circle = mail.circle(thread)
    new = [r for r in {r.key: r for r in mail.outside}.values() if circle.holds(r) is False and not mail.is_sender(r.address)]
    # of a slip in the thread `recipient-lookalike` tells, whichever of the two is wrong
    new = [r for r in new if untagged(r.key) not in written and not asked_to_involve(mail, r) and not any(address_slip(r.address, a) for a in thread)]
    if mail.profile in {"general", "internal"}:
        known = {mail.organisations.of(a) for a in thread if a.domain}
        new = [r for r in new if r.organisation not in known]
    if not new:
        return
    places = [mail.at_recipient(r) for r in new]
    shown = ", ".join(r.shown for r in new[:3])
    yield Hit(
        RULE,
        f"{shown} {'was' if len(new) == 1 else 'were'} on no mail of this thread",
        places[0],
        "cut what is quoted down to what they may read, or write them a mail of their own",
        tuple(places[1:]),
        key=",".join(sorted(r.key for r in new)),
        pairs=tuple((min(r.key, a.key), max(r.key, a.key)) for r in new[:_TELLING] for a in _outsiders(mail, thread)),
    )


def _outsiders(mail: Mail, thread: Iterable[Address]) -> list[Address]:
    """Who else was on the thread, a few of them; those outside where there are any."""
    people = list({a.key: a for a in thread if a.domain}.values())
    return ([a for a in people if not mail.is_inside(a)] or people)[:_TELLING]


def asked_to_involve(mail: Mail, recipient: Recipient) -> bool:
    """Whether a reader of the thread asks for this person ("find Anni"): adding her is then right (RULES.md, ruling 18)."""
    if mail.parent is None:
        return False
    text = mail.parent.text
    if recipient.key in text.lower() and not _is_warned_off(text, text.lower().find(recipient.key)):
        return True
    owner = person(recipient.address)
    return any(owner.has(name) or (len(name) > 2 and owner.fits(name) and not owner.role) for name in _asked_for(text))


def _is_warned_off(text: str, at: int) -> bool:
    """“Please do not tell Per”: whoever is named in a warning is not asked for."""
    return bool(pattern(__package__, "warned_off").search(" ".join(text[max(0, at - 60) : at].split())))


@lru_cache(maxsize=1)
def _asked_for(text: str) -> frozenset[str]:
    """The names that a mail asks to involve; kept for the recipients of one mail."""
    asks = pattern(__package__, "involve", flags=0)
    found = [(name, match.start()) for match in asks.finditer(text) for group in match.groups() if group for name in _NAMES.findall(group)]
    return frozenset(name for name, at in found if not _is_warned_off(text, at))
