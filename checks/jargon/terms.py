"""`jargon`: terms with a plain word, and abbreviations that nothing explains. What the thread or the glossary knows is none (RULES.md, ruling 12)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from sendcheck.checkapi import READ_AS, Hit, Lazy, Mail, Sentence, lines, of_language, union
from sendcheck.understanding.dictionaries import speller
from sendcheck.understanding.rewording import rewording
from sendcheck.understanding.text import unquoted

#: Six letters and more are a code or a name.
_ABBREVIATION = re.compile(r"(?<![\w@/.#&’'\"“«_\[{<%$-])([A-ZÆØÅ]{3,5})(?:s|-[a-zæøå]+)?(?![\w@/_’&]|-[\w]|\.\w)")
#: Abbreviations so short are words by chance (SAP, CAT).
_SHORT = 3
_GROUPS = re.compile(r"\([^()]*\)")
_CAPITALS = re.compile(r"[A-ZÆØÅ]{2,}")


@cache
def _terms(language: str) -> tuple[Lazy, dict[str, str], tuple[tuple[Lazy, str], ...]]:
    """One pattern for all, phrases to their replacement, patterns to their plain words."""
    data = of_language(__package__, "terms", language)
    if not data:
        return union(()), {}, ()
    phrases = [re.escape(p).replace(r"\ ", " ") for p in sorted(data["same"], key=len, reverse=True)]
    whole = union(_by_letter((*phrases, *data["terms"])), prefix=r"(?<![\w@/.-])", suffix=r"(?![\w@/]|-\w)")
    return whole, data["same"], tuple((union([_spread(p)], suffix=r"\Z"), plain) for p, plain in data["terms"].items())


def _by_letter(expressions: Iterable[str]) -> Iterator[str]:
    """The expressions by the letter they begin with, which is looked at first: most words of a text begin none of them."""
    found: dict[str, list[str]] = {}
    for expression in expressions:
        found.setdefault(expression[0].lower() if expression[0].isalpha() and "|" not in _GROUPS.sub("", expression) else "", []).append(_spread(expression))
    for letter, some in sorted(found.items(), reverse=True):
        yield f"{f'(?={letter})' if letter else ''}(?:{'|'.join(f'(?:{one})' for one in some)})"


def _spread(expression: str) -> str:
    """A blank stands for any run of blanks: wrapped lines leave two."""
    return expression.replace(" ?", r"\s*").replace(" ", r"\s+")


def jargon(mail: Mail, glossary: Sequence[str]) -> Iterator[Hit]:
    """One finding for each term of the mail, in order."""
    known = _Known(mail, glossary)
    for sentence in mail.prose.sentences:
        text = unquoted(sentence.text)
        pattern, same, terms = _terms(READ_AS.get(sentence.language, sentence.language))
        for match in pattern.finditer(text):
            words = " ".join(match.group(0).split())
            if known.add(words):
                continue
            plain = same.get(words.lower()) or next((p for t, p in terms if t.match(words)), "")
            yield _hit(mail, sentence, match.span(), words, plain, words.lower() in same)
        for match in _ABBREVIATION.finditer(text):
            word = match.group(1)
            if _in_capitals(text, match.span()) or _is_word(word, sentence.language) or known.add(word) or _is_named(mail, word):
                continue
            yield _abbreviation(mail, sentence, match.span(), word)


class _Known:
    """What needs no explaining: words of the thread, of the glossary, abbreviations that everybody knows or the mail explains; and what was told already."""

    def __init__(self, mail: Mail, glossary: Sequence[str]) -> None:
        self.thread = " ".join(mail.thread_texts()).lower()
        self.own = " ".join(mail.own_text.split())
        self.words = {w.lower() for w in (*glossary, *lines(__package__, "abbreviations.txt"))}

    def add(self, words: str) -> bool:
        """Whether *words* are known; from now on they are."""
        low = words.lower()
        if low in self.words or re.search(rf"(?<!\w){re.escape(low)}(?!\w)", self.thread) or self._is_explained(words):
            return True
        self.words.add(low)
        return False

    def _is_explained(self, words: str) -> bool:
        """“Service level agreement (SLA)”, “SLA (service level agreement)”."""
        if not words.isupper():
            return False
        return bool(re.search(rf"\w{{3,}} \({re.escape(words)}\)|\b{re.escape(words)} \((?=[^)]*\w{{3,}} \w)", self.own))


def _in_capitals(text: str, span: tuple[int, int]) -> bool:
    """Whether the words beside are in capitals, too: a heading, a name, a shout; or digits make a code of it."""
    before, after = text[: span[0]].split(), text[span[1] :].split()
    near = [w.strip(".,:;()") for w in (*before[-1:], *after[:1])]
    return any(_CAPITALS.fullmatch(w) or w.replace(".", "").isdigit() for w in near) or not any(c.islower() for c in text)


def _is_word(word: str, language: str) -> bool:
    """“STOP”, “EXACT”: an ordinary word in capitals."""
    judge = speller(READ_AS.get(language, language))
    return len(word) > _SHORT and judge is not None and judge.spelt(word.lower())


def _is_named(mail: Mail, word: str) -> bool:
    """Whether it is the name of an organisation or person on the mail, or stands in the subject."""
    low = word.lower()
    people = [r.address for r in mail.recipients] + ([mail.sender] if mail.sender else [])
    return any(low in a.addr.lower() or low in (a.name or "").lower() for a in people) or low in mail.subject.lower().split()


def _hit(mail: Mail, sentence: Sentence, span: tuple[int, int], words: str, plain: str, same: bool) -> Hit:
    instead = f"say it in plain words: “{plain}”"
    plainly = rewording(mail, sentence, [(span, plain)]) if same else None
    why = "says in office language what a plain word says" if same else "is a term that the reader need not know"
    return Hit("jargon", f"“{words}” {why}", mail.at_sentence(sentence, *span), instead, rewording=plainly)


def _abbreviation(mail: Mail, sentence: Sentence, span: tuple[int, int], word: str) -> Hit:
    return Hit(
        "jargon",
        f"nothing explains the abbreviation “{word}”",
        mail.at_sentence(sentence, *span),
        f"write it out the first time, “… ({word})”, or leave it out",
    )
