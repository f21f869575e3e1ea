"""``sendcheck learn``: the history of sent mail, from mails that lie somewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from sendcheck.cli.configured import configured
from sendcheck.cli.telling import say, tell
from sendcheck.config.config import Config
from sendcheck.errors import ConfigError, Exit, InputError
from sendcheck.history.learn import Learner, Tally
from sendcheck.history.owner import guessed
from sendcheck.pipeline.histories import common_server, history_path, is_common
from sendcheck.pipeline.registry import load
from sendcheck.reading.sources import Source, Unread, expand

if TYPE_CHECKING:
    from sendcheck.history.common import CommonLearner

_SHOWN = 5


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--me", multiple=True, metavar="ADDRESS", help="Your own address (repeat): mails from it are sent mail.")
@click.option("--history", "file", metavar="FILE", help="The history to learn into (default: the configured one, else your own).")
@click.option("--config", "config_file", metavar="FILE", help="Use this configuration instead of the user's and the nearest.")
def learn(sources: tuple[str, ...], me: tuple[str, ...], file: str | None, config_file: str | None) -> None:
    """Learn from sent mail who is written to, with whom, when and about what: Maildirs, mboxes, folders of .eml files.

    Received mail is passed over. Run it again whenever you like: only new mails are read. Nothing readable of a text is kept, and nothing leaves this machine.
    """
    registry = load()
    config = configured(registry, config_file, history=file)
    if "-" in sources:
        raise click.UsageError("learn reads files and folders, not standard input: name your sent mail")
    if is_common(config):
        _learn_common(config, sources, me)
    path = where(config)
    wrong = [address for address in me if "@" not in address.strip("@")]
    if wrong:
        raise click.UsageError(f"--me {wrong[0]} is no address: write it as name@domain")
    with Learner(path, [*me, *config["identities"]]) as learner:
        if me:
            learner.take_as_mine(me)
        elif not learner.mine:
            learner.take_as_mine(_guessed(sources))
        total = sum(1 for _ in _mails(sources))
        try:
            tally = _run(learner, sources, total)
        except KeyboardInterrupt:
            tell()
            tell(f"sendcheck: stopped; the {learner.tally.learnt:,} mails learnt so far are kept. Run it again to go on")
            sys.exit(Exit.USAGE)
    _tell(tally, path, sorted(learner.mine))
    sys.exit(Exit.USAGE if tally.unreadable else Exit.PASS)


def where(config: Config) -> Path:
    """Where the history lies. Raises ConfigError if it is switched off."""
    if is_common(config):
        raise ConfigError("this is for a history of your own; the common one knows no names: sendcheck history forget ADDRESS and prune work on it")
    path = history_path(config)
    if path is None:
        raise ConfigError('history is switched off in the configuration (history = "off"): name a file with --history, or switch it on')
    return path


def _learn_common(config: Config, sources: Sequence[str], me: Sequence[str]) -> NoReturn:
    """Each mail into its sender's part of a house's history."""
    from sendcheck.history.common import CommonLearner, prune_everywhere
    from sendcheck.history.keeping import seconds
    from sendcheck.understanding.organisations import at_any

    ours = [*me, *config["internal-domains"], *config["identities"]]
    if not ours:
        raise ConfigError("a common history learns mails from senders inside: name your domains in internal-domains, or addresses with --me")
    server = common_server(config, writes=True)
    learner = CommonLearner(server, lambda sender: at_any(ours, sender))
    tally = _run(learner, sources, sum(1 for _ in _mails(sources)))
    old = prune_everywhere(server, seconds(str(config["history-keep"])))
    _tell(tally, server.name, ours)
    if old:
        say(f"  {old:>8,} older than history-keep ({config['history-keep']}), dropped")
    sys.exit(Exit.USAGE if tally.unreadable else Exit.PASS)


def _mails(sources: Sequence[str]) -> Iterator[Source | InputError]:
    return (found for found in expand(list(sources)) if not isinstance(found, Unread))


def _guessed(sources: Sequence[str]) -> list[str]:
    mine = guessed(_mails(sources))
    if not mine:
        named = next((found for found in _mails(sources) if isinstance(found, InputError)), None)
        if named is not None:
            raise named
        raise InputError(
            "cannot tell which of these mails you sent: no folder looks like one of sent mail, and no address wrote most of them. Say --me ADDRESS"
        )
    tell(f"taking mail from {', '.join(mine)} for yours (--me ADDRESS says otherwise)")
    return mine


def _run(learner: Learner | CommonLearner, sources: Sequence[str], total: int) -> Tally:
    if not sys.stderr.isatty():
        return learner.run(_mails(sources))
    with click.progressbar(length=total, label="learning", file=sys.stderr, show_pos=True, width=30) as bar:
        done = 0

        def progress(met: int) -> None:
            nonlocal done
            bar.update(met - done)
            done = met

        return learner.run(_mails(sources), progress)


def _tell(tally: Tally, path: Path | str, mine: Iterable[str]) -> None:
    """What was done, and everything that was not."""
    say(f"learnt {_mails_of(tally.learnt)} into {path}")
    counted = [
        (tally.known, "copies of mails learnt already"),
        (tally.unchanged, "in files that did not change since they were read"),
        (tally.others, f"not from you ({', '.join(mine)})"),
        (tally.nobody, "to nobody but yourself"),
        (tally.before, "older than what you pruned"),
        (tally.forgotten, "times somebody was left out whom you had forgotten"),
    ]
    for count, what in counted:
        if count:
            say(f"  {count:>8,} {what}")
    _name(tally.no_from, "without a From that can be read, left out since their sender is not known")
    _name(tally.no_date, "without a Date that can be read, learnt as older than all others")
    _name(tally.unreadable, "that could not be read")


def _mails_of(count: int) -> str:
    return f"{count:,} mail{'' if count == 1 else 's'}"


def _name(some: Sequence[str], what: str) -> None:
    """Mails that something is wrong with, the first of them by name."""
    if some:
        more = f" and {len(some) - _SHOWN:,} more" if len(some) > _SHOWN else ""
        tell(f"sendcheck: {_mails_of(len(some))} {what}: {', '.join(some[:_SHOWN])}{more}")
