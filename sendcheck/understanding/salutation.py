"""The salutation of a mail: whom the first line of own text addresses."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from sendcheck.data import language_file, languages_with, union
from sendcheck.data.patterns import Lazy
from sendcheck.understanding.mail import Mail, Stretch
from sendcheck.understanding.names import fold, given_names, person, role_words, titles

_TOKEN = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*\.?|[,&/+;]|[^\s\w]|\d+")

#: Words that a name below a hint has at most.
_SIGNED = 3

#: A greeting that a mark parts from what follows, and a sentence that follows a name at once.
_SET_OFF = re.compile(r"[,.!:;–-]\s*$")
_GOES_ON = re.compile(r"['’]s\b|\s+[^\W\d_]")

_WISH = re.compile(r"[^\W\d_][^\n.,;:!?<>@]{1,40},[ \t]{1,3}(?P<name>[^\W\d_]{3,20})[ \t]*[!.,]*[ \t]*$", re.M)


#: Words behind the opener of a line that does nothing but greet.
_ADDRESSED = 3


class Addressee(NamedTuple):
    """One person addressed: the words of the name with their ranges in the stretch; ``formal``: after a title."""

    words: tuple[tuple[str, int, int], ...]
    formal: bool


class Salutation(NamedTuple):
    """The salutation found: the stretch it stands in and whom it names. ``plural``: a role or a group is addressed."""

    stretch: Stretch
    people: tuple[Addressee, ...]
    plural: bool
    end: int


@cache
def _data() -> tuple[re.Pattern[str], re.Pattern[str], frozenset[str], frozenset[str]]:
    openers: list[str] = []
    thanks: list[str] = []
    skips: list[str] = []
    joiners: set[str] = set()
    never: set[str] = set()
    for language in languages_with("greetings.toml"):
        data = language_file(language, "greetings.toml")
        openers += data["openers"]
        thanks += data["thanks"]
        skips += data["skip_lines"]
        joiners.update(data["joiners"])
        never.update(fold(w) for w in data["never_names"])
    longest = sorted(openers, key=len, reverse=True)
    opener = re.compile(rf"[ \t]*(?:(?:{'|'.join(longest)})|(?P<thanks>{'|'.join(thanks)}))(?![\w'’-])[ \t,]*", re.I)
    return opener, re.compile(rf"(?:{'|'.join(skips)})[ \t]*[.!:,-]*[ \t]*\n\s*", re.I), frozenset(joiners), frozenset(never)


@cache
def openers() -> tuple[str, ...]:
    """What a salutation opens with in all languages (“dear”, “kjære”), in lower case, the longest first."""
    return tuple(sorted((o for lang in languages_with("greetings.toml") for o in language_file(lang, "greetings.toml")["openers"]), key=len, reverse=True))


@cache
def _cues() -> Lazy:
    """What follows a bare name that is addressed: “Kari, ” needs none, “Kari can you …” shows by it."""
    return union([c for lang in languages_with("greetings.toml") for c in language_file(lang, "greetings.toml")["cues"]], suffix=r"\b")


def greets(line: str) -> bool:
    """Whether a line is a greeting and its names alone (“Hi all”, “Hei dere to”): what comes next is another line."""
    match = _data()[0].match(line)
    return match is not None and match.lastgroup != "thanks" and len(line[match.end() :].split()) <= _ADDRESSED


def salutation(mail: Mail) -> Salutation | None:
    """The salutation of the own text, or None if its first line is none."""
    stretch = next((s for s in mail.own() if s.text.strip()), None)
    if stretch is None:
        return None
    text = stretch.text
    opener, skip, _joiners, _never = _data()
    start = len(text) - len(text.lstrip())
    skipped = skip.match(text, start)
    if skipped:
        start = skipped.end()
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    match = opener.match(text, start, end)
    if match:
        return _after_opener(stretch, match.end(), end, match.lastgroup == "thanks") or _behind_a_wish(mail, stretch, start, end)
    return _bare(stretch, start, end) or _behind_a_wish(mail, stretch, start, end)


def is_hint(text: str) -> bool:
    """Whether a text is empty, or no more than a hint to what lies below it (“FYI”, “Til orientering”)."""
    _opener, skip, _joiners, _never = _data()
    hint = skip.match(f"{text.strip()}\n")
    return not text.strip() or (hint is not None and len(text.strip()[hint.end() :].split()) <= _SIGNED)


def addressed(text: str) -> tuple[tuple[str, ...], ...]:
    """The names that somebody else's mail addresses in its first line (“Jon, …”, “Hi Jon and Kari,”); () where it names nobody or a group."""
    opener, _skip, _joiners, _never = _data()
    start = len(text) - len(text.lstrip())
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    match = opener.match(text, start, end)
    begin = match.end() if match else start
    people, plural, stop = _people(text, begin, min(end, begin + 100), known_only=match is None or match.lastgroup == "thanks")
    closed = re.match(r"\s*(?:[,.!:;–-]|$)", text[stop:end]) is not None
    if plural or not people or (match is None and not closed) or (match is None and fold(people[0].words[0][0]) not in given_names()):
        return ()
    return tuple(tuple(word for word, _start, _end in one.words) for one in people)


def _after_opener(stretch: Stretch, at: int, end: int, thanks: bool) -> Salutation | None:
    """After “Hi” any capitalised word is a name; after “Thanks” only a known one that ends the phrase."""
    text = stretch.text
    people, plural, stop = _people(text, at, min(end, at + 160), known_only=thanks)
    if people and _SET_OFF.search(text[:at]) and _GOES_ON.match(text[stop:end]) and not _cues().match(text[stop:end].strip()):
        return None  # “Hi, Maria has asked me …”: the first sentence speaks of her
    if thanks and (plural or not re.match(r"\s*(?:[,.!:–-]|\n|$)", stretch.text[stop : end + 1])):
        return None
    return Salutation(stretch, people, plural, stop) if people or plural else None


def _bare(stretch: Stretch, start: int, end: int) -> Salutation | None:
    """A first line that is just a name: “Phillip,” — only known given names, and nothing that goes on like a sentence."""
    text = stretch.text
    people, plural, stop = _people(text, start, min(end, start + 100), known_only=True)
    known = [p for p in people if fold(p.words[0][0]) in given_names()]
    if not known or known[0] is not people[0] or plural or (len(known) < len(people) and len(people) > 2):
        return None
    rest = text[stop:end].strip()
    if not rest and any(len(p.words) > 1 for p in people):
        return None  # two or more names alone on a line: a list or a title rather than a salutation
    if rest in {"", ",", "-", "--", "–", ":", "!", "..", "...", ".", ",,"} and text[end:].strip():
        return Salutation(stretch, people, False, stop)
    if _cues().match(rest):
        return Salutation(stretch, people, False, stop)
    if re.match(r"[:–-]+\s+\S+(?:\s+\S+){3,}", rest):
        return Salutation(stretch, people, False, stop)
    if rest.startswith(",") and re.match(r",\s+(?![A-ZÆØÅ][^\W\d_]+(?:,|\s+(?:and|og|&)\s))(?!(?:who|whose|which|som|and|og|but|men)\b)\S", rest):
        return Salutation(stretch, people, False, stop)
    return None


def _behind_a_wish(mail: Mail, stretch: Stretch, start: int, end: int) -> Salutation | None:
    """“Happy Friday, Kari!”, “God helg, Kari!”: a short first line that ends in a known given name; one's own would be a signature."""
    found = _WISH.match(stretch.text, start, end)
    if found is None or fold(found["name"]) not in given_names() or (mail.sender is not None and person(mail.sender, True).fits(found["name"])):
        return None
    return Salutation(stretch, (Addressee(((found["name"], *found.span("name")),), False),), False, found.end("name"))


def _people(text: str, at: int, end: int, *, known_only: bool) -> tuple[tuple[Addressee, ...], bool, int]:
    """Names from *at* on, until something that is no name, title or joiner."""
    _opener, _skip, joiners, never = _data()
    people: list[Addressee] = []
    words: list[tuple[str, int, int]] = []
    formal = plural = False
    stop = at
    joined = True

    def flush() -> None:
        nonlocal formal
        if words:
            people.append(Addressee(tuple(words), formal))
        words.clear()
        formal = False

    for match in _TOKEN.finditer(text, at, end):
        token = match.group(0)
        bare = token.rstrip(".")
        folded = fold(bare)
        if text[stop : match.start()].strip() or (words and text[stop : match.start()].count(" ") > 2):
            break
        if folded in titles() and not words:
            formal = True
        elif folded in joiners or token in {"&", "/", "+"}:
            flush()
            joined = True
        elif token in {",", ";"}:
            following = _TOKEN.match(text, match.end() + len(text[match.end() : end]) - len(text[match.end() : end].lstrip()), end)
            if not words or following is None or not following.group(0)[:1].isupper() or fold(following.group(0)) in never:
                break
            if fold(following.group(0).rstrip(".")) not in given_names() or not _only_names(text[match.end() : end], joiners):
                break
            flush()
            joined = True
        elif folded in role_words() and not formal and not (words and bare[:1].isupper() and folded in given_names()):
            plural = True
            flush()
        elif _is_name(bare, folded, never, known_only, joined, bool(words), formal):
            words.append((bare, match.start(), match.start() + len(bare)))
            joined = False
            if token.endswith(".") and len(bare) > 2:
                stop = match.start() + len(bare)
                break
        else:
            break
        stop = match.end()
    flush()
    return tuple(people), plural, stop


def _only_names(rest: str, joiners: frozenset[str]) -> bool:
    """Whether what follows a comma is the rest of a list of names, and not the first sentence."""
    words = re.findall(r"[^\W\d_]+", rest)
    return len(words) <= 8 and all(w[:1].isupper() or fold(w) in joiners for w in words)


def _is_name(bare: str, folded: str, never: frozenset[str], known_only: bool, first: bool, goes_on: bool, formal: bool) -> bool:
    if re.split(r"['’]", folded)[0] in never or not bare[:1].isalpha() or re.search(r"\.[a-z]{2,}$", bare):
        return False
    if not bare[:1].isupper():
        return first and not goes_on and folded in given_names() and len(folded) > 2 and not known_only
    if len(bare) == 1:
        return goes_on
    if bare.isupper() and len(bare) > 2 and folded not in given_names():
        return False
    return not known_only or goes_on or folded in given_names() or (first and len(bare) > 2 and not bare.isupper())
