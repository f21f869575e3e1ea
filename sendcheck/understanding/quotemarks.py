"""The marks by which quoted mail begins: attribution lines, header blocks, separators.

All languages' marks are looked for at once: a thread mixes them. Each mark found says
who wrote the quoted mail, to whom, when and about what, as far as it shows.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from sendcheck.data import language_file, languages_with, union
from sendcheck.data.sieve import Lazy
from sendcheck.reading.addresses import Address, parse_address_list

MAX_ATTRIBUTION = 320
#: Lines of one text at which a mark is looked for closely, each time over up to 60 lines: no thread has so many mails.
_MAX_LOOKS = 2_000
_DATE = re.compile(r"\d{1,2}[:.]\d{2}\b|\b(?:19|20)\d{2}\b|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
_EMAIL = re.compile(r"(?<![^\s<>\"'(),;:\[\]@=])[^\s<>\"'(),;:\[\]@=]+@[^\s<>\"'(),;:\[\]@]*[^\s<>\"'(),;:.\[\]@]")
_NOTES_DATE = re.compile(r"\d{1,2}/\d{1,2}/\d{2,4}\s+\d{1,2}:\d{2}(?::\d{2})?(?:\s*[AP]M)?(?:\s+\w{2,9})?\s*$")
_DASHES = r"[-_=*–—\s]*"


class Mark(NamedTuple):
    """Where a quoted mail begins: lines first..last (exclusive), and what its head says.

    ``recipients`` is None where the mark does not show them. ``strong``: the mark alone
    proves a quote; a weak one needs quoted lines below it.
    """

    first: int
    last: int
    kind: str
    strong: bool
    sender: Address | None = None
    recipients: tuple[Address, ...] | None = None
    date: str | None = None
    subject: str | None = None


class _Marks(NamedTuple):
    attribution: Lazy
    named: Lazy
    verb: Lazy
    pronoun: Lazy
    iso: re.Pattern[str]
    original: Lazy
    forwarded: Lazy
    label: re.Pattern[str]


@cache
def _marks() -> _Marks:
    gathered: dict[str, list[str]] = {"openers": [], "verbs": [], "pronouns": [], "original": [], "forwarded": []}
    kinds: dict[str, list[str]] = {}
    for language in languages_with("quotes.toml"):
        data = language_file(language, "quotes.toml")
        for key, values in gathered.items():
            values += [v for v in data.get(key, []) if v not in values]
        for kind, names in data.get("labels", {}).items():
            kinds.setdefault(kind, []).extend(n for n in names if n not in kinds.get(kind, []))
    verbs = "|".join(gathered["verbs"])
    openers = "|".join(gathered["openers"])
    pronouns = "|".join(gathered["pronouns"])
    label = "|".join(f"(?P<{kind}>{'|'.join(names)})" for kind, names in kinds.items())
    return _Marks(
        attribution=Lazy(rf"(?:-{{2,3}}\s*)?(?:{openers})(?![\w]).*\b(?:{verbs})\b.*:$"),
        named=Lazy(rf"(?!(?:{pronouns})\b)[\w\"'<(].{{1,120}}\s(?:{verbs})(?:\s.{{0,80}})?:$"),
        verb=Lazy(rf"\b(?:{verbs})\b"),
        pronoun=Lazy(rf"\b(?:{verbs})\s+(?:{pronouns})\b|\b(?:{pronouns})\s+(?:{verbs})\b"),
        iso=re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{1,2}:\d{2}.{0,80}<\S+@\S+>:$"),
        original=union(gathered["original"], prefix=rf"{_DASHES}", suffix=rf":?{_DASHES}$"),
        forwarded=union(gathered["forwarded"], prefix=r"[-_=*>\s]*", suffix=rf":?{_DASHES}$"),
        label=re.compile(rf"\s*\*{{0,2}}(?:{label})\s*:\*{{0,2}}(?=\s|$|\S)[ \t]*", re.I),
    )


class _Looks:
    """How many lines may still be looked at closely."""

    left = _MAX_LOOKS

    def spend(self) -> bool:
        """Use one up."""
        self.left -= 1
        return True


def find_marks(lines: list[str], depths: list[int]) -> list[Mark]:
    """All marks in *lines* (quote prefixes already removed), in order; ``depths`` tells which lines belong together."""
    marks = _marks()
    found: list[Mark] = []
    looks = _Looks()
    index = 0
    while index < len(lines) and looks.left:
        mark = _mark_at(lines, depths, index, marks, looks)
        if mark is None:
            index += 1
            continue
        while found and found[-1].last > mark.first:  # a wrapped attribution found from its last line
            found.pop()
        found.append(mark)
        index = max(mark.last, index + 1)
    return found


def _mark_at(lines: list[str], depths: list[int], index: int, marks: _Marks, looks: _Looks) -> Mark | None:
    line = lines[index].strip()
    if not line or len(line) > 500:
        return None
    if "---" in line or "___" in line or line.endswith(":") or "orward" in line or "ideresend" in line or "idaresend" in line:
        separated = _separator(lines, depths, index, marks)
        if separated is not None:
            return separated
    wrapped = line.endswith(">:") and index > 0 and marks.verb.search(lines[index - 1])
    if line.endswith(":") and (marks.verb.search(line) or marks.iso.match(line) or wrapped) and looks.spend():
        return _attribution(lines, depths, index, marks)
    label = marks.label.match(line)
    if label and label.lastgroup not in {None, "other"} and looks.spend():
        block = _header_block(lines, depths, index, marks, trusted=False)
        if block is not None or label.lastgroup == "from":
            return block
    if line[-1:] in "Mm0123456789" and _NOTES_DATE.search(line) and looks.spend():
        return _notes_block(lines, depths, index, marks)
    return None


def _separator(lines: list[str], depths: list[int], index: int, marks: _Marks) -> Mark | None:
    line = " ".join(lines[index].split())
    if index + 1 < len(lines) and line.startswith("--") and not line.endswith("--"):
        # a separator long enough to be wrapped
        line = f"{line} {' '.join(lines[index + 1].split())}"
        taken = 2
    else:
        taken = 1
    if len(line) > 200:
        return None
    if marks.forwarded.match(line):
        kind = "forward"
    elif marks.original.match(line) and ("--" in line or "__" in line or line.endswith(":") or taken == 2):
        kind = "original"
    else:
        return None
    below = index + taken
    while below < len(lines) and not lines[below].strip() and below < index + taken + 3:
        below += 1
    block = _header_block(lines, depths, below, marks, trusted=True) if below < len(lines) else None
    if block is None and below < len(lines):
        for at in range(below, min(below + 3, len(lines))):
            block = _notes_block(lines, depths, at, marks) if _NOTES_DATE.search(lines[at].strip()) else None
            if block is not None:
                break
    if block is None:
        strong = "--" in line or kind == "forward"
        return Mark(index, index + taken, kind, strong)
    return Mark(index, block.last, kind, True, block.sender, block.recipients, block.date, block.subject)


def _attribution(lines: list[str], depths: list[int], index: int, marks: _Marks) -> Mark | None:
    for back in (3, 2, 1, 0):
        first = index - back
        if first < 0 or any(not lines[i].strip() or depths[i] != depths[index] for i in range(first, index)):
            continue
        joined = " ".join(" ".join(lines[i].split()) for i in range(first, index + 1))
        if len(joined) > MAX_ATTRIBUTION or not _DATE.search(joined):
            continue
        if marks.attribution.match(joined) or marks.iso.match(joined):
            strong = not marks.pronoun.search(joined) and bool(_EMAIL.search(joined) or _has_name(joined, marks))
            return Mark(first, index + 1, "attribution", strong, _author(joined, marks), None, _date_part(joined, marks))
    line = " ".join(lines[index].split())
    if marks.named.match(line) and not marks.pronoun.search(line):
        return Mark(index, index + 1, "attribution", False, _author(line, marks))
    return None


def _has_name(text: str, marks: _Marks) -> bool:
    return bool(re.search(r"\b[A-ZÆØÅ]\w+(?:[ ,.]+[A-ZÆØÅ]\w*)+", marks.verb.sub("", text)))


def _author(text: str, marks: _Marks) -> Address | None:
    """The author an attribution names: the mailbox, or the words next to the verb."""
    email = _EMAIL.search(text)
    verb = marks.verb.search(text)
    before = text[: verb.start()] if verb else text
    after = text[verb.end() :] if verb else ""
    side = after if re.search(r"[^\W\d_]{2}", after.rstrip(": ")) else before
    name = _EMAIL.sub("", side)
    name = re.sub(r".*\d[\d:.,]*(?:\s*(?:[AP]\.?M\.?|kl\.?|(?:GMT|UTC|CES?T|PST)?[+-]\d{2}:?\d{2}|\(\w+\)|[A-Z]{3,4}(?=\W)))*[\s,.]*", "", name)
    name = re.sub(r"[<>():,\"\[\]]|mailto|\bvia\b.*", " ", name).strip(" .-'")
    name = " ".join(name.split())
    if email:
        return Address(name, email.group(0).lower())
    return Address(name, "") if name and len(name) <= 60 else None


def _date_part(text: str, marks: _Marks) -> str:
    verb = marks.verb.search(text)
    return (text[: verb.start()] if verb else text).strip(" ,")


def _header_block(lines: list[str], depths: list[int], index: int, marks: _Marks, *, trusted: bool) -> Mark | None:
    """An Outlook-style block of From/Sent/To/Subject lines that starts at *index*."""
    values: dict[str, str] = {}
    last_kind: str | None = None
    at = index
    continued = 0
    while at < len(lines) and at - index < 60:
        line = lines[at]
        if not line.strip() or depths[at] != depths[index]:
            break
        match = marks.label.match(line)
        if match and match.lastgroup:
            last_kind = match.lastgroup
            value = line[match.end() :].strip()
            values[last_kind] = f"{values[last_kind]} {value}" if last_kind in values else value
            continued = 0
        elif last_kind in {"to", "cc", "subject", "other", "from", "bcc"} and continued < 12 and "subject" not in values:
            values[last_kind] = f"{values[last_kind]} {line.strip()}"
            continued += 1
        elif last_kind == "subject" and continued == 0 and line[:1] in " \t" and line.strip():
            values[last_kind] += " " + line.strip()
            continued += 1
        else:
            break
        at += 1
    if "from" not in values:
        return None
    shows_mailbox = "@" in values["from"]
    heads = len(values.keys() - {"other"})
    enough = heads >= 2 and ("subject" in values or shows_mailbox) and ("sent" in values or "to" in values)
    first = marks.label.match(lines[index])
    if first is None or first.lastgroup != "from":  # some clients begin with the date or the subject: then all must be there
        enough = enough and heads >= 4 and shows_mailbox
    if not (enough or (trusted and heads >= 2)):
        return None
    recipients = None
    if "to" in values or "cc" in values:
        recipients = tuple(a for kind in ("to", "cc") for a in _people(values.get(kind, "")))
    senders = _people(values["from"])
    return Mark(index, at, "header", True, senders[0] if senders else None, recipients, values.get("sent"), values.get("subject"))


def _people(value: str) -> list[Address]:
    """Mailboxes of a header line in a trail, where names often stand without addresses."""
    cleaned = re.sub(r"\[?mailto:([^\]>\s]+)\]?", r"<\1>", value)
    cleaned = re.sub(r"<(<[^>]+>)>", r"\1", cleaned)
    cleaned = re.sub(r"(?:/[\w& -]{1,30}){1,4}@\w+(?=[\s,;]|$)", "", cleaned)  # Lotus Notes: a name with its path
    cleaned = re.sub(r"'([^'\s]+@[^'\s]+)'", r"\1", cleaned)
    # "Holm, Kari; Vik, Per": where semicolons part people, or one comma stands between bare words, a comma is inside a name
    if ";" in cleaned or (cleaned.count(",") == 1 and "@" not in cleaned):
        return [person for piece in cleaned.split(";")[:500] for person in _one_or_more(piece)]
    return _listed(cleaned)


def _one_or_more(piece: str) -> list[Address]:
    if "@" in piece:
        return _listed(piece)
    name = " ".join(piece.split()).strip("\"' ")
    return [Address(name, "")] if name else []


def _listed(cleaned: str) -> list[Address]:
    out = []
    for address in parse_address_list(cleaned, 500).addresses:
        shown = _EMAIL.search(address.name)
        if address.error is None and shown is None:
            out.append(address)
            continue
        email = shown or _EMAIL.search(address.addr)
        name = _EMAIL.sub("", address.name or address.addr).strip(" <>\"'()@")
        out.append(Address(name, email.group(0).lower() if email else ""))
    return out


def _notes_block(lines: list[str], depths: list[int], index: int, marks: _Marks) -> Mark | None:
    """A Lotus Notes head: who and when on one or two lines, then To:, cc: and Subject: lines."""
    values: dict[str, str] = {}
    at = index + 1
    skipped = 0
    last: str | None = None
    while at < len(lines) and at - index < 40 and depths[at] == depths[index]:
        line = lines[at]
        match = marks.label.match(line)
        if match and match.lastgroup:
            last = match.lastgroup
            values[last] = line[match.end() :].strip()
        elif not line.strip():
            if "subject" in values or (last is None and skipped > 1):
                break
            skipped += 1
        elif last in {"to", "cc"}:
            values[last] += " " + line.strip()
        elif last is None and skipped < 3:
            skipped += 1
        else:
            break
        at += 1
        if last == "subject":
            break
    if "to" not in values or not ("subject" in values or "cc" in values):
        return None
    head = lines[index].strip()
    first = index
    if _NOTES_DATE.fullmatch(head) and index > 0 and lines[index - 1].strip() and depths[index - 1] == depths[index]:
        first = index - 1
        who = lines[first].strip()
    else:
        who = re.sub(r"\s*\bon\s*$", "", _NOTES_DATE.sub("", head)).strip()
    who = marks.label.sub("", who)
    senders = _people(who)
    recipients = tuple(a for kind in ("to", "cc") for a in _people(values.get(kind, "")))
    date = _NOTES_DATE.search(head)
    return Mark(first, at, "header", True, senders[0] if senders else None, recipients, date.group(0) if date else None, values.get("subject"))
