"""Names of people: what a mailbox says its owner is called, and whether a written name fits.

Built for few false alarms: nicknames, titles, both name orders, hyphens, initials and
unknown addresses all count in favour of the name as written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from sendcheck.data import language_file, languages_with, lines
from sendcheck.data.entries import Entries
from sendcheck.reading.addresses import Address
from sendcheck.reading.limits import LIMITS
from sendcheck.understanding.organisations import is_free_mail

#: Words of firms that may also stand in a person's name, or in a list of people.
_JOINING = frozenset({"and", "og", "of", "the", "for", "sa", "ag", "as", "co", "ab"})
_LETTERS = re.compile(r"[^\W\d_]+")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
# A letter and what may begin a surname: one consonant, or a usual cluster, then a vowel.
_INITIAL_AND_SURNAME = re.compile(
    r"[a-z](?:[bcdfghjklmnpqrstvwxz]?|sch|sk|skj|st|str|stj|sp|sm|sn|sl|sh|sw|sv|sc|tr|th|tv|tj|dr|br|bl|bj|cr|cl|ch|fr|fl|fj|gr|gl|gj|gu|hj|kr|kl|kn|kv|kj|pr|pl|ph|qu|wr|wh|mc)"
    r"[aeiouy][a-z]{2,}"
)
#: A local part is compared with the beginnings of so many words of a name, and has no more letters.
_MOST_WORDS, _LONGEST_LOCAL = 4, 40
_FOLDED = str.maketrans({"ø": "o", "æ": "ae", "å": "a", "ö": "o", "ä": "a", "ü": "u", "đ": "d", "ð": "d", "ł": "l", "ß": "ss", "þ": "th"})


def fold(name: str) -> str:
    """A name for comparing: lower case, accents removed (``Bjørn`` and ``bjorn`` meet)."""
    if name.isascii():
        return name.lower()
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_FOLDED))
    return "".join(c for c in plain if not unicodedata.combining(c))


@cache
def given_names() -> Entries:
    """Known given names, folded."""
    return lines("sendcheck.languages", "given_names.txt").also(name for row in _nickname_rows() for name in row)


@cache
def rare_given_names() -> Entries:
    """Given names of one country alone, folded: what is one edit off a recipient's name is then rather a slip."""
    return lines("sendcheck.languages", "rare_given_names.txt")


def _nickname_rows() -> Iterator[list[str]]:
    for language in languages_with("names.toml"):
        for row in language_file(language, "names.toml").get("nicknames", []):
            yield fold(row).split()


@cache
def _nicknames() -> dict[str, frozenset[str]]:
    """Every name that shares a row of a nickname table, folded."""
    table: dict[str, set[str]] = {}
    for row in _nickname_rows():
        for name in row:
            table.setdefault(name, set()).update(row)
    return {name: frozenset(same) for name, same in table.items()}


@cache
def _words_of(key: str) -> frozenset[str]:
    found: set[str] = set()
    for language in languages_with("names.toml"):
        found.update(fold(w) for w in language_file(language, "names.toml").get(key, []))
    return frozenset(found)


def titles() -> frozenset[str]:
    """Titles before a name (``Mr``, ``Dr``, ``fru``), folded, without dots."""
    return _words_of("titles")


def role_words() -> frozenset[str]:
    """Words that make a mailbox or a salutation one of a role or a group, not of a person."""
    return _words_of("roles")


def variant_key(name: str) -> str:
    """What spelling variants of one name share: Kristin and Christine, Erik and Eric, Jon and John."""
    text = fold(name)
    for old, new in (("ph", "f"), ("th", "t"), ("ch", "k"), ("ck", "k"), ("sch", "s"), ("x", "ks"), ("qu", "kv"), ("ie", "i"), ("ae", "e"), ("aa", "a")):
        text = text.replace(old, new)
    text = text.translate(str.maketrans("cqwzyj", "kkvsii"))
    text = re.sub(r"(?<=\w)h", "", text)
    text = re.sub(r"(.)\1+", r"\1", text)
    return re.sub(r"(?<=\w{3})[eai]$", "", text)


def related(one: str, other: str) -> bool:
    """Whether two given names are one name: equal, nickname, short form or spelling variant."""
    a, b = fold(one), fold(other)
    if a == b or b in _nicknames().get(a, ()):
        return True
    if min(len(a), len(b)) >= 3 and (a.startswith(b) or b.startswith(a)) and max(len(a), len(b)) - min(len(a), len(b)) >= 2:
        return True
    return variant_key(a) == variant_key(b) and a[-1].replace("y", "i") == b[-1].replace("y", "i")


def related_forms(given: str) -> frozenset[str]:
    """A given name (folded) with the nicknames and short forms that share a row with it."""
    return frozenset({given}) | _nicknames().get(given, frozenset()) if given else frozenset()


class Person(NamedTuple):
    """What a mailbox tells about its owner's name.

    ``words``: name words as written (display name, else local part); ``initials``: single
    letters; ``local``: letters of the local part, folded; ``known``: whether a name could be
    derived at all (not for roles, groups and opaque local parts); ``crowd``: it reaches everybody.
    """

    words: tuple[str, ...]
    initials: frozenset[str]
    local: str
    known: bool
    role: bool
    crowd: bool = False

    def fits(self, name: str) -> bool:
        """Whether *name* (one word) can be this person's, read generously."""
        wanted = fold(name)
        if any(related(wanted, word) for word in self.words):
            return True
        if wanted[:1] in self.initials:
            return True
        if len(wanted) >= 3 and self.local.startswith(wanted):
            return True
        return len(wanted) >= 4 and wanted in self.local

    def bears(self, name: str) -> bool:
        """Whether a whole name can be this person's, read generously: each word fits, or the local part is made of their beginnings (``haas``)."""
        words = [w for w in _LETTERS.findall(name) if fold(w) not in titles()]
        long = [w for w in words if len(w) > 1]
        return bool(long) and (all(self.fits(word) for word in long) or _made_of(self.local, [fold(w) for w in words]))

    def joined(self, other: Person) -> Person:
        """The same owner with what another spelling of the name tells, too."""
        words = tuple(dict.fromkeys((*self.words, *other.words)))
        return Person(words, self.initials | other.initials, self.local, self.known or other.known, self.role and other.role, self.crowd)

    def has(self, name: str) -> bool:
        """Whether *name* is one of the name words exactly (accents aside)."""
        return fold(name) in {fold(w) for w in self.words}

    def has_full_name(self, other: Person) -> bool:
        """Whether *other*, by two name words or more, bears this person's name."""
        theirs = [w for w in other.words if len(w) > 1]
        return len(theirs) > 1 and len(self.words) > 1 and all(self.has(w) for w in theirs)


def _made_of(local: str, words: list[str]) -> bool:
    """Whether letters are the beginnings of at least two of these words, one behind the other, in any order."""

    def rest(letters: str, left: tuple[str, ...], used: int) -> bool:
        if not letters:
            return used > 1
        for at, word in enumerate(left):
            shared = next((n for n, (a, b) in enumerate(zip(letters, word, strict=False)) if a != b), min(len(letters), len(word)))
            if any(rest(letters[n:], left[:at] + left[at + 1 :], used + 1) for n in range(shared, 0, -1)):
                return True
        return False

    return len(local) <= _LONGEST_LOCAL and rest(local, tuple(words[:_MOST_WORDS]), 0)


def person(address: Address, inside: bool = False) -> Person:
    """The name a mailbox gives away. An opaque local part gives none, but for the usual form of one's own house (``inside``)."""
    return _person(address.name, address.addr, inside)


@lru_cache(maxsize=LIMITS.addresses)
def _person(name: str, addr: str, inside: bool) -> Person:
    address = Address(name, addr)
    local = re.sub(r"\+.*", "", address.local)
    pieces = [p for p in re.split(r"[._\-\d]+", local) if p]
    letters = fold("".join(pieces))
    display = _display_words(address.name) if fold(address.name) != fold(address.local) else []
    groups = role_words() | _words_of("crowds")
    role = any(fold(p) in groups or fold(p).endswith("list") for p in pieces) or any(fold(w) in groups for w in display)
    if not role and display and _is_house(address, pieces, display):
        # whoever writes under the house's name may still show in the local part
        role, display = not (len(pieces) > 1 and _names_someone(pieces) and "&" not in address.name), []
    if display and not role:
        words = [w for w in display if len(w) > 1]
        # a middle initial behind a known given name is no name one is called by
        initials = set() if fold(display[0]) in given_names() else {fold(w) for w in display if len(w) == 1}
        if words:
            extra = [p for p in pieces if len(p) > 2 and len(pieces) > 1]
            return Person(tuple(dict.fromkeys(words + extra)), frozenset(initials), letters, _names_someone(words), False)
    if role:
        crowd = any(fold(w) in _words_of("crowds") for w in (*pieces, *display))
        return Person(tuple(w for w in display if len(w) > 1), frozenset(), letters, False, True, crowd)
    short = [p for p in pieces if len(p) == 1 or (len(p) == 2 and fold(p) not in given_names())]
    named = [p for p in pieces if p not in short]
    initials = {letter for p in short for letter in fold(p)}
    if len(pieces) >= 2 and named:
        # an initial and a surname: the initial may be a middle one, so no given name is known
        known = len(named) > 1 and _names_someone(named)
        return Person(tuple(named), frozenset(initials), letters, known, False)
    if len(pieces) == 1:
        given = _leading_given_name(letters)
        if given:
            return Person((given,), frozenset(letters[0]), letters, True, False)
    if len(pieces) != 1 or is_free_mail(address.domain):
        return Person((), frozenset(), letters, False, False)
    if inside and _INITIAL_AND_SURNAME.fullmatch(letters):
        # "jsmith" in one's own house: the usual first initial and surname
        return Person((), frozenset(letters[0]), letters, True, False)
    return Person((), frozenset(), letters, False, False)


def _is_house(address: Address, pieces: list[str], display: list[str]) -> bool:
    """Whether a display name is an organisation's: joined by “&”, with a word of firms, or what its domain is called."""
    names = [fold(w) for w in display]
    if re.search(r"\w\s*[&+]\s*\w", address.name) or (len(display) > 1 and display[-1].isupper() and names[-1] in _words_of("organisation_words")):
        return True
    if any(name in {fold(p) for p in pieces} and name in given_names() for name in names):
        return False  # “Kari Holm, Nordlys Media” at kari.holm@
    if any(name in _words_of("organisation_words") and name not in _JOINING for name in names[1:]):
        return True
    labels = {label for label in fold(address.domain).replace("-", "").split(".")[:-1] if len(label) > 1}
    called = {*names, "".join(names), "".join(name[0] for name in names)} if len(names) > 1 else set(names)
    return any(label in called for label in labels) and not any(name in given_names() for name in names if name not in labels)


def _leading_given_name(letters: str) -> str | None:
    """The given name that is a local part, or that one begins with (five letters and more: “lauraholm”, “mariah”)."""
    if letters in given_names():
        return letters
    return next((letters[:n] for n in range(min(12, len(letters) - 1), 4, -1) if letters[:n] in given_names()), None)


def _names_someone(words: list[str]) -> bool:
    """Whether these words are a person's name: one is a known given name, or they look like a full name."""
    if any(fold(w) in given_names() for w in words):
        return True
    looks = all(w.islower() or (w[0].isupper() and not w.isupper()) for w in words) or all(w.isupper() for w in words)
    return looks and 2 <= len(words) <= 4 and not any(fold(w) in _words_of("organisation_words") or fold(w) in role_words() for w in words)


def _display_words(name: str) -> list[str]:
    """Name words of a display name: titles, brackets, organisations after a separator and mailboxes removed."""
    text = re.sub(r"\(.*?\)|\[.*?\]|<.*?>|\S+@\S+", " ", name)
    text = re.split(r"\s+(?:via|@|at|hos|[-–|/])\s+|/", text)[0]
    words = [w for part in text.replace("-", " ").split() for w in _WORD.findall(part)]
    joined = list(re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)+", text))
    return [w for w in dict.fromkeys(words + joined) if fold(w) not in titles()]


def one_less(word: str, first: int = 0) -> set[str]:
    """A word, and what is left of it without any one of its letters from *first* on: two words that are one edit apart share one of these."""
    return {word, *(word[:i] + word[i + 1 :] for i in range(first, len(word)))}


def edits(one: str, other: str, limit: int = 2) -> int:
    """Damerau-Levenshtein distance (adjacent transposition is one edit), at most ``limit + 1``."""
    a, b = fold(one), fold(other)
    if abs(len(a) - len(b)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        older, before, row = before, row, [i]
        for j, y in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and y == a[i - 2]:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return min(row[-1], limit + 1)
