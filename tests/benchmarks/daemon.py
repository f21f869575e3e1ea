"""What a check costs through the warm daemon, Python's start included, beside ``python -c pass`` and beside a cold process."""

from __future__ import annotations

import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from tests.benchmarks.aims import aim
from tests.benchmarks.installed import Installed, environment, installed
from tests.quality.corpora import aeslc, find_data

#: Words of ordinary mails: from, up to, how many of them.
_LENGTHS = ((80, 120, 20), (230, 270, 20), (440, 500, 20))


def _mails(folder: Path) -> Iterator[tuple[str, list[Path]]]:
    """Mails by length; real ones where the corpora are at hand, else the examples of the manual."""
    if find_data() is None:
        examples = sorted(Path(__file__).parents[2].glob("docs/examples/*/*.eml"))
        yield f"{len(examples)} example mails", examples
        return
    for least, most, wanted in _LENGTHS:
        found = []
        fitting = (m.raw for m in aeslc() if least <= len(m.raw.split(b"\n\n", 1)[-1].split()) <= most)
        for number, raw in enumerate(islice(fitting, wanted)):
            path = folder / f"{most}-{number}.eml"
            path.write_bytes(raw)
            found.append(path)
        yield f"{len(found)} ordinary mails of {least} to {most} words", found


def _wall(command: list[str], environ: dict[str, str], stdin: bytes = b"") -> float:
    time.sleep(1)  # one person's mails do not come one right after the other
    begun = time.perf_counter()
    subprocess.run(command, input=stdin, capture_output=True, env=environ, check=False)
    return time.perf_counter() - begun


def _told(name: str, times: list[float], bare: float) -> None:
    ordered = sorted(times)
    worst = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    median = statistics.median(ordered)
    print(f"{name:<58}{median * 1000:7.0f} ms  {median / bare:5.1f} x bare start; 19 of 20 within {worst * 1000:.0f} ms")


def main() -> None:
    """Print the table."""
    with installed() as found:
        _measured(found)


def _measured(found: Installed) -> None:
    with tempfile.TemporaryDirectory(prefix="sc-") as name:
        folder = Path(name)
        kept = {k: v for k, v in environment().items() if not k.startswith(("SENDCHECK_", "XDG_"))}
        environ = {**kept, "HOME": name, "XDG_RUNTIME_DIR": name, "SENDCHECK_DAEMON": "use", "SENDCHECK_MTA": "/bin/true"}
        folder.chmod(0o700)
        settings = folder / ".config" / "sendcheck" / "config.toml"  # grammar has a benchmark of its own (writing.py)
        settings.parent.mkdir(parents=True)
        settings.write_text('[rules]\ngrammar = "off"\n')
        begun = time.perf_counter()
        subprocess.run([found.program, "daemon", "start"], capture_output=True, env=environ, check=True)
        print(f"{'daemon, from nothing to warm':<58}{time.perf_counter() - begun:7.1f} s")
        try:
            bare = statistics.median(_wall([found.python, "-c", "pass"], environ) for _ in range(30))
            print(f"{'python -c pass':<58}{bare * 1000:7.0f} ms")
            for what, mails in _mails(folder):
                times = [_wall([found.program, "check", str(m)], environ) for m in mails for _ in range(3)]
                _told(f"check, {what}", times, bare)
                if "500" in what:
                    aim("a mail of 440 to 500 words through the warm daemon, process start included", statistics.median(times), 0.1, "s")
                shim = [found.program, "sendmail", "--", "kari@nordbank.no"]
                _told("  the shim, to the MTA's end", [_wall(shim, environ, m.read_bytes()) for m in mails for _ in range(3)], bare)
                cold = {**environ, "SENDCHECK_DAEMON": "off"}
                _told("  check without the daemon", [_wall([found.program, "check", str(m)], cold) for m in mails[:6]], bare)
        finally:
            subprocess.run([found.program, "daemon", "stop"], capture_output=True, env=environ, check=False)


if __name__ == "__main__":
    main()
