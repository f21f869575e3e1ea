"""Which profile a mail has, and why (RULES.md, *Answering a complaint or reporting a failure*, ruling 9)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from sendcheck.acts.model import complains
from sendcheck.data import language_file, languages_with, union
from sendcheck.data.patterns import Lazy
from sendcheck.understanding.mail import Parent, Recipient
from sendcheck.understanding.prose import Prose

_SHOWN = 60
#: A complaint says so early or at its end, not on page nine.
_READ = 60


@cache
def _any(key: str) -> Lazy:
    return union(p for language in languages_with("incident.toml") for p in language_file(language, "incident.toml")[key])


def recognise(chosen: str | None, recipients: Sequence[Recipient], hidden: bool, parent: Parent | None, prose: Prose) -> tuple[str, str]:
    """(profile, reason). ``hidden``: readers stand behind a group, so somebody may be outside."""
    if chosen:
        return chosen, "set"
    if parent is not None and _answers(parent, recipients):
        words = complaint(parent.prose) if parent.prose is not None else None
        if words:
            return "complaint-reply", f"the mail it answers complains: “{words}”"
    if hidden or any(not r.inside for r in recipients):
        words = admission(prose)
        if words:
            return "incident", f"it admits a failure to somebody outside: “{words}”"
    if recipients and all(r.inside for r in recipients):
        return "internal", "all recipients are inside"
    return "general", "somebody outside gets it" if recipients else "no recipients known"


def _answers(parent: Parent, recipients: Sequence[Recipient]) -> bool:
    """Whether the answered writer is a reader from outside, as far as is known."""
    if parent.via_list:
        return False  # what goes to a list complains to nobody's side in particular
    if parent.sender is None:
        return any(not r.inside for r in recipients)
    return any(r.key == parent.sender.key and not r.inside for r in recipients) or ("@" not in parent.sender.addr and any(not r.inside for r in recipients))


def complaint(prose: Prose | None) -> str | None:
    """The words that make a text a complaint about its reader's side, or None: something went wrong there, and is to be put right (ruling 9)."""
    if prose is None:
        return None
    acts = [prose.acts(sentence) for sentence in prose.sentences[:_READ]]
    if not complains(acts):
        return None
    clearest = max(range(len(acts)), key=lambda at: acts[at].chance("concern", "effect"))
    return _short(" ".join(prose.sentences[clearest].text.split()))


def admission(prose: Prose) -> str | None:
    """The sentence of own text that admits a failure which hurt the reader, or None."""
    told = [" ".join(s.text.split()) for s in prose.sentences[: 2 * _READ]]
    for number, flat in enumerate(told):
        beside = " ".join(told[max(0, number - 1) : number + 2])
        admits = _any("admissions").search(flat) or _harms(flat, beside)
        if admits and not any(_any("harmless").search(near) for near in (flat, *told[number + 1 : number + 2])):
            return _short(flat)
    return None


def _harms(flat: str, beside: str) -> bool:
    """“Your website was offline after a change that we made”: the harm, what is the reader's, and one's own part in it."""
    return bool(_any("harm").search(flat) and _any("yours").search(flat) and _any("ours").search(beside))


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1].rstrip() + "…"
