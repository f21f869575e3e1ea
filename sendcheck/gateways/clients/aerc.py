"""aerc: ``outgoing`` of each account in accounts.conf (aerc-sendmail(5)). What it replaces stands in our lines as a comment, and comes back."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from sendcheck.gateways.clients.base import HookError, TextClient, config_home, program

_OUTGOING = re.compile(r"(?m)^[ \t]*outgoing[ \t]*=[ \t]*(.*?)[ \t]*(?:\n|\Z)")
_SECTION = re.compile(r"(?m)^\[([^\]\n]+)\]")
_WAS = "# was: "


class Aerc(TextClient):
    """Every account that sends by a program; one that talks SMTP by itself cannot be stopped, and is named."""

    name = "aerc"

    def places(self) -> list[Path]:
        """Where aerc looks."""
        return [config_home() / "aerc" / "accounts.conf"]

    def put_in(self, text: str, path: Path) -> str:
        """Our ``outgoing`` for each one that names a program. Raises HookError where there is none."""
        if not _OUTGOING.search(text):
            raise HookError(f"{path} sets no “outgoing”: make an account in aerc first")
        new = _OUTGOING.sub(lambda found: self._ours(found), text)
        if new == text:
            raise HookError(
                f"every account in {path} sends by SMTP itself ({', '.join(_by_smtp(text))}), and aerc asks no program then: "
                "set outgoing to one that sends, such as /usr/bin/msmtp"
            )
        return new

    def _ours(self, found: re.Match[str]) -> str:
        value = found.group(1)
        if not value.startswith("/"):
            return found.group()
        words = shlex.split(value)
        ours = [*program(), "sendmail", "--keep-report", "--mta", words[0], *(f"--mta-arg={w}" for w in words[1:])]
        line = found.group().removesuffix("\n")
        return self.block(_WAS + line, f"outgoing = {shlex.join(ours)}")

    def take_out(self, text: str) -> str:
        """With every line that ours replaced."""

        def old(found: re.Match[str]) -> str:
            kept = [line.removeprefix(_WAS) for line in found["inside"].splitlines() if line.startswith(_WAS)]
            return "".join(f"{line}\n" for line in kept)

        return self._found.sub(old, text)

    def remark(self, text: str, path: Path) -> str:
        """Accounts that it cannot stop, and where the report is."""
        past = _by_smtp(text)
        told = f"{', '.join(past)} sends by SMTP itself and is not checked: set its outgoing to a program, such as /usr/bin/msmtp; " if past else ""
        return f"{told}aerc shows no more than that sending failed: “:term sendcheck hook last” shows why"


def _by_smtp(text: str) -> list[str]:
    """Accounts whose ``outgoing`` is no program."""
    sections = [(m.start(), m.group(1)) for m in _SECTION.finditer(text)]
    found = []
    for entry in _OUTGOING.finditer(text):
        if not entry.group(1).startswith("/"):
            found.append(next((name for at, name in reversed(sections) if at < entry.start()), "an account"))
    return found


CLIENT = Aerc()
