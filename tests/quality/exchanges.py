"""What was asked and what was answered, on threads of our own: ``python -m tests.quality.exchanges [--unseen] [--table]``."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sendcheck.pipeline.engine import Engine, Job
from sendcheck.testing import build
from sendcheck.understanding.text import flat
from tests.quality.engines import engine

FOLDER = Path(__file__).parent / "exchanges"
RULES = ("question-unanswered", "request-unaddressed", "concern-unaddressed")
_MARK = re.compile(r"\[\[([\d,]+)\|((?:(?!\]\]).)*)\]\]", re.S)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One thread. ``asked``: number to the words that ask it."""

    name: str
    parent: str
    reply: str
    asked: dict[str, str]

    @property
    def seen(self) -> bool:
        """Whether it was looked at while tuning."""
        return not self.name.startswith("unseen-")

    @property
    def language(self) -> str:
        """The language it is written in."""
        return self.name.split(".")[1]

    def without(self, number: str | None) -> str:
        """The reply without the answer to one thing."""
        return _MARK.sub(lambda m: "" if number is not None and number in m[1].split(",") else m[2], self.reply)


def exchanges() -> Iterator[Exchange]:
    """All threads of the folder."""
    for path in sorted(FOLDER.glob("*.txt")):
        parent, reply = path.read_text("utf-8").split("\n----\n")
        asked = {m[1]: flat(m[2]) for m in _MARK.finditer(parent)}
        yield Exchange(path.stem, _MARK.sub(lambda m: m[2], parent), reply, asked)


def left_open(engine: Engine, thread: Exchange, reply: str) -> list[str]:
    """What the rules call open in a reply."""
    attached = {"attachments": ["file.pdf"]} if re.search(r"attached|ligger ved", reply) else {}
    parent = build({"from": "Kari Holm <kari.holm@nordbank.example>", "to": "Ola Nordmann <ola@inside.example>", "own": thread.parent})
    raw = build({"own": reply, "subject": "Re: The plan", **attached})
    report = engine.check(Job(thread.name, raw, parent=("parent.eml", parent), table=True))
    assert not any(f.rule == "check-crashed" for f in report.findings), [f.message for f in report.findings]
    if "--table" in sys.argv:
        for row in report.exchanges or ():
            print("   ", row.kind, "|", row.asked.excerpt[:60], "->", row.answered.excerpt[:60] if row.answered else "-", "|", row.how)
    return [flat(f.where.excerpt) for f in report.findings if f.rule in RULES]


@dataclass
class Outcome:
    """``whole``/``quiet``: complete replies, and those of which nothing was said; ``cut``/``found``: answers taken out, and those missed by the rules;
    ``beside``: findings about other things in replies with one answer missing.
    """

    whole: int = 0
    quiet: int = 0
    cut: int = 0
    found: int = 0
    beside: int = 0
    wrong: list[str] = field(default_factory=list)


def _about(asked: str, found: str) -> bool:
    return asked[:40] in found or found[:40] in asked or asked[-25:] in found


def measure(seen: bool) -> dict[str, Outcome]:
    """Language to outcome, over the threads that were looked at or those that were not."""
    run = engine(RULES)
    out: dict[str, Outcome] = {}
    for thread in exchanges():
        if thread.seen is not seen:
            continue
        result = out.setdefault(thread.language, Outcome())
        loud = left_open(run, thread, thread.without(None))
        result.whole += 1
        result.quiet += not loud
        result.wrong += [f"{thread.name}: complete, but “{words}”" for words in loud]
        for number, words in thread.asked.items():
            found = left_open(run, thread, thread.without(number))
            result.cut += 1
            hit = any(_about(words, f) for f in found)
            result.found += hit
            beside = [f for f in found if not _about(words, f) and f not in loud and number not in _also(thread, number, f)]
            result.beside += len(beside)
            if not hit:
                result.wrong.append(f"{thread.name}: without {number}, “{words}” is not missed")
            result.wrong += [f"{thread.name}: without {number}, also “{b}”" for b in beside]
    return out


def _also(thread: Exchange, number: str, found: str) -> set[str]:
    """The numbers of other things that lose their answer with this one, if *found* is one of them."""
    shared = {n for m in _MARK.finditer(thread.reply) if number in m[1].split(",") for n in m[1].split(",")}
    return {number} if any(_about(thread.asked[n], found) for n in shared if n in thread.asked) else set()


def main() -> None:
    """Print what is wrong, and the counts."""
    for language, result in measure("--unseen" not in sys.argv).items():
        print(*result.wrong, sep="\n")
        print(
            f"{language}: complete and quiet {result.quiet}/{result.whole}; missing answers found {result.found}/{result.cut}; beside the point {result.beside}"
        )


if __name__ == "__main__":
    main()
