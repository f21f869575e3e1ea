"""One mail checked for a gateway: in a warm worker if a daemon runs, else in a worker of this process. The working folder's configuration never counts."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sendcheck.config.config import Config
from sendcheck.config.load import load_config
from sendcheck.daemon import client
from sendcheck.daemon.service import start_if_wanted
from sendcheck.gateways.override import answerable
from sendcheck.pipeline.engine import Engine, Job
from sendcheck.pipeline.judge import Selection
from sendcheck.pipeline.registry import Registry, load
from sendcheck.pipeline.report import MailReport
from sendcheck.pipeline.supervisor import Supervisor
from sendcheck.pipeline.threads import INDEXING, with_own_thread


@dataclass(frozen=True, slots=True)
class Wanted:
    """A mail to check, and the configuration named, if any."""

    job: Job
    config_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """The report, what somebody who is asked about it must know, what becomes of a mail that cannot be checked, and the setting ``daemon``."""

    report: MailReport
    about: dict[str, Any]
    on_error: str
    daemon: str


def report_of(job: Job, registry: Registry, config: Config, allow: tuple[str, ...] = ()) -> MailReport:
    """The report of a mail that is about to leave, with its thread. ``allow``: exceptions given for this run (“rule reason”)."""
    return Supervisor(Engine(registry, config, Selection(allow=allow))).check(with_own_thread(job, config, INDEXING))


def check_here(wanted: Wanted) -> Checked:
    """In a worker of this process. Raises ConfigError, RegistryError."""
    registry = load()
    config = load_config(registry, explicit=wanted.config_file, start=None)
    report = report_of(wanted.job, registry, config)
    return Checked(report, answerable(report, config), str(config["sendmail.on-error"]), str(config["daemon"]))


def checked(wanted: Wanted) -> Checked:
    """Where it is soonest. Raises ConfigError, RegistryError."""
    found = None if client.mode() == "off" else _by_daemon(wanted)
    if found is None:
        found = check_here(wanted)
        start_if_wanted(found.daemon)
    return found


def _by_daemon(wanted: Wanted) -> Checked | None:
    # Both ends are one user's processes of one installation (daemon/wire.py), so that pickle carries what a function call would.
    try:
        answer = client.ask({"do": "report", **client.surroundings()}, [pickle.dumps(wanted)])
    except OSError:
        return None
    if answer is None:
        return None
    found = pickle.loads(answer[1][0])
    return found if isinstance(found, Checked) else None
