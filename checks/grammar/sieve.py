"""Which of a proofreader's findings are told, and how loud."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from sendcheck.checkapi import Fault, Lazy, Mail, Sentence, Severity, of_language, union
from sendcheck.understanding.dictionaries import speller
from sendcheck.understanding.names import fold, given_names
from sendcheck.understanding.text import LEFT_OUT, unquoted
from sendcheck.understanding.vocabulary import is_code, is_table, known_words

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
#: What quoted-printable leaves where a mail was decoded wrongly: “t= he”.
_SOFT_BREAK = re.compile(r"=\s")
_NEAR = 8
_NEXT_WORD = re.compile(r"\s{0,9}\S{1,80}")


class Strength(NamedTuple):
    """How LanguageTool is used for a language: its ``code`` there, codes of varieties, severities by category, and rules that are weaker or of no use."""

    code: str
    codes: dict[str, str]
    categories: dict[str, Severity]
    style: frozenset[str]
    loud: Lazy
    weak: Lazy
    off: Lazy


@cache
def strength(language: str) -> Strength | None:
    """What ``languagetool.<language>.toml`` says; None for a language that LanguageTool lacks."""
    data = of_language(__package__, "languagetool", language)
    if not data:
        return None
    categories = {name: Severity(severity) for severity, names in data["categories"].items() for name in names}
    loud, weak, off = (union(data[key], prefix=r"\A", suffix=r"\Z", flags=0) for key in ("loud", "weak", "off"))
    return Strength(data["code"], data["varieties"], categories, frozenset(data["style"]), loud, weak, off)


class Sieve:
    """Judges the findings about one mail. ``words``: the user's own, in lower case; ``ignored``: rules that he does not want."""

    def __init__(self, mail: Mail, language: str, strength: Strength, style: bool, ignored: frozenset[str], words: frozenset[str]) -> None:
        self._strength, self._style, self._ignored = strength, style, ignored
        self._speller = speller(language)
        self._template = mail.template
        self._known = known_words(mail) | words
        self._thread = " ".join(" ".join(mail.thread_texts()).lower().split())

    def severity(self, fault: Fault, sentence: Sentence, start: int, end: int) -> Severity | None:
        """How loud a finding is; None if it is not told."""
        severity = self._of_rule(fault)
        if severity is None or is_table(sentence) or is_code(sentence, start, end) or self._is_name(sentence, start, end):
            return None
        if self._beside_a_value(sentence.text, start, end):
            return None
        text = unquoted(sentence.text)
        if LEFT_OUT in text[start:end] or _SOFT_BREAK.search(sentence.text[max(0, start - _NEAR) : end + _NEAR]) or self._is_misspelt(sentence.text[start:end]):
            return None
        phrase = " ".join(sentence.text[start:end].lower().split())
        return None if " " in phrase and phrase in self._thread else severity

    def _of_rule(self, fault: Fault) -> Severity | None:
        rules = self._strength
        if fault.rule in self._ignored:
            return None
        if self._style and fault.category in rules.style:
            return Severity.NOTE
        if rules.off.search(fault.rule):
            return None
        if rules.loud.search(fault.rule):
            return Severity.WARNING
        severity = rules.categories.get(fault.category)
        return Severity.NOTE if severity is not None and rules.weak.search(fault.rule) else severity

    def _beside_a_value(self, text: str, start: int, end: int) -> bool:
        """Whether what is marked touches what stands for a variable of a template: “an {{ organisation }}” may be right."""
        if self._template is None:
            return False
        before, after = text[:start].rstrip(), _NEXT_WORD.match(text, end)
        begin = max(before.rfind(" "), before.rfind("\n")) + 1
        return bool(self._template.stand_in_at(text, begin, after.end() if after else end))

    def _is_name(self, sentence: Sentence, start: int, end: int) -> bool:
        """Whether what is marked holds a name: a word of headers or thread, or a capitalised one in mid-sentence, that is no ordinary word."""
        for match in _WORD.finditer(sentence.text, start, end):
            word = match.group(0)
            if word.lower() in self._known and not self._is_ordinary(word):
                return True
            if word[:1].isupper() and (fold(word) in given_names() or (match.start() > 0 and not word.isupper() and not self._is_ordinary(word))):
                return True
            if word[:1].isupper() and word.lower() in self._known:
                return True
        return False

    def _is_ordinary(self, word: str) -> bool:
        return self._speller is not None and self._speller.spelt(word.lower())

    def _is_misspelt(self, text: str) -> bool:
        """Whether a word of it is one for `spelling`."""
        judge = self._speller
        return judge is not None and any(not judge.knows(w) and not judge.knows(re.sub(r"['’]\w*$", "", w)) for w in _WORD.findall(text))
