"""The acts a sentence can do, as GUIDE.md names and describes them."""

from __future__ import annotations

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
#: What wants something back.
ASKING = frozenset({"question", "request", "concern"})
#: What a whole reply to a complaint can lack.
LACKS = frozenset({"apology", "acknowledgement", "plan", "next-update", "contact", "prevention"})
