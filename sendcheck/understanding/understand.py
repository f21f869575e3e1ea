"""Message in, :class:`Mail` out: recipients, organisations, segments, thread, languages, profile."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from sendcheck.data import language_file, languages_with
from sendcheck.reading.addresses import Address
from sendcheck.reading.message import Message, TextPart, address_field
from sendcheck.reading.templates.model import Template, Type
from sendcheck.understanding.acquaintance import History, NoHistory
from sendcheck.understanding.clauses.model import Who
from sendcheck.understanding.language import languages_of
from sendcheck.understanding.mail import ATTENDEE, Body, Mail, Parent, Recipient
from sendcheck.understanding.names import person
from sendcheck.understanding.organisations import Organisations
from sendcheck.understanding.profile import recognise
from sendcheck.understanding.proofreading import NoProofreader, Proofreader
from sendcheck.understanding.prose import Prose
from sendcheck.understanding.segments import Kind, QuotedMail, Segment, segment
from sendcheck.understanding.sides import NameOf, author_sides, sides

_RESENT = ("resent-to", "resent-cc", "resent-bcc")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What understanding needs from outside the mail: configuration values, the parent, and the mails before it, nearest first.

    ``found``: the parent comes from a mail store, by its Message-ID, and not from the user's hand.
    """

    organisations: Mapping[str, Sequence[str]] = field(default_factory=dict)
    internal_domains: Sequence[str] = ()
    partners: Sequence[Sequence[str]] = ()
    profile: str | None = None
    draft: bool = False
    leaving: bool = False
    parent: Message | None = None
    found: bool = False
    earlier: Sequence[Message] = ()
    models: Mapping[str, str] = field(default_factory=dict)
    template: Template | None = None
    history: History = field(default_factory=NoHistory)
    proofreader: Proofreader = field(default_factory=NoProofreader)


def understand(message: Message, around: Surroundings) -> Mail:
    """Build the Mail. Pure: the same message and surroundings give the same Mail (but for a missing Date: now)."""
    organisations = Organisations(around.organisations, around.internal_domains)
    sender = next((a for a in message.address_list("from").addresses if a.error is None), None)
    recipients = _recipients(message, organisations, sender)
    template = around.template
    bodies = _bodies(message) if template is None else _whole_bodies(message)
    quoted = tuple(q for body in bodies if body.primary for q in body.quoted)
    subject = (message.header("subject") or "").strip()
    base, reply, forward = split_subject(subject)
    inline = any(s.kind is Kind.FORWARD for b in bodies if b.primary and not b.part.attached_mail for s in b.segments)
    forward = forward or inline or (not reply and any(b.part.attached_mail for b in bodies))
    date = message.date()
    parent = _parent(message, around, bodies, forward, recipients)
    earlier = tuple(_whole_parent(m, "found", around.models) for m in around.earlier)
    date_known = date is not None or around.leaving or around.draft
    own = _own_texts(bodies)
    languages = languages_of(own)
    name_of = sides(sender, recipients, parent, organisations)
    if template is not None:
        languages = (template.language,) if template.language else languages
        name_of = _template_sides(template)
    sent = date if date else datetime.now(UTC) if date_known else None
    prose = Prose(own, languages, around.models, name_of, sent, template.language if template is not None else "")
    profile, reason = recognise(around.profile, recipients, bool(message.address_list("to").groups), parent, prose)
    return Mail(
        message=message,
        source=message.source,
        draft=around.draft or (message.header("x-unsent") or "").strip() == "1",
        sender=sender,
        recipients=recipients,
        groups=tuple(g for f in ("to", "cc", "bcc") for g in message.address_list(f).groups),
        subject=subject,
        base_subject=base,
        is_reply=not forward and (reply or parent is not None or bool(message.header("in-reply-to"))),
        is_forward=forward,
        date=date or datetime.now(UTC),
        date_known=date_known,
        bodies=bodies,
        enclosed=tuple(Body(part, (Segment(Kind.ATTACHED, 0, len(part.view.text)),), (), False) for part in message.enclosed),
        quoted=quoted,
        parent=parent,
        organisations=organisations,
        earlier=earlier,
        languages=languages,
        profile=profile,
        profile_reason=reason,
        partners=tuple((p[0], p[1]) for p in around.partners),
        prose=prose,
        template=template,
        history=around.history,
        proofreader=around.proofreader,
    )


@cache
def _prefixes() -> tuple[re.Pattern[str], re.Pattern[str]]:
    replies: list[str] = []
    forwards: list[str] = []
    for language in languages_with("quotes.toml"):
        data = language_file(language, "quotes.toml")
        replies += data.get("reply_prefixes", [])
        forwards += data.get("forward_prefixes", [])
    tail = r"(?:\[\d+\]|\(\d+\)|\^\d+)?\s*[:：]\s*"
    return re.compile(rf"(?:{'|'.join(replies)}){tail}", re.I), re.compile(rf"(?:{'|'.join(forwards)}){tail}", re.I)


def split_subject(subject: str) -> tuple[str, bool, bool]:
    """Subject without reply and forward prefixes, and whether it had one of each (the outermost decides on forward)."""
    replies, forwards = _prefixes()
    reply = forward = False
    text = subject.strip()
    outermost = True
    while True:
        text = re.sub(r"^\[[^\]]{1,40}\]\s*(?=\w+\s*:)", "", text)
        match = forwards.match(text)
        if match:
            forward = forward or outermost
        else:
            match = replies.match(text)
            if not match:
                break
            reply = True
        outermost = False
        text = text[match.end() :]
    return text.strip(), reply, forward


def same_subject(one: str, other: str) -> bool:
    """Whether two subjects name the same conversation: prefixes, list tags, case and spacing aside."""

    def norm(subject: str) -> str:
        base = split_subject(subject)[0]
        return re.sub(r"[\W_]+", " ", re.sub(r"^\[[^\]]{1,40}\]", "", base)).strip().casefold()

    a, b = norm(one), norm(other)
    return a == b or (min(len(a), len(b)) >= 8 and (a.startswith(b) or b.startswith(a)))


def _recipients(message: Message, organisations: Organisations, sender: Address | None) -> tuple[Recipient, ...]:
    found: list[Recipient] = []
    seen: set[tuple[str, str]] = set()
    fields = ("to", "cc", "bcc", *_RESENT)
    for name in fields:
        for address in message.address_list(name).addresses:
            place = name.removeprefix("resent-")
            if (place, address.key) not in seen:
                seen.add((place, address.key))
                found.append(_recipient(address, place, organisations, sender))
    shown = {r.key for r in found}
    for address in message.envelope:
        if address.key not in shown:
            shown.add(address.key)
            found.append(_recipient(address, "envelope", organisations, sender))
    for invited in message.invited:
        if invited.address.key not in shown and (sender is None or invited.address.key != sender.key):
            shown.add(invited.address.key)
            found.append(_recipient(invited.address, ATTENDEE, organisations, sender))
    return tuple(found)


def _recipient(address: Address, field_name: str, organisations: Organisations, sender: Address | None) -> Recipient:
    inside = organisations.inside(address, sender)
    return Recipient(address, field_name, organisations.of(address), inside, person(address, inside))


def _bodies(message: Message) -> tuple[Body, ...]:
    """Segmented bodies; of two alternatives the plain one is read as text unless the HTML says far more."""
    primary = _primary_parts(message.texts)
    out = []
    for index, part in enumerate(message.texts):
        zone_at = part.html.zone_at if part.html else None
        if part.attached_mail:
            out.append(Body(part, (Segment(Kind.FORWARD, 0, len(part.view.text)),), (_attached_mail(part),), index in primary))
            continue
        found = segment(part.view.text, zone_at)
        out.append(Body(part, found.segments, found.quoted, index in primary))
    return tuple(out)


def _whole_bodies(message: Message) -> tuple[Body, ...]:
    """Bodies of a template: all its author's own, whatever it looks like; nobody has answered yet."""
    primary = _primary_parts(message.texts)
    return tuple(Body(part, (Segment(Kind.OWN, 0, len(part.view.text)),), (), i in primary) for i, part in enumerate(message.texts))


def _template_sides(template: Template) -> NameOf:
    """Whose side a variable's value is on: what its name says; any other name is nobody's."""
    known = {s.token: Who.OWN if s.type is Type.COLLEAGUE else Who.READER for s in template.stand_ins if s.type in {Type.COLLEAGUE, Type.NAME}}
    return known.get


def _attached_mail(part: TextPart) -> QuotedMail:
    fields = {h.name.lower(): h for h in part.headers}
    people = {name: address_field(fields[name], 500).addresses for name in ("from", "to", "cc") if name in fields}
    values = {name: field.value for name, field in fields.items()}
    shows_readers = "to" in people or "cc" in people
    text = part.view.text
    return QuotedMail(
        next(iter(people.get("from", ())), None),
        (*people.get("to", ()), *people.get("cc", ())) if shows_readers else None,
        values.get("date"),
        values.get("subject"),
        text,
        0,
        len(text),
        True,
    )


def _own_texts(bodies: tuple[Body, ...]) -> list[str]:
    return [b.text[s.start : s.end] for b in bodies if b.primary for s in b.segments if s.kind is Kind.OWN]


def own_texts(message: Message) -> list[str]:
    """The stretches of a mail that its sender wrote, in order: what history keeps numbers of."""
    return _own_texts(_bodies(message))


def _primary_parts(texts: tuple[TextPart, ...]) -> set[int]:
    chosen: set[int] = set()
    groups: dict[int, list[int]] = {}
    for index, part in enumerate(texts):
        if part.alternative is None:
            chosen.add(index)
        else:
            groups.setdefault(part.alternative, []).append(index)
    for members in groups.values():
        plain = next((i for i in members if texts[i].kind == "plain"), None)
        html = next((i for i in members if texts[i].kind == "html"), None)
        if plain is None or html is None:
            chosen.add(members[0])
            continue
        sizes = [len(texts[i].view.text.split()) for i in (plain, html)]
        chosen.add(html if sizes[0] * 2 < sizes[1] else plain)
    return chosen


def _parent(message: Message, around: Surroundings, bodies: tuple[Body, ...], forward: bool, recipients: Sequence[Recipient]) -> Parent | None:
    if around.parent is not None:
        whole = _whole_parent(around.parent, "found" if around.found else "given", around.models)
        return whole if around.found else replace(whole, doubt=other_conversation(message, around.parent, recipients))
    quoted = [(body, q) for body in bodies if body.primary for q in body.quoted if not q.chat]
    if forward or not quoted:
        return None
    body, first = quoted[0]
    reference = (message.header("in-reply-to") or "").strip() or None
    text = _quoted_between(body) or first.text
    own = [text[s.start : s.end] for s in segment(text).segments if s.kind is Kind.OWN]
    prose = Prose(own, languages_of(own), around.models, author_sides(first.sender), message.date(), side="them")
    return Parent("trail", "trail", reference, first.sender, first.recipients, first.subject, text, prose=prose, delegate=first.delegate)


def _quoted_between(body: Body) -> str:
    """The answered mail where it is quoted piece by piece between the answers, without quote marks; "" where it lies below as a whole."""
    pieces = [body.text[s.start : s.end] for s in body.segments if s.kind is Kind.QUOTE]
    tail = [body.text[s.start : s.end] for s in body.segments if s.kind is Kind.TRAIL and s.start > 0] if pieces else []
    return "\n".join(line for piece in [*pieces, *tail] for line in _unmarked(piece)).strip()


def _unmarked(piece: str) -> Iterator[str]:
    """The lines of a quoted piece behind their quote marks, with rests of lines that were wrapped once more; not the head above them."""
    inside = False
    for line in piece.split("\n"):
        marked = line.lstrip().startswith(">")
        inside = marked or (inside and bool(line.strip()))
        if inside:
            yield re.sub(r"^[ \t]*(?:>[ \t]?)+", "", line)


def other_conversation(message: Message, parent: Message, recipients: Sequence[Recipient]) -> str:
    """Why a mail that was given as the one answered may belong to another conversation; "" where all fits."""
    own_id = _id(parent)
    named = re.findall(r"<[^<>\s]+>", f"{message.header('in-reply-to') or ''} {message.header('references') or ''}")
    if own_id and own_id in named:
        return ""
    reasons = []
    if named and own_id:
        reasons.append(f"this mail answers {named[0]}, not {own_id}")
    theirs, mine = (parent.header("subject") or "").strip(), (message.header("subject") or "").strip()
    same = bool(theirs and mine) and same_subject(theirs, mine)
    if theirs and mine and not same:
        reasons.append("the subjects differ")
    people = {a.key for name in ("from", "reply-to", "to", "cc") for a in parent.address_list(name).addresses}
    strangers = bool(recipients) and bool(people) and not any(r.key in people for r in recipients)
    if strangers:
        reasons.append("nobody who was on it gets this one")
    sent, answered = message.date(), parent.date()
    if sent is not None and answered is not None and _utc(answered) > _utc(sent) + timedelta(minutes=10):
        reasons.append("it was written after this one")
        return ", and ".join(reasons)
    return ", and ".join(reasons) if len(reasons) > 1 or (strangers and not same) else ""


def _utc(when: datetime) -> datetime:
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when


def _id(message: Message) -> str | None:
    return (message.header("message-id") or "").strip() or None


def _whole_parent(parent: Message, kind: str, models: Mapping[str, str]) -> Parent:
    people = tuple(a for name in ("to", "cc") for a in parent.address_list(name).addresses)
    senders = parent.address_list("from").addresses
    own = _own_texts(_bodies(parent))
    sender = senders[0] if senders else None
    delegates = parent.address_list("sender").addresses
    why = _unreadable(parent, own)
    return Parent(
        parent.source,
        kind,
        _id(parent),
        sender,
        people,
        parent.header("subject"),
        "\n\n".join(own),
        parent,
        None if why else Prose(own, languages_of(own), models, author_sides(sender), parent.date(), side="them"),
        why,
        delegate=delegates[0] if delegates else None,
    )


def _unreadable(message: Message, own: Sequence[str]) -> str:
    """Why a mail of the thread has no text to read; "" if it has."""
    if message.opaque:
        return f"it is {message.opaque}"
    if any(text.strip() for text in own):
        return ""
    problem = next((p.message for p in message.problems), "")
    return problem or "it has no text of its own"
