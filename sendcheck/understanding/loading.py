"""What is loaded on first use: models and dictionaries. A supervisor stops a mail's clock meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


def _silent(_begins: bool) -> None:
    """Nobody wants to know."""


#: Told when loading begins (True) and ends (False).
on_load: Callable[[bool], None] = _silent


@contextmanager
def loading() -> Iterator[None]:
    """While something is loaded that later mails find there."""
    on_load(True)
    try:
        yield
    finally:
        on_load(False)
