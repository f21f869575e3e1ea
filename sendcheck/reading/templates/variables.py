"""The variables that a template uses, each with its place and the sections it stands in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sendcheck.reading.templates.expressions import literal, paths
from sendcheck.reading.templates.lexer import Token, What
from sendcheck.reading.templates.model import SourceFile, Spot, Variable
from sendcheck.reading.templates.tree import Block, Branches, Include, Leaf, Node, Option

_SETS = {"set", "assign", "let", "echo", "do", "print"}
#: What a variable in the head of a block is for.
_ROLES = {"loop": "loop", "if": "condition", "case": "condition"}
#: Characters of a tag that are shown.
_SHOWN = 80
_BOUND = re.compile(
    r"\{%-?\s*(?:set|assign|capture|let)\s+(\w+(?:\s*,\s*\w+)*)|\{%-?\s*macro\s+(\w+)|\{%[^%]*\bas\s+(\w+)\s*-?%\}"
    r"|\{%-?\s*from\s+\S+\s+import\s+([^%]+?)-?%\}|\{%-?\s*(?:cycle|increment|decrement)\s+(\w+)"
)


class _Collector:
    def __init__(self, file: SourceFile, helpers: bool) -> None:
        self.file = file
        self.helpers = helpers
        names = (n for match in _BOUND.finditer(file.text) for group in match.groups() if group for n in re.findall(r"\w+", group))
        self.bound = set(names)

    def walk(self, nodes: Sequence[Node], scope: tuple[str, ...], aliases: dict[str, str], within: tuple[str, ...] = ()) -> Iterator[Variable]:
        for node in nodes:
            if isinstance(node, Leaf):
                yield from (v._replace(within=within) for v in self.leaf(node.token, scope, aliases))
            elif isinstance(node, (Block, Include)):
                yield from self.walk(node.children, scope, aliases, within)
            elif isinstance(node, Branches):
                for option in node.options:
                    yield from self.option(node, option, scope, aliases, (*within, *self.shown(node, option)))

    def shown(self, node: Branches, option: Option) -> Iterator[str]:
        """The tag that a branch stands behind, and for a further one the first of its condition too; nothing for what only wraps."""
        if node.kind in {"wrap", "plural"}:
            return
        tokens = [node.options[0].token] if option is node.options[0] else [node.options[0].token, option.token]
        yield " … ".join(" ".join(self.file.text[t.start : t.end].split())[:_SHOWN] for t in tokens)

    def option(self, node: Branches, option: Option, scope: tuple[str, ...], aliases: dict[str, str], within: tuple[str, ...]) -> Iterator[Variable]:
        token = option.token
        expression = token.rest if token.what is What.TAG and not token.mark else token.body
        offset = self.file.text.find(expression, token.inner, token.end) if expression else token.end
        if node.kind == "loop" and " in " in expression:
            head = expression.index(" in ") + 4
            expression, offset = expression[head:], offset + head
        elif node.kind in {"plural", "wrap"}:
            # “count n=items.length” reads what stands after the equals sign.
            expression = re.sub(r"^\s*(?:with|count|context\s+\S+|\w+\s*\([^)]*\))", lambda m: " " * len(m.group(0)), expression)
        if token.name not in {"else", "pluralize", "plural", "empty", "macro", "call"} and offset >= 0:
            helpers = bool(token.mark) and bool(re.match(r"(?:each|if|unless|with|else)\b", expression))
            role = _ROLES.get(node.kind, "value")
            yield from (v._replace(within=within, role=role) for v in self.read(expression, offset, scope, aliases, helpers))
        inner = dict(aliases)
        for name in option.bound:
            inner[name] = self.resolved(option.scope, aliases) if node.kind == "loop" and name == option.bound[-1] and option.scope != "?" else "?"
        inside = scope
        if option.scope and not (node.kind == "loop" and option.bound):
            inside = (*scope, self.resolved(option.scope, aliases))
        yield from self.walk(option.children, inside, inner, within)

    def leaf(self, token: Token, scope: tuple[str, ...], aliases: dict[str, str]) -> Iterator[Variable]:
        if token.what is What.OUTPUT and literal(token.body) is None:
            helpers = self.helpers and bool(re.match(r"[\w-]+\s+[\w\"'(@.]", token.body))
            yield from self.read(token.body, token.inner, scope, aliases, helpers)
        elif token.what is What.TAG and not token.mark and token.name in _SETS and "=" in token.rest:
            head = token.body.index("=") + 1
            yield from self.read(token.body[head:], token.inner + head, scope, aliases, False)

    def resolved(self, path: str, aliases: dict[str, str]) -> str:
        root, _, rest = path.partition(".")
        base = aliases.get(root)
        return path if base is None else f"{base}.{rest}" if rest else base

    def read(self, expression: str, offset: int, scope: tuple[str, ...], aliases: dict[str, str], helpers: bool) -> Iterator[Variable]:
        for path, start, end in paths(expression, helpers):
            whole = self.resolved(path, aliases)
            yield Variable(whole, Spot(self.file, offset + start, offset + end), scope, local=path.split(".")[0] in self.bound or whole.startswith("?"))


def variables(file: SourceFile, nodes: Sequence[Node], helpers: bool) -> tuple[Variable, ...]:
    """All uses in a file's own tree, in order. ``helpers``: it is Handlebars, where a first word may be one."""
    return tuple(_Collector(file, helpers).walk(nodes, (), {}))
