"""``sendcheck languagetool``: LanguageTool on this machine, which `grammar` asks."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from sendcheck.cli.configured import configured
from sendcheck.cli.groups import HelpingGroup
from sendcheck.config.config import Config
from sendcheck.errors import SendcheckError
from sendcheck.languagetool import client
from sendcheck.languagetool import install as installing
from sendcheck.languagetool.places import EXTRA, VERSION, Settings, data_folder, keeper_socket, keeper_sockets, why_not
from sendcheck.pipeline.grammars import remote_server, settings_of
from sendcheck.pipeline.registry import load

_MB = 1024 * 1024
_CONFIG = click.option("--config", "config_file", metavar="FILE", help="Read this configuration instead of the user's and the nearest.")


class LanguageToolError(SendcheckError):
    """LanguageTool cannot be used as it was asked to."""


@click.group(cls=HelpingGroup, context_settings={"help_option_names": ["-h", "--help"]})
def languagetool() -> None:
    """LanguageTool on this machine: it checks grammar, punctuation and confused words in English.

    It needs Java 17 or newer and the extra `grammar` (pip install 'sendcheck[grammar]'). Checks start it by themselves and, where the daemon may
    run, keep it warm. What it reads stays on this machine; it has no Norwegian grammar.
    """


@languagetool.command()
@click.option("--from-maven", is_flag=True, help=f"Fetch the jars of {VERSION} from Maven Central with mvn; each one's SHA-256 is checked.")
@click.option("--folder", type=click.Path(path_type=Path), help="Put it below this folder; name it in “languagetool.folder” then.")
def install(from_maven: bool, folder: Path | None) -> None:
    """Fetch LanguageTool (about 250 MB) and put it where checks find it.

    Without --from-maven it is language-tool-python's own download, whose checksum that library holds.
    """
    installing.need_extra()
    target = folder or data_folder()
    if not from_maven:
        click.echo(f"downloading LanguageTool {installing.DOWNLOADED} …", err=True)
        made = installing.downloaded(target)
    elif sys.stderr.isatty():
        with click.progressbar(length=1, label="fetching jars", file=sys.stderr, show_pos=True) as bar:

            def moved(done: int, total: int) -> None:
                bar.length = total
                bar.update(done - bar.pos)

            made = installing.from_maven(target, moved)
    else:
        click.echo(f"fetching LanguageTool {VERSION} from Maven Central …", err=True)
        made = installing.from_maven(target, lambda _done, _total: None)
    size = sum(p.stat().st_size for p in made.rglob("*") if p.is_file())
    click.echo(f"LanguageTool {made.name.removeprefix('LanguageTool-')} is installed in {made} ({size // _MB:,} MB)")
    lacking = why_not(folder, "")
    click.echo(f"but {lacking}" if lacking else "`sendcheck check` uses it from now on; `sendcheck languagetool start` makes it warm")


@languagetool.command()
@_CONFIG
def status(config_file: str | None) -> None:
    """What there is, and whether it runs. Exit code 1 if grammar cannot be checked."""
    config, settings, folder = _configured(config_file)
    lacking = why_not(folder, settings.url)
    for label, fact in _facts(config, settings):
        click.echo(f"{label:<13} {fact}")
    mine = keeper_socket(settings)
    running = {path: told for path in keeper_sockets() if (told := client.told(path, "status")) is not None}
    for path, told in running.items():
        click.echo(f"{'running':<13} {_running(told)}{'' if path == mine else '  (for another command)'}")
    if mine not in running and not lacking:
        click.echo(f"{'running':<13} no; the next check that needs it starts it")
    click.echo(f"{'log':<13} {client.log_file()}")
    if lacking:
        click.echo(f"{'grammar':<13} not checked: {lacking}")
        sys.exit(1)
    click.echo(f"{'grammar':<13} checked in English; LanguageTool has no Norwegian grammar")


@languagetool.command()
@_CONFIG
def start(config_file: str | None) -> None:
    """Start it in the background and wait until it is warm."""
    _config, settings, folder = _configured(config_file)
    lacking = why_not(folder, settings.url)
    if lacking:
        raise LanguageToolError(lacking)
    path = keeper_socket(settings)
    begun = time.monotonic()
    if client.told(path, "status") is None:
        try:
            client.spawn(settings, path, 0)
        except OSError as error:
            raise LanguageToolError(f"LanguageTool could not be started: {error.strerror} ({error.filename or client.log_file()})") from error
    if sys.stderr.isatty():
        click.echo("starting LanguageTool …", err=True)
    answer = client.started(path)
    if answer is None:
        raise LanguageToolError(f"LanguageTool did not come up: see {client.log_file()}")
    if answer.get("failed"):
        raise LanguageToolError(str(answer["failed"]))
    click.echo(f"LanguageTool is warm after {time.monotonic() - begun:.1f} s, at {answer['url']}")


@languagetool.command()
def stop() -> None:
    """Stop it, whatever settings it was started with."""
    stopped = [path for path in keeper_sockets() if client.stop(path)]
    click.echo("stopped" if stopped else "LanguageTool does not run")


def _configured(config_file: str | None) -> tuple[Config, Settings, Path | None]:
    config = configured(load(), config_file)
    settings, folder = settings_of(config)
    return config, settings, folder


def _facts(config: Config, settings: Settings) -> Iterator[tuple[str, str]]:
    from importlib.metadata import PackageNotFoundError, version

    try:
        yield "library", f"language-tool-python {version(EXTRA.replace('_', '-'))}"
    except PackageNotFoundError:
        yield "library", "not installed"
    if settings.url:
        remote = remote_server(config)
        yield "server", f"{settings.url} ({f'another machine: the text of every mail goes to {remote}' if remote else 'this machine'})"
        return
    yield "LanguageTool", f"{Path(settings.folder).name.removeprefix('LanguageTool-')} in {settings.folder}" if settings.folder else "not installed"
    yield "Java", _java()


def _java() -> str:
    program = shutil.which("java")
    if program is None:
        return "none on PATH"
    try:
        done = subprocess.run([program, "-version"], capture_output=True, text=True, errors="replace", timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return f"{program} (does not run)"
    lines = [line for line in done.stderr.splitlines() if not line.startswith("Picked up")]
    return f"{lines[0].strip()} ({program})" if lines else program


def _running(told: dict[str, Any]) -> str:
    since = time.strftime("%Y-%m-%d %H:%M", time.localtime(told.get("since", 0)))
    memory = f", {told['memory'] // _MB:,} MB" if told.get("memory") else ""
    answers = f"{told['answers']:,} answers" + (f", last {told['last_ms']:g} ms, median {told['median_ms']:g} ms" if told.get("answers") else "")
    again = f", started {told['starts']} times" if told.get("starts", 0) > 1 else ""
    return f"{told.get('url') or 'not yet'} since {since}{memory}: {answers}{again}"
