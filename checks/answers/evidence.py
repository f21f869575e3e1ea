"""What in the own text answers what was asked: places between quotes, numbering, shared words, the kind of answer wanted, a date to come back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sendcheck.checkapi import Mail, Sentence, TimeKind, Who
from sendcheck.understanding.commitments import Deed, commitments, names_next_word, prevents
from sendcheck.understanding.names import fold, given_names, person
from sendcheck.understanding.text import flat

from .asked import TYPES, Asked, Kind, kind_of, words_of
from .matter import Term, shared, terms, weight, word_set
from .place import left_open, position, quoted_pieces

_FRAGMENT = 7
_HEADING = 50
_ALMOST = 0.7
#: How much more must be met where no word of the item itself is.
_ONLY_RELATED = 0.5
_SHORT_TEXT, _FEW_WORDS = 2, 3
#: What of an item of one word must be met: a related one does.
_SINGLE = 0.7
#: What would have been is no answer to what will be.
_UNREAL = frozenset({"would"})
_PLAIN = frozenset({"VERB", "NOUN", "PROPN", "ADV", "ADJ", "NUM"})
#: What own text must share with an item, in weight: a noun, or two lighter words; and where the item stands quoted and unanswered.
_NEED, _NEED_OPEN = 2.0, 4.0
#: A longer item wants this part of its weight, up to a bound.
_PART, _NEED_MOST = 0.3, 3.0
#: The share of an item's weight that must be met beyond that, where no kind of answer helps to tell; what a question's frame counts.
_COVER, _AFTER = 0.45, 0.4
#: A word in so many sentences is what the mails are about: it tells nothing of one of their questions.
_TOPIC = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """The sentence that comes back to an item, and what told."""

    sentence: Sentence
    how: str


class Evidence:
    """The own text, ready to be asked about each item."""

    def __init__(self, mail: Mail, items: list[Asked], strict: bool = True) -> None:
        """``strict``: an unhappy reader waits for each answer; else doubt is in the writer's favour."""
        assert mail.parent is not None and mail.parent.prose is not None
        self.strict = strict
        self.mail = mail
        self.prose = mail.prose
        self.theirs = mail.parent.prose
        self.items = items
        self.prose.parse_all()
        self.terms = {s.number: terms(self.prose, s) for s in self.prose.sentences}
        self.named = self._named()
        self.topics = self._topics()
        self.wanted = {id(item): self._wanted(item) for item in items}
        self.pieces = quoted_pieces(mail)
        self.commitments = list(commitments(self.prose))
        self.deferred = [c.sentence for c in self.commitments if c.bound]
        self.labels = {label for s in self.prose.sentences for label in self._labels(s)}
        self.used: set[int] = set()
        self.found: dict[int, Answer] = {}

    def answers(self) -> dict[int, Answer]:
        """id of an item to its answer; items without one are left out."""
        for item in self.items:
            answer = self._answer(item)
            if answer is not None:
                self.found[id(item)] = answer
        self.used |= {a.sentence.number for a in self.found.values()}
        for item in self.items:
            if id(item) not in self.found and not left_open(item, self.pieces) and not self._skipped(item):
                answer = self._short(item)
                if answer is not None:
                    self.found[id(item)] = answer
        if not self.strict:
            self._in_doubt()
        for before, item in zip(self.items, self.items[1:], strict=False):
            if id(item) not in self.found and id(before) in self.found and self._goes_on(before, item):
                self.found[id(item)] = Answer(self.found[id(before)].sentence, "with the question before")
        for item, after in zip(self.items, self.items[1:], strict=False):
            if id(item) not in self.found and id(after) in self.found and self._goes_on(item, after):
                self.found[id(item)] = Answer(self.found[id(after)].sentence, "with the question after")
        return self.found

    def _answer(self, item: Asked) -> Answer | None:
        by_place = self._inline(item)
        if by_place is not None:
            return by_place
        is_open = left_open(item, self.pieces)
        if not is_open:
            found = self._by_label(item) or self._for_all(item)
            if found is not None:
                return found
            is_open = self._skipped(item)
        wanted = self.wanted[id(item)]
        if item.kind is Kind.QUESTION:
            return self._question(item, wanted, is_open)
        if not wanted:
            return Answer(self.prose.sentences[0], "") if self.prose.sentences else None  # nothing to look for: doubt is silence
        return self._request(item, wanted, is_open) if item.kind is Kind.REQUEST else self._concern(item, wanted, is_open)

    # -- what is wanted ------------------------------------------------------------

    def _named(self) -> frozenset[str]:
        """Name words of the two who write to each other: “Vera, where is …” asks nothing about Vera."""
        people = [a for a in (self.mail.sender, self.mail.parent.sender if self.mail.parent else None) if a is not None]
        return frozenset(fold(w) for a in people for w in person(a).words)

    def _topics(self) -> list[Term]:
        """What the mails are about: words of the subject, and of many sentences of the answered mail."""
        counted: list[tuple[Term, int]] = []
        by_sentence = [terms(self.theirs, s) for s in self.theirs.sentences[:80]]
        for found in by_sentence:
            for term in found:
                if not any(term.forms & known.forms for known, _n in counted):
                    counted.append((term, sum(any(term.forms & t.forms for t in other) for other in by_sentence)))
        subject = {w.lower() for w in re.findall(r"[^\W\d_]{3,}", self.mail.base_subject)} - word_set("light")
        topics = [t for t, n in counted if n >= _TOPIC]
        return [*topics, *(Term(frozenset({w}), 1.0, w) for w in subject)]

    def _wanted(self, item: Asked) -> tuple[Term, ...]:
        found: list[Term] = []
        for sentence in item.sentences:
            part = item.part if sentence is item.sentence else None
            start, end = (part.start, part.end) if part is not None else (0, len(sentence.text))
            core = self._core(sentence, start, end) if item.kind is not Kind.CONCERN else end
            found += [t for t in terms(self.theirs, sentence, start, core)]
            found += [replace(t, weight=_AFTER * t.weight, key=False, frame=True) for t in terms(self.theirs, sentence, core, end)]
        found = [t for t in found if not any(fold(f) in self.named for f in t.forms)]
        plain = found or self._light(item)
        lowered = [replace(t, weight=min(t.weight, 1.0)) if any(t.forms & topic.forms for topic in self.topics) else t for t in plain]
        others = [i for i in self.items if i.kind is Kind.CONCERN and i is not item] if item.kind is Kind.CONCERN else []
        own = [t for t in lowered if not any(t.forms & o.forms for i in others for s in i.sentences for o in terms(self.theirs, s))]
        return tuple(own or lowered)

    @staticmethod
    def _core(sentence: Sentence, start: int, end: int) -> int:
        """Where the question or request itself ends and its frame begins (“…, in words that I can take to my board”, “… so that I can plan”)."""
        frame = words_of(sentence, "frame", "answers").search(sentence.text, start + 12, end)
        if frame is None or words_of(sentence, "wishes").search(flat(sentence.text[frame.end() : end])):
            return end
        return frame.start()

    def _light(self, item: Asked) -> list[Term]:
        """The lighter words of an item that has no weightier one (“nobody told us”, “when must we be out on Saturday?”)."""
        found = [w for s in item.sentences for w in self.theirs.words(s) if w.pos in _PLAIN and w.lemma not in word_set("empty")]
        chosen = [w for w in found if w.pos != "VERB"] or found
        return [Term(frozenset({w.lemma, w.text.lower()}), 1.0, w.text) for w in chosen]

    def _goes_on(self, one: Asked, other: Asked) -> bool:
        """Whether two neighbouring questions ask about one thing: “Where is the figure from? What makes you think that half …?”"""
        if one.kind is not Kind.QUESTION or other.kind is not Kind.QUESTION or other.sentence.paragraph != one.sentence.paragraph:
            return False
        if other.sentence.number - one.sentence.number > 1 or other.sentence.item != one.sentence.item:
            return False
        if one.sentence is other.sentence:
            return False
        mine, theirs = self.wanted[id(one)], self.wanted[id(other)]
        both = shared(mine, theirs)
        return weight(both) >= 1.0 or not theirs or bool(words_of(other.sentence, "goes_on", "answers").search(other.text))

    def _in_doubt(self) -> None:
        """Ordinary mail: an assent covers all, a question back takes requests up, one short text answers one question, and vague ones need no answer."""
        said = [s for s in self.prose.sentences if not words_of(s, "openers", "answers").search(flat(s.text))]
        assent = next((s for s in said if words_of(s, "assent", "answers").search(flat(s.text))), None)
        back = next((s for s in said if s.asks), None)
        for item in self.items:
            if id(item) in self.found or left_open(item, self.pieces) or not said:
                continue
            question = item.kind is Kind.QUESTION
            if assent is not None and not (question and kind_of(item.part)):
                self.found[id(item)] = Answer(assent, "assents to it")
            elif back is not None and not question:
                self.found[id(item)] = Answer(back, "asks back")
            elif question and len(self.items) == 1 and len(said) <= _SHORT_TEXT and (told := self._only_answer(item, said)) is not None:
                self.found[id(item)] = told
            elif question and (not self.wanted[id(item)] or all(t.forms & word_set("light") for t in self.wanted[id(item)])):
                self.found[id(item)] = Answer(said[0], "too vague a question to look for its answer")

    def _only_answer(self, item: Asked, said: list[Sentence]) -> Answer | None:
        """A short text below a single question, where it holds the kind of answer that is wanted."""
        kind = kind_of(item.part)
        if any(t.key for t in self.wanted[id(item)]):
            return None
        fits = [s for s in said if self._is_bare(s) and (kind in {"", "which", "how", "why"} or (kind not in TYPES[:2] and self._fits(kind, s, [], (), item)))]
        return Answer(fits[0], "the only question, and the only answer") if fits else None

    def _is_bare(self, sentence: Sentence) -> bool:
        """A sentence that leans on the question: without a subject of its own, or with a pronoun for one."""
        first = next((c for c in self.prose.clauses(sentence) if c.relation == "root"), None)
        return first is None or first.actor is None or first.actor.who not in {Who.THING, Who.OWN} or len(sentence.text.split()) <= _FEW_WORDS

    # -- by place ------------------------------------------------------------------

    def _inline(self, item: Asked) -> Answer | None:
        for piece in self.pieces:
            at = position(item, piece)
            if at < 0 or not piece.below:
                continue
            places = sorted(p for i in self.items if (p := position(i, piece)) >= 0)
            if at >= places[-1]:
                return Answer(piece.below[0], "right below the quoted words")
            mine = self.wanted[id(item)]
            told = next((s for s in piece.below if shared(mine, self.terms[s.number])), None)
            if told is not None or len(piece.below) >= len(places):
                return Answer(told or piece.below[0], "below the quoted words")
        return None

    def _labels(self, sentence: Sentence) -> list[str]:
        if len(sentence.text.split()) < 2:
            return []
        found = [sentence.label] if sentence.label else []
        for match in words_of(sentence, "label", "answers").finditer(flat(sentence.text)):
            found += [g.lower() for g in match.groups() if g]
        return found

    def _by_label(self, item: Asked) -> Answer | None:
        rivals = {i.label for i in self.items if i.label == item.label and i.kind is not item.kind}
        if not item.label or rivals:
            return None
        told = next((s for s in self.prose.sentences if item.label in self._labels(s)), None)
        return Answer(told, f"under the same number ({item.label})") if told is not None else None

    def _skipped(self, item: Asked) -> bool:
        """Whether the text answers the other items under their numbers, and has none for this one."""
        siblings = [i for i in self.items if i.label and i is not item and i.kind is item.kind]
        under = sum(i.label in self.labels for i in siblings)
        return bool(item.label) and under >= 2 and 2 * under >= len(siblings)

    def _for_all(self, item: Asked) -> Answer | None:
        """“Both points are solved”, “the other questions by Friday”, “the answers are in the attached file”."""
        for sentence in self.prose.sentences:
            text = flat(sentence.text)
            if not words_of(sentence, "all_of_it", "answers").search(text):
                continue
            if sentence in self.deferred:
                return Answer(sentence, "comes back to the rest by a date")
            if words_of(sentence, "attached", "answers").search(text) and not sentence.asks:
                return Answer(sentence, "answered in a file")
            if item.kind is not Kind.QUESTION and not sentence.asks and any(c.tense.value != "future" for c in self.prose.clauses(sentence)):
                if words_of(sentence, "settled", "answers").search(text):
                    return Answer(sentence, "all points at once")
        return None

    # -- by words ------------------------------------------------------------------

    def _told(self, sentence: Sentence, all_words: bool) -> tuple[Term, ...]:
        """What a sentence says; ``all_words``: the light ones, too, for an item that has no others."""
        if not all_words:
            return self.terms[sentence.number]
        plain = (Term(frozenset({w.lemma, w.text.lower()}), 1.0, w.text) for w in self.prose.words(sentence) if w.pos in _PLAIN)
        return (*self.terms[sentence.number], *plain)

    def _both(self, wanted: Iterable[Term], sentence: Sentence) -> list[Term]:
        """What a sentence takes up; a word in its heading (“Delivery notes: …”) weighs double."""
        both = shared(wanted, self._told(sentence, any(t.forms & word_set("light") for t in wanted)))
        colon = sentence.text.find(":")
        if both and 0 < colon < _HEADING and colon < len(sentence.text) - 1:
            heading = [t for t in terms(self.prose, sentence, 0, colon)]
            both = [replace(t, weight=2 * t.weight) if any(t.meets(h) for h in heading) else t for t in both]
        return both

    def _candidates(self, wanted: Iterable[Term], thanks: bool = False) -> list[tuple[Sentence, list[Term]]]:
        """Sentences that share a word, the richest first. ``thanks``: those that only thank for the words or repeat them count, too."""
        found = []
        for sentence in self.prose.sentences:
            text = flat(sentence.text)
            if sentence.asks and not words_of(sentence, "asks_back", "answers").search(text):
                continue
            if not thanks and (words_of(sentence, "only_repeats", "answers").search(text) or self._only_regrets(sentence, text)):
                continue
            both = self._both(wanted, sentence)
            key = [t for t in wanted if t.key]
            if both and (not key or any(t.key for t in both) or weight(both) >= _ALMOST * weight(wanted)):
                found.append((sentence, both))
        return sorted(found, key=lambda f: (-weight(f[1]), f[0].number))

    def _only_regrets(self, sentence: Sentence, text: str) -> bool:
        """Sorrow and understanding answer nothing, unless the sentence goes on to an act of one's own."""
        return bool(words_of(sentence, "regrets", "answers").search(text)) and not any(c.sentence is sentence for c in self.commitments)

    def _need(self, wanted: tuple[Term, ...], is_open: bool) -> float:
        """What must be shared: a noun's weight, all of a lighter item, most of one that stands quoted without an answer."""
        core = [t for t in wanted if not t.frame] or list(wanted)
        whole = weight(core)
        if is_open:
            return max(_NEED_OPEN, 0.6 * whole)
        least = min(_NEED, whole) if len(core) > 1 else _SINGLE * whole
        return min(max(least, _PART * whole), _NEED_MOST)

    @staticmethod
    def _bar(both: list[Term], need: float) -> float:
        """Who takes up the person or the figure needs no more; who only has related words needs more."""
        if any(t.key and t.exact for t in both):
            return min(need, _NEED)
        return need if len(both) < 2 or any(t.exact for t in both) else need + _ONLY_RELATED

    @staticmethod
    def _covers(both: Iterable[Term], wanted: tuple[Term, ...]) -> bool:
        return weight(both) >= min(_NEED_OPEN, _COVER * weight(wanted))

    @staticmethod
    def _shows(both: Iterable[Term]) -> str:
        return "takes up " + ", ".join(dict.fromkeys(t.shown for t in both))

    def _question(self, item: Asked, wanted: tuple[Term, ...], is_open: bool) -> Answer | None:
        kind = kind_of(item.part)
        candidates = self._candidates(wanted)
        for sentence, both in candidates:
            puts_off = sentence in self.deferred and words_of(sentence, "defers", "answers").search(flat(sentence.text))
            if puts_off and weight(both) >= min(_NEED, weight(wanted)):
                return Answer(sentence, "comes back to it by a date")
            in_file = words_of(sentence, "attached", "answers").search(flat(sentence.text)) and (self.mail.attachments or not is_open)
            if in_file and weight(both) >= min(_NEED, weight(wanted)):
                return Answer(sentence, "answered in a file")
            if words_of(sentence, "cannot_say", "answers").search(flat(sentence.text)) and weight(both) >= 1.0:
                return Answer(sentence, self._shows(both))
        need = self._need(wanted, is_open)
        if kind == "what_if":
            return self._what_then(candidates)
        if kind == "measure" and (told := self._measure()) is not None:
            return told
        if not kind:
            return self._best(candidates, need)
        for sentence, both in candidates:
            if is_open and weight(both) < need:
                continue
            beside = self._after(sentence) if weight(both) >= _NEED else []
            for near in (sentence, *beside):
                if self._fits(kind, near, both, wanted, item):
                    return Answer(near, self._shows(both))
        if is_open:
            return None
        if kind == "who" and weight(wanted) < _NEED and (told := self._in_charge()) is not None:
            return told
        if kind == "when" and (weight(wanted) < _NEED or words_of(item.sentence, "mending", "answers").search(item.text)):
            told = self._remedy()
            if told is not None:
                return told
        return None

    def _what_then(self, candidates: list[tuple[Sentence, list[Term]]]) -> Answer | None:
        """“What will you do if …?”: an if about the same, or with an act of one's own."""
        for sentence, both in candidates:
            if weight(both) >= _NEED and words_of(sentence, "if_so", "answers").search(flat(sentence.text)):
                return Answer(sentence, self._shows(both))
        for sentence in self.prose.sentences:
            text = flat(sentence.text)
            clauses = self.prose.clauses(sentence)
            has_if = words_of(sentence, "if_so", "answers").search(text) or any(c.conditional for c in clauses)
            if sentence.asks or not has_if or self._only_regrets(sentence, text):
                continue
            if any((c.who.own_side or c.who is Who.READER) and c.act not in word_set("no_act") and c.act and not c.modals & _UNREAL for c in clauses):
                return Answer(sentence, "says what happens then")
        return None

    def _in_charge(self) -> Answer | None:
        """“Who works on it?”: somebody who is named as doing it."""
        for sentence in self.prose.sentences:
            for clause in self.prose.clauses(sentence):
                if clause.actor is not None and (clause.actor.name or clause.actor.who is Who.OWN) and clause.act in word_set("charge") and not sentence.asks:
                    return Answer(sentence, "names who does it")
        return None

    def _measure(self) -> Answer | None:
        """“What will you change?”: a lasting measure of one's own."""
        told = next((s for s in self.prose.sentences if prevents(self.prose, s)), None)
        return Answer(told, "names a measure that lasts") if told is not None else None

    def _remedy(self) -> Answer | None:
        """“When will that be repaired?”: an act of one's own with a time."""
        told = next((c.sentence for c in self.commitments if c.bound and c.deed is not Deed.WORD), None)
        return Answer(told, "an act with a time") if told is not None else None

    def _after(self, sentence: Sentence) -> list[Sentence]:
        following = self.prose.sentences[sentence.number + 1 : sentence.number + 2]
        return [s for s in following if s.paragraph == sentence.paragraph and not s.asks]

    def _best(self, candidates: list[tuple[Sentence, list[Term]]], need: float) -> Answer | None:
        best = next(((s, both) for s, both in candidates if weight(both) >= self._bar(both, need)), None)
        return Answer(best[0], self._shows(best[1])) if best is not None else None

    def _short(self, item: Asked) -> Answer | None:
        """Answers without the words of what was asked (“Yes.”, “Two days.”, “Done.”): each sentence serves one item, and none that answers another."""
        if item.kind is Kind.QUESTION:
            kind = kind_of(item.part)
            if kind == "why":
                return self._unused("because", "gives a reason")
            return self._fragment(kind) if kind else self._unused("yes_no", "says yes or no")
        return self._unused("done", "says that it is done") if item.kind is Kind.REQUEST else None

    def _unused(self, key: str, how: str) -> Answer | None:
        for sentence in self.prose.sentences:
            text = flat(sentence.text)
            if (
                sentence.number not in self.used
                and not sentence.asks
                and words_of(sentence, key, "answers").search(text)
                and not self._only_regrets(sentence, text)
            ):
                self.used.add(sentence.number)
                return Answer(sentence, how)
        return None

    def _fragment(self, kind: str) -> Answer | None:
        """“Two days.”, “At your office.”: a short answer without the question's words; each serves one question."""
        for sentence in self.prose.sentences:
            if sentence.number in self.used or sentence.asks or len(re.findall(r"\w+", sentence.text)) > _FRAGMENT:
                continue
            clauses = self.prose.clauses(sentence)
            bare = not any(c.act and c.verb[1] > c.verb[0] and c.tense.value != "present" for c in clauses) and not any(c.actor for c in clauses)
            short_reply = any(c.act in word_set("short_verbs") for c in clauses) and len(sentence.text.split()) <= 4
            opener = words_of(sentence, "openers", "answers").search(flat(sentence.text))
            if (bare or short_reply) and not opener and not self._only_regrets(sentence, flat(sentence.text)) and self._fits(kind, sentence, [], (), None):
                self.used.add(sentence.number)
                return Answer(sentence, "a short answer of the kind asked for")
        return None

    def _fits(self, kind: str, sentence: Sentence, both: list[Term], wanted: tuple[Term, ...], item: Asked | None) -> bool:
        """Whether a sentence holds the kind of answer that a question wants; ``both``: what it shares with it."""
        text = flat(sentence.text)
        if kind == "when":
            return any(w.kind is not TimeKind.EMPTY for w in self.prose.times(sentence)) or bool(words_of(sentence, "when", "answers").search(text))
        if kind == "duration":
            return bool(self.prose.times(sentence)) or bool(words_of(sentence, "number", "answers").search(text))
        if kind in {"number", "amount"}:
            return bool(words_of(sentence, kind, "answers").search(text))
        if kind == "who":
            acts = {f for t in both for f in t.forms} if weight(both) > _NEED else set()
            return self._names_somebody(sentence, item.text if item is not None else "", acts)
        told = {"why": "cause", "where": "place", "how": "way"}.get(kind)
        if told is not None and words_of(sentence, told, "answers").search(text):
            return not wanted or (weight(both) >= min(1.0 if kind != "why" else _NEED, weight(wanted)) and (kind != "why" or self._covers(both, wanted)))
        return bool(wanted) and weight(both) >= min(_NEED, weight(wanted)) and self._covers(both, wanted)

    def _names_somebody(self, sentence: Sentence, asked: str, acts: set[str]) -> bool:
        """A name that the question does not hold itself, a role, or “I” and “we” as those who do it; ``acts``: what the question asks about."""
        if words_of(sentence, "in_charge", "answers").search(flat(sentence.text)):
            return True
        for clause in self.prose.clauses(sentence):
            if clause.act in acts and clause.who in {Who.I, Who.WE, Who.READER}:
                return True
            for phrase in (clause.actor, clause.agent, clause.predicate, *clause.objects):
                if phrase is None:
                    continue
                called = any(w[:1].isupper() and fold(w) in given_names() for w in phrase.text.split())
                named = (phrase.name and phrase.start > 0) or phrase.who is Who.OWN or called
                if named and phrase.text not in asked and phrase.head not in flat(asked).lower():
                    return True
                if phrase.who in {Who.I, Who.WE} and phrase is clause.predicate:
                    return True
        for word in self.prose.words(sentence):
            if word.text not in asked and word.text[:1].isupper() and ((word.pos == "PROPN" and word.start) or fold(word.text) in given_names()):
                return True
        return False

    def _request(self, item: Asked, wanted: tuple[Term, ...], is_open: bool) -> Answer | None:
        if words_of(item.sentence, "updates", "answers").search(item.text):
            told = self._word()
            if told is not None:
                return told
        candidates = self._candidates(wanted)
        need = self._need(wanted, is_open)
        best = self._best(candidates, need)
        if best is not None:
            return best
        acted = self._act_on_it(wanted) if not is_open else None
        if acted is not None:
            return acted
        for sentence in self.prose.sentences:
            text = flat(sentence.text)
            if (
                self.mail.attachments
                and words_of(sentence, "attached", "answers").search(text)
                and words_of(item.sentence, "sending", "answers").search(item.text)
            ):
                return Answer(sentence, "sent as a file")
        return None

    def _act_on_it(self, wanted: tuple[Term, ...]) -> Answer | None:
        """“I call her at eleven”: the act that was asked for, with a pronoun for the rest."""
        forms = {f for t in wanted for f in t.forms}
        for found in self.commitments:
            objects = found.clause.objects
            if found.clause.act in forms and objects and all(o.who in {Who.THIRD, Who.NOBODY} for o in objects):
                return Answer(found.sentence, "the act that was asked for")
        return None

    def _word(self) -> Answer | None:
        """“Keep me updated”: any word of one's own that is announced."""
        told = next((s for s in self.prose.sentences if not s.asks and names_next_word(self.prose, s)), None)
        told = told or next((c.sentence for c in self.commitments if c.deed is Deed.WORD and c.clause.who is not Who.NOBODY), None)
        return Answer(told, "announces the next word") if told is not None else None

    def _concern(self, item: Asked, wanted: tuple[Term, ...], is_open: bool) -> Answer | None:
        need = self._need(wanted, is_open)
        return self._best(self._candidates(wanted), need)
