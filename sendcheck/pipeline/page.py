"""The mail itself as its reader will see it: what the HTML report shows beside the findings. Plain, frozen, picklable data."""

from __future__ import annotations

from dataclasses import dataclass

from sendcheck.pipeline.contract import Exchange
from sendcheck.understanding.mail import Body, Mail

_FIELDS = ("From", "Sender", "Reply-To", "Date", "Subject")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One readable part. ``number``: as places count bodies; ``kind``: plain or html; ``primary``: the half that is read as the mail's text.

    ``segments``: (start, end, kind) of own text, quotes, trail, forwarded mail, signature; ``looks``: (start, end, look) of what HTML makes
    strong, em, u, s, heading or code; ``links``: (start, end, target); ``hidden``: text that no reader sees.
    """

    number: int
    kind: str
    primary: bool
    attached: bool
    text: str
    segments: tuple[tuple[int, int, str], ...]
    looks: tuple[tuple[int, int, str], ...]
    links: tuple[tuple[int, int, str], ...]
    hidden: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that travels with the mail. ``size`` in bytes; ``inline``: shown in the text."""

    name: str
    content_type: str
    size: int
    inline: bool


@dataclass(frozen=True, slots=True)
class Page:
    """A mail's fields (name, decoded value), its text, its files, and what was asked and answered."""

    fields: tuple[tuple[str, str], ...]
    sheets: tuple[Sheet, ...]
    enclosures: tuple[Enclosure, ...]
    exchanges: tuple[Exchange, ...]


def page_of(mail: Mail, exchanges: tuple[Exchange, ...]) -> Page:
    """The page of a mail."""
    message = mail.message
    fields = tuple((name, header.value) for name in _FIELDS for header in message.all(name)[:1])
    files = tuple(Enclosure(a.name, a.content_type, a.size, a.inline) for a in message.attachments)
    return Page(fields, tuple(_sheet(number, body) for number, body in enumerate(mail.bodies)), files, exchanges)


def _sheet(number: int, body: Body) -> Sheet:
    html = body.part.html
    return Sheet(
        number,
        body.part.kind,
        body.primary,
        body.part.attached_mail,
        body.text,
        tuple((s.start, s.end, s.kind.value) for s in body.segments),
        tuple(_trimmed(body.text, *look) for look in html.looks) if html is not None else (),
        tuple(_trimmed(body.text, link.start, link.end, link.href) for link in html.links) if html is not None else (),
        tuple(text for text, _offset in html.hidden) if html is not None else (),
    )


def _trimmed(text: str, start: int, end: int, what: str) -> tuple[int, int, str]:
    """A range without the blanks at its ends."""
    inside = text[start:end]
    return start + len(inside) - len(inside.lstrip()), end - len(inside) + len(inside.rstrip()), what
