"""Blame in one sentence, as the model of acts tells it, and what would stand there instead (RULES.md, rulings 1, 25, 33)."""

from __future__ import annotations

from sendcheck.checkapi import Changes, Hit, Mail, Sentence, act_of, hit_of_act, mends, of_language

from .instead import taken_on

#: Act to rule, what its words do, and what to do instead.
_RULES = {
    "blame-own": ("blame-colleague", "puts the fault on somebody of your own side", "say what went wrong and what you do about it, as one house"),
    "blame-reader": ("blame-recipient", "puts the fault on the reader", "say what you need and by when, without saying whose fault it is"),
    "blame-deflected": ("blame-deflected", "moves the fault away from your side", "say what happened and what your side does about it"),
}


def finding(mail: Mail, sentence: Sentence) -> Hit | None:
    """The finding of a sentence, or None: on whoever is blamed most surely."""
    act = act_of(mail.prose, sentence, *_RULES)
    if act is None:
        return None
    rule, does, instead = _RULES[act.name]
    return hit_of_act(rule, mail, sentence, act, does, instead, changes=_changes(mail, sentence, rule, act.span))


def _changes(mail: Mail, sentence: Sentence, rule: str, span: tuple[int, int]) -> Changes:
    """The house instead of whoever is blamed, or the sentence without its reproach; none where that cannot safely be said."""
    if rule == "blame-colleague":
        return taken_on(mail, sentence)
    pairs = of_language(__package__, "instead", sentence.language).get("mend", [])
    return [change for change in mends(sentence.text, pairs) if change[0][0] < span[1] and span[0] < change[0][1]]
