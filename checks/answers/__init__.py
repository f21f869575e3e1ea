"""Whether the answered mail was answered: `question-unanswered`, `request-unaddressed`, `concern-unaddressed`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sendcheck.checkapi import STRICT, Check, Confidence, Exchange, Harm, Hit, Mail, NotRun, Rule, Severity
from sendcheck.understanding.language import family
from sendcheck.understanding.text import flat

if TYPE_CHECKING:
    from .asked import Asked
    from .told import Answer

_MILD = {"general": Severity.WARNING, "internal": Severity.WARNING}
_WHY = "What is left out has to be asked again, by somebody who is less patient then."
RULES = (
    Rule("question-unanswered", Severity.ERROR, Harm.ANSWERS, "a question of the mail you answer has no answer", _WHY, True, True, _MILD, only="mail"),
    Rule("concern-unaddressed", Severity.ERROR, Harm.ANSWERS, "an item of the reader's list is passed over", _WHY, True, True, _MILD, only="mail"),
    Rule("request-unaddressed", Severity.WARNING, Harm.ANSWERS, "a request of the mail you answer is passed over", _WHY, True, True, only="mail"),
)
_SLUG = {"question": "question-unanswered", "request": "request-unaddressed", "concern": "concern-unaddressed"}
_SAYS = {
    "question": ("the reader asks “{}”, and nothing in your text answers it", "answer it, or say by when you will"),
    "request": ("the reader asks you: “{}”, and your text does not come back to it", "say that it is done, when it will be, or why not"),
    "concern": ("the reader lists “{}”, and your text does not come back to it", "take the reader's items one by one, in his order and with his numbers"),
}
_SHOWN = 90
#: Characters: what is quoted in full is not chosen.
_CHOSEN = 600
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

    items = asked(mail.parent.prose, mail.prose, strict=mail.profile in STRICT)
    if not items:
        return
    from .evidence import Evidence
    from .place import stands_bare

    evidence = Evidence(mail, items, mail.profile in STRICT)
    found = evidence.answers()
    to_all = _asks_everybody(mail)
    for item in items:
        answer = found.get(id(item))
        yield _row(mail, item, answer)
        # What was asked of a whole list is one's own to answer once one quotes it.
        if (answer is None or not answer.sure) and (not to_all or stands_bare(item, evidence.pieces) or _quoted_below(mail, item)):
            yield _hit(mail, item, answer)


def _cannot(mail: Mail) -> str | None:
    if mail.parent is None:
        return "there is no mail that this one answers (name it with --parent)" if mail.is_reply else "this mail answers none"
    if mail.parent.prose is None:
        return f"the mail that this one answers cannot be read: {mail.parent.unreadable}"
    theirs = {family(lang) for lang in mail.parent.prose.languages[:1]}
    if theirs and mail.languages and family(mail.languages[0]) not in theirs:
        return "the answer is in another language than the mail it answers"
    return None


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


def _row(mail: Mail, item: Asked, answer: Answer | None) -> Exchange:
    place = mail.at_sentence(answer.sentence) if answer is not None else None
    return Exchange(_SLUG[item.kind.value], item.kind.value, mail.at_parent(item.text), place, answer.how if answer is not None else "")


def _hit(mail: Mail, item: Asked, perhaps: Answer | None) -> Hit:
    """``perhaps``: what may answer it in words of its own; then it is no more than a note (RULES.md, ruling 41)."""
    words = item.text
    shown = words if len(words) <= _SHOWN else words[: _SHOWN - 1].rstrip() + "…"
    message, remedy = _SAYS[item.kind.value]
    confidence = Confidence.HIGH if item.sure else Confidence.MEDIUM
    severity = None
    if perhaps is not None:
        confidence, severity = Confidence.LOW, Severity.NOTE
    return Hit(_SLUG[item.kind.value], message.format(shown), mail.at_parent(item.text), remedy, confidence=confidence, severity=severity, key=words)


CHECK = Check("answers", RULES, run, Path(__file__).parent)
