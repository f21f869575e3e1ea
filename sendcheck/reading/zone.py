"""What a stretch of HTML text stands in; apart from the reader of HTML, which plain mails do without."""

from __future__ import annotations

from typing import NamedTuple


class Zone(NamedTuple):
    """Quote depth, and marks mail clients leave."""

    depth: int = 0
    cited: bool = False
    trail: bool = False
    forward: bool = False
    signature: bool = False
    code: bool = False
