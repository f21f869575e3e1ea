"""`recipient-dropped`: the answered writer, or somebody whom the text addresses, no longer gets the mail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from sendcheck.checkapi import Confidence, Hit, Mail, NotRun, Parent, Place, by_language, pattern
from sendcheck.reading.addresses import Address
from sendcheck.understanding.lookalikes import address_slip
from sendcheck.understanding.names import fold, person
from sendcheck.understanding.salutation import is_hint, salutation

RULE = "recipient-dropped"
_NAME = r"[A-ZÆØÅÄÖ][^\W\d_]{1,30}"


def dropped(mail: Mail) -> Iterator[Hit | NotRun]:
    """Replies only; a forward may go where it likes."""
    if mail.parent is None:
        if mail.is_reply:
            yield NotRun(RULE, "the mail that this one answers is not known")
        return
    if mail.is_forward or not mail.is_reply or not mail.recipients or mail.groups or mail.parent.doubt:
        return
    if any(not r.person.known and not r.person.role and not r.address.name for r in mail.recipients) and not mail.parent.whole:
        return  # one of the bare addresses may be the writer's
    if pattern(__package__, "moved").search(mail.own_text):
        return
    author = mail.parent.sender
    if author is not None and _is_missed(mail, author, mail.parent):
        yield _hit(mail, author, f"{author.name or author.addr}, whose mail you answer, does not get this one", mail.at_header("To"))
    for address, place in _addressed(mail):
        yield _hit(mail, address, f"the text addresses {address.name or address.addr}, who was on the thread and does not get this mail", place)


def _hit(mail: Mail, address: Address, message: str, place: Place) -> Hit:
    sure = Confidence.HIGH if "@" in address.addr else Confidence.MEDIUM
    return Hit(
        RULE,
        message,
        place,
        f"add {address.name or address.addr}, or say that you moved them out (“moving … to Bcc”)",
        confidence=sure,
        key=address.key or fold(address.name),
    )


def _is_missed(mail: Mail, author: Address, parent: Parent) -> bool:
    if mail.sender is None or mail.is_sender(author) or any(_gets_it(mail, a) for a in (author, parent.delegate) if a is not None):
        return False
    if any(address_slip(r.address, author) for r in mail.recipients):
        return False  # `recipient-lookalike` tells (RULES.md, ruling 7)
    owner = person(author)
    if owner.role or owner.crowd or pattern(__package__, "robots").search(author.addr):
        return False
    if _follows_reply_to(mail, parent) or _same_list(mail, parent) or _was_handed_over(mail, author) or _hands_on(mail, author):
        return False
    return not (parent.kind == "trail" and not _continues(mail, parent))


def _gets_it(mail: Mail, address: Address) -> bool:
    """Whether a recipient is that mailbox, or that person under another address."""
    circle, owner = mail.circle((address,)), person(address)
    named = " ".join(owner.words) if len(owner.words) > 1 else ""
    return any(circle.holds(r) is not False or r.person.has_full_name(owner) or r.person.bears(named) for r in mail.recipients)


def _was_handed_over(mail: Mail, author: Address) -> bool:
    """A colleague passed somebody's mail on, and that one is answered."""
    if not mail.is_inside(author):
        return False
    asked = [a for a in (*(q.sender for q in mail.quoted[1:]), *(m.sender for m in mail.earlier)) if a is not None and a.key != author.key]
    circle = mail.circle(asked)
    return any(circle.holds(r) for r in mail.recipients)


def _hands_on(mail: Mail, author: Address) -> bool:
    """A forward that bears no mark of one: to people who were on no mail of the thread, who are greeted, or who are told nothing."""
    if is_hint(mail.own_text) and mail.own_text.strip():
        return True
    if not mail.reaches_new_people:
        return False
    greeted = salutation(mail)
    names = [word for one in greeted.people for word, _start, _end in one.words] if greeted is not None else []
    if not names:
        return is_hint(mail.own_text)
    owner = person(author)
    return not any(owner.fits(name) for name in names) and any(r.person.fits(name) for name in names for r in mail.recipients)


def _follows_reply_to(mail: Mail, parent: Parent) -> bool:
    if parent.message is None:
        return False
    wanted = {a.key for name in ("reply-to", "mail-followup-to") for a in parent.message.address_list(name).addresses}
    followup = parent.message.header("mail-followup-to") or ""
    return any(r.key in wanted or (r.key and r.key in followup.lower()) for r in mail.recipients)


def _same_list(mail: Mail, parent: Parent) -> bool:
    """Answered to the mailing list that the parent came through: its author reads there."""
    if parent.message is not None:
        told = " ".join(
            parent.message.header(n) or "" for n in ("list-id", "list-post", "x-mailing-list", "mailing-list", "x-beenthere", "delivered-to", "sender")
        ).lower()
        if any(r.key in told or (r.address.local.lower() in told and r.address.domain.lower() in told) for r in mail.recipients if r.key):
            return True
        if parent.via_list:
            return True
    return mail.answers_shared


def _continues(mail: Mail, parent: Parent) -> bool:
    """Whether a mail whose parent only shows in its trail is a reply by its own headers, too."""
    return bool(mail.message.header("in-reply-to") or mail.message.header("references")) or mail.base_subject != mail.subject.strip()


@cache
def _vocatives() -> re.Pattern[str]:
    """“@Kari”, “Kari: …”, “Kari, can you …” at the beginning of a sentence or line."""
    calls = [p for data in by_language(__package__, "words") for p in data["calls"]]
    return re.compile(rf"(?:^|(?<=[.!?] )|(?<=\n))[ \t]*(?:@(?P<at>{_NAME})|(?P<name>{_NAME})(?::[ \t]|,[ \t]+(?:{'|'.join(calls)})\b))")


def _addressed(mail: Mail) -> Iterator[tuple[Address, Place]]:
    """People of the thread whom a sentence calls by name and whom the mail does not reach. The salutation is `greeting-mismatch`'s."""
    thread = [a for a in mail.thread_people() if mail.sender is not None and not mail.is_sender(a)]
    seen: set[str] = set()
    for stretch in mail.own():
        first = len(stretch.text) - len(stretch.text.lstrip())
        for match in _vocatives().finditer(stretch.text):
            group = "at" if match["at"] else "name"
            name = match[group]
            if match.start(group) <= first + 12 or fold(name) in seen or any(r.person.fits(name) for r in mail.recipients):
                continue
            meant = next((a for a in thread if person(a).has(name) and not _gets_it(mail, a)), None)
            if meant is not None:
                seen.add(fold(name))
                yield meant, mail.within(stretch, match.start(group), match.end(group))
