"""`trail-internal`: colleagues' mail on its way outside."""

from __future__ import annotations

from collections.abc import Iterator

from sendcheck.checkapi import Confidence, Hit, Kind, Mail, QuotedMail, Severity, pattern
from sendcheck.reading.addresses import Address
from sendcheck.understanding.salutation import addressed

from .insiders import Insiders
from .participants import people, place_of

_HANDING_OVER_WORDS = 15


def internal(mail: Mail) -> Iterator[Hit]:
    """One finding for the mail: the first quoted mail that was between insiders only."""
    if not mail.outside:
        return
    insiders = Insiders.of(mail)
    found = [(quoted, sure) for at, quoted in enumerate(mail.quoted) if (sure := _between(mail, insiders, at)) is not None]
    if found:
        quoted, sure = next(((q, s) for q, s in found if s is not Confidence.LOW), found[0])
        yield _hit(mail, insiders, quoted, sure, _only_hands_over(mail))


def _hit(mail: Mail, insiders: Insiders, quoted: QuotedMail, sure: Confidence, milder: bool) -> Hit:
    shown = ", ".join(r.shown for r in mail.outside[:3])
    what = "a chat between colleagues only" if quoted.chat else "a mail between colleagues only"
    if quoted.sender is not None and not quoted.chat and not insiders.has(quoted.sender):
        what = f"a mail that {quoted.sender.name} wrote to you"
    return Hit(
        "trail-internal",
        f"the trail holds {what}, and {shown} {'is' if len(mail.outside) == 1 else 'are'} outside",
        place_of(mail, quoted),
        "delete it from the trail, or write a mail of your own",
        confidence=Confidence.MEDIUM if sure is Confidence.LOW else sure,
        severity=Severity.WARNING if milder or sure is Confidence.LOW else None,
    )


def _between(mail: Mail, insiders: Insiders, at: int) -> Confidence | None:
    """How sure it is that a quoted mail went between insiders only; None where it did not, or nothing tells."""
    quoted = mail.quoted[at]
    if quoted.sender is None or not quoted.text.strip():
        return None
    if quoted.chat:
        return Confidence.MEDIUM if insiders.talked(quoted) else None
    known = people(quoted) or _readers_known_otherwise(mail, quoted)
    if known is not None and len(known) > 1:
        return Confidence.HIGH if all(insiders.has(a) for a in known) else None
    if not insiders.has(quoted.sender):
        return Confidence.MEDIUM if _wrote_to_the_sender_alone(mail, insiders, quoted) else None
    if _others_had_it(mail, insiders, at):
        return None
    return _by_its_author(mail, insiders, at)


def _readers_known_otherwise(mail: Mail, quoted: QuotedMail) -> list[Address] | None:
    """Everybody on a mail whose head names nobody but its author, where the mail itself is at hand."""
    start = " ".join(quoted.text.split())[:60]
    for whole in mail.answered:
        if whole.whole and whole.sender is not None and quoted.sender is not None and start and start in " ".join(whole.text.split()):
            return [whole.sender, *(whole.recipients or ())]
    return None


def _wrote_to_the_sender_alone(mail: Mail, insiders: Insiders, quoted: QuotedMail) -> bool:
    """Somebody whom no address places (Thunderbird's “Kari Holm wrote:”) greets the sender, and neither they nor anybody outside shows up elsewhere."""
    author = quoted.sender
    if author is None or "@" in author.addr or quoted.recipients is not None or mail.is_forward or insiders.gets_it(author):
        return False
    if any(q.sender is not None and insiders.is_outsider(q.sender) for q in mail.quoted):
        return False
    names = addressed(quoted.text)
    return bool(names) and all(insiders.are(name) for name in names)


def _others_had_it(mail: Mail, insiders: Insiders, at: int) -> bool:
    """Whether somebody outside had the mail before: they wrote above it, with it below."""
    above = [q.sender for q in mail.quoted[:at] if not q.chat]
    if mail.parent is not None and mail.parent.whole:
        above.append(mail.parent.sender)
    return any(a is not None and insiders.is_outsider(a) for a in above)


def _by_its_author(mail: Mail, insiders: Insiders, at: int) -> Confidence | None:
    """“Kari wrote:” hides its readers. Who is addressed tells most; else an answer to somebody outside went to them,
    and so did the sender's own earlier mail that is followed up; an author who still gets the mail had perhaps the same readers.
    """
    quoted = mail.quoted[at]
    assert quoted.sender is not None
    names = addressed(quoted.text)
    if names and all(insiders.are(name) for name in names):
        return Confidence.HIGH
    if any(insiders.are_outside(name) for name in names):
        return None
    below = mail.quoted[at + 1].sender if at + 1 < len(mail.quoted) else None
    if (below is not None and insiders.is_outsider(below)) or insiders.is_sender(quoted.sender):
        return None
    return Confidence.LOW if insiders.gets_it(quoted.sender) else Confidence.MEDIUM


def _only_hands_over(mail: Mail) -> bool:
    """Nothing of one's own above it, or just a phrase that hands it on."""
    own = mail.own_text.strip()
    if not own:
        return True
    forwarded = mail.is_forward or any(s.kind is Kind.FORWARD for b in mail.bodies for s in b.segments)
    return forwarded and len(own.split()) <= _HANDING_OVER_WORDS and bool(pattern(__package__, "handing_over").search(own))
