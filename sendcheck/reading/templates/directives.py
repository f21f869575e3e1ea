"""The values that a message of a catalogue puts in, as its formatting function sees them: by name, by number, or one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from sendcheck.data import toml
from sendcheck.reading.templates.lexer import Token, What, scan
from sendcheck.reading.templates.model import SourceFile

_LETTERS = re.compile(r"[^\W\d_]{1,20}")
#: In messages that no flag describes: a directive that letters are glued to counts where its source has one too.
_GLUED = re.compile(r"(?<![\d%])%[sd]")
_GENERIC = re.compile(r"%(?:(\d)\$)?[sSdif]|\{(\d{1,2})?(?:,[^{}]*)?\}")


class Directive(NamedTuple):
    """Characters start..end of a message. ``name``: of the value; "" where it is told by ``number``, or (0) is the next one. ``kind``: its letter, as d."""

    start: int
    end: int
    name: str = ""
    number: int = 0
    kind: str = ""

    @property
    def known(self) -> str:
        """Which value it means: by name or number; "" for the next one."""
        return self.name or (str(self.number) if self.number else "")

    @property
    def counts(self) -> bool:
        """Whether it may be the number that a plural is chosen by, as far as its letter tells."""
        return self.kind in {"d", "i", "u"}


@cache
def _syntaxes() -> dict[str, re.Pattern[str]]:
    """The pattern of each flag of gettext (without its “-format”)."""
    return {flag: re.compile(entry["pattern"]) for entry in toml(__package__, "formats.toml").values() if isinstance(entry, dict) for flag in entry["flags"]}


def known(syntax: str) -> bool:
    """Whether a flag names a syntax whose directives are known."""
    return syntax in _syntaxes()


def directives(text: str, syntax: str = "", glued: bool = False) -> list[Directive]:
    """Those of a message, in order. ``syntax``: a flag of gettext (``python``, ``php``), "" where none is known.

    ``glued``: where none is known, a value may have letters behind it.
    """
    if known(syntax):
        return list(_of_syntax(text, syntax))
    found = [_generic(text, token) for token in scan(SourceFile("", text), "message").tokens if token.what is What.OUTPUT]
    if syntax.startswith("no-"):
        found = [d for d in found if d.name]
    elif glued:
        taken = {d.start for d in found}
        found += [Directive(m.start(), m.end(), kind=m.group(0)[1]) for m in _GLUED.finditer(text) if m.start() not in taken]
    return sorted(found)


def _of_syntax(text: str, syntax: str) -> Iterator[Directive]:
    for match in _syntaxes()[syntax].finditer(text):
        groups = match.groupdict()
        if match.group(0) in {"%%", "{{", "}}"}:
            continue
        name = groups.get("name") or groups.get("braced") or groups.get("angled") or ""
        kind = groups.get("kind") or groups.get("letter") or groups.get("of") or ""
        for _star in range(sum(groups.get(star) is not None for star in ("width", "precision"))):
            yield Directive(match.start(), match.start(), kind="d")  # a width that is given as a value
        number = groups.get("number")
        # Braces count from 0, percent signs from 1.
        yield Directive(match.start(), match.end(), name, 0 if number is None else int(number) + (match.group(0)[0] == "{"), kind)


def _generic(text: str, token: Token) -> Directive:
    written = text[token.start : token.end]
    positional = _GENERIC.fullmatch(written)
    if positional:
        percent, braces = positional.groups()
        number = int(percent) if percent else int(braces) + 1 if braces else 0
        return Directive(token.start, token.end, number=number, kind=written[-1] if written[0] == "%" else "")
    name = re.match(r"[\w.]+", token.body)
    kind = written[-1] if re.fullmatch(r"%[(<].*\w", written) else ""
    return Directive(token.start, token.end, name.group(0) if name else written, kind=kind)


def tokens(text: str, syntax: str) -> list[Token]:
    """A message as tokens for reading: letters that are glued to a value are part of its tag, since no reader sees them alone."""
    if not known(syntax):
        return scan(SourceFile("", text), "message").tokens
    out: list[Token] = []
    at = 0
    for found in _of_syntax(text, syntax):
        if found.start < at or found.end == found.start:
            continue
        glued = _LETTERS.match(text, found.end)
        end = glued.end() if glued else found.end
        if found.start > at:
            out.append(Token(What.TEXT, at, found.start))
        out.append(Token(What.OUTPUT, found.start, end, found.name or text[found.start : found.end], found.start))
        at = end
    if at < len(text):
        out.append(Token(What.TEXT, at, len(text)))
    return out


def arguments(found: Sequence[Directive]) -> set[int]:
    """The positions of the values that directives without a name take, from 1."""
    numbered = {d.number for d in found if not d.name and d.number}
    return numbered | set(range(1, sum(not d.name and not d.number for d in found) + 1))
