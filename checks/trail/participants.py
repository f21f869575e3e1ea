"""Who was on a mail of the trail, as far as it shows."""

from __future__ import annotations

from typing import NamedTuple

from sendcheck.checkapi import Body, Circle, Kind, Mail, Place, QuotedMail, Recipient
from sendcheck.reading.addresses import Address


def people(quoted: QuotedMail) -> list[Address] | None:
    """Sender and recipients, or None where the trail does not show the recipients."""
    if quoted.recipients is None:
        return None
    return [a for a in (quoted.sender, quoted.delegate, *quoted.recipients) if a is not None]


class Participants(NamedTuple):
    """Who wrote a quoted mail, and everybody on it; ``everyone`` is None where the trail hides its recipients."""

    author: Circle
    everyone: Circle | None

    @classmethod
    def of(cls, mail: Mail, quoted: QuotedMail) -> Participants:
        """The participants of one quoted mail."""
        known = people(quoted)
        return cls(mail.circle((quoted.sender, quoted.delegate)), None if known is None else mail.circle(known))

    def had(self, recipient: Recipient) -> bool | None:
        """Whether a recipient was on that mail; None if the trail does not say."""
        if self.author.holds(recipient):
            return True
        return None if self.everyone is None else self.everyone.holds(recipient)


def place_of(mail: Mail, quoted: QuotedMail) -> Place:
    """The first line of a quoted mail, as a place in the trail."""
    body = body_of(mail, quoted)
    start = quoted.start
    while start < quoted.end and body.text[start] in "\n \t":
        start += 1
    end = body.text.find("\n", start)
    end = quoted.end if end < 0 else min(end, quoted.end)
    return mail.at(body, start, end, "trail")


def body_of(mail: Mail, quoted: QuotedMail) -> Body:
    """The body a quoted mail stands in."""
    return next(b for b in mail.bodies if quoted in b.quoted)


def in_trail(mail: Mail, quoted: QuotedMail) -> bool:
    """Whether a quoted mail hangs below as a trail (not an inline quote, not a forward)."""
    return body_of(mail, quoted).kind_at(quoted.start) is Kind.TRAIL
