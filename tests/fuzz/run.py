"""Fuzz one target: ``python -m tests.fuzz.run reader --seconds 60``. New inputs are kept under .fuzz/, those that break something in tests/fuzz/crashes/."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import atheris

ROOT = Path(__file__).parents[2]
with atheris.instrument_imports(include=["sendcheck"]):
    from tests.fuzz.targets import LONGEST, TARGETS


def seeds(name: str, folder: Path) -> None:
    """Our own mails, pages and templates, as a beginning."""
    folder.mkdir(parents=True, exist_ok=True)
    mails = [*sorted((ROOT / "docs" / "examples").rglob("*.eml")), *sorted((ROOT / "sendcheck" / "pipeline" / "rehearsal").glob("*.eml"))]
    sources = sorted(p for p in (ROOT / "docs" / "examples" / "templates").rglob("*") if p.is_file())
    for number, path in enumerate(mails if name != "templates" else sources):
        raw = path.read_bytes()[: LONGEST[name]]
        if name in {"segmenter", "html"}:
            raw = raw.partition(b"\n\n")[2]
        elif name == "templates":
            raw = bytes([number % 16, number % 7]) + raw
        elif name == "framing":
            head, _, body = raw.partition(b"\n\n")
            raw = b"\x00".join([*(b"H" + line for line in head.split(b"\n")), b"E", b"B" + body])
        (folder / f"seed-{number:03}").write_bytes(raw)


def main() -> None:
    """Run libFuzzer for so many seconds; it ends the process with its own exit code, 0 if nothing broke."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=sorted(TARGETS))
    parser.add_argument("--seconds", type=int, default=60)
    wanted = parser.parse_args()
    corpus, seeded = ROOT / ".fuzz" / wanted.target, ROOT / ".fuzz" / "seeds" / wanted.target
    corpus.mkdir(parents=True, exist_ok=True)
    seeds(wanted.target, seeded)
    broken = ROOT / "tests" / "fuzz" / "crashes" / wanted.target
    broken.mkdir(parents=True, exist_ok=True)
    options = [
        f"-max_total_time={wanted.seconds}",
        f"-max_len={LONGEST[wanted.target]}",
        "-timeout=20",
        "-rss_limit_mb=4000",
        "-print_final_stats=1",
        f"-artifact_prefix={broken}/",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus), str(seeded)], TARGETS[wanted.target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
