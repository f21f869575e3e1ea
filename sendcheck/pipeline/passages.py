"""What of a mail was taken as its writer's own text, and what not: for ``--show-own``. Plain, frozen, picklable data."""

from __future__ import annotations

from dataclasses import dataclass

from sendcheck.understanding.mail import Body, Mail


@dataclass(frozen=True, slots=True)
class Passage:
    """One stretch of a text that is read as the mail's. ``number``: of its part, from 1; ``kind``: own, quote, trail, forward, signature, disclaimer or diff;
    ``line``, ``end_line``: in the source file, None where they cannot be told.
    """

    number: int
    kind: str
    text: str
    line: int | None
    end_line: int | None


def passages_of(mail: Mail) -> tuple[Passage, ...]:
    """The passages of a mail in order, without those that are blank; of two alternatives those of the half that is read as its text."""
    bodies = [body for body in mail.bodies if body.primary]
    return tuple(
        _passage(number, body, s.kind.value, s.start, s.end)
        for number, body in enumerate(bodies, 1)
        for s in body.segments
        if body.text[s.start : s.end].strip()
    )


def _passage(number: int, body: Body, kind: str, start: int, end: int) -> Passage:
    whole = body.text[start:end]
    lead = len(whole) - len(whole.lstrip())
    text = whole.strip("\n").rstrip()
    first = body.part.view.locate(start + lead)
    last = body.part.view.locate(start + len(whole.rstrip()) - 1)
    return Passage(number, kind, text, first[0] if first else None, last[0] if last else None)
