"""A stretch of text as HTML: what is strong or a link in it, and marks that may overlap, each with something before and after it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from sendcheck.escapes import clean, clean_lines

_TAGS = {"strong": "strong", "em": "em", "u": "u", "s": "s", "heading": "strong", "code": "code"}


@dataclass(frozen=True, slots=True)
class Mark:
    """Characters start..end; ``kind``: the class of the mark; ``number``: whose it is."""

    start: int
    end: int
    kind: str
    number: int


Range = tuple[int, int, str]


def marked(text: str, start: int, end: int, marks: Sequence[Mark], looks: Sequence[Range], links: Sequence[Range], beside: Callable[[int, bool], str]) -> str:
    """Characters start..end of *text*. ``beside``: the HTML at a mark's begin (number, False) and end (number, True).

    The text is cut at every begin and end, and each piece wrapped by itself: so ranges may overlap in any way.
    """
    looks = [r for r in looks if r[0] < end and r[1] > start]
    links = [r for r in links if r[0] < end and r[1] > start]
    cuts = {start, end}
    for begin, stop in [*((m.start, m.end) for m in marks), *((r[0], r[1]) for r in (*looks, *links))]:
        cuts |= {at for at in (begin, stop) if start < at < end}
    edges = sorted(cuts)
    out = []
    for begin, stop in pairwise(edges):
        inside = sorted((m for m in marks if m.start <= begin and m.end >= stop), key=lambda m: (m.end - m.start, m.number))
        out += [beside(m.number, False) for m in inside if max(m.start, start) == begin]
        piece = escape(clean_lines(text[begin:stop]))
        for tag in dict.fromkeys(_TAGS[look] for first, last, look in looks if first <= begin and last >= stop):
            piece = f"<{tag}>{piece}</{tag}>"
        link = next((target for first, last, target in links if first <= begin and last >= stop), None)
        if link is not None:
            piece = f'<span class="link">{piece}</span>'
        if inside:
            kinds = " ".join(dict.fromkeys(m.kind for m in inside))
            piece = f'<mark class="{kinds}">{piece}</mark>'
        out.append(piece)
        out += [
            f' <span class="target">({escape(clean(target))})</span>' for _first, last, target in links if last == stop and _tells(text, _first, last, target)
        ]
        out += [beside(m.number, True) for m in reversed(inside) if min(m.end, end) == stop]
    return "".join(out)


def _tells(text: str, first: int, last: int, target: str) -> bool:
    """Whether a link's target is not what its text says already."""
    return target.removeprefix("mailto:").rstrip("/") not in text[first:last]
