"""A common history across its owners: learning mails of many senders, forgetting somebody everywhere, dropping what is old."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import fields
from pathlib import Path

from sendcheck.errors import InputError
from sendcheck.history.database import transaction
from sendcheck.history.keeping import forget_in, prune_in
from sendcheck.history.learn import Learner, Tally
from sendcheck.history.postgres import Server
from sendcheck.history.record import sender_of
from sendcheck.reading.message import read_message
from sendcheck.reading.sources import Source

#: Mails that are held for their owners before they are written.
_BATCH = 500
#: How often an owner's rows are looked through for old mails.
_DAY = 86_400


class CommonLearner:
    """Learns each mail into its sender's history. ``is_ours``: whether an address is one whose mails are sent mail."""

    def __init__(self, server: Server, is_ours: Callable[[str], bool]) -> None:
        self._server, self._is_ours = server, is_ours
        self._held: dict[str, list[Source]] = {}
        self.tally = Tally()

    def run(self, sources: Iterable[Source | InputError], progress: Callable[[int], None] = lambda _met: None) -> Tally:
        """Learn all of them; the sums. Raises HistoryError."""
        held = 0
        for number, source in enumerate(sources, 1):
            held += self._take(source)
            if held >= _BATCH:
                self._write()
                held = 0
            progress(number)
        self._write()
        return self.tally

    def _take(self, source: Source | InputError) -> int:
        """Hold a mail for its owner; 1 if it is held."""
        try:
            if isinstance(source, InputError):
                raise source
            raw, _cut = source.read_mail()
        except InputError as error:
            self.tally.unreadable.append(str(error))
            return 0
        sender = sender_of(read_message(raw))
        if sender is None:
            self.tally.no_from.append(source.name)
        elif not self._is_ours(sender):
            self.tally.others += 1
        else:
            self._held.setdefault(sender, []).append(Source(source.name, data=raw))
            return 1
        return 0

    def _write(self) -> None:
        for owner, mails in sorted(self._held.items()):
            found = Learner(Path(self._server.name), (owner,), self._server.of(owner)).run(mails)
            for part in fields(Tally):
                setattr(self.tally, part.name, getattr(self.tally, part.name) + getattr(found, part.name))
        self._held.clear()


def forget_everywhere(server: Server, address: str) -> int:
    """Take a person out of every owner's history, and leave them out of what is learnt later; how many mails they were on."""
    mails = 0
    for owned in server.owners(int(time.time()) + 1):
        with transaction(owned):
            mails += forget_in(owned, address)
    return mails


def prune_everywhere(server: Server, before: int, *, all_of_them: bool = True, most: int = 1_000_000) -> int:
    """Drop mails older than a moment; how many. ``all_of_them``: else only of owners whose rows were not looked through today; ``most``: owners at a time."""
    mails = 0
    for owned in server.owners(int(time.time()) + (1 if all_of_them else -_DAY))[:most]:
        with transaction(owned):
            mails += prune_in(owned, before)[0]
        server.pruned(owned)
    return mails
