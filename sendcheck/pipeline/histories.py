"""The history that a configuration names, opened once in each process. One that is there but cannot be read is told of, never passed over."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from sendcheck.config.config import Config
from sendcheck.errors import SendcheckError
from sendcheck.reading.addresses import untagged
from sendcheck.reading.message import Message
from sendcheck.understanding.acquaintance import History, NoHistory

if TYPE_CHECKING:
    from sendcheck.history.postgres import Server
    from sendcheck.history.view import HistoryFile

_AUTO, _OFF = "auto", "off"
_COMMON = ("postgresql://", "postgres://")
_SHOWN = 3


class _Open(threading.local):
    """What this thread of this process has open: a connection is shared with no other."""

    process: int = 0
    path: Path | None = None
    stamp: tuple[int, int] = (0, 0)
    history: HistoryFile | None = None
    named: tuple[str, str, str] = ("", "", "")
    server: Server | None = None


_open = _Open()


def history_path(config: Config) -> Path | None:
    """The file where the history lies or would lie; None if it is switched off, or a common one."""
    named = str(config["history"])
    if named == _OFF or is_common(config):
        return None
    if named == _AUTO:
        from platformdirs import user_data_path

        return user_data_path("sendcheck") / "history.sqlite"
    return Path(named).expanduser()


def is_common(config: Config) -> bool:
    """Whether the history is a common one of a house."""
    return str(config["history"]).startswith(_COMMON)


def common_server(config: Config, writes: bool = False) -> Server:
    """The common history that a configuration names. Raises HistoryError."""
    from importlib.util import find_spec

    from sendcheck.history.store import HistoryError

    if find_spec("psycopg") is None:
        raise HistoryError("a history in PostgreSQL needs psycopg: pip install 'sendcheck[postgres]'")
    from sendcheck.history.keys import read_key
    from sendcheck.history.postgres import Server

    if not config["history-key"]:
        raise HistoryError("a common history needs history-key, the file with its key (sendcheck history new-key makes one)")
    key = read_key(Path(str(config["history-key"])).expanduser())
    return Server(str(config["history"]), key, writes, required=config["history-away"] == "incomplete")


def _common(config: Config, message: Message) -> History:
    """What the common history knows of a mail's sender."""
    from sendcheck.history.record import sender_of

    sender = sender_of(message)
    if sender is None:
        return NoHistory("the mail has no sender whose history could be asked")
    try:
        named = (str(config["history"]), str(config["history-key"]), str(config["history-away"]))
        if (_open.process, _open.named) != (os.getpid(), named) or _open.server is None:
            _open.server = common_server(config)
            _open.process, _open.named = os.getpid(), named
        from sendcheck.history.view import HistoryFile

        found = HistoryFile(Path(_open.server.name), _open.server.of(sender), sender)
        return found if found.mails else NoHistory("no mail of this sender was learnt yet")
    except LookupError:
        return NoHistory("no mail of this sender was learnt yet")
    except SendcheckError as error:
        return NoHistory(str(error), broken=error.required)


def history_for(config: Config, message: Message) -> History:
    """The history to ask about a mail. Raises nothing: why there is none stands in it. Somebody else's mail is not judged by it."""
    if is_common(config):
        return _common(config, message)
    found = _opened(config)
    if found.why_not:
        return found
    try:
        own = {*found.own(), *(untagged(str(a).lower()) for a in config["identities"])}
    except SendcheckError as error:
        return NoHistory(str(error), broken=True)
    from sendcheck.history.record import sender_of

    sender = sender_of(message)
    if sender is not None and sender not in own:
        shown = ", ".join(sorted(own)[:_SHOWN])
        return NoHistory(f"the history is of mail from {shown}, and this one is from {sender} (if that is you: sendcheck learn --me {sender} …)")
    return found


def _opened(config: Config) -> History:
    path = history_path(config)
    if path is None:
        return NoHistory("history is switched off")
    try:
        stat = path.stat()
        if not stat.st_size:
            return NoHistory()
    except FileNotFoundError:
        if config["history"] == _AUTO:
            return NoHistory()
        return NoHistory(f"there is no history at {path}, which “history” names (sendcheck learn makes one)", broken=True)
    except OSError as error:
        return NoHistory(f"cannot open the history {path}: {error.strerror}", broken=True)
    stamp = (stat.st_ino, stat.st_dev)
    if (_open.process, _open.path, _open.stamp) != (os.getpid(), path, stamp) or _open.history is None:
        try:
            from sendcheck.history.view import HistoryFile

            _open.history = HistoryFile(path)
        except SendcheckError as error:
            return NoHistory(str(error), broken=True)
        _open.process, _open.path, _open.stamp = os.getpid(), path, stamp
    try:
        _open.history.fresh()
        if not _open.history.mails:
            return NoHistory()
    except SendcheckError as error:
        _open.history = None
        return NoHistory(str(error), broken=True)
    return _open.history
