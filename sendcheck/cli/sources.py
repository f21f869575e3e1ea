"""From the names on the command line to jobs: what ``check`` and ``baseline`` share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from sendcheck.cli.telling import tell
from sendcheck.config.config import Config
from sendcheck.config.found import project_of
from sendcheck.errors import Exit, InputError
from sendcheck.pipeline.engine import Job
from sendcheck.pipeline.templates import is_template, template_job
from sendcheck.reading.sources import Source, Unread, expand, refusal

_NAMED = 20


class Choice(NamedTuple):
    """Which files of folders are wanted. ``skipped``: counts, by why, what is passed over; ``exclude``: patterns of that, as .gitignore has them."""

    skipped: Counter[str]
    wanted: Callable[[Path | None], bool] = lambda _path: True
    exclude: Sequence[str] = ()


def jobs(names: list[str], config: Config, codes: list[Exit], choice: Choice | None = None, as_template: Callable[[Path], bool] | None = None) -> Iterator[Job]:
    """A job for each mail and template that can be read; for each other one a line on stderr and exit code 2.

    ``as_template``: which files are templates (None: as configured).
    """
    choice = choice or Choice(Counter())
    covered = [str(Path(n).absolute()) for n in names if n != "-"]
    folders = [Path(n).absolute() for n in names if n != "-" and Path(n).is_dir()]
    for source, raw, cut in _readable(names, as_template or (lambda path: is_template(config, path)), codes, choice):
        if not source.template:
            yield Job(source.name, raw, cut, source.first_line, source.problems)
            continue
        assert source.path is not None
        root = next((f for f in folders if f in source.path.absolute().parents), None)
        yield Job(source.name, raw, cut, template=template_job(config, source.path, covered, root))


def _readable(names: list[str], as_template: Callable[[Path], bool], codes: list[Exit], choice: Choice) -> Iterator[tuple[Source, bytes, bool]]:
    for source in expand(names, as_template, project_of, skipped=choice.skipped, exclude=choice.exclude):
        if isinstance(source, Unread):
            _tell_unread(source)
            continue
        try:
            if isinstance(source, InputError):
                raise source
            if not choice.wanted(source.path):
                continue
            raw, cut = source.read()
            why = refusal(raw, source.template)
            if why:
                raise InputError(f"{'standard input' if source.name == '-' else source.name} {why}")
        except InputError as error:
            tell(f"sendcheck: {error}")
            codes.append(Exit.USAGE)
            continue
        yield source, raw, cut


def _tell_unread(unread: Unread) -> None:
    """Files that are neither: nobody should think that they were checked."""
    shown = ", ".join(unread.names[:_NAMED])
    more = f" and {len(unread.names) - _NAMED} more" if len(unread.names) > _NAMED else ""
    plural = len(unread.names) != 1
    tell(
        f"sendcheck: {len(unread.names):,} file{'s' * plural} {'are' if plural else 'is'} neither mail nor template by name and {'were' if plural else 'was'} "
        f"not read (name them in [[templates]] if they should be): {shown}{more}"
    )
