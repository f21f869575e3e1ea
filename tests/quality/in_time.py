"""One mailbox's sent mail in time order: each mail as it was, with what was known then; and what the content profile adds."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from sendcheck.history.learn import Learner
from sendcheck.history.record import usable
from sendcheck.history.trees import shipped
from sendcheck.history.view import HistoryFile, text_oddity
from sendcheck.pipeline.engine import Engine, Job
from sendcheck.pipeline.report import MailReport
from sendcheck.reading.addresses import untagged
from sendcheck.reading.message import Message, read_message
from sendcheck.understanding.acquaintance import Draft, Fit
from sendcheck.understanding.understand import own_texts, split_subject
from tests.quality.corpora import CorpusMail, allen
from tests.quality.engines import engine

#: The owner's addresses, as the mailbox shows them.
MINE = ("phillip.allen@enron.com", "k.allen@enron.com")
_DRAWS = 10
WARM = 50


@dataclass(frozen=True, slots=True)
class Dated:
    """A mail and when it was sent."""

    when: datetime
    mail: CorpusMail
    message: Message


def dated() -> list[Dated]:
    """All sent mails, oldest first."""
    found = []
    for mail in allen():
        message = read_message(mail.raw)
        when = message.date() or datetime.fromtimestamp(0, UTC)
        found.append(Dated(when, mail, message))
    return sorted(found, key=lambda d: (d.when, d.mail.id))


@contextmanager
def empty_history() -> Iterator[Learner]:
    """A learner of the owner's mail, into a history that is gone afterwards."""
    with tempfile.TemporaryDirectory() as made, Learner(Path(made) / "history.sqlite") as learner:
        learner.take_as_mine(MINE)
        yield learner


def reports() -> Iterator[MailReport]:
    """The report of each mail, checked with all before it learnt."""
    with empty_history() as learner:
        base = engine()
        config = replace(base.config, values={**base.config.values, "history": str(learner.path)})
        run = Engine(base.registry, config, base.selection)
        for one in dated():
            yield run.check(Job(one.mail.id, one.mail.raw))
            learner.add([one.mail.raw])


def recipients(message: Message) -> list[str]:
    """Who got a mail, each once, the owner aside."""
    keys = (untagged(a.key) for name in ("to", "cc", "bcc") for a in usable(message.address_list(name).addresses))
    return [k for k in dict.fromkeys(keys) if k not in MINE]


@dataclass(frozen=True, slots=True)
class Row:
    """One known recipient: its score without the text, the text's oddity, whether it was planted; ``mail``: its number, ``draw`` -1 for a mail as it was."""

    mail: int
    draw: int
    score: float
    oddity: float
    planted: bool


@dataclass(slots=True)
class TextRows:
    """Rows of mails to several people; recipients who belong by mail; and of mails to one person (own text's likeness, another person's)."""

    rows: list[Row]
    genuine: dict[int, int]
    alone: list[tuple[float, float]]


def text_rows() -> TextRows:
    """Every mail with what was known before it, as it was and with somebody of the address book planted."""
    found = TextRows([], {}, [])
    chance = random.Random(1)
    weight = shipped().text
    with empty_history() as learner:
        for number, one in enumerate(dated()):
            people = recipients(one.message)
            if number >= WARM and people:
                history = HistoryFile(learner.path)
                subject, text = split_subject(one.message.header("subject") or "")[0], "\n".join(own_texts(one.message))
                book = sorted({p.address for d in history.domains() for p in history.people_at(d)} - set(people))

                def fits(some: list[str], history: HistoryFile = history, subject: str = subject, text: str = text, one: Dated = one) -> list[Fit]:
                    return list(history.fits(Draft(tuple(some), subject, text, one.when)))

                if len(people) > 1:
                    found.genuine[number] = len(people)
                    found.rows += _rows(number, -1, fits(people), None, weight)
                    for draw in range(_DRAWS):
                        planted = chance.choice(book)
                        found.rows += _rows(number, draw, fits([*people, planted]), planted, weight)
                elif history.person(people[0]) is not None and text.strip():
                    for other in chance.sample(book, min(_DRAWS, len(book))):
                        mine, theirs = fits(people)[0].text, fits([other])[0].text
                        found.alone.append((mine, theirs))
                history.close()
            learner.add([one.mail.raw])
    return found


def _rows(mail: int, draw: int, fits: list[Fit], planted: str | None, weight: float) -> Iterator[Row]:
    for fit in fits:
        oddity = text_oddity(fit.text, [other.text for other in fits if other is not fit])
        yield Row(mail, draw, fit.score - weight * oddity, oddity, fit.person.address == planted)


def found_at(rows: list[Row], genuine: int, weight: float, share: float) -> tuple[float, float]:
    """(how often the planted one is the oddest, how many are found where *share* of those who belong are flagged) with the text counting so much."""
    by_mail: dict[tuple[int, int], list[tuple[float, bool]]] = {}
    for row in rows:
        by_mail.setdefault((row.mail, row.draw), []).append((row.score + weight * row.oddity, row.planted))
    belonging = np.sort([s for (_mail, draw), some in by_mail.items() if draw < 0 for s, _planted in some])[::-1]
    cut = belonging[int(share * genuine)] if len(belonging) > int(share * genuine) else -np.inf
    planted = [some for (_mail, draw), some in by_mail.items() if draw >= 0]
    top = []
    for some in planted:
        best = [who for score, who in some if score == max(s for s, _who in some)]
        top.append(sum(best) / len(best))
    scores = np.array([s for some in planted for s, who in some if who])
    return float(np.mean(top)), float((scores > cut).mean())


def section() -> list[str]:
    """What the content profile adds, as lines of docs/leaks.md."""
    found = text_rows()
    mails = sorted(found.genuine)
    later = set(mails[len(mails) // 2 :])
    lines = [
        f"allen-p, in time order: {len(mails)} mails to several people with {sum(found.genuine.values())} recipients who belong, {_DRAWS} draws each. The weight of the text "
        f"({shipped().text}) was chosen on the earlier half.\n",
        "| mails | | the planted one is the oddest | found, 0.5 % flagged | found, 5 % flagged |",
        "|---|---|---:|---:|---:|",
    ]
    for name, chosen in (("earlier half", set(mails) - later), ("later half", later)):
        rows = [r for r in found.rows if r.mail in chosen]
        genuine = sum(found.genuine[m] for m in chosen)
        for told, weight in (("who and when alone", 0.0), ("with the content profile", shipped().text)):
            top, few = found_at(rows, genuine, weight, 0.005)
            _top, many = found_at(rows, genuine, weight, 0.05)
            lines.append(f"| {name} | {told} | {100 * top:.1f} % | {100 * few:.1f} % | {100 * many:.1f} % |")
    better = sum((a > b) + 0.5 * (a == b) for a, b in found.alone)
    lines.append(
        f"\nMails to one person, where nothing but the text can tell: the text is more like the past mails of who got it than of somebody else from the address book in "
        f"{100 * better / len(found.alone):.1f} % of {len(found.alone):,} comparisons."
    )
    return lines
