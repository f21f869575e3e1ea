"""``sendcheck sendmail``: the command around :mod:`sendcheck.gateways.sendmail`."""

from __future__ import annotations

import sys

import click


@click.command(
    options_metavar="",
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": ["-h", "--help"]},
    add_help_option=False,
)
@click.argument("argv", nargs=-1, type=click.UNPROCESSED, metavar="[OPTIONS] [SENDMAIL OPTIONS] [RECIPIENTS]...")
def sendmail(argv: tuple[str, ...]) -> None:
    """Check the mail on standard input, then hand it to the real sendmail.

    \b
    Own options come first:
      --mta PROGRAM       the program that really sends (else SENDCHECK_MTA, sendmail.mta, the next sendmail)
      --mta-arg ARG       an argument for it (repeat)
      --config FILE       use this configuration
      --on-error stop|send   when the mail cannot be checked fully (69) or sendcheck fails (70)
      --ask / --no-ask    ask on the terminal for a reason to send anyway
      --keep-report       keep the report of a mail that is stopped, for `sendcheck hook last`
    Everything else goes to the MTA unchanged.

    \b
    Exit: the MTA's own code; 65 the mail fails or is none, 66 it cannot be read, 69 incomplete or no MTA, 70 own error or stopped,
    71 the MTA cannot be started or was killed, 64 options, 78 configuration. 0 only if the MTA took the mail.
    """
    from sendcheck.gateways.shim import run, wants_help

    if wants_help(argv):
        click.echo(click.get_current_context().get_help())
        return
    # click eats a "--" of its own; the MTA must get its arguments as they came
    given = sys.argv[sys.argv.index("sendmail") + 1 :] if "sendmail" in sys.argv else list(argv)
    sys.exit(run(given))
