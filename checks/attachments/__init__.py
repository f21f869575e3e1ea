"""Files announced and files there: `attachment-missing`, `attachment-suspect`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from sendcheck.checkapi import (
    Attachment,
    Check,
    Harm,
    Hit,
    Lazy,
    Mail,
    NotRun,
    Option,
    Rule,
    Sentence,
    Severity,
    Treatment,
    by_language,
    pattern,
)

from .accessories import promised
from .announcing import announcements, files_of_the_other_side, of_the_other_side, pointer
from .named import Files
from .suspect import suspect

RULE = "attachment-missing"
RULES = (
    Rule(
        RULE,
        Severity.ERROR,
        Harm.CONTENT,
        "the text announces a file that is not attached",
        "The reader has to ask for it, and you have to write again.",
        reads_text=True,
        by_acts=True,
        only="mail",
    ),
    Rule(
        "attachment-suspect",
        Severity.WARNING,
        Harm.LEAKS,
        "a file that should not leave like this: a program, too large, another customer's, a draft",
        "A file cannot be called back, and half of all mistaken mail is the wrong file.",
        only="mail",
    ),
)
_URL = re.compile(r"https?://|\bwww\.|\bftp://", re.I)
#: Characters before an announcement in which a link stands for it.
_NEAR = 200
_ARCHIVES = {".zip", ".tgz", ".gz", ".7z", ".rar", ".tar"}


def _pattern(key: str) -> Lazy:
    return pattern(__package__, key)


@cache
def _numbers() -> dict[str, int]:
    return {word: count for data in by_language(__package__, "words") for word, count in data["numbers"].items()}


def run(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit | NotRun]:
    """What is announced first, then the files themselves."""
    yield from _missing(mail)
    yield from suspect(mail, options)


def _missing(mail: Mail) -> Iterator[Hit | NotRun]:
    """The first announcement without a file; else a file or a number of files named that is not there."""
    sealed = next((u for u in mail.message.unread if u.treatment is Treatment.TNEF), None)
    if sealed is not None:
        yield NotRun(RULE, f"what {sealed.part.removeprefix('attachment:')} holds cannot be seen: {sealed.reason}")
    if sealed is not None or mail.message.opaque:
        return
    for sentence, act in announcements(mail.prose):
        files = promised(mail, sentence.text)
        if files:
            yield from _named(mail, files, sentence)
            yield from _counted(mail, files, sentence)
            continue
        if of_the_other_side(mail, sentence.text) or _explained_by_text(mail, sentence):
            continue
        where = pointer(sentence)
        yield Hit(
            RULE,
            f"“{' '.join(sentence.text[slice(*where)].split())}”, but nothing is attached",
            mail.at_sentence(sentence, *where),
            "attach the file, or take the sentence out",
        ).if_sure(act.sure)
        return


def _explained_by_text(mail: Mail, sentence: Sentence) -> bool:
    """A link offered instead, or (for “here is …”) the thing itself written out below."""
    text = sentence.piece.text
    paragraph = text.find("\n\n", sentence.end)
    around = text[max(0, sentence.start - _NEAR) : paragraph if paragraph >= 0 else len(text)]
    if _URL.search(around) or any(link.href.lower().startswith("http") for b in mail.bodies if b.part.html for link in b.part.html.links):
        return True
    if _pattern("points").search(sentence.text):
        return False
    return ":" in sentence.text or mail.is_forward or _pattern("in_text").search(sentence.text) is not None


def _named(mail: Mail, files: Sequence[Attachment], sentence: Sentence) -> Iterator[Hit]:
    """Files that a sentence names and that are not attached."""
    attached = Files((*mail.message.attachments, *files_of_the_other_side(mail)), files)
    if not attached.certain:
        return
    text = sentence.piece.text
    for name in attached.missing(text, sentence.start, sentence.end):
        words = " ".join(text[name.start : name.end].split())
        yield Hit(
            RULE,
            f"“{words}” is named, but what is attached is {', '.join(a.name for a in files[:3])}",
            mail.at_sentence(sentence, name.start - sentence.start, name.end - sentence.start),
            "attach the file named, or name the file attached",
        )


def _counted(mail: Mail, files: Sequence[Attachment], sentence: Sentence) -> Iterator[Hit]:
    if any(PurePosixPath(a.name.lower()).suffix in _ARCHIVES for a in files):
        return
    for match in _pattern("counted").finditer(sentence.text):
        word = next((g for g in match.groups() if g), "").lower()
        announced = _numbers().get(word) or (int(word) if word.isdigit() else 0)
        if len(files) < announced <= 20:
            there = len(files)
            yield Hit(
                RULE,
                f"“{' '.join(match.group(0).split())}”, but {there} {'file is' if there == 1 else 'files are'} attached",
                mail.at_sentence(sentence, *match.span()),
                "attach the missing files, or mend the number",
            )


CHECK = Check(
    "attachments",
    RULES,
    run,
    Path(__file__).parent,
    ("organisations", Option("size-limit", "int", 20, "Megabytes that attachments may have together; 0: any.")),
)
