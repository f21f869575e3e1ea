"""`greeting-mismatch` and `name-misspelled`: the salutation against the recipients' names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from sendcheck.checkapi import Confidence, Hit, Mail, Recipient, Severity
from sendcheck.understanding.dictionaries import is_word
from sendcheck.understanding.names import edits, fold, given_names, rare_given_names
from sendcheck.understanding.names import person as name_of
from sendcheck.understanding.salutation import Addressee, Salutation, salutation

_LONG = 7
#: Outside the salutation a name must have so many letters.
_ELSEWHERE = 6
_CAPITALISED = re.compile(r"(?<![\w@./-])[^\W\d_a-zæøåäö][^\W\d_]{2,30}(?![\w@/]|\.\w)")
#: Whoever is greeted by one name stands among the first so many recipients.
_GREETED_AMONG = 2
#: Recipients up to whom the history is asked for each one's names.
_ASKED = 50


def greeting(mail: Mail) -> Iterator[Hit]:
    """At most one finding a person addressed: misspelt or missing, never both (RULES.md, ruling 20)."""
    if not mail.recipients:
        return
    found = salutation(mail)
    yield from _elsewhere(mail, found)
    if found is None or not found.people:
        return
    everyone = _people(mail)
    for person in found.people:
        slip = _slip(mail, person, everyone)
        if slip is not None:
            (written, start, end), right = slip
            yield Hit(
                "name-misspelled",
                f"“{written}” is written for {right}",
                mail.within(found.stretch, start, end),
                f"write {right}",
                key=f"{fold(written)} {fold(right)}",
                pairs=tuple((fold(written), r.key) for r in everyone if r.person.has(right)),
            )
        elif not found.plural and not mail.groups and _is_stranger(person, everyone):
            yield _mismatch(mail, found, person, everyone)


def _people(mail: Mail) -> list[Recipient]:
    """The recipients, each once, with all that is known of their names; of a crowd just what the addresses say."""
    everyone = list({r.key: r for r in mail.recipients}.values())
    return [replace(r, person=mail.owner(r)) for r in everyone] if len(everyone) <= _ASKED else everyone


def _elsewhere(mail: Mail, greeted: Salutation | None) -> Iterator[Hit]:
    """A recipient's name written wrongly in running text: only capitalised words of some length that are no other name and no word."""
    everyone = _people(mail)
    rights = {right for r in everyone if not r.person.role for right in r.person.words if len(right) >= _ELSEWHERE - 1}
    known = {fold(w) for a in mail.thread_people() for w in _CAPITALISED.findall(f"{a.name} {a.addr}".title())}
    seen: set[str] = set()
    for stretch in mail.own():
        for match in _CAPITALISED.finditer(stretch.text):
            word, folded = match.group(0), fold(match.group(0))
            if (
                len(word) < _ELSEWHERE
                or not word[1:].islower()
                or folded in seen
                or folded in given_names()
                or folded in known
                or any(r.person.has(word) for r in everyone)
            ):
                continue
            if greeted is not None and stretch == greeted.stretch and match.start() < greeted.end:
                continue
            right = next((r for r in sorted(rights) if fold(r)[:1] == folded[:1] and fold(r) != folded and _is_slip(word, r)), None)
            if right is None or is_word(word, mail.languages) or fold(right).startswith(folded) or folded.startswith(fold(right)):
                continue
            if mail.history.people_named([folded]):
                continue  # somebody else's name
            seen.add(folded)
            right = right[:1].upper() + right[1:]
            yield Hit(
                "name-misspelled",
                f"“{word}” is written for {right}",
                mail.within(stretch, match.start(), match.end()),
                f"write {right}",
                severity=Severity.WARNING,
                key=f"{folded} {fold(right)}",
            )


def _is_slip(written: str, right: str) -> bool:
    """One edit apart; two from seven letters."""
    return edits(written, right) <= (2 if max(len(written), len(right)) >= _LONG else 1)


def _mismatch(mail: Mail, found: Salutation, person: Addressee, everyone: list[Recipient]) -> Hit:
    name = " ".join(word for word, _s, _e in person.words)
    shown = ", ".join(r.shown for r in everyone[:3]) + (" and others" if len(everyone) > 3 else "")
    near = _near(person, everyone)
    remedy = f"is it for {near}? then mend the salutation; else mend the recipients" if near else "mend the salutation or the recipients"
    meant = None if near else _known_as(mail, person)
    if meant:
        remedy = f"did you mean to write to {meant}? Else mend the salutation"
    known = any(fold(word) in given_names() for word, _s, _e in person.words) or person.formal
    return Hit(
        "greeting-mismatch",
        f"the mail greets {name}, but goes to {shown}",
        mail.within(found.stretch, person.words[0][1], person.words[-1][2]),
        remedy,
        confidence=Confidence.HIGH if known else Confidence.MEDIUM,
        key=fold(name),
        pairs=tuple((fold(name), r.key) for r in everyone[:_ASKED]),
    )


def _known_as(mail: Mail, addressee: Addressee) -> str | None:
    """Whom the sender writes to under the name greeted, if there is just one such person."""
    words = [word for word, _start, _end in addressee.words]
    known = [p for p in mail.history.people_named([fold(words[0])]) if all(name_of(p.mailbox).has(word) for word in words)]
    return known[0].shown if len(known) == 1 else None


def _near(person: Addressee, everyone: list[Recipient]) -> str | None:
    for recipient in everyone:
        for word in recipient.person.words:
            if any(_is_slip(w, word) for w, _s, _e in person.words):
                return recipient.shown
    return None


def _slip(mail: Mail, person: Addressee, everyone: list[Recipient]) -> tuple[tuple[str, int, int], str] | None:
    """A written word that is one edit off a recipient's name (two from seven letters), and the right spelling."""
    for written in person.words:
        word = written[0]
        folded = fold(word)
        if len(folded) < 3 or (folded in given_names() and folded not in rare_given_names()) or any(r.person.has(word) for r in everyone):
            continue
        for recipient in everyone:
            for right in recipient.person.words:
                if len(right) < 3 or fold(right).startswith(folded) or folded in recipient.person.local or recipient.person.role:
                    continue
                if _is_slip(word, right) and not mail.history.people_named([folded]):
                    return written, right[:1].upper() + right[1:]
    return None


def _is_stranger(person: Addressee, everyone: list[Recipient]) -> bool:
    """Whether no recipient can be meant. One whose name cannot be derived leaves doubt, and doubt is silence,
    unless such recipients come late in a list of people whose names are plain: one greets whom one lists first."""
    unknown = [r for r in everyone if not r.person.known and not r.person.crowd]
    if any(r in unknown for r in everyone[:_GREETED_AMONG]) or 2 * len(unknown) > len(everyone):
        return False
    for recipient in everyone:
        place = fold(recipient.organisation + recipient.address.domain)
        for word, _start, _end in person.words:
            if recipient.person.fits(word) or (len(word) > 3 and fold(word) in place):
                return False
    return True
