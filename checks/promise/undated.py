"""`promise-undated`: an act of the own side with no time, or an empty one (RULES.md, rulings 4, 5, 22)."""

from __future__ import annotations

from sendcheck.checkapi import Act, Changes, Hit, Mail, Sentence, Severity, TimeKind, act_of, hit_of_act, of_language

_INSTEAD = "name a day or an hour you can keep, or when you will know"


def undated(mail: Mail, sentence: Sentence) -> Hit | None:
    """The finding of a sentence, or None: also where a by-when stands in it or beside it, whatever the model thought."""
    act = act_of(mail.prose, sentence, "commit-empty", "commit-undated")
    if act is None or any(when.bound for near in (sentence, *mail.prose.neighbours(sentence)) for when in mail.prose.times(near)):
        return None
    empty = act.name == "commit-empty"
    does = "names no time that the reader can plan with" if empty else "says what you will do, but not by when"
    severity = None if empty else Severity.WARNING
    return hit_of_act("promise-undated", mail, sentence, act, does, _INSTEAD, severity, _with_a_day(mail, sentence, act))


def _with_a_day(mail: Mail, sentence: Sentence, act: Act) -> Changes:
    """The sentence with a place for the day: instead of the empty word, else at its end."""
    words = of_language(__package__, "instead", sentence.language).get("by_when", "")
    if not words or not sentence.text.rstrip().endswith((".", "!")):
        return ()
    empty = next((when for when in mail.prose.times(sentence) if when.kind is TimeKind.EMPTY), None)
    if empty is not None:
        return (((empty.start, empty.end), words),)
    end = len(sentence.text.rstrip(" \n.!"))
    return (((end, end), f" {words}"),) if act.name == "commit-undated" else ()
