"""Real alarms of the tone and commitment rules, looked at one by one: ``python -m tests.quality.judged`` prints those that nobody has judged yet.

The labels hold places and verdicts only: corpus id, rule, a digest of the excerpt, and 1 (its row of the catalogue wants it) or 0.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from sendcheck.pipeline.engine import Job
from sendcheck.pipeline.report import Finding
from sendcheck.testing import build
from tests.quality.corpora import CorpusMail, aeslc, unpacked
from tests.quality.engines import engine

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


def key(identity: str, finding: Finding) -> tuple[str, str, str]:
    """What names an alarm: the mail, the rule, a digest of the words."""
    words = " ".join(finding.where.excerpt.lower().split())
    return identity, finding.rule, hashlib.sha256(words.encode()).hexdigest()[:12]


@cache
def labels() -> dict[tuple[str, str, str], bool]:
    """The judged alarms."""
    rows = [line.split("\t") for line in LABELS.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return {(row[0], row[1], row[2]): row[3] == "1" for row in rows}


def measure() -> dict[tuple[str, str, str], Counter[str]]:
    """(corpus, severity, rule) to the counts of "right", "wrong" and "open" (not judged) alarms."""
    found: dict[tuple[str, str, str], Counter[str]] = {}
    for corpus, profile in CORPORA:
        for identity, finding in alarms(corpus, profile):
            verdict = labels().get(key(identity, finding))
            kind = "open" if verdict is None else "right" if verdict else "wrong"
            found.setdefault((corpus, finding.severity.value, finding.rule), Counter())[kind] += 1
    return found


def main() -> None:
    """Print what nobody has judged: a line to be completed with 1 or 0, and the words (which stay out of the project)."""
    for corpus, profile in CORPORA:
        for identity, finding in alarms(corpus, profile):
            if key(identity, finding) not in labels():
                print("\t".join((*key(identity, finding), "?", finding.severity.value, finding.where.excerpt, finding.where.context)))


if __name__ == "__main__":
    main()
