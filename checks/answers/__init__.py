"""Whether the answered mail was answered: `question-unanswered`, `request-unaddressed`, `concern-unaddressed`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sendcheck.checkapi import STRICT, Check, Confidence, Exchange, Harm, Hit, Mail, NotRun, Parent, Prose, QuotedMail, Rule, Severity
from sendcheck.understanding.language import family
from sendcheck.understanding.place import clip
from sendcheck.understanding.text import flat

if TYPE_CHECKING:
    from .answering import Heard
    from .asked import Asked

_MILD = {"general": Severity.WARNING, "internal": Severity.WARNING}
_WHY = "What is left out has to be asked again, by somebody who is less patient then."
RULES = (
    Rule(
        "question-unanswered",
        Severity.ERROR,
        Harm.ANSWERS,
        "a question of the mail you answer has no answer",
        _WHY,
        True,
        True,
        _MILD,
        only="mail",
        by_acts=True,
    ),
    Rule(
        "concern-unaddressed", Severity.ERROR, Harm.ANSWERS, "an item of the reader's list is passed over", _WHY, True, True, _MILD, only="mail", by_acts=True
    ),
    Rule("request-unaddressed", Severity.WARNING, Harm.ANSWERS, "a request of the mail you answer is passed over", _WHY, True, True, only="mail", by_acts=True),
)
_SLUG = {"question": "question-unanswered", "request": "request-unaddressed", "concern": "concern-unaddressed"}
#: What is said of one, what of several, and what to do.
_SAYS = {
    "question": (
        "the reader asks {}, and nothing in your text answers it",
        "nothing in your text answers {} of the reader's questions: {}",
        "answer it, or say by when you will",
    ),
    "request": (
        "the reader asks you: {}, and your text does not come back to it",
        "your text does not come back to {} of the reader's requests: {}",
        "say that it is done, when it will be, or why not",
    ),
    "concern": (
        "the reader lists {}, and your text does not come back to it",
        "your text does not come back to {} points of the reader's list: {}",
        "take the reader's items one by one, in their order and with their numbers",
    ),
}
_SHOWN, _SHOWN_EACH = 90, 60
#: Characters: what is quoted in full is not chosen.
_CHOSEN = 600
#: Below this probability of an answer it is plain that there is none.
_PLAINLY = 0.25
#: A mail to more people than this asks none of them in particular.
_A_FEW = 4


def run(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit | NotRun | Exchange]:
    """One finding for each question, request or concern that is left open, and a row of the table for each that was asked."""
    reason = _cannot(mail)
    if reason is not None:
        yield from (NotRun(rule.slug, reason) for rule in RULES)
        return
    assert mail.parent is not None and mail.parent.prose is not None
    if mail.is_forward or not _goes_to_author(mail) or (not mail.own_text.strip() and mail.attachments):
        return
    # a mail that answers none, as most do, pays for none of this
    from .asked import asked

    items = [item for prose in (mail.parent.prose, *_still_open(mail)) for item in asked(prose, before=prose is not mail.parent.prose)]
    items = [item for item in items if not _calls_another(mail, item.text)]
    if not items or not mail.prose.sentences:
        return
    from .answering import Answering
    from .place import stands_bare

    strict = mail.profile in STRICT
    answering = Answering(mail, items, strict)
    to_all = _asks_everybody(mail)
    left: dict[str, list[Heard]] = {}
    for heard in answering.all():
        yield _row(mail, heard)
        # What was asked of a whole list is one's own to answer once one quotes it.
        mine = not to_all or stands_bare(heard.item, answering.pieces) or _quoted_below(mail, heard.item)
        if heard.answer is None and mine and (heard.item.sure or (strict and not heard.item.before)):
            left.setdefault(heard.item.kind.value, []).append(heard)
    for kind, some in left.items():
        yield _hit(mail, kind, some)


def _cannot(mail: Mail) -> str | None:
    if mail.parent is None:
        return "there is no mail that this one answers (name it with --parent)" if mail.is_reply else "this mail answers none"
    if mail.parent.prose is None:
        return f"the mail that this one answers cannot be read: {mail.parent.unreadable}"
    theirs = {family(lang) for lang in mail.parent.prose.languages[:1]}
    if theirs and mail.languages and family(mail.languages[0]) not in theirs:
        return "the answer is in another language than the mail it answers"
    return None


def _still_open(mail: Mail) -> Iterator[Prose]:
    """The reader's mails before the one that is answered, to which nobody of one's own side wrote anything yet."""
    assert mail.parent is not None
    author = mail.parent.sender
    earlier: Sequence[Parent | QuotedMail] = mail.earlier or mail.quoted[not mail.parent.whole :]
    for other in earlier:
        if author is None or other.sender is None or other.sender.key != author.key:
            return
        prose = mail.prose_of(other)
        if other.text != mail.parent.text:
            yield prose


def _calls_another(mail: Mail, text: str) -> bool:
    """Whether a question begins with the name of somebody else among the readers: “Kari, could you …?”."""
    called = re.match(r"([A-ZÆØÅ][\w-]+)(?: [A-ZÆØÅ][\w-]+)?[,:–-] ?", text)
    if called is None:
        return False
    name = called[1].casefold()
    named = [a for a in mail.thread_people() if name in (a.name or a.local).casefold().replace(".", " ").split()]
    return bool(named) and not any(mail.is_sender(a) for a in named)


def _goes_to_author(mail: Mail) -> bool:
    """Whether whoever asked gets the answer: by name, or through the list that the question went to."""
    assert mail.parent is not None
    author = mail.parent.sender
    if author is None or not mail.recipients:
        return True
    if mail.is_sender(author):
        return False  # one's own mail, sent on or followed up
    circle = mail.circle((author, mail.parent.delegate))
    return any(circle.holds(r) is not False for r in mail.recipients) or _asks_everybody(mail)


def _asks_everybody(mail: Mail) -> bool:
    """Whether the question went to a mailing list or to many people: it is nobody's in particular to answer."""
    assert mail.parent is not None
    return mail.parent.via_list or len(mail.parent.recipients or ()) > _A_FEW or mail.answers_shared


def _quoted_below(mail: Mail, item: Asked) -> bool:
    """Whether nothing but this question, or little around it, is quoted: the writer chose it."""
    quoted = " ".join(flat(q.text) for q in mail.quoted)
    return item.text[-60:] in quoted and len(quoted) < _CHOSEN


def _row(mail: Mail, heard: Heard) -> Exchange:
    kind = heard.item.kind.value
    place = mail.at_sentence(heard.answer.sentence) if heard.answer is not None else None
    return Exchange(_SLUG[kind], kind, mail.at_parent(heard.item.text), place, heard.answer.how if heard.answer is not None else "")


def _hit(mail: Mail, kind: str, left: Sequence[Heard]) -> Hit:
    """One finding for all of a kind."""
    places = [mail.at_parent(heard.item.text) for heard in left]
    of_one, of_several, remedy = _SAYS[kind]
    message = (
        of_one.format(_shown(left[0], _SHOWN)) if len(left) == 1 else of_several.format(len(left), "; ".join(_shown(heard, _SHOWN_EACH) for heard in left))
    )
    confidence = Confidence.HIGH if any(heard.item.sure and heard.chance < _PLAINLY for heard in left) else Confidence.MEDIUM
    return Hit(_SLUG[kind], message, places[0], remedy, also=tuple(places[1:]), confidence=confidence, key="\n".join(heard.item.text for heard in left))


def _shown(heard: Heard, room: int) -> str:
    return f"“{clip(heard.item.text, room)}”"


CHECK = Check("answers", RULES, run, Path(__file__).parent)
