"""Looks the answered mail up, and the mails before it in the thread."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from sendcheck.errors import InputError
from sendcheck.mailstore.ids import ids
from sendcheck.mailstore.index import Index, Location, Progress, index_file
from sendcheck.reading.sources import Source, refusal

#: Mails of a thread that are read beside the parent, and their bytes together: more people than that are seldom on it.
_EARLIER = 20
_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Thread:
    """What the store holds of a mail's thread, as (name, bytes). ``earlier``: nearest first; ``why``: why there is no parent."""

    parent: tuple[str, bytes] | None = None
    earlier: tuple[tuple[str, bytes], ...] = ()
    why: str = ""


@dataclass(slots=True)
class MailStore:
    """A mail store by its path. The index is made on first use; it is brought up to date when a mail is not found in it.

    ``seconds``: how long bringing it up to date may take (None: as long as it takes). Raises InputError where there is no such store.
    """

    path: Path
    cache: Path
    progress: Progress | None = None
    seconds: float | None = None
    _index: Index | None = None
    _fresh: bool = False
    _complete: bool = True
    _unreadable: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.path.exists():
            raise InputError(f"no such mail store: {self.path} (a Maildir, an mbox, or a folder of mails)")
        try:
            if self.path.is_dir():
                next(self.path.iterdir(), None)
            else:
                self.path.open("rb").close()
        except OSError as error:
            raise InputError(f"cannot read the mail store {self.path}: {error.strerror or error}") from error

    @property
    def index(self) -> Index:
        """The open index."""
        if self._index is None:
            self._index = Index(self.path.resolve(), index_file(self.path, self.cache))
        return self._index

    def refresh(self) -> None:
        """Bring the index up to date, at most once a run."""
        if not self._fresh:
            self._fresh = True
            self._complete = self.index.refresh(self.progress, self.seconds)

    def thread(self, raw: bytes) -> Thread:
        """The mail that *raw* answers and the ones before; each read once, however its references run in circles."""
        mine = ids(raw)
        if not mine.replies_to:
            return Thread(why="it names no mail that it answers (In-Reply-To, References)")
        if self.index.empty:
            self.refresh()
        seen = {mine.own} if mine.own else set()
        parent = next((found for i in mine.replies_to if (found := self._mail(i, seen)) is not None), None)
        if parent is None:
            return Thread(why=self._why_not())
        earlier: list[tuple[str, bytes]] = []
        pending = [*ids(parent[1]).replies_to, *mine.references, *ids(parent[1]).references]
        room = _BYTES
        while pending and len(earlier) < _EARLIER and room > 0:
            found = self._mail(pending.pop(0), seen, look_again=False)
            if found is not None and len(found[1]) <= room:
                earlier.append(found)
                room -= len(found[1])
                pending += ids(found[1]).replies_to
        return Thread(parent, tuple(earlier))

    def _why_not(self) -> str:
        if self._unreadable:
            return f"it lies in {self._unreadable[0]}, which cannot be read"
        if not self._complete:
            return f"it is not in what is indexed of {self.path} so far ({self.index.count():,} mails; the rest follows on the next run)"
        return f"it is not in {self.path} ({self.index.count():,} mails)"

    def _mail(self, message_id: bytes, seen: set[bytes], look_again: bool = True) -> tuple[str, bytes] | None:
        """A mail of the store, or None; asked for twice, None the second time."""
        if message_id in seen:
            return None
        seen.add(message_id)
        found = self._located(message_id)
        if found is None and look_again and not self._fresh:
            self.refresh()
            found = self._located(message_id)
        return found

    def _shown(self, place: Location) -> str:
        """A mail's path below the store as it was named, with its number in an mbox."""
        below = os.path.relpath(place.path, self.path.resolve())
        name = str(self.path) if below == "." else str(self.path / below)
        return f"{name}#{place.number}" if place.number else name

    def _located(self, message_id: bytes) -> tuple[str, bytes] | None:
        for place in self.index.find(message_id):
            name = self._shown(place)
            try:
                raw, _cut = _source(name, place).read()
            except InputError:
                if Path(place.path).exists():
                    self._unreadable.append(name)
                continue
            if ids(raw).own == message_id and refusal(raw) is None:
                return name, raw
        return None


def _source(name: str, place: Location) -> Source:
    return Source(name, path=Path(place.path), start=place.start, end=place.stop)
