"""``sendcheck milter``: every mail checked in front of a mail server."""

from __future__ import annotations

import json
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from sendcheck.cli.groups import HelpingGroup
from sendcheck.config.load import load_config
from sendcheck.errors import InputError
from sendcheck.escapes import clean
from sendcheck.milter.counters import Counters, default_path, shown_path
from sendcheck.milter.master import Master, MilterError
from sendcheck.pipeline.engine import Engine, Job
from sendcheck.pipeline.registry import load

UNIT = Path(__file__).parent.parent / "milter" / "sendcheck-milter.service"


@click.group(cls=HelpingGroup, context_settings={"help_option_names": ["-h", "--help"]})
def milter() -> None:
    """Check every mail that leaves in front of a mail server: Postfix, or Sendmail.

    A mail that fails is refused in the SMTP reply, with the rules and their places and no word of its content; `milter.action` and [[actions]]
    say what else becomes of it. Settings come from the policy file and from --config, never from the working folder.
    """


_config_option = click.option(
    "--config", "config_file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Configuration beside the policy."
)


@milter.command()
@_config_option
@click.option("--socket", metavar="unix:PATH|inet:PORT@ADDRESS", help="Where to listen (default: milter.socket).")
@click.option("--dry-run", is_flag=True, help="Check and count, but let every mail pass as it came.")
def run(config_file: Path | None, socket: str | None, dry_run: bool) -> None:
    """Serve in the foreground, as systemd wants it. SIGHUP reads the configuration anew, SIGUSR1 logs the counts, SIGTERM stops."""
    if find_spec("Milter") is None:
        raise MilterError(
            "pymilter is missing: install libmilter (Debian: libmilter-dev and gcc to build it) and then the extra: pip install 'sendcheck[milter]'"
        )
    overrides: dict[str, Any] = {"milter.socket": socket, "milter.dry-run": dry_run or None}

    def engine() -> Engine:
        registry = load()
        return Engine(registry, load_config(registry, explicit=config_file, start=None, overrides=overrides))

    path = str(engine().config["milter.counters"])
    Master(engine, _warm, Counters(Path(path) if path else default_path()), _to_stderr).run()


@milter.command()
@_config_option
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print it.")
def status(config_file: Path | None, form: str) -> None:
    """What the milter counted since it started: verdicts, actions, rules, troubles."""
    registry = load()
    named = str(load_config(registry, explicit=config_file, start=None)["milter.counters"])
    path = Path(named) if named else shown_path()
    try:
        found = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(f"there are no counts at {path} ({error.strerror}): does the milter run, and is it the file that milter.counters names?") from error
    except ValueError as error:
        raise InputError(f"{path} holds no counts of a milter") from error
    click.echo(json.dumps(found, indent=2) if form == "json" else _shown(found), nl=form == "json")


@milter.command()
def unit() -> None:
    """The systemd unit, hardened: where it goes and what it needs stands in it."""
    from sendcheck.daemon.service import quoted
    from sendcheck.gateways.clients.base import program

    click.echo(UNIT.read_text("utf-8").replace("@PROGRAM@", quoted(program())), nl=False)


def _shown(found: dict[str, Any]) -> str:
    since = time.strftime("%Y-%m-%d %H:%M", time.localtime(found["since"]))
    dry = ", dry run: nothing is stopped or changed" if found["dry_run"] else ""
    lines = [f"process {found['pid']} at {found['socket']}, since {since}{dry}"]
    for kind in ("mails", "actions", "rules", "troubles"):
        counts = sorted(found[kind].items(), key=lambda pair: (-pair[1], pair[0]))
        if counts:
            lines.append(f"{kind:<9} " + ", ".join(f"{name} {count:,}" for name, count in counts))
    if found["mean_ms"] is not None:
        lines.append(f"{'answers':<9} mean {found['mean_ms']:g} ms, slowest {found['slowest_ms']:g} ms")
    return "\n".join(lines) + "\n"


def _warm(engine: Engine) -> None:
    from sendcheck.pipeline.rehearsal import mails, warm_up

    begun = time.monotonic()
    warm_up(engine.registry, engine.config)
    engine.check(Job("-", mails()[0]))  # LanguageTool, where it is installed and wanted, starts with us and not with the first mail
    _to_stderr(f"warm after {time.monotonic() - begun:.1f} s")


def _to_stderr(message: str) -> None:
    """One line of log: rules, places and counts, never a word of a mail."""
    sys.stderr.write(clean(f"sendcheck milter: {message}") + "\n")
    sys.stderr.flush()
