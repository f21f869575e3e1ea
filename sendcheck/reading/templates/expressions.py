"""What an expression of a template reads: its variables, the literal text it is, and conditions that exclude each other."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sendcheck.data import lines

_STRING = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'")
_PATH = re.compile(r"(?<![\w.$@])(?:@root\.|(?:\.\./)+|this[./]|@)?\$?[A-Za-z_æøåÆØÅ][\w]*(?:(?:\.|\[)(?:[A-Za-z_]\w*|\d+|\[?\d+\]?)\]?)*")
_WORDS = lines(__package__, "words.txt")
_LITERAL = re.compile(
    r"(?:_|gettext|ngettext|trans|t|__)?\s*(?:\(\s*)?(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')\s*(?:\)\s*)?"
    r"(?:\|\s*(?:safe|trans|e|escape|raw|noescape)\s*)*"
)


def plain(path: str) -> str:
    """A path without what only says where it is looked up: ``this.``, ``../``, ``@root.``."""
    return re.sub(r"^(?:this[./]|(?:\.\./)+|@root\.)", "", path)


def masked(expression: str) -> str:
    """The expression with its strings blanked, every character at its place."""
    return _STRING.sub(lambda m: " " * len(m.group(0)), expression)


def paths(expression: str, helpers: bool = False) -> Iterator[tuple[str, int, int]]:
    """The variables that an expression reads: (path, start, end). ``helpers``: Handlebars: with more than one word the first is a helper.

    Filters, tests, functions, keyword names and words of the language are none.
    """
    text = masked(expression)
    found = list(_PATH.finditer(text))
    for number, match in enumerate(found):
        before = text[: match.start()].rstrip()
        after = text[match.end() :].lstrip()
        path = match.group(0)
        if re.search(r"(?:\||\bis(?:\s+not)?)$", before):
            continue
        if after.startswith("(") and not helpers:
            if "." not in path:
                continue
            path = path.rpartition(".")[0]  # a method: what it is called on is read
        if after.startswith("=") and not after.startswith("=="):
            continue
        if helpers and (number == 0 or before.endswith("(")) and len(found) > 1 and text[match.end() : match.end() + 1].isspace():
            continue
        bare = plain(path)
        name = bare.replace("[", ".").replace("]", "")
        if not name or name.startswith(("@", "$")) or name.split(".")[0] in _WORDS:
            continue
        end = match.start() + len(path)
        yield re.sub(r"\.\d+", "", name), end - len(bare), end


def literal(expression: str) -> tuple[int, int] | None:
    """The range inside the quotes where an expression is nothing but a text, marked for translation or not."""
    match = _LITERAL.fullmatch(expression)
    return (match.start(1) + 1, match.end(1) - 1) if match else None


def condition(expression: str) -> tuple[str, bool]:
    """A condition in a form that compares: (what is asked, whether it is asked for as true). ``not x`` and ``x`` ask the same."""
    text = " ".join(expression.split())
    positive = True
    while True:
        match = re.match(r"(?:not\b|!)\s*(.+)$", text)
        if match is None:
            return text, positive
        text, positive = match.group(1), not positive
