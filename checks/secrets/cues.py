"""The words that passwords and codes are handed over with, from the files of all languages: threads mix them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from sendcheck.checkapi import Alternatives, Lazy, by_language, union

#: Not within a word, but within a name of a program: “DB_PASSWORD”, “userPassword”.
#: Characters before and after a cue that are looked at.
BEFORE, AHEAD = 110, 160
SENTENCE_ENDS = re.compile(r"[.!?][\"')”»]?(?=\s+[A-ZÆØÅ0-9]|\s*$)|\n[ \t>]*\n")
LINE_BEGINS = re.compile(r"(?:^|\n)[ \t>*•·+#-]{0,12}$")
_BEGINS = r"(?:(?<![^\W_])|(?-i:(?<=[a-z])(?=P)|(?<=[A-Z])(?=PASSWORD)))"
_ENDS = r"(?![\w])(?!-\w)"
_KINDS = ("password", "pin", "figure", "token", "credential", "code", "key")
_ARTICLES = r"(?:(?:the|your|my|our|his|her|a|det|den|ditt|mitt)[ \t]+)?"


class Cue(NamedTuple):
    """A place where something may be handed over. ``kind``: ``pair`` (user and password), ``password``, ``pin``, ``token``, ``credential``, ``code``, ``key``;
    ``figure``: a code that can only be of figures. ``language``: of the cue's word.
    """

    start: int
    end: int
    kind: str
    language: str = ""


def words(key: str) -> str:
    """What all languages have under a key, as one alternation."""
    return "|".join(pattern for data in by_language(__package__, "words") for pattern in data[key]) or r"(?!)"


@cache
def _cues() -> Alternatives:
    pair = rf"(?:{words('users')})[ \t]*(?:(?:[/&,+|]|\b(?:{words('and')})\b)[ \t]*|\t+|[ ]{{2,8}}){_ARTICLES}(?:{words('passwords')})"
    single = [(f"{kind}_{data['language']}", one) for kind in _KINDS for data in by_language(__package__, "words") for one in data[f"{kind}s"]]
    return Alternatives((f"(?P<{name}>{one})" for name, one in (("pair", pair), *single)), prefix=_BEGINS, suffix=_ENDS)


def cues(text: str) -> Iterator[Cue]:
    """All of a text, in order."""
    for match in _cues().finditer(text):
        kind, _, language = (match.lastgroup or "").partition("_")
        yield Cue(*match.span(), kind, language)


@cache
def links() -> Lazy:
    """What stands between a cue and its value; the name of the group says how strong it is."""
    filler = rf"(?:[ ,]+(?:{words('fillers')})(?!\w))"
    blank = r"(?:[ \u00a0\t]+|(?:[ \t]*\n[ \t>]*){1,2})"
    copula = rf"(?:(?<![\w-])|(?=['’]s))(?:{words('copulas')})(?!\w)"
    kinds = {
        "changed": rf"(?<!\w)(?:(?:[^\W\d_]+[ \t]+){{0,2}}?)(?:{words('changes')})(?=\s)",
        "copula": rf"{copula}{filler}{{0,2}}[ \t]*:?(?=\s|[\"'“”«‘`*(])",
        "reveal": rf"(?<![\w-])(?:{words('reveals')})(?=\s)[ \t]*",
        "weak": rf"(?<![\w-])(?:{words('weak')})(?=\s)[ \t]*",
        "label": rf"[\"'`*_\])]{{0,3}}[ \t]*(?:(?<!:):(?!:|//)[=>]?|==?>?|-+>|→|⇒)(?:[ \t]+(?:{words('fillers')})(?=[ \t]))?[*_]{{0,3}}",
        "value": r"[\"'][ \t]+(?:value|content)=(?=[\"'])",
        "dash": r"(?:[ \t]+[-–—]+(?=[ \t])|-+(?=[ \t]{2})|[–—])",
        "tag": r"(?<=\w)>(?=[^\s<>])",
        "bracket": r"[ \t]\((?=\S)",
        "cell": r"[ ]*[\t|]",
        "thing": rf"(?<![\w-])(?:{words('things')}|{words('locks')})(?=[ \t]+[^\s\d]*\d)",
        "comma": r",(?=[ \t]+\S*\d)",
        "using": rf"(?<![\w-])(?:{words('using')})(?=\s)",
    }
    return union([rf"(?:{'|'.join(f'(?P<{kind}>{pattern})' for kind, pattern in kinds.items())}){blank}?"])


@cache
def evidence() -> Lazy:
    """Who the password is for, with a value of its own, up to where the cue begins: “user: kari, ”, “the wifi is called Hytta and the ”."""
    named = rf"(?<![\w-])(?:{words('users')}|{words('networks')})(?!\w)"
    link = rf"(?:[\"'`*_]{{0,2}}[ \t]*[:=#-]+[ \t]*|[ \t]+(?:(?:{words('copulas')}|is called)[ \t]*:?[ \t]+)?|[ \t]*\n[ \t>]*)"
    value = r"[\"'“«`<*]{0,2}(?P<value>[^\s,;\"'”»`]{2,64})(?:[ ][^\s,;:]{1,30}){0,2}?[\"'”»`>*]{0,2}"
    address = r"(?<![\w.+-])(?P<address>[\w.+-]{1,64}@[\w.-]{4,80}\.\w{2,})"
    return union([rf"(?:{named}{link}{value}|{address})[\s,;.|/>–-]*(?:(?:{words('and')})\s+)?(?:[^\W\d_]{{2,12}}\s+){{0,2}}?[\"'`*_-]{{0,2}}$"])


@cache
def pattern(key: str, *, prefix: str = r"(?<![\w-])", suffix: str = r"(?!\w)") -> Lazy:
    """The patterns of all languages under a key, as words of their own."""
    return union([words(key)], prefix=prefix, suffix=suffix)


def leads(text: str, cue: Cue, link: re.Match[str]) -> bool:
    """Whether a link is one: “VaR” is no “var”, and an equals sign stands at a name."""
    said = link.group(0).strip()
    if link.lastgroup in {"copula", "weak", "reveal"} and said.rstrip(":") not in {said.rstrip(":").lower(), said.rstrip(":").upper()}:
        return False
    if link.start() > cue.end and said[:1] in {"'", "’"}:
        return False  # “the password of room 12's screen”
    if link.start() > cue.end and "://" in text[max(text.rfind(mark, 0, link.start()) for mark in " \n\t") + 1 : link.start()]:
        return False  # “http://host:8080”
    return "=" not in said or link.start() == cue.end or text[link.start()] in " \t\"'"


@cache
def articles() -> str:
    """A pattern: blanks, with an article between them or not."""
    return rf"(?:\s+(?:{words('articles')}))?\s+"
