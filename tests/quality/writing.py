"""`spelling` and `grammar` on real mail: a random part of their warnings, looked at one by one; and the budget with LanguageTool on.

``python -m tests.quality.writing`` prints the warnings of the sample that nobody has judged: a line to be completed with 1 or 0.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from unittest import mock

from sendcheck.languagetool import client
from sendcheck.languagetool.places import Settings, installed, keeper_socket, why_not
from sendcheck.pipeline.engine import Job
from sendcheck.pipeline.report import Finding, MailReport
from tests.quality import spelling
from tests.quality.corpora import CorpusMail, aeslc, allen
from tests.quality.engines import engine, with_grammar
from tests.quality.judged import mails_of
from tests.quality.verdicts import key, rows

LABELS = Path(__file__).parent / "judged_writing.tsv"
#: Mails of aeslc that are read with LanguageTool, and warnings of each rule that are looked at.
SAMPLE, LOOKED_AT = 2_000, 100
_SEED = 7
#: Whose warnings are looked at: rule, and what was read.
_LOOKED_AT_IN = (("spelling", "aeslc"), ("spelling", "allen-p"), ("spelling", "NAV letters"), ("grammar", "with grammar"))
#: What the corpus sets off by what it lacks (DATA.md).
_LEFT_OUT = {"attachment-missing", "subject-missing"}


def sample() -> list[CorpusMail]:
    """Mails of aeslc by chance, the same in every run."""
    mails = list(aeslc())
    return random.Random(_SEED).sample(mails, SAMPLE)


def _spelt(mail: CorpusMail) -> MailReport:
    return engine(("spelling",)).check(Job(mail.id, mail.raw))


def _read(mail: CorpusMail) -> MailReport:
    return with_grammar().check(Job(mail.id, mail.raw))


@contextmanager
def languagetool() -> Iterator[None]:
    """LanguageTool warm for all processes of a run, in a runtime folder of its own. Raises FileNotFoundError without one."""
    lacking = why_not(None, "")
    if lacking:
        raise FileNotFoundError(lacking)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(folder=str(installed()), deadline=60.0)
        with mock.patch.dict(os.environ, SENDCHECK_SOCKET=str(Path(folder) / "d.sock")):
            path = keeper_socket(settings)
            client.spawn(settings, path, os.getpid())
            client.started(path)
            try:
                yield
            finally:
                client.stop(path)


@cache
def labels() -> dict[tuple[str, str, str], bool]:
    """The judged warnings."""
    return {(row[0], row[1], row[2]): row[3] == "1" for row in rows(LABELS)}


def warnings(reports: list[MailReport], rule: str) -> list[tuple[str, Finding]]:
    """A rule's warnings, with the mail's id."""
    return [(r.source, f) for r in reports for f in r.findings if f.rule == rule and f.severity == "warning"]


def chosen(found: list[tuple[str, Finding]]) -> list[tuple[str, Finding]]:
    """As many as are looked at, by chance: by a hash of each, so that a changed rule keeps most of them."""
    return sorted(found, key=lambda one: hashlib.sha256("".join(key(*one)).encode()).hexdigest())[:LOOKED_AT]


def _judged(found: list[tuple[str, Finding]]) -> Counter[str]:
    verdicts = (labels().get(key(*one)) for one in chosen(found))
    return Counter("open" if v is None else "right" if v else "wrong" for v in verdicts)


def runs() -> dict[str, list[MailReport]]:
    """Reports by what was read: spelling on aeslc, allen-p and NAV's letters; everything with LanguageTool on the sample."""
    out: dict[str, list[MailReport]] = {}
    with multiprocessing.Pool() as pool:
        for name, mails in (("aeslc", aeslc()), ("allen-p", allen()), ("NAV letters", mails_of("nav"))):
            out[name] = pool.map(_spelt, mails, chunksize=50)
    with languagetool(), multiprocessing.Pool() as pool:
        out["with grammar"] = pool.map(_read, sample(), chunksize=20)
    return out


def section() -> list[str]:
    """The lines for docs/quality.md."""
    planted = spelling.planted(spelling.pairs())
    median, _slowest = spelling.milliseconds([w for ws in spelling.pairs().values() for w in ws][::37])
    found = runs()
    lines = [
        "## Spelling and grammar\n",
        f"codespell's pairs, one planted into each of {planted.tried:,} passages of GUM's development part (nothing was tuned on either; the order of suggestions was "
        f"tuned on Wikipedia's list): {100 * planted.found / planted.tried:.1f} % are found ({100 * planted.warned / planted.tried:.1f} % as warnings). Of {planted.near:,} "
        f"that are one slip away, the word meant is the first suggestion for {100 * planted.first / planted.near:.1f} %. A suggestion takes {median:.2f} ms (median).\n",
        "Warnings on real mail; a random hundred of each were looked at (`tests/quality/judged_writing.tsv`), and what was wrong among them mended where a rule could "
        "be told: before that 90 of 100 of `spelling` and 85 of 100 of `grammar` on aeslc were right. Right: the word is no name, no term and no variant, or the sentence "
        "is wrong.\n",
        "| rule | text | mails | with a warning | right of judged | not judged | mails warned without cause |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for rule, name in _LOOKED_AT_IN:
        reports = found[name]
        told = warnings(reports, rule)
        mails = len({source for source, _f in told})
        judged = _judged(told)
        share = mails / len(reports)
        wrong = judged["wrong"] / max(1, judged["right"] + judged["wrong"])
        text = f"aeslc, {SAMPLE:,} by chance" if name == "with grammar" else name
        seen = judged["right"] + judged["wrong"]
        cause = f"{100 * share * wrong:.2f} %" if seen else "–"
        lines.append(f"| `{rule}` | {text} | {len(reports):,} | {mails:,} ({100 * share:.1f} %) | {judged['right']}/{seen} | {judged['open']} | {cause} |")
    both = found["with grammar"]
    counted = [[f for f in r.findings if f.rule not in _LEFT_OUT] for r in both]
    failing = sum(any(f.severity == "error" and f.confidence != "low" for f in kept) for kept in counted)
    shown = [{f.rule for f in kept if f.severity != "note"} for kept in counted]
    without = sum(bool(rules - {"grammar"}) for rules in shown)
    lacking = sum(any(e.rule == "grammar" for e in r.not_run) for r in both)
    lines += [
        "",
        f"The budget with grammar on, all rules together, on the same {SAMPLE:,} mails: *fail* {failing} ({100 * failing / SAMPLE:.2f} %, grammar fails none); any error or warning "
        f"shown {sum(map(bool, shown))} ({100 * sum(map(bool, shown)) / SAMPLE:.1f} %), with grammar off {without} ({100 * without / SAMPLE:.1f} %). "
        f"Mails that LanguageTool was not asked about (not in English, or nothing to read): {lacking}.\n",
    ]
    return lines


def main() -> None:
    """Print what nobody has judged."""
    found = runs()
    for rule, name in _LOOKED_AT_IN:
        for one in chosen(warnings(found[name], rule)):
            if key(*one) not in labels():
                where = one[1].where
                print(
                    "\t".join((*key(*one), "?", where.excerpt, one[1].suggestion, where.context[max(0, where.context_column - 45) : where.context_column + 60]))
                )


if __name__ == "__main__":
    main()
