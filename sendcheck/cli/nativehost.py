"""``sendcheck native-host``: the command around :mod:`sendcheck.gateways.nativehost`."""

from __future__ import annotations

import contextlib
import os
import sys

import click


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["-h", "--help"]})
@click.argument("called", nargs=-1, type=click.UNPROCESSED, metavar="[MANIFEST EXTENSION]")
def native_host(called: tuple[str, ...]) -> None:
    """Speak with Thunderbird's extension on standard input and output (it starts this itself; `sendcheck hook install thunderbird` tells it where)."""
    from sendcheck.gateways.nativehost import serve

    if sys.stdin.isatty():
        raise click.UsageError("Thunderbird starts this, with a pipe on standard input: see sendcheck hook install thunderbird")
    # Nothing but answers may reach the pipe: what anything else prints goes to standard error.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    with contextlib.suppress(BrokenPipeError):  # Thunderbird is gone, and has sent nothing
        serve(sys.stdin.buffer, answers)
