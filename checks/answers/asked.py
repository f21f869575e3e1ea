"""What the answered mail asks: questions, requests, and the items of a list of concerns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from sendcheck.checkapi import READ_AS, Lazy, Mood, Prose, Sentence, Who, by_language, union
from sendcheck.understanding.text import flat

from .parts import Part, parts

_MOST = 30
#: Kinds of questions that are told by their whole form, and those told by a question word; the more special first: “how long” before “how”.
SPECIAL = ("what_if", "measure")
TYPES = ("when", "duration", "number", "amount", "who", "why", "where", "how", "which")
_TAG = 3
_SHORT_MAIL = 12
#: Characters before a wish that are worth being left out: “We will be late, so please …”.
_LEAD = 12


class Kind(StrEnum):
    """What is asked of the writer."""

    QUESTION = "question"
    REQUEST = "request"
    CONCERN = "concern"


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing asked. ``text``: its words, in one line; ``part``: the piece of its sentence that asks; ``sentences``: all it consists of (an item
    may have several); ``sure``: it plainly asks.
    """

    kind: Kind
    part: Part
    sentences: tuple[Sentence, ...]
    text: str
    sure: bool = True

    @property
    def sentence(self) -> Sentence:
        """The sentence that asks, or the first of an item."""
        return self.part.sentence

    @property
    def label(self) -> str:
        """The number or letter of its list item, or ""."""
        return self.part.label


@cache
def words(key: str, table: str = "", language: str = "") -> Lazy:
    """The patterns of a key, for straight apostrophes: of one language, or of all where it is none of ours."""
    known = {data["language"]: data for data in by_language(__package__, "words")}
    chosen = [known[language]] if language in known else list(known.values())
    return union([p for data in chosen for p in (data[table] if table else data)[key]])


def words_of(sentence: Sentence, key: str, table: str = "") -> Lazy:
    """The patterns of a key in the sentence's language."""
    return words(key, table, READ_AS.get(sentence.language, sentence.language))


def asked(prose: Prose, answering: Prose, strict: bool) -> list[Asked]:
    """Everything asked, in order. ``answering``: the text that will be searched for answers, which is parsed along;
    ``strict``: the mail complains, so its lists are concerns unless they say otherwise.
    """
    sentences = list(_own_words(prose))
    if any(words_of(s, "bulk").search(s.text) for s in prose.sentences):
        return []  # a newsletter asks everybody, and nobody answers it
    if not any(_may_ask(s) for s in sentences):
        return []
    prose.parse_all(answering)
    found = [a for s in sentences[: 6 * _MOST] for p in parts(s) if (a := _one(prose, p, strict)) is not None]
    taken = {s.number for a in found for s in a.sentences}
    found += _concerns(prose, sentences, taken, strict)
    return sorted(found, key=lambda a: (a.sentence.number, a.part.start))[:_MOST]


def _may_ask(sentence: Sentence) -> bool:
    """A cheap test, rather once too often: else no sentence of the answered mail is parsed."""
    if sentence.asks or sentence.item is not None:
        return True
    text = flat(sentence.text)
    return any(words_of(sentence, key).search(text) for key in ("gate", "indirect", "unmarked")) or bool(words_of(sentence, "first", "lists").search(text))


def _own_words(prose: Prose) -> Iterator[Sentence]:
    """The sentences up to the footer that a mailing list or a provider hangs below."""
    for sentence in prose.sentences:
        if words_of(sentence, "footer").search(sentence.text):
            return
        yield sentence


def _one(prose: Prose, part: Part, strict: bool) -> Asked | None:
    sentence, text = part.sentence, part.text
    if part.asks:
        return _question(prose, part)
    if len(text.split()) < 2 or words_of(sentence, "manners").search(text) or words_of(sentence, "wish_voids").search(text):
        return None
    indirect = words_of(sentence, "indirect").search(text)
    if indirect is not None:
        asking = part.behind_comma(indirect.group(0)) if indirect.start() > _LEAD else part
        return Asked(Kind.QUESTION, asking, (sentence,), asking.text)
    if words_of(sentence, "unmarked").search(text) and not words_of(sentence, "unmarked_voids").search(text):
        return Asked(Kind.QUESTION, part, (sentence,), text, sure=False)
    if words_of(sentence, "conduct").search(text):
        return None  # how one behaves shows in what one does, not in what one writes
    wish = words_of(sentence, "wishes").search(text)
    if wish is not None:
        begins = words_of(sentence, "imperatives").search(text)
        asking = part.behind_comma(wish.group(0)) if wish.start() > _LEAD and not begins else part
        return Asked(Kind.REQUEST, asking, (sentence,), asking.text)
    if words_of(sentence, "imperatives").search(text) and (strict or _is_plain(prose, text)):
        return Asked(Kind.REQUEST, part, (sentence,), text)
    if not strict:
        return None  # in ordinary mail an imperative is as often advice, directions or an advertisement
    if sentence.item is None or re.match(r"[A-ZÆØÅ]?[a-zæøå]+ ", text):
        for clause in prose.clauses(sentence):
            if (
                clause.mood is Mood.REQUEST
                and not clause.conditional
                and clause.relation in {"root", "conj", "parataxis"}
                and part.start <= clause.verb[0] < part.end
                and _is_imperative(flat(sentence.text[part.start : clause.verb[0]]))
            ):
                return Asked(Kind.REQUEST, part, (sentence,), text, sure=sentence.item is None)
    return None


def _is_plain(prose: Prose, text: str) -> bool:
    """Whether an imperative of ordinary mail may be meant for the reader: in a short mail, without a link or a shout."""
    return len(prose.sentences) <= _SHORT_MAIL and not text.endswith("!") and "http" not in text and "www." not in text


def _is_imperative(before: str) -> bool:
    """The verb stands first, or after a comma or a short word: a noun read as a verb in mid-sentence does not count."""
    return before.count(" ") <= 1 or before.endswith((",", ":", "–", "-", "and", "og"))


def kind_of(part: Part) -> str:
    """What kind of answer a question wants (``when``, ``who`` …), by its first question word; "" for yes or no."""
    for special in SPECIAL:
        if words_of(part.sentence, special, "types").search(part.text):
            return special
    found = [(m.start(), kind) for kind in TYPES if (m := words_of(part.sentence, kind, "types").search(part.text))]
    return min(found, key=lambda f: (f[0], TYPES.index(f[1])))[1] if found else ""


def _question(prose: Prose, part: Part) -> Asked | None:
    sentence, text = part.sentence, part.text
    if words_of(sentence, "greeting_questions").search(text) or words_of(sentence, "rhetorical").search(text):
        return None
    typed = kind_of(part)
    if len(re.findall(r"\w+", text)) < _TAG and not typed:
        return None
    if words_of(sentence, "asks_for_words").search(text) or words_of(sentence, "indirect").search(text):
        return Asked(Kind.QUESTION, part, (sentence,), text)
    asks_you = words_of(sentence, "asks_you").search(text) or not words_of(sentence, "you_first").search(text)
    if not typed and asks_you and any(c.mood is Mood.REQUEST and (c.actor is None or c.actor.who is Who.READER) for c in prose.clauses(sentence)):
        return None if words_of(sentence, "manners").search(text) else Asked(Kind.REQUEST, part, (sentence,), text)
    return Asked(Kind.QUESTION, part, (sentence,), text)


def _concerns(prose: Prose, sentences: list[Sentence], taken: set[int], strict: bool) -> Iterator[Asked]:
    """Items of lists that tell of trouble: bulleted or numbered ones, and “first … second …” in running text."""
    for group in (*_lists(sentences), *_told_in_order(sentences, strict)):
        lead = _lead(prose, group[0][0])
        if lead is not None and words_of(lead, "other_lead", "lists").search(flat(lead.text)):
            continue
        troubled = [item for item in group if any(words_of(s, "problem", "lists").search(flat(s.text)) for s in item)]
        announced = lead is not None and bool(words_of(lead, "concern_lead", "lists").search(flat(lead.text)))
        if not (announced or (strict and 2 * len(troubled) >= len(group))):
            continue
        for item in group:
            if any(s.number in taken for s in item):
                continue
            if announced or item in troubled or strict:
                whole = Part(item[0], 0, len(item[0].text), flat(item[0].text), item[0].label)
                yield Asked(Kind.CONCERN, whole, tuple(item), flat(" ".join(s.text for s in item)), sure=announced or strict)


def _lists(sentences: list[Sentence]) -> list[list[list[Sentence]]]:
    """Runs of list items, each a run of sentences."""
    groups: list[list[list[Sentence]]] = []
    last = -2
    for sentence in sentences:
        if sentence.item is None:
            continue
        if groups and groups[-1][-1][0].item == sentence.item:
            groups[-1][-1].append(sentence)
        elif groups and last + 1 == sentence.number:
            groups[-1].append([sentence])
        else:
            groups.append([[sentence]])
        last = sentence.number
    return groups


def _told_in_order(sentences: list[Sentence], strict: bool) -> list[list[list[Sentence]]]:
    """“First, … Second, … And finally, …”: each ordinal begins an item that ends with the next, or with its paragraph."""
    group: list[list[Sentence]] = []
    for sentence in sentences:
        if sentence.item is not None:
            continue
        text = flat(sentence.text)
        found = next((n for n in ("first", "second", "further") if words_of(sentence, n, "lists").search(text)), "")
        if found == "first":
            group = [[sentence]]
        elif found and group:
            group.append([sentence])
        elif group and sentence.paragraph == group[-1][-1].paragraph and sentence.number == group[-1][-1].number + 1 and not sentence.asks:
            group[-1].append(sentence)
    return [group] if strict and len(group) > 1 else []


def _lead(prose: Prose, first: Sentence) -> Sentence | None:
    before = prose.sentences[first.number - 1] if first.number else None
    return before if before is not None and (before.leads or before.piece == first.piece) else None
