"""The words of ``sendcheck sendmail``: its own options, and what goes to the MTA unchanged."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

_WITH_VALUE = {"-f", "-r", "-F", "-N", "-R", "-O", "-X", "-h", "-L", "-V", "-C", "-a", "--file", "--account"}
_OWN = {"--mta", "--mta-arg", "--config", "--on-error", "--ask", "--no-ask", "--keep-report"}
#: An MTA that is asked for its version or its queue exits 0, and has sent nothing.
_NOT_SENDING = re.compile(r"-b[^m].*|-q.*|-I|--(?:help|version|pretend|serverinfo|rmqs|configure)(?:=.*)?")


class UsageError(Exception):
    """The shim was called in a way it cannot serve."""


@dataclass(slots=True)
class Call:
    """One call of the shim: its own options, and what goes to the MTA unchanged. ``help``: it asks for help, and nothing else."""

    mta: list[str] = field(default_factory=list)
    config: Path | None = None
    on_error: str | None = None
    ask: str | None = None
    keep: bool = False
    help: bool = False
    argv: list[str] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)


def parse(argv: Sequence[str]) -> Call:
    """Split own options from sendmail's (s-nail puts its ``-i`` before them). Raises UsageError for what is no sending."""
    call = Call()
    rest = list(argv)
    while rest and rest[0] != "--":
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        if word == "--help" or (word == "-h" and not rest):  # sendmail's -h takes a number
            call.help = True
            continue
        if name not in _OWN:
            call.argv.append(word)
            if word in _WITH_VALUE and rest:
                call.argv.append(rest.pop(0))
            continue
        if name in {"--ask", "--no-ask"}:
            call.ask = "always" if name == "--ask" else "never"
            continue
        if name == "--keep-report":
            call.keep = True
            continue
        if not equals:
            if not rest:
                raise UsageError(f"{name} needs a value")
            value = rest.pop(0)
        if name == "--mta":
            call.mta = [value]
        elif name == "--mta-arg":
            call.mta.append(value)
        elif name == "--config":
            call.config = Path(value)
        elif value in {"stop", "send"}:
            call.on_error = value
        else:
            raise UsageError(f"--on-error is “{value}”, but must be stop or send")
    call.argv += rest
    if call.help and call.argv:
        raise UsageError("--help goes alone: no mail was sent")
    call.recipients = _recipients(call.argv)
    return call


def _recipients(argv: list[str]) -> list[str]:
    found: list[str] = []
    at = 0
    options = True
    while at < len(argv):
        word = argv[at]
        if options and word == "--":
            options = False
        elif options and word.startswith("-") and len(word) > 1:
            if _NOT_SENDING.fullmatch(word):
                raise UsageError(f"{word} is no sending of a mail: call your MTA itself for it")
            if word in _WITH_VALUE:
                at += 1
        else:
            found.append(word)
        at += 1
    return found
