"""Reads the writers' files (format: GUIDE.md), and tells what breaks the format.

``python -m sendcheck.training.acts.exchanges FILE…`` lists the problems and counts the labels.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sendcheck.acts.labels import ASKING, LACKS, SPANNED, parse_labels

#: Where the writers' files lie.
WRITERS = Path(__file__).with_name("writers")

_SENTENCE = re.compile(r"(?:([pr]\d+) )?\[([^\]]*)\] (.+)")
_SPAN = re.compile(r"\{\{(.+?)\}\}")
_ANSWER = re.compile(r"-|r\d+[?!]?(,r\d+[?!]?)*")
_ASKED = re.compile(r"p\d+")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence with all its acts.

    ``number`` is p1, r1 … in a mail, 1, 2 … in a battery; ``spans`` are characters [start, end) of ``text``, in the order of the marked labels;
    ``line`` is that of the file, from 1.
    """

    number: str
    labels: tuple[str, ...]
    text: str
    spans: tuple[tuple[int, int], ...]
    line: int


@dataclass(slots=True)
class Reply:
    """``answers``: for each thing asked the sentences that answer it ("r4", "r5?" puts off with a time, "r6!" without). ``lacks`` None: does not apply."""

    kind: str
    head: str
    sentences: list[Sentence] = field(default_factory=list)
    answers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    lacks: frozenset[str] | None = None
    lacks_told: bool = False


@dataclass(slots=True)
class Exchange:
    """A mail, and replies to it that do not know of each other."""

    id: str
    line: int
    brief: str = ""
    head: str = ""
    parent: list[Sentence] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)

    @property
    def complains(self) -> bool | None:
        """Whether the answered mail is a complaint: its replies can lack something. None if nobody said."""
        told = [reply.lacks is not None for reply in self.replies if reply.lacks_told]
        return any(told) if self.parent and told else None

    def mails(self) -> Iterator[tuple[str, list[Sentence]]]:
        """(key within the exchange, its sentences): the parent is "p", the replies "r1", "r2" …"""
        if self.parent:
            yield "p", self.parent
        for number, reply in enumerate(self.replies, 1):
            yield f"r{number}", reply.sentences


@dataclass(frozen=True, slots=True)
class Placed:
    """A sentence in its place. ``key`` is unique among all writers; ``side`` is "them" in an answered mail, else "us"."""

    key: str
    side: str
    before: str
    sentence: Sentence
    after: str

    @property
    def inside(self) -> bool:
        """As of :func:`is_inside`."""
        return is_inside(self.key)


def is_inside(key: str) -> bool:
    """Whether the sentence of a key stands inside a mail (WRITER/EXCHANGE/MAIL/NUMBER), not alone in a battery (WRITER/BATTERY/NUMBER)."""
    return key.count("/") == 3


@dataclass(slots=True)
class Written:
    """One writer's file."""

    writer: str
    exchanges: list[Exchange] = field(default_factory=list)
    batteries: dict[str, list[Sentence]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def language(self) -> str:
        """ISO 639-1 code: the writer's name begins with it."""
        return self.writer.partition("-")[0]

    def mails(self) -> Iterator[tuple[str, str, list[Sentence]]]:
        """(what the keys of its sentences begin with, side, sentences) of each mail, then of each sentence of a battery, which stands alone."""
        for exchange in self.exchanges:
            for mail, sentences in exchange.mails():
                yield f"{self.writer}/{exchange.id}/{mail}", "them" if mail == "p" else "us", sentences
        for name, sentences in self.batteries.items():
            for sentence in sentences:
                yield f"{self.writer}/{name}", "them" if "confidential" in sentence.labels else "us", [sentence]

    def placed(self) -> Iterator[Placed]:
        """All sentences, in the order of :meth:`mails`."""
        for key, side, sentences in self.mails():
            texts = ["", *(s.text for s in sentences), ""]
            for at, sentence in enumerate(sentences, 1):
                yield Placed(f"{key}/{sentence.number}", side, texts[at - 1], sentence, texts[at + 1])


def _sentence(number: str, labels: tuple[str, ...], marked: str, line: int) -> Sentence:
    spans: list[tuple[int, int]] = []
    text = ""
    at = 0
    for found in _SPAN.finditer(marked):
        text += marked[at : found.start()]
        spans.append((len(text), len(text) + len(found[1])))
        text += found[1]
        at = found.end()
    return Sentence(number, labels, text + marked[at:], tuple(spans), line)


class _Reader:
    """Reads a file line by line; what breaks the format is noted, never raised."""

    def __init__(self, name: str, writer: str) -> None:
        self.name, self.written = name, Written(writer)
        self.exchange: Exchange | None = None
        self.mail: list[Sentence] | None = None
        self.battery: list[Sentence] | None = None
        self.line = 0

    def wrong(self, why: str, text: str = "") -> None:
        self.written.problems.append(f"{self.name}:{self.line}: {why}" + (f": {text[:80]}" if text else ""))

    def read(self, lines: Iterable[str]) -> Written:
        for self.line, line in enumerate(lines, 1):
            if line.strip():
                self._line(line.rstrip("\n"))
        for exchange in self.written.exchanges:
            self._whole(exchange)
        return self.written

    def _line(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        if word == "#exchange":
            self.exchange, self.battery, self.mail = Exchange(rest.strip(), self.line), None, None
            self.written.exchanges.append(self.exchange)
        elif word == "#battery":
            self.exchange, self.mail, self.battery = None, None, self.written.batteries.setdefault(rest.strip(), [])
        elif word.startswith(("#", "@")):
            self._of_exchange(word, rest, line)
        elif found := _SENTENCE.fullmatch(line):
            self._of_mail(found, line)
        else:
            self.wrong("not understood", line)

    def _of_exchange(self, word: str, rest: str, line: str) -> None:
        exchange = self.exchange
        if exchange is None:
            self.wrong("stands in no exchange", line)
        elif word == "#brief":
            exchange.brief = rest
        elif word == "@parent":
            exchange.head, self.mail = rest, exchange.parent
        elif word == "@reply":
            kind, _, head = rest.partition(" ")
            exchange.replies.append(Reply(kind, head))
            self.mail = exchange.replies[-1].sentences
        elif word in {"@answers", "@lacks"} and exchange.replies:
            self._of_reply(exchange.replies[-1], word, rest)
        else:
            self.wrong("not understood", line)

    def _of_reply(self, reply: Reply, word: str, rest: str) -> None:
        if word == "@answers":
            for item in rest.split():
                asked, _, answers = item.partition("=")
                if not _ASKED.fullmatch(asked) or not _ANSWER.fullmatch(answers):
                    self.wrong(f"not an answer: {item}")
                else:
                    reply.answers[asked] = () if answers == "-" else tuple(answers.split(","))
            return
        words = frozenset(rest.split())
        reply.lacks_told = True
        if words <= LACKS or words == {"-"}:
            reply.lacks = words - {"-"}
        elif words != {"n/a"}:
            self.wrong("@lacks holds what nothing can lack", rest)

    def _of_mail(self, found: re.Match[str], line: str) -> None:
        try:
            labels = parse_labels(found[2])
        except ValueError as error:
            self.wrong(str(error), line)
            return
        battery, mail = self.battery, self.mail
        if battery is not None:
            battery.append(_sentence(str(len(battery) + 1), labels, found[3], self.line))
        elif mail is None or not found[1]:
            self.wrong("a sentence outside a mail, or without its number", line)
        else:
            sentence = _sentence(found[1], labels, found[3], self.line)
            if len(sentence.spans) < len(SPANNED.intersection(labels) - {"commit-undated"}):
                self.wrong("a span is missing", line)
            mail.append(sentence)

    def _whole(self, exchange: Exchange) -> None:
        self.line = exchange.line
        asked = {s.number for s in exchange.parent if ASKING.intersection(s.labels)}
        for reply in exchange.replies:
            numbers = {s.number for s in reply.sentences}
            of = f"{exchange.id} {reply.kind}: "
            if more := set(reply.answers) - asked:
                self.wrong(f"{of}answers to what asks nothing: {', '.join(sorted(more))}")
            if less := asked - set(reply.answers):
                self.wrong(f"{of}no answer noted for {', '.join(sorted(less))}")
            if {a.rstrip("?!") for answers in reply.answers.values() for a in answers} - numbers:
                self.wrong(f"{of}answers name sentences that are not there")
            if exchange.parent and not reply.lacks_told:
                self.wrong(f"{of}no @lacks")


def read(path: Path) -> Written:
    """A writer's file; what breaks the format is in ``problems``, with file and line.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open(encoding="utf-8") as lines:
        return _Reader(path.name, path.stem).read(lines)


def read_all(folder: Path = WRITERS) -> list[Written]:
    """All writers of a folder, in the order of their names."""
    return [read(path) for path in sorted(folder.glob("*.txt"))]


def read_one(writer: str, folder: Path = WRITERS) -> Written:
    """One writer of a folder.

    Raises:
        OSError: there is no such writer.
    """
    return read(folder / f"{writer}.txt")


def counts(written: Iterable[Written]) -> Mapping[str, int]:
    """How often each label stands in these files; "-" for a sentence without any."""
    found: Counter[str] = Counter()
    for one in written:
        for placed in one.placed():
            found.update(placed.sentence.labels or ("-",))
    return found


def main(paths: list[str]) -> int:
    """Prints problems and counts; 1 if there is any problem."""
    written = [read(Path(p)) for p in paths] or read_all()
    for one in written:
        print(*one.problems, sep="\n", end="\n" if one.problems else "")
        replies = sum(len(e.replies) for e in one.exchanges)
        print(f"{one.writer}: {len(one.exchanges)} exchanges, {replies} replies, {sum(1 for _ in one.placed())} sentences")
    print(", ".join(f"{label} {n}" for label, n in sorted(counts(written).items(), key=lambda x: -x[1])))
    return int(any(one.problems for one in written))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
