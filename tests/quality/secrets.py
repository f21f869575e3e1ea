"""`secret` against labelled lines of real mail that hold a word of passwords or codes: ``python -m tests.quality.secrets`` prints what disagrees.

The labels hold places and verdicts only: the mail, the offset of the line in its text, and 1 (a password or a code is handed over) or 0 (it is only spoken
of, or lets guests into a call).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from sendcheck.pipeline.engine import Job
from tests.quality.corpora import CorpusMail, aeslc, allen
from tests.quality.engines import engine
from tests.quality.judged import mails_of

LABELS = Path(__file__).parent / "secret_lines.tsv"
RULE = "secret"


@dataclass(slots=True)
class Agreement:
    """Lines by label and by the rule; ``elsewhere``: places of labelled mails where it fires on a line that has no label."""

    found: int = 0
    missed: list[str] = field(default_factory=list)
    quiet: int = 0
    false: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)


@cache
def labels() -> dict[str, dict[int, bool]]:
    """Mail to the offsets of its labelled lines, and whether something is handed over there."""
    rows = [line.split("\t") for line in LABELS.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    found: dict[str, dict[int, bool]] = {}
    for mail, offset, label in rows:
        found.setdefault(mail, {})[int(offset)] = label == "1"
    return found


def labelled_mails() -> Iterator[CorpusMail]:
    """The mails that have labels."""
    for mails in (aeslc(), allen(), mails_of("tweetsumm"), mails_of("nav")):
        yield from (mail for mail in mails if mail.id in labels())


def lines_found(mail: CorpusMail) -> set[int]:
    """Offsets of the lines in which the rule finds something; -1 for the subject."""
    text = mail.raw.decode("utf-8", "replace").replace("\r\n", "\n").partition("\n\n")[2]
    begins = [0, *(at + 1 for at, char in enumerate(text) if char == "\n")]
    places = [p for f in engine((RULE,)).check(Job(mail.id, mail.raw)).findings if f.rule == RULE for p in (f.where, *f.also)]
    return {begins[bisect_right(begins, p.span[1]) - 1] if p.span else -1 for p in places}


def measure() -> Agreement:
    """All labelled lines."""
    out = Agreement()
    for mail in labelled_mails():
        wanted, found = labels()[mail.id], lines_found(mail)
        out.elsewhere += [f"{mail.id}:{at}" for at in sorted(found - wanted.keys())]
        for at, handed in wanted.items():
            if handed:
                out.found += at in found
                out.missed += [] if at in found else [f"{mail.id}:{at}"]
            else:
                out.quiet += at not in found
                out.false += [f"{mail.id}:{at}"] if at in found else []
    return out


def main() -> None:
    """Print the disagreements and the shares."""
    told = measure()
    print(*(f"missed {one}" for one in told.missed), *(f"FALSE  {one}" for one in told.false), *(f"other  {one}" for one in told.elsewhere), sep="\n")
    print(f"found {told.found} of {told.found + len(told.missed)} handed over; quiet on {told.quiet} of {told.quiet + len(told.false)} that hand nothing over")


if __name__ == "__main__":
    main()
