"""Works out which words every alternative of ours needs, and writes ``sendcheck/data/needed.txt``: ``make needed``."""

from __future__ import annotations

from pathlib import Path

from sendcheck.config.load import load_config
from sendcheck.data import sieve
from sendcheck.pipeline.registry import load
from sendcheck.pipeline.rehearsal import warm_up

FILE = Path(sieve.__file__).with_name("needed.txt")


def lines() -> list[str]:
    """The file's lines: a mark of each expression, and its words between tabs."""
    config = load_config(load(), isolated=True)
    config.severities["grammar"] = "off"  # LanguageTool need not be asked
    warm_up(load(), config)
    return [f"{mark} " + "\t".join(sorted(words)) for mark, words in sorted(sieve.all_marks().items())]


def main() -> None:
    """Write it."""
    head = "# What data/sieve.py needs to know of each expression, worked out ahead: `make needed` makes it anew after a change of patterns."
    FILE.write_text("\n".join([head, *lines()]) + "\n", "utf-8")
    print(f"wrote {FILE.name}")


if __name__ == "__main__":
    main()
