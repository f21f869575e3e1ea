"""Header blocks that quoted mails begin with: From, Sent, To and Subject lines of Outlook, Lotus Notes, Zimbra, forwards; and the people they name."""

from __future__ import annotations

import re
from typing import NamedTuple

from sendcheck.reading.addresses import Address, parse_address_list
from sendcheck.understanding.calendar import calendar_words
from sendcheck.understanding.quotewords import Label, label_alone, label_before_tab, label_of, of_one_language, quote_words

EMAIL = re.compile(r"(?<![^\s<>\"'(),;:\[\]@=])[^\s<>\"'(),;:\[\]@=]+@[^\s<>\"'(),;:\[\]@]*[^\s<>\"'(),;:.\[\]@]")
#: How Lotus Notes writes when: 03/28/2001 07:01 PM, 28.03.2001 19:01, 2001-03-28 19:01.
NOTES_DATE = re.compile(
    r"(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d{2}-\d{2})\s+(?:kl\.?\s*)?\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\s*[AP]M)?(?:\s+\w{2,9})?\s*$", re.I
)
#: A Notes name: somebody with the path of units below their house, perhaps the domain behind it, or the domain alone.
_NOTES_NAME = re.compile(
    r"(?<!\w)(?P<name>[^\W\d_][^\s,;<>/@\"]{0,40}(?: [^\s,;<>/@\"]{1,40}){0,4})"
    r"(?P<path>(?:/[\w&.-]{1,30}(?: [\w&.-]{1,30}){0,2}){1,4}(?:@\w[\w.-]*)?|@\w+)(?=\s*(?:[,;<>]|$))"
)
#: Any date or hour, from which on a line says no more who wrote.
_WHEN = re.compile(
    r"(?<![\w@./-])(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d{2}-\d{2}|\d{1,2}[:.]\d{2}(?:[:.]\d{2})?"
    r"|\d{1,2}\.?(?=\s+(?P<month>[^\W\d_]{3,12})))(?![\w@])"
)
_ON = frozenset({"on", "at", "am", "den", "le", "el", "il", "op", "på", "kl", "um", "pm"})
#: Between the cells of a table that was made one line; one has few.
_CELLS, _MOST_CELLS = re.compile(r"\t\s*|[ \xa0]{2,20}"), 12
#: Lines of a block, and lines that go on with a value; lists of people go on for longer, and show it by their marks.
_BLOCK_LINES, _CONTINUED, _IN_LISTS = 150, 12, re.compile(r"[;@]|,\s*$")
_GO_ON = frozenset({"to", "cc", "subject", "other", "sender", "from", "bcc"})
#: A head names so many people and no more: its lines have no end that a client would set.
_LONGEST = 20_000


class HeaderBlock(NamedTuple):
    """A block in lines first..last (exclusive), and what it says; ``recipients`` is None where it does not show them, ``delegate``: who sent it for the
    author (RFC 5322's Sender: “Kari on behalf of Per”, “Sent by: Kari”).
    """

    first: int
    last: int
    sender: Address | None
    recipients: tuple[Address, ...] | None
    date: str | None
    subject: str | None
    delegate: Address | None = None


def header_block(lines: list[str], depths: list[int], index: int, *, trusted: bool) -> HeaderBlock | None:
    """A block of labelled lines that starts at *index*. ``trusted``: a separator above says that one follows."""
    values: dict[str, str] = {}
    written: dict[str, str] = {}
    last_kind: str | None = None
    at = index
    continued = 0
    while at < len(lines) and at - index < _BLOCK_LINES:
        line = lines[at]
        if depths[at] != depths[index]:
            break
        if not line.strip():
            if not _goes_on(lines, depths, at, values):
                break
            at += 1
            continue
        label = label_of(line)
        if label is not None:
            last_kind = label.kind
            value = line[label.end :].strip()
            values[last_kind] = f"{values[last_kind]} {value}" if last_kind in values else value
            written.setdefault(last_kind, label.word)
            continued = 0
        elif last_kind in _GO_ON and "subject" not in values and (continued < _CONTINUED or _IN_LISTS.search(line)):
            values[last_kind] = f"{values[last_kind]} {line.strip()}"
            continued += 1
        elif last_kind == "subject" and continued == 0 and line[:1] in " \t" and line.strip():
            values[last_kind] += " " + line.strip()
            continued += 1
        else:
            break
        at += 1
    if "from" not in values or not _is_enough(values, written, label_of(lines[index]), trusted):
        return None
    return _block(index, at, values)


def _goes_on(lines: list[str], depths: list[int], at: int, values: dict[str, str]) -> bool:
    """One blank line between labels that HTML paragraphs keep apart; none behind the subject, where the mail begins."""
    following = lines[at + 1] if at + 1 < len(lines) and depths[at + 1] == depths[at] else ""
    label = label_of(following)
    return "from" in values and label is not None and label.kind not in {"other", "sender"} and label.kind not in values


def _is_enough(values: dict[str, str], written: dict[str, str], first: Label | None, trusted: bool) -> bool:
    """Whether labels prove a quoted mail: “From: Monday / To: Friday” does not."""
    shows_mailbox = "@" in values["from"] or bool(re.search(r"\w/\w", values["from"]))
    heads = len(values.keys() - {"other", "sender"})
    if trusted and heads >= 2:
        return True
    enough = heads >= 2 and ("subject" in values or shows_mailbox) and ("sent" in values or "to" in values) and of_one_language(written)
    if first is None or first.kind != "from":  # some clients begin with the date or the subject: then all must be there
        enough = enough and heads >= 4 and shows_mailbox
    return enough


def _block(first: int, last: int, values: dict[str, str], date: str | None = None) -> HeaderBlock:
    recipients = None
    if "to" in values or "cc" in values:
        recipients = tuple(a for kind in ("to", "cc") for a in people(values.get(kind, "")))
    author, when = _without_date(values.get("from", ""))
    behalf = quote_words().behalf.search(author)
    senders = people(author[behalf.end() :] if behalf else author)
    delegates = people(author[: behalf.start()] if behalf else values.get("sender", ""))
    sender, delegate = (found[0] if found else None for found in (senders, delegates))
    return HeaderBlock(first, last, sender, recipients, values.get("sent") or date or when, values.get("subject"), delegate)


def _without_date(value: str) -> tuple[str, str | None]:
    """“Kari Holm/ACME on 04/02/2001 05:49 PM”: who, and when. Of a value with a mailbox only what stands behind that can be a date."""
    mailbox = EMAIL.search(value)
    dates = _WHEN.finditer(value, mailbox.end() if mailbox else 0)
    date = next((d for d in dates if d["month"] is None or d["month"].casefold() in calendar_words()), None)
    if date is None or not value[: date.start()].strip():
        return value, None
    name = without_calendar_words(value[: date.start()])
    return (name, value[len(name) :].strip(" ,")) if name else (value, None)


def without_calendar_words(name: str) -> str:
    """A name without “on Wednesday” or “den 9.” behind it."""
    words = name.split(" ")
    while words and (not (word := words[-1].strip(".,\t(").casefold()) or word in _ON or word in calendar_words()):
        words.pop()
    return " ".join(words).rstrip(" ,\t")


def cells(line: str) -> list[str]:
    """The lines that a Notes head was before it was put on one: who and when, then each label with its value; [] for other lines."""
    if "\t" not in line and "   " not in line:
        return []
    pieces = [piece.strip() for piece in _CELLS.split(line.strip(), _MOST_CELLS)]
    dated = next((i for i, piece in enumerate(pieces) if NOTES_DATE.search(piece)), None)
    if dated is None or dated > 1 or not any((label := label_of(piece)) is not None and label.kind == "to" for piece in pieces[dated + 1 :]):
        return []
    return [" ".join(pieces[: dated + 1]), *pieces[dated + 1 :]]


def notes_block(lines: list[str], depths: list[int], index: int) -> HeaderBlock | None:
    """A Lotus Notes head: who and when on one or two lines, then To:, cc: and Subject: lines, or the same words alone above what they say."""
    values: dict[str, str] = {}
    at = index + 1
    skipped = 0
    last: str | None = None
    while at < len(lines) and at - index < 40 and depths[at] == depths[index]:
        line = lines[at]
        label = label_of(line) or label_alone(line) or label_before_tab(line)
        if label is not None:
            last = label.kind
            values[last] = line[label.end :].strip()
        elif not line.strip():
            if values.get("subject") or (last is None and skipped > 1):
                break
            skipped += 1
        elif last in {"to", "cc"} or (last == "subject" and not values["subject"]):
            values[last] = f"{values[last]} {line.strip()}".strip()
        elif last is None and skipped < 3:
            skipped += 1
        else:
            break
        at += 1
        if last == "subject" and (values["subject"] or at >= len(lines) or label_alone(lines[at - 1]) is None):
            break
    if "to" not in values or not ("subject" in values or "cc" in values):
        return None
    head = lines[index].strip()
    first = index
    if NOTES_DATE.fullmatch(head):
        first = _name_above(lines, depths, index)
    values["from"] = lines[first].strip() if first != index else head
    name = label_of(values["from"])
    values["from"] = values["from"][name.end :] if name is not None else values["from"]
    values.pop("sent", None)
    date = NOTES_DATE.search(head)
    return _block(first, at, values, date.group(0).strip() if date else None)


def _name_above(lines: list[str], depths: list[int], index: int) -> int:
    """The line above a date that says who wrote: the next one, or a name with its path one blank line up; *index* if there is none."""
    for at in (index - 1, index - 2):
        if at < 0 or depths[at] != depths[index]:
            break
        if lines[at].strip():
            return at if at == index - 1 or _NOTES_NAME.fullmatch(lines[at].strip()) else index
    return index


def people(value: str) -> list[Address]:
    """Mailboxes of a header line in a trail, where names often stand without addresses. A Notes name keeps its path in ``raw``."""
    cleaned = re.sub(r"\[?mailto:([^\]>\s]+)\]?", r"<\1>", value[:_LONGEST])
    cleaned = re.sub(r"(?<=\d):(?=\d)", ".", cleaned)  # hours in a name begin no group
    cleaned = re.sub(r"<(?:SMTP|EX):(?=[^<>\s]+@)", "<", re.sub(r"<(<[^>]+>)>", r"\1", cleaned))
    cleaned = re.sub(r"'([^'\s]+@[^'\s]+)'", r"\1", cleaned)
    cleaned = re.sub(r'"[^"]{0,80}"', lambda quoted: quoted[0].replace(";", ","), cleaned)
    paths: dict[str, str] = {}

    def bare(match: re.Match[str]) -> str:
        if "." in match["path"].partition("@")[2]:
            return match[0]  # a mailbox
        paths.setdefault(" ".join(match["name"].split()), " ".join(match[0].split()))
        return match["name"]

    cleaned = _NOTES_NAME.sub(bare, cleaned)
    # "Holm, Kari; Vik, Per": where semicolons part people, or one comma stands between bare words, a comma is inside a name
    if ";" in cleaned or (cleaned.count(",") == 1 and "@" not in cleaned and not paths):
        found = [person for piece in cleaned.split(";")[:500] for person in _one_or_more(piece)]
    else:
        found = _listed(cleaned)
    return [Address(a.name, a.addr, raw=paths[a.name]) if not a.addr and a.name in paths else a for a in found]


def _one_or_more(piece: str) -> list[Address]:
    if "@" in piece:
        return _listed(piece)
    name = " ".join(piece.split()).strip("\"' ")
    return [Address(name, "")] if name else []


def _listed(cleaned: str) -> list[Address]:
    out = []
    for address in parse_address_list(cleaned, 500).addresses:
        shown = EMAIL.search(address.name)
        if address.error is None and shown is None:
            out.append(address)
            continue
        email = shown or EMAIL.search(address.addr)
        name = EMAIL.sub("", address.name or address.addr).strip(" <>\"'()@")
        out.append(Address(name, email.group(0).lower() if email else ""))
    return out
