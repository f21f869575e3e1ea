"""What HTML tells of a quote's borders: containers that also hold answers, heads in any language, answers in a colour of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from sendcheck.reading.zone import Zone
from sendcheck.understanding.attributions import MAX_ATTRIBUTION, author
from sendcheck.understanding.headerblocks import EMAIL
from sendcheck.understanding.quotemarks import Mark
from sendcheck.understanding.quotewords import quote_words

_ASKS = re.compile(r"[?:][\s\"'”’)]*$")


def heads(lines: Sequence[str], zones: Sequence[Zone], marks: Sequence[Mark]) -> list[Mark]:
    """Marks, with those added that only HTML shows: lines in a client's head element whose language is not known."""
    found = list(marks)
    index = 0
    while index < len(lines):
        if not zones[index].head or not lines[index].strip():
            index += 1
            continue
        last = index
        while last < len(lines) and (zones[last].head or not lines[last].strip()):
            last += 1
        if not any(mark.first < last and mark.last > index for mark in marks):
            text = " ".join(" ".join(lines[index:last]).split())
            strong = zones[index].container or zones[index].trail
            shown = EMAIL.search(text)
            sender = author(text, quote_words()) if shown is not None and len(text) <= MAX_ATTRIBUTION else None
            found.append(Mark(index, last, "attribution", strong, sender))
        index = last
    return sorted(found, key=lambda mark: mark.first)


def colored_lines(lines: Sequence[str], color_of: Callable[[int], str], first: int, last: int) -> list[int]:
    """Lines of one quoted mail (first..last, exclusive) that the writer answered in, in a colour of their own.

    Its author may have used colours, too: so most lines must be plain, and the coloured ones either come back between plain lines, or stand right below
    a question. What stands below the author's closing phrase is their signature.
    """
    full = [i for i in range(first, last) if lines[i].strip()]
    place = {i: at for at, i in enumerate(full)}
    colors = {i: color_of(i) for i in full}
    if sum(bool(c) for c in colors.values()) > len(full) / 2 or not any(colors.values()):
        return []
    runs: list[list[int]] = []
    for at, i in enumerate(full):
        if not colors[i]:
            continue
        if at and colors[full[at - 1]] == colors[i] and runs:
            runs[-1].append(i)
        elif at:
            runs.append([i])
    taken: list[int] = []
    for color in {colors[run[0]] for run in runs}:
        own = [run for run in runs if colors[run[0]] == color]
        answers = [run for run in own if _ASKS.search(lines[full[place[run[0]] - 1]])]
        between = [run for run in own if place[run[-1]] + 1 < len(full)]
        if answers or (len(own) > 1 and between):
            taken += [i for run in own for i in run]
    return sorted(taken)
