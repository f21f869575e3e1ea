"""Organisations that a mail names and that none of its readers belongs to, as the history knows them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from sendcheck.understanding.dictionaries import is_word
from sendcheck.understanding.mail import Mail
from sendcheck.understanding.names import fold, given_names
from sendcheck.understanding.organisations import is_free_mail

#: Mails that must have gone to an organisation before its name means it.
_MAILS = 3


def strangers(mail: Mail, words: Iterable[str], configured: Collection[str], shortest: int) -> Iterator[tuple[str, str, str]]:
    """(the word in lower case, domain, organisation) of those that one of *words* names. Neither given names nor words of a dictionary name one,
    nor a free-mail provider's name; *configured* ones are left out, and words with fewer letters than *shortest*.
    """
    named = {fold(word) for word in words if len(word) >= shortest} - given_names()
    present = {r.organisation for r in mail.recipients}
    own = mail.organisations.of(mail.sender) if mail.sender is not None else None
    for label, domain, mails in mail.history.organisations(named):
        name = mail.organisations.of_domain(domain)
        if mails < _MAILS or is_free_mail(domain) or name in present or name in configured or name == own:
            continue
        if any(mail.are_partners(name, org) or label in org for org in present) or is_word(label, mail.languages):
            continue
        yield label, domain, name
