"""Which profile a mail has, and why (RULES.md, *Answering a complaint or reporting a failure*, ruling 9)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from sendcheck.data import alternatives, language_file, languages_with
from sendcheck.data.sieve import Alternatives
from sendcheck.understanding.mail import Parent, Recipient
from sendcheck.understanding.prose import Prose

#: What each sign of a complaint weighs, once; each kind of fault; and how much is enough.
_WEIGHTS = {"feelings": 4, "side": 4, "unkept": 4, "demands": 3, "again": 2, "costs": 2}
_FAULT = 2
_ENOUGH = 6
#: Sentences in a row that are weighed together; a mail longer than _LONG says many things, and must say more.
_WINDOW, _LONG, _ENOUGH_IN_LONG = 10, 30, 9
_SHOWN = 60
#: A complaint says so early or at its end, not on page nine.
_READ = 60


@cache
def _any(key: str, table: str = "") -> Alternatives:
    every = [language_file(language, "complaint.toml") for language in languages_with("complaint.toml")]
    return alternatives(p for data in every for p in (data[table] if table else data)[key])


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
    best: tuple[int, str] = (0, "")
    told = [_told(" ".join(s.text.split())) for s in prose.sentences[:_READ]]
    for start in range(max(1, len(told) - _WINDOW + 1)):
        best = max(best, _weigh(told[start : start + _WINDOW]), key=lambda found: found[0])
    return _short(best[1]) if best[0] >= (_ENOUGH if len(told) <= _LONG else _ENOUGH_IN_LONG) else None


class _Told(NamedTuple):
    """What one sentence shows: its signs, the kinds of fault, and whether the reader's side is in it."""

    text: str
    signs: frozenset[str]
    faults: frozenset[int]
    sided: bool


def _told(flat: str) -> _Told:
    if _any("neither").search(flat):
        return _Told(flat, frozenset(), frozenset(), False)
    signs = _signs(flat)
    sided = bool(_any("yours").search(flat)) or bool(signs & {"unkept", "demands"})
    return _Told(flat, frozenset(signs), frozenset(number for number, _found in _any("faults").each(flat)), sided)


def _weigh(told: Sequence[_Told]) -> tuple[int, str]:
    """(score, the sentence that shows it best) of some sentences in a row; 0 where they do not make a complaint."""
    score = 0
    shown = ("", 0)
    counted: set[str] = set()
    kinds: set[int] = set()
    for sentence in told:
        gain = sum(_WEIGHTS[s] for s in sentence.signs - counted) + _FAULT * len(sentence.faults - kinds)
        kinds |= sentence.faults
        counted |= sentence.signs
        score += gain
        if gain > shown[1]:
            shown = (sentence.text, gain)
    trouble = bool(kinds) or bool(counted & {"unkept", "side"})
    whole = any(s.sided for s in told) and (trouble or {"feelings", "demands"} <= counted) and bool(counted - {"again", "costs"})
    return (score, shown[0]) if whole else (0, "")


def _signs(flat: str) -> set[str]:
    """Which signs of a complaint a sentence shows; ``side``: something bad that the reader's side did, or that happened to what is theirs."""
    found = {name for name in ("feelings", "demands", "unkept", "again", "costs") if _any(name).search(flat)}
    if not flat.endswith("?") and _any("yours").search(flat) and _any("bad").search(flat):
        found.add("side")
    return found


def admission(prose: Prose) -> str | None:
    """The sentence of own text that admits a failure which hurt the reader, or None."""
    told = [" ".join(s.text.split()) for s in prose.sentences[: 2 * _READ]]
    for number, flat in enumerate(told):
        beside = " ".join(told[max(0, number - 1) : number + 2])
        if any(_any("harmless", "incident").search(near) for near in (flat, *told[number + 1 : number + 2])):
            continue
        if _any("admissions", "incident").search(flat) or _harms(flat, beside):
            return _short(flat)
    return None


def _harms(flat: str, beside: str) -> bool:
    """“Your website was offline after a change that we made”: the harm, what is the reader's, and one's own part in it."""
    return bool(_any("harm", "incident").search(flat) and _any("yours").search(flat) and _any("ours", "incident").search(beside))


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1].rstrip() + "…"
