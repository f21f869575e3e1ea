"""`date-impossible`: dates that do not exist, disagree with their weekday, or are over although something is due by them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from sendcheck.checkapi import Confidence, Hit, Mail, Mood, Place, Sentence, Severity, Stretch, Tense, TimeKind, Who, pattern
from sendcheck.understanding.calendar import Mention, find_dates, joining_words

RULE = "date-impossible"
#: Characters before a date in which its “by” stands.
_BEFORE = 200
_HISTORY = timedelta(days=60)
#: Two readings of a date without a year that lie about as far from the mail both count.
_EITHER_WAY = 40


def dates(mail: Mail) -> Iterator[Hit]:
    """Every weekday with a date, and every date, in subject and own text."""
    sent = mail.date.date()
    for mention in find_dates(mail.subject):
        yield from _judge(mail, mention, sent, lambda m: mail.at_header("Subject", mail.subject[m.start : m.end]), mail.subject)
    for stretch in mail.own():
        for mention in find_dates(stretch.text):
            yield from _judge(mail, mention, sent, lambda m, s=stretch: _place(mail, s, m), stretch.text)  # type: ignore[misc]
    yield from _promised(mail, sent)


def _promised(mail: Mail, sent: date) -> Iterator[Hit]:
    """A date by which something is promised or asked for, and which is over (RULES.md, rulings 14 and 23)."""
    if not mail.date_known or mail.template is not None:
        return  # a date in a template is `template-fixed-date`: when its mails go out nobody knows
    for sentence in mail.prose.sentences:
        passed = [w for w in mail.prose.times(sentence) if w.kind is TimeKind.DATE and w.day is not None and w.day < sent]
        for when in passed:
            before = sentence.text[max(0, when.start - _BEFORE) : when.start]
            if pattern(__package__, "by").search(before) and _binds(mail, sentence, when.start):
                assert when.day is not None
                days = (sent - when.day).days
                yield Hit(
                    RULE,
                    f"“{when.text}” is over: the mail is dated {sent.isoformat()}, {days} day{'s' if days > 1 else ''} later",
                    mail.at_sentence(sentence, when.start, when.end),
                    "name a day that lies ahead, or say that it happened",
                )


def _binds(mail: Mail, sentence: Sentence, at: int) -> bool:
    """Whether the clause that holds the date promises or asks."""
    clauses = [c for c in mail.prose.clauses(sentence) if c.start <= at < c.end + 1] or list(mail.prose.clauses(sentence))
    inner = min(clauses, key=lambda c: c.end - c.start, default=None)
    if inner is None or inner.negated:
        return False
    if inner.tense is Tense.FUTURE or inner.mood is Mood.REQUEST:
        return True
    return inner.tense is Tense.PRESENT and not inner.conditional and (inner.who.own_side or inner.who is Who.READER) and bool(inner.objects or inner.obliques)


def _place(mail: Mail, stretch: Stretch, mention: Mention) -> Place:
    return mail.within(stretch, mention.start, mention.end)


def _counts_things(text: str, mention: Mention) -> bool:
    """“31 June calendars” names a thing, not a day: a plain word follows that nothing joins to a date."""
    following = re.match(r" ([^\W\d_]{3,})", text[mention.end :])
    return mention.year is None and following is not None and following.group(1).islower() and following.group(1) not in joining_words()


def _judge(mail: Mail, mention: Mention, sent: date, place: Callable[[Mention], Place], text: str) -> Iterator[Hit]:
    """``place``: where it stands; asked only for what is wrong, since a table holds thousands that are right."""
    if not mention.exists:
        if (mention.year is not None and abs(mention.year - sent.year) > 1) or _counts_things(text, mention):
            return
        yield Hit(RULE, f"“{mention.text}” does not exist: {_why(mention)}", place(mention), "mend the day or the month")
        return
    if mention.weekday is None:
        return
    days = mention.days(sent)
    if mention.year is None:
        days = tuple(d for d in days if abs((d - sent).days) - abs((days[0] - sent).days) <= _EITHER_WAY or mention.either)
    elif all(day < sent - _HISTORY for day in days):
        return
    if not days or any(d.weekday() == mention.weekday for d in days):
        return
    day = days[0]
    confidence = Confidence.HIGH if mail.date_known or mention.year is not None else Confidence.LOW
    right = day + timedelta(days=(mention.weekday - day.weekday() + 3) % 7 - 3)
    yield Hit(
        RULE,
        f"“{mention.text}”: {day.isoformat()} is a {_weekday(day)}",
        place(mention),
        f"write {_weekday(day)}, or {right.isoformat()} if the weekday is right",
        confidence=confidence,
        severity=None if confidence is Confidence.HIGH else Severity.NOTE,
    )


def _why(mention: Mention) -> str:
    if mention.either:
        return "in neither order is there such a day"
    return (
        f"{mention.month_name} has {mention.month_length} days"
        if not mention.month_name.isdigit()
        else f"month {mention.month} has {mention.month_length} days"
    )


def _weekday(day: date) -> str:
    return ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")[day.weekday()]
