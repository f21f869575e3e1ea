"""Tokens to a tree: text, values, the branches of conditions and loops, blocks, and the files that are drawn in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sendcheck.reading.templates.expressions import literal
from sendcheck.reading.templates.lexer import MOST_FAULTS, Token, What
from sendcheck.reading.templates.model import Fault, SourceFile, Spot

_OTHER_BRANCH = {"else", "elif", "elsif", "elseif", "empty", "when", "pluralize", "plural", "default"}
_LOOPS = {"for", "asyncEach", "asyncAll", "tablerow", "each"}
_CONDITIONS = {"if", "ifAsync", "unless", "ifchanged", "ifequal", "ifnotequal", "case", "switch"}
_TRANSLATED = {"trans", "blocktrans", "blocktranslate"}
#: Blocks whose content no reader sees where it stands.
_UNSEEN = {"comment", "schema", "style", "javascript", "stylesheet"}
#: Blocks in one another.
_DEEPEST = 60
_EXTENDS = {"extends", "layout"}
_INCLUDES = {"include", "render", "section", "embed", "includeWithData"}
#: Tags that draw in what another file defines, and print nothing of it.
_IMPORTS = {"import", "from", "use"}
_CALLED = re.compile(r"(?:include|source)\s*\(\s*(?:\"[^\"]*\"|'[^']*')\s*[,)]")


@dataclass(slots=True)
class Leaf:
    """A run of text, a value, or a comment."""

    token: Token


@dataclass(slots=True)
class Option:
    """One branch. ``condition``: what must hold, "" for the last one; ``scope``: the section's path, for a loop or a section."""

    condition: str
    token: Token
    children: list[Node] = field(default_factory=list)
    scope: str = ""
    bound: tuple[str, ...] = ()


@dataclass(slots=True)
class Branches:
    """A condition (or a loop, or a plural) with its branches. ``open``: none of them need be taken."""

    kind: str
    options: list[Option]
    open: bool = True

    @property
    def outcomes(self) -> range:
        """The branches that can be taken, by number; one more stands for none of them. What stands before the first “when” of a case is never read."""
        first = 1 if self.kind == "case" and len(self.options) > 1 else 0
        return range(first, len(self.options) + self.open)


@dataclass(slots=True)
class Block:
    """A named block that a template drawn on this one may replace, or any other wrapper (``name`` "")."""

    name: str
    token: Token
    children: list[Node] = field(default_factory=list)
    seen: bool = True


@dataclass(slots=True)
class Include:
    """Another file drawn in here: ``target`` "" where it is computed. ``optional``: it need not be there; ``silent``: nothing of it is printed."""

    target: str
    token: Token
    extends: bool = False
    children: list[Node] = field(default_factory=list)
    optional: bool = False
    silent: bool = False


Node = Leaf | Branches | Block | Include


@dataclass(slots=True)
class Tree:
    """A file's nodes, and what is wrong with how its tags fit together. ``unclosed``: some tag never ends."""

    file: SourceFile
    nodes: list[Node]
    faults: list[Fault] = field(default_factory=list)
    unclosed: bool = False

    @property
    def extends(self) -> Include | None:
        """The layout this template fills, if any."""
        return next((n for n in self.nodes if isinstance(n, Include) and n.extends), None)


@dataclass(slots=True)
class _Open:
    name: str
    token: Token
    node: Branches | Block | Include
    into: list[Node]


class _Builder:
    def __init__(self, file: SourceFile) -> None:
        self.file = file
        self.root: list[Node] = []
        self.stack: list[_Open] = []
        self.faults: list[Fault] = []

    @property
    def here(self) -> list[Node]:
        return self.stack[-1].into if self.stack else self.root

    def add(self, node: Node) -> None:
        self.here.append(node)

    def open(self, name: str, token: Token, node: Branches | Block | Include) -> None:
        if len(self.stack) >= _DEEPEST:
            self.fault(token, f"blocks are nested more than {_DEEPEST} deep: what lies deeper was not read", "split the template up")
            return
        self.add(node)
        into = node.options[0].children if isinstance(node, Branches) else node.children
        self.stack.append(_Open(name, token, node, into))

    def other_branch(self, token: Token, condition: str, last: bool) -> None:
        """Another branch of the innermost condition; a fault if there is none."""
        if not self.branch(token, condition, last):
            self.fault(token, f"{self.written(token)} stands in no condition", "take it out, or open the condition")

    def branch(self, token: Token, condition: str, last: bool) -> bool:
        """Another branch of the innermost condition; False if there is none."""
        for at in range(len(self.stack) - 1, -1, -1):
            opened = self.stack[at]
            if isinstance(opened.node, Branches):
                option = Option(condition, token, scope=opened.node.options[0].scope if opened.node.kind == "plural" else "")
                opened.node.options.append(option)
                opened.node.open = opened.node.open and not last
                opened.into = option.children
                return True
        return False

    def close(self, name: str, token: Token, shown: str) -> None:
        at = next((i for i in range(len(self.stack) - 1, -1, -1) if self.stack[i].name == name), None)
        if at is None:
            expected = f"; the open one is {self.written(self.stack[-1].token)}" if self.stack else ""
            self.fault(token, f"{shown} closes nothing{expected}", "take it out, or open what it closes")
            return
        for left in self.stack[at + 1 :]:
            self.fault(left.token, f"{self.written(left.token)} is not closed before {shown}", "close it first")
        del self.stack[at:]

    def finish(self) -> Tree:
        for left in self.stack:
            self.fault(left.token, f"{self.written(left.token)} is never closed", "close it where it ends")
        return Tree(self.file, self.root, self.faults)

    def written(self, token: Token) -> str:
        return " ".join(self.file.text[token.start : token.end].split())[:60]

    def fault(self, token: Token, message: str, remedy: str) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault("syntax", message, Spot(self.file, token.start, token.end), remedy))


def build(file: SourceFile, tokens: Sequence[Token], engine: Mapping[str, Any]) -> Tree:
    """The tree of a file's tokens. ``engine``: its entry in ``engines.toml``."""
    builder = _Builder(file)
    if engine["family"] == "percent":
        _percent(builder, tokens, engine)
    elif engine["family"] == "mustache":
        _mustache(builder, tokens)
    else:
        for token in tokens:
            builder.add(Leaf(token))
    return builder.finish()


def _percent(builder: _Builder, tokens: Sequence[Token], engine: Mapping[str, Any]) -> None:
    ended = {t.name[3:] for t in tokens if t.what is What.TAG and t.name.startswith("end")}
    blocks = set(engine["blocks"]) | ended
    for token in tokens:
        if token.what is not What.TAG:
            called = token.what is What.OUTPUT and _CALLED.match(token.body)
            builder.add(_include(token, token.body[token.body.index("(") :], silent=token.name == "source") if called else Leaf(token))
            continue
        name, rest = token.name, token.rest
        if name.startswith("end") and name[3:] in blocks:
            builder.close(name[3:], token, builder.written(token))
        elif name in _OTHER_BRANCH and _branch(builder, token):
            continue
        elif name in _EXTENDS or name in _INCLUDES:
            include = _include(token, rest, name in _EXTENDS)
            if name in blocks:
                builder.open(name, token, include)
            else:
                builder.add(include)
        elif name in _IMPORTS and name not in blocks:
            builder.add(_include(token, rest, silent=True))
        elif name in blocks and not _stands_alone(name, rest, engine, ended):
            builder.open(name, token, _opened(name, rest, token))
        else:
            builder.add(Leaf(token))


def _stands_alone(name: str, rest: str, engine: Mapping[str, Any], ended: set[str]) -> bool:
    if name == "set":
        return "=" in rest
    if name == "block" and engine.get("short_blocks"):
        return len(rest.split()) > 1
    return name == "trans" and (name not in ended or bool(literal(rest.split(" as ")[0].strip())))


def _include(token: Token, rest: str, extends: bool = False, silent: bool = False) -> Include:
    """What a tag draws in. Of a list of names any may be the one that is there; an expression behind the name may choose another."""
    optional = bool(re.match(r"\s*\(?\s*\[|.*\bignore[ _]missing\b|\s*(?:\"[^\"]*\"|'[^']*')\s*(?:[|~+]|if\b)", rest))
    return Include(_target(rest), token, extends, optional=optional, silent=silent)


def _target(rest: str) -> str:
    match = re.match(r"\s*\(?\s*\[?\s*(\"[^\"]*\"|'[^']*')", rest)
    return match.group(1)[1:-1] if match else ""


def _opened(name: str, rest: str, token: Token) -> Branches | Block:
    if name in _LOOPS:
        bound, _, over = rest.partition(" in ")
        variables = tuple(re.findall(r"\w+", bound))
        path = re.match(r"[\w.]+", over.strip())
        return Branches("loop", [Option("", token, scope=path.group(0) if path else "?", bound=variables)], open=False)
    if name in _CONDITIONS:
        asked = f"not {rest}" if name == "unless" else rest
        kind = "case" if name in {"case", "switch"} else "if"
        return Branches(kind, [Option(asked, token)])
    if name in _TRANSLATED:
        return Branches("plural", [Option("", token, bound=tuple(re.findall(r"(\w+)\s*=", rest)))], open=False)
    if name == "with":
        return Branches("wrap", [Option("", token, bound=tuple(_bound(rest)))], open=False)
    if name in {"macro", "call"}:
        found = re.search(r"\(([^)]*)\)", rest)
        return Branches("wrap", [Option("", token, bound=tuple(re.findall(r"(\w+)\s*(?:=[^,]*)?(?:,|$)", found.group(1) if found else "")))], open=False)
    return Block(rest.split()[0] if name == "block" and rest else "", token, seen=name not in _UNSEEN and name not in {"set", "capture"})


def _bound(rest: str) -> list[str]:
    return [a or b for a, b in re.findall(r"(\w+)\s*=|\bas\s+(\w+)", rest)]


def _branch(builder: _Builder, token: Token) -> bool:
    name, rest = token.name, token.rest
    if name == "default" and not any(isinstance(o.node, Branches) and o.node.kind == "case" for o in builder.stack):
        return False
    inner = next((o.node for o in reversed(builder.stack) if isinstance(o.node, Branches)), None)
    if name in {"plural", "pluralize"} and (inner is None or inner.kind != "plural"):
        return False
    last = name in {"else", "empty", "default"} and not (name == "else" and rest.startswith("if"))
    builder.other_branch(token, rest, last)
    return True


def _mustache(builder: _Builder, tokens: Sequence[Token]) -> None:
    for token in tokens:
        if token.what is What.OUTPUT and re.fullmatch(r"else(?:\s+if\s.*)?|\^", token.body) and token.mark == "":
            condition = re.sub(r"^else(?:\s+if)?\s*", "", token.body)
            builder.other_branch(token, condition, not condition)
            continue
        if token.what is not What.TAG:
            builder.add(Leaf(token))
            continue
        mark = token.mark[-1:]
        name = re.sub(r"^[>*]\s*", "", token.body)
        first = name.split()[0] if name.split() else ""
        if mark == "/":
            builder.close(first, token, builder.written(token))
        elif mark == ">":
            builder.add(Include("" if first[:1] in {"(", "*"} else first.strip("\"'"), token))
        elif mark in {"#", "^"} and not first:
            builder.fault(token, f"{builder.written(token)} opens nothing", "name the section")
        elif mark == "#":
            builder.open(first, token, _section(token, first, name))
        elif mark == "^":
            if token.body:
                builder.open(first, token, Branches("if", [Option(f"not {first}", token)]))
            elif not builder.branch(token, "", True):
                builder.fault(token, "{{^}} stands in no section", "take it out")
        elif mark in {"<", "$"}:
            builder.open(first, token, Include(first, token, True) if mark == "<" else Block(first, token))
        else:
            builder.add(Leaf(token))


def _section(token: Token, first: str, name: str) -> Branches | Block | Include:
    rest = name[len(first) :].strip()
    if token.body.startswith(">"):
        return Include(first.strip("\"'"), token, optional=True)  # what it holds stands in its stead
    if token.body.startswith("*"):
        return Block(rest.strip("\"'"), token, seen=False)
    bound = tuple(re.findall(r"\w+", rest.partition(" as ")[2])) if " as " in rest else ()
    if first == "each":
        return Branches("loop", [Option("", token, scope=rest.split()[0] if rest else "?", bound=bound)], open=False)
    if first in {"if", "unless"}:
        return Branches("if", [Option(rest if first == "if" else f"not {rest}", token)])
    if first == "with":
        return Branches("if", [Option(rest, token, scope=rest.split()[0] if rest else "?", bound=bound)])
    if rest:  # a helper of the project's own
        return Branches("if", [Option(name, token)])
    return Branches("if", [Option(first, token, scope=first)])
