"""What each item wants to be taken up: its weighty words, without the names of the two who write, and with less weight for what the mails are about."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from sendcheck.checkapi import Mail, Prose, Sentence
from sendcheck.understanding.names import fold, person
from sendcheck.understanding.text import flat

from .asked import Asked, Kind, words_of
from .matter import PLAIN, Term, terms, word_set

#: What a word of a question's frame counts (“…, so that I can plan”).
_AFTER = 0.4
#: A word in so many sentences is what the mails are about: it tells nothing of one of their questions.
_TOPIC = 3
_MOST_SENTENCES = 80


class Wanted:
    """The answered mail's items, ready to be asked what they want."""

    def __init__(self, mail: Mail, theirs: Prose, items: list[Asked]) -> None:
        self._theirs = theirs
        self._items = items
        people = [a for a in (mail.sender, mail.parent.sender if mail.parent else None) if a is not None]
        self._named = frozenset(fold(w) for a in people for w in person(a).words)
        self.topics = self._topics(mail.base_subject)

    def _topics(self, subject: str) -> frozenset[str]:
        """Words of the subject, and of many sentences of the answered mail."""
        counted = Counter(f for s in self._theirs.sentences[:_MOST_SENTENCES] for f in {form for t in terms(self._theirs, s) for form in t.forms})
        named = {w.lower() for w in re.findall(r"[^\W\d_]{3,}", subject)} - word_set("light")
        return frozenset(named | {form for form, number in counted.items() if number >= _TOPIC})

    def of(self, item: Asked) -> tuple[Term, ...]:
        """The words of one item; the lighter ones where it has no others. Of a list's item, those that its siblings lack, if there are any."""
        found: list[Term] = []
        for sentence in item.sentences:
            start, end = (item.part.start, item.part.end) if sentence is item.sentence else (0, len(sentence.text))
            core = end if item.kind is Kind.CONCERN else _core(sentence, start, end)
            lead = _lead(sentence, start, core) if item.kind is Kind.QUESTION else start
            found += [replace(t, weight=_AFTER * t.weight, key=False, frame=True) for t in terms(self._theirs, sentence, start, lead)]
            found += terms(self._theirs, sentence, lead, core)
            found += [replace(t, weight=_AFTER * t.weight, key=False, frame=True) for t in terms(self._theirs, sentence, core, end)]
        found = [t for t in found if not any(fold(f) in self._named for f in t.forms)] or self._light(item)
        lowered = [replace(t, weight=min(t.weight, 1.0)) if t.forms & self.topics else t for t in found]
        if item.kind is not Kind.CONCERN:
            return tuple(lowered)
        siblings = [s for i in self._items if i.kind is Kind.CONCERN and i is not item for s in i.sentences]
        theirs = {f for s in siblings for t in terms(self._theirs, s) for f in t.forms}
        return tuple(t for t in lowered if not t.forms & theirs) or tuple(lowered)

    def _light(self, item: Asked) -> list[Term]:
        """“Nobody told us”, “when must we be out on Saturday?”."""
        found = [w for s in item.sentences for w in self._theirs.words(s) if w.pos in PLAIN and w.lemma not in word_set("empty")]
        chosen = [w for w in found if w.pos != "VERB"] or found
        return [Term(frozenset({w.lemma, w.text.lower()}), 1.0, w.text) for w in chosen]


def _lead(sentence: Sentence, start: int, end: int) -> int:
    """Where a condition or aside in front ends and the question begins (“If the weather is bad, do you cancel?”)."""
    found = words_of(sentence, "lead", "answers").match(sentence.text, start, end)
    return found.end() if found else start


def _core(sentence: Sentence, start: int, end: int) -> int:
    """Where the question or request itself ends and its frame begins (“…, in words that I can take to my board”)."""
    frame = words_of(sentence, "frame", "answers").search(sentence.text, start + 12, end)
    if frame is None or words_of(sentence, "wishes").search(flat(sentence.text[frame.end() : end])):
        return end
    return frame.start()
