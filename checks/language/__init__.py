"""The language of the answer: `language-mismatch`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sendcheck.checkapi import Check, Confidence, Harm, Hit, Mail, NotRun, Rule, Severity
from sendcheck.understanding.language import detect, family, is_foreign

RULE = "language-mismatch"
RULES = (
    Rule(
        RULE,
        Severity.WARNING,
        Harm.LANGUAGE,
        "your text is not in the language of the mail you answer",
        "The reader wrote in the language that comes easiest.",
        reads_text=True,
        only="mail",
    ),
)
_NAMES = {"en": "English", "nb": "Norwegian", "nn": "Norwegian", "da": "Danish", "sv": "Swedish", "other": "another language"}
#: Fewer words than this show no language for certain.
_ENOUGH = 8
#: A text in a language that is only known to be none of ours must be longer.
_FOREIGN = 15
#: Characters of each mail of a thread that are looked at.
_ROOM = 20_000


def run(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit | NotRun]:
    """Compare the own text with the answered mail; a thread that mixes languages may go on in any of them (RULES.md, ruling 10)."""
    parent = mail.parent
    if parent is None or mail.is_forward:
        if mail.is_reply:
            yield NotRun(RULE, "the mail that this one answers is not known")
        return
    if parent.prose is None or not mail.languages:
        return
    mine, theirs = mail.languages, parent.prose.languages
    own, asked = mail.own_text, "\n\n".join(parent.prose.pieces)
    if not theirs or len(_words(own)) < _ENOUGH or len(_words(asked)) < (_FOREIGN if theirs[0] == "other" else _ENOUGH):
        return
    if mine[0] == "other" and (len(_words(own)) < _FOREIGN or not is_foreign(own)):
        return
    if theirs[0] == "other" and not is_foreign(asked):
        return
    spoken = {family(lang) for lang in (*theirs, *_elsewhere(mail))}
    if any(family(lang) in spoken for lang in mine):
        return
    first = next((s for s in mail.prose.sentences if len(s.text.split()) > 2), None)
    yield Hit(
        RULE,
        f"the mail you answer is in {_NAMES[theirs[0]]}, and your text is in {_NAMES[mine[0]]}",
        mail.at_sentence(first) if first is not None else mail.nowhere(),
        f"write {_NAMES[theirs[0]]}, or say that you cannot",
        confidence=Confidence.MEDIUM if "other" in (theirs[0], mine[0]) else Confidence.HIGH,
        key=f"{family(theirs[0])} {family(mine[0])}",
    )


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text)


def _elsewhere(mail: Mail) -> Iterator[str]:
    """Languages of the other mails of the thread, and of the answered one's paragraphs."""
    for text in mail.thread_texts():
        for block in re.split(r"\n[ \t]*\n", text[:_ROOM]):
            found = detect(block, few=6)
            if found is not None and found != "other":
                yield found


CHECK = Check("language", RULES, run, Path(__file__).parent)
