"""The own text, ready to be searched for what takes something up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from sendcheck.checkapi import Mail, Sentence
from sendcheck.understanding.text import flat

from .asked import words_of
from .matter import PLAIN, Term, shared, terms, weight, word_set

#: Sentences that are looked through: nobody's answer is longer.
_MOST = 400
_HEADING = 50
#: Without the person or figure that was asked about, so much of the rest must be there.
_ALMOST = 0.7
#: What tells nothing that anybody asks.
_NO_ANSWER = frozenset({"greeting", "closing", "thanks", "apology", "non-apology", "sympathy", "acknowledge", "rhetorical"})
#: What a side does about a matter, or will do.
_ACTS = frozenset(
    {"commit-dated", "commit-empty", "commit-undated", "promise-absolute", "promise-others", "done", "next-update", "contact", "prevention", "attach"}
)


@dataclass(frozen=True, slots=True)
class Answer:
    """The sentence that comes back to an item, and what told; ``sure``: whether it is more than something else that is said."""

    sentence: Sentence
    how: str
    sure: bool = True


class Told:
    """Own text with its words, its acts, and the numbers its paragraphs bear. ``used``: sentences that already answer something."""

    def __init__(self, mail: Mail) -> None:
        self.prose = mail.prose
        self.sentences = mail.prose.sentences[:_MOST]
        self._said: dict[tuple[int, str], bool] = {}
        self.has_files = bool(mail.attachments)
        self.prose.parse_all()
        self._terms = {s.number: terms(self.prose, s) for s in self.sentences}
        self.deferred = list(self.doing("commit-dated", "next-update"))
        self._labels = {s.number: frozenset(_labels(s)) for s in self.sentences}
        self.used: set[int] = set()

    def says(self, sentence: Sentence, key: str) -> bool:
        """Whether a sentence matches the patterns of an answer's key."""
        known = self._said.get((sentence.number, key))
        if known is None:
            known = self._said[sentence.number, key] = bool(words_of(sentence, key, "answers").search(flat(sentence.text)))
        return known

    def doing(self, *acts: str) -> Iterator[Sentence]:
        """The sentences that likely do one of these acts."""
        return (s for s in self.sentences if not self.prose.acts(s).likely.isdisjoint(acts))

    def under(self, label: str) -> Sentence | None:
        """The first sentence that bears a number or letter."""
        return next((s for s in self.sentences if label in self._labels[s.number]), None)

    def matter(self, sentence: Sentence) -> tuple[Term, ...]:
        """The weighty words of a sentence."""
        return self._terms[sentence.number]

    def both(self, wanted: tuple[Term, ...], sentence: Sentence) -> list[Term]:
        """What a sentence takes up; a word in its heading (“Delivery notes: …”) weighs double."""
        given = self._terms[sentence.number]
        if any(t.forms & word_set("light") for t in wanted):  # an item that has no weightier words is looked for in all words
            given += tuple(Term(frozenset({w.lemma, w.text.lower()}), 1.0, w.text) for w in self.prose.words(sentence) if w.pos in PLAIN)
        found = shared(wanted, given)
        colon = sentence.text.find(":")
        if found and 0 < colon < _HEADING and colon < len(sentence.text) - 1:
            heading = terms(self.prose, sentence, 0, colon)
            found = [replace(t, weight=2 * t.weight) if any(t.meets(h) for h in heading) else t for t in found]
        return found

    def candidates(self, wanted: tuple[Term, ...]) -> list[tuple[Sentence, list[Term]]]:
        """Sentences that share a word, the richest first; none that only repeats the question, thanks for it, or regrets."""
        key = any(t.key for t in wanted)
        found = []
        for sentence in self.sentences:
            if sentence.asks and not self.says(sentence, "asks_back"):
                continue
            if self.says(sentence, "only_repeats") or self.only_regrets(sentence):
                continue
            both = self.both(wanted, sentence)
            if both and (not key or any(t.key for t in both) or weight(both) >= _ALMOST * weight(wanted)):
                found.append((sentence, both))
        return sorted(found, key=lambda f: (-weight(f[1]), f[0].number))

    def only_regrets(self, sentence: Sentence) -> bool:
        """Sorrow and understanding answer nothing, unless the sentence goes on to an act of one's own."""
        return self.says(sentence, "regrets") and self.prose.acts(sentence).likely.isdisjoint(_ACTS)

    def after(self, sentence: Sentence) -> list[Sentence]:
        """The next sentence of the same paragraph, if it says something."""
        following = self.sentences[sentence.number + 1 : sentence.number + 2]
        return [s for s in following if s.paragraph == sentence.paragraph and not s.asks]

    def spare(self, acting: bool) -> Sentence | None:
        """The first sentence that says something and answers nothing yet; it is used from now on. ``acting``: one that does something about the matter."""
        for sentence in self.sentences:
            likely = self.prose.acts(sentence).likely
            empty = self.says(sentence, "openers") or self.says(sentence, "only_repeats") or self.only_regrets(sentence) or (likely and likely <= _NO_ANSWER)
            if sentence.number not in self.used and not empty and (not acting or likely & _ACTS):
                self.used.add(sentence.number)
                return sentence
        return None

    def unused(self, key: str, how: str) -> Answer | None:
        """The first sentence of some kind that answers nothing yet; it is used from now on."""
        for sentence in self.sentences:
            if sentence.number not in self.used and not sentence.asks and self.says(sentence, key) and not self.only_regrets(sentence):
                self.used.add(sentence.number)
                return Answer(sentence, how)
        return None


def _labels(sentence: Sentence) -> list[str]:
    if len(sentence.text.split()) < 2:
        return []
    found = [sentence.label] if sentence.label else []
    for match in words_of(sentence, "label", "answers").finditer(flat(sentence.text)):
        found += [g.lower() for g in match.groups() if g]
    return found


def shows(both: Iterable[Term]) -> str:
    """What a sentence takes up, in words."""
    return "takes up " + ", ".join(dict.fromkeys(t.shown for t in both))
