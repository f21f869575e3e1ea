"""A body cut into segments: own text, inline quote, trail, forwarded mail, signature, disclaimer, diff.

Every character belongs to exactly one segment. On doubt a line stays own text: a quote
taken for own text costs a needless look, own text taken for a quote hides a fault.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from sendcheck.reading.addresses import Address
from sendcheck.reading.zone import Zone
from sendcheck.understanding.attributions import closes
from sendcheck.understanding.quotemarks import Mark, find_marks
from sendcheck.understanding.quotewords import quote_words
from sendcheck.understanding.signatures import disclaimer_start, is_delimiter, is_device_line, signatures

_QUOTE_PREFIX = re.compile(r"[ \t]{0,3}(?:(?:>|&gt;)[ \t]?)+")
#: A quote mark of one's own at the head of a line: no bullet, no word.
_OWN_MARK = re.compile(r"[ \t]{0,3}([A-Za-z]{1,6}>|(?:[|:#%}=!~&]|-{1,2}[\])}>|])[|:#%}=!~\])}>]{0,2})(?=[ \t]|$|\w|[\])}>])")
#: What encloses something that OpenPGP wrote in letters (RFC 4880, section 6.2); of a signed text only what stands above it.
_ARMOUR = re.compile(r"-----BEGIN PGP (?:(SIGNED MESSAGE)|MESSAGE|SIGNATURE|PUBLIC KEY BLOCK)[^-]*-----\s*$")
#: Where a diff begins (git, Mercurial, Subversion, diff -u), a line of a diffstat with its sum, and what git writes about commits (git-format-patch(1)).
_DIFF = re.compile(r"diff --git |diff -[a-zA-Z]+ .*\n--- |Index: \S.*\n={5}|--- \S.*\n\+\+\+ \S")
#: A line of a diff; below one that git did not write, prose may follow.
_IN_DIFF = re.compile(r"[ +@\\-]|diff |index |Index: |={5}|Only in ")
_STAT = re.compile(r" \S.* \| +(?:\d+(?: [+-]+)?|Bin\b.*)\s*$| (?:create|delete|mode change|rename|copy)\b.*")
_STAT_SUM = re.compile(r" \d+ files? changed(?:, \d+ (?:insertion|deletion)s?\([+-]\)){0,2}\s*$")
_SHORTLOG = re.compile(r"\S.{0,80} \(\d+\):\s*$")
_COMMITS = re.compile(r"(?:base-commit|prerequisite-patch-id|change-id): \S+\s*$")
_COMPARISON = re.compile(r"[ \t]*>[ \t]*=?[ \t]*[\d$€£]")
#: A quoted line as long as this was cut by whoever wrapped it, and what it ends with where the sentence goes on.
_WRAPPED_AT = 58
_UNFINISHED = re.compile(r"[^\s.?!:;…]\s*$")
#: Lines that an AOL quote has at most.
_BRACKETED = 400
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
    ARMOUR = "armour"
    ATTACHED = "attached"


_QUOTED = {Kind.QUOTE, Kind.TRAIL, Kind.FORWARD}


class Segment(NamedTuple):
    """Characters start..end (exclusive) of a body's text."""

    kind: Kind
    start: int
    end: int


class QuotedMail(NamedTuple):
    """One mail in a trail, a quote or a forward, as far as it shows.

    ``sender`` may lack an address; ``delegate``: who sent it in the sender's name; ``recipients`` is None where the trail does not show
    them; ``text`` has quote prefixes removed; ``start`` is its place in the body; ``chat``: a message of a
    pasted chat, its recipients the others who took part.
    """

    sender: Address | None
    recipients: tuple[Address, ...] | None
    date: str | None
    subject: str | None
    text: str
    start: int
    end: int
    forwarded: bool = False
    chat: bool = False
    delegate: Address | None = None


class Segmented(NamedTuple):
    """The segments of one body, in order and without gaps, and the mails quoted in it."""

    segments: tuple[Segment, ...]
    quoted: tuple[QuotedMail, ...]


def segment(text: str, zone_at: Callable[[int], Zone] | None = None) -> Segmented:
    """Segment one body. ``zone_at`` tells what HTML said about a character; None for plain text."""
    return _Segmenter(text, zone_at).run()


class _Segmenter:
    def __init__(self, text: str, zone_at: Callable[[int], Zone] | None) -> None:
        self.text = text
        self.zone_at = zone_at
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
        self._mend_brackets()
        if any(self.depths):
            self._mend_wraps()

    def _mend_comparisons(self) -> None:
        """A lone "> 5 pieces" is own text, not a quote, and so is a line with the mark that an mbox puts before “From ”."""
        for i, line in enumerate(self.raw_lines):
            if self.depths[i] == 1 and (_COMPARISON.match(line) or line.startswith(">From ")) and not self.zones[i].depth:
                beside = [self.depths[j] for j in (i - 1, i + 1) if 0 <= j < len(self.depths)]
                if not any(beside):
                    self.depths[i] = 0
                    self.lines[i] = line

    def _mend_brackets(self) -> None:
        """AOL quotes between “<<” and “>>” below “In a message dated … writes:”; what follows is own text again."""
        for first, line in enumerate(self.lines):
            if not line.lstrip().startswith("<<") or self.depths[first]:
                continue
            above = next((self.lines[i] for i in range(first - 1, max(-1, first - 4), -1) if self.lines[i].strip()), "")
            last = next((i for i in range(first, min(len(self.lines), first + _BRACKETED)) if self.lines[i].rstrip().endswith(">>")), None)
            if last is None or not closes(above) or not quote_words().verb.search(above):
                continue
            for i in range(first, last + 1):
                self.depths[i] += 1
            self.lines[first] = self.lines[first].replace("<<", "", 1).lstrip()
            self.lines[last] = self.lines[last].rstrip().removesuffix(">>").rstrip()

    def _mend_wraps(self) -> None:
        """A quoted line that was wrapped once more leaves its rest without a mark: it begins small, in the middle of a sentence."""
        for i in range(1, len(self.lines)):
            before = self.depths[i - 1] - self.zones[i - 1].depth
            if self.depths[i] or before <= 0 or len(self.raw_lines[i - 1]) < _WRAPPED_AT or not _UNFINISHED.search(self.lines[i - 1]):
                continue
            rest = self.lines[i]
            if rest[:1].islower() and len(rest) < len(self.raw_lines[i - 1]) + _WRAPPED_AT / 2:
                self.depths[i] = self.depths[i - 1]

    def run(self) -> Segmented:
        marks = self._marks()
        if self._mend_own_marks(marks):
            marks = self._marks()
        kinds = [Kind.OWN] * len(self.lines)
        rest = self._mark_trail(kinds, marks)
        self._mark_quotes(kinds, marks, rest)
        self._mark_chats(kinds, marks)
        if self.zone_at is not None:
            self._free_answers(kinds, marks)
        self._mark_diff(kinds, rest)
        self._mark_armour(kinds)
        self._mark_tail(kinds)
        return Segmented(self._merge(kinds), self._quoted(kinds, marks))

    def _marks(self) -> list[Mark]:
        marks = find_marks(self.lines, self.depths)
        if not any(zone.head for zone in self.zones):
            return marks
        from sendcheck.understanding.htmlquotes import heads

        return heads(self.lines, self.zones, marks)

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
        reply_lines = {mark.first for mark in marks if mark.kind == "above"}
        own = next((i for i, line in enumerate(self.lines) if line.strip() and i not in reply_lines and not self._is_quoted(i)), len(kinds))
        for mark in marks:
            if mark.kind == "chat" or (self.depths[mark.first] > 0 and not self.zones[mark.first].trail):
                continue
            if mark.kind == "above" and mark.first < own:
                kinds[mark.first] = Kind.DISCLAIMER  # what a help desk puts above the text it sends
                continue
            below = self._next_full_line(mark.last)
            if mark.kind == "attribution" and below is not None and self._is_quoted(below):
                continue  # what follows carries its own quote marks: they tell where it ends
            if mark.kind == "attribution" and not mark.strong and not self.zones[mark.first].container:
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
        if after and (is_delimiter(self.raw_lines[after[0]]) or self.zones[after[0]].signature or is_device_line(self.lines[after[0]])):
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

    def _mark_chats(self, kinds: list[Kind], marks: list[Mark]) -> None:
        """A pasted chat is no text of one's own: what others said in it stands word for word."""
        for mark in marks:
            if mark.kind != "chat" or kinds[mark.first] is not Kind.OWN:
                continue
            at = mark.first
            while at < len(kinds) and (self.lines[at].strip() or at < mark.last) and kinds[at] is Kind.OWN:
                kinds[at] = Kind.QUOTE
                at += 1

    def _free_answers(self, kinds: list[Kind], marks: list[Mark]) -> None:
        """Answers that were written into a quoted HTML mail in a colour of their own are own text; what stands above them is then an inline quote."""
        from sendcheck.understanding.htmlquotes import colored_lines

        at = next((i for i, kind in enumerate(kinds) if kind in {Kind.QUOTE, Kind.TRAIL} and self.lines[i].strip()), None)
        if at is None or not any(zone.color for zone in self.zones[at:]):
            return
        depth = min(self.depths[i] for i in range(at, len(kinds)) if kinds[i] in {Kind.QUOTE, Kind.TRAIL} and self.lines[i].strip())
        first = next((m.last for m in marks if m.first <= at < m.last), at)
        stop = next((m.first for m in marks if m.first >= first and m.kind != "chat"), len(kinds))
        depth = max(depth, self.depths[self._next_full_line(first) or at])
        inside = [i for i in range(first, stop) if kinds[i] in {Kind.QUOTE, Kind.TRAIL} and self.depths[i] <= depth]
        if not inside:
            return
        answers = colored_lines(self.lines, self._color, inside[0], inside[-1] + 1)
        for i in answers:
            kinds[i] = Kind.OWN
        if answers:
            for i in range(at, answers[-1]):
                if kinds[i] is Kind.TRAIL:
                    kinds[i] = Kind.QUOTE

    def _color(self, index: int) -> str:
        """The colour of a whole line, "" if parts of it differ."""
        assert self.zone_at is not None
        line, start = self.raw_lines[index], self.starts[index]
        places = [at for at, c in enumerate(line) if not c.isspace()]
        found = {self.zone_at(start + at).color for at in (places[0], places[len(places) // 2], places[-1])} if places else {""}
        return found.pop() if len(found) == 1 else ""

    def _mark_diff(self, kinds: list[Kind], rest: int) -> None:
        """A patch below a mail, and what git writes into a cover letter: commits, diffstat and diff are no prose (git-format-patch(1))."""
        self._mark_stat(kinds, rest)
        first = next((i for i in range(rest) if self._begins_diff(i)), None)
        if first is None:
            return
        begin = first
        for i in range(first - 1, -1, -1):
            if self.raw_lines[i].rstrip() == "---":
                begin = i
                break
        by_git = self.raw_lines[first].startswith("diff --git ")
        for i in range(begin, rest):
            if self.raw_lines[i] in {"-- ", "--"} or (i > first and not by_git and not _IN_DIFF.match(self.raw_lines[i])):
                break
            kinds[i] = Kind.DIFF

    def _begins_diff(self, index: int) -> bool:
        return self.raw_lines[index].startswith(("diff -", "Index: ", "--- ")) and bool(_DIFF.match("\n".join(self.raw_lines[index : index + 2])))

    def _mark_stat(self, kinds: list[Kind], rest: int) -> None:
        """The diffstat that ends in a sum; with it the list of commits and their base."""
        sums = [i for i in range(rest) if self.raw_lines[i].startswith(" ") and _STAT_SUM.match(self.raw_lines[i])]
        if not sums:
            return
        for at in sums:
            kinds[at] = Kind.DIFF
            for step in (-1, 1):
                i = at + step
                while 0 <= i < rest and _STAT.match(self.raw_lines[i]):
                    kinds[i] = Kind.DIFF
                    i += step
        for i in range(rest):
            if _COMMITS.match(self.raw_lines[i]):
                kinds[i] = Kind.DIFF
            elif i + 1 < rest and _SHORTLOG.match(self.raw_lines[i]) and self.raw_lines[i + 1].startswith("  "):
                kinds[i] = Kind.DIFF
                for j in range(i + 1, rest):
                    if not self.raw_lines[j].startswith("  "):
                        break
                    kinds[j] = Kind.DIFF

    def _mark_armour(self, kinds: list[Kind]) -> None:
        """Encrypted text, signatures and keys in letters are no words of anybody."""
        ends = ""
        for i, line in enumerate(self.lines):
            begins = _ARMOUR.match(line) if not ends and line.startswith("-----BEGIN PGP ") else None
            if begins:
                ends = "\n" if begins.group(1) else "-----END PGP "
            if ends and kinds[i] is Kind.OWN:
                kinds[i] = Kind.ARMOUR
            if ends and (not line.strip() if ends == "\n" else line.startswith(ends)):
                ends = ""

    def _mark_tail(self, kinds: list[Kind]) -> None:
        """Signatures and a disclaimer in the own text."""
        own = self._own(kinds)
        if any(not self.zones[i].signature for i in own):
            for i in own:
                if self.zones[i].signature:
                    kinds[i] = Kind.SIGNATURE
        own = self._own(kinds)
        begin = disclaimer_start(self.lines, own, [i > 0 and kinds[i - 1] is not Kind.OWN for i in own])
        if begin is not None:
            self._fill(kinds, [i for i in own if i >= begin], Kind.DISCLAIMER)
        self._fill(kinds, signatures(self.raw_lines, self._own(kinds)), Kind.SIGNATURE)

    def _own(self, kinds: list[Kind]) -> list[int]:
        return [i for i, kind in enumerate(kinds) if kind is Kind.OWN and self.lines[i].strip()]

    def _fill(self, kinds: list[Kind], lines: list[int], kind: Kind) -> None:
        """Mark lines, and the blank ones between and below them."""
        for i in lines:
            kinds[i] = kind
            below = i + 1
            while below < len(kinds) and not self.lines[below].strip() and kinds[below] is Kind.OWN:
                kinds[below] = kind
                below += 1

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
        kept = [m for m in marks if kinds[m.first] in _QUOTED]
        found: list[QuotedMail] = []
        heads = {m.first for m in kept}
        for position, mark in enumerate(kept):
            stop = kept[position + 1].first if position + 1 < len(kept) else len(self.lines)
            mail = self._mail(mark, mark.last, stop, kinds)
            if mail.text.strip() or mark.kind != "above":
                found.append(mail)
        first_quote = next((i for i, kind in enumerate(kinds) if kind in {Kind.QUOTE, Kind.TRAIL} and self.lines[i].strip()), None)
        if first_quote is not None and first_quote not in heads and not any(m.first <= first_quote < m.last for m in kept):
            stop = min((h for h in heads if h > first_quote), default=len(kinds))
            found.insert(0, self._mail(Mark(first_quote, first_quote, "bare", False), first_quote, stop, kinds))
        return tuple(found)

    def _mail(self, mark: Mark, first: int, stop: int, kinds: list[Kind]) -> QuotedMail:
        """The mail behind a mark, up to the next one: what answers stand between its pieces is no part of it."""
        inside = [i for i in range(first, stop) if kinds[i] in _QUOTED]
        last = inside[-1] + 1 if inside else first
        start = self.starts[mark.first]
        end = self.starts[last] if last < len(self.starts) else len(self.text)
        text = "\n".join(self.lines[i] for i in inside).strip("\n")
        forwarded, chat = kinds[mark.first] is Kind.FORWARD, mark.kind == "chat"
        return QuotedMail(mark.sender, mark.recipients, mark.date, mark.subject, text, start, end, forwarded, chat, mark.delegate)
