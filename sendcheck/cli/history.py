"""``sendcheck history``: what is known of whom, in its owner's hands."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import click

from sendcheck.cli.configured import configured
from sendcheck.cli.learn import where
from sendcheck.cli.telling import say, styled
from sendcheck.config.config import Config
from sendcheck.errors import ConfigError, InputError
from sendcheck.escapes import in_json
from sendcheck.history import keeping
from sendcheck.history.memory import remember, remembered, take_back
from sendcheck.history.store import exists
from sendcheck.pipeline.histories import common_server, is_common
from sendcheck.pipeline.registry import load
from sendcheck.reading.addresses import untagged

_FILE = click.option("--history", "file", metavar="FILE", help="The history (default: the configured one, else your own).")
_CONFIG = click.option("--config", "config_file", metavar="FILE", help="Use this configuration instead of the user's and the nearest.")


def _config(file: str | None, config_file: str | None) -> Config:
    return configured(load(), config_file, history=file)


def _path(file: str | None, config_file: str | None = None) -> Path:
    return where(_config(file, config_file))


def _there(file: str | None, config_file: str | None = None) -> Path:
    path = _path(file, config_file)
    if not exists(path):
        raise InputError(f"there is no history at {path} yet: sendcheck learn makes one from your sent mail")
    return path


def _day(moment: int | None) -> str:
    return datetime.fromtimestamp(moment, UTC).date().isoformat() if moment else "no date"


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@_FILE
@_CONFIG
@click.pass_context
def history(context: click.Context, file: str | None, config_file: str | None) -> None:
    """Show what is known of the people you write to, export it, forget a person, drop what is old."""
    if context.invoked_subcommand is None:
        _overview(_there(file, config_file))


def _overview(path: Path) -> None:
    found = keeping.overview(path)
    assert found is not None
    say(f"{path}")
    say(f"  {found.mails:,} mails to {found.people:,} people in {found.organisations:,} organisations, {_day(found.first)} to {_day(found.last)}")
    say(f"  sent as {', '.join(f'{address} ({mails:,})' for address, mails in found.own) or 'nobody yet'}")
    if found.allowed or found.forgotten:
        say(f"  {found.allowed} pairs remembered as right, {found.forgotten} people forgotten")
    rows = keeping.most_written_to(path)
    width = max((len(name or address) for address, name, _mails, _last in rows), default=0)
    for address, name, mails, last in rows:
        say(f"  {(name or address)[:40]:<{min(width, 40)}}  {mails:>6,} mails  last {_day(last)}  {address if name else ''}".rstrip())


@history.command()
@click.argument("person", required=False)
@_FILE
@_CONFIG
def show(person: str | None, file: str | None, config_file: str | None) -> None:
    """Show an overview, or all that is kept of PERSON (an address, or a part of a name)."""
    path = _there(file, config_file)
    if person is None:
        _overview(path)
        return
    address = _one(path, person)
    found = keeping.details(path, address)
    names = ", ".join(f"{text} ({mails})" for text, mails in found.names)
    say(f"{found.address}{f': {names}' if names else ''}")
    say(f"  organisation   {found.organisation}")
    say(f"  mails          {found.mails:,}, {found.shared:,} of them with others, in {found.threads:,} threads")
    say(f"  first, last    {_day(found.first)}, {_day(found.last)}")
    say(f"  written to as  {', '.join(f'{address} ({mails:,})' for address, mails in found.own)}")
    if found.beside:
        say(f"  together with  {', '.join(f'{other} ({mails:,})' for other, mails in found.beside)}")
    say(f"  about          {found.numbers:,} numbers of words; no word is kept")


def _one(path: Path, wanted: str) -> str:
    """The one address that is meant."""
    found = keeping.find(path, wanted)
    if not found:
        raise InputError(f"nobody in {path} has “{wanted}” in address or name")
    if len(found) > 1:
        raise InputError(f"“{wanted}” may be {len(found)} people: {', '.join(found[:8])}{' …' if len(found) > 8 else ''}. Name one by the whole address")
    return found[0]


@history.command()
@click.option("--output", "-o", metavar="FILE", help="Write it there instead of to standard output.")
@_FILE
@_CONFIG
def export(output: str | None, file: str | None, config_file: str | None) -> None:
    """Write all that is kept as JSON: people, mails (who, when, thread; no text), what is remembered."""
    text = in_json(json.dumps(keeping.export(_there(file, config_file)), ensure_ascii=False, indent=1)) + "\n"
    if output is None or output == "-":
        styled(text, nl=False)
        return
    try:
        with os.fdopen(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
            out.write(text)
    except OSError as error:
        raise InputError(f"cannot write {output}: {error.strerror or error}") from error
    say(f"wrote {output}")


@history.command()
@click.argument("person")
@click.option("--undo", is_flag=True, help="Let somebody in again who was forgotten (whole address); learn then reads your mails anew.")
@_FILE
@_CONFIG
def forget(person: str, undo: bool, file: str | None, config_file: str | None) -> None:
    """Take PERSON out of the history, and leave them out of all that is learnt later."""
    config = _config(file, config_file)
    if is_common(config):
        from sendcheck.history.common import forget_everywhere

        if undo or "@" not in person:
            raise InputError("in a common history somebody is forgotten by the whole address, and for good")
        mails = forget_everywhere(common_server(config, writes=True), untagged(person.strip().lower()))
        say(f"forgot {person.strip().lower()}, who was on {mails:,} mails; nobody's history learns of them from now on")
        return
    path = _there(file, config_file)
    if undo:
        if not keeping.let_in(path, person.strip().lower()):
            raise InputError(f"{person} was not forgotten: name the whole address")
        say(f"{person} is let in again: run sendcheck learn")
        return
    address = person.strip().lower() if "@" in person and not keeping.find(path, person) else _one(path, person)
    mails = keeping.forget(path, address)
    say(f"forgot {address}, who was on {mails:,} mails; learn leaves them out from now on (forget --undo lets them in)")


@history.command()
@click.option("--older-than", "--before", "limit", required=True, metavar="AGE|DATE", help="An age (90d, 18m, 2y) or a date (2024-01-31).")
@_FILE
@_CONFIG
def prune(limit: str, file: str | None, config_file: str | None) -> None:
    """Drop mails that are older, and people who got no other. They are not learnt again."""
    config = _config(file, config_file)
    path = None if is_common(config) else _there(file, config_file)
    try:
        before = keeping.seconds(limit)
    except ValueError as error:
        raise ConfigError(f"--older-than is “{limit}”, but must be an age like 90d, 18m or 2y, or a date like 2024-01-31") from error
    if path is None:
        from sendcheck.history.common import prune_everywhere

        say(f"dropped {prune_everywhere(common_server(config, writes=True), before):,} mails from before {_day(before)}")
        return
    mails, people = keeping.prune(path, before)
    say(f"dropped {mails:,} mails from before {_day(before)}, and {people:,} people who got no other")


@history.command()
@click.argument("rule")
@click.argument("people", nargs=-1, required=True, metavar="PERSON...")
@click.option("--reason", default="said to be right", show_default=True, help="Why it is right; shown in every report.")
@click.option("--undo", is_flag=True, help="Take it back.")
@_FILE
@_CONFIG
def allow(rule: str, people: tuple[str, ...], reason: str, undo: bool, file: str | None, config_file: str | None) -> None:
    """Remember that RULE is wrong about the first PERSON together with each further one (addresses as the finding names them)."""
    load().rule(rule)
    path = _path(file, config_file)
    first, *rest = people
    pairs = [(first, other) for other in rest or [first]]
    if undo:
        gone = sum(take_back(path, rule, pair) for pair in pairs)
        say(f"took back {gone} of {len(pairs)} for {rule}")
        return
    remember(path, rule, pairs, reason.strip() or "said to be right")
    say(f"remembered for {rule}: {', '.join(' and '.join(dict.fromkeys(pair)) for pair in pairs)}")


@history.command()
@_FILE
@_CONFIG
def allowed(file: str | None, config_file: str | None) -> None:
    """List what is remembered as right."""
    rows = remembered(_path(file, config_file))
    for rule, one, other, reason, moment in rows:
        say(f"{rule}  {' and '.join(dict.fromkeys((one, other)))}  {_day(moment)}: {reason}")
    if not rows:
        say("nothing is remembered")


@history.command("new-key")
@click.argument("file", metavar="FILE")
def new_key_command(file: str) -> None:
    """Make the key of a common history: whoever lacks it cannot read an address out of the database."""
    from sendcheck.history.keys import new_key

    new_key(Path(file))
    say(f"wrote {file}: give it to every node (history-key), and keep it apart from the database and its copies")
