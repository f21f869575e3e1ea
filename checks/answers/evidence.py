"""What in the own text answers what was asked: shared words, the kind of answer wanted, numbering, places between quotes."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from sendcheck.checkapi import Kind as Segment
from sendcheck.checkapi import Mail, Prose, Sentence, TimeKind, Who, by_language
from sendcheck.understanding.commitments import commitments
from sendcheck.understanding.names import fold, given_names
from sendcheck.understanding.text import flat
from sendcheck.understanding.words import same_word

from .asked import Asked, Kind, words_of

_OPEN = frozenset({"NOUN", "PROPN", "VERB", "ADJ", "NUM", "ADV", "X", "SYM", "AUX", "ADP", "INTJ"})
_FRAGMENT = 7
_TYPES = ("when", "who", "duration", "amount", "number", "why", "where", "how", "which")


@cache
def _set(key: str) -> frozenset[str]:
    return frozenset(w for data in by_language(__package__, "synonyms") for w in data[key])


@cache
def _groups() -> dict[str, frozenset[int]]:
    """Word to the numbers of the rows of synonyms it stands in."""
    rows: dict[str, set[int]] = {}
    number = 0
    for data in by_language(__package__, "synonyms"):
        for row in data["same"]:
            for word in row:
                rows.setdefault(word, set()).add(number)
            number += 1
    return {word: frozenset(found) for word, found in rows.items()}


def terms(prose: Prose, sentence: Sentence) -> frozenset[str]:
    """Lemmas and forms that carry a sentence's matter, folded to lower case; plain words where there is no pipeline."""
    found: set[str] = set()
    parsed = prose.words(sentence)
    if not parsed:
        return frozenset(w.lower() for w in re.findall(r"[^\W_]{2,}|%", sentence.text) if w.lower() not in _set("light"))
    for word in parsed:
        low = word.text.lower()
        if word.pos in _OPEN and word.lemma not in _set("light") and low not in _set("light") and re.search(r"\w|%", low):
            found.add(word.lemma if word.lemma else low)
            found.add(low)
    return frozenset(found)


@lru_cache(maxsize=200_000)
def meet(one: str, other: str) -> bool:
    """Whether two words tell of one thing: equal, of one stem, or answering each other."""
    if same_word(one, other):
        return True
    groups = _groups()
    return bool(groups.get(one, frozenset()) & groups.get(other, frozenset()))


def shared(question: frozenset[str], answer: frozenset[str]) -> set[str]:
    """Words of the question that the answer takes up."""
    return {q for q in question if any(meet(q, a) for a in answer)}


class Evidence:
    """The own text, ready to be asked about each item."""

    def __init__(self, mail: Mail, items: list[Asked]) -> None:
        assert mail.parent is not None and mail.parent.prose is not None
        self.mail = mail
        self.prose = mail.prose
        self.theirs = mail.parent.prose
        self.items = items
        self.prose.parse_all()
        self.terms = {s.number: terms(self.prose, s) for s in self.prose.sentences}
        self.asked = {id(item): frozenset().union(*(terms(self.theirs, s) for s in item.sentences)) for item in items}
        self.labels = {label for s in self.prose.sentences for label in self._labels(s)}
        self.inline = self._inline()
        self.yes_no_left = sum(bool(words_of(s, "yes_no", "answers").search(flat(s.text))) for s in self.prose.sentences)
        self.deferred = [c for c in commitments(self.prose) if c.bound]
        self.used: set[int] = set()

    def _labels(self, sentence: Sentence) -> list[str]:
        found = [sentence.label] if sentence.label else []
        for match in words_of(sentence, "label", "answers").finditer(flat(sentence.text)):
            found += [g.lower() for g in match.groups() if g]
        return found

    def _inline(self) -> list[tuple[str, bool]]:
        """Quoted pieces of the answered mail, each with whether own text stands right below it."""
        found: list[tuple[str, bool]] = []
        for body in self.mail.bodies:
            if not body.primary:
                continue
            segments = [s for s in body.segments if body.text[s.start : s.end].strip()]
            for index, segment in enumerate(segments):
                if segment.kind is Segment.QUOTE:
                    below = segments[index + 1] if index + 1 < len(segments) else None
                    text = re.sub(r"(?m)^[ \t]*(?:>[ \t]?)+", "", body.text[segment.start : segment.end])
                    found.append((flat(text), below is not None and below.kind is Segment.OWN))
        return found

    def answers(self, item: Asked) -> bool:
        """Whether the own text comes back to an item."""
        if self._answered_inline(item) or self._by_label(item) or self._for_all(item):
            return True
        wanted = self.asked[id(item)] or self._plain(item)
        if item.kind is Kind.QUESTION:
            return self._question(item, wanted)
        if not wanted:
            return True  # nothing to look for: doubt is silence
        if item.kind is Kind.REQUEST:
            return self._request(item, wanted)
        return self._concern(item, wanted)

    def _verbs(self, sentence: Sentence) -> frozenset[str]:
        return frozenset(w.lemma for w in self.prose.words(sentence) if w.pos == "VERB")

    def _plain(self, item: Asked) -> frozenset[str]:
        """The verbs of an item that has no weightier word (“nobody told us”)."""
        return frozenset(w.lemma for s in item.sentences for w in self.theirs.words(s) if w.pos == "VERB")

    # -- by place ---------------------------------------------------------------

    def _answered_inline(self, item: Asked) -> bool:
        last = flat(item.sentences[-1].text)
        for quoted, below in self.inline:
            at = quoted.find(last)
            if below and at >= 0 and not any(other is not item and quoted.find(flat(other.text), at + len(last)) >= 0 for other in self.items):
                return True
        return False

    def _by_label(self, item: Asked) -> bool:
        rivals = [i for i in self.items if i.label and i.label == item.label]
        return bool(item.label) and len(rivals) == 1 and item.label in self.labels

    def _for_all(self, item: Asked) -> bool:
        """“Both points are solved”, “the other questions by Friday”, “the answers are in the attached file”."""
        for sentence in self.prose.sentences:
            text = flat(sentence.text)
            if words_of(sentence, "all_of_it", "answers").search(text):
                if any(c.sentence is sentence for c in self.deferred) or words_of(sentence, "attached", "answers").search(text):
                    return True
                if item.kind is not Kind.QUESTION and not sentence.asks and any(c.tense.value != "future" for c in self.prose.clauses(sentence)):
                    return bool(words_of(sentence, "settled", "answers").search(text))
        return False

    # -- by words ---------------------------------------------------------------

    def _candidates(self, wanted: frozenset[str]) -> list[tuple[Sentence, set[str]]]:
        found = []
        for sentence in self.prose.sentences:
            if not sentence.asks:
                both = shared(wanted, self.terms[sentence.number] | self._verbs(sentence))
                if both:
                    found.append((sentence, both))
        return found

    def _question(self, item: Asked, wanted: frozenset[str]) -> bool:
        text = flat(item.text)
        kind = next((k for k in _TYPES if words_of(item.sentence, k, "types").search(text)), "")
        candidates = self._candidates(wanted)
        if any(c.sentence is s for c in self.deferred for s, _ in candidates):
            return True
        if any(words_of(s, "attached", "answers").search(flat(s.text)) for s, _ in candidates):
            return True
        if not kind:
            return self._yes_no(candidates)
        for sentence, both in candidates:
            if self._fits(kind, sentence, both) or any(self._fits(kind, near, both) for near in self._after(sentence)):
                return True
        return self._fragment(kind)

    def _after(self, sentence: Sentence) -> list[Sentence]:
        following = self.prose.sentences[sentence.number + 1 : sentence.number + 2]
        return [s for s in following if s.paragraph == sentence.paragraph]

    def _yes_no(self, candidates: list[tuple[Sentence, set[str]]]) -> bool:
        if self.yes_no_left > 0:
            self.yes_no_left -= 1
            return True
        return bool(candidates)

    def _fragment(self, kind: str) -> bool:
        """“Two days.”, “At your office.”: a short answer without the question's words; each serves one question."""
        for sentence in self.prose.sentences:
            if sentence.number in self.used or sentence.asks or len(re.findall(r"\w+", sentence.text)) > _FRAGMENT:
                continue
            clauses = self.prose.clauses(sentence)
            bare = not any(c.act and c.verb[1] > c.verb[0] and c.tense.value != "present" for c in clauses) and not any(c.actor for c in clauses)
            short_reply = any(c.act in _set("short_verbs") for c in clauses) and len(sentence.text.split()) <= 4
            if (bare or short_reply) and not words_of(sentence, "openers", "answers").search(flat(sentence.text)) and self._fits(kind, sentence, set()):
                self.used.add(sentence.number)
                return True
        return False

    def _fits(self, kind: str, sentence: Sentence, both: set[str]) -> bool:
        """Whether a sentence holds the kind of answer that a question wants."""
        text = flat(sentence.text)
        if kind == "when":
            return any(w.kind is not TimeKind.EMPTY for w in self.prose.times(sentence)) or bool(
                re.search(r"\b\d{1,2}[.:/]\d|\b(?:19|20)\d\d\b|\b(?:already|never|allerede|aldri)\b", text)
            )
        if kind == "duration":
            return bool(self.prose.times(sentence)) or bool(words_of(sentence, "number", "answers").search(text))
        if kind in {"number", "amount"}:
            return bool(words_of(sentence, kind, "answers").search(text))
        if kind == "who":
            return self._names_somebody(sentence)
        if kind == "why":
            return len(both) > 1 or bool(words_of(sentence, "cause", "answers").search(text))
        if kind == "where":
            return bool(both) or bool(words_of(sentence, "place", "answers").search(text))
        if kind == "how":
            return bool(both) or bool(words_of(sentence, "way", "answers").search(text))
        return bool(both)

    def _names_somebody(self, sentence: Sentence) -> bool:
        for clause in self.prose.clauses(sentence):
            for phrase in (clause.actor, clause.agent, clause.predicate, *clause.objects):
                if phrase is not None and (phrase.name or phrase.who in {Who.I, Who.WE, Who.OWN, Who.READER} or fold(phrase.head) in given_names()):
                    return True
        return any(w.pos == "PROPN" or (w.start and w.text[:1].isupper() and fold(w.text) in given_names()) for w in self.prose.words(sentence))

    def _request(self, item: Asked, wanted: frozenset[str]) -> bool:
        if any(words_of(s, "done", "answers").search(flat(s.text)) for s in self.prose.sentences):
            return True
        return bool(self._candidates(wanted))

    def _concern(self, item: Asked, wanted: frozenset[str]) -> bool:
        others = [self.asked[id(i)] for i in self.items if i.kind is Kind.CONCERN and i is not item]
        own = frozenset(w for w in wanted if not others or not all(w in o for o in others)) or wanted
        return bool(self._candidates(own))
