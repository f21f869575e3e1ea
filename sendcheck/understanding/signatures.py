"""Where own text ends and a signature begins: delimiters, closing phrases, device lines, disclaimers; and where own text goes on below them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from sendcheck.data import language_file, languages_with, union
from sendcheck.data.patterns import Lazy

_MAX_LINES = 14
_MAX_WIDTH = 90
_MAX_DISCLAIMER = 30
_MAX_CLOSING = 60
_AFTER_DEVICE = 3
_RULE = re.compile(r"\s*[-_=*~#]{2,}\s*$")
_CONTACT = re.compile(r"@|www\.|https?:|\+?\d[\d ()./-]{5,}\d")
#: Small words inside names, titles and houses.
_PARTICLES = frozenset(
    ("of", "for", "and", "the", "at", "to", "de", "van", "von", "der", "di", "da", "og", "ved", "i", "på", "av", "und", "et", "y", "&", "-", "–", "|", "/", ",")
)
_LONGEST_NAME = 7
_FEW_WORDS = 5
_FEW_DELIMITERS = 3
#: Closing phrases of one mail that are looked below, the last ones.
_MOST_CLOSINGS = 100
#: Letters of one mail, each with its signature.
_MOST = 6


class _Tails(NamedTuple):
    signoff: Lazy
    device: Lazy
    disclaimer: Lazy
    postscript: Lazy
    greeting: Lazy


@cache
def _tails() -> _Tails:
    gathered: dict[str, list[str]] = {"signoffs": [], "device": [], "disclaimers": [], "postscripts": []}
    for language in languages_with("quotes.toml"):
        for key, values in gathered.items():
            values += [v for v in language_file(language, "quotes.toml").get(key, []) if v not in values]
    openers = [re.escape(o) for language in languages_with("greetings.toml") for o in language_file(language, "greetings.toml")["openers"]]
    return _Tails(
        union(rf"[ \t]*(?:{s})[ \t]*(?:[,.!:\-–]+[ \t]*)?$" for s in gathered["signoffs"]),
        union(gathered["device"], prefix=r"[ \t*_]*", suffix=r"[ \t*_.]*$"),
        union(gathered["disclaimers"], prefix=r"[ \t*_\-]*", flags=re.I | re.S),
        Lazy(rf"[ \t*_]*(?:{'|'.join(gathered['postscripts'])})(?!\w)"),
        Lazy(rf"[ \t]*(?:{'|'.join(sorted(openers, key=len, reverse=True))})(?!\w)[^.?\n]{{0,40}}[,!:–-]?\s*$"),
    )


def is_device_line(line: str) -> bool:
    """“Sent from my phone”."""
    return _tails().device.match(line) is not None


def is_delimiter(line: str) -> bool:
    """Two dashes alone (RFC 3676 section 4.3), with or without the blank that many programs cut off."""
    return line.rstrip() == "--"


def disclaimer_start(lines: Sequence[str], own: Sequence[int], follows_other: Sequence[bool]) -> int | None:
    """The line where a notice at the end of the own text begins.

    ``own``: the full lines of own text; ``follows_other``: which of them stand below another kind.
    """
    starts = [i for i, other in zip(own, follows_other, strict=True) if i == 0 or other or not lines[i - 1].strip() or _RULE.match(lines[i - 1])]
    if len(starts) == 1:
        return None  # a mail that is nothing but a notice is own text
    for start in starts:
        if start >= own[-_MAX_DISCLAIMER:][0] and _tails().disclaimer.match("\n".join(lines[start : start + 6])) and not _goes_on(lines, own, start):
            return start
    return None


def _goes_on(lines: Sequence[str], own: Sequence[int], start: int) -> bool:
    return any(_resumes(lines[i]) for i in own[-_MAX_DISCLAIMER:] if i > start)


def signatures(lines: Sequence[str], own: Sequence[int]) -> list[int]:
    """The lines of signatures among *own*, the full lines of own text in order."""
    found: list[int] = []
    rest = list(own)
    for _ in range(_MOST):
        part = _signature(lines, rest)
        if part is None:
            break
        begin, stop = part
        found += rest[begin:stop]
        rest = rest[stop:]
    return found


def _signature(lines: Sequence[str], own: list[int]) -> tuple[int, int] | None:
    """The first signature as positions begin..stop (exclusive) in *own*."""
    return _delimited(lines, own) or _closed(lines, own)


def _delimited(lines: Sequence[str], own: list[int]) -> tuple[int, int] | None:
    """A signature below “-- ”. Dashes between sections are none: below them is prose, a closing phrase, or further dashes."""
    marks = [at for at, i in enumerate(own) if is_delimiter(lines[i])]
    end = len(own)
    while len(marks) > 1 and marks[-1] == end - 1:  # dashes above a notice that is cut off already
        end = marks.pop()
    if marks and marks[0] == end - 1:
        return marks[0], len(own)
    for number in range(max(0, len(marks) - _FEW_DELIMITERS), len(marks)):
        first = marks[number]
        bounds = [*marks[number:], end]
        blocks = [[lines[i] for i in own[m + 1 : n]] for m, n in pairwise(bounds)]
        if end - first > 2 * _MAX_LINES or _is_letter(blocks[0]):
            continue
        exact = all(lines[own[m]].startswith("-- ") for m in marks[number:])
        if len(blocks) > 1 and exact and all(_names_or_contact(line) for line in blocks[0]):
            return first, len(own)
        if len(blocks) == 1 and _is_signature(blocks[0], exact, len(marks) == 1):
            return first, _extent(lines, own, first + 1, lenient=exact)
    return None


def _is_signature(block: list[str], exact: bool, alone: bool) -> bool:
    """Whether the last block below dashes is a signature. ``exact``: the dashes are written as the standard has them; ``alone``: there are no others."""
    if not alone:
        return all(_names_or_contact(line) for line in block)
    return exact or all(fits(line) for line in _before_resuming(block))


def _is_letter(block: list[str]) -> bool:
    """A part of the letter: it opens with a salutation or a postscript, or a closing phrase follows on something said."""
    if not block or _resumes(block[0]):
        return True
    until = _before_resuming(block)
    return not _tails().signoff.match(block[0]) and any(_tails().signoff.match(line) for line in until[1:])


def _before_resuming(block: list[str]) -> list[str]:
    return block[: next((at for at, line in enumerate(block) if at and _resumes(line)), len(block))]


def _closed(lines: Sequence[str], own: list[int]) -> tuple[int, int] | None:
    """A signature that a closing phrase or a device line begins."""
    closings = [(at, device) for at, i in enumerate(own) if (device := is_device_line(lines[i])) or _closes(lines[i])]
    for at, device in closings[-_MOST_CLOSINGS:]:
        if at == 0 and len(own) == 1 and not device:
            return None
        stop = _extent(lines, own, at + 1, lenient=False)
        below = stop - at - 1
        if device and below <= _AFTER_DEVICE:
            return at, stop
        if device or below > _MAX_LINES:
            continue
        block = [lines[j] for j in own[at + 1 : stop]]
        # “Thanks” in the middle of a letter closes nothing
        if all(fits(one) for one in block) and (stop == len(own) or (block and all(_names_or_contact(one) for one in block))):
            return at, stop
    return None


def _closes(line: str) -> bool:
    """“Best regards,”."""
    return len(line) <= _MAX_CLOSING and _tails().signoff.match(line) is not None


def _extent(lines: Sequence[str], own: list[int], begin: int, *, lenient: bool) -> int:
    """Where a signature that begins at position *begin* stops: at a postscript, a new salutation, a paragraph of prose.

    ``lenient``: “-- ” stands above it, so that its first paragraph may be prose, and what a list server adds below a line of dashes belongs to it.
    """
    first_paragraph, below_rule = True, False
    for at in range(begin, min(len(own), begin + 2 * _MAX_LINES)):
        line = lines[own[at]]
        new = at > begin and own[at] - own[at - 1] > 1
        first_paragraph = first_paragraph and not new
        if _resumes(line) and (at > begin or not lenient):
            return at
        below_rule = below_rule or (lenient and _RULE.match(line) is not None)
        if new and not below_rule and (_is_prose(line) or (not lenient and not fits(line))):
            return at
        if first_paragraph and not lenient and at > begin and not fits(line):
            break  # no signature: whoever asks sees that it does not fit
    return len(own)


def _resumes(line: str) -> bool:
    """Whether the writer goes on here: “PS: …”, “Hi Kari,”."""
    return _tails().postscript.match(line) is not None or _tails().greeting.match(line) is not None


def fits(line: str) -> bool:
    """Whether a line can stand in a signature: no long one, no sentence."""
    line = line.strip()
    if len(line) > _MAX_WIDTH or _tails().postscript.match(line):
        return False
    return not (line.endswith(("?", "!")) or (line.endswith(".") and len(line.split()) > _FEW_WORDS))


def _is_prose(line: str) -> bool:
    """Whether a line is part of a sentence: nearly all its words in small letters, and nothing to reach somebody by."""
    if _CONTACT.search(line) or _is_saying(line):
        return False
    words = [w for w in line.split() if w[:1].isalpha()]
    return len(words) >= _FEW_WORDS - 1 and sum(w[0].islower() for w in words) >= 0.7 * len(words)


def _is_saying(line: str) -> bool:
    """A motto in quotation marks, or whose it is."""
    return line.lstrip().startswith(('"', "“", "„", "«", "'", "--", "—", "–", "*"))


def _names_or_contact(line: str) -> bool:
    """A name, a title, a house, a number to call: words with capitals, or figures and addresses."""
    line = line.strip()
    if _CONTACT.search(line) or _tails().signoff.match(line) or _RULE.match(line):
        return len(line) <= _MAX_WIDTH
    words = line.split()
    if not words or len(words) > _LONGEST_NAME or line.endswith(("?", "!", ":")) or (line.endswith(".") and len(words) > 2):
        return False
    told = [w for w in words if w.lower() not in _PARTICLES and w[:1].isalpha()]
    return bool(told) and all(w[0].isupper() for w in told)
