"""What in the own text answers what was asked: by its place between quotes, by number, by words, by the kind of answer, or put off to a date."""

from __future__ import annotations

from sendcheck.checkapi import Mail, Sentence

from .asked import Asked, Kind, kind_of, words_of
from .doubt import in_doubt
from .kinds import act_on_it, fits, fragment, in_charge, measure, next_word, remedy, what_then
from .matter import NEED, Term, bar, need_of, shared, weight
from .place import position, quoted_pieces, stands_bare
from .told import Answer, Told, shows
from .wanted import Wanted


class Evidence:
    """The own text beside everything that was asked."""

    def __init__(self, mail: Mail, items: list[Asked], strict: bool = True) -> None:
        """``strict``: an unhappy reader waits for each answer; else doubt is in the writer's favour."""
        assert mail.parent is not None and mail.parent.prose is not None
        self.strict = strict
        self.items = items
        self.told = Told(mail)
        wanted = Wanted(mail, mail.parent.prose, items)
        self.wanted = {id(item): wanted.of(item) for item in items}
        self.pieces = quoted_pieces(mail)

    def answers(self) -> dict[int, Answer]:
        """id of an item to its answer; items without one are left out. The surest answers are given first."""
        found = {id(item): answer for item in self.items if (answer := self._answer(item)) is not None}
        self.told.used |= {a.sentence.number for a in found.values()}
        for step in (self._short, self._doubt):
            for item in self.items:
                if id(item) not in found and not stands_bare(item, self.pieces) and (answer := step(item)) is not None:
                    found[id(item)] = answer
        for one, other in zip(self.items, self.items[1:], strict=False):
            if id(other) not in found and id(one) in found and self._goes_on(one, other):
                found[id(other)] = Answer(found[id(one)].sentence, "with the question before")
        for one, other in zip(self.items, self.items[1:], strict=False):
            if id(one) not in found and id(other) in found and found[id(other)].sure and self._goes_on(one, other):
                found[id(one)] = Answer(found[id(other)].sentence, "with the question after")
        return found

    def _answer(self, item: Asked) -> Answer | None:
        by_place = self._inline(item)
        if by_place is not None:
            return by_place
        is_open = stands_bare(item, self.pieces)
        if not is_open:
            found = self._by_label(item) or self._for_all(item)
            if found is not None:
                return found
            is_open = self._skipped(item)
        wanted = self.wanted[id(item)]
        if item.kind is Kind.QUESTION:
            return self._question(item, wanted, is_open)
        if not wanted:
            return Answer(self.told.sentences[0], "") if self.told.sentences else None  # nothing to look for: doubt is silence
        if item.kind is Kind.REQUEST:
            return self._request(item, wanted, is_open)
        return _best(self.told.candidates(wanted), need_of(wanted, is_open))

    def _doubt(self, item: Asked) -> Answer | None:
        return None if self._skipped(item) else in_doubt(self.told, item, self.wanted[id(item)], len(self.items) == 1, self.strict)

    def _goes_on(self, one: Asked, other: Asked) -> bool:
        """Whether two neighbouring questions ask about one thing: “Where is the figure from? What makes you think that half …?”"""
        if one.kind is not Kind.QUESTION or other.kind is not Kind.QUESTION or one.sentence is other.sentence:
            return False
        near = other.sentence.paragraph == one.sentence.paragraph and other.sentence.item == one.sentence.item
        if not near or other.sentence.number - one.sentence.number > 1:
            return False
        theirs = self.wanted[id(other)]
        both = shared(self.wanted[id(one)], theirs)
        return weight(both) >= 1.0 or not theirs or bool(words_of(other.sentence, "goes_on", "answers").search(other.text))

    # -- by place and number -----------------------------------------------------------

    def _inline(self, item: Asked) -> Answer | None:
        for piece in self.pieces:
            at = position(item, piece)
            if at < 0 or not piece.below:
                continue
            places = sorted(p for i in self.items if (p := position(i, piece)) >= 0)
            if at >= places[-1]:
                return Answer(piece.below[0], "right below the quoted words")
            told = next((s for s in piece.below if shared(self.wanted[id(item)], self.told.matter(s))), None)
            if told is not None or len(piece.below) >= len(places):
                return Answer(told or piece.below[0], "below the quoted words")
        return None

    def _by_label(self, item: Asked) -> Answer | None:
        if not item.label or any(i.label == item.label and i.kind is not item.kind for i in self.items):
            return None
        told = self.told.under(item.label)
        return Answer(told, f"under the same number ({item.label})") if told is not None else None

    def _skipped(self, item: Asked) -> bool:
        """Whether the text answers the other items under their numbers, and has none for this one."""
        siblings = [i for i in self.items if i.label and i is not item and i.kind is item.kind]
        under = sum(self.told.under(i.label) is not None for i in siblings)
        return bool(item.label) and under >= 2 and 2 * under >= len(siblings)

    def _for_all(self, item: Asked) -> Answer | None:
        """“Both points are solved”, “the other questions by Friday”, “the answers are in the attached file”."""
        for sentence in self.told.sentences:
            if not self.told.says(sentence, "all_of_it"):
                continue
            if sentence in self.told.deferred:
                return Answer(sentence, "comes back to the rest by a date")
            if self.told.says(sentence, "attached") and not sentence.asks:
                return Answer(sentence, "answered in a file")
            settled = self.told.says(sentence, "settled") and not sentence.asks
            if settled and item.kind is not Kind.QUESTION and any(c.tense.value != "future" for c in self.told.prose.clauses(sentence)):
                return Answer(sentence, "all points at once")
        return None

    # -- by words ------------------------------------------------------------------

    def _question(self, item: Asked, wanted: tuple[Term, ...], is_open: bool) -> Answer | None:
        kind = kind_of(item.part)
        candidates = self.told.candidates(wanted)
        for sentence, both in candidates:
            if (found := self._set_aside(sentence, both, wanted, is_open)) is not None:
                return found
        need = need_of(wanted, is_open)
        if kind == "what_if":
            return what_then(self.told, candidates)
        if kind == "measure" and (found := measure(self.told)) is not None:
            return found
        if not kind:
            return _best(candidates, need)
        for sentence, both in candidates:
            if is_open and weight(both) < need:
                continue
            beside = self.told.after(sentence) if weight(both) >= NEED else []
            for near in (sentence, *beside):
                if fits(self.told, kind, near, both, wanted, item.text):
                    return Answer(near, shows(both))
        return None if is_open else self._by_kind(kind, item, wanted)

    def _set_aside(self, sentence: Sentence, both: list[Term], wanted: tuple[Term, ...], is_open: bool) -> Answer | None:
        """Put off to a date, answered in a file, or said not to be known."""
        enough = weight(both) >= min(NEED, weight(wanted))
        if enough and sentence in self.told.deferred and self.told.says(sentence, "defers"):
            return Answer(sentence, "comes back to it by a date")
        if enough and self.told.says(sentence, "attached") and (self.told.has_files or not is_open):
            return Answer(sentence, "answered in a file")
        if weight(both) >= 1.0 and self.told.says(sentence, "cannot_say"):
            return Answer(sentence, shows(both))
        return None

    def _by_kind(self, kind: str, item: Asked, wanted: tuple[Term, ...]) -> Answer | None:
        """Where a question has few words of its own, the kind of answer decides."""
        few = weight(wanted) < NEED
        if kind == "who" and few:
            return in_charge(self.told)
        if kind == "when" and (few or words_of(item.sentence, "mending", "answers").search(item.text)):
            return remedy(self.told)
        return None

    def _short(self, item: Asked) -> Answer | None:
        """Answers without the words of what was asked (“Yes.”, “Two days.”, “Done.”): each sentence serves one item, and none that answers another."""
        if self._skipped(item) or item.kind is Kind.CONCERN:
            return None
        if item.kind is Kind.REQUEST:
            return self.told.unused("done", "says that it is done")
        kind = kind_of(item.part)
        if kind == "why":
            return self.told.unused("because", "gives a reason")
        if not kind:
            return self.told.unused("yes_no", "says yes or no")
        if kind in {"number", "amount"} and weight(self.wanted[id(item)]) < NEED and (found := self.told.unused(f"bare_{kind}", "holds such a figure")):
            return found
        return fragment(self.told, kind)

    def _request(self, item: Asked, wanted: tuple[Term, ...], is_open: bool) -> Answer | None:
        if words_of(item.sentence, "updates", "answers").search(item.text) and (found := next_word(self.told)) is not None:
            return found
        found = _best(self.told.candidates(wanted), need_of(wanted, is_open)) or (None if is_open else act_on_it(self.told, wanted))
        if found is not None:
            return found
        if self.told.has_files and words_of(item.sentence, "sending", "answers").search(item.text):
            told = next((s for s in self.told.sentences if self.told.says(s, "attached")), None)
            return Answer(told, "sent as a file") if told is not None else None
        return None


def _best(candidates: list[tuple[Sentence, list[Term]]], need: float) -> Answer | None:
    best = next(((s, both) for s, both in candidates if weight(both) >= bar(both, need)), None)
    return Answer(best[0], shows(best[1])) if best is not None else None
