"""Replies measured with the mails they answer: SpamAssassin's reply pairs, with and without the paragraph that answers a quoted question.

``python -m tests.quality.replies`` prints the pairs that go wrong, by corpus id; ``--show ID`` one of them (on the terminal only: no sentence of a
corpus enters the project).
"""

from __future__ import annotations

import multiprocessing
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from sendcheck.pipeline.engine import Job
from sendcheck.reading.message import read_message
from sendcheck.understanding.mail import Body, Mail
from sendcheck.understanding.segments import Kind, Segment
from sendcheck.understanding.text import flat
from sendcheck.understanding.understand import Surroundings, understand
from tests.quality.corpora import CorpusMail, Pair, reply_pairs
from tests.quality.engines import engine

RULE = "question-unanswered"
_FOOTER = re.compile(r"sponsored by", re.I)
_QUESTION = re.compile(r"[^.?!\n>][^.?!]{6,300}\?(?=[\s\"')]|$)")


@dataclass(frozen=True, slots=True)
class Quoted:
    """A question of the parent that a reply quotes with own text right below. ``start``/``end``: bytes of that text's first paragraph,
    ``last``: where the whole of it ends.
    """

    pair: Pair
    question: str
    start: int
    end: int
    last: int

    def without(self, whole: bool) -> bytes:
        """The reply with the answer cut out: the paragraph below the question, or all own text up to the next quote."""
        return self.pair.reply.raw[: self.start] + self.pair.reply.raw[self.last if whole else self.end :]


def quoted_questions() -> Iterator[Quoted]:
    """All of them in the corpus, at most one a quoted block: the last question before the answer."""
    for pair in reply_pairs():
        mail = understand(read_message(pair.reply.raw), Surroundings())
        parent = understand(read_message(pair.parent.raw), Surroundings())
        theirs = flat(parent.own_text)
        for body in mail.bodies:
            if body.primary and body.part.kind == "plain":
                yield from _in_body(pair, mail, body, theirs)


def _in_body(pair: Pair, mail: Mail, body: Body, theirs: str) -> Iterator[Quoted]:
    segments = [s for s in body.segments if body.text[s.start : s.end].strip()]
    for quote, below in pairwise(segments):
        if quote.kind is not Kind.QUOTE or below.kind is not Kind.OWN:
            continue
        text = flat(re.sub(r"(?m)^[ \t]*(?:>[ \t]?)", "", body.text[quote.start : quote.end]))
        asked = [m.group(0).strip() for m in _QUESTION.finditer(text) if not text[: m.start()].rstrip().endswith(">")]
        asked = [q for q in asked if q in theirs and len(q.split()) > 2 and not _FOOTER.search(q)]
        place = _bytes(pair, body, below)
        if asked and place is not None:
            yield Quoted(pair, asked[-1], *place)


def _bytes(pair: Pair, body: Body, below: Segment) -> tuple[int, int, int] | None:
    """Where the own text stands in the raw mail: 7- and 8-bit bodies only, whose lines are the mail's own."""
    text = body.text[below.start : below.end].strip("\n")
    first = re.split(r"\n[ \t]*\n", text)[0]
    for codec in ("ascii", "utf-8", "latin-1"):
        try:
            whole, paragraph = text.encode(codec), first.encode(codec)
        except UnicodeEncodeError:
            continue
        if pair.reply.raw.count(whole) == 1:
            at = pair.reply.raw.index(whole)
            return at, at + len(paragraph), at + len(whole)
    return None


def fired(raw: bytes, pair: Pair) -> list[str]:
    """The questions that the rule calls unanswered."""
    report = engine((RULE,)).check(Job(pair.reply.id, raw, parent=(pair.parent.id, pair.parent.raw)))
    assert not any(f.rule == "check-crashed" for f in report.findings), [f.message for f in report.findings]
    return [flat(f.where.excerpt) for f in report.findings if f.rule == RULE]


def _about(question: str, found: list[str]) -> bool:
    words = question.split()
    tail = " ".join(words[-6:])
    return any(tail in f or f.rstrip("…").strip()[:40] in question or question[:40] in f for f in found)


@dataclass
class Result:
    """``silent``/``pairs``: quoted questions with their answer and whether nothing was said of them; ``quiet_mails``: mails with no finding at all."""

    questions: int = 0
    silent: int = 0
    mails: set[str] = field(default_factory=set)
    loud_mails: set[str] = field(default_factory=set)
    cut: int = 0
    cut_whole: int = 0
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


def _judge(quoted: Quoted) -> tuple[Quoted, bool, bool, bool, bool]:
    full = fired(quoted.pair.reply.raw, quoted.pair)
    return (
        quoted,
        _about(quoted.question, full),
        bool(full),
        _about(quoted.question, fired(quoted.without(False), quoted.pair)),
        _about(quoted.question, fired(quoted.without(True), quoted.pair)),
    )


def measure() -> Result:
    """All quoted questions, with and without their answers."""
    out = Result()
    with multiprocessing.Pool() as pool:
        for quoted, about, loud, cut, cut_whole in pool.imap(_judge, list(quoted_questions()), chunksize=8):
            out.questions += 1
            out.silent += not about
            out.mails.add(quoted.pair.reply.id)
            if loud:
                out.loud_mails.add(quoted.pair.reply.id)
            out.cut += cut
            out.cut_whole += cut_whole
            if about:
                out.wrong.append(quoted.pair.reply.id)
            if not cut_whole:
                out.missed.append(quoted.pair.reply.id)
    return out


def main() -> None:
    """Print the figures, or one pair."""
    if "--show" in sys.argv:
        wanted = sys.argv[sys.argv.index("--show") + 1]
        for quoted in quoted_questions():
            if wanted in quoted.pair.reply.id:
                print("ASKED", quoted.question, "\nFIRES", fired(quoted.pair.reply.raw, quoted.pair), "\nCUT", fired(quoted.without(True), quoted.pair))
                print(quoted.pair.reply.raw.partition(b"\n\n")[2].decode("latin-1")[:3000], "\n--------")
        return
    found = measure()
    print(f"questions {found.questions}, silent {found.silent} ({100 * found.silent / found.questions:.1f} %)")
    print(f"mails {len(found.mails)}, quiet {len(found.mails) - len(found.loud_mails)}")
    print(f"cut: paragraph {found.cut} ({100 * found.cut / found.questions:.1f} %), whole {found.cut_whole} ({100 * found.cut_whole / found.questions:.1f} %)")
    print("wrong", *sorted(found.wrong))
    print("loud", *sorted(found.loud_mails - set(found.wrong)))
    print("missed", *sorted(found.missed))


__all__ = ["CorpusMail", "Quoted", "Result", "fired", "measure", "quoted_questions"]

if __name__ == "__main__":
    main()
