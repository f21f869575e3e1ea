"""A body cut into segments: own text, inline quote, trail, forwarded mail, signature, disclaimer, diff.

Every character belongs to exactly one segment. On doubt a line stays own text: a quote
taken for own text costs a needless look, own text taken for a quote hides a fault.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from sendcheck.data import alternatives, language_file, languages_with, union
from sendcheck.data.sieve import Alternatives, Lazy
from sendcheck.reading.addresses import Address
from sendcheck.reading.zone import Zone
from sendcheck.understanding.quotemarks import Mark, find_marks

_QUOTE_PREFIX = re.compile(r"[ \t]{0,3}(?:(?:>|&gt;)[ \t]?)+")
#: A quote mark of one's own at the head of a line: no bullet, no word.
_OWN_MARK = re.compile(r"[ \t]{0,3}([A-Za-z]{1,6}>|(?:[|:#%}=!~&]|-{1,2}[\])}>|])[|:#%}=!~\])}>]{0,2})(?=[ \t]|$|\w|[\])}>])")
_COMPARISON = re.compile(r"[ \t]*>[ \t]*=?[ \t]*[\d$€£]")
_MAX_SIGNATURE_LINES = 14
_MAX_SIGNATURE_WIDTH = 90
_MAX_DISCLAIMER_LINES = 30
#: Own ways to mark a quote that are looked for in one mail: each is a walk over all lines.
_MAX_OWN_MARKS = 20


class Kind(StrEnum):
    """What a stretch of body is."""

    OWN = "own"
    QUOTE = "quote"
    TRAIL = "trail"
    FORWARD = "forward"
    SIGNATURE = "signature"
    DISCLAIMER = "disclaimer"
    DIFF = "diff"


class Segment(NamedTuple):
    """Characters start..end (exclusive) of a body's text."""

    kind: Kind
    start: int
    end: int


class QuotedMail(NamedTuple):
    """One mail in a trail, a quote or a forward, as far as it shows.

    ``sender`` may lack an address; ``recipients`` is None where the trail does not show
    them; ``text`` has quote prefixes removed; ``start`` is its place in the body.
    """

    sender: Address | None
    recipients: tuple[Address, ...] | None
    date: str | None
    subject: str | None
    text: str
    start: int
    end: int
    forwarded: bool = False


class Segmented(NamedTuple):
    """The segments of one body, in order and without gaps, and the mails quoted in it."""

    segments: tuple[Segment, ...]
    quoted: tuple[QuotedMail, ...]


class _Tails(NamedTuple):
    signoff: Alternatives
    device: Lazy
    disclaimer: Lazy


@cache
def _tails() -> _Tails:
    gathered: dict[str, list[str]] = {"signoffs": [], "device": [], "disclaimers": []}
    for language in languages_with("quotes.toml"):
        for key, values in gathered.items():
            values += language_file(language, "quotes.toml").get(key, [])
    return _Tails(
        alternatives(rf"[ \t]*(?:{s})[ \t]*(?:[,.!:\-–]+[ \t]*)?$" for s in gathered["signoffs"]),
        union(gathered["device"], prefix=r"[ \t*_]*", suffix=r"[ \t*_.]*$"),
        union(gathered["disclaimers"], prefix=r"[ \t*_\-]*", flags=re.I | re.S),
    )


def segment(text: str, zone_at: Callable[[int], Zone] | None = None) -> Segmented:
    """Segment one body. ``zone_at`` tells what HTML said about a character; None for plain text."""
    return _Segmenter(text, zone_at).run()


class _Segmenter:
    def __init__(self, text: str, zone_at: Callable[[int], Zone] | None) -> None:
        self.text = text
        self.raw_lines = text.split("\n")
        self.starts: list[int] = []
        at = 0
        for line in self.raw_lines:
            self.starts.append(at)
            at += len(line) + 1
        self.zones = [zone_at(start) for start in self.starts] if zone_at else [Zone()] * len(self.starts)
        self.lines: list[str] = []
        self.depths: list[int] = []
        for line, zone in zip(self.raw_lines, self.zones, strict=True):
            prefix = _QUOTE_PREFIX.match(line) if ">" in line or "&gt;" in line else None
            self.depths.append((prefix.group(0).count(">") if prefix else 0) + zone.depth)
            self.lines.append(line[prefix.end() :] if prefix else line)
        self._mend_comparisons()

    def _mend_comparisons(self) -> None:
        """A lone "> 5 pieces" is own text, not a quote."""
        for i, line in enumerate(self.raw_lines):
            if self.depths[i] == 1 and _COMPARISON.match(line) and not self.zones[i].depth:
                beside = [self.depths[j] for j in (i - 1, i + 1) if 0 <= j < len(self.depths)]
                if not any(beside):
                    self.depths[i] = 0
                    self.lines[i] = line

    def run(self) -> Segmented:
        marks = find_marks(self.lines, self.depths)
        if self._mend_own_marks(marks):
            marks = find_marks(self.lines, self.depths)
        kinds = [Kind.OWN] * len(self.lines)
        rest = self._mark_trail(kinds, marks)
        self._mark_quotes(kinds, marks, rest)
        self._mark_diff(kinds, rest)
        self._mark_tail(kinds)
        return Segmented(self._merge(kinds), self._quoted(kinds, marks))

    def _mend_own_marks(self, marks: list[Mark]) -> bool:
        """Quotes that are marked in a way of the writer's own (“| ”, “# ”, “--]”) below an attribution; says whether there were any."""
        changed = 0
        for mark in marks:
            if changed >= _MAX_OWN_MARKS:
                break
            below = self._next_full_line(mark.last)
            if mark.kind != "attribution" or below is None or self.depths[mark.first] > 0 or self._is_quoted(below):
                continue
            found = _OWN_MARK.match(self.raw_lines[below])
            if found is None:
                continue
            written = found.group(1)
            marked = [i for i in range(below, len(self.lines)) if self.raw_lines[i].lstrip().startswith(written)]
            bare = [i for i in range(below, len(self.lines)) if self.lines[i].strip() and i not in marked]
            if len(marked) < 2 and not bare:
                continue
            for i in marked:
                self.lines[i] = self.raw_lines[i].lstrip()[len(written) :].removeprefix(" ")
                self.depths[i] += 1
            changed += 1
        return changed > 0

    def _mark_trail(self, kinds: list[Kind], marks: list[Mark]) -> int:
        """From the first strong mark outside quotes on, everything is trail or forward. Returns where own text ends."""
        for mark in marks:
            if self.depths[mark.first] > 0 and not self.zones[mark.first].trail:
                continue
            below = self._next_full_line(mark.last)
            if mark.kind == "attribution" and below is not None and self._is_quoted(below):
                continue  # what follows carries its own quote marks: they tell where it ends
            if mark.kind == "attribution" and not mark.strong:
                continue
            if below is None and mark.kind == "attribution":
                continue
            forward = mark.kind == "forward" or self.zones[mark.first].forward
            for i in range(mark.first, len(kinds)):
                kinds[i] = Kind.FORWARD if forward else Kind.TRAIL
            return mark.first
        return len(kinds)

    def _next_full_line(self, index: int) -> int | None:
        return next((i for i in range(index, len(self.lines)) if self.lines[i].strip()), None)

    def _is_quoted(self, index: int) -> bool:
        """Quote prefix, cited HTML blockquote, or a mail client's own quote container."""
        zone = self.zones[index]
        if zone.trail or zone.forward or (zone.depth and zone.cited):
            return True
        return self.depths[index] - zone.depth > 0

    def _mark_quotes(self, kinds: list[Kind], marks: list[Mark], rest: int) -> None:
        attributions = {mark.last: mark for mark in marks if mark.kind in {"attribution", "forward", "original"}}
        quoted = [i for i in range(rest) if self._is_quoted(i)]
        for i in quoted:
            kinds[i] = Kind.FORWARD if self.zones[i].forward else Kind.QUOTE
        reached = 0
        for last, mark in attributions.items():
            if mark.first >= rest:
                continue
            below = self._next_full_line(last)
            uncited = below is not None and self.depths[below] > 0
            if below is None or not (self._is_quoted(below) or uncited):
                continue
            for i in range(mark.first, below):
                kinds[i] = Kind.QUOTE
            i = reached = max(below, reached)  # a quote holds many attributions: none of its lines is walked twice
            while i < rest and (self.depths[i] > 0 or not self.lines[i].strip()):
                kinds[i] = Kind.QUOTE  # a bare blockquote counts as a quote once an attribution introduces it
                i += 1
            reached = i
        self._fill_blanks(kinds, rest)
        if not any(kind is Kind.QUOTE for kind in kinds[:rest]):
            return
        last_own = max((i for i in range(rest) if kinds[i] is Kind.OWN and self.lines[i].strip()), default=-1)
        tail = self._tail_start(kinds, rest)
        block_start = next((i for i in range(rest - 1, -1, -1) if kinds[i] is not Kind.QUOTE and self.lines[i].strip() and i < tail), -1)
        for i in range(block_start + 1, rest):
            if kinds[i] is Kind.QUOTE and (last_own < i or i < tail <= last_own):
                kinds[i] = Kind.TRAIL

    def _tail_start(self, kinds: list[Kind], rest: int) -> int:
        """Where a closing signature below the last quote begins, or ``rest``."""
        last_quote = max((i for i in range(rest) if kinds[i] is Kind.QUOTE), default=-1)
        after = [i for i in range(last_quote + 1, rest) if self.lines[i].strip()]
        if after and (self._is_signature_start(after[0]) or _tails().device.match(self.lines[after[0]])):
            return after[0]
        return rest

    def _fill_blanks(self, kinds: list[Kind], rest: int) -> None:
        """Blank lines between two quoted lines belong to the quote."""
        previous: int | None = None
        for i in range(rest):
            if not self.raw_lines[i].strip():
                continue
            if kinds[i] is not Kind.OWN and previous is not None and kinds[previous] is kinds[i]:
                for j in range(previous + 1, i):
                    kinds[j] = kinds[i]
            previous = i

    def _mark_diff(self, kinds: list[Kind], rest: int) -> None:
        """A git patch below a mail: the diffstat and the diff are no prose (git-format-patch(1))."""
        first = next((i for i in range(rest) if self.raw_lines[i].startswith("diff --git ")), None)
        if first is None:
            return
        begin = first
        for i in range(first - 1, -1, -1):
            if self.raw_lines[i].rstrip() == "---":
                begin = i
                break
        for i in range(begin, rest):
            if self.raw_lines[i] in {"-- ", "--"}:
                break
            kinds[i] = Kind.DIFF

    def _mark_tail(self, kinds: list[Kind]) -> None:
        """Signature and disclaimer at the end of the own text."""
        own = [i for i, kind in enumerate(kinds) if kind is Kind.OWN and self.lines[i].strip()]
        if not own:
            return
        end = own[-1] + 1
        end = self._mark_disclaimer(kinds, own, end)
        own = [i for i in own if i < end and kinds[i] is Kind.OWN]
        begin = self._signature_start(own)
        if begin is None:
            return
        for i in range(begin, end):
            if kinds[i] is Kind.OWN:
                kinds[i] = Kind.SIGNATURE

    def _mark_disclaimer(self, kinds: list[Kind], own: list[int], end: int) -> int:
        pattern = _tails().disclaimer
        starts = [i for i in own if i == 0 or not self.lines[i - 1].strip() or kinds[i - 1] is not Kind.OWN]
        if len(starts) == 1:
            return end  # a mail that is nothing but a notice is own text
        lowest = own[max(0, len(own) - _MAX_DISCLAIMER_LINES)]
        for start in starts:
            paragraph = "\n".join(self.lines[start : start + 6]) if start >= lowest else ""
            if paragraph and pattern.match(paragraph):
                for i in range(start, end):
                    if kinds[i] is Kind.OWN:
                        kinds[i] = Kind.DISCLAIMER
                return start
        return end

    def _is_signature_start(self, index: int) -> bool:
        return self.raw_lines[index].rstrip() == "--" or self.zones[index].signature

    def _signature_start(self, own: list[int]) -> int | None:
        tails = _tails()
        for i in own[-2 * _MAX_SIGNATURE_LINES - 1 :]:
            if self._is_signature_start(i):
                return i
        for position in range(max(0, len(own) - _MAX_SIGNATURE_LINES - 1), len(own)):
            i, rest = own[position], own[position + 1 :]
            line = self.lines[i]
            if tails.device.match(line) and len(rest) <= 3:
                return i
            if len(line) > 60 or not tails.signoff.match(line):
                continue
            if position == 0 and len(own) == 1:
                return None
            if all(self._fits_signature(j) for j in rest):
                return i
        return None

    def _fits_signature(self, index: int) -> bool:
        line = self.lines[index].strip()
        if len(line) > _MAX_SIGNATURE_WIDTH or re.match(r"P\.?\s?S\b", line, re.I):
            return False
        return not (line.endswith(("?", "!")) or (line.endswith(".") and len(line.split()) > 5))

    def _merge(self, kinds: list[Kind]) -> tuple[Segment, ...]:
        out: list[Segment] = []
        first = 0
        for i in range(1, len(kinds) + 1):
            if i < len(kinds) and kinds[i] is kinds[first]:
                continue
            start, end = self.starts[first], self.starts[i] if i < len(kinds) else len(self.text)
            if end > start or not out:
                out.append(Segment(kinds[first], start, end))
            first = i
        return tuple(out)

    def _quoted(self, kinds: list[Kind], marks: list[Mark]) -> tuple[QuotedMail, ...]:
        """The mails inside quoted segments, outermost first; a quote without a head is one mail of unknown author."""
        kept = [m for m in marks if kinds[m.first] in {Kind.QUOTE, Kind.TRAIL, Kind.FORWARD}]
        found: list[QuotedMail] = []
        heads = {m.first for m in kept}
        for position, mark in enumerate(kept):
            stop = kept[position + 1].first if position + 1 < len(kept) else len(self.lines)
            last = mark.last
            while last < stop and kinds[last] in {Kind.QUOTE, Kind.TRAIL, Kind.FORWARD}:
                last += 1
            found.append(self._mail(mark, mark.last, last, kinds[mark.first] is Kind.FORWARD))
        first_quote = next((i for i, kind in enumerate(kinds) if kind in {Kind.QUOTE, Kind.TRAIL} and self.lines[i].strip()), None)
        if first_quote is not None and first_quote not in heads and not any(m.first <= first_quote < m.last for m in kept):
            last = first_quote
            while last < len(kinds) and kinds[last] in {Kind.QUOTE, Kind.TRAIL} and last not in heads:
                last += 1
            found.insert(0, self._mail(Mark(first_quote, first_quote, "bare", False), first_quote, last, False))
        return tuple(found)

    def _mail(self, mark: Mark, first: int, last: int, forwarded: bool) -> QuotedMail:
        start = self.starts[mark.first]
        end = self.starts[last] if last < len(self.starts) else len(self.text)
        text = "\n".join(self.lines[first:last]).strip("\n")
        return QuotedMail(mark.sender, mark.recipients, mark.date, mark.subject, text, start, end, forwarded)
