"""`audience-widened`: somebody outside who was on no mail of the thread."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sendcheck.checkapi import Hit, Mail, NotRun, Recipient, pattern
from sendcheck.understanding.names import person

RULE = "audience-widened"


def widened(mail: Mail) -> Iterator[Hit | NotRun]:
    """Compare outside recipients with everyone the thread shows."""
    if not (mail.is_reply or mail.is_forward):
        return
    shows_readers = any(q.recipients is not None for q in mail.quoted) or (mail.parent is not None and mail.parent.recipients is not None)
    if not shows_readers:
        yield NotRun(RULE, "the thread does not show who was on it")
        return
    new = [r for r in mail.outside if not was_on_thread(mail, r) and not asked_to_involve(mail, r)]
    if mail.profile in {"general", "internal"}:
        known = {mail.organisations.of(a) for a in mail.thread_people() if a.domain}
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
    )


def was_on_thread(mail: Mail, recipient: Recipient) -> bool:
    """Whether a recipient's address, or (where the trail shows bare names) name, is seen on the thread."""
    for address in mail.thread_people():
        if address.addr and "@" in address.addr:
            if address.key == recipient.key:
                return True
        elif address.name and _same_person(address.name, recipient):
            return True
    return False


def _same_person(name: str, recipient: Recipient) -> bool:
    words = list(re.findall(r"[^\W\d_]{2,}", name))
    return bool(words) and all(recipient.person.fits(w) for w in words)


def asked_to_involve(mail: Mail, recipient: Recipient) -> bool:
    """Whether the mail answered asks for this person ("find Anni"): adding her is then right (RULES.md, ruling 18)."""
    if mail.parent is None:
        return False
    asks = pattern(__package__, "involve", flags=0)
    return any(any(name and person(recipient.address).fits(name) for name in match.groups()) for match in asks.finditer(mail.parent.text))
