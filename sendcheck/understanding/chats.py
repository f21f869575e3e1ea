"""A chat pasted into a mail: “Kari Holm  10:48” above what she wrote, “[10:48] Kari Holm: …”, as Teams, Slack and others copy it."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from sendcheck.reading.addresses import Address

_NAME = r"(?P<name>[^\W\d_a-zæøåäöüß][^\W\d_]*(?:[ .’'-]{1,2}[^\W\d_][^\W\d_]*){0,3})"
_HOUR = r"(?P<when>(?:\d{1,2}[./]\d{1,2}(?:[./]\d{2,4})?,? (?:kl\. ?)?)?\d{1,2}[:.]\d{2}(?: ?[AaPp]\.?[Mm]\.?)?)"
#: A name and the hour far apart from it, alone on a line: a name and an hour in a sentence or a list stand one blank apart.
_HEAD = re.compile(rf"\s*{_NAME}(?: {{2,}}|\t+){_HOUR}\s*$")
#: The hour in brackets, the name, and perhaps what was said.
_BRACKETED = re.compile(rf"\s*\[{_HOUR}\]\s*{_NAME}\s*(?::\s*(?P<said>\S.*))?$")
_FEWEST = 2
_LONGEST_LINE = 500
#: Minutes between two messages of a talk; the hours of a programme lie further apart.
_SOON = 10


class ChatHead(NamedTuple):
    """One message's head in line ``first``; its words go from line ``text`` to line ``last`` (exclusive)."""

    first: int
    text: int
    last: int
    sender: Address
    minute: int


def chat_heads(lines: list[str], depths: list[int]) -> list[ChatHead]:
    """The messages of chats pasted outside quotes; a single head is none, nor are hours of a programme with nothing said below them."""
    starts = [
        (i, found) for i, line in enumerate(lines) if depths[i] == 0 and len(line) <= _LONGEST_LINE and (found := _HEAD.match(line) or _BRACKETED.match(line))
    ]
    heads = [head for at, (i, found) in enumerate(starts) if (head := _message(lines, depths, i, found, starts[at + 1][0] if at + 1 < len(starts) else None))]
    together = [head for at, head in enumerate(heads) if _touches(heads, at)]
    gaps = [abs(two.minute - one.minute) for one, two in pairwise(together)]
    return together if len(together) >= _FEWEST and min(gaps) <= _SOON else []


def _message(lines: list[str], depths: list[int], first: int, found: re.Match[str], following: int | None) -> ChatHead | None:
    bracketed = "said" in found.re.groupindex
    said = bracketed and bool(found["said"])
    end = first + 1
    while end < len(lines) and end != following and lines[end].strip() and depths[end] == 0:
        end += 1
    if not said and end == first + 1:
        return None
    hour, minute = re.findall(r"(\d{1,2})[:.](\d{2})", found["when"])[-1]
    return ChatHead(first, first if said else first + 1, end, Address(" ".join(found["name"].split()), ""), 60 * int(hour) + int(minute))


def _touches(heads: list[ChatHead], at: int) -> bool:
    """Whether another message stands just above or below, a blank line between them at most."""
    head = heads[at]
    return (at > 0 and head.first - heads[at - 1].last <= 1) or (at + 1 < len(heads) and heads[at + 1].first - head.last <= 1)
