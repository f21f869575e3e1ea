"""mutt: ``set sendmail``, which it splits at blanks without quoting (muttrc(5))."""

from __future__ import annotations

import re
from pathlib import Path

from sendcheck.gateways.clients.base import HookError, TextClient, appended, config_home, program

_SENDMAIL = re.compile(r"""(?m)^[ \t]*set[ \t]+sendmail[ \t]*=[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|(\S+))""")


class Mutt(TextClient):
    """The last word on ``sendmail`` in a muttrc."""

    name = "mutt"

    def places(self) -> list[Path]:
        """As mutt looks for its file."""
        home = Path.home()
        return [home / ".muttrc", home / ".mutt" / "muttrc", config_home() / "mutt" / "muttrc"]

    def put_in(self, text: str, path: Path) -> str:
        """Our lines last; the command set so far becomes the MTA."""
        words = [*program(), "sendmail"]
        mta = _current(text)
        words += ["--mta", mta[0], *(f"--mta-arg={a}" for a in mta[1:])] if mta else ["-oem", "-oi"]
        if any(" " in w for w in words):
            raise HookError(f"{self.name} cannot run a program whose path holds a blank: install sendcheck in another folder")
        return appended(text, self.block(f'set sendmail="{" ".join(words)}"', "set sendmail_wait=0", "unset smtp_url"))

    def remark(self, text: str, path: Path) -> str:
        """Whatever sets the command below our lines wins."""
        if re.search(r"(?m)^\s*set\s+(?:sendmail|smtp_url)\s*=", self.after(text)):
            return "a later line sets sendmail or smtp_url and bypasses sendcheck: move it above the block"
        return ""


def _current(text: str) -> list[str]:
    """The command a muttrc sets so far, as words; empty for mutt's default."""
    found = _SENDMAIL.findall(text)
    return next((v for v in found[-1] if v), "").split() if found else []


CLIENT = Mutt()
