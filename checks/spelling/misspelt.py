"""`spelling`: words that no dictionary has, with what was probably meant."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

from sendcheck.checkapi import Hit, Kind, Mail, NotRun, Sentence, Severity, lines
from sendcheck.understanding.clauses.pipeline import READ_AS
from sendcheck.understanding.dictionaries import Speller, near, speller, suggested
from sendcheck.understanding.names import fold, given_names
from sendcheck.understanding.text import in_code

RULE = "spelling"
_WORD = re.compile(r"(?<![\w@./\\#&$%{<=_+~^|:-])[^\W\d_]+(?:['’-][^\W\d_]+)*(?![\w@\\/=_(){}>+|]|[.:][\w/]|-\d)")
_MOST = 25
_WARNED = 4
_OFTEN = 3


def misspelt(mail: Mail, extra: frozenset[str]) -> Iterator[Hit | NotRun]:
    """A finding for each wrong word, at its first place. ``extra``: the user's own words, in lower case."""
    known = extra | _known(mail)
    found: dict[str, tuple[Sentence, int, int]] = {}
    counts: Counter[str] = Counter()
    lacking: set[str] = set()
    for sentence in mail.prose.sentences:
        language = READ_AS.get(sentence.language, sentence.language)
        if language not in ("en", "nb"):
            continue
        for match in _WORD.finditer(sentence.text):
            word = match.group(0)
            low = word.lower().replace("’", "'")
            if low in found:
                counts[low] += 1
            elif _plain(sentence, match) and not _is_known(low, known):
                judge = speller(language)
                if judge is None:
                    lacking.add(language)
                    break
                if not _right(word.replace("’", "'"), judge, mail) and not _named(mail, sentence, match) and not _coded(sentence, match):
                    found[low] = (sentence, *match.span())
                    counts[low] += 1
    if lacking:
        yield NotRun(
            RULE, "no Norwegian Hunspell dictionary (nb_NO) is on this machine: install your system's package of it (Debian: hunspell-no), or set DICPATH"
        )
    for low, (sentence, start, end) in list(found.items())[:_MOST]:
        yield from _hit(mail, sentence, start, end, counts[low])


def _known(mail: Mail) -> frozenset[str]:
    """Words that the headers, the thread, the signature and the attachments' names use."""
    pieces = [mail.subject, *(f"{r.address.name} {r.address.addr}" for r in mail.recipients), *(a.name or "" for a in mail.attachments)]
    pieces += [f"{mail.sender.name} {mail.sender.addr}"] if mail.sender else []
    pieces += [s.text for s in mail.stretches(Kind.SIGNATURE, Kind.QUOTE, Kind.TRAIL, Kind.FORWARD)]
    if mail.parent is not None:
        pieces += [mail.parent.text, mail.parent.subject or ""]
        pieces += [f"{a.name} {a.addr}" for a in mail.thread_people()]
    return frozenset(w.lower() for piece in pieces for w in re.findall(r"[^\W\d_]{2,}", piece))


def _is_known(low: str, known: frozenset[str]) -> bool:
    return low in known or (low.endswith(("'s", "s'")) and low[:-2].rstrip("'") in known)


@cache
def _slang() -> frozenset[str]:
    return lines(__package__, "abbreviations.txt")


def _plain(sentence: Sentence, match: re.Match[str]) -> bool:
    """Whether a word is running text: no acronym, no CamelCase, no code, no shorthand."""
    word = match.group(0)
    if len(word) < 3 or word.lower() in _slang() or word.isupper() or re.search(r"[a-zæøå][A-ZÆØÅ]", word) or re.match(r"[A-ZÆØÅ]{2,}-?[a-zæøå]{1,4}$", word):
        return False
    return not re.search(r"(.)\1\1", word)  # “soooo” is meant


def _coded(sentence: Sentence, match: re.Match[str]) -> bool:
    return in_code(sentence.piece.text, sentence.start + match.start(), sentence.start + match.end())


def _named(mail: Mail, sentence: Sentence, match: re.Match[str]) -> bool:
    """A capitalised unknown is taken for a name: mid-sentence always; at its beginning, unless a common word lies one slip away."""
    word = match.group(0)
    if not word[:1].isupper():
        return False
    if fold(word) in given_names():
        return True
    before = sentence.text[: match.start()].strip(" \"'“‘(*_-•")
    if before:
        return True
    language = READ_AS.get(sentence.language, sentence.language)
    judge = speller(language)
    return len(sentence.text.split()) < 3 or (near(word, language) is None and (judge is None or suggested(word, judge) is None))


def _right(word: str, judge: Speller, mail: Mail) -> bool:
    bare = re.sub(r"'(?:s|S|re|ve|ll|d|m|t)?$", "", word)
    if judge.knows(word) or judge.knows(bare):
        return True
    parts = [p for p in bare.split("-") if p]
    if len(parts) > 1 and all(len(p) < 3 or p.isupper() or judge.knows(p) or p.lower() in {w.lower() for w in parts if w[:1].isupper()} for p in parts):
        return True
    for other in ("en", "nb"):
        if other != judge.language and (other == "en" or "nb" in mail.languages or "nn" in mail.languages):
            second = speller(other)
            if second is not None and len(bare) > 3 and second.knows(bare) and near(bare, judge.language) is None:
                return True
    return False


def _surely(word: str, meant: str, count: int) -> bool:
    """Whether it is a slip and no jargon: long enough (or two letters swapped), and not written so again and again."""
    low = word.lower()
    if fold(low) in given_names():
        return False
    if meant.lower().replace(" ", "") == low or (sorted(low) == sorted(meant.lower()) and count < _OFTEN):
        return True
    return len(word) > _WARNED and count == 1


def _hit(mail: Mail, sentence: Sentence, start: int, end: int, count: int) -> Iterator[Hit]:
    word = sentence.text[start:end]
    meant = near(word, READ_AS.get(sentence.language, sentence.language))
    if meant is not None and word[:1].isupper():
        meant = meant[:1].upper() + meant[1:]
    judge = speller(READ_AS.get(sentence.language, sentence.language))
    rare = suggested(word, judge) if meant is None and judge is not None else None
    often = f", {count} times" if count > 1 else ""
    severity = None if meant is not None and _surely(word, meant, count) else Severity.NOTE
    yield Hit(
        RULE,
        f"“{word}” is in no dictionary{often}" + (f": did you mean “{meant or rare}”?" if meant or rare else ""),
        mail.at_sentence(sentence, start, end),
        f"write “{meant or rare}”" if meant or rare else "check it; a word that is right goes into the list “words” of the configuration",
        severity=severity,
    )
