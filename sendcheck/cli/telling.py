"""What commands say: every line may quote a mail, a file's name or a configuration, and a terminal or a CI reads it."""

from __future__ import annotations

import click

from sendcheck.escapes import clean, for_log


def say(line: str = "") -> None:
    """A line on standard output."""
    click.echo(clean(line))


def tell(line: str = "") -> None:
    """A line on standard error."""
    click.echo(clean(line), err=True)


def styled(text: str, *, nl: bool = True, err: bool = False, colour: bool | None = None) -> None:
    """Lines that may have colour; pieces that others wrote were cleaned before."""
    click.echo(for_log(text), nl=nl, err=err, color=colour)
