"""What a stretch of HTML text stands in; apart from the reader of HTML, which plain mails do without."""

from __future__ import annotations

from typing import NamedTuple


class Zone(NamedTuple):
    """Quote depth, and marks mail clients leave.

    ``trail``: what a client quotes; ``container``: what it quotes and what is written between, told apart by blockquotes and heads; ``head``: the line that
    says who is quoted; ``color``: the colour that the writer gave the text, "" for black, grey and none.
    """

    depth: int = 0
    cited: bool = False
    trail: bool = False
    forward: bool = False
    signature: bool = False
    code: bool = False
    container: bool = False
    head: bool = False
    color: str = ""
