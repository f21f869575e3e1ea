"""`shouting`: sentences in capitals, runs of marks. Acronyms, names, codes, labels and headings are none (RULES.md, ruling 12)."""

from __future__ import annotations

import re
from functools import cache

from sendcheck.checkapi import Entries, Hit, Mail, Sentence, lines
from sendcheck.understanding.rewording import rewording
from sendcheck.understanding.text import unquoted

_MARKS = re.compile(r"[!?]*(?:!!|\?\?|\?!\?|!\?!|[!?]{3})[!?]*")
_RUN = re.compile(r"(?<![\w@./:_-])[A-ZÆØÅÄÖÜÉ](?:[A-ZÆØÅÄÖÜÉ'-]*[A-ZÆØÅÄÖÜÉ])?(?: +[A-ZÆØÅÄÖÜÉ](?:[A-ZÆØÅÄÖÜÉ'-]*[A-ZÆØÅÄÖÜÉ])?(?![\w@./:_-]))+(?![\w@./:_-])")
_END = re.compile(r"[.!?]\W*$")
#: Words in capitals that raise the voice: so many in a row, and so many letters; fewer if they are all of a sentence that ends like one.
_WORDS, _LETTERS = 3, 10
#: A line in capitals of so many words is no heading, whatever it ends with.
_TOO_LONG = 6
_INSTEAD = "write it as you would say it across a table: small letters, one mark"


@cache
def _everyday() -> Entries:
    return lines(__package__, "everyday.txt")


def shouting(mail: Mail, sentence: Sentence) -> Hit | None:
    """The finding of a sentence, or None."""
    text = unquoted(sentence.text)
    found = next((m for m in _RUN.finditer(text) if _shouts(m.group(0), text)), None) or _MARKS.search(text)
    if found is None:
        return None
    words = " ".join(found.group(0).split())
    place = mail.at_sentence(sentence, *found.span())
    if any(c.isalpha() for c in words):
        return Hit("shouting", f"“{words}” shouts", place, _INSTEAD)
    begin = len(text[: found.start()].rstrip())  # the blank before a mark goes with it
    quieter = rewording(mail, sentence, [((begin, found.end()), "?" if "?" in words else ".")])
    return Hit("shouting", f"“{words}” at the end of a sentence shouts", place, _INSTEAD, rewording=quieter)


def _shouts(run: str, text: str) -> bool:
    words = run.split()
    said = [w for w in words if w.lower() in _everyday()]
    whole = len(re.sub(r"\W", "", run)) >= 0.9 * len(re.sub(r"[\W\d]", "", text))
    if whole and not _END.search(text) and not (len(words) >= _TOO_LONG and len(said) >= _TOO_LONG // 2):
        return False  # a heading
    if whole and said and len(words) > 1:
        return True
    return len(words) >= _WORDS and len(run) >= _LETTERS and bool(said)
