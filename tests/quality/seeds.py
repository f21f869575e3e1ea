"""The five stories, answered by somebody who knew RULES.md and the mail that is answered, and nothing else: ``python -m tests.quality.seeds``.

Four good replies to each and four faulty ones, as they were written; ``expected.tsv`` says which errors and warnings their writer wants. None is mended, and no
rule is to be tuned on them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import NamedTuple

from sendcheck.pipeline.engine import Job
from tests.quality.corpora import ROOT
from tests.quality.engines import engine

FOLDER = Path(__file__).parent / "seeds"
_PARENTS = ROOT / "tests" / "threads"
#: How long after the mail that it answers a reply is written.
_LATER = timedelta(minutes=40)


class Outcome(NamedTuple):
    """``wanted``: rules that its writer wants to fire; ``found``: errors and warnings; ``fails``: whether the reply is stopped."""

    thread: str
    reply: str
    wanted: frozenset[str]
    found: frozenset[str]
    fails: bool

    @property
    def is_good(self) -> bool:
        """Whether its writer found no fault with it."""
        return not self.wanted


def mail(text: str, parent: bytes) -> bytes:
    """A reply with this text to a mail."""
    theirs = message_from_bytes(parent, policy=policy.default)
    made = EmailMessage()
    made["From"], made["To"] = theirs["To"], theirs["From"]
    subject = str(theirs["Subject"])
    made["Subject"] = subject if subject.lower().startswith(("re:", "sv:")) else f"Re: {subject}"
    made["Date"] = format_datetime(parsedate_to_datetime(str(theirs["Date"])) + _LATER)
    made["In-Reply-To"] = theirs["Message-ID"]
    made.set_content(text)
    return made.as_bytes()


def outcomes() -> Iterator[Outcome]:
    """All replies, thread by thread."""
    for folder in sorted(path for path in FOLDER.iterdir() if path.is_dir()):
        parent = (_PARENTS / folder.name / "parent.eml").read_bytes()
        with (folder / "expected.tsv").open(encoding="utf-8", newline="") as lines:
            for name, rules in csv.reader(lines, delimiter="\t"):
                raw = mail((folder / name).read_text("utf-8"), parent)
                report = engine().check(Job(name, raw, parent=("parent.eml", parent)))
                loud = [f for f in report.findings if f.severity.value != "note"]
                found = frozenset(f.rule for f in loud) | {slug for f in loud for slug in f.stands_for}
                yield Outcome(folder.name, name.removesuffix(".txt"), frozenset(rules.split(",")) - {"-"}, found, report.verdict.value == "fail")


def section() -> list[str]:
    """The section of docs/quality.md."""
    every = list(outcomes())
    good, faulty = [one for one in every if one.is_good], [one for one in every if not one.is_good]
    wanted = sum(len(one.wanted) for one in faulty)
    lines = [
        "## The five stories, answered by others\n",
        f"Replies by writers who saw RULES.md and the answered mail alone (`tests/quality/seeds`), unmended. Of {len(good)} good ones {sum(bool(one.found) for one in good)} "
        f"show something; of {len(faulty)} faulty ones {sum(one.fails for one in faulty)} fail. Of {wanted} faults that their writers name "
        f"{sum(len(one.wanted & one.found) for one in faulty)} are found; beside them {sum(len(one.found - one.wanted) for one in every)} findings that no writer named.\n",
        "| thread | reply | found | missed | not named |",
        "|---|---|---|---|---|",
    ]
    for one in every:
        cells = (one.wanted & one.found, one.wanted - one.found, one.found - one.wanted)
        lines.append(f"| {one.thread} | {one.reply} | " + " | ".join(", ".join(sorted(cell)) or "–" for cell in cells) + " |")
    return [*lines, ""]


if __name__ == "__main__":
    print("\n".join(section()))
