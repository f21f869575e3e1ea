"""What commands say: every line may quote a mail, a file's name or a configuration, and a terminal or a CI reads it."""

from __future__ import annotations

import sys

import click

from sendcheck import streams
from sendcheck.escapes import clean, for_log


def say(line: str = "", *, lenient: bool = False) -> None:
    """A line on standard output. ``lenient``: also where nobody can read it."""
    if lenient:
        streams.tell(clean(line) + "\n", sys.stdout)
    else:
        click.echo(clean(line))


def tell(line: str = "") -> None:
    """A line on standard error, as far as it can be written to."""
    streams.tell(clean(line) + "\n")


def styled(text: str, *, nl: bool = True, err: bool = False, colour: bool | None = None, lenient: bool = False) -> None:
    """Lines that may have colour; pieces that others wrote were cleaned before. Standard error is always written to as far as it can be."""
    try:
        click.echo(for_log(text), nl=nl, err=err, color=colour)
    except (OSError, ValueError):
        if not (err or lenient):
            raise
