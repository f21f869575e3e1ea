"""A leaf of a mail's part tree: which bytes, under which MIME fields."""

from __future__ import annotations

from typing import NamedTuple

from sendcheck.reading.headers import ContentFields, Header
from sendcheck.reading.sourcemap import Positions

#: What a leaf that is no part by RFC 2046 is: the lines before the first boundary, and behind the last one.
PREAMBLE, EPILOGUE = "preamble", "epilogue"


class RawPart(NamedTuple):
    """A leaf of the part tree: ``data[start:end]``.

    ``data``: the mail, or what an encoded part of it held; ``positions``: where its bytes stand in the source file. ``alternative``: number of the
    multipart/alternative it is a choice of, or None. ``headers``: those of the mail it belongs to, if that is an attached one. ``outside``:
    ``preamble``, ``epilogue`` or ""; ``encrypted``: it lies in a multipart/encrypted.
    """

    data: bytes
    positions: Positions
    fields: ContentFields
    start: int
    end: int
    path: str
    depth: int
    alternative: int | None = None
    related: bool = False
    attached_mail: bool = False
    headers: tuple[Header, ...] = ()
    outside: str = ""
    encrypted: bool = False

    @property
    def label(self) -> str:
        """The part's name in problems: its place in the tree."""
        return f"{self.outside} of part {self.path}" if self.outside else f"part {self.path}"

    @property
    def bare(self) -> bool:
        """Whether nothing but blanks is in it."""
        return not self.data[self.start : self.start + 4096].strip() and not self.data[self.start : self.end].strip()
