"""A job with its thread: the answered mail and those before it, from the user's mail store. The store's code loads only where one is set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sendcheck.config.config import Config
from sendcheck.errors import InputError
from sendcheck.pipeline.engine import Job

if TYPE_CHECKING:
    from sendcheck.mailstore import MailStore

#: Seconds that bringing the index of the mail store up to date may hold up a mail on its way out; the rest follows with the next one.
INDEXING = 2.0


def open_store(path: str, progress: Callable[[int, int], None] | None = None, seconds: float | None = None) -> MailStore:
    """The store at *path*. ``seconds``: how long indexing may hold a mail up. Raises InputError where there is none."""
    from platformdirs import user_cache_path

    from sendcheck.mailstore import MailStore

    return MailStore(Path(path).expanduser(), user_cache_path("sendcheck"), progress, seconds)


def with_own_thread(job: Job, config: Config, seconds: float | None = None) -> Job:
    """The job with its thread from the store that the configuration names; a store that cannot be read holds no mail up, but is told of."""
    if not config["mailstore"]:
        return job
    try:
        return with_thread(job, open_store(config["mailstore"], seconds=seconds))
    except InputError as error:
        return replace(job, no_parent=str(error))


def with_thread(job: Job, store: MailStore | None) -> Job:
    """The job with what the store has of its thread; as it is where there is no store or the parent is known."""
    if store is None or job.parent is not None:
        return job
    thread = store.thread(job.raw)
    if thread.parent is None:
        return replace(job, no_parent=thread.why)
    return replace(job, parent=thread.parent, found=True, earlier=thread.earlier)
