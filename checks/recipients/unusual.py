"""`recipient-unusual`: somebody who is known, and does not fit those who get this mail, its thread or its text."""

from __future__ import annotations

from collections.abc import Iterator

from sendcheck.checkapi import Acquaintance, Confidence, Draft, Fit, Hit, Mail, NotRun, Recipient, Severity
from sendcheck.reading.addresses import untagged
from sendcheck.understanding.lookalikes import split_domain
from sendcheck.understanding.names import person
from sendcheck.understanding.organisations import is_free_mail, mention
from sendcheck.understanding.salutation import salutation

RULE = "recipient-unusual"
#: Mails below which a history says nothing.
ENOUGH = 50
#: Recipients above which a mail goes to a list.
_MOST = 40
#: The share of the text that the other one's mails must share, and how many times more than this one's.
_ABOUT, _MORE = 0.1, 4.0
#: Addresses that the command in the suggestion names.
_NAMED = 6
#: Mails the other one must have got, and letters an organisation's name must have to be looked for in the text.
_MEANT, _NAME = 2, 4


def unusual(mail: Mail) -> Iterator[Hit | NotRun]:
    """Everybody who is known, but for those who were on the thread."""
    history = mail.history
    if not mail.recipients:
        return
    if history.why_not:
        yield NotRun(RULE, history.why_not)
        return
    if history.mails < ENOUGH:
        yield NotRun(RULE, f"too little history to tell: {history.mails} mails were learnt, and it takes {ENOUGH} (sendcheck learn)")
        return
    by_key = {untagged(r.key): r for r in mail.recipients if r.address.error is None}
    if len(by_key) > _MOST:
        yield NotRun(RULE, f"the mail goes to {len(by_key):,} addresses: that is a list, and no circle of people")
        return
    circle = mail.circle(mail.thread_people())
    written = history.in_thread(mail.message.raw)
    draft = Draft(tuple(by_key), mail.base_subject, mail.own_text, mail.date if mail.date_known else None, mail.message.raw)
    for fit in history.fits(draft):
        recipient = by_key[untagged(fit.person.address)]
        if circle.holds(recipient) is not False or untagged(recipient.key) in written:
            continue
        hit = _namesake(mail, recipient, fit) or _stranger(mail, recipient, fit, len(by_key))
        if hit is not None:
            yield hit


def _stranger(mail: Mail, recipient: Recipient, fit: Fit, recipients: int) -> Hit | None:
    """Does not fit the others."""
    if recipients < 2 or fit.oddity is None:
        return None
    others = _others(mail, recipient)
    if _one_house(mail, recipient, others):
        return None
    named = ", ".join(r.shown for r in others[:2]) + (f" and {len(others) - 2} more" if len(others) > 2 else "")
    message = f"{recipient.shown} is not one you write to together with {named}"
    return _hit(mail, recipient, message, fit.twin, Severity.WARNING if fit.oddity == "warning" else Severity.NOTE, others)


def _others(mail: Mail, recipient: Recipient) -> list[Recipient]:
    """Who else gets the mail, each once."""
    return [r for r in {r.key: r for r in mail.recipients}.values() if r.key != recipient.key]


def _one_house(mail: Mail, recipient: Recipient, others: list[Recipient]) -> bool:
    """Everybody is of the recipient's own organisation, outside: colleagues of one customer may be written to in any combination."""
    return not recipient.inside and all(r.inside or r.organisation == recipient.organisation for r in others) and any(not r.inside for r in others)


def _namesake(mail: Mail, recipient: Recipient, fit: Fit) -> Hit | None:
    """Somebody of the same name fits the thread or the text, and this one does not."""
    here = {untagged(r.key) for r in mail.recipients}
    on_thread = {a.key for a in mail.thread_people()}
    others = _others(mail, recipient)
    for twin in fit.twins:
        if untagged(twin.person.address) in here or twin.person.mails < _MEANT:
            continue
        if twin.person.address in on_thread:
            message = f"{recipient.shown} was on no mail of this thread, and {twin.person.shown} was"
        elif _is_greeted(mail, twin.person, recipient):
            message = f"the salutation calls {twin.person.shown} by name, and this goes to {recipient.shown}"
        elif _is_named(mail, twin.person, recipient):
            message = f"the text speaks of {_label(twin.person.address)}, where {twin.person.shown} is, and this goes to {recipient.shown}"
        elif not others and twin.text >= _ABOUT and twin.text >= _MORE * (fit.text + 0.02):
            message = f"mails like this one go to {twin.person.shown}, and not to {recipient.shown}"
        else:
            continue
        return _hit(mail, recipient, message, twin.person, Severity.WARNING, others)
    return None


def _is_greeted(mail: Mail, twin: Acquaintance, recipient: Recipient) -> bool:
    """Whether the salutation has a further name that is the other one's, and nobody's who gets the mail: “Hi Kari Holm”."""
    found = salutation(mail)
    other = person(twin.mailbox)
    for greeted in found.people if found is not None else ():
        words = [word for word, _start, _end in greeted.words]
        if all(other.has(word) for word in words) and any(not any(mail.owner(r).fits(word) for r in mail.recipients) for word in words):
            return True
    return False


def _label(address: str) -> str:
    """The name of the organisation behind an address, as its domain tells it."""
    return split_domain(address.rpartition("@")[2])[1]


def _is_named(mail: Mail, twin: Acquaintance, recipient: Recipient) -> bool:
    """Whether subject or own text name the organisation of the other one, and not the recipient's. A name needs a capital, or the whole domain."""
    domain = twin.address.rpartition("@")[2]
    label, mine = _label(twin.address), _label(recipient.address.addr)
    if is_free_mail(domain) or len(label) < _NAME or label == mine or twin.organisation == recipient.organisation or mail.is_inside(twin.mailbox):
        return False
    if any(r.organisation == twin.organisation for r in mail.recipients):
        return False
    text = f"{mail.subject}\n{mail.own_text}"
    return bool(mention(label, (domain,)).search(text)) and not mention(mine, (recipient.address.domain,)).search(text)


def _hit(mail: Mail, recipient: Recipient, message: str, meant: Acquaintance | None, severity: Severity, others: list[Recipient]) -> Hit:
    remedy = f"did you mean {meant.shown}?" if meant is not None else "look at the address once more."
    same_name = meant is not None and person(meant.mailbox).words[:1] == recipient.person.words[:1]
    return Hit(
        RULE,
        message,
        mail.at_recipient(recipient),
        f"{remedy} If it is right, say so once: sendcheck history allow {RULE} {' '.join(r.address.addr for r in (recipient, *others)[:_NAMED])}",
        confidence=Confidence.MEDIUM if severity is Severity.NOTE or not same_name else Confidence.HIGH,
        severity=severity,
        key=",".join([recipient.key, *sorted(r.key for r in others)]),
        pairs=tuple((untagged(recipient.key), untagged(r.key)) for r in others) or ((untagged(recipient.key), untagged(recipient.key)),),
    )
