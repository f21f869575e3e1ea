"""`confidential-spread`: discretion asked for in the thread, or claimed by the draft itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from sendcheck.checkapi import Confidence, Hit, Kind, Lazy, Mail, Parent, Place, QuotedMail, Recipient, Severity, act_of, pattern, toml
from sendcheck.reading.addresses import Address
from sendcheck.understanding.organisations import registrable_domain
from sendcheck.understanding.text import flat

from .widened import asked_to_involve

RULE = "confidential-spread"
_SHOWN = 80


def _pattern(key: str) -> Lazy:
    return pattern(__package__, key)


@cache
def _words(key: str) -> frozenset[str]:
    return frozenset(toml(__package__, "lists.toml")[key])


def confidential(mail: Mail) -> Iterator[Hit]:
    """Ask the thread first, then the draft's own label."""
    yield from _asked(mail)
    yield from _own_label(mail)


def is_list(recipient: Recipient) -> bool:
    """Whether an address looks like a list or an everyone-mailbox."""
    local = recipient.address.local.lower()
    domain = recipient.address.domain
    if local in _words("locals") or any(local.endswith(tail) for tail in _words("tails")):
        return True
    return domain.split(".")[0] in _words("hosts") or registrable_domain(domain) in _words("domains")


class _Asking(NamedTuple):
    """A mail of the thread that asks for discretion: in which words, how surely, who asked, who was on it (None where it does not show)."""

    words: str
    sure: bool
    asker: Address | None
    readers: Sequence[Address] | None


def _mails(mail: Mail) -> Iterator[Parent | QuotedMail]:
    """The mails of the thread, each once: an answered one that is quoted too is read where it is whole."""
    parent = mail.parent if mail.parent is not None and mail.parent.whole else None
    yield from (m for m in (parent, *mail.earlier) if m is not None)
    yield from (q for q in mail.quoted if parent is None or parent.sender != q.sender)


def _requests(mail: Mail) -> Iterator[_Asking]:
    """Each mail of the thread that asks for discretion, and that some recipient was not on."""
    for other in _mails(mail):
        circle = mail.circle((other.sender, mail.sender, *(other.recipients or ())))
        if all(circle.holds(r) is not False for r in mail.recipients):
            continue
        words, sure = _asks(mail, other)
        if words:
            yield _Asking(words, sure, other.sender, other.recipients)


def _asks(mail: Mail, other: Parent | QuotedMail) -> tuple[str, bool]:
    """The words of a mail that ask for discretion, and whether that is sure; ("", False) for none. What a standing legal footer asks is nothing."""
    label = _label(other.subject or "")
    if label:
        return label, True
    prose = mail.prose_of(other)
    for sentence in prose.sentences:
        act = act_of(prose, sentence, "confidential")
        if act is not None and not _pattern("footer").search(flat(sentence.text)):
            return act.words if len(act.words) <= _SHOWN else f"{act.words[:_SHOWN]}…", act.sure
    return "", False


def _label(subject: str) -> str | None:
    match = _pattern("label").search(subject)
    return match.group(0) if match else None


def _asked(mail: Mail) -> Iterator[Hit]:
    requests = list(_requests(mail))
    # whoever was on one of the mails that ask knows of it
    in_the_know = mail.circle(a for asking in requests for a in (asking.asker, *(asking.readers or ())))
    for words, sure, asker, readers in requests:
        on_it = mail.circle((asker, mail.sender, *(readers or ())))
        spread = [r for r in mail.recipients if on_it.holds(r) is False and in_the_know.holds(r) is False and not asked_to_involve(mail, r)]
        unsure = readers is None
        if unsure:
            org = mail.organisations.of(asker) if asker is not None and asker.domain else None
            spread = [r for r in spread if is_list(r) or (not r.inside and r.organisation != org and asker is not None and asker.domain)]
        if not spread:
            continue
        places = [mail.at_recipient(r) for r in spread]
        shown = ", ".join(r.shown for r in spread[:3])
        who = (asker.name or asker.addr) if asker is not None else "somebody in the thread"
        yield Hit(
            RULE,
            f"{who} asked for discretion (“{words}”), and {shown} {'was' if len(spread) == 1 else 'were'} not on that mail",
            places[0],
            "take them out, or ask whoever wanted it kept close first",
            tuple(places[1:]),
            Confidence.MEDIUM if unsure or not sure else Confidence.HIGH,
            Severity.WARNING if not sure or (unsure and not any(is_list(r) for r in spread)) else None,
            key=",".join(sorted(r.key for r in spread)),
        )
        return


def _own_label(mail: Mail) -> Iterator[Hit]:
    """The draft says that it is internal, and somebody outside, or a list, would get it."""
    reached = [r for r in mail.recipients if not r.inside or is_list(r)]
    outside = [r for r in reached if not r.inside]
    if not reached:
        return
    place = _internal_mark(mail)
    if place is None:
        return
    chosen = outside or reached
    shown = ", ".join(r.shown for r in chosen[:3])
    yield Hit(
        RULE,
        f"the mail says it is internal (“{place.excerpt}”), but {shown} {'is outside' if outside else 'is a list'}",
        place,
        "take the outside readers out, or take the mark off if the text may leave",
        tuple(mail.at_recipient(r) for r in chosen),
        key=",".join(sorted(r.key for r in chosen)),
    )


def _internal_mark(mail: Mail) -> Place | None:
    for name in ("Sensitivity", "X-Classification", "X-Sensitivity", "Classification"):
        value = mail.message.header(name)
        if value and _pattern("header_label").search(value):
            return mail.at_header(name)
    match = _pattern("internal_subject").search(mail.subject)
    if match:
        return mail.at_header("Subject", match.group(0))
    for stretch in mail.stretches(Kind.OWN, Kind.SIGNATURE, Kind.DISCLAIMER, primary=False):
        found = _pattern("internal").search(stretch.text)
        if found:
            return mail.within(stretch, found.start(), found.end())
    for body, text, offset in mail.hidden():
        found = _pattern("internal").search(text)
        if found:
            return mail.at_hidden(body, text, offset, found.start(), found.end())
    return None
