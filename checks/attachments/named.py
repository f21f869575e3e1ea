"""Names of files in a text: which of them are attached, and how far a name reaches that is not.

What is attached is looked for in the text, not the other way round: a name may hold blanks, quotation marks, parentheses and function words, so that the
text alone does not show where it begins.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple
from urllib.parse import unquote

from sendcheck.checkapi import Attachment, Treatment, by_language
from sendcheck.reading import filetype
from sendcheck.understanding.words import function_words

#: Endings of files that people send; two spellings of one ending meet.
_ENDING = r"\.(?:pdf|docx?|xlsx?|xlsm|pptx?|csv|zip|txt|rtf|png|jpe?g|gif|odt|ods|odp|eml|ics|mp[34]|mov|pages|numbers|key|tgz|7z)(?![\w@]|\.\w|[/\\]\w)"
_FILE = re.compile(rf"(?<=[\w)\]]){_ENDING}", re.I)
_SPELLINGS = {"jpeg": "jpg", "tiff": "tif", "html": "htm", "mpeg": "mpg", "yaml": "yml"}
#: Endings that are put behind a whole name.
_WRAPPED = re.compile(r"\.(?:gpg|pgp|asc|age|p7m|sig|enc|gz|bz2|xz)$", re.I)
_HAS_ENDING = re.compile(r"\.[^\W_]{1,5}$")
#: What a download or a copy adds to a name: “Offer (2).pdf”, “Offer - Copy.pdf”.
_NUMBERED = re.compile(r"[ _-]{0,4}(?:\(\d{1,3}\)|\[\d{1,3}\]|[-–] ?(?:copy|kopi)(?: ?\(\d{1,3}\))?)$", re.I)
#: Names with these hold other files.
_CLOSED_ARCHIVES = (".tgz", ".gz", ".7z", ".rar", ".tar", ".xz", ".bz2")
_FOLDED = str.maketrans({"ø": "o", "æ": "a", "œ": "o", "ß": "ss", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i"})
_OPENS = {"”": "“„”", "“": "„“", '"': '"', "»": "«»", "«": "»", "’": "‘’", "‘": "‚‘", "'": "'", "`": "`"}
_BRACKETS = {")": "(", "]": "[", ">": "<", "}": "{"}
#: What no unquoted name holds: it begins behind.
_BOUNDS = re.compile(r"[,;:|<>“”„«»\"`*]|[.!?…]\s|\n[ \t]*\n|\n[ \t]*[-–•+][ \t]")
_TRIMMED = "'‘’-–—_.…"
#: How far back a name is followed: characters, and words.
_LONGEST, _MOST_WORDS = 160, 8
#: A name inside an attached one is the same file said shortly only if it is no number alone.
_LETTERS = re.compile(r"[^\W\d_]{3}")


class Name(NamedTuple):
    """A file's name at ``start``..``end`` of a text. ``exact``: marks of quotation bound it, so that it begins nowhere else."""

    start: int
    end: int
    exact: bool


class _Folded(NamedTuple):
    """A text's letters and digits, folded, each with the place it came from."""

    letters: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]


class Files:
    """Files, to be looked for in texts. ``certain``: those meant are all known by name, so that a name missing here is not attached."""

    def __init__(self, files: Sequence[Attachment], meant: Sequence[Attachment]) -> None:
        names = [(name, file) for file in files for name in (file.part.fields.filename, *file.part.fields.other_names) if name]
        members = [(member.rsplit("/", 1)[-1], file) for file in files for member in _members(file)]
        self.names = tuple(dict.fromkeys(unquote(name) if "%" in name else name for name, _file in names + members))
        closed = any(f.name.lower().endswith(_CLOSED_ARCHIVES) for f in meant)
        sealed = any(f.treatment is Treatment.ARCHIVE and not _members(f) for f in meant)
        self.certain = bool(self.names) and all(f.part.fields.filename for f in meant) and not closed and not sealed

    def missing(self, text: str, begin: int, end: int) -> Iterator[Name]:
        """Names of files at begin..end of a text that are none of these."""
        first = max(0, begin - _LONGEST)
        near = text[first : end + _LONGEST]  # a name may reach beyond what looks like a sentence
        spans = self._spans(near)
        floor = begin - first
        for ending in _FILE.finditer(near, begin - first, end - first):
            name = _extent(near, floor, ending.start(), ending.end())
            floor = ending.end()
            span = next(((a, b) for a, b in spans if a < ending.end() <= b), None)
            if name is None or (span is not None and (not name.exact or span[0] <= name.start or _introduced(near[name.start : span[0]]))):
                continue
            if not self._shortened(near[name.start : name.end], name.exact):
                yield Name(first + name.start, first + name.end, name.exact)

    def _spans(self, text: str) -> list[tuple[int, int]]:
        """Where a text names files that are attached. A download's number counts only where nothing bears the name with it."""
        folded = _fold(text)
        found = []
        for name in self.names:
            spans = list(_found(name, text, folded))
            stem, ending = _split(name)
            plain = _NUMBERED.sub("", stem)
            if not spans and plain and plain != stem:
                spans = list(_found(plain + ending, text, folded))
            found += spans
        return found

    def _shortened(self, words: str, exact: bool) -> bool:
        """Whether a name is the end of an attached one ("report.pdf" for "Annual report.pdf"), or one that is attached without its ending."""
        stem, ending = _split(words)
        key = _key(stem)
        for name in self.names:
            other, same = _split(name)
            if not same and _key(other) == key:
                return True
            last = re.split(r"[\W_]+", other)[-len(re.split(r"[\W_]+", stem)) :]
            if not exact and _spelt(same) == _spelt(ending) and _LETTERS.search(stem) and _key(" ".join(last)) == key:
                return True
        return False


def _members(file: Attachment) -> tuple[str, ...]:
    return filetype.kind(file.part)[1] if file.treatment in {Treatment.ARCHIVE, Treatment.OFFICE} else ()


def _split(name: str) -> tuple[str, str]:
    """(stem, ending with its dot) of a name, without what only wraps it."""
    name = _WRAPPED.sub("", name.strip(" ."))
    found = _HAS_ENDING.search(name)
    return (name[: found.start()], found.group(0)) if found else (name, "")


def _spelt(ending: str) -> str:
    low = ending.lower().lstrip(".")
    return _SPELLINGS.get(low, low)


def _found(name: str, text: str, folded: _Folded) -> Iterator[tuple[int, int]]:
    """Where a text holds a name, however its blanks, marks and accents are written."""
    stem, ending = _split(name)
    begin = _key(stem)
    if not begin:
        return
    for spelling in {_spelt(ending), *(s for s, meant in _SPELLINGS.items() if meant == _spelt(ending))}:
        key = begin + _key(spelling)
        at = folded.letters.find(key)
        while at >= 0:
            last = at + len(key) - 1
            start, end = folded.starts[at], folded.ends[last]
            dotted = not spelling or "." in text[folded.ends[at + len(begin) - 1] : folded.starts[at + len(begin)]]
            if dotted and not text[start - 1 : start].isalnum() and not text[end : end + 1].isalnum():
                yield start, end
            at = folded.letters.find(key, at + 1)


def _key(words: str) -> str:
    return _fold(words).letters


def _fold(text: str) -> _Folded:
    """Letters and digits alone, without case and accents: NFC and NFD meet, “ø” and “oe”, blanks, underscores, dashes and “%20”."""
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    skipped = 0
    for at, char in enumerate(text):
        if unicodedata.combining(char) and ends:
            ends[-1] = at + 1
            continue
        if at < skipped or not char.isalnum():
            if text.startswith("%20", at):
                skipped = at + 3
            continue
        plain = char.casefold().translate(_FOLDED)
        for c in plain if plain.isascii() else unicodedata.normalize("NFKD", plain):
            if unicodedata.combining(c) or not c.isalnum():
                continue
            if letters and ends[-1] == at and (letters[-1], c) in {("o", "e"), ("a", "e"), ("a", "a")}:
                ends[-1] = at + 1
                continue
            letters.append(c)
            starts.append(at)
            ends.append(at + 1)
    return _Folded("".join(letters), tuple(starts), tuple(ends))


def names_a_file(text: str) -> bool:
    """Whether a text holds a file's name."""
    return any(_extent(text, 0, m.start(), m.end()) for m in _FILE.finditer(text))


# -- how far a name reaches ---------------------------------------------------


def _extent(text: str, floor: int, dot: int, end: int) -> Name | None:
    """The name whose ending stands at dot..end; None if it belongs to an address, a path or a pattern."""
    floor = max(floor, dot - _LONGEST)
    quoted = _quoted(text, floor, dot, end)
    start = quoted if quoted is not None else _begin(text, floor, dot)
    own = text[start:dot] if quoted is not None else text[max(floor, dot - len(re.split(r"\s", text[floor:dot])[-1])) : dot]
    if not re.search(r"[^\W_]", text[start:dot]) or re.search(r"[/\\@]", own):
        return None
    return Name(start, end, quoted is not None)


def _quoted(text: str, floor: int, dot: int, end: int) -> int | None:
    """Where the quotation begins that ends with the name; None if there is none."""
    after = re.match(r"[.,;:]?(.)", text[end : end + 2])
    openings = _OPENS.get(after.group(1) if after else "", "")
    at = max((text.rfind(mark, floor, dot) for mark in openings), default=-1)
    while at > floor and openings in "'‘’" and not text[at - 1].isspace() and text[at - 1] not in "([":  # an apostrophe
        at = max(text.rfind(mark, floor, at) for mark in openings)
    return at + 1 if at >= floor and "\n\n" not in text[at:dot] and not _FILE.search(text, at, dot) else None


def _begin(text: str, floor: int, dot: int) -> int:
    """Where a name begins that no marks enclose: words are taken in back to the first that is no part of names."""
    floor += max((m.end() for m in _BOUNDS.finditer(text[floor:dot])), default=0)
    for closing, opening in _BRACKETS.items():
        at = text.rfind(opening, floor, dot)
        if at >= 0 and closing not in text[at:dot]:
            floor = at + 1
    words = [(floor + m.start(), m.group(0)) for m in re.finditer(r"\S{1,160}", text[floor:dot])][-_MOST_WORDS - 1 :]
    if not words:
        return dot
    start, own = words.pop()
    start += len(own) - len(own.lstrip(_TRIMMED))
    following = own
    while words:
        begin, word = words.pop()
        low = word.strip(_TRIMMED + "()[]").lower()
        if low in _introducing() or re.search(r"[/\\@]", word) or word[-1] == "…":
            break
        if low in function_words():
            if not words or not _within_name(words[-1][1], following):
                break
        elif low:
            start = begin
        following = word
    return start


def _within_name(before: str, following: str) -> bool:
    """Whether a function word between two others is part of a title ("Terms and Conditions"): both have capitals or figures."""
    return all(w[0].isupper() or w[0].isdigit() for w in (before, following)) and before.lower() not in _introducing() | function_words()


def _introduced(words: str) -> bool:
    """Whether words only lead to a name: "the file"."""
    found = [w.strip("'‘’()[]").lower() for w in re.split(r"[^\w'’]+", words)]
    return all(not w or w in _introducing() or w in function_words() for w in found)


@cache
def _introducing() -> frozenset[str]:
    """Words of announcing and what files are called, which stand before a name."""
    return frozenset(word for data in by_language(__package__ or "", "words") for word in data["before_a_name"])
