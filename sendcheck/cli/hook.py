"""``sendcheck hook install|uninstall|status|run|last``."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click

from sendcheck.cli.groups import HelpingGroup
from sendcheck.cli.telling import say, styled, tell
from sendcheck.errors import InputError
from sendcheck.escapes import clean
from sendcheck.gateways.clients import CLIENTS, client
from sendcheck.gateways.clients.base import Status
from sendcheck.pipeline.engine import Job
from sendcheck.reading.sources import Source, stdin_source

_CLIENT = click.argument("name", metavar="CLIENT", type=click.Choice(CLIENTS))
_PATH = click.option("--path", type=click.Path(path_type=Path), help="git: the repository; else the client's configuration file, if it lies elsewhere.")
_WIDTH = max(map(len, CLIENTS))


@click.group(cls=HelpingGroup, context_settings={"help_option_names": ["-h", "--help"]})
def hook() -> None:
    """Install sendcheck in a mail program, take it out, or see whether it is there."""


def _tell(state: Status) -> None:
    if state.path is None:
        say(f"{state.client:<{_WIDTH}} not available: {state.remark}")
        return
    word = click.style("installed", fg="green") if state.installed else "not installed"
    styled(f"{state.client:<{_WIDTH}} {word}  {clean(str(state.path))}")
    if state.remark:
        say(f"{'':<{_WIDTH}} {state.remark}")


@hook.command()
@_CLIENT
@_PATH
def install(name: str, path: Path | None) -> None:
    """Put the hook in. Runs twice as well as once; what else stands in the file is kept.

    CLIENT is one of git, mutt, neomutt, aerc, emacs (message-mode, mu4e, notmuch), s-nail, thunderbird.
    """
    _tell(client(name).install(path))


@hook.command()
@_CLIENT
@_PATH
def uninstall(name: str, path: Path | None) -> None:
    """Take the hook out again; nothing else is touched."""
    _tell(client(name).uninstall(path))


@hook.command()
@click.argument("name", metavar="[CLIENT]", required=False, type=click.Choice(CLIENTS))
@_PATH
def status(name: str | None, path: Path | None) -> None:
    """Show which hooks are in."""
    for one in [name] if name else CLIENTS:
        _tell(client(one).status(path))


@hook.command()
def last() -> None:
    """Show why the last mail was stopped, for clients that show nothing of it (aerc, Claws Mail, Sylpheed)."""
    from sendcheck.gateways.handing import last_report

    found = last_report()
    styled(found or "no mail was stopped since you logged in, or the last one was sent", nl=not found)


@hook.group()
def run() -> None:
    """What the hooks in mail programs call. The exit code is the verdict's, whether or not the report can be shown."""


@run.command()
@click.argument("mail", type=click.Path(path_type=Path))
@click.argument("headers", required=False, type=click.Path(path_type=Path))
def git(mail: Path, headers: Path | None) -> None:
    """git's sendemail-validate hook. Silent if the mail passes; else the report, and exit 1 or 3."""
    from sendcheck.cli.configured import configured
    from sendcheck.daemon.service import start_if_wanted
    from sendcheck.pipeline.engine import Engine
    from sendcheck.pipeline.registry import load
    from sendcheck.pipeline.report import Report, Verdict
    from sendcheck.pipeline.supervisor import Supervisor
    from sendcheck.show.text import TextReport

    if not mail.is_file():
        raise InputError(f"no such file: {mail}")
    registry = load()
    config = configured(registry, told=False)
    report = Supervisor(Engine(registry, config)).check(git_job(mail, headers))
    for notice in report.notices:
        tell(f"sendcheck: {notice}")
    if report.verdict is not Verdict.PASS:
        styled(TextReport(registry.rules).mail(report), nl=False, err=True)
    start_if_wanted(str(config["daemon"]))
    sys.exit(Report((report,)).exit)


@run.command()
@click.option("--reason", default="", help="Send it all the same, for this reason; recorded as the shim does.")
def emacs(reason: str) -> None:
    """Emacs' message-send-hook: the mail on standard input, the report on standard output. Exit 0 to send it, 1 or 3 to keep it."""
    from sendcheck.daemon.service import start_if_wanted
    from sendcheck.gateways.checking import Wanted, check_here
    from sendcheck.gateways.verdict import settle
    from sendcheck.pipeline.registry import load
    from sendcheck.show.text import TextReport

    raw, cut = stdin_source()._replace(name="standard input").read_mail()
    found = check_here(Wanted(Job("-", raw, cut, leaving=True)))
    start_if_wanted(found.daemon)
    decided = settle(found, reason)
    if decided.told:
        say(decided.told, lenient=True)
    if decided.send:
        return
    styled(TextReport(load().rules).mail(replace(found.report, source="this mail")), nl=False, lenient=True)
    sys.exit(found.report.verdict.exit)


def git_job(mail: Path, headers: Path | None) -> Job:
    """The mail of a patch file. From git 2.41 on a second file holds the headers as they go out: they win.

    Before that the recipients given on the command line are not known here, so the mail counts as a draft.
    """
    name = mail.name
    raw, cut = Source(name, path=mail).read_mail()
    if headers is None or not headers.is_file():
        return Job(name, raw, cut, draft=True, leaving=True)
    head = Source(headers.name, path=headers).read()[0].replace(b"\r\n", b"\n").rstrip(b"\n")
    _old, separator, body = raw.partition(b"\n\n")
    lines_before = raw[: len(raw) - len(body)].count(b"\n") if separator else 0
    return Job(name, head + b"\n\n" + body, cut, first_line=1 + lines_before - (head.count(b"\n") + 2), leaving=True)
