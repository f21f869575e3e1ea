"""What could be written instead: changes in a sentence, built from the sentence itself, and sentences that a mail lacks.

A check tells its own changes alone. What a sentence needs altogether is put together where all findings are known (:mod:`sendcheck.pipeline.mending`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sendcheck.data import READ_AS, of_language
from sendcheck.understanding.mail import Mail
from sendcheck.understanding.place import Place
from sendcheck.understanding.prose import Sentence

#: Characters start..end of a sentence, and what stands there instead.
Change = tuple[tuple[int, int], str]
Changes = Sequence[Change]


def _as_it_is(text: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class Rewording:
    """How a sentence would be mended of one finding. ``where``: the whole sentence; ``text``: its characters; ``changes``: none where the finding is
    mended only by writing another sentence; ``said``: how words are shown (a template's tags for what stands in for them).
    """

    where: Place
    text: str
    changes: tuple[Change, ...] = ()
    said: Callable[[str], str] = field(default=_as_it_is, compare=False)


class Missing(NamedTuple):
    """A sentence that the mail lacks. ``order``: where it belongs among others of its kind, the first words of a mail being 0."""

    order: int
    words: str


def rewording(mail: Mail, sentence: Sentence, changes: Iterable[Change]) -> Rewording:
    """The rewording of a sentence by these changes."""
    return Rewording(mail.at_sentence(sentence), sentence.text, tuple(changes))


def mends(text: str, pairs: Sequence[Sequence[str]]) -> tuple[Change, ...]:
    """The change that the first pair (regular expression, replacement; case ignored) makes where it fits a text; () if none does."""
    for expression, replacement in pairs:
        found = re.search(expression, text, re.I)
        if found is not None:
            return ((found.span(), found.expand(replacement)),)
    return ()


def lacking(mail: Mail, package: str, key: str, order: int) -> Missing:
    """A sentence that the mail lacks, from ``instead.<language>.toml`` of a check's folder, in the language that most of its own text is in."""
    spoken = Counter(READ_AS.get(s.language, s.language) for s in mail.prose.sentences if s.language)
    for language in (*(language for language, _count in spoken.most_common()), *mail.languages, "en"):
        data = of_language(package, "instead", READ_AS.get(language, language))
        if key in data:
            return Missing(order, str(data[key]))
    raise KeyError(f"{package}: no language has “{key}”")
