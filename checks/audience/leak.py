"""`cc-leak`: outside organisations that see each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from sendcheck.checkapi import Confidence, Hit, Mail, Recipient, Severity
from sendcheck.reading.addresses import Address

#: Mails that two organisations saw each other on, from which on they are regularly addressed together; mails to each from which on
#: never having been together says that they are kept apart.
_REGULAR, _APART = 3, 5
#: Organisations whose past is looked up, and colleagues of the recipients who speak for each.
_MOST, _COLLEAGUES = 8, 2
#: People up to whom each pair is named, to be remembered as right.
_PAIRED = 20
#: Letters of a local part from which on it is hardly two people's.
_TELLING_LETTERS = 4


def leak(mail: Mail) -> Iterator[Hit]:
    """One finding for the mail, pointing at each address of the smaller groups (RULES.md, ruling 24)."""
    groups: dict[str, list[Recipient]] = {}
    outside = [r for r in _distinct(mail.visible) if not r.inside and r.address.error is None and r.address.domain and not mail.is_sender(r.address)]
    for recipient in outside:
        groups.setdefault(_house_of(recipient, outside), []).append(recipient)
    if len(groups) < 2:
        return
    together = _seen_together(mail)
    past = _Past(mail, groups)
    involved = _strangers(mail, groups, together, past)
    if not involved:
        return
    ranked = sorted((name for name in groups if name in involved), key=lambda name: -len(groups[name]))
    exposed = set(ranked[1:])
    smaller = [one for name, people in groups.items() if name in exposed for one in people]
    places = [mail.at_recipient(person) for person in smaller]
    only_private = all("@" in name for name in involved)
    apart = bool(together & involved) or past.apart(involved) or bool(mail.parent and mail.parent.recipients is not None and not involved <= together)
    # “Kari wrote:” does not say who else was on the mail that is answered
    hidden = mail.is_reply and mail.parent is not None and mail.parent.recipients is None
    severity = Severity.WARNING if (only_private or hidden) and not apart else None
    shown = ", ".join(ranked[:4]) + (f" and {len(ranked) - 4} more" if len(ranked) > 4 else "")
    yield Hit(
        "cc-leak",
        f"people of {len(ranked)} outside organisations see each other: {shown}",
        places[0],
        _remedy(mail, smaller),
        tuple(places[1:]),
        Confidence.MEDIUM if hidden and not apart else Confidence.HIGH,
        severity,
        key=",".join(sorted(r.key for people in groups.values() for r in people)),
        pairs=tuple(_pairs(groups, involved)),
    )


def _house_of(recipient: Recipient, everyone: list[Recipient]) -> str:
    """A recipient's organisation; for the private mailbox of somebody who also gets the mail in their house, that house."""
    if "@" not in recipient.organisation:
        return recipient.organisation
    twins = (r for r in everyone if "@" not in r.organisation and _is_same(recipient, r))
    return next((r.organisation for r in twins), recipient.organisation)


def _is_same(private: Recipient, other: Recipient) -> bool:
    """Whether a private mailbox is somebody's whose other address is shown: by the full name, or by the same letters before the @."""
    if len(other.person.words) > 1:
        return private.person.bears(" ".join(other.person.words))
    return len(private.person.local) > _TELLING_LETTERS and private.person.local == other.person.local


def _pairs(groups: Mapping[str, list[Recipient]], involved: set[str]) -> Iterator[tuple[str, str]]:
    """Every two people of different organisations that should not have met, in the order of their addresses; none of a crowd."""
    if sum(len(groups[name]) for name in involved) > _PAIRED:
        return
    for one, other in combinations(sorted(involved), 2):
        for mine in groups[one]:
            for theirs in groups[other]:
                first, second = sorted((mine.key, theirs.key))
                yield first, second


class _Past:
    """What the history says of two organisations: on which of the last mails their people saw each other."""

    def __init__(self, mail: Mail, groups: Mapping[str, list[Recipient]]) -> None:
        self._mail, self._groups = mail, groups
        self._shown: dict[str, frozenset[int]] = {}
        self._asked = not mail.history.why_not and len(groups) <= _MOST

    def _of(self, organisation: str) -> frozenset[int]:
        if organisation not in self._shown:
            self._shown[organisation] = self._mail.history.shown(self._people(organisation))
        return self._shown[organisation]

    def _people(self, organisation: str) -> list[str]:
        here = self._groups[organisation]
        known = [p.address for r in here for p in self._mail.history.people_at(r.address.domain)[:_COLLEAGUES]]
        return list(dict.fromkeys([*(r.key for r in here), *(k for k in known if self._mail.organisations.of(Address("", k)) == organisation)]))

    def regular(self, one: str, other: str) -> bool:
        """Whether they are regularly addressed together."""
        return self._asked and len(self._of(one) & self._of(other)) >= _REGULAR

    def apart(self, involved: Iterable[str]) -> bool:
        """Whether two of them are written to often, and never together."""
        if not self._asked:
            return False
        return any(min(len(self._of(a)), len(self._of(b))) >= _APART and self._of(a).isdisjoint(self._of(b)) for a, b in combinations(sorted(involved), 2))


def _distinct(people: Iterable[Recipient]) -> list[Recipient]:
    """Each address once, where it stands first."""
    found: dict[str, Recipient] = {}
    for person in people:
        found.setdefault(person.key, person)
    return list(found.values())


def _strangers(mail: Mail, groups: Mapping[str, object], together: set[str], past: _Past) -> set[str]:
    """Organisations that somebody here is a stranger to: neither a partner nor seen together. A search that ends at the first."""
    apart = [name for name in groups if name not in together]
    involved = set()
    for one in groups:
        others = apart if one in together else groups
        if any(other != one and not mail.are_partners(one, other) and not past.regular(one, other) for other in others):
            involved.add(one)
    return involved


def _remedy(mail: Mail, smaller: list[Recipient]) -> str:
    names = ", ".join(r.shown for r in smaller[:2]) + (" and the others" if len(smaller) > 2 else "")
    return f"take {names} out, or move them to Bcc; if these organisations work together, name them in partners"


def _seen_together(mail: Mail) -> set[str]:
    """Outside organisations already visible to each other on the mail replied to."""
    parent = mail.parent
    if parent is None or parent.recipients is None:
        return set()
    people: list[Address] = [a for a in (parent.sender, *parent.recipients) if a is not None and a.domain]
    return {mail.organisations.of(a) for a in people if not mail.is_inside(a)}
