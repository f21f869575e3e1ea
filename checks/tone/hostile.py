"""`hostile`: insult, threat, contempt; and curses that nobody is meant by (RULES.md, ruling 31). What is quoted is somebody else's."""

from __future__ import annotations

from sendcheck.checkapi import Hit, Mail, Sentence, Severity, act_of, hit_of_act, pattern, unquoted

_INSTEAD = "take it out; say what happened and what you want, and let readers draw their own conclusion"


def hostile(mail: Mail, sentence: Sentence) -> Hit | None:
    """The finding of a sentence, or None."""
    text = unquoted(sentence.text)
    act, curse = act_of(mail.prose, sentence, "hostile"), pattern(__package__ or "", "profane", "curses").search(text)
    if curse is not None and (act is None or pattern(__package__ or "", "persons", "curses").search(text) is None):
        place = mail.at_sentence(sentence, *curse.span())
        severity = Severity.NOTE if mail.recipients and not mail.outside else Severity.WARNING
        return Hit("hostile", f"“{' '.join(curse.group(0).split())}” is coarse", place, _INSTEAD, severity=severity)
    return None if act is None else hit_of_act("hostile", mail, sentence, act, "attacks the reader or somebody else", _INSTEAD)
