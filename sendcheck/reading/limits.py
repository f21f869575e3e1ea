"""How much of a mail sendcheck reads: every cap in one place.

Sizes follow what trusted mail software accepts (Postfix ``header_size_limit``,
rspamd ``max_nested``); see docs/architecture.md, *Caps*. Whatever is cut off is
reported as ``mail-truncated``: a cap never makes a mail pass unread.
"""

from __future__ import annotations

from typing import NamedTuple


class Limits(NamedTuple):
    """Caps on one mail. All counts are inclusive; bytes unless said otherwise."""

    mail_bytes: int = 50 * 1024 * 1024
    header_bytes: int = 100 * 1024
    header_fields: int = 2_000
    depth: int = 64
    parts: int = 1_000
    addresses: int = 10_000
    parameters: int = 200
    text_chars: int = 1_000_000
    text_lines: int = 50_000
    enclosed_chars: int = 3_000_000
    opened_bytes: int = 30 * 1024 * 1024


LIMITS = Limits()
