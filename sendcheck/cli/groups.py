"""The command groups of the command line."""

from __future__ import annotations

import click


class HelpingGroup(click.Group):
    """A group that, called without a command, prints its help and is done: click 8.2 and later make an error of it, on standard error."""

    group_class = type  # groups below it are such groups too

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args and self.no_args_is_help and not ctx.resilient_parsing:
            click.echo(ctx.get_help(), color=ctx.color)
            ctx.exit()
        return super().parse_args(ctx, args)
