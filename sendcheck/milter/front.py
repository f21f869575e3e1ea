"""The program that speaks with the MTA: libmilter through pymilter (GPL-2.0-or-later), one thread for each of the MTA's connections.

It assembles each mail, asks the master, and tells the MTA the answer; what is not answered in time is 451. For each question it makes a pair of
sockets and hands one of them to the master through the socket that it was born with (unix(7), SCM_RIGHTS): nothing of it lies in a folder. Run by
:mod:`sendcheck.milter.master` as ``python -m sendcheck.milter.front OPTIONS``; the only module that imports pymilter. It asks the MTA for
the right to add and delete headers and to quarantine, and for nothing else: it could not change a body or a recipient.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import Milter

from sendcheck.config.listen import answers, parsed
from sendcheck.daemon import wire
from sendcheck.milter.assembly import Assembly
from sendcheck.reading.limits import LIMITS

#: Seconds between two signs of life to the master.
BEAT = 1.0
#: Seconds that the MTA may leave a connection idle: its own limits come first.
_IDLE = 7210
_BUSY = ("451", "4.3.2", "sendcheck: too many messages at a time; try again later")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the master says. ``ask``: the number of the socket to it; ``listen``: libmilter's; ``umask``: for that; ``queue``: mails at a time;
    ``memory``: bytes of them; ``deadline``: seconds; ``fallback``: what to tell the MTA without an answer: tempfail, quarantine or warn;
    ``dry``: stop no mail, whatever happens.
    """

    ask: int
    listen: str
    umask: int
    queue: int
    memory: int
    deadline: float
    fallback: str
    dry: bool


class Room:
    """How much is on its way through: mails, and bytes of them. Shared by all threads."""

    def __init__(self, mails: int, size: int) -> None:
        self._lock = threading.Lock()
        self._most, self._most_bytes = mails, size
        self._mails = self._bytes = 0
        self.told: Counter[str] = Counter()

    @property
    def full(self) -> bool:
        """Whether a further mail had to be refused."""
        return self._mails >= self._most or self._bytes >= self._most_bytes

    def enter(self) -> bool:
        """A mail begins; False if there is no room."""
        with self._lock:
            if self.full:
                return False
            self._mails += 1
            return True

    def grow(self, count: int) -> bool:
        """A mail becomes so many bytes larger; False if there is no room."""
        with self._lock:
            self._bytes += count
            return self._bytes <= self._most_bytes

    def leave(self, count: int) -> None:
        """A mail of so many bytes is done with."""
        with self._lock:
            self._mails -= 1
            self._bytes -= count

    def note(self, what: str) -> None:
        """Count something that the master should know."""
        with self._lock:
            self.told[what] += 1

    def news(self) -> dict[str, int]:
        """What was counted since the last time."""
        with self._lock:
            found, self.told = dict(self.told), Counter()
            return found


SETTINGS: Settings
ROOM: Room
#: Where sockets are handed over, one at a time.
MASTER: socket.socket
_asking = threading.Lock()


@Milter.header_leading_space
class Connection(Milter.Base):
    """One connection of the MTA, which brings mail after mail."""

    def __init__(self) -> None:
        self._mail: Assembly | None = None
        self._counted = 0
        self._refused = False
        self._sender = self._user = ""
        self._recipients: list[str] = []

    def envfrom(self, sender: str, *_parameters: str) -> Any:
        """MAIL FROM: the earliest moment to say that there is no room."""
        self._drop()
        self._sender, self._recipients = _address(sender), []
        self._user = str(self.getsymval("{auth_authen}") or "")
        if ROOM.full:
            return self._busy()
        return Milter.CONTINUE

    @Milter.noreply
    def envrcpt(self, recipient: str, *_parameters: str) -> Any:
        """RCPT TO; one that the MTA refuses does not come here."""
        self._recipients.append(_address(recipient))
        return Milter.CONTINUE

    @Milter.noreply
    @Milter.decode("bytes")
    def header(self, name: str, value: bytes) -> Any:
        """The next header; the mail is complete in the MTA by now, so that no slow client holds a place."""
        if self._begin():
            assert self._mail is not None
            self._mail.header(_bytes(name), self._blank.encode() + _bytes(value))
            self._grown()
        return Milter.CONTINUE

    @Milter.noreply
    def eoh(self) -> Any:
        """The end of the headers."""
        if self._begin():
            assert self._mail is not None
            self._mail.end_of_headers()
        return Milter.CONTINUE

    @Milter.noreply
    def body(self, chunk: bytes) -> Any:
        """The next piece of the body."""
        if self._begin():
            assert self._mail is not None
            self._mail.body(chunk)
            self._grown()
        return Milter.CONTINUE

    def eom(self) -> Any:
        """The end: ask, and do as told."""
        if not self._begin():
            return self._busy()
        mail = self._mail
        assert mail is not None
        try:
            told = self._ask(mail)
        except (OSError, EOFError, wire.WireError):
            ROOM.note("unanswered")
            told = None
        try:
            return self._do(told, mail)
        finally:
            self._drop()

    def abort(self) -> Any:
        """The mail will not come to its end."""
        self._drop()
        return Milter.CONTINUE

    def close(self) -> Any:
        """The MTA is gone."""
        self._drop()
        return Milter.CONTINUE

    # -- inside -------------------------------------------------------------------

    @property
    def _blank(self) -> str:
        """What stands between a header's colon and the value that the MTA gives: nothing where it gives the blank too (Postfix, Sendmail from 8.14 on)."""
        return "" if self._protocol & Milter.P_HDR_LEADSPC else " "

    def _begin(self) -> bool:
        """Have a place for the mail; False if there is none."""
        if self._mail is None and not self._refused:
            if ROOM.enter():
                self._mail = Assembly(min(LIMITS.mail_bytes, SETTINGS.memory))  # one that has no room alone is cut: it would never have any
            else:
                self._refused = True
        return self._mail is not None

    def _busy(self) -> Any:
        ROOM.note("busy")
        return Milter.ACCEPT if SETTINGS.dry else self._reply(*_BUSY)

    def _grown(self) -> None:
        assert self._mail is not None
        more = self._mail.size - self._counted
        self._counted += more
        if more and not ROOM.grow(more):
            self._drop()
            self._refused = True

    def _drop(self) -> None:
        """Give the place back."""
        if self._mail is not None:
            ROOM.leave(self._counted)
        self._mail, self._counted, self._refused = None, 0, False

    def _ask(self, mail: Assembly) -> dict[str, Any]:
        """The master's answer. Raises OSError (TimeoutError), EOFError, WireError."""
        until = time.monotonic() + SETTINGS.deadline
        head = {
            "queue": str(self.getsymval("i") or ""),
            "sender": self._sender,
            "user": self._user,
            "recipients": self._recipients,
            "cut": mail.cut,
        }
        with _to_master() as connection:
            connection.settimeout(SETTINGS.deadline)
            wire.send(connection, head, [mail.raw()])
            connection.settimeout(max(0.01, until - time.monotonic()))
            return wire.receive(connection)[0]

    def _do(self, told: dict[str, Any] | None, mail: Assembly) -> Any:
        """Tell the MTA. Whatever is odd about an answer is no answer."""
        if told is None:
            why = f"sendcheck: no answer within {SETTINGS.deadline:g} s"
            if SETTINGS.fallback == "tempfail":
                return self._reply("451", "4.3.0", f"{why}; try again later")
            told = {"action": SETTINGS.fallback, "reason": why, "take_out": [], "add": []}
        action = told["action"]
        if action in {"reject", "tempfail"}:
            return self._reply(told["code"], told["enhanced"], *told["lines"])
        for name in told["take_out"]:
            for index in range(mail.count(name), 0, -1):
                self.chgheader(name, index, "")
        for name, value in told["add"]:
            self.addheader(name, value if self._blank else f" {value}")
        if action == "quarantine":
            self.quarantine(told["reason"])
        return Milter.ACCEPT

    def _reply(self, code: str, enhanced: str, *lines: str) -> Any:
        self.setreply(code, enhanced, *(line.replace("%", "%%") for line in lines))
        return Milter.REJECT if code.startswith("5") else Milter.TEMPFAIL


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")


def _address(path: str) -> str:
    """The address of a path (``<kari@nordbank.no>``)."""
    return path.strip().removeprefix("<").removesuffix(">")


def _to_master() -> socket.socket:
    """A connection to the master. Raises OSError."""
    ours, theirs = socket.socketpair()
    with theirs:
        try:
            with _asking:
                socket.send_fds(MASTER, [b"."], [theirs.fileno()])
        except BaseException:
            ours.close()
            raise
    return ours


def _beat() -> None:
    """Tell the master that this lives, and what was counted; without a master there is nothing to do here."""
    never = threading.Event()
    while not answers(SETTINGS.listen):  # libmilter does not say that it listens
        never.wait(0.02)
    try:
        with _to_master() as connection:
            while True:
                wire.send(connection, {"beat": os.getpid(), "counts": ROOM.news()})
                connection.settimeout(BEAT)
                try:
                    if not connection.recv(1):
                        break
                except TimeoutError:
                    continue
    except OSError:
        pass
    kind, path, _address, _port = parsed(SETTINGS.listen)
    if kind == "unix":
        with contextlib.suppress(OSError):  # a master that was killed cannot do it
            Path(path).unlink()
    os._exit(0)


def main() -> None:
    """Serve until the master ends or kills this."""
    global SETTINGS, ROOM, MASTER
    SETTINGS = Settings(**json.loads(sys.argv[1]))
    ROOM = Room(SETTINGS.queue, SETTINGS.memory)
    MASTER = socket.socket(fileno=SETTINGS.ask)
    MASTER.settimeout(SETTINGS.deadline)
    threading.Thread(target=_beat, daemon=True).start()
    os.umask(SETTINGS.umask)
    Milter.factory = Connection
    Milter.set_flags(Milter.ADDHDRS | Milter.CHGHDRS | Milter.QUARANTINE)
    Milter.set_exception_policy(Milter.TEMPFAIL)
    try:
        Milter.runmilter("sendcheck", SETTINGS.listen, _IDLE)
    except Milter.error as error:
        sys.stderr.write(f"sendcheck milter: cannot listen at {SETTINGS.listen}: {error}\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
