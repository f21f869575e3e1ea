"""The finished, read-only view of a mail that checks see. Built by :mod:`sendcheck.understanding.understand`."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sendcheck.reading.addresses import Address
from sendcheck.reading.headers import Header
from sendcheck.reading.message import Attachment, Message, TextPart
from sendcheck.reading.sourcemap import FilePosition
from sendcheck.reading.templates.model import Spot, Template
from sendcheck.understanding.acquaintance import History, NoHistory
from sendcheck.understanding.names import Person, fold, person
from sendcheck.understanding.organisations import Organisations, is_free_mail
from sendcheck.understanding.place import Place, clip
from sendcheck.understanding.proofreading import NoProofreader, Proofreader
from sendcheck.understanding.prose import Prose, Sentence
from sendcheck.understanding.segments import Kind, QuotedMail, Segment

#: The field of somebody whom an invitation names and no header does.
ATTENDEE = "attendee"
_SHOWN_FIELDS = ("to", "cc", ATTENDEE)
_CONTEXT = 110
#: People that a bare name is compared with at once: each comparison is a generous one.
_LIKELY = 5
_LIST_HEADERS = ("list-id", "list-post", "mailing-list", "x-mailing-list", "x-beenthere")


def _file(at: tuple[int, int] | None) -> str:
    """The file a position names, where it is another than the one read."""
    return at.file if isinstance(at, FilePosition) else ""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who gets the mail. ``field``: ``to``, ``cc``, ``bcc``, ``envelope`` or ``attendee`` (of an invitation)."""

    address: Address
    field: str
    organisation: str
    inside: bool
    person: Person

    @property
    def visible(self) -> bool:
        """Whether the other readers see this address."""
        return self.field in _SHOWN_FIELDS

    @property
    def key(self) -> str:
        """The address in lower case."""
        return self.address.key

    @property
    def shown(self) -> str:
        """The name as written, else the address."""
        return self.address.name or self.address.addr


@dataclass(frozen=True, slots=True)
class Circle:
    """Some people of a thread, for asking whether a recipient is among them: by address, or by name where a trail shows no address.

    ``names``: those shown without an address; ``unplaced``: whether one of them is borne by nobody whose address is known; ``at``: full names of the
    others by their organisation, since people have more than one address in their house.
    """

    keys: frozenset[str]
    names: tuple[str, ...]
    unplaced: bool = False
    at: tuple[tuple[str, str], ...] = ()

    def holds(self, recipient: Recipient) -> bool | None:
        """Whether a recipient is among them; None where the address gives no name away and the trail shows somebody without one (RULES.md, ruling 44)."""
        if recipient.key in self.keys or any(recipient.person.bears(name) for name in self.names):
            return True
        if any(house == recipient.organisation and recipient.person.bears(name) for house, name in self.at):
            return True
        return None if self.unplaced and not recipient.person.known else False


@dataclass(frozen=True, slots=True)
class Body:
    """One readable part with its segments. ``primary``: the half that is read as the mail's text."""

    part: TextPart
    segments: tuple[Segment, ...]
    quoted: tuple[QuotedMail, ...]
    primary: bool

    @property
    def text(self) -> str:
        """The whole text of the part."""
        return self.part.view.text

    def kind_at(self, offset: int) -> Kind:
        """What segment a character lies in."""
        at = bisect_right(self.segments, offset, key=lambda segment: segment.start) - 1
        return self.segments[at].kind if at >= 0 and offset < self.segments[at].end else Kind.OWN


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of text of one body: ``text`` is ``body.text[start:end]``."""

    body: Body
    start: int
    end: int

    @property
    def text(self) -> str:
        """The characters of the stretch."""
        return self.body.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Parent:
    """A mail of the thread, first of all the one that is answered: whole, or what the trail shows of it.

    ``recipients`` is None where they are not known. ``kind``: ``given``, ``found`` (in a mail store) or ``trail``. ``prose``: its own text as
    sentences, None where it has none that can be read; ``unreadable`` then says why. ``doubt``: why it may belong to another conversation.
    ``delegate``: who sent it in the sender's name (RFC 5322's Sender).
    """

    source: str
    kind: str
    id: str | None
    sender: Address | None
    recipients: tuple[Address, ...] | None
    subject: str | None
    text: str
    message: Message | None = None
    prose: Prose | None = None
    unreadable: str = ""
    doubt: str = ""
    delegate: Address | None = None

    @property
    def whole(self) -> bool:
        """Whether the mail itself is known, and not just what a trail quotes of it."""
        return self.kind != "trail"

    @property
    def via_list(self) -> bool:
        """Whether it came through a mailing list (RFC 2919, RFC 2369), as far as its headers tell."""
        if self.message is None:
            return False
        if any(self.message.header(name) for name in _LIST_HEADERS):
            return True
        return (self.message.header("precedence") or "").strip().lower() in {"list", "bulk", "junk"}


@dataclass(frozen=True, slots=True)
class Mail:
    """One outgoing mail, understood. Nothing here changes while checks run.

    ``enclosed``: what leaves beside its text and was read (attached text, HTML, calendars): for rules about leaks alone.
    """

    message: Message
    source: str
    draft: bool
    sender: Address | None
    recipients: tuple[Recipient, ...]
    groups: tuple[str, ...]
    subject: str
    base_subject: str
    is_reply: bool
    is_forward: bool
    date: datetime
    date_known: bool
    bodies: tuple[Body, ...]
    quoted: tuple[QuotedMail, ...]
    parent: Parent | None
    organisations: Organisations
    earlier: tuple[Parent, ...] = ()
    languages: tuple[str, ...] = ()
    profile: str = "general"
    profile_reason: str = ""
    partners: tuple[tuple[str, str], ...] = ()
    prose: Prose = field(default_factory=Prose)
    template: Template | None = None
    history: History = field(default_factory=NoHistory)
    proofreader: Proofreader = field(default_factory=NoProofreader)
    enclosed: tuple[Body, ...] = ()
    _by_word: dict[str, list[Person]] = field(default_factory=dict, compare=False, repr=False)

    # -- who gets it ---------------------------------------------------------

    @property
    def visible(self) -> tuple[Recipient, ...]:
        """Everyone in To and Cc, and whom an invitation names."""
        return tuple(r for r in self.recipients if r.visible)

    @property
    def outside(self) -> tuple[Recipient, ...]:
        """Recipients outside the sender's organisation, hidden ones too."""
        return tuple(r for r in self.recipients if not r.inside)

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """Files that travel with the mail; images shown in the text and signatures are none."""
        return tuple(a for a in self.message.attachments if not a.inline)

    @property
    def addressed(self) -> tuple[Recipient, ...]:
        """To whom the mail is sent, in a header or on the envelope; not whom just its invitation names."""
        return tuple(r for r in self.recipients if r.field != ATTENDEE)

    def owner(self, recipient: Recipient) -> Person:
        """What is known of a recipient's name: from the address as written, and as the sender wrote it before."""
        known = self.history.person(recipient.key)
        found = recipient.person
        for name in known.names if known is not None else ():
            found = found.joined(person(Address(name, recipient.address.addr), recipient.inside))
        return found

    def is_inside(self, address: Address) -> bool:
        """Whether an address is inside, as for recipients."""
        return self.organisations.inside(address, self.sender)

    def are_partners(self, one: str, other: str) -> bool:
        """Whether two organisations are configured as partners."""
        return (one, other) in self.partners or (other, one) in self.partners

    # -- what it says --------------------------------------------------------

    def stretches(self, *kinds: Kind, primary: bool = True) -> Iterator[Stretch]:
        """Runs of the given kinds; only of the half that is read as text unless ``primary`` is False."""
        for body in self.bodies:
            if primary and not body.primary:
                continue
            for segment in body.segments:
                if segment.kind in kinds:
                    yield Stretch(body, segment.start, segment.end)

    def own(self) -> list[Stretch]:
        """What the sender wrote now: no quotes, no forwarded mail, no signature."""
        return list(self.stretches(Kind.OWN))

    @property
    def own_text(self) -> str:
        """All own text, stretches joined by blank lines."""
        return "\n\n".join(s.text.strip("\n") for s in self.own() if s.text.strip())

    def hidden(self) -> Iterator[tuple[Body, str, int | None]]:
        """Text of HTML parts, attached ones too, that no reader sees: (body, text, offset in the HTML source)."""
        for body in (*self.bodies, *self.enclosed):
            if body.part.html:
                for text, offset in body.part.html.hidden:
                    yield body, text, offset

    # -- the thread ----------------------------------------------------------

    @property
    def answered(self) -> tuple[Parent, ...]:
        """The parent and the mails of the thread before it, nearest first, as far as they are at hand."""
        return (*((self.parent,) if self.parent is not None else ()), *self.earlier)

    def prose_of(self, other: Parent | QuotedMail) -> Prose:
        """The text of another mail of the thread as its writer's: as it was read, else (a mail in the trail) read now."""
        read = other.prose if isinstance(other, Parent) else None
        return read if read is not None else Prose([other.text], self.languages, side="them")

    @property
    def answers_shared(self) -> bool:
        """Whether the mail goes to a shared mailbox or a group that its parent went to."""
        readers = {a.key for a in (self.parent.recipients if self.parent is not None else None) or ()}
        return any(r.key in readers and (r.person.role or r.person.crowd) for r in self.recipients)

    def circle(self, people: Iterable[Address | None]) -> Circle:
        """Some people of the thread, addresses or bare names; None stands for nobody."""
        known = [a for a in people if a is not None]
        mailboxes = [a for a in known if "@" in a.addr]
        names = tuple(dict.fromkeys(a.name for a in known if "@" not in a.addr and a.name))
        full = ((self.organisations.of(a), " ".join((*owner.words, *owner.initials))) for a in mailboxes if len((owner := person(a)).words) > 1)
        return Circle(frozenset(a.key for a in mailboxes), names, self._leaves_out(names), tuple(dict.fromkeys(full)))

    def _leaves_out(self, names: tuple[str, ...]) -> bool:
        """Whether one of some bare names is borne by nobody whose address is known; asked only where a recipient's address gives no name away."""
        if not names or all(r.person.known for r in self.recipients):
            return False
        if not self._by_word:  # a trail of thousands of mails is gone through once
            self._by_word[""] = [person(self.sender, True)] if self.sender is not None else []
            self._by_word[""] += [r.person for r in self.recipients if r.person.known][:_LIKELY]
            for address in self.thread_people():
                if "@" in address.addr:
                    owner = person(address, self.is_inside(address))
                    for word in owner.words:
                        self._by_word.setdefault(fold(word), []).append(owner)
        return any(not any(p.bears(name) for p in self._likely(name)) for name in names)

    def _likely(self, name: str) -> Iterator[Person]:
        """Who may bear a bare name: the sender, the first recipients, and people of the thread with one of its words."""
        for word in ("", *(fold(w) for w in name.replace(",", " ").split())):
            yield from self._by_word.get(word, ())[:_LIKELY]

    @property
    def reaches_new_people(self) -> bool:
        """Whether the thread shows people besides the sender, and nobody of them can be among the recipients."""
        thread = [a for a in self.thread_people() if not self.is_sender(a)]
        circle = self.circle(thread)
        return bool(thread and self.recipients) and all(circle.holds(r) is False for r in self.recipients)

    def is_sender(self, address: Address) -> bool:
        """Whether somebody in the thread is who sends this mail: by address, or by name, under whatever address of theirs."""
        if self.sender is None:
            return False
        if "@" in address.addr and address.key == self.sender.key:
            return True
        me = person(self.sender, True)
        if "@" in address.addr and self.organisations.of(address) != self.organisations.of(self.sender):
            owner, name = person(address), " ".join(me.words)
            return me.has_full_name(owner) or (is_free_mail(address.domain) and len(me.words) > 1 and owner.bears(name))
        return me.bears(address.name or " ".join(person(address).words))

    def thread_people(self) -> tuple[Address, ...]:
        """Everyone seen on a mail of the thread (the parent, those before it, the mails quoted), addresses or bare names."""
        people: list[Address] = []
        for mail in self.answered:
            people += [a for a in (mail.sender, mail.delegate, *(mail.recipients or ())) if a]
        for quoted in self.quoted:
            people += [a for a in (quoted.sender, quoted.delegate, *(quoted.recipients or ())) if a]
        return tuple(people)

    def thread_texts(self) -> tuple[str, ...]:
        """What the thread said before: the parent, those before it, the mails quoted."""
        told = [*(p.text for p in self.answered), *(q.text for q in self.quoted), *((p.subject or "") for p in self.answered)]
        return tuple(dict.fromkeys(told))

    # -- places --------------------------------------------------------------

    def at(self, body: Body, start: int, end: int, part: str | None = None) -> Place:
        """The place of characters start..end of a body."""
        if self.template is not None:
            return self._in_template(self.template, body, start, end, part or self._part_name(body, start))
        text = body.text
        excerpt = clip(text[start:end])
        first = body.part.view.locate(start)
        last = body.part.view.locate(end) or (body.part.view.locate(end - 1) if end > start else None)
        line_start = text.rfind("\n", 0, start) + 1
        line_end = text.find("\n", start)
        line_end = len(text) if line_end < 0 else line_end
        context_start = max(line_start, start - _CONTEXT // 2)
        context = text[context_start : min(line_end, context_start + _CONTEXT)]
        return Place(
            part or self._part_name(body, start),
            excerpt,
            first[0] if first else None,
            first[1] if first else None,
            last[0] if last else None,
            last[1] if last else None,
            context=context.replace("\t", " "),
            context_column=start - context_start,
            span=next(((i, start, end) for i, b in enumerate(self.bodies) if b is body), None),
        )

    def _in_template(self, template: Template, body: Body, start: int, end: int, part: str) -> Place:
        """The place of characters start..end of a template's text: as its author wrote them, tags and all."""
        text = body.text
        begin, last = body.part.view.locate(start), body.part.view.locate(max(start, end - 1))
        stop = (last[0], last[1] + (1 if end > start else 0)) if last else None
        lead = text[max(text.rfind("\n", 0, start) + 1, start - _CONTEXT // 2) : start].replace("\t", " ")
        tail = text[start:].split("\n", 1)[0][:_CONTEXT].replace("\t", " ")
        before = template.as_written(lead)
        return Place(
            part,
            clip(template.as_written(text[start:end])),
            begin[0] if begin else None,
            begin[1] if begin else None,
            stop[0] if stop else None,
            stop[1] if stop else None,
            (before + template.as_written(tail))[: 2 * _CONTEXT],
            len(before),
            _file(begin),
            template.stand_in_at(text, start, end),
        )

    def at_spot(self, spot: Spot) -> Place:
        """The place of characters of a template's file."""
        line, column = spot.file.line_column(spot.start)
        end_line, end_column = spot.file.line_column(spot.end)
        context = spot.file.lines[line - 1].replace("\t", " ")
        skipped = max(0, column - 1 - _CONTEXT // 2)
        other = "" if self.template is None or spot.file.name == self.template.file.name else spot.file.name
        return Place("template", clip(spot.text), line, column, end_line, end_column, context[skipped : skipped + _CONTEXT], column - 1 - skipped, other)

    def _part_name(self, body: Body, offset: int) -> str:
        if body.part.name:
            return body.part.name
        if body.kind_at(offset) in {Kind.TRAIL, Kind.QUOTE, Kind.FORWARD}:
            return "trail"
        return "body" if body.primary else "html"

    def within(self, stretch: Stretch, start: int, end: int) -> Place:
        """The place of characters start..end of a stretch."""
        return self.at(stretch.body, stretch.start + start, stretch.start + end)

    def at_sentence(self, sentence: Sentence, start: int | None = None, end: int | None = None) -> Place:
        """The place of a sentence of own text, or of characters start..end of it."""
        stretch = self.own()[sentence.piece.index]
        first = sentence.start + (start or 0)
        return self.within(stretch, first, sentence.start + end if end is not None else sentence.end)

    def at_parent(self, text: str) -> Place:
        """The place of words of the answered mail: no line in the mail that is checked."""
        text = " ".join(text.split())
        return Place("parent", clip(text), context=clip(text, _CONTEXT))

    def at_hidden(self, body: Body, text: str, offset: int | None, start: int, end: int) -> Place:
        """The place of a piece of hidden HTML text."""
        where = body.part.locate_source.locate(offset + start) if offset is not None else None
        until = body.part.locate_source.locate(offset + end) if offset is not None else None
        line, column = where or (None, None)
        end_line, end_column = until or (None, None)
        file = _file(where)
        met = self.template.stand_in_at(text, start, end) if self.template is not None else ""
        told = f"(not shown to the reader) {clip(text, _CONTEXT)}"
        return Place("html", clip(text[start:end]), line, column, end_line, end_column, told, 26 + start, file, met)

    def at_header(self, name: str, excerpt: str | None = None) -> Place:
        """The place of *excerpt* in a header field, or of its whole value; line None if the header is absent."""
        fields = self.message.all(name)
        part = name.lower()
        for header in fields:
            wanted = header.value if excerpt is None else excerpt
            raw = header.raw_value
            index = raw.find(wanted) if wanted else -1
            if index < 0 and wanted:
                index = raw.lower().find(wanted.lower())
            if index < 0 and excerpt is not None and header is not fields[-1]:
                continue
            if index < 0:
                index = len(raw) - len(raw.lstrip())
                shown = len(raw.strip())
            else:
                shown = len(wanted)
            before = len(raw[:index].encode("utf-8", "replace"))
            inside = len(raw[index : index + shown].encode("utf-8", "replace"))
            line, column = self.message.line_of(header.start + before)
            end_line, end_column = self.message.line_of(header.start + before + inside)
            if self.template is not None:
                return self._header_in_template(self.template, part, header, index, shown)
            context = f"{header.name}: {header.value}"
            at = context.find(wanted) if wanted else -1
            if at < 0 and wanted:  # the case may differ; lowering a long header is dear
                at = context.lower().find(wanted.lower())
            begin = max(0, at - _CONTEXT // 2) if at >= 0 else 0
            return Place(part, clip(wanted), line, column, end_line, end_column, context[begin : begin + _CONTEXT], max(0, at - begin))
        return Place(part, excerpt or "")

    def _header_in_template(self, template: Template, part: str, header: Header, index: int, length: int) -> Place:
        raw = header.raw_value
        begin = self.message.line_of(header.start + len(raw[:index].encode("utf-8", "replace")))
        last = self.message.line_of(header.start + max(0, len(raw[: index + length].encode("utf-8", "replace")) - 1))
        before, said = template.as_written(raw[:index].lstrip()), template.as_written(raw[index : index + length])
        context = f"{header.name}: {before}{said}{template.as_written(raw[index + length :].rstrip())}"
        file = _file(begin)
        met = template.stand_in_at(raw, index, index + length)
        column = len(header.name) + 2 + len(before)
        return Place(part, clip(said), begin[0], begin[1], last[0], last[1] + 1, context[: 2 * _CONTEXT], column, file, met)

    def at_recipient(self, recipient: Recipient) -> Place:
        """The place of a recipient's address: its header, or the envelope."""
        if recipient.field == "envelope":
            return Place("envelope", recipient.address.addr)
        if recipient.field == ATTENDEE:
            return self._at_invited(recipient)
        return self.at_header(recipient.field, recipient.address.raw or recipient.address.addr)

    def _at_invited(self, recipient: Recipient) -> Place:
        """The place of somebody's address in an invitation."""
        invited = next(i for i in self.message.invited if i.address.key == recipient.key)
        source = invited.calendar.locate_source
        (line, column), (end_line, end_column) = source.locate(invited.start) or (None, None), source.locate(invited.end) or (None, None)
        return Place(invited.calendar.name, recipient.address.addr, line, column, end_line, end_column, recipient.address.addr)

    def nowhere(self, part: str = "body") -> Place:
        """The place of something absent."""
        return Place(part)
