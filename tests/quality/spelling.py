"""How `spelling` does on real misspellings in real sentences, and in Norwegian letters. ``python -m tests.quality.spelling`` prints both.

Misspellings: codespell's pairs (CC BY-SA, not part of the project), put into sentences of the GUM treebank's development part, which nothing here was tuned
on. Each sentence holds one; the word it replaces is the one that should be suggested first.
"""

from __future__ import annotations

import random
import re
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sendcheck.pipeline.engine import Job
from sendcheck.understanding.dictionaries import speller
from sendcheck.understanding.suggestions import suggestions
from tests.quality.corpora import CorpusMail, unpacked
from tests.quality.engines import engine
from tests.quality.judged import mails_of

_SEED = 11
_MOST = 4_000
_PER_WORD = 4
_HEAD = "From: ola@inside.example\nTo: kari@outside.example\nSubject: x\nContent-Type: text/plain; charset=utf-8\n\n"


def pairs() -> dict[str, list[str]]:
    """Correct word to its misspellings: pairs of codespell's main list with one correction in plain letters."""
    return _pairs(unpacked("codespell") / "codespell_lib" / "data" / "dictionary.txt", "->")


def wikipedia_pairs() -> dict[str, list[str]]:
    """The same from Wikipedia's list of common misspellings: what the order of suggestions was tuned on."""
    return _pairs(unpacked("spelling") / "wikipedia_misspellings.tsv", "\t")


def _pairs(path: Path, separator: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for line in path.read_text("utf-8").splitlines():
        wrong, _, right = line.partition(separator)
        if re.fullmatch(r"[a-z]{3,}", right) and re.fullmatch(r"[a-z]{3,}", wrong):
            found[right].append(wrong)
    return found


def sentences() -> Iterator[tuple[str, str, str]]:
    """Sentences of GUM's development part, each between its neighbours."""
    for path in sorted(unpacked("ud_english_gum").rglob("*.conllu")):
        found = [line.removeprefix("# text = ") for line in path.read_text("utf-8").splitlines() if line.startswith("# text = ")]
        yield from zip(found, found[1:], found[2:], strict=False)


def one_slip(wrong: str, right: str) -> bool:
    """Whether two words are one insertion, omission, substitution or transposition apart."""
    if abs(len(wrong) - len(right)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(wrong, right, strict=False)) if a != b), min(len(wrong), len(right)))
    a, b = wrong[start:], right[start:]
    return a[1:] == b or a == b[1:] or a[1:] == b[1:] or (a[:2] == b[:2][::-1] and a[2:] == b[2:])


@dataclass
class Result:
    """What became of the misspellings. ``missed``: those nobody told of; ``wrong``: (misspelling, meant, suggested)."""

    tried: int = 0
    found: int = 0
    warned: int = 0
    near: int = 0
    first: int = 0
    missed: list[str] = field(default_factory=list)
    wrong: list[tuple[str, str, str]] = field(default_factory=list)


def planted(known: dict[str, list[str]], most: int = _MOST) -> Result:
    """Plant misspellings into sentences, one each, and check them."""
    chance = random.Random(_SEED)
    run, result = engine(("spelling",)), Result()
    used: dict[str, int] = defaultdict(int)
    for before, text, after in sentences():
        words = [m for m in re.finditer(r"(?<![\w'’-])[a-z]{3,}(?![\w'’-])", text) if used[m.group(0)] < _PER_WORD and m.group(0) in known]
        if not words or result.tried >= most:
            continue
        spot = chance.choice(words)
        right = spot.group(0)
        wrong = chance.choice(known[right])
        used[right] += 1
        result.tried += 1
        raw = _HEAD + before + "\n\n" + text[: spot.start()] + wrong + text[spot.end() :] + "\n\n" + after + "\n"
        hit = next((f for f in run.check(Job("x", raw.encode())).findings if f.where.excerpt == wrong), None)
        if hit is None:
            result.missed.append(wrong)
        else:
            result.found += 1
            result.warned += hit.severity == "warning"
        if one_slip(wrong, right):
            result.near += 1
            told = re.search(r"write “([^”]*)”", hit.suggestion) if hit is not None else None
            good = told is not None and told.group(1).lower() == right
            result.first += good
            if not good and hit is not None:
                result.wrong.append((wrong, right, told.group(1) if told else ""))
    return result


def milliseconds(words: list[str]) -> tuple[float, float]:
    """(median, slowest) of one suggestion, in ms, once the lists are loaded."""
    judge = speller("en")
    assert judge is not None
    times = []
    for word in ["xqzable", *words]:
        begun = time.perf_counter()
        suggestions(word, judge)
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times[1:]), max(times[1:])


def letters() -> Iterator[CorpusMail]:
    """The Norwegian state letters, each as a mail."""
    yield from mails_of("nav")


if __name__ == "__main__":
    for name, known in (("codespell", pairs()), ("wikipedia", wikipedia_pairs())):
        r = planted(known)
        print(
            name,
            f"tried {r.tried}, found {r.found / r.tried:.4f}, warned {r.warned / r.tried:.4f}, single slips {r.near}: first right {r.first / max(1, r.near):.4f}",
        )
        print("  missed", r.missed[:60])
        print("  wrong", r.wrong[:60])
    print(milliseconds([w for ws in pairs().values() for w in ws][::37]))
