"""`copied-not-in-cc`: an announced copy that goes to nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from sendcheck.checkapi import Hit, Lazy, Mail, Recipient, Stretch, by_language, union
from sendcheck.understanding.names import fold, given_names, role_words, titles
from sendcheck.understanding.text import sentence_around

_WORD = r"[A-ZÆØÅÄÖ][^\W\d_]{1,30}"
# Begins at a word and is bounded, so that a long run of letters costs no more than its length.
_NAME = rf"(?<!\w){_WORD}(?:[-'’][^\W\d_]{{1,30}}){{0,2}}(?:[ ]+{_WORD}(?:-{_WORD})?){{0,2}}"
_SPLIT = re.compile(r"\s{0,9}(?:,|&|\band\b|\bog\b)\s*")


@cache
def _patterns() -> tuple[list[tuple[Lazy, bool]], Lazy, frozenset[str]]:
    """Compiled announcements (pattern, whether it is certain without a known name), what voids them, and words that are no names."""
    found: list[tuple[Lazy, bool]] = []
    voids: list[str] = []
    never: set[str] = set()
    for data in by_language(__package__, "copied"):
        names = rf"(?P<names>{_NAME}(?:\s{{0,3}}(?:,|&|\band\b|\bog\b)\s{{1,3}}{_NAME}){{0,8}})"
        for key, certain in (("certain", True), ("likely", False)):
            found += [(Lazy(p.replace("NAMES", names), 0), certain) for p in data[key]]
        voids += data["voids"]
        never.update(fold(w) for w in data["never_names"])
    return found, union(voids), frozenset(never)


def copied(mail: Mail) -> Iterator[Hit]:
    """Each announced copy whose person no recipient can be."""
    everyone = list({r.key: r for r in mail.recipients}.values())
    if not everyone or mail.groups or any(not r.person.known and not r.person.role for r in everyone):
        return
    seen: set[str] = set()
    for stretch in mail.own():
        for name, start, end in _announced(stretch):
            if fold(name) in seen or _reaches(name, everyone):
                continue
            seen.add(fold(name))
            yield Hit(
                "copied-not-in-cc",
                f"the text says that {name} is copied, but {name} does not get this mail",
                mail.within(stretch, start, end),
                f"add {name} to Cc, or take the sentence out",
                key=fold(name),
            )


def _announced(stretch: Stretch) -> Iterator[tuple[str, int, int]]:
    patterns, voids, never = _patterns()
    text = stretch.text
    for pattern, certain in patterns:
        for match in pattern.finditer(text):
            begin, stop = sentence_around(text, match.start(), match.end())
            sentence = text[begin:stop]
            if sentence.rstrip().endswith("?") or voids.search(sentence):
                continue
            at = match.start("names")
            for name in _SPLIT.split(match.group("names")):
                words = [w for w in name.split() if fold(w) not in titles()]
                if not words or any(fold(w) in never or fold(w) in role_words() for w in words):
                    continue
                if not certain and fold(words[0]) not in given_names():
                    continue
                start = text.find(name, at)
                yield " ".join(words), start, start + len(name)


def _reaches(name: str, everyone: list[Recipient]) -> bool:
    words = name.split()
    for recipient in everyone:
        if any(recipient.person.fits(word) for word in words):
            return True
        if any(len(word) > 3 and fold(word) in fold(recipient.address.addr) for word in words):
            return True
    return False
