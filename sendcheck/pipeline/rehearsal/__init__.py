"""Checks of the mails that lie here, one of each language and tone, so that all that is made on first use is made before a mail comes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sendcheck.config.config import Config
from sendcheck.pipeline.contract import PROFILES
from sendcheck.pipeline.engine import Engine, Job
from sendcheck.pipeline.registry import Registry
from sendcheck.pipeline.report import MailReport
from sendcheck.understanding.proofreading import Rehearsal


def mails() -> list[bytes]:
    """The mails."""
    return [path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.eml"))]


def rehearse(registry: Registry, config: Config) -> Iterator[MailReport]:
    """The reports of all of them, under each profile."""
    for profile in (None, *PROFILES):
        engine = Engine(registry, config, profile=profile, proofreader=Rehearsal())
        for raw in mails():
            yield engine.check(Job("-", raw, timings=True, page=True))


def warm_up(registry: Registry, config: Config) -> None:
    """Have everything there: pipelines, patterns, dictionaries."""
    from sendcheck.data.patterns import compile_all

    for _report in rehearse(registry, config):
        pass
    compile_all()
