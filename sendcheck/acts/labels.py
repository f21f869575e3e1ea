"""The acts a sentence can do, as GUIDE.md names and describes them."""

from __future__ import annotations

from collections.abc import Iterable

#: In the order of GUIDE.md.
LABELS = (
    "greeting",
    "closing",
    "thanks",
    "fact",
    "apology",
    "non-apology",
    "sympathy",
    "acknowledge",
    "own-fault",
    "blame-own",
    "blame-reader",
    "blame-deflected",
    "hostile",
    "promise-absolute",
    "commit-dated",
    "commit-empty",
    "commit-undated",
    "promise-others",
    "done",
    "next-update",
    "contact",
    "prevention",
    "internal",
    "attach",
    "attach-other",
    "copied",
    "figure",
    "figure-sourced",
    "question",
    "request",
    "concern",
    "effect",
    "confidential",
    "rhetorical",
)
#: Labels that some rule holds against a mail (marked * in GUIDE.md).
FAULTY = frozenset(
    {
        "non-apology",
        "blame-own",
        "blame-reader",
        "blame-deflected",
        "hostile",
        "promise-absolute",
        "commit-empty",
        "commit-undated",
        "promise-others",
        "internal",
        "figure",
    }
)
#: Labels whose words are marked in the text.
SPANNED = FAULTY | {"copied"}
#: Labels whose words the model marks, in its order.
MARKED = tuple(label for label in LABELS if label in SPANNED)
#: What wants something back.
ASKING = frozenset({"question", "request", "concern"})
#: What a whole reply to a complaint can lack.
LACKS = frozenset({"apology", "acknowledgement", "plan", "next-update", "contact", "prevention"})
#: What a whole mail brings if one of its sentences does one of these acts: what a reply to a complaint can lack, and that a fix is told.
BRINGS = {
    "apology": ("apology",),
    "acknowledgement": ("acknowledge",),
    "plan": ("commit-dated", "done", "prevention"),
    "next-update": ("next-update", "done"),
    "contact": ("contact",),
    "prevention": ("prevention",),
    "fix": ("done",),
}


def parse_labels(text: str) -> tuple[str, ...]:
    """Labels with commas; "-" is none.

    Raises:
        ValueError: an unknown label.
    """
    labels = tuple(x.strip() for x in text.split(",") if x.strip() not in {"", "-"})
    if unknown := set(labels) - set(LABELS):
        raise ValueError(f"unknown label {', '.join(sorted(unknown))}")
    return labels


def join_labels(labels: Iterable[str]) -> str:
    """As :func:`parse_labels` reads them."""
    return ",".join(labels) or "-"
