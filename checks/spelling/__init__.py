"""Words written wrongly: `repeated-word`, `spelling`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from sendcheck.checkapi import Check, Harm, Hit, Mail, NotRun, Rule, Severity, by_language
from sendcheck.understanding.text import in_code

from .misspelt import misspelt
from .mixed import mixed

RULE = "repeated-word"
RULES = (
    Rule(
        RULE,
        Severity.WARNING,
        Harm.LANGUAGE,
        "a word stands twice in a row",
        "It reads as haste.",
        reads_text=True,
        language_rule=True,
        reads_values=True,
        supersedes=("grammar",),
    ),
    Rule(
        "spelling",
        Severity.WARNING,
        Harm.LANGUAGE,
        "a word that no dictionary has",
        "Readers take a slip for haste, and haste for how you work.",
        reads_text=True,
        language_rule=True,
        reads_values=True,
        supersedes=("grammar",),
    ),
)
_DOUBLE = re.compile(r"(?<![\w'’@./-])([^\W\d_]+)((?: |[ \t]?\n[ \t]?))\1(?![\w'’@/-]|\.\w)", re.I)


@cache
def _legitimate() -> frozenset[str]:
    return frozenset(w for data in by_language(__package__, "doubles") for w in data["legitimate"])


def run(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit | NotRun]:
    """Doubles, then words that no dictionary has, then two ways of spelling in one mail."""
    extra = frozenset(w.lower() for w in options["words"])
    yield from _doubles(mail)
    yield from misspelt(mail, extra)
    yield from mixed(mail, extra)


def _doubles(mail: Mail) -> Iterator[Hit]:
    """Doubles in own text that are neither idiom nor name."""
    for stretch in mail.own():
        for match in _DOUBLE.finditer(stretch.text):
            word = match.group(1)
            second = stretch.text[match.end() - len(word) : match.end()]
            if word.lower() in _legitimate() or len(word) < 2 or not second.islower() or not _runs_on(stretch.text, match.start(), word):
                continue
            if "\n" in match.group(2) and _is_table(stretch.text, match.start()):
                continue
            if in_code(stretch.text, match.start(), match.end()):
                continue
            told, where = f"“{word}” stands twice in a row", mail.within(stretch, match.start(), match.end())
            # The wrap of a line stays; the second word and one blank go.
            yield Hit(RULE, told, where, f"write “{word}” once", fix=word + ("\n" if "\n" in match.group(2) else ""))


def _runs_on(text: str, at: int, word: str) -> bool:
    """A capitalised first word only counts where a sentence begins: “Gas Daily daily prices” is a name and a word."""
    return word.islower() or not text[:at].rstrip(" \t")[-1:].isalpha()


def _is_table(text: str, at: int) -> bool:
    """Whether the line is a short one of its own (a list or a column), not running text that wraps."""
    line_start = text.rfind("\n", 0, at) + 1
    line_end = text.find("\n", at)
    return line_end - line_start < 40


CHECK = Check("spelling", RULES, run, Path(__file__).parent, ("words",))
