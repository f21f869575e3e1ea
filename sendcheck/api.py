"""The Python interface: ``sendcheck.check(message, *, parent=None, config=None) -> Report``. Stable."""

from __future__ import annotations

from email.message import Message as EmailMessage
from os import PathLike
from pathlib import Path

from sendcheck.config.config import Config
from sendcheck.config.load import load_config
from sendcheck.errors import InputError
from sendcheck.pipeline.engine import Engine, Job
from sendcheck.pipeline.registry import load
from sendcheck.pipeline.report import Report
from sendcheck.pipeline.templates import is_template, template_job
from sendcheck.pipeline.threads import with_own_thread
from sendcheck.reading.sources import Source

#: A mail: its bytes or text, a path to it, or an object of the standard library's ``email`` package.
Mailish = bytes | str | PathLike[str] | EmailMessage


def check(message: Mailish, *, parent: Mailish | None = None, config: Config | PathLike[str] | None = None) -> Report:
    """Check one outgoing mail, or a template of mails by its path.

    ``message``, ``parent``: bytes, text, a path (``os.PathLike``), or an ``email.message.Message``.
    ``config``: a loaded Config, a path to a configuration file, or None for the user's own.
    Runs in the calling process; the reading caps bound its work, the hard deadline belongs to
    the command line and the gateways. Raises ConfigError or InputError, never on a mail's content.
    """
    registry = load()
    if not isinstance(config, Config):
        config = load_config(registry, explicit=Path(config) if config is not None else None)
    name, raw = _bytes(message)
    if isinstance(message, PathLike) and is_template(config, Path(message)):
        return Report((Engine(registry, config).check(Job(name, raw, template=template_job(config, Path(message)))),))
    job = Job(name, raw, parent=_bytes(parent) if parent is not None else None)
    return Report((Engine(registry, config).check(with_own_thread(job, config)),))


def _bytes(message: Mailish) -> tuple[str, bytes]:
    if isinstance(message, bytes):
        return "-", message
    if isinstance(message, str):
        return "-", message.encode("utf-8", "surrogateescape")
    if isinstance(message, EmailMessage):
        return "-", message.as_bytes()
    path = Path(message)
    if not path.is_file():
        raise InputError(f"no such file: {path}")
    return str(path), Source(str(path), path=path).read()[0]
