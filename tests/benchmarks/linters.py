"""Throughput over 1,000 mail templates beside Vale and proselint, and the table in docs/benchmarks-templates.md: `make bench-linters`.

Makes an environment of its own in .bench: proselint from the Python registry, Vale 3.22.0 through the Go module proxy (a few minutes, once).
Prints and writes; asserts nothing.
"""

from __future__ import annotations

import os
import platform
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
HOME = ROOT / ".bench"
VALE = "github.com/vale-cli/vale/v3/cmd/vale@v3.22.0"
PROSELINT = "proselint==0.16.0"
FILES = 1_000
#: Sentences of the templates; every fifth file also gets a fault.
SENTENCES = [
    "Thank you for your order {number}, which reached us on {date}.",
    "The parcel with {thing} leaves our house as soon as it is packed, and you get a message with the number.",
    "If you have moved since your last order, please write to us before {date}.",
    "Your invoice for {amount} is in the portal, together with the terms that we agreed on.",
    "You can change the day of the delivery until the evening before.",
    "We have booked {thing} for you and kept the price of last year.",
    "The meeting on {date} is in our house, and there is coffee from nine.",
    "Please bring the form that you got with our last letter, and something that shows who you are.",
    "Your contract runs for another year, and you can end it at any time with a month's notice.",
    "When the work is done, somebody from our office calls you and asks how it went.",
    "We have put {amount} back on your card, and you see it there within three days.",
    "Your seat is by the window, in the second row on the left.",
    "The garage is open from seven to four, and you can leave the key in the box by the door.",
    "Both copies are for you, and one of them should come back to us with your name on it.",
    "The lesson begins at six, and the hall is warm enough to sit in without a coat.",
]
FAULTS = ["This will never happen again.", "You will recieve it by post.", "See [INSERT DATE].", "It is is ready.", "Our vendor forgot to send it."]


def template(number: int) -> str:
    """A template of about 127 words with a condition, the same one for the same number."""
    pick = random.Random(number)
    sentences = pick.sample(SENTENCES, 7)
    if number % 5 == 0:
        sentences[3] = FAULTS[number // 5 % len(FAULTS)]
    named = [re.sub(r"\{(\w+)\}", r"{{ \1 }}", s) for s in sentences]
    body = f"{named[0]} {named[1]} {named[2]}\n\n{{% if member %}}\n{named[3]}\n{{% else %}}\n{named[4]}\n{{% endif %}}\n\n{named[5]} {named[6]}"
    return f"---\nsubject: Your order {{{{ number }}}}\n---\nHi {{{{ first_name }}}},\n\n{body}\n\nKind regards,\n{{{{ sender_name }}}}\n"


def environment() -> tuple[Path, Path]:
    """(Vale, proselint), installed where they are not there yet."""
    bin_ = HOME / "bin"
    vale, proselint = bin_ / "vale", HOME / "venv" / "bin" / "proselint"
    if not proselint.is_file():
        subprocess.run([sys.executable, "-m", "venv", HOME / "venv"], check=True)
        subprocess.run([HOME / "venv" / "bin" / "pip", "--disable-pip-version-check", "install", "--quiet", PROSELINT], check=True)
    if not vale.is_file():
        print("building Vale (a few minutes, once) ...", flush=True)
        subprocess.run(["go", "install", VALE], check=True, env={**os.environ, "GOBIN": str(bin_)})
    return vale, proselint


def timed(command: list[str | Path], folder: Path, times: int) -> tuple[float, float, int]:
    """(median wall seconds, its processor seconds, lines printed)."""
    walls, found = [], 0
    before = os.times()
    for _ in range(times):
        begun = time.perf_counter()
        done = subprocess.run(list(map(str, command)), cwd=folder, capture_output=True, check=False)
        walls.append(time.perf_counter() - begun)
        found = done.stdout.count(b"\n")
        if done.returncode not in (0, 1):
            raise SystemExit(f"{command[0]} ended with {done.returncode}: {done.stderr.decode()[-300:]}")
    after = os.times()
    cpu = (after.children_user + after.children_system - before.children_user - before.children_system) / times
    return statistics.median(walls), cpu, found


def main() -> None:
    """Print the table, and write it."""
    vale, proselint = environment()
    sendcheck = [sys.executable, "-P", "-m", "sendcheck", "check"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "mails").mkdir()
        (folder / "one").mkdir()
        for number in range(FILES):
            (folder / "mails" / f"{number:04}.md").write_text(template(number))
        shutil.copy(folder / "mails" / "0001.md", folder / "one" / "0001.md")
        (folder / "sendcheck.toml").write_text('[[templates]]\nglob = "*.md"\nengine = "jinja"\n')
        (folder / ".vale.ini").write_text("MinAlertLevel = suggestion\n[*.md]\nBasedOnStyles = Vale\n")
        plain = [argument for rule in ("template-syntax", "template-variable", "template-recipient", "placeholder-left") for argument in ("--select", rule)]
        tools: list[tuple[str, list[str | Path]]] = [
            ("sendcheck, all rules", [*sendcheck, "--format", "github"]),
            ("sendcheck, all rules, --jobs 2", [*sendcheck, "--format", "github", "--jobs", "2"]),
            ("sendcheck, four rules that parse no sentence", [*sendcheck, "--format", "github", *plain]),
            ("Vale 3.22.0, its built-in style", [vale, "--no-exit", "--output=line"]),
            ("proselint 0.16.0", [proselint, "check"]),
        ]
        rows = []
        for title, command in tools:
            cold, _cpu, _found = timed([*command, "one"], folder, 3)
            wall, cpu, found = timed([*command, "mails"], folder, 3)
            rows.append((title, cold, wall, cpu, found))
            print(
                f"{title:<48} one file {cold:6.2f} s   1,000 files {wall:7.2f} s (processor {cpu:7.2f} s)   {FILES / wall:6.0f} files/s   {found:>6,} lines",
                flush=True,
            )
    text = _page(rows)
    (ROOT / "docs" / "benchmarks-templates.md").write_text(text, "utf-8")
    print("wrote docs/benchmarks-templates.md")


def _page(rows: list[tuple[str, float, float, float, int]]) -> str:
    vale = next(wall for title, _c, wall, _p, _f in rows if title.startswith("Vale"))
    words = sum(len(template(n).split()) for n in range(FILES)) // FILES
    cores = os.cpu_count()
    lines = [
        "# Benchmarks: templates\n",
        f"Made by `make bench-linters`: {FILES:,} Markdown templates in Jinja's syntax, {words} words each, every fifth with one fault; wall time, median of three",
        f"runs, on {cores} cores ({platform.machine()}, Python {platform.python_version()}). Compare the ratios, not the seconds. The other tools lint prose and know no mail,",
        "no template and no promise: what they print here is mostly names and tags they take for words.\n",
        "| tool | one file | 1,000 files | processor | files/s | beside Vale | lines printed |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [f"| {t} | {c:.2f} s | {w:.2f} s | {p:.1f} s | {FILES / w:,.0f} | {w / vale:.1f} x | {f:,} |" for t, c, w, p, f in rows]
    lines += [
        "",
        "sendcheck reads each template in every way its conditions can go (two here), so that 1,000 files are 2,000 mails; it parses the sentences that may",
        "hold a promise, blame or a plan. `make bench` prints more: a cold start, warm mails beside bare spaCy, `--jobs 2` beside a bare two-process loop.",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
