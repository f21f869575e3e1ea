"""`other-customer-named`: a configured customer mentioned to somebody else."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from sendcheck.checkapi import Confidence, Hit, Mail, NotRun, Place, Severity
from sendcheck.understanding.leaving import leaving
from sendcheck.understanding.organisations import mention
from sendcheck.understanding.strangers import strangers

RULE = "other-customer-named"
_HOST = re.compile(r"(?<![\w.-])[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")
_CAPITALISED = re.compile(r"(?<![\w@.])[A-ZÆØÅ][\w-]+")
#: Readers up to whom the answer can be remembered.
_PAIRED = 20
#: Letters of a name that only the history knows.
_NAME = 4


def customers(mail: Mail, configured: Sequence[str], organisations: Mapping[str, Sequence[str]]) -> Iterator[Hit | NotRun]:
    """Look for the names and domains of customers that no recipient belongs to, everywhere text leaves."""
    if not organisations and mail.history.why_not:
        yield NotRun(RULE, mail.history.why_not if mail.history.broken else "no customers are named in [organisations], and there is no history of your mail")
        return
    if not mail.recipients or all(r.inside for r in mail.recipients):
        return
    present = {r.organisation for r in mail.recipients}
    own = mail.organisations.of(mail.sender) if mail.sender else None
    wanted = configured or [name for name in organisations if name != own and not _is_inside(mail, organisations[name])]
    for name in wanted:
        if name in present or name == own or any(mail.are_partners(name, org) for org in present):
            continue
        places = list(_mentions(mail, mention(name, organisations.get(name, ()))))
        if places:
            yield Hit(
                RULE,
                f"{name} is named, and nobody at {name} gets this mail",
                places[0],
                "take the mention out, or check that you are writing to the right customer",
                tuple(places[1:]),
                key=name,
                pairs=tuple((name.lower(), r.key) for r in mail.outside[:_PAIRED]),
            )
    yield from _known(mail, organisations)


def _known(mail: Mail, configured: Collection[str]) -> Iterator[Hit]:
    """Organisations that the sender writes to and never wrote to these readers of: a note, since nobody said that they are customers."""
    text = f"{mail.subject}\n" + "\n".join(body.text for body in mail.bodies)
    written = [*_CAPITALISED.findall(text), *(label for host in _HOST.findall(text) for label in host.split("."))]
    for label, domain, name in strangers(mail, written, configured, _NAME):
        places = list(_mentions(mail, mention(label, (domain,))))
        if places:
            yield Hit(
                RULE,
                f"{places[0].excerpt} is named, where you write to people ({domain}), and nobody there gets this mail",
                places[0],
                "if they are a customer whom these readers should not hear of, take the mention out, and name them in [organisations]",
                tuple(places[1:]),
                confidence=Confidence.LOW,
                severity=Severity.NOTE,
                key=name,
                pairs=tuple((name.lower(), r.key) for r in mail.outside[:_PAIRED]),
            )


def _is_inside(mail: Mail, domains: Sequence[str]) -> bool:
    return any(d.lower() in {x.lower() for x in mail.organisations.internal} for d in domains)


def _mentions(mail: Mail, pattern: re.Pattern[str]) -> Iterator[Place]:
    for piece in leaving(mail):
        if piece.kind == "link":
            continue
        text = re.sub(r"[_-]", " ", piece.text) if piece.kind == "file" else piece.text
        for match in pattern.finditer(text):
            yield piece.at(match.start(), match.end())
            if piece.kind in {"subject", "file"}:
                break
