"""What kind of text a gap stands in: technical text writes placeholders on purpose, forms leave blanks for their reader."""

from __future__ import annotations

import re
from functools import cached_property

from sendcheck.checkapi import pattern

#: What only code, formulae and markup look like: calls, paths, operators, indexing, equations, tags, source files.
_CODE = re.compile(
    r"\w\(\)|\w::\w|\w->\w|[=!]==?\s|&&|\|\||#include|\\[a-z]{2,20}\b|\b[a-z]\([a-z0-9, ]{0,20}\)|\b\w+\[\w{1,20}\]|(?:^|\s)[A-Za-z_]\w{0,30} ?= ?[\[{(\"'$\w]"
    r"|(?:^|\s)/(?:usr|etc|var|home|opt|tmp|bin)/|\b[A-Z]:\\|(?:^|\s)--[a-z][\w-]+|\b\w{1,40}\.(?:py|cc?|cpp|h|js|ts|java|php|rb|go|rs|cs|json|ya?ml|toml|sh|sql|css|po|tex|j2)\b"
    r"|^[ \t]*(?:```|~~~|[$#>%] \w)|\bat \w+(?:\.\w+)+\(|\{[^{}\n]{0,60};[ \t]*$",
    re.M,
)
#: “Name: ____”, and what counts as such a blank.
_LABELLED = re.compile(r"[^\W\d_][ \t]*(?:\([^()\n]{0,40}\)[ \t]*)?:[ \t]*(?:_{2}|\.{4}|…{2})|^[ \t]*[^\W\d_][^\n:_]{0,40}[ \t]_{6,80}[ \t]*$", re.M)
_FORM = 2


class Around:
    """The text of a mail as surroundings of its gaps. ``patch``: it carries a diff."""

    def __init__(self, text: str, patch: bool = False) -> None:
        self._text, self.patch = text, patch

    @cached_property
    def technical(self) -> bool:
        """Whether it speaks about programs, formulae, markup or templates."""
        return self.patch or bool(_CODE.search(self._text) or pattern(__package__, "technical").search(self._text))

    @cached_property
    def form(self) -> bool:
        """Whether blanks in it are the reader's to fill."""
        labelled = sum(1 for _ in zip(range(_FORM), _LABELLED.finditer(self._text), strict=False))
        return labelled >= _FORM or bool(pattern(__package__, "to_fill_in").search(self._text))
