"""What the answered mail asks: questions, requests, and the items of a list of concerns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache

from sendcheck.checkapi import Mood, Prose, Sentence, Who, by_language, union
from sendcheck.understanding.clauses.pipeline import READ_AS
from sendcheck.understanding.text import flat

_MOST = 40
_TAG = 3


class Kind(Enum):
    """What is asked of the writer."""

    QUESTION = "question"
    REQUEST = "request"
    CONCERN = "concern"


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing asked. ``text``: its words; ``sentences``: all it consists of (an item may have several); ``sure``: it plainly asks."""

    kind: Kind
    sentence: Sentence
    sentences: tuple[Sentence, ...]
    text: str
    sure: bool = True

    @property
    def label(self) -> str:
        """The number or letter of its list item, or ""."""
        return self.sentence.label


@cache
def words(key: str, table: str = "", language: str = "") -> re.Pattern[str]:
    """The patterns of a key, for straight apostrophes: of one language, or of all where it is none of ours."""
    known = {data["language"]: data for data in by_language(__package__, "words")}
    chosen = [known[language]] if language in known else list(known.values())
    return union([p for data in chosen for p in (data[table] if table else data)[key]])


def words_of(sentence: Sentence, key: str, table: str = "") -> re.Pattern[str]:
    """The patterns of a key in the sentence's language."""
    return words(key, table, READ_AS.get(sentence.language, sentence.language))


def asked(prose: Prose, strict: bool) -> list[Asked]:
    """Everything asked, in order. ``strict``: the mail complains, so its lists are concerns unless they say otherwise."""
    if any(words_of(s, "bulk").search(s.text) for s in prose.sentences):
        return []  # a newsletter asks everybody, and nobody answers it
    if not any(s.asks or s.item is not None or words_of(s, "gate").search(s.text) for s in prose.sentences):
        return []
    prose.parse_all()
    found = [a for a in (_one(prose, s) for s in prose.sentences[: 6 * _MOST]) if a is not None]
    taken = {s.number for a in found for s in a.sentences}
    found += _concerns(prose, taken, strict)
    return sorted(found, key=lambda a: a.sentence.number)[:_MOST]


def _one(prose: Prose, sentence: Sentence) -> Asked | None:
    text = flat(sentence.text)
    if sentence.asks:
        return _question(prose, sentence, text)
    if len(text.split()) < 2 or words_of(sentence, "manners").search(text) or words_of(sentence, "wish_voids").search(text):
        return None
    if words_of(sentence, "wishes").search(text):
        return Asked(Kind.REQUEST, sentence, (sentence,), text)
    if sentence.item is None or re.match(r"[A-ZÆØÅ]?[a-zæøå]+ ", text):
        for clause in prose.clauses(sentence):
            if (
                clause.mood is Mood.REQUEST
                and not clause.conditional
                and clause.relation in {"root", "conj", "parataxis"}
                and _is_imperative(text, clause.verb)
            ):
                return Asked(Kind.REQUEST, sentence, (sentence,), text, sure=sentence.item is None)
    return None


def _is_imperative(text: str, verb: tuple[int, int]) -> bool:
    """The verb stands first, or after a comma or a short word: a noun read as a verb in mid-sentence does not count."""
    before = text[: verb[0]].strip()
    return before.count(" ") <= 1 or before.endswith((",", ":", "–", "-", "and", "og"))


def _question(prose: Prose, sentence: Sentence, text: str) -> Asked | None:
    if words_of(sentence, "greeting_questions").search(text) or words_of(sentence, "rhetorical").search(text):
        return None
    typed = any(words_of(sentence, kind, "types").search(text) for kind in ("when", "who", "duration", "number", "amount", "why", "how", "where", "which"))
    if len(re.findall(r"\w+", text)) < _TAG and not typed:
        return None
    if words_of(sentence, "asks_for_words").search(text):
        return Asked(Kind.QUESTION, sentence, (sentence,), text)
    if not typed and any(c.mood is Mood.REQUEST and (c.actor is None or c.actor.who is Who.READER) for c in prose.clauses(sentence)):
        return None if words_of(sentence, "manners").search(text) else Asked(Kind.REQUEST, sentence, (sentence,), text)
    return Asked(Kind.QUESTION, sentence, (sentence,), text)


def _concerns(prose: Prose, taken: set[int], strict: bool) -> Iterator[Asked]:
    """Items of lists that tell of trouble. A list is a run of items with the same kind of mark; its lead-in tells what it holds."""
    groups: list[list[list[Sentence]]] = []
    last = -2
    for sentence in prose.sentences:
        if sentence.item is None:
            continue
        if groups and groups[-1][-1][0].item == sentence.item:
            groups[-1][-1].append(sentence)
        elif groups and last + 1 == sentence.number:
            groups[-1].append([sentence])
        else:
            groups.append([[sentence]])
        last = sentence.number
    for group in groups:
        lead = _lead(prose, group[0][0])
        if lead is not None and words_of(lead, "other_lead", "lists").search(flat(lead.text)):
            continue
        troubled = [item for item in group if any(words_of(s, "problem", "lists").search(flat(s.text)) for s in item)]
        announced = lead is not None and bool(words_of(lead, "concern_lead", "lists").search(flat(lead.text)))
        if not (announced or strict) or not (2 * len(troubled) >= len(group)):
            continue
        for item in group:
            if any(s.number in taken for s in item):
                continue
            if announced or item in troubled or strict:
                yield Asked(Kind.CONCERN, item[0], tuple(item), flat(" ".join(s.text for s in item)), sure=announced or strict)


def _lead(prose: Prose, first: Sentence) -> Sentence | None:
    before = prose.sentences[first.number - 1] if first.number else None
    return before if before is not None and (before.leads or before.piece == first.piece) else None
