"""Real alarms of the tone and commitment rules, looked at one by one: ``python -m tests.quality.judged`` prints those that nobody has judged yet.

``python -m tests.quality.judged CORPUS …`` asks about some corpora only: those of this module, and those of :mod:`tests.quality.shown`, where all rules are judged.

The labels hold places and verdicts only: corpus id, rule, a digest of the excerpt, and 1 (its row of the catalogue wants it) or 0.
"""

from __future__ import annotations

import json
import multiprocessing
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from sendcheck.pipeline.engine import Job
from sendcheck.pipeline.report import Finding
from sendcheck.testing import build
from tests.quality import shown
from tests.quality.corpora import CorpusMail, aeslc, unpacked
from tests.quality.engines import engine
from tests.quality.verdicts import key, rows

LABELS = Path(__file__).parent / "judged_alarms.tsv"
RULES = (
    "blame-colleague", "blame-recipient", "blame-deflected", "non-apology", "hostile", "shouting", "jargon", "internal-detail",
    "promise-absolute", "promise-undated", "promise-others",
)  # fmt: skip
#: (corpus, profile or None for the recognised one)
CORPORA = (("aeslc", None), ("nav", None), ("tweetsumm", "complaint-reply"))


def mails_of(corpus: str) -> Iterator[CorpusMail]:
    if corpus == "aeslc":
        yield from aeslc()
    elif corpus == "nav":
        root = unpacked("nav_pensjonsbrev")
        head = b"From: sender@inside.example\nTo: undisclosed-recipients:;\nSubject: Brev\nContent-Type: text/plain; charset=utf-8\n\n"
        for path in sorted(root.rglob("*.txt")):
            if "english" not in path.parts:
                yield CorpusMail(f"nav/{path.parent.name}/{path.stem}", head + path.read_bytes())
    else:  # what agents answered to customers
        for line in (unpacked("derived") / "tweetsumm_dev.jsonl").read_text("utf-8").splitlines():
            dialogue = json.loads(line)
            for number, (who, text) in enumerate(dialogue["turns"]):
                if who == "Agent":
                    own = re.sub(r"https?://\S+|@\w+|\^\w+|[*/-]\s?[A-Z]{2,3}\b(?=\W*(?:\d/\d)?\W*$)", "", text).strip()
                    yield CorpusMail(f"tweetsumm/{dialogue['id']}:{number}", build({"own": f"{own}\n"}))


def _check(task: tuple[CorpusMail, str | None]) -> list[tuple[str, Finding]]:
    mail, profile = task
    found = engine(RULES, profile).check(Job(mail.id, mail.raw)).findings
    return [(mail.id, f) for f in found if f.rule in RULES and f.severity.value != "note"]


def alarms(corpus: str, profile: str | None) -> list[tuple[str, Finding]]:
    """Every error and warning of the rules on a corpus, with the mail's id."""
    with multiprocessing.Pool() as pool:
        return [one for found in pool.imap(_check, ((m, profile) for m in mails_of(corpus)), chunksize=100) for one in found]


@cache
def labels() -> dict[tuple[str, str, str], bool]:
    """The judged alarms."""
    return {(row[0], row[1], row[2]): row[3] == "1" for row in rows(LABELS)}


def measure(read: Mapping[str, list[tuple[str, Finding]]]) -> dict[tuple[str, str, str], Counter[str]]:
    """(corpus, severity, rule) to the counts of "right", "wrong" and "open" (not judged) alarms. ``read``: findings of corpora that were read already."""
    found: dict[tuple[str, str, str], Counter[str]] = {}
    for corpus, profile in CORPORA:
        for identity, finding in read[corpus] if corpus in read else alarms(corpus, profile):
            if finding.rule not in RULES:
                continue
            verdict = labels().get(key(identity, finding))
            kind = "open" if verdict is None else "right" if verdict else "wrong"
            found.setdefault((corpus, finding.severity.value, finding.rule), Counter())[kind] += 1
    return found


def unjudged(wanted: list[str]) -> Iterator[tuple[tuple[str, ...], Finding]]:
    """What nobody has judged on these corpora, or on all: what names it in its table, and the finding. Raises ValueError for an unknown corpus."""
    known = [corpus for corpus, _profile in CORPORA] + list(shown.CORPORA)
    if unknown := set(wanted) - set(known):
        raise ValueError(f"no corpus {', '.join(sorted(unknown))}: there are {', '.join(known)}")
    for corpus, profile in CORPORA:
        if not wanted or corpus in wanted:
            yield from (((*key(identity, f), "?"), f) for identity, f in alarms(corpus, profile) if key(identity, f) not in labels())
    for corpus in shown.CORPORA:
        if not wanted or corpus in wanted:
            yield from (((*shown.name(identity, f), "?", "why"), f) for identity, f in shown.unjudged(corpus))


def main(wanted: list[str]) -> None:
    """Print what nobody has judged: a line to be completed, and the words (which stay out of the project)."""
    for cells, finding in unjudged(wanted):
        print("\t".join((*cells, finding.severity.value, finding.message, finding.where.excerpt, finding.where.context)))


if __name__ == "__main__":
    main(sys.argv[1:])
