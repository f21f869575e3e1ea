"""`other-customer-named`: a configured customer mentioned to somebody else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from sendcheck.checkapi import Hit, Mail, NotRun, Place

RULE = "other-customer-named"


def customers(mail: Mail, configured: Sequence[str], organisations: Mapping[str, Sequence[str]]) -> Iterator[Hit | NotRun]:
    """Look for the names and domains of customers that no recipient belongs to, everywhere text leaves."""
    if not organisations:
        yield NotRun(RULE, "no customers are named in [organisations]")
        return
    if not mail.recipients or all(r.inside for r in mail.recipients):
        return
    present = {r.organisation for r in mail.recipients}
    own = mail.organisations.of(mail.sender) if mail.sender else None
    wanted = configured or [name for name in organisations if name != own and not _is_inside(mail, organisations[name])]
    for name in wanted:
        if name in present or name == own or any(mail.are_partners(name, org) for org in present):
            continue
        places = list(_mentions(mail, _pattern(name, organisations.get(name, ()))))
        if places:
            yield Hit(
                RULE,
                f"{name} is named, and nobody at {name} gets this mail",
                places[0],
                "take the mention out, or check that you are writing to the right customer",
                tuple(places[1:]),
                key=name,
            )


def _is_inside(mail: Mail, domains: Sequence[str]) -> bool:
    return any(d.lower() in {x.lower() for x in mail.organisations.internal} for d in domains)


def _pattern(name: str, domains: Sequence[str]) -> re.Pattern[str]:
    """The name as a reader would meet it. A single lower-case word only counts with a capital (``Orange``, not an orange)."""
    words = [w for w in re.split(r"[\s_-]+", name) if w]
    hosts = "|".join(rf"(?<![\w-])(?i:{re.escape(d)})(?![\w-])" for d in domains)
    if len(words) > 1:
        spelled = r"[\s_-]*".join(f"(?i:{re.escape(w)})" for w in words)
    else:
        word = words[0] if words else name
        forms = {word, word.capitalize(), word.upper(), word[:1].upper() + word[1:]}
        if word.islower():
            forms.discard(word)
        spelled = "|".join(re.escape(f) for f in sorted(forms, key=len, reverse=True))
    return re.compile(rf"(?<![\w@.-])(?:{spelled})(?:s|['’]s)?(?![\w-])" + (f"|{hosts}" if hosts else ""))


def _mentions(mail: Mail, pattern: re.Pattern[str]) -> Iterator[Place]:
    found = pattern.search(mail.subject)
    if found:
        yield mail.at_header("Subject", found.group(0))
    for body in mail.bodies:
        for match in pattern.finditer(body.text):
            yield mail.at(body, match.start(), match.end())
    for body, text, offset in mail.hidden():
        for match in pattern.finditer(text):
            yield mail.at_hidden(body, text, offset, match.start(), match.end())
    for attachment in mail.message.attachments:
        named = pattern.search(re.sub(r"[_-]+", " ", attachment.name)) if attachment.name else None
        if named:
            yield Place(f"attachment:{attachment.name}", named.group(0), context=attachment.name, context_column=named.start())
