"""`cc-leak`: outside organisations that see each other."""

from __future__ import annotations

from collections.abc import Iterator

from sendcheck.checkapi import Hit, Mail, Recipient, Severity
from sendcheck.reading.addresses import Address


def leak(mail: Mail) -> Iterator[Hit]:
    """One finding for the mail, pointing at each address of the smaller groups (RULES.md, ruling 24)."""
    groups: dict[str, list[Recipient]] = {}
    for recipient in mail.visible:
        if not recipient.inside and recipient.address.error is None and recipient.address.domain:
            people = groups.setdefault(recipient.organisation, [])
            if all(p.key != recipient.key for p in people):
                people.append(recipient)
    if len(groups) < 2:
        return
    together = _seen_together(mail)
    strangers = [
        (one, other)
        for number, one in enumerate(groups)
        for other in list(groups)[number + 1 :]
        if not mail.are_partners(one, other) and not ({one, other} <= together)
    ]
    if not strangers:
        return
    involved = {name for pair in strangers for name in pair}
    ranked = sorted((name for name in groups if name in involved), key=lambda name: -len(groups[name]))
    smaller = [person for name in ranked[1:] for person in groups[name]]
    smaller.sort(key=lambda person: [r.key for r in mail.visible].index(person.key))
    places = [mail.at_recipient(person) for person in smaller]
    only_private = all("@" in name for name in involved)
    apart = bool(together & involved) or bool(mail.parent and mail.parent.recipients is not None and not involved <= together)
    severity = Severity.WARNING if only_private and not (apart and mail.parent) else None
    shown = ", ".join(ranked[:4]) + (f" and {len(ranked) - 4} more" if len(ranked) > 4 else "")
    yield Hit(
        "cc-leak",
        f"people of {len(ranked)} outside organisations see each other: {shown}",
        places[0],
        _remedy(mail, smaller),
        tuple(places[1:]),
        severity=severity,
        key=",".join(sorted(r.key for people in groups.values() for r in people)),
    )


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
