"""`promise-undated`: an act of the own side with no time, or an empty one."""

from __future__ import annotations

from collections.abc import Iterator

from sendcheck.checkapi import Hit, Mail, Rewording, Sentence, Severity, When, of_language
from sendcheck.understanding.clauses.pipeline import READ_AS
from sendcheck.understanding.commitments import Commitment, Deed, commitments
from sendcheck.understanding.rewording import rewording

_INSTEAD = "name a day or an hour you can keep, or when you will know"


def undated(mail: Mail, taken: dict[int, tuple[int, int]]) -> Iterator[Hit]:
    """One finding for each sentence; ``taken``: sentence numbers and characters that another rule has."""
    seen: set[int] = set()
    for found in commitments(mail.prose, wide=False):
        if found.bound or found.sentence.number in seen or (found.deed is Deed.ARRIVAL and found.empty is None):
            continue
        start, end = taken.get(found.sentence.number, (0, 0))
        if found.clause.start < end and start < found.clause.end:
            continue
        seen.add(found.sentence.number)
        yield _hit(mail, found)


def _hit(mail: Mail, found: Commitment) -> Hit:
    sentence, empty = found.sentence, found.empty
    start, end = min(found.clause.start, found.clause.verb[0]), max(found.clause.end, found.clause.verb[1])
    if empty is not None:
        start, end = min(start, empty.start), max(end, empty.end)
    words = _short(sentence.text[start:end])
    message = f"“{empty.text}” is no time: “{words}” binds nobody to a day" if empty else f"“{words}” says what you will do, but not by when"
    severity = None if empty is not None else Severity.WARNING
    return Hit("promise-undated", message, mail.at_sentence(sentence, start, end), _INSTEAD, severity=severity, rewording=_with_a_day(mail, sentence, empty))


def _with_a_day(mail: Mail, sentence: Sentence, empty: When | None) -> Rewording | None:
    """The sentence with a place for the day: instead of the empty word, else at its end."""
    words = of_language(__package__, "undated", READ_AS.get(sentence.language, sentence.language)).get("by_when", "")
    if not words or not sentence.text.rstrip().endswith((".", "!")):
        return None
    end = len(sentence.text.rstrip(" \n.!"))
    span = (empty.start, empty.end) if empty is not None else (end, end)
    return rewording(mail, sentence, [(span, words if empty is not None else f" {words}")])


def _short(text: str, most: int = 60) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[: most - 1].rstrip() + "…"
