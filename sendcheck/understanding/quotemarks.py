"""The marks by which quoted mail begins: attribution lines, header blocks, separators, “reply above this line”, heads of a pasted chat.

All languages' marks are looked for at once: a thread mixes them. Each mark found says
who wrote the quoted mail, to whom, when and about what, as far as it shows.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from sendcheck.reading.addresses import Address
from sendcheck.understanding.attributions import attribution, between_dashes, closes, scattered
from sendcheck.understanding.chats import chat_heads
from sendcheck.understanding.headerblocks import NOTES_DATE, HeaderBlock, cells, header_block, notes_block
from sendcheck.understanding.quotewords import QuoteWords, label_of, quote_words

_FORWARDING = re.compile(
    r"orward|ideresend|idaresend|eitergeleit|ransf|eenviad|noltrat|oorgestuurd|caminhad|älitet|idarebeford|rzekazan|řeposlan|ересыла|еренапр", re.I
)
_LONGEST_MARKER = 100
#: Lines of one mail that are looked at closely, with those around them: a thread of hundreds of mails has fewer. What lies beyond stays own text.
_MAX_LOOKS = 4_000


class Mark(NamedTuple):
    """Where a quoted mail begins: lines first..last (exclusive), and what its head says.

    ``kind``: attribution, header, original, forward, above (a line to reply above) or chat. ``recipients`` is None where the mark does not show them;
    ``delegate``: who sent it for the sender.
    ``strong``: the mark alone proves a quote; a weak one needs quoted lines below it.
    """

    first: int
    last: int
    kind: str
    strong: bool
    sender: Address | None = None
    recipients: tuple[Address, ...] | None = None
    date: str | None = None
    subject: str | None = None
    delegate: Address | None = None


class _Looks:
    """How many close looks are left."""

    def __init__(self) -> None:
        self._left = _MAX_LOOKS

    def spend(self) -> bool:
        """Take one; False where none is left."""
        self._left -= 1
        return self._left >= 0


def find_marks(lines: list[str], depths: list[int]) -> list[Mark]:
    """All marks in *lines* (quote prefixes already removed), in order; ``depths`` tells which lines belong together."""
    words = quote_words()
    chats = {mark.first: (mark, last) for mark, last in _chats(lines, depths)}
    looks = _Looks()
    found: list[Mark] = []
    index = 0
    while index < len(lines):
        if index in chats:
            message, index = chats[index]
            found.append(message)
            continue
        mark = _mark_at(lines, depths, index, words, looks)
        if mark is None:
            index += 1
            continue
        while found and found[-1].last > mark.first:  # a wrapped attribution found from its last line
            found.pop()
        found.append(mark)
        index = max(mark.last, index + 1)
    return found


def _chats(lines: list[str], depths: list[int]) -> list[tuple[Mark, int]]:
    """The messages of pasted chats, each with those who took part as its readers, and the line behind it."""
    heads = chat_heads(lines, depths)
    speakers = list({head.sender.name: head.sender for head in heads}.values())
    return [(Mark(h.first, h.text, "chat", False, h.sender, tuple(a for a in speakers if a != h.sender)), h.last) for h in heads]


def _mark_at(lines: list[str], depths: list[int], index: int, words: QuoteWords, looks: _Looks) -> Mark | None:
    line = lines[index].strip()
    if not line or len(line) > 500:
        return None
    if ("---" in line or "___" in line or line.endswith((":", "：")) or _FORWARDING.search(line)) and looks.spend():
        separated = _separator(lines, depths, index, words)
        if separated is not None:
            return separated
    if len(line) <= _LONGEST_MARKER and is_reply_line(line, words):
        return Mark(index, index + 1, "above", True)
    wrapped = line.endswith(">:") and index > 0 and words.verb.search(lines[index - 1][-500:])
    if closes(line) and (words.verb.search(line) or wrapped or "@" in line) and looks.spend():
        found = attribution(lines, depths, index, words)
        return None if found is None else Mark(found.first, found.last, "attribution", found.strong, found.sender, None, found.date)
    label = label_of(line)
    if label is not None and label.kind != "other" and looks.spend():
        block = header_block(lines, depths, index, trusted=False)
        if block is not None:
            return _of_block(block, "header")
        if label.kind == "from" and not NOTES_DATE.search(line):
            return None
    pieces = cells(line)
    if pieces and looks.spend():
        block = notes_block(pieces, [0] * len(pieces), 0)
        if block is not None:
            return _of_block(block, "header", index)._replace(last=index + 1)
    if line[-1:] in "Mm0123456789" and NOTES_DATE.search(line) and looks.spend():
        block = notes_block(lines, depths, index)
        if block is not None:
            return _of_block(block, "header")
    torn = scattered(lines, index, words) if index + 1 < len(lines) and not lines[index + 1].strip() else None
    return None if torn is None else Mark(torn.first, torn.last, "attribution", True, torn.sender, None, torn.date)


def _of_block(block: HeaderBlock, kind: str, first: int | None = None, sender: Address | None = None) -> Mark:
    begin = block.first if first is None else first
    return Mark(begin, block.last, kind, True, block.sender or sender, block.recipients, block.date, block.subject, block.delegate)


def is_reply_line(line: str, words: QuoteWords) -> bool:
    """“##- Please type your reply above this line -##”, with or without the frame: what a help desk puts above the mail it sends."""
    above = words.above.search(line)
    if above is None:
        return False
    framed = re.match(r"\W{2,}", line) is not None
    rest = line[above.end() :].strip(" .!*_#=-–—")
    return words.reply.search(line) is not None and (framed or (above.start() <= 50 and len(rest) <= 40 and "," not in line))


def _separator(lines: list[str], depths: list[int], index: int, words: QuoteWords) -> Mark | None:
    line = " ".join(lines[index].split())
    told = between_dashes(line, words)
    taken = 1
    if told is None and index + 1 < len(lines) and line.startswith("--") and not line.endswith("--"):
        # a separator long enough to be wrapped
        line = f"{line} {' '.join(lines[index + 1].split())}"
        taken = 2
        told = between_dashes(line, words)
    if len(line) > 200:
        return None
    if told is not None:
        kind = "original"
    elif words.forwarded.match(line):
        kind = "forward"
    elif words.original.match(line) and ("--" in line or "__" in line or line.endswith(":") or taken == 2):
        kind = "original"
    else:
        return None
    block = _block_below(lines, depths, index + taken)
    if block is not None:
        return _of_block(block, kind, index, None if told is None else told[0])
    if told is not None:
        return Mark(index, index + taken, "original", True, told[0], None, told[1])
    following = _attribution_below(lines, depths, index + taken, words) if kind == "original" else None
    if following is not None:
        return following._replace(first=index, strong=True)
    return Mark(index, index + taken, kind, "--" in line or kind == "forward")


def _block_below(lines: list[str], depths: list[int], below: int) -> HeaderBlock | None:
    skipped = below
    while skipped < len(lines) and not lines[skipped].strip() and skipped < below + 3:
        skipped += 1
    if skipped >= len(lines):
        return None
    block = header_block(lines, depths, skipped, trusted=True)
    for at in range(skipped, min(skipped + 3, len(lines))):
        if block is None and NOTES_DATE.search(lines[at].strip()):
            block = notes_block(lines, depths, at)
    return block


def _attribution_below(lines: list[str], depths: list[int], below: int, words: QuoteWords) -> Mark | None:
    """Proton's “------- Original Message -------” stands above an attribution: one head of one mail."""
    for at in range(below, min(below + 4, len(lines))):
        if closes(lines[at]) and words.verb.search(lines[at]):
            found = attribution(lines, depths, at, words)
            return None if found is None or found.first < below else Mark(found.first, found.last, "attribution", found.strong, found.sender, None, found.date)
    return None
