"""``sendcheck hook install|uninstall|status|run``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from sendcheck.errors import InputError
from sendcheck.gateways import hooks
from sendcheck.pipeline.engine import Job

_CLIENT = click.argument("client", type=click.Choice(hooks.CLIENTS))
_PATH = click.option("--path", type=click.Path(path_type=Path), help="git: the repository; mutt, neomutt: the configuration file.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def hook() -> None:
    """Install sendcheck in git send-email, mutt or neomutt, take it out, or see whether it is there."""


def _tell(state: hooks.Status) -> None:
    if state.path is None:
        click.echo(f"{state.client:<8} not available: {state.remark}")
        return
    word = click.style("installed", fg="green") if state.installed else "not installed"
    click.echo(f"{state.client:<8} {word}  {state.path}")
    if state.remark:
        click.echo(f"         {state.remark}")


@hook.command()
@_CLIENT
@_PATH
def install(client: str, path: Path | None) -> None:
    """Put the hook in. Runs twice as well as once; what else stands in the file is kept."""
    _tell(hooks.install(client, path))


@hook.command()
@_CLIENT
@_PATH
def uninstall(client: str, path: Path | None) -> None:
    """Take the hook out again; nothing else is touched."""
    _tell(hooks.uninstall(client, path))


@hook.command()
@click.argument("client", required=False, type=click.Choice(hooks.CLIENTS))
@_PATH
def status(client: str | None, path: Path | None) -> None:
    """Show which hooks are in."""
    for name in [client] if client else hooks.CLIENTS:
        _tell(hooks.status(name, path))


@hook.command()
@click.argument("client", type=click.Choice(["git"]))
@click.argument("mail", type=click.Path(path_type=Path))
@click.argument("headers", required=False, type=click.Path(path_type=Path))
def run(client: str, mail: Path, headers: Path | None) -> None:
    """What git's sendemail-validate hook calls. Silent if the mail passes; else the report, and exit 1 or 3."""
    from sendcheck.config.load import load_config
    from sendcheck.pipeline.engine import Engine
    from sendcheck.pipeline.registry import load
    from sendcheck.pipeline.report import Report, Verdict
    from sendcheck.pipeline.supervisor import Supervisor
    from sendcheck.show.text import TextReport

    if not mail.is_file():
        raise InputError(f"no such file: {mail}")
    registry = load()
    config = load_config(registry, start=Path.cwd())
    report = Supervisor(Engine(registry, config)).check(git_job(mail, headers))
    for notice in report.notices:
        click.echo(f"sendcheck: {notice}", err=True)
    if report.verdict is not Verdict.PASS:
        click.echo(TextReport(registry.rules).mail(report), nl=False, err=True)
    sys.exit(Report((report,)).exit)


def git_job(mail: Path, headers: Path | None) -> Job:
    """The mail of a patch file. From git 2.41 on a second file holds the headers as they go out: they win.

    Before that the recipients given on the command line are not known here, so the mail counts as a draft.
    """
    raw = mail.read_bytes()
    name = mail.name
    if headers is None or not headers.is_file():
        return Job(name, raw, draft=True, leaving=True)
    head = headers.read_bytes().replace(b"\r\n", b"\n").rstrip(b"\n")
    _old, separator, body = raw.partition(b"\n\n")
    lines_before = raw[: len(raw) - len(body)].count(b"\n") if separator else 0
    return Job(name, head + b"\n\n" + body, first_line=1 + lines_before - (head.count(b"\n") + 2), leaving=True)
