"""`copied-not-in-cc`: an announced copy that goes to nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from sendcheck.checkapi import Act, Hit, Mail, Recipient, Sentence, act_of, by_language
from sendcheck.understanding.names import fold, given_names, role_words, titles

_WORD = r"[A-ZÆØÅÄÖ][^\W\d_]{1,30}"
# Begins at a word and is bounded, so that a long run of letters costs no more than its length.
_NAME = re.compile(rf"(?<!\w){_WORD}(?:[-'’][^\W\d_]{{1,30}}){{0,2}}(?:[ ]+{_WORD}(?:-{_WORD})?){{0,2}}")


@cache
def _never() -> frozenset[str]:
    return frozenset(fold(w) for data in by_language(__package__ or "", "copied") for w in data["never_names"])


def copied(mail: Mail) -> Iterator[Hit]:
    """Each announced copy whose person no recipient can be."""
    everyone = list({r.key: r for r in mail.recipients}.values())
    if not everyone or mail.groups or any(not r.person.known and not r.person.role for r in everyone):
        return
    seen: set[str] = set()
    for sentence in mail.prose.sentences:
        act = act_of(mail.prose, sentence, "copied")
        if act is None or sentence.asks:
            continue
        for name, start, end in _named(sentence, act):
            if fold(name) in seen or _reaches(name, everyone):
                continue
            seen.add(fold(name))
            yield Hit(
                "copied-not-in-cc",
                f"the text says that {name} is copied, but {name} does not get this mail",
                mail.at_sentence(sentence, start, end),
                f"add {name} to Cc, or take the sentence out",
                key=fold(name),
            ).if_sure(act.sure)


def _named(sentence: Sentence, act: Act) -> Iterator[tuple[str, int, int]]:
    """Names of people among the words that say who is copied; a name nobody knows only where it is sure that somebody is."""
    for match in _NAME.finditer(sentence.text, *act.span):
        words = [w for w in match.group(0).split() if fold(w) not in titles()]
        while words and fold(words[0]) in _never():  # “Copying Rosalie”
            del words[0]
        if not words or any(fold(w) in role_words() for w in words) or not (act.sure or fold(words[0]) in given_names()):
            continue
        start = sentence.text.index(words[0], match.start())
        yield " ".join(words), start, match.end()


def _reaches(name: str, everyone: list[Recipient]) -> bool:
    words = name.split()
    for recipient in everyone:
        if any(recipient.person.fits(word) for word in words):
            return True
        if any(len(word) > 3 and fold(word) in fold(recipient.address.addr) for word in words):
            return True
    return False
