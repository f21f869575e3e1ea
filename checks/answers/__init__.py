"""Whether the answered mail was answered: `question-unanswered`, `request-unaddressed`, `concern-unaddressed`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sendcheck.checkapi import STRICT, Check, Confidence, Harm, Hit, Mail, NotRun, Rule, Severity
from sendcheck.understanding.language import family

from .asked import Asked, Kind, asked
from .evidence import Evidence

_MILD = {"general": Severity.WARNING, "internal": Severity.WARNING}
_WHY = "What is left out has to be asked again, by somebody who is less patient then."
RULES = (
    Rule("question-unanswered", Severity.ERROR, Harm.ANSWERS, "a question of the mail you answer has no answer", _WHY, True, True, _MILD),
    Rule("concern-unaddressed", Severity.ERROR, Harm.ANSWERS, "an item of the reader's list is passed over", _WHY, True, True, _MILD),
    Rule("request-unaddressed", Severity.WARNING, Harm.ANSWERS, "a request of the mail you answer is passed over", _WHY, True, True),
)
_SLUG = {Kind.QUESTION: "question-unanswered", Kind.REQUEST: "request-unaddressed", Kind.CONCERN: "concern-unaddressed"}
_SAYS = {
    Kind.QUESTION: ("the reader asks “{}”, and nothing in your text answers it", "answer it, or say by when you will"),
    Kind.REQUEST: ("the reader asks you: “{}”, and your text does not come back to it", "say that it is done, when it will be, or why not"),
    Kind.CONCERN: ("the reader lists “{}”, and your text does not come back to it", "take the reader's items one by one, in his order and with his numbers"),
}
_SHOWN = 90


def run(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit | NotRun]:
    """One finding for each question, request or concern that is left open."""
    reason = _cannot(mail)
    if reason is not None:
        yield from (NotRun(rule.slug, reason) for rule in RULES)
        return
    assert mail.parent is not None and mail.parent.prose is not None
    if mail.is_forward or not _goes_to_author(mail) or not mail.own_text.strip():
        return
    open_items = asked(mail.parent.prose, strict=mail.profile in STRICT)
    if not open_items:
        return
    evidence = Evidence(mail, open_items)
    for item in open_items:
        if not evidence.answers(item):
            yield _hit(mail, item)


def _cannot(mail: Mail) -> str | None:
    if mail.parent is None or mail.parent.prose is None:
        return "there is no mail that this one answers (name it with --parent)" if mail.is_reply else "this mail answers none"
    theirs = {family(lang) for lang in mail.parent.prose.languages[:1]}
    if theirs and mail.languages and family(mail.languages[0]) not in theirs:
        return "the answer is in another language than the mail it answers"
    return None


def _goes_to_author(mail: Mail) -> bool:
    assert mail.parent is not None
    author = mail.parent.sender
    if author is None or "@" not in author.addr:
        return True
    return any(r.key == author.key for r in mail.recipients) or not mail.recipients


def _hit(mail: Mail, item: Asked) -> Hit:
    words = " ".join(item.text.split())
    shown = words if len(words) <= _SHOWN else words[: _SHOWN - 1].rstrip() + "…"
    message, remedy = _SAYS[item.kind]
    confidence = Confidence.HIGH if item.sure else Confidence.MEDIUM
    return Hit(_SLUG[item.kind], message.format(shown), mail.at_parent(item.sentence), remedy, confidence=confidence, key=words)


CHECK = Check("answers", RULES, run, Path(__file__).parent)
