"""A history of 100,000 mails: memory and time of learning, and what asking it adds to a check. Part of `make bench`."""

from __future__ import annotations

import random
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path

from sendcheck.config.load import load_config
from sendcheck.pipeline.engine import Engine, Job
from sendcheck.pipeline.registry import load

_NAMES = (
    "kari",
    "per",
    "anne",
    "nils",
    "ingrid",
    "ola",
    "mona",
    "erik",
    "siri",
    "jan",
    "laura",
    "tom",
    "jane",
    "paul",
    "rita",
    "hans",
    "eva",
    "lars",
    "nora",
    "ivar",
)
_SURNAMES = (
    "holm",
    "vik",
    "berg",
    "dahl",
    "moe",
    "lie",
    "aas",
    "haug",
    "lund",
    "ness",
    "strand",
    "solberg",
    "bakken",
    "hagen",
    "eide",
    "foss",
    "krogh",
    "wold",
)
_WORDS = [f"word{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}{chr(97 + n // 676)}" for n in range(3_000)]
_MAIL = "From: Ola Nordmann <ola@tallmo.no>\nTo: {to}\nSubject: {subject}\nDate: {date}\nMessage-ID: <{number}@tallmo.no>\n\n{text}\n"


def people(count: int) -> list[str]:
    """Addresses of people in 400 organisations."""
    chance = random.Random(1)
    found: dict[str, None] = {}
    while len(found) < count:
        name, surname = chance.choice(_NAMES), chance.choice(_SURNAMES)
        found[f"{name.capitalize()} {surname.capitalize()} <{name}.{surname}{len(found) % 7 or ''}@firm{chance.randrange(400)}.no>"] = None
    return list(found)


def write_mbox(path: Path, mails: int) -> list[str]:
    """An mbox of mails to circles of one to six people, some far busier than others; the people."""
    chance = random.Random(2)
    everyone = people(2_000)
    circles = [chance.sample(everyone[: 50 + 1_950 * (n % 4 == 0)], chance.randint(1, 6)) for n in range(3_000)]
    with path.open("w", encoding="utf-8") as box:
        for number in range(mails):
            date = formatdate(1_400_000_000 + number * 3_000)
            circle = circles[min(int(chance.expovariate(1 / 600)), 2_999)]
            text = " ".join(chance.choices(_WORDS, k=60))
            mail = _MAIL.format(to=", ".join(circle), subject=f"About {chance.choice(_WORDS)}", date=date, number=number, text=text)
            box.write(f"From ola@tallmo.no {time.asctime(time.gmtime(1_400_000_000 + number * 3_000))}\n{mail}\n")
    return everyone


def learnt(box: Path, history: Path) -> tuple[float, float]:
    """(seconds, peak memory in MB) of learning an mbox, as a process of its own."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-m", "sendcheck", "learn", str(box), "--me", "ola@tallmo.no", "--history", str(history)], check=True, capture_output=True)
    return time.perf_counter() - begun, max(before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024


def added(history: Path, everyone: list[str], text: str) -> tuple[list[float], float]:
    """Milliseconds that the history adds to the check of mails to one to six people, warm, one number a mail; and what such a check takes without."""
    base = load_config(load(), isolated=True, overrides={"history": "off"})
    engines = [Engine(load(), replace(base, values={**base.values, "history": value})) for value in ("off", str(history))]
    chance = random.Random(3)
    found, without = [], []
    for number in range(210):
        to = ", ".join(chance.sample(everyone[:50] if number % 2 else everyone, 1 + number % 6))
        raw = _MAIL.format(to=to, subject="Re: the plan", date=formatdate(1_710_000_000), number=f"new{number}", text=text).encode()
        times = []
        for engine in engines:
            begun = time.perf_counter()
            engine.check(Job("a", raw))
            times.append(time.perf_counter() - begun)
        found.append(1000 * (times[1] - times[0]))
        without.append(1000 * times[0])
    return sorted(found[10:]), statistics.median(without)


def main(folder: Path) -> None:
    """Print the lines."""
    sizes = (10_000, 100_000)
    rows = []
    for mails in sizes:
        box = folder / f"sent{mails}.mbox"
        everyone = write_mbox(box, mails)
        history = folder / f"history{mails}.sqlite"
        rows.append((mails, *learnt(box, history), history.stat().st_size / 1_000_000))
    for mails, spent, memory, size in rows:
        print(f"learning {mails:,} mails: {spent:.1f} s ({mails / spent:,.0f} a second), peak memory {memory:.0f} MB, history {size:.0f} MB")
    text = " ".join(random.Random(4).choices(_WORDS, k=60))
    found, without = added(folder / f"history{sizes[-1]}.sqlite", everyone, text)
    print(
        f"a warm check with a history of {sizes[-1]:,} mails: + {statistics.median(found):.1f} ms (median of {len(found)} mails to one to six people), "
        f"+ {found[int(0.95 * len(found))]:.1f} ms (19 of 20), + {found[-1]:.1f} ms (worst); without it {without:.1f} ms: {1 + statistics.median(found) / without:.1f} x"
    )


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as made:
        main(Path(made))
