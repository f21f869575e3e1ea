"""Makes docs/rules.md from the checks' own folders: `make docs`. A test keeps it current."""

from __future__ import annotations

import sys
from pathlib import Path

from sendcheck.cli.rules import built_in, page
from sendcheck.pipeline.registry import load

TARGET = Path(__file__).parent / "rules.md"


def text() -> str:
    """The whole page: a table, then each rule's own page."""
    registry = load()
    own = built_in(registry)
    lines = ["# Rules\n", "Made by `make docs` from the checks' own folders.\n", "| rule | severity | fires when |", "|---|---|---|"]
    lines += [f"| [`{slug}`](#{slug}) | {rule.severity.value} | {rule.summary} |" for slug, rule in own.items()]
    for rule in own.values():
        body = page(registry, rule).replace("\n## ", "\n### ")
        lines += ["", "#" + body.rstrip()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), "utf-8")
    sys.stdout.write(f"wrote {TARGET.name}\n")
