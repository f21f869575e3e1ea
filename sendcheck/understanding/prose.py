"""Text as sentences with their language, place and, on demand, their clauses. Own text and the answered mail are read the same way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from sendcheck.data import READ_AS
from sendcheck.understanding.clauses.build import nobody
from sendcheck.understanding.clauses.model import Clause, Parse, Who, Word
from sendcheck.understanding.clauses.pipeline import can_parse, parse
from sendcheck.understanding.language import detect, family, of_sentence
from sendcheck.understanding.sentences import Span, split
from sendcheck.understanding.text import LEFT_OUT, unquoted
from sendcheck.understanding.timing import When, find_times

if TYPE_CHECKING:
    from sendcheck.acts.model import Acts

#: Characters of one text that are parsed, and that are read as sentences: more than anybody reads in a mail, and within the deadline.
MOST = 12_000
LONGEST = 40_000
#: Sentences of one text whose acts are told: a second or two of work.
MOST_TOLD = 400
#: Sentences of a text that costs little more when it is parsed beside another.
_SHORT = 40
_EMPTY = Parse((), ())
#: Languages whose sentences' acts are told; "" is one that is too short to tell.
_LEARNT = frozenset({"en", "nb", "nn", "da", ""})


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that is read: ``index`` tells pieces apart, ``text`` is all of it."""

    index: int
    text: str


class Sentence(NamedTuple):
    """One sentence. ``start``/``end``: characters in its piece; ``number``: its place among all sentences of the prose;
    ``language``: code, "" if unknown; ``paragraph``, ``item``, ``label``: see :class:`sendcheck.understanding.sentences.Span`.
    """

    piece: Piece
    start: int
    end: int
    number: int
    language: str
    paragraph: tuple[int, int]
    item: int | None
    label: str
    text: str

    @property
    def asks(self) -> bool:
        """Whether it ends with a question mark."""
        return self.text.rstrip("\"'”’)»] ").endswith("?")

    @property
    def leads(self) -> bool:
        """Whether it announces what follows (“This is what we do:”)."""
        return self.text.endswith(":")


@dataclass(slots=True)
class Prose:
    """Sentences of several pieces of text. ``languages``: those of the whole mail, the main one first; ``models``: pipelines that replace the
    shipped ones; ``name_of``: on whose side a named person is; ``declared``: the language it is known to be in (its near relations are taken
    for it); ``alike``: parses of sentences by language and text, which several texts may share; ``side``: "us" for own text, "them" for a mail that is
    answered. Clauses are parsed on first use; acts are told on first use, of all sentences;
    ``unjudged``: why they could not be.
    """

    pieces: Sequence[str] = ()
    languages: tuple[str, ...] = ()
    models: Mapping[str, str] = field(default_factory=dict)
    name_of: Callable[[str], Who | None] = nobody
    sent: datetime | None = None
    declared: str = ""
    alike: dict[tuple[str, str], Parse] = field(default_factory=dict)
    side: str = "us"
    unjudged: str = ""
    _acts: list[Acts] | None = None
    _parsed: dict[int, Parse] = field(default_factory=dict)
    _exhausted: bool = False
    _untold: bool = False
    _left: int = MOST
    _sentences: tuple[Sentence, ...] | None = None
    _leading: list[Sentence | None] | None = None
    _times: dict[int, tuple[When, ...]] = field(default_factory=dict)

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """All sentences in order."""
        if self._sentences is None:
            self._sentences = tuple(self._split())
        return self._sentences

    def _split(self) -> Iterable[Sentence]:
        number = 0
        left = LONGEST
        for index, text in enumerate(self.pieces):
            text, left = text[:left], max(0, left - len(text))
            piece = Piece(index, text)
            main = self.declared or detect(text) or (self.languages[0] if self.languages else "")
            by_paragraph: dict[int, list[Span]] = {}
            for span in split(text):
                by_paragraph.setdefault(span.paragraph, []).append(span)
            for paragraph, spans in by_paragraph.items():
                language = self._language(text[spans[0].start : spans[-1].end]) or main
                for span in spans:
                    said = text[span.start : span.end]
                    spoken = self.declared or of_sentence(unquoted(said), language)
                    yield Sentence(piece, span.start, span.end, number, spoken, (index, paragraph), span.item, span.label, said)
                    number += 1

    def _language(self, paragraph: str) -> str | None:
        """The language of a paragraph that is long enough to show one."""
        found = detect(paragraph, few=8)
        return self.declared if found and self.declared and family(found) == family(self.declared) else found

    @property
    def truncated(self) -> bool:
        """Whether the text is longer than what is read as sentences, or had more to parse or to tell acts of than is done."""
        return self._exhausted or self._untold or sum(map(len, self.pieces)) > LONGEST

    def can_read(self, sentence: Sentence) -> bool:
        """Whether there is a pipeline for the sentence's language."""
        return can_parse(sentence.language)

    def parse(self, sentence: Sentence) -> Parse:
        """Clauses and words of a sentence; empty ones where its language has no pipeline."""
        if sentence.number not in self._parsed and not self._exhausted:
            _parse_together([(self, s) for s in self._within([sentence])])
        return self._parsed.get(sentence.number, _EMPTY)

    def parse_all(self, beside: Prose | None = None) -> None:
        """Parse every sentence at once, and those of a short text *beside*: for checks that compare whole texts."""
        together = [self] if beside is None or len(beside.sentences) > _SHORT else [self, beside]
        _parse_together([(prose, s) for prose in together for s in prose._within(prose._unparsed)])

    def take(self, sentence: Sentence, found: Parse) -> None:
        """Have a sentence's parse."""
        self._parsed[sentence.number] = self.alike[sentence.language, sentence.text] = found

    @property
    def _unparsed(self) -> list[Sentence]:
        return [s for s in self.sentences if s.number not in self._parsed]

    def _within(self, wanted: Sequence[Sentence]) -> list[Sentence]:
        """Those that are to be parsed: within what is parsed of a text, in a language that can be, and not parsed before."""
        kept = []
        for sentence in wanted:
            self._left -= len(sentence.text)
            if self._left < 0:
                self._exhausted = True
                break
            known = self.alike.get((sentence.language, sentence.text))
            if known is not None or not self.can_read(sentence):
                self._parsed[sentence.number] = known or _EMPTY
            else:
                kept.append(sentence)
        return kept

    def clauses(self, sentence: Sentence) -> tuple[Clause, ...]:
        """The clauses of a sentence."""
        return self.parse(sentence).clauses

    def said(self, sentence: Sentence) -> tuple[Clause, ...]:
        """The clauses of a sentence that do not stand in a quotation: what the writer says himself (RULES.md, ruling 16)."""
        text = unquoted(sentence.text)
        return tuple(c for c in self.clauses(sentence) if text[c.verb[0] : c.verb[0] + 1] != LEFT_OUT)

    def acts(self, sentence: Sentence) -> Acts:
        """What a sentence does; nothing where its language is none that the model has learnt, or the model cannot be used (``unjudged`` says why)."""
        if self._acts is None:
            self._acts = self._told()
        return self._acts[sentence.number]

    def _told(self) -> list[Acts]:
        """The acts of all sentences, as far as a text is read; nothing of a text without a sentence in a language that the model has learnt."""
        from sendcheck.acts.model import UNREAD, ModelError, judged  # only what asks for acts pays for it

        every = self.sentences
        if not any(s.language in _LEARNT for s in every):
            return [UNREAD] * len(every)
        try:
            told = [*judged([s.text for s in every[:MOST_TOLD]], self.side), *[UNREAD] * (len(every) - MOST_TOLD)]
            self._untold = len(every) > MOST_TOLD
            return [acts if s.language in _LEARNT else UNREAD for s, acts in zip(every, told, strict=True)]
        except ModelError as error:
            self.unjudged = str(error)
            return [UNREAD] * len(every)

    def words(self, sentence: Sentence) -> tuple[Word, ...]:
        """The words of a sentence with their lemmas."""
        return self.parse(sentence).words

    def times(self, sentence: Sentence) -> tuple[When, ...]:
        """The time expressions of a sentence."""
        if sentence.number not in self._times:
            self._times[sentence.number] = tuple(find_times(sentence.text, self.sent))
        return self._times[sentence.number]

    def neighbours(self, sentence: Sentence) -> tuple[Sentence, ...]:
        """The sentences before and after in the same paragraph, and the lead-in of the list it stands in (RULES.md, ruling 22)."""
        found = []
        for other in (sentence.number - 1, sentence.number + 1):
            if 0 <= other < len(self.sentences):
                near = self.sentences[other]
                if near.paragraph == sentence.paragraph and (near.item == sentence.item or near.item is None or sentence.item is None):
                    found.append(near)
        lead = self.lead_in(sentence)
        if lead is not None and lead not in found:
            found.append(lead)
        return tuple(found)

    def lead_in(self, sentence: Sentence) -> Sentence | None:
        """The sentence that announces the list a sentence stands in."""
        before = self._outside_lists[sentence.number] if sentence.item is not None else None
        if before is None or before.piece.index != sentence.piece.index:
            return None
        return before if before.leads or before.paragraph == sentence.paragraph else None

    @property
    def _outside_lists(self) -> list[Sentence | None]:
        """For each sentence the nearest one before it that stands in no list."""
        if self._leading is None:
            last: Sentence | None = None
            self._leading = []
            for sentence in self.sentences:
                self._leading.append(last)
                last = sentence if sentence.item is None else last
        return self._leading


def _parse_together(wanted: Sequence[tuple[Prose, Sentence]]) -> None:
    """Parse sentences of one text or two, all of a language at once: a pipeline's work on a few sentences costs nearly what it costs on many."""
    by_language: dict[str, list[tuple[Prose, Sentence]]] = {}
    for prose, sentence in wanted:
        by_language.setdefault(READ_AS.get(sentence.language, sentence.language), []).append((prose, sentence))
    for language, some in by_language.items():
        found = parse([s.text for _, s in some], language, some[0][0].models, [prose.name_of for prose, _ in some])
        for (prose, sentence), parsed in zip(some, found, strict=True):
            prose.take(sentence, parsed)
