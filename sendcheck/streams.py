"""Standard input, output and error as a program finds them: closed, full, or with nobody at the other end.

What a program does must not hang on whether it can tell of it. Imports next to nothing: every command begins here.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

_PIECE = 1 << 20


def open_closed() -> None:
    """Have all three. One that is closed becomes the null device: else a file or socket opened later would take its number, and get what was meant for it."""
    for number, (name, way) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, name) is not None:
            continue
        try:
            os.fstat(number)
            found = os.open(os.devnull, os.O_RDWR)  # something holds that number already: leave it alone
        except OSError:
            found = os.open(os.devnull, os.O_RDWR)
            if found != number:
                os.dup2(found, number)
                os.close(found)
                found = number
        os.set_inheritable(found, True)
        setattr(sys, name, os.fdopen(found, way, encoding="utf-8", errors="backslashreplace", closefd=False))


def tell(text: str, stream: TextIO | None = None) -> None:
    """Write to standard error (or *stream*) as far as it can be written to."""
    out = stream or sys.stderr
    try:
        out.write(text)
        out.flush()
    except (OSError, ValueError):  # nobody reads it, there is no room, or it is closed
        return


def read_all(descriptor: int = 0) -> bytes:
    """Everything up to the end of a file, also of one that is set not to block: there an empty pipe is no end. Raises OSError."""
    pieces: list[bytes] = []
    while True:
        try:
            piece = os.read(descriptor, _PIECE)
        except BlockingIOError:
            import select

            select.select([descriptor], [], [])
            continue
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
