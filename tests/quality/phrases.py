"""What each list of phrases is worth: ``python -m tests.quality.phrases`` checks writers' replies with and without it, and writes ``docs/phrases.md``.

What sentences do is told by the model of acts; these lists tell what is left: forms of words. A list that changes nothing on other people's mail, or makes more
wrong than right, is to go. The writers by whom the model is set are read: it learnt nothing of them, and no list was made by them.
"""

from __future__ import annotations

import multiprocessing
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from sendcheck.data import by_language, language_file, languages_with
from sendcheck.training.acts.evaluate import RULES
from sendcheck.training.acts.exchanges import read_one
from sendcheck.training.acts.split import CALIBRATION
from tests.quality.acts import LACKS, check, told_of
from tests.quality.corpora import ROOT
from tests.quality.engines import engine

#: The lists, each with why it is no matter of acts, and an example.
LISTS = Path(__file__).with_name("phrases.toml")
PAGE = ROOT / "docs" / "phrases.md"
#: (exchange, reply, rule, severity, excerpt) of a finding to whether it is right, None where no writer said.
Findings = Mapping[tuple[str, int, str, str, str], bool | None]


class Phrases(NamedTuple):
    """One list. ``package``: whose data it is, ``languages`` for those of a language's folder; ``stem``: its file without language; ``key``: its name there."""

    id: str
    package: str
    stem: str
    key: str
    why: str
    example: str


@cache
def every() -> tuple[Phrases, ...]:
    """All lists."""
    return tuple(Phrases(name, **told) for name, told in tomllib.loads(LISTS.read_text("utf-8")).items())


def _empty(phrases: Phrases) -> None:
    """Takes the list out of what this process has read."""
    if phrases.package == "languages":
        files = [language_file(language, f"{phrases.stem}.toml") for language in languages_with(f"{phrases.stem}.toml")]
    else:
        files = list(by_language(phrases.package, phrases.stem))
    assert any(file.get(phrases.key) for file in files), f"{phrases.id}: no {phrases.key} in {phrases.package}"
    for file in files:
        file[phrases.key] = []


def findings(without: Phrases | None) -> Findings:
    """What is found in all replies, with all lists or without one."""
    if without is not None:
        _empty(without)
    checker = engine()
    rule_of = {rule: name for name, rule in LACKS.items()}
    found: dict[tuple[str, int, str, str, str], bool | None] = {}
    for writer in CALIBRATION:
        for exchange in read_one(writer).exchanges:
            for number, reply in enumerate(exchange.replies):
                for finding in check(checker, exchange, reply).findings:
                    right: bool | None = None
                    if finding.rule in RULES:
                        about = [s for s in reply.sentences if told_of((finding,), s)]
                        right = any(not set(RULES[finding.rule]).isdisjoint(s.labels) for s in about)
                    elif finding.rule in rule_of and reply.lacks_told:
                        right = rule_of[finding.rule] in (reply.lacks or ())
                    found[exchange.id, number, finding.rule, finding.severity.value, finding.where.excerpt] = right
    return found


def changes(whole: Findings, rest: Findings) -> Counter[str]:
    """What the list takes away (\"less\") and what it adds (\"more\"), right, wrong, and where nobody said."""
    told: Counter[str] = Counter()
    for gone, here, name in ((rest, whole, "less"), (whole, rest, "more")):
        for key, right in gone.items():
            if key not in here:
                told[f"{name} {'unknown' if right is None else 'right' if right else 'wrong'}"] += 1
    return told


def page(found: Mapping[str, Counter[str]], total: int) -> Iterator[str]:
    """The page's lines."""
    yield "# Phrases that stay\n"
    yield "What a sentence does is told by a model ([how it reads](how-it-reads.md)). Some rules refine what it says by lists of words, where form is the matter."
    yield f"Each list was left out once, and the replies of eight writers checked without it ({total} findings with all of them): what it keeps silent, and what it lets speak,"
    yield "by whether the writer noted that fault (*right*), did not (*wrong*), or writers note none of its kind (*not noted*). Made by `python -m tests.quality.phrases`.\n"
    yield "| id | list | why it is no matter of acts | example | silences: wrong | right | not noted | lets speak: right | wrong | not noted |"
    yield "|---|---|---|---|---:|---:|---:|---:|---:|---:|"
    for one in every():
        n = found[one.id]
        where = f"`languages/*/{one.stem}.toml`" if one.package == "languages" else f"`{one.package.replace('.', '/')}/{one.stem}.*.toml`"
        yield (
            f"| {one.id} | {where}, `{one.key}` | {one.why} | {one.example} | {n['less wrong']} | {n['less right']} | {n['less unknown']} "
            f"| {n['more right']} | {n['more wrong']} | {n['more unknown']} |"
        )


def main() -> None:
    """See the module's docstring."""
    lists = every()
    # Each in a process of its own, since what was read is kept.
    with multiprocessing.get_context("spawn").Pool(2, maxtasksperchild=1) as pool:
        whole, *without = pool.map(findings, [None, *lists], chunksize=1)
    found = {one.id: changes(whole, rest) for one, rest in zip(lists, without, strict=True)}
    text = "\n".join(page(found, len(whole)))
    print(text)
    PAGE.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
