"""s-nail (mailx): ``set mta`` takes a program, ``mta-arguments`` what it gets before the recipients (s-nail(1))."""

from __future__ import annotations

import os
import re
from pathlib import Path

from sendcheck.gateways.clients.base import HookError, TextClient, appended, program

_SET = r"""(?m)^[ \t]*set[ \t]+(?:[^\n]*[ \t])?{name}=(?:"([^"\n]*)"|'([^'\n]*)'|([^\s"']+))"""


class Snail(TextClient):
    """The last word on ``mta`` in a mailrc."""

    name = "s-nail"

    def places(self) -> list[Path]:
        """Where s-nail looks: MAILRC, else the home folder."""
        named = os.environ.get("MAILRC")
        return [Path(named)] if named else [Path.home() / ".mailrc"]

    def put_in(self, text: str, path: Path) -> str:
        """Our lines last; the MTA set so far becomes ours. Raises HookError where s-nail talks SMTP itself."""
        mta, arguments = _value(text, "mta"), _value(text, "mta-arguments")
        if "://" in mta and not mta.startswith(("file://", "test://")):
            raise HookError(f"{path} sets mta={mta.split('@')[-1]}: s-nail then talks SMTP itself and runs no program; set mta to one that does, such as msmtp")
        ours = program("sendcheck-sendmail")
        own = [*ours[1:], *(["--mta", mta.removeprefix("file://")] if mta else [])]
        own += [f"--mta-arg={word}" for word in arguments.split()]
        lines = [f"set mta={_quoted(ours[0])}", f"set mta-arguments={_quoted(' '.join(_inner(w) for w in own))}"] if own else [f"set mta={_quoted(ours[0])}"]
        return appended(text, self.block(*lines, "set sendwait"))

    def remark(self, text: str, path: Path) -> str:
        """Whatever sets the MTA below our lines wins."""
        if _value(self.after(text), "mta"):
            return "a later line sets mta and bypasses sendcheck: move it above the block"
        return ""


def _value(text: str, name: str) -> str:
    """What a mailrc sets a variable to, the last time; "" if it does not."""
    found = re.findall(_SET.format(name=re.escape(name)), text)
    return next((v for v in found[-1] if v), "") if found else ""


def _quoted(text: str) -> str:
    """A value in the shell-style quotes of s-nail(1) that keep everything."""
    if "'" in text:
        raise HookError(f"s-nail cannot be told of a path with an apostrophe ({text})")
    return f"'{text}'"


def _inner(word: str) -> str:
    """A word inside ``mta-arguments``, which is split as a shell would."""
    return f'"{word}"' if re.search(r"[\s\\$]", word) else word


CLIENT = Snail()
