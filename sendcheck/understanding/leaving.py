"""Everything of a mail that leaves the house (RULES.md, rulings 26 and 30): subject, both halves with all that is quoted, hidden text, links, names of
files, and what attached text, HTML and calendars say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from sendcheck.understanding.mail import Body, Mail
from sendcheck.understanding.place import Place
from sendcheck.understanding.text import looks


class Leaving(NamedTuple):
    """A text that leaves. ``kind``: ``subject``, ``text``, ``hidden``, ``link``, ``file`` or ``attached``; ``at`` makes the place of characters
    start..end of it; ``own``: whether it is what the sender wrote now, at an offset.
    """

    kind: str
    text: str
    at: Callable[[int, int], Place]
    own: Callable[[int], bool] = lambda _offset: False


def leaving(mail: Mail) -> Iterator[Leaving]:
    """All of it, in the order that a reader meets it."""
    if mail.subject:
        yield Leaving("subject", mail.subject, lambda a, b: mail.at_header("Subject", mail.subject[a:b]), lambda _offset: True)
    for body in mail.bodies:
        yield from _looks(mail, body, "text")
    for body in mail.enclosed:
        yield from _looks(mail, body, "attached")
    for body, text, offset in mail.hidden():
        yield Leaving("hidden", text, lambda a, b, body=body, text=text, offset=offset: mail.at_hidden(body, text, offset, a, b))  # type: ignore[misc]
    for body in (*mail.bodies, *mail.enclosed):
        for link in body.part.html.links if body.part.html is not None else ():
            yield Leaving("link", link.href, lambda a, b, body=body, link=link: _of_link(mail.at(body, link.start, link.end), link.href, a, b))  # type: ignore[misc]
    for attachment in mail.message.attachments:
        if attachment.name:
            name = attachment.name
            yield Leaving("file", name, lambda a, b, name=name: Place(f"attachment:{name}", name[a:b], context=name, context_column=a))  # type: ignore[misc]


def _looks(mail: Mail, body: Body, kind: str) -> Iterator[Leaving]:
    """A text, a long one in stretches."""
    for start, end in looks(body.text):
        yield Leaving(
            kind,
            body.text[start:end],
            lambda a, b, start=start: mail.at(body, start + a, start + b),  # type: ignore[misc]
            lambda offset, start=start: body.kind_at(start + offset).value == "own",  # type: ignore[misc]
        )


def _of_link(shown: Place, target: str, start: int, end: int) -> Place:
    """The place of characters of a link's target: where the link is shown, with the target's words."""
    return Place(
        shown.part, target[start:end], shown.line, shown.column, shown.end_line, shown.end_column, target, start, shown.file, shown.stand_in, shown.span
    )
