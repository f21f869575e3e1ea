"""What the answered mail asks: questions, requests, and the items of a list of concerns, by what the model of acts hears in its sentences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

from sendcheck.checkapi import READ_AS, Lazy, Prose, Sentence, by_language, union
from sendcheck.understanding.text import flat

from .parts import Part, parts

_MOST = 30


class Kind(StrEnum):
    """What is asked of the writer, by the name of its act."""

    QUESTION = "question"
    REQUEST = "request"
    CONCERN = "concern"


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing asked. ``text``: its words, in one line; ``part``: the piece of its sentence that asks; ``sentences``: all it consists of (an item
    may have several); ``sure``: it plainly asks; ``before``: in a mail before the one that is answered.
    """

    kind: Kind
    part: Part
    sentences: tuple[Sentence, ...]
    text: str
    sure: bool = True
    before: bool = False

    @property
    def is_piece(self) -> bool:
        """Whether its sentence asks more than this."""
        return len(self.part.text) < len(flat(self.part.sentence.text))

    @property
    def label(self) -> str:
        """The number or letter of its list item, or ""."""
        return self.part.label


@cache
def _words(key: str, language: str) -> Lazy:
    known = {data["language"]: data for data in by_language(__package__, "words")}
    chosen = [known[language]] if language in known else list(known.values())
    return union([p for data in chosen for p in data[key]])


def says(sentence: Sentence, key: str) -> bool:
    """Whether a sentence matches the patterns of a key in its language, or of all where it is none of ours."""
    return bool(_words(key, READ_AS.get(sentence.language, sentence.language)).search(flat(sentence.text)))


def asked(prose: Prose, before: bool = False) -> list[Asked]:
    """Everything asked, in order. ``before``: in a mail before the one that is answered."""
    sentences = list(_own_words(prose))
    if any(says(s, "bulk") for s in prose.sentences):
        return []  # a newsletter asks everybody, and nobody answers it
    found = [one for s in sentences for one in _of_sentence(prose, s)]
    taken = {s.number for a in found for s in a.sentences}
    found += _concerns(prose, sentences, taken)
    in_order = sorted(found, key=lambda a: (a.part.sentence.number, a.part.start))[:_MOST]
    return [replace(one, before=True) for one in in_order] if before else in_order


def _own_words(prose: Prose) -> Iterator[Sentence]:
    """The sentences up to the footer that a mailing list or a provider hangs below."""
    for sentence in prose.sentences:
        if says(sentence, "footer"):
            return
        yield sentence


def _of_sentence(prose: Prose, sentence: Sentence) -> Iterator[Asked]:
    acts = prose.acts(sentence)
    kind = max((Kind.QUESTION, Kind.REQUEST), key=acts.chance)
    if kind not in acts.likely or acts.chance("rhetorical") > acts.chance(kind):
        return
    for part in parts(sentence):
        yield Asked(kind, part, (sentence,), part.text, kind in acts.sure)


def _concerns(prose: Prose, sentences: list[Sentence], taken: set[int]) -> Iterator[Asked]:
    """Items of lists that tell of trouble: bulleted or numbered ones, and “first … second …” in running text."""
    for group in (*_lists(sentences), *_told_in_order(sentences)):
        troubled = [item for item in group if any(Kind.CONCERN in prose.acts(s).likely for s in item)]
        if 2 * len(troubled) < len(group):
            continue
        for item in troubled:
            if not any(s.number in taken for s in item):
                told = next(s for s in item if Kind.CONCERN in prose.acts(s).likely)
                whole = Part(told, 0, len(told.text), flat(told.text), item[0].label)
                sure = any(Kind.CONCERN in prose.acts(s).sure for s in item)
                yield Asked(Kind.CONCERN, whole, tuple(item), flat(" ".join(s.text for s in item)), sure)


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


def _told_in_order(sentences: list[Sentence]) -> list[list[list[Sentence]]]:
    """“First, … Second, … And finally, …”: each ordinal begins an item that ends with the next, or with its paragraph."""
    group: list[list[Sentence]] = []
    for sentence in sentences:
        if sentence.item is not None:
            continue
        found = next((n for n in ("first", "second", "further") if says(sentence, n)), "")
        if found == "first":
            group = [[sentence]]
        elif found and group:
            group.append([sentence])
        elif group and sentence.paragraph == group[-1][-1].paragraph and sentence.number == group[-1][-1].number + 1 and not sentence.asks:
            group[-1].append(sentence)
    return [group] if len(group) > 1 else []
