"""1,000 mails of about 127 words beside what a user would pick instead: Vale, proselint, LanguageTool. None of them understands a mail.

Vale and proselint lie in .bench (tests.benchmarks.linters puts them there); LanguageTool where it is installed.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

from sendcheck.languagetool.places import installed
from tests.benchmarks import linters

COUNT, ASKED = 1_000, 100
HEAD = "From: Ola Nordmann <ola@tallmo.no>\nTo: Kari Holm <kari.holm@nordbank.no>\nSubject: Your order {n}\nDate: Mon, 04 May 2026 10:12:00 +0200\n\n"


def text(number: int) -> str:
    """A mail's text."""
    pick = random.Random(number)
    filled = [s.format(number=4_000 + number, date="Monday 1 June", thing="the table", amount="400 kr") for s in pick.sample(linters.SENTENCES, 8)]
    return f"Hi Kari,\n\n{' '.join(filled[:4])}\n\n{' '.join(filled[4:])}\n\nKind regards,\nOla Nordmann\n"


def main() -> None:
    """Print the table."""
    words = sum(len(text(n).split()) for n in range(COUNT)) // COUNT
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind in ("mails", "texts"):
            (folder / kind).mkdir()
        for number in range(COUNT):
            (folder / "mails" / f"{number:04}.eml").write_text(HEAD.format(n=number) + text(number))
            (folder / "texts" / f"{number:04}.md").write_text(text(number))
        (folder / ".vale.ini").write_text("MinAlertLevel = suggestion\n[*.md]\nBasedOnStyles = Vale\n")
        check = [sys.executable, "-P", "-m", "sendcheck", "check", "--ignore", "grammar", "--format", "github"]
        tools: list[tuple[str, list[str | Path]]] = [
            (f"sendcheck check, {COUNT:,} mails of {words} words", [*check, "mails"]),
            ("  the same, --jobs 2", [*check, "--jobs", "2", "mails"]),
        ]
        vale, proselint = linters.HOME / "bin" / "vale", linters.HOME / "venv" / "bin" / "proselint"
        if vale.is_file() and proselint.is_file():
            tools += [("Vale 3.22.0, its built-in style", [vale, "--no-exit", "--output=line", "texts"]), ("proselint 0.16.0", [proselint, "check", "texts"])]
        else:
            print("Vale and proselint are not here: make bench-linters puts them into .bench")
        ours = 0.0
        for title, command in tools:
            wall, _cpu, found = linters.timed(command, folder, 1)
            ours = ours or wall
            print(f"{title:<58}{wall:7.2f} s   {wall / ours:6.2f} x ours; {found:,} lines", flush=True)
    if installed() is not None:
        wall = _languagetool()
        print(f"{f'LanguageTool 6.7 alone, warm ({ASKED} mails, times {COUNT // ASKED})':<58}{wall:7.1f} s   {wall / ours:6.2f} x ours", flush=True)


def _languagetool() -> float:
    """Seconds for all, warm, by those for some of them."""
    from sendcheck.config.load import load_config
    from sendcheck.pipeline.grammars import Configured
    from sendcheck.pipeline.registry import load

    reader = Configured(load_config(load(), isolated=True))
    reader.faults(text(0), "en-GB")
    begun = time.perf_counter()
    for number in range(ASKED):
        reader.faults(text(number), "en-GB")
    return (time.perf_counter() - begun) * COUNT / ASKED


if __name__ == "__main__":
    main()
