"""Ways to put fault on somebody that no single clause shows: “the fault lies with …”, “had you only …”, “went wrong at Beate's desk”. All of it is data."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from sendcheck.checkapi import Alternatives, Lazy, alternatives, filled, of_language, union
from sendcheck.understanding.clauses.pipeline import READ_AS
from sendcheck.understanding.mentions import MASK, MAYBE_GENITIVE, NAMED, PARTY, Mention, masked

from .faults import Strength

OWN, READER = "own", "reader"
#: A mask has no word's edge: none is asked for before one, nor before what may stand before one.
_NO_EDGE = re.compile(r"\\b(?=(?:\(\?:[^()]*\)\?)*(?:\(\?:)?(?:PARTY|GEN))")


class Frames(NamedTuple):
    """A language's patterns for one side."""

    sure: Alternatives
    likely: Alternatives
    rhetorical: Alternatives
    voids: Alternatives
    not_before: Lazy
    unreal: Lazy
    reproach: Lazy
    receives: Lazy
    objects: frozenset[str]
    always: tuple[str, ...]


@cache
def frames(language: str, side: str) -> Frames | None:
    """The patterns of ``frames.<language>.toml`` and ``<side>.<language>.toml`` for OWN or READER; None for a language without."""
    data, own, words = (of_language(__package__, stem, READ_AS.get(language, language)) for stem in ("frames", side, "words"))
    if not (data and own and words):
        return None
    nouns = f"(?:{'|'.join(re.escape(w) for w in words['fault_nouns'])})(?!-)"

    duties = f"(?:{'|'.join(re.escape(w) for w in words['duties'] if w not in words['light_duties'])})"

    stands_for = {
        "DUTY": duties, "GEN": data["gen"], "MAYBE": MAYBE_GENITIVE, "PARTY": PARTY, "FAULTED": data["faulted"], "FAULTN": nouns,
        "BADADJ": data["badadj"], "BADN": data["badn"], "NAMED": NAMED,
    }  # fmt: skip

    def patterns(strength: str) -> Alternatives:
        found = (_NO_EDGE.sub("", p) for group in (data["either"], own) for p in group[strength])
        return alternatives((filled(p, stands_for).replace(PARTY + r"\b", PARTY) for p in found), loose=True)

    def of_side(key: str) -> Alternatives:
        return alternatives((filled(p, stands_for) for p in own.get(key, [])), loose=True)

    before, unreal = (union([data[key]], loose=True) for key in ("not_before", "unreal"))
    return Frames(
        patterns("sure"), patterns("likely"), of_side("rhetorical"), of_side("voids"), before, unreal,
        Lazy(rf"\b{data['badadj']} "), Lazy(data["receives"]), frozenset(data["objects"]), tuple(own["always"]),
    )  # fmt: skip


def voided(text: str, found: Frames) -> bool:
    """Whether the sentence says of itself that nobody of that side is blamed."""
    return bool(found.voids.search(text))


def framed(text: str, found: Frames, mentions: list[Mention]) -> tuple[Strength, tuple[int, int]]:
    """The strongest frame that a sentence fills, and where. ``mentions``: those of the side that is looked at."""
    low = text.lower()
    if not mentions and not any(piece in low for piece in found.always):
        return Strength.NONE, (0, 0)
    hidden = masked(text, mentions)
    for strength, pattern in ((Strength.SURE, found.sure), (Strength.LIKELY, found.likely)):
        for match in pattern.finditer(hidden):
            before = hidden[: match.start()]
            if found.unreal.search(before):
                continue  # “if it was you who changed it”
            if hidden[match.start()] in MASK and (found.not_before.search(before) or found.receives.search(before)):
                continue
            if hidden[match.start()] not in MASK or text[match.start() :].split()[0].strip(",.").lower() not in found.objects:
                sure = all(m.sure for m in mentions if m.start < match.end() and match.start() < m.end)
                return (strength if sure else Strength.LIKELY), match.span()
    return Strength.NONE, (0, 0)
