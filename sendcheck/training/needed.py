"""Works out which words every alternative of ours needs, and writes ``sendcheck/data/needed.txt``: ``make needed``."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from sendcheck.config.load import load_config
from sendcheck.data import needed, sieve
from sendcheck.pipeline.registry import load
from sendcheck.pipeline.rehearsal import warm_up
from sendcheck.understanding.lexicon import frequent

#: Ranks that are looked at; what is added to a rank, so that the first word is met in one sentence of two (Zipf); chances of a rare word, of a rare
#: mark and of “’ll”.
_RANKS, _FIRST_RANK, _RAREST, _MARKS, _CLIPPED = 5_000, 1, 1e-4, 0.02, 0.05
FILE = Path(needed.__file__).with_name("needed.txt")


def gathered() -> list[tuple[str, int, bool]]:
    """Every expression of ours, with its flags and whether it is loose."""
    config = load_config(load(), isolated=True)
    config.severities["grammar"] = "off"  # LanguageTool need not be asked
    warm_up(load(), config)
    return sorted(sieve.all_expressions())


def lines() -> list[str]:
    """The file's lines: a mark of each expression, and its words between tabs."""
    found = {needed.mark_of(*one): needed.worked_out(*one, chance=chance) for one in gathered()}
    return [f"{mark} " + "\t".join(sorted(words)) for mark, words in sorted(found.items())]


@cache
def chance(word: str, begins: bool, ends: bool) -> float:
    """How likely a sentence holds a run of characters, from 0 to 1: from how frequent the words are that its words may be part of."""
    pieces = list(re.finditer(r"[^\W\d_]+", word))
    if not pieces:
        return _MARKS if set(word) & needed.RARE else 1.0
    found = 1.0
    for piece in pieces:
        found *= _of_part(piece[0], begins or piece.start() > 0, ends or piece.end() < len(word))
    return max(found, _CLIPPED) if word[0] == "'" else found


@cache
def _of_part(part: str, begins: bool, ends: bool) -> float:
    """``begins``, ``ends``: whether it is a word's begin and end, since something else stands beside it."""
    edge = re.compile(rf"{r'^' if begins else ''}{re.escape(part)}{r'$' if ends else ''}", re.M)
    return max(min(1.0, sum(1 / (text.count("\n", 0, m.start()) + _FIRST_RANK) for m in edge.finditer(text))) for text in _frequent()) + _RAREST


@cache
def _frequent() -> tuple[str, ...]:
    return tuple("\n".join(list(frequent(language))[:_RANKS]) for language in ("en", "nb"))


def main() -> None:
    """Write it."""
    head = "# What data/needed.py needs to know of each expression, worked out ahead: `make needed` makes it anew after a change of patterns."
    FILE.write_text("\n".join([head, *lines()]) + "\n", "utf-8")
    print(f"wrote {FILE.name}")


if __name__ == "__main__":
    main()
