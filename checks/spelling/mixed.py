"""`spelling`: British and American spelling in one mail. A note: the reader sees two hands."""

from __future__ import annotations

from collections.abc import Iterator

from sendcheck.checkapi import Hit, Mail, Severity
from sendcheck.understanding.variety import Sign, named, signs

RULE = "spelling"


def mixed(mail: Mail, extra: frozenset[str]) -> Iterator[Hit]:
    """One finding for a mail that spells in two ways: the words of the rarer one; of two as frequent ones the one that comes later."""
    by_variety: dict[str, list[Sign]] = {}
    for sign in signs(mail):
        if sign.sentence.text[sign.start : sign.end] not in extra:
            by_variety.setdefault(sign.variety, []).append(sign)
    if len(by_variety) < 2:
        return
    main, rare = sorted(by_variety, key=lambda v: -len(by_variety[v]))[:2]
    places = [mail.at_sentence(s.sentence, s.start, s.end) for s in by_variety[rare]]
    first = by_variety[rare][0]
    others = dict.fromkeys(s.other for s in by_variety[rare] if s.other)
    yield Hit(
        RULE,
        f"“{first.sentence.text[first.start : first.end]}” is {named(rare)} spelling, the mail's other words are {named(main)}",
        places[0],
        f"write {' and '.join(f'“{o}”' for o in list(others)[:4])}" if others else f"spell all of it in the {named(main)} way",
        tuple(places[1:]),
        severity=Severity.NOTE,
        key=f"{main} {rare}",
    )
