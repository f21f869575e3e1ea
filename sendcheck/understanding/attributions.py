"""Attribution lines: “On DATE, NAME <address> wrote:” in every language and wrapping, and who they name."""

from __future__ import annotations

import re
from typing import NamedTuple

from sendcheck.reading.addresses import Address
from sendcheck.understanding.headerblocks import EMAIL, people, without_calendar_words
from sendcheck.understanding.quotewords import QuoteWords

MAX_ATTRIBUTION = 320
_DATE = re.compile(r"\d{1,2}[:.]\d{2}\b|\b(?:19|20)\d{2}\b|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}年")
_HOUR = re.compile(r"\d{1,2}[:.]\d{2}\b")
_DAY = re.compile(r"\b(?:19|20)\d{2}\b|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
#: Up to the hour, and what belongs to it: AM, kl., a time zone, a particle.
_WHEN = re.compile(
    r".*\d[\d:.,]*(?:\s*(?:[AP]\.?\s?M\.?|kl\.?|Uhr|Uhr,|klo|(?:GMT|UTC|CES?T|MES?Z|PST)?[+-]\d{2}:?\d{2}|\(\w+\)|(?:GMT|UTC)[+-]\d{1,2}|[A-Z]{3,4}(?=\W)))*[\s,.]*"
)
#: Behind the last word of a Notes name, the house: “Kari Holm@NORD”, “Kari Holm/OSL/ACME@ACME”, no mailbox.
_HOUSE = re.compile(r"(?<=[^\W\d_] )([A-ZÆØÅÄÖÜ][^\s@/<>\"',;:()]{1,40})@(\w{1,30})(?![\w.@-])|((?:/[\w&.-]{1,30}){1,4})@\w{1,30}(?![\w.@-])")
_FRAME = " \t*_-–—"
#: Lines that a client tears one attribution into, blank ones counted.
_SCATTERED = 10


class Attribution(NamedTuple):
    """An attribution in lines first..last (exclusive). ``strong``: it proves a quote by itself; a weak one needs quoted lines below it."""

    first: int
    last: int
    strong: bool
    sender: Address | None
    date: str


def closes(line: str) -> bool:
    """Whether a line can be the last one of an attribution, whatever dashes or stars frame it."""
    return line.rstrip(_FRAME).endswith((":", "："))


def attribution(lines: list[str], depths: list[int], index: int, words: QuoteWords) -> Attribution | None:
    """The attribution whose last line stands at *index*."""
    for back in (3, 2, 1, 0):
        first = index - back
        if first < 0 or any(not lines[i].strip() or depths[i] != depths[index] for i in range(first, index)):
            continue
        joined = _joined(lines[first : index + 1])
        if len(joined) > MAX_ATTRIBUTION or not _DATE.search(joined):
            continue
        if words.attribution.match(joined) or words.dated_mailbox.match(joined):
            strong = not words.pronoun.search(joined) and bool(EMAIL.search(joined) or _has_name(joined, words))
            return Attribution(first, index + 1, strong, author(joined, words), _date_part(joined, words))
        if back == 0 and _tells_all(joined, words):
            return Attribution(first, index + 1, True, author(joined, words), _date_part(joined, words))
    line = _joined(lines[index : index + 1])
    by_its_mailbox = EMAIL.search(line) is not None and _HOUR.search(line) is not None and _DAY.search(line) is not None  # whatever the verb's language
    if (by_its_mailbox or words.named.match(line)) and not words.pronoun.search(line):
        return Attribution(index, index + 1, False, author(line, words), _date_part(line, words))
    return None


def _joined(lines: list[str]) -> str:
    return " ".join(" ".join(line.split()) for line in lines).strip(_FRAME)


def _tells_all(line: str, words: QuoteWords) -> bool:
    """Name, mailbox, verb, day and hour, in whatever order a language has them: “Kari <kari@x.fi> kirjoitti 4.5.2026 klo 10.12:”."""
    email = EMAIL.search(line)
    if email is None or not words.verb.search(line) or words.pronoun.search(line):
        return False
    return bool(re.search(r"[<(\[]\s*(?:mailto:)?$", line[: email.start()]) and _HOUR.search(line) and _DAY.search(line))


def scattered(lines: list[str], index: int, words: QuoteWords) -> Attribution | None:
    """An attribution that begins at *index* and whose mailbox a client tore out of its line, with blank lines around it (Polymail)."""
    first = " ".join(lines[index].split())
    if closes(first) or not _DATE.search(first):
        return None
    pieces = [first]
    torn = False
    for at in range(index + 1, min(len(lines), index + _SCATTERED)):
        piece = " ".join(lines[at].split())
        if not piece:
            continue
        pieces.append(piece)
        torn = torn or piece in {"<", ">", "("} or piece.lower().startswith(("mailto:", "<mailto:", "<"))
        joined = " ".join(pieces)
        if len(joined) > MAX_ATTRIBUTION:
            return None
        if closes(piece):
            if not torn or not words.attribution.match(joined) or words.pronoun.search(joined):
                return None
            return Attribution(index, at + 1, True, author(joined, words), _date_part(joined, words))
    return None


def between_dashes(line: str, words: QuoteWords) -> tuple[Address | None, str] | None:
    """“-----Kari Holm/OSL/ACME wrote: -----” (Notes), “---- On DATE Kari <k@x.no> wrote ----” (Zoho): who and when; None for other lines."""
    inner = line.strip(_FRAME)
    if not (line.startswith("--") and line.rstrip().endswith("--")) or not words.verb.search(inner):
        return None
    spoken = inner if closes(inner) else f"{inner}:"
    if words.pronoun.search(spoken) or not (words.named.match(spoken) or words.attribution.match(spoken)):
        return None
    return author(spoken, words), _date_part(spoken, words)


def _has_name(text: str, words: QuoteWords) -> bool:
    return bool(re.search(r"\b[^\W\d_a-zæøåäöüß]\w+(?:[ ,.]+[^\W\d_a-zæøåäöüß]\w*)+", words.verb.sub("", text)))


def author(text: str, words: QuoteWords) -> Address | None:
    """The author an attribution names: the mailbox, or the words next to the verb."""
    text = _HOUSE.sub(lambda m: m[3] or f"{m[1]}/{m[2]}", text)
    email = EMAIL.search(text)
    verb = words.verb.search(text)
    if email is not None and verb is not None and verb.end() <= email.start():
        return Address(_name(text[verb.end() : email.start()], words) or _name(text[: verb.start()], words), email.group(0).lower())
    if email is not None:
        return Address(_name(text[: email.start()], words), email.group(0).lower())
    before, after = (text[: verb.start()], text[verb.end() :]) if verb else (text, "")
    name = _name(after, words) or _name(before, words)
    if not name or len(name) > 60:
        return None
    found = people(name)
    return found[0] if len(found) == 1 else Address(name, "")


def _name(side: str, words: QuoteWords) -> str:
    """What is left of one side of the verb without day, hour, brackets and filling words."""
    before, _mark, after = side.rpartition("mailto:")
    name = EMAIL.sub("", after if re.search(r"[^\W\d_]{2}", after) else before or after)
    name = _WHEN.sub("", name)
    name = re.sub(r"[<>():,，、：\"„“”«»\[\]]|mailto|\bvia\b.*", " ", name)
    name = " ".join(name.split()).strip(" .-'–—*_")
    for _ in range(2):
        name = words.filler.sub("", name).strip(" .-'–—*_")
    name = without_calendar_words(name)
    return name if re.search(r"[^\W\d_]{2}", name) else ""


def _date_part(text: str, words: QuoteWords) -> str:
    verb = words.verb.search(text)
    return (text[: verb.start()] if verb else text).strip(" ,")
