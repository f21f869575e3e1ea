"""`promise-absolute`: the own side binds itself without bound (RULES.md, ruling 6)."""

from __future__ import annotations

from sendcheck.checkapi import Hit, Mail, Sentence, act_of, by_language, hit_of_act, mends

_INSTEAD = "say what you will do, by when, and what keeps it from happening again"


def absolute(mail: Mail, sentence: Sentence) -> Hit | None:
    """The finding of a sentence, or None."""
    act = act_of(mail.prose, sentence, "promise-absolute")
    if act is None:
        return None
    pairs = [pair for data in by_language(__package__, "instead") for pair in data["mend"]]
    return hit_of_act("promise-absolute", mail, sentence, act, "promises more than anybody can keep", _INSTEAD, changes=mends(sentence.text, pairs))
