"""The words by which mail clients mark quoted mail, of all languages at once: a thread mixes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any, NamedTuple

from sendcheck.data import language_file, languages_with, union
from sendcheck.data.patterns import Lazy

_DASHES = r"[-_=*#–—\s]*"
#: A date in figures opens an attribution in any language.
_IN_FIGURES = r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}"
_LONGEST_LABEL = 24
_LABELLED = re.compile(rf"[ \t\u00a0]{{0,40}}\*{{0,2}}(?P<word>[^\W\d_][\w '’()-]{{0,{_LONGEST_LABEL}}}?)\s*[:：]\*{{0,2}}[ \t]*")
#: The labels that one language has to have all of; the others are much the same everywhere.
_TELLING = ("from", "sent", "to", "subject")


class QuoteWords(NamedTuple):
    """Patterns made of all languages' ``quotes.toml``.

    ``attribution``: “On DATE … wrote:” with opener and verb of one language; ``named``: “… wrote:”; ``dated_mailbox``: “DATE … <address>:”, which needs no
    verb; ``filler``: words between verb and name; ``above``, ``reply``: “above this line”, and what is to be done there; ``behalf``: what stands between a
    sender and whom they write for.
    """

    attribution: Lazy
    named: Lazy
    verb: Lazy
    pronoun: Lazy
    filler: Lazy
    dated_mailbox: re.Pattern[str]
    original: Lazy
    forwarded: Lazy
    above: Lazy
    reply: Lazy
    behalf: Lazy


class Label(NamedTuple):
    """The label of a header block's line: what it stands for, as written, and where its value begins."""

    kind: str
    word: str
    end: int


@cache
def quote_words() -> QuoteWords:
    """The patterns, made once."""
    every = [language_file(language, "quotes.toml") for language in languages_with("quotes.toml")]
    verbs, pronouns = _all(every, "verbs"), "|".join(_all(every, "pronouns"))
    # of one language each: “wrote on” is no French “on”
    spoken = [("|".join(_longest(data["verbs"])), "|".join(data["pronouns"])) for data in every if data.get("pronouns")]
    attributions = [rf"(?:{'|'.join([*data['openers'], _IN_FIGURES])})(?!\w).*(?<!\w)(?:{'|'.join(_longest(data['verbs']))})(?!\w).*[:：]$" for data in every]
    any_verb = "|".join(_longest(verbs))
    return QuoteWords(
        attribution=union(attributions),
        named=Lazy(rf"(?!(?:{pronouns})\b)[\w\"'<(].{{1,120}}\s(?:{any_verb})(?:\s.{{0,80}})?[:：]$"),
        verb=Lazy(rf"(?<!\w)(?:{any_verb})(?!\w)"),
        pronoun=union([rf"(?<!\w)(?:{verb})\s+(?:{who})\b|\b(?:{who})\s+(?:{verb})(?!\w)" for verb, who in spoken]),
        filler=Lazy(rf"^(?:{'|'.join(_all(every, 'fillers'))})\b\s*|\s*\b(?:{'|'.join(_all(every, 'fillers'))})$"),
        dated_mailbox=re.compile(r"(?:[^\W\d]{1,12}\.?,?\s+)?(?=\d)(?=.*\b(?:19|20)\d{2})(?=.*\d{1,2}[:.]\d{2}).{8,160}<\S+@\S+>\s*[:：]$"),
        original=union(_all(every, "original"), prefix=_DASHES, suffix=rf"\s*:?{_DASHES}$"),
        forwarded=union(_all(every, "forwarded"), prefix=r"[-_=*>\s]*", suffix=rf"\s*:?{_DASHES}$"),
        above=union(_all(every, "above_line"), prefix=r"(?<!\w)", suffix=r"(?!\w)"),
        reply=union(_all(every, "reply_words"), prefix=r"(?<!\w)", suffix=r"(?!\w)"),
        behalf=union(_all(every, "behalf"), prefix=r"[\s,;]{1,3}", suffix=r"\s{1,3}"),
    )


def _all(every: list[dict[str, Any]], key: str) -> list[str]:
    return list(dict.fromkeys(value for data in every for value in data.get(key, [])))


def _longest(words: list[str]) -> list[str]:
    """So that “skrev følgende” is tried before “skrev”."""
    return sorted(words, key=len, reverse=True)


@cache
def _labels() -> dict[str, dict[str, str]]:
    """Label in small letters to language to what it stands for."""
    found: dict[str, dict[str, str]] = {}
    for language in languages_with("quotes.toml"):
        for kind, names in language_file(language, "quotes.toml").get("labels", {}).items():
            for name in names:
                found.setdefault(name.casefold(), {})[language] = kind
    return found


@lru_cache(maxsize=4096)
def _kind(word: str) -> str | None:
    """What a label stands for; of two meanings the one that begins a block (“De” is from, “A” is to)."""
    kinds = set(_labels().get(word.replace("’", "'").casefold(), {}).values())
    return next((kind for kind in (*_TELLING, "cc", "bcc", "sender", "other") if kind in kinds), "other" if word[:2] in {"X-", "x-"} else None)


def label_of(line: str) -> Label | None:
    """The label that a line begins with (“From:”, “*Fra:* ”, “De :”), or None."""
    found = _LABELLED.match(line)
    kind = _kind(" ".join(found["word"].split())) if found is not None else None
    return None if found is None or kind is None else Label(kind, found["word"], found.end())


def label_alone(line: str) -> Label | None:
    """A label that stands alone on its line, without a colon, as Lotus Notes prints tables."""
    word = " ".join(line.split())
    kind = _kind(word) if len(word) <= _LONGEST_LABEL else None
    return None if kind is None else Label(kind, word, len(line))


def label_before_tab(line: str) -> Label | None:
    """A label that a tab parts from its value, without a colon: the same tables, their cells on one line."""
    word, tab, _value = line.partition("\t")
    label = label_alone(word) if tab and word.strip() else None
    return None if label is None else Label(label.kind, label.word, len(word) + 1)


def of_one_language(labels: Mapping[str, str]) -> bool:
    """Whether labels (kind to the word written) can stand in one header block: of one language, but for the English ones that clients leave in."""
    known = [(kind, _labels().get(" ".join(word.split()).replace("’", "'").casefold(), {})) for kind, word in labels.items() if kind in _TELLING]
    foreign = [(kind, kinds) for kind, kinds in known if kinds.get("en") != kind]
    return not foreign or any(all(kinds.get(language) == kind for kind, kinds in foreign) for language in foreign[0][1])
