"""The command line's entry: a group whose commands are imported only when called."""

from __future__ import annotations

import errno
import importlib
import sys
from pathlib import Path

import click

from sendcheck import __version__
from sendcheck.cli.groups import HelpingGroup
from sendcheck.errors import Exit, SendcheckError
from sendcheck.streams import tell

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
#: command -> (module, attribute, one-line help): the help is here so that --help imports no command
COMMANDS = {
    "check": ("sendcheck.cli.check", "check", "Check mails and templates before they leave."),
    "variables": ("sendcheck.cli.variables", "variables", "List the variables that templates use, and write a context of them."),
    "baseline": ("sendcheck.cli.baseline", "baseline", "Write what is wrong today to a file, so that only new findings fail."),
    "explain": ("sendcheck.cli.rules", "explain", "Explain a rule: why it exists and what to write instead."),
    "rules": ("sendcheck.cli.rules", "rules", "List all rules."),
    "init": ("sendcheck.cli.settings", "init", "Write a starter sendcheck.toml here."),
    "config": ("sendcheck.cli.settings", "config", "Show every setting in force and where it came from."),
    "allow": ("sendcheck.cli.settings", "allow", "Allow one finding, with a reason, in the configuration."),
    "learn": ("sendcheck.cli.learn", "learn", "Learn from sent mail who is written to, with whom and about what."),
    "history": ("sendcheck.cli.history", "history", "Show, export, forget or prune what was learnt."),
    "fix": ("sendcheck.cli.fix", "fix", "Mend what has one safe remedy: show it as a diff, or write a mended copy."),
    "audit": ("sendcheck.cli.audit", "audit", "Run the rules over an archive of mail: alarms by rule and by month."),
    "languagetool": ("sendcheck.cli.languagetool", "languagetool", "Install, start and stop LanguageTool, which checks grammar."),
    "new-check": ("sendcheck.cli.newcheck", "new_check", "Make a working skeleton of a check."),
    "sendmail": ("sendcheck.cli.sendmail", "sendmail", "Stand in for sendmail: check the mail, then hand it on."),
    "daemon": ("sendcheck.cli.daemon", "daemon", "Keep everything warm, so that a mail is checked in a tenth of a second."),
    "milter": ("sendcheck.cli.milter", "milter", "Check every mail in front of a mail server (Postfix, Sendmail)."),
    "native-host": ("sendcheck.cli.nativehost", "native_host", "Speak with Thunderbird's extension."),
    "serve": ("sendcheck.cli.serve", "serve", "Open a local page to paste or drop a draft and see it checked."),
    "hook": ("sendcheck.cli.hook", "hook", "Install sendcheck in a mail program: git, mutt, neomutt, aerc, Emacs, s-nail, Thunderbird."),
}


class LazyGroup(HelpingGroup):
    """Commands by name, loaded on first use; an unknown one gets "did you mean"."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _help = COMMANDS[cmd_name]
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from sendcheck.pipeline.registry import unknown

            raise click.UsageError(unknown("command", args[0], COMMANDS), ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_m, _a, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sendcheck")
def cli() -> None:
    """The linter for mail that is about to leave.

    sendcheck reads one outgoing message and stops it when it would go to the wrong people,
    leak something, or leave with a placeholder, an old trail or a missing attachment.

    Shell completion: eval "$(_SENDCHECK_COMPLETE=bash_source sendcheck)" (or zsh_source, fish_source).
    """


def main() -> None:
    """Run the command line; every error ends in one line on stderr and its exit code, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        fail(error.format_message(), Exit.USAGE)
    except click.Abort:
        fail("stopped", Exit.USAGE)
    except SendcheckError as error:
        fail(str(error), Exit.USAGE)
    except BrokenPipeError:
        sys.exit(Exit.FAIL)  # nobody read all that was told
    except KeyboardInterrupt:
        fail("stopped", Exit.USAGE)
    except Exception as error:
        unexpected(error)


def unexpected(error: Exception) -> None:
    """Leave for an error that nobody foresaw, or because there is no room to write."""
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        fail(f"cannot write {error.filename or 'what there is to tell'}: {error.strerror}", Exit.USAGE)
    if isinstance(error, FileNotFoundError) and _homeless():
        fail("the working folder no longer exists: change to one that does, and run the command again", Exit.USAGE)
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else "unknown place"
    fail(f"internal error: {type(error).__name__} at {place}; nothing was changed. Please report it with the command you ran.", Exit.INTERNAL)


def _homeless() -> bool:
    """Whether the working folder is gone."""
    try:
        Path.cwd()
    except OSError:
        return True
    return False


def fail(message: str, code: Exit) -> None:
    """One clear line on stderr, then leave."""
    from sendcheck.escapes import clean

    tell(clean(f"sendcheck: {' '.join(message.split())}") + "\n")
    sys.exit(code)
