"""``sendcheck daemon``: the warm process, in the foreground or in the background."""

from __future__ import annotations

import contextlib
import os
import pickle
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sendcheck.cli.groups import HelpingGroup
from sendcheck.daemon import client, service, stamp, wire
from sendcheck.errors import ConfigError, InputError, SendcheckError

if not hasattr(os, "fork"):
    raise SendcheckError("there is no daemon on this system: it needs fork and Unix sockets. Checks run in their own process")

from sendcheck.daemon.server import Again, DaemonError, Master, to_stderr
from sendcheck.daemon.worker import Request, streams

if TYPE_CHECKING:
    from sendcheck.pipeline.report import MailReport


@click.group(cls=HelpingGroup, context_settings={"help_option_names": ["-h", "--help"]})
def daemon() -> None:
    """Keep everything a check needs warm, so that a mail is checked in a tenth of a second.

    `sendcheck check`, the sendmail shim, git's hook and Thunderbird ask it by themselves when it runs (`daemon = "use"`) and start it when
    it does not (`daemon = "auto"`, the default). It listens on a Unix socket that only you can open.
    """


@daemon.command()
@click.option("--idle", type=click.IntRange(0), metavar="MINUTES", help="Leave after so long without a mail; 0: never (default: daemon-idle).")
def run(idle: int | None) -> None:
    """Serve in the foreground, as systemd wants it. Stops on SIGTERM, starts anew on SIGHUP."""
    from sendcheck.config.load import load_config
    from sendcheck.pipeline.registry import load

    _refuse_if_off()
    minutes = idle if idle is not None else int(load_config(load(), start=None)["daemon-idle"])
    doers = {"command": _command, "sendmail": _sendmail, "report": _report}
    try:
        Master(doers, _warm, _prepare, minutes * 60.0, to_stderr).run()
    except Again:
        os.execv(sys.executable, [sys.executable, "-P", "-m", "sendcheck", "daemon", "run", *(["--idle", str(idle)] if idle is not None else [])])


@daemon.command()
def start() -> None:
    """Start it in the background and wait until it is warm."""
    _refuse_if_off()
    if service.serves(service.PATIENCE):
        click.echo(f"the daemon runs already at {wire.socket_path()}")
        return
    impossible = wire.why_impossible(wire.socket_path())
    if impossible:
        raise DaemonError(impossible)
    begun = time.monotonic()
    try:
        service.spawn()
    except OSError as error:
        raise DaemonError(f"the daemon could not be started: {error.strerror} ({error.filename or service.log_file()})") from error
    if not service.wait_until_up():
        raise DaemonError(f"the daemon did not come up: see {service.log_file()}")
    click.echo(f"the daemon is warm after {time.monotonic() - begun:.1f} s, at {wire.socket_path()}")


@daemon.command()
def stop() -> None:
    """Stop it; mails that are being checked are finished."""
    click.echo("stopped" if service.stop() else "no daemon runs")


@daemon.command()
def status() -> None:
    """Whether it runs, since when, and how long mails take. Exit code 1 if none runs."""
    found = service.status()
    if found is None:
        click.echo(f"no daemon runs at {wire.socket_path()}")
        sys.exit(1)
    click.echo(f"runs at {wire.socket_path()}, process {found.get('pid')}, since {time.strftime('%Y-%m-%d %H:%M', time.localtime(found.get('since')))}")
    if found.get("answers"):
        click.echo(f"{found['answers']:,} answers: last {found['last_ms']:g} ms, median {found['median_ms']:g} ms, slowest {found['slowest_ms']:g} ms")
    else:
        click.echo("no answers yet")
    if found.get("killed"):
        click.echo(f"{found['killed']:,} workers were killed: see {service.log_file()}")
    try:
        probe = client.connect(patience=service.PATIENCE)
        if probe is not None:
            probe.close()
    except client.Refused as refused:
        click.echo(f"it does not answer this program: {refused}")


@daemon.command()
@click.option("--install", is_flag=True, help="Write it where systemd looks, instead of printing it.")
def unit(install: bool) -> None:
    """The systemd user unit that keeps the daemon running."""
    from sendcheck.gateways.clients.base import config_home, program

    text = service.unit_text(program())
    if not install:
        click.echo(text, nl=False)
        return
    path = config_home() / "systemd" / "user" / service.UNIT  # where systemd looks for the user's own (systemd.unit(5))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from error
    click.echo(f"wrote {path}\nnow: systemctl --user daemon-reload && systemctl --user enable --now sendcheck")


def _refuse_if_off(mode: str | None = None, config_file: Path | None = None) -> None:
    """Raise DaemonError if a configuration wants no warm process. ``mode``: what SENDCHECK_DAEMON says; it comes first."""
    from sendcheck.config.load import central

    setting, at = central("daemon", config_file)
    if setting == "off" and (client.mode() if mode is None else mode) not in {"use", "auto"}:
        raise DaemonError(f'{at}: daemon = "off" wants no warm process: change it there, or set SENDCHECK_DAEMON=use for once')


def _refuse_client(request: Request, config_file: str | Path | None) -> None:
    """The same for a client: it may have another configuration than the daemon was started under. Its process then does the work itself."""
    with contextlib.suppress(ConfigError):  # what is wrong with a file is told by what it is read for
        _refuse_if_off(str(request.head["environ"].get("SENDCHECK_DAEMON", "")), Path(config_file) if config_file is not None else None)


def _named(words: Sequence[str]) -> str | None:
    """The value of the last --config among a command's words."""
    found = None
    for at, word in enumerate(words):
        if word == "--":
            break
        if word == "--config" and at + 1 < len(words):
            found = words[at + 1]
        elif word.startswith("--config="):
            found = word.partition("=")[2]
    return found


def _command(request: Request) -> tuple[dict[str, Any], Sequence[bytes]]:
    """A command as the client's own process would run it: its exit code, and what it prints."""
    from sendcheck.cli.main import main

    words = request.head["argv"][1:]
    if words[:1] != ["check"] and words[:2] != ["hook", "run"]:
        raise InputError("a worker does no such command")
    _refuse_client(request, _named(words) if words[0] == "check" else None)
    code = 0
    with streams(request) as (out, err):
        try:
            main()
        except SystemExit as stopped:
            code = int(stopped.code or 0)
    return {"exit": code}, (out.getvalue(), err.getvalue())


def _sendmail(request: Request) -> tuple[dict[str, Any], Sequence[bytes]]:
    """What the shim should do with a mail."""
    from sendcheck.gateways.sendmail import decide

    words = [str(w) for w in request.head["arguments"]]
    _refuse_client(request, _named(words))
    decision = decide(words, request.blobs[0], tty=bool(request.head["tty"][2]))
    return {"decision": decision.wire()}, ()


def _report(request: Request) -> tuple[dict[str, Any], Sequence[bytes]]:
    """The report of a mail, for a gateway."""
    from sendcheck.gateways.checking import check_here

    wanted = pickle.loads(request.blobs[0])
    _refuse_client(request, wanted.config_file)
    return {}, (pickle.dumps(check_here(wanted)),)


#: A report, for going through the motions.
_samples: list[MailReport] = []


def _prepare(let_go: Callable[[], None]) -> None:
    """What a worker does before a mail comes: fork the process that will check it, and let that one touch its memory."""
    from sendcheck.pipeline.pool import prepare

    def first() -> None:
        let_go()
        _touch()

    prepare(first)
    _tread()


def _tread() -> None:
    """Go the way of a command once in this process, too, but for the mail: what a fork shares is copied when it is touched."""
    from sendcheck.cli.check import check
    from sendcheck.cli.output import Look, rendered
    from sendcheck.config.load import load_config
    from sendcheck.pipeline.contract import Severity
    from sendcheck.pipeline.engine import Engine
    from sendcheck.pipeline.registry import load
    from sendcheck.pipeline.report import Report

    with contextlib.suppress(Exception):  # a configuration that is wrong is the command's to tell
        check.make_context("check", ["-"])
        Engine(load(), load_config(load(), start=None))
        for report in _samples:
            rendered("text", Report((pickle.loads(pickle.dumps(report)),)), Look(load(), Severity.NOTE, "error", redact=False))


def _touch() -> None:
    """Check the mails that came along once more, and so open the history, if there is one."""
    from sendcheck.config.load import load_config
    from sendcheck.pipeline.engine import Engine, Job
    from sendcheck.pipeline.registry import load
    from sendcheck.pipeline.rehearsal import mails
    from sendcheck.understanding.proofreading import Rehearsal

    engine = Engine(load(), load_config(load(), start=None), proofreader=Rehearsal())
    for raw in mails():
        engine.check(Job("-", raw, page=True))


def _warm() -> None:
    """Load what a check needs, and check a mail of each language, so that all that is made on first use is made."""
    import sendcheck.cli.check
    import sendcheck.cli.main
    import sendcheck.gateways.checking
    import sendcheck.gateways.sendmail
    import sendcheck.history.view
    import sendcheck.languagetool.client  # noqa: F401
    from sendcheck.cli.output import FORMATS, Look, rendered
    from sendcheck.config.found import policy_places, user_file
    from sendcheck.config.load import load_config
    from sendcheck.data.patterns import compile_all
    from sendcheck.pipeline.contract import Severity
    from sendcheck.pipeline.registry import load
    from sendcheck.pipeline.rehearsal import rehearse
    from sendcheck.pipeline.report import Report
    from sendcheck.understanding import dictionaries

    registry = load()
    config = load_config(registry, start=None)
    packages = {str(Path(sys.modules[check.run.__module__].__file__ or ".").parent.parent) for check in registry.checks}
    stamp.take({*packages, str(Path(wire.__file__).parent.parent)}, [str(user_file()), *map(str, policy_places()), *map(str, dictionaries.folders())])
    look = Look(registry, Severity.NOTE, "error", redact=False)
    for report in rehearse(registry, config):
        _samples[:] = [report]
        for name in FORMATS:
            with contextlib.suppress(Exception):
                rendered(name, Report((report,)), look)
    compile_all()
