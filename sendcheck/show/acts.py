"""The table of ``--explain-acts``: what each sentence of the text does, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sendcheck.pipeline.told import Told
from sendcheck.understanding.place import clip

_ROOM = 78


def table(told: tuple[Told, ...] | str, style: Callable[..., str]) -> Iterator[str]:
    """The lines of the table, or one that says why there is none. ``told``: made visible."""
    if isinstance(told, str):
        yield f"  Acts      {told}"
        return
    yield f"  Acts      {len(told)} sentence{'s' if len(told) != 1 else ''}: what each does, with its probability; bold is sure, dim is less than likely"
    for one in told:
        yield ""
        where = f"line {one.where.line}: " if one.where.line is not None else ""
        yield f"  {style(where, dim=True)}{clip(one.where.excerpt, _ROOM)}"
        said = [style(f"{act} {chance:.2f}", bold=how == "sure", dim=not how) for act, chance, how in one.acts]
        yield f"      {', '.join(said) if said else style('nothing that a rule asks for', dim=True)}"
