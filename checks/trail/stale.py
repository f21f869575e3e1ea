"""`stale-trail`: an old mail left below a new one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from sendcheck.checkapi import Confidence, Hit, Lazy, Mail, QuotedMail, by_language, pattern
from sendcheck.understanding.names import fold
from sendcheck.understanding.understand import same_subject

from .participants import Participants, in_trail, place_of

_WORD = re.compile(r"[^\W\d_]{4,}|\d{3,}")
_SHORT_ANSWER = 12


def _pattern(key: str) -> Lazy:
    return pattern(__package__, key)


@cache
def _common() -> frozenset[str]:
    return frozenset(w for data in by_language(__package__, "words") for w in data["common"])


def stale(mail: Mail) -> Iterator[Hit]:
    """One finding for the mail: its first trail mail that should not be there."""
    if mail.is_forward:
        return
    own = mail.own_text
    if not own.strip() or _pattern("pointing").search(own):
        return
    trail = [q for q in mail.quoted if in_trail(mail, q)]
    if not trail:
        return
    newest = trail[0]
    on_newest = Participants.of(mail, newest)
    wrote_it = any(on_newest.author.holds(r) is not False for r in mail.recipients)
    if _answers(own, newest, wrote_it, mail) or _goes_on(mail, newest, on_newest):
        return
    for quoted in trail:
        reason = _stranger(mail, quoted, on_newest) or (_other_subject(mail, quoted, wrote_it) if quoted is newest else None)
        if reason:
            why, confidence = reason
            yield Hit(
                "stale-trail",
                f"an older mail hangs below this one, and {why}",
                place_of(mail, quoted),
                "delete everything below your own text; if it belongs there, say so (“see below”)",
                confidence=confidence,
            )
            return


def _goes_on(mail: Mail, newest: QuotedMail, on_newest: Participants) -> bool:
    """A reply under the thread's own subject to somebody who was on it: the conversation goes on, whoever else reads along."""
    if not mail.is_reply or newest.subject is None or not newest.subject.strip() or not same_subject(newest.subject, mail.subject):
        return False
    there = [on_newest.had(r) for r in mail.recipients]
    return any(there) or (None in there and on_newest.everyone is not None) or _same_list(mail, newest)


def _same_list(mail: Mail, newest: QuotedMail) -> bool:
    """The same mailing list or mailbox under another of its addresses: equal local parts."""
    then = {a.local.casefold() for a in newest.recipients or () if a.addr}
    return any(r.address.local.casefold() in then for r in mail.recipients)


def _stranger(mail: Mail, quoted: QuotedMail, on_newest: Participants) -> tuple[str, Confidence] | None:
    """An outside reader who was not on that mail (and not on the newest, whose trail it then already was)."""
    on_it = Participants.of(mail, quoted)
    for recipient in mail.outside:
        if on_it.had(recipient) is False and not on_newest.had(recipient):
            return f"{recipient.shown} was not on it", Confidence.HIGH
    return None


def _other_subject(mail: Mail, quoted: QuotedMail, wrote_it: bool) -> tuple[str, Confidence] | None:
    """A conversation whose subject this mail no longer carries."""
    old = quoted.subject
    if old is None and mail.parent is not None and mail.parent.whole:
        old = mail.parent.subject
    if old is not None:
        if not old.strip() or not mail.base_subject or same_subject(old, mail.subject):
            return None
        return f"it was about “{old.strip()}”", Confidence.HIGH
    fresh = mail.base_subject and mail.base_subject == mail.subject.strip()
    outside = any(not r.inside for r in mail.recipients)
    if fresh and outside and not wrote_it and quoted.sender is not None:
        who = quoted.sender.name or quoted.sender.addr
        if who and (quoted.sender.addr or len(who.split()) > 1):
            return f"{who}, who wrote it, does not get this one", Confidence.MEDIUM
    return None


def _words(text: str, names: set[str]) -> set[str]:
    found = (fold(w) for w in _WORD.findall(text))
    return {w for w in found if w not in _common() and w not in names}


def _answers(own: str, quoted: QuotedMail, wrote_it: bool, mail: Mail) -> bool:
    """Whether the own text takes the quoted mail up: an answering phrase, or words they share."""
    if wrote_it and _pattern("answering").match(own.strip()):
        return True
    names = {fold(w) for a in mail.thread_people() for w in re.findall(r"[^\W\d_]+", f"{a.name} {a.addr}")}
    names |= {fold(w) for r in mail.recipients for w in re.findall(r"[^\W\d_]+", f"{r.address.name} {r.address.addr}")}
    mine, theirs = _words(f"{own}\n{mail.base_subject}", names), _words(quoted.text, names)
    shared = mine & theirs
    if wrote_it and len(own.split()) <= _SHORT_ANSWER and (mail.is_reply and mail.base_subject != mail.subject.strip()):
        return True
    return len(shared) >= 3 or (bool(shared) and wrote_it and (len(shared) >= 2 or len(shared) / max(1, len(mine)) >= 0.2))
