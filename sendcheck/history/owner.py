"""Whose mails are sent mail: told, known from before, or guessed from the folders that sent mail lies in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache

from sendcheck.data import language_file, languages_with
from sendcheck.errors import InputError
from sendcheck.history.learn import senders
from sendcheck.reading.sources import Source

#: The share of a folder of sent mail that one address must have to be taken for its owner's; of any other folder.
_SENT, _ANY = 0.1, 0.6


@cache
def _sent_folders() -> frozenset[str]:
    return frozenset(name for lang in languages_with("folders.toml") for name in language_file(lang, "folders.toml")["sent"])


def is_sent_folder(name: str) -> bool:
    """Whether a folder's name says that sent mail lies in it: “Sent Items”, “.Sendt”, “INBOX.Sent”."""
    plain = re.sub(r"[^a-zæøåäö]+", " ", re.split(r"[/\\]|(?<=\w)\.(?=\w)", name)[-1].lower()).strip()
    return plain in _sent_folders()


def _in_sent_folder(source: Source) -> bool:
    path = source.path
    return path is not None and any(is_sent_folder(part) for part in path.absolute().parts[-4:])


def guessed(sources: Iterable[Source | InputError]) -> list[str]:
    """The addresses that most likely are the owner's; empty where nothing tells."""
    listed = [s for s in sources if isinstance(s, Source)]
    sent = [s for s in listed if _in_sent_folder(s)]
    for some, share in ((sent, _SENT), (listed, _ANY)):
        step = 1 + len(some) // 400  # spread over all folders
        counts = Counter(senders(some[::step]))
        total = sum(counts.values())
        mine = [address for address, count in counts.most_common() if count >= share * total and count > 1]
        if mine:
            return mine
    return []
