"""`repeated-word`: a word that stands twice in a row, told from two words that only look alike and meet where two phrases or clauses do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from sendcheck.checkapi import READ_AS, Hit, Mail, NotRun, Sentence, Stretch, by_language, of_language
from sendcheck.understanding.clauses.model import Word
from sendcheck.understanding.lexicon import ranks, words_by_tag
from sendcheck.understanding.salutation import greets
from sendcheck.understanding.text import in_code
from sendcheck.understanding.vocabulary import is_code, is_table

from .meeting import meet

RULE = "repeated-word"
_DOUBLE = re.compile(r"(?<![\w'’@./-])([^\W\d_]+)((?:[ \t\xa0]{1,2}|[ \t\xa0]{0,2}\n[ \t]{0,8}))\1(?![\w'’@/-]|\.\w)", re.I)
#: What quoted-printable leaves where a mail was decoded wrongly: “Th= is is”.
_TORN = re.compile(r"\w=\s{1,2}$")
#: Words of closed classes (Universal Dependencies): a line that ends with one goes on in the next.
_CLOSED = frozenset({"ADP", "AUX", "CCONJ", "DET", "PART", "PRON", "SCONJ"})
#: A line of so many characters may have been wrapped; a shorter one, where the next one's first word had no room beside it.
_WRAPPED = 40
#: Words of a line that is running text.
_RUNNING = 2
#: Doubles that are looked at in one mail, each beside its whole sentence.
_MOST = 100
#: Ranks up to which a word is frequent.
_RARE = 20_000


@cache
def _meant() -> frozenset[str]:
    """Words that are doubled to good effect, in any language."""
    return frozenset(w for data in by_language(__package__, "doubles") for w in data["meant"])


@cache
def _alone(language: str) -> frozenset[str]:
    """Words of one letter."""
    return frozenset(of_language(__package__, "doubles", language).get("letters", ()))


def doubles(mail: Mail) -> Iterator[Hit | NotRun]:
    """A finding for each word that stands twice by a slip."""
    looked = 0
    for index, stretch in enumerate(mail.own()):
        for match in _DOUBLE.finditer(stretch.text):
            word = match.group(1)
            second = stretch.text[match.end() - len(word) : match.end()]
            if word.lower() in _meant() or not (second.islower() or second == "I") or not _runs_on(stretch.text, match.start(), word):
                continue
            if _TORN.search(stretch.text, max(0, match.start() - 4), match.start()):
                continue
            looked += 1
            if looked > _MOST:
                yield NotRun(RULE, f"more than {_MOST} words stand twice in a row: that is no running text")
                return
            sentence = _sentence(mail, index, match)
            if sentence is None or _is_right(mail, sentence, stretch, match):
                continue
            told, where = f"“{word}” stands twice in a row", mail.within(stretch, match.start(), match.end())
            # The wrap of a line stays; the second word and one blank go.
            yield Hit(RULE, told, where, f"write “{word}” once", fix=word + ("\n" if "\n" in match.group(2) else ""))


def _sentence(mail: Mail, piece: int, match: re.Match[str]) -> Sentence | None:
    """The sentence that holds both words."""
    return next((s for s in mail.prose.sentences if s.piece.index == piece and s.start <= match.start() and match.end() <= s.end), None)


def _runs_on(text: str, at: int, word: str) -> bool:
    """A capitalised first word only counts where a sentence begins: “Gas Daily daily prices” is a name and a word."""
    return word.islower() or word == "I" or not text[:at].rstrip(" \t")[-1:].isalpha()


def _is_right(mail: Mail, sentence: Sentence, stretch: Stretch, match: re.Match[str]) -> bool:
    """Whether the double is none of the writer's slips: code, columns, lines of their own, an emphasis, or two words of two phrases."""
    language = READ_AS.get(sentence.language, sentence.language)
    word = match.group(1).lower()
    if language and not mail.prose.can_read(sentence):
        return True
    if len(word) == 1 and word not in _alone(language):
        return True
    start = match.start() - sentence.start
    if in_code(stretch.text, match.start(), match.end()) or is_code(sentence, start, match.end() - sentence.start) or is_table(sentence):
        return True
    words = mail.prose.words(sentence)
    at = next((i for i, w in enumerate(words[:-1]) if w.start == start), None)
    pair = (words[at], words[at + 1]) if at is not None else None
    if "\n" in match.group(2) and not _wraps(stretch.text, match, pair is not None and pair[0].pos in _CLOSED):
        return True
    if pair is None or at is None:
        return False
    return _emphasised(*pair, language) or meet(sentence, words, at, language)


def _emphasised(first: Word, second: Word, language: str) -> bool:
    """Interjections, and adjectives that have degrees, are doubled for emphasis: “a long long way”."""
    if first.pos == second.pos == "INTJ":
        return True
    return first.pos == second.pos == "ADJ" and first.text.lower() in words_by_tag(language).get("ADJ", ()) and _has_degrees(first.text.lower(), language)


@cache
def _has_degrees(word: str, language: str) -> bool:
    """Whether people compare an adjective by an ending (“longer”, “finere”): those whose comparative is a frequent word."""
    rules = of_language(__package__, "doubles", language)["comparatives"]
    forms = {re.sub(rf"{pattern}$", right, word, count=1) for pattern, right in rules if re.search(rf"{pattern}$", word)}
    return any((ranks(language).of(form) or _RARE) < _RARE for form in forms - {word})


def _wraps(text: str, match: re.Match[str], closed: bool) -> bool:
    """Whether a line that ends with the word goes on in the next: items, cells and verses are lines of their own."""
    gap = match.start(2)
    start = text.rfind("\n", 0, gap) + 1
    stop = text.find("\n", match.end())
    first, second = text[start:gap], text[match.end() - len(match.group(1)) : stop if stop >= 0 else len(text)].rstrip()
    if len(first) >= _WRAPPED:
        return True
    if len(first.split()) < _RUNNING or len(second.split()) < _RUNNING or greets(first):
        return False
    block = text[max(0, text.rfind("\n\n", 0, start)) : text.find("\n\n", gap) if "\n\n" in text[gap:] else len(text)]
    width = max(map(len, block.split("\n")))
    return closed or (width >= _WRAPPED and len(first) + 1 + len(match.group(1)) > width)
