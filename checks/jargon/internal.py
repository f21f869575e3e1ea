"""`internal-detail`: traces, machines and tickets by their form; staffing, quarrels, tools and who did what as the model of acts tells them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from sendcheck.checkapi import Hit, Lazy, Mail, Sentence, act_of, hit_of_act, toml, union, unquoted

_INSTEAD = {
    "traces": "say what stopped working for the reader; keep the trace for those who repair it",
    "hosts": "say which service of the reader's is meant, not which machine",
    "tickets": "leave the number out, or say what the reader can do with it",
}
_WHAT = {"traces": "is a trace of a program", "hosts": "names a machine or an address of the house", "tickets": "is a number of the house"}


@cache
def _forms() -> dict[str, Lazy]:
    return {key: union(found, flags=re.M if key == "traces" else re.I) for key, found in toml(__package__, "internal.toml").items()}


def internal(mail: Mail) -> Iterator[Hit]:
    """One finding a sentence; what the thread names already is no news."""
    told = " ".join(mail.thread_texts()).lower()
    for sentence in mail.prose.sentences:
        found = _by_form(sentence, told)
        if found is not None:
            kind, span = found
            words = " ".join(sentence.text[slice(*span)].split())
            yield Hit("internal-detail", f"“{words}” {_WHAT[kind]}", mail.at_sentence(sentence, *span), _INSTEAD[kind])
        elif (act := act_of(mail.prose, sentence, "internal")) is not None:
            instead = "leave it out; say what it means for the reader, and what happens now"
            yield hit_of_act("internal-detail", mail, sentence, act, "tells what goes on inside the house", instead)


def _by_form(sentence: Sentence, told: str) -> tuple[str, tuple[int, int]] | None:
    forms = _forms()
    trace = forms["traces"].search(sentence.text)
    if trace:
        return "traces", trace.span()
    text = unquoted(sentence.text)
    for key in ("hosts", "tickets"):
        for match in forms[key].finditer(text):
            if match.group(0).lower() not in told and not forms["no_tickets"].match(match.group(0)):
                return key, match.span()
    return None
