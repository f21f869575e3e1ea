"""``sendcheck serve``: the command around :mod:`sendcheck.gateways.webpage`."""

from __future__ import annotations

import contextlib

import click

from sendcheck.config.load import existing, load_config
from sendcheck.daemon.service import start_if_wanted
from sendcheck.pipeline.registry import load


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="PORT", help="Listen there (default: any free port).")
@click.option("--config", "config_file", metavar="FILE", help="Use this configuration instead of the user's.")
@click.option("--browser/--no-browser", default=True, help="Open the page in your browser (default), or only print its address.")
def serve(port: int, config_file: str | None, browser: bool) -> None:
    """Open a local page: paste or drop a draft and see it as its reader will, with the findings in it, as you type.

    Only this machine can reach it, and only with the address that is printed. Nothing is stored.
    """
    from sendcheck.gateways.webpage import Page

    explicit = existing(config_file)
    config = load_config(load(), explicit=explicit, start=None)
    start_if_wanted(str(config["daemon"]))
    page = Page(port, explicit)
    click.echo(page.url)
    click.echo("Ctrl-C stops it.", err=True)
    if browser:
        import webbrowser

        webbrowser.open(page.url)
    with contextlib.suppress(KeyboardInterrupt), page:
        page.serve_forever()
