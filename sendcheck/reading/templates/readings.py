"""A tree read out: one text for each way its conditions can go, so that every branch is read in a whole mail.

Two readings cover most templates. Where conditions ask the same, they agree in one reading; where a template has more
ways than :data:`MOST`, the branches left over are read on their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from sendcheck.reading.templates.expressions import condition, literal, paths
from sendcheck.reading.templates.lexer import Token, What
from sendcheck.reading.templates.model import Fault, SourceFile, Spot, StandIn
from sendcheck.reading.templates.sample import Sample
from sendcheck.reading.templates.standins import StandIns
from sendcheck.reading.templates.tree import Block, Branches, Include, Leaf, Node, Option, Tree

MOST = 12
_DEEPEST = 20
_LONGEST = 1_000_000
_SUPER = re.compile(r"(?:super|block\.super)\s*(?:\(\s*\))?|parent\s*\(\s*\)")
_ITERATIONS = 5


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of a reading's text: characters start..end of a file as they are, or what stands for them (``made``)."""

    text: str
    file: SourceFile
    start: int
    end: int
    made: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """One way a template can turn out. ``choices``: the conditions that do not hold in it; ``fragment``: it is no whole mail."""

    chunks: tuple[Chunk, ...]
    choices: tuple[str, ...] = ()
    fragment: bool = False


@dataclass(slots=True)
class _Way:
    """The choices of one reading."""

    covered: set[tuple[int, int]] = field(default_factory=set)
    known: dict[str, bool] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)


Load = Callable[[str, SourceFile], Tree | None]


@dataclass(slots=True)
class Reader:
    """Reads trees out. ``load``: the tree of a file that is drawn in, or None; ``helpers``: see :func:`paths`.

    ``lost``: whether a file that was not found is nowhere, and the file that is perhaps meant.
    """

    tree: Tree
    stand_ins: StandIns
    load: Load
    helpers: bool = False
    lost: Callable[[str, SourceFile], tuple[bool, str]] = lambda _target, _near: (False, "")
    faults: list[Fault] = field(default_factory=list)
    _covered: set[tuple[int, int]] = field(default_factory=set)
    _below: dict[tuple[int, int], frozenset[tuple[int, int]]] = field(default_factory=dict)
    _blocks: dict[str, list[tuple[SourceFile, Block]]] = field(default_factory=dict)
    _agree: bool = True
    _length: int = 0
    _entry: Spot | None = None
    _inside: list[tuple[Sequence[tuple[SourceFile, Block]], int]] = field(default_factory=list)

    def readings(self) -> Iterator[Reading]:
        """All readings, the first with every condition taken."""
        top = self._top()
        told = 0
        for self._agree in (True, False):
            while True:
                before = len(self._covered)
                way = _Way()
                self._length = 0
                chunks = tuple(self._walk(*top, way, (), None))
                self._covered |= way.covered
                if told and len(self._covered) == before:
                    break
                yield Reading(chunks, tuple(dict.fromkeys(way.refused)))
                told += 1
                if not way.covered:
                    return
                if told >= MOST:
                    yield from self._left(*top)
                    return

    def with_sample(self, sample: Sample) -> Reading:
        """The template filled with sample data."""
        self._length = 0
        return Reading(tuple(self._walk(*self._top(), _Way(), (), sample)))

    # -- layouts -------------------------------------------------------------

    def _top(self) -> tuple[SourceFile, Sequence[Node]]:
        """Where reading begins: at the outermost layout; blocks on the way fill it."""
        tree, seen = self.tree, [self.tree.file.name]
        self._blocks.clear()
        while tree.extends is not None:
            extends = tree.extends
            for name, block in _blocks_of(extends.children or tree.nodes):
                self._blocks.setdefault(name, []).append((tree.file, block))
            parent = self._drawn(extends, tree.file, seen)
            if parent is None:
                break
            seen.append(parent.file.name)
            tree = parent
        return tree.file, tree.nodes

    def _drawn(self, include: Include, file: SourceFile, seen: Sequence[str]) -> Tree | None:
        spot = Spot(file, include.token.start, include.token.end)
        if not include.target:
            return None
        tree = self.load(include.target, file)
        if tree is None:
            self._note(self._absent(include, file, spot))
            return None
        if tree.file.name in seen:
            chain = " → ".join([*seen[seen.index(tree.file.name) :], tree.file.name])
            self._note(Fault("cycle", f"“{include.target}” draws itself in: {chain}", self._entry or spot, "break the circle"))
            return None
        return tree

    def _absent(self, include: Include, file: SourceFile, spot: Spot) -> Fault:
        """An error where the file is surely nowhere, else a word on what was not read."""
        gone, meant = (False, "") if include.optional else self.lost(include.target, file)
        if not gone:
            return Fault("unread", f"“{include.target}” was not found: what it holds was not read", spot, "name its folder in the roots of [[templates]]")
        remedy = f"did you mean {meant}?" if meant else "write its name as it is, or name its folder in the roots of [[templates]]"
        return Fault("missing", f"“{include.target}” does not exist, neither near this file nor elsewhere in the project", spot, remedy)

    def _note(self, fault: Fault) -> None:
        if fault not in self.faults:
            self.faults.append(fault)

    # -- walking -------------------------------------------------------------

    def _walk(self, file: SourceFile, nodes: Sequence[Node], way: _Way, seen: tuple[str, ...], sample: Sample | None) -> Iterator[Chunk]:
        for node in nodes:
            if self._length > _LONGEST:
                return
            if isinstance(node, Leaf):
                yield from self._leaf(file, node.token, way, seen, sample)
            elif isinstance(node, Block):
                yield from self._block(file, node, way, seen, sample)
            elif isinstance(node, Include):
                yield from self._include(file, node, way, seen, sample)
            elif sample is not None:
                yield from self._filled(file, node, way, seen, sample)
            else:
                option = self._choose(file, node, way)
                if option is not None:
                    yield from self._walk(file, option.children, way, seen, None)

    def _emit(self, text: str, file: SourceFile, start: int, end: int, made: bool = False) -> Iterator[Chunk]:
        if text:
            self._length += len(text)
            yield Chunk(text, file, start, end, made)

    def _leaf(self, file: SourceFile, token: Token, way: _Way, seen: tuple[str, ...], sample: Sample | None) -> Iterator[Chunk]:
        if token.what is What.TEXT:
            yield from self._emit(file.text[token.start : token.end], file, token.start, token.end)
            return
        if token.what is What.COMMENT:
            return
        body = token.rest.split(" as ")[0].strip() if token.what is What.TAG and token.name in {"trans", "translate"} else token.body
        if token.what is What.TAG and body is token.body:
            return
        said = literal(body)
        if said is not None:
            offset = file.text.find(body, token.start, token.end) + said[0]
            yield from self._emit(file.text[offset : offset + said[1] - said[0]], file, offset, offset + said[1] - said[0])
            return
        if _SUPER.fullmatch(body):
            yield from self._inherited(way, seen, sample)
            return
        if sample is not None:
            yield from self._emit(sample.value(body), file, token.start, token.end, True)
            return
        yield from self._emit(self._stand_in(file, token).token, file, token.start, token.end, True)

    def _stand_in(self, file: SourceFile, token: Token) -> StandIn:
        found = [p for p, _start, _end in paths(token.body, self.helpers)]
        path = found[0] if found else token.name
        return self.stand_ins.of(path, file.text[token.start : token.end], token.body, file.text[max(0, token.start - 30) : token.start])

    # -- blocks and files drawn in -------------------------------------------

    def _block(self, file: SourceFile, block: Block, way: _Way, seen: tuple[str, ...], sample: Sample | None) -> Iterator[Chunk]:
        if not block.seen:
            return
        filled = self._blocks.get(block.name) if block.name else None
        if filled is None or len(self._inside) > _DEEPEST:
            yield from self._walk(file, block.children, way, seen, sample)
            return
        chain = [*filled, (file, block)] if all(b is not block for _f, b in filled) else filled
        self._inside.append((chain, 0))
        yield from self._walk(chain[0][0], chain[0][1].children, way, seen, sample)
        self._inside.pop()

    def _inherited(self, way: _Way, seen: tuple[str, ...], sample: Sample | None) -> Iterator[Chunk]:
        if not self._inside:
            return
        chain, depth = self._inside[-1]
        if depth + 1 < len(chain):
            self._inside[-1] = (chain, depth + 1)
            file, block = chain[depth + 1]
            yield from self._walk(file, block.children, way, seen, sample)
            self._inside[-1] = (chain, depth)

    def _include(self, file: SourceFile, include: Include, way: _Way, seen: tuple[str, ...], sample: Sample | None) -> Iterator[Chunk]:
        if include.extends:
            return
        names = (*seen, file.name) if file.name not in seen else seen
        if not seen:
            self._entry = Spot(file, include.token.start, include.token.end)
        tree = self._drawn(include, file, names) if len(seen) <= _DEEPEST else None
        if tree is not None and not include.silent:
            yield from self._walk(tree.file, tree.nodes, way, names, sample)
        yield from self._walk(file, include.children, way, seen, sample)

    # -- branches ------------------------------------------------------------

    def _choose(self, file: SourceFile, node: Branches, way: _Way) -> Option | None:
        allowed = [i for i in node.outcomes if not (self._agree and self._contradicts(node, i, way))] or node.outcomes
        fresh = [i for i in allowed if self._reach(file, node, i) - self._covered - way.covered]
        index = (fresh or allowed)[0]
        way.covered.add((id(node), index))
        for asked, truth in _implied(node, index):
            way.known.setdefault(asked, truth)
        if node.kind == "if" and index != 0:
            way.refused.append(" ".join(file.text[node.options[0].token.start : node.options[0].token.end].split())[:60])
        return node.options[index] if index < len(node.options) else None

    def _contradicts(self, node: Branches, index: int, way: _Way) -> bool:
        return any(way.known.get(asked, truth) != truth for asked, truth in _implied(node, index))

    def _reach(self, file: SourceFile, node: Branches, index: int) -> frozenset[tuple[int, int]]:
        """The outcome itself and all that stand in its branch."""
        key = (id(node), index)
        if key not in self._below:
            self._below[key] = frozenset({key})  # a circle ends here
            found = {key}
            if index < len(node.options):
                for owner, inner in self._inner(file, node.options[index].children, 0):
                    found |= {k for i in inner.outcomes for k in self._reach(owner, inner, i)}
            self._below[key] = frozenset(found)
        return self._below[key]

    def _inner(self, file: SourceFile, nodes: Sequence[Node], depth: int) -> Iterator[tuple[SourceFile, Branches]]:
        """The conditions that stand next inside, those of files drawn in too."""
        for node in nodes:
            if isinstance(node, Branches):
                yield file, node
            elif isinstance(node, Block):
                yield from self._inner(file, node.children, depth)
            elif isinstance(node, Include) and not node.extends and not node.silent:
                tree = self.load(node.target, file) if node.target and depth < _DEEPEST else None
                if tree is not None and tree.file.name != file.name:
                    yield from self._inner(tree.file, tree.nodes, depth + 1)
                yield from self._inner(file, node.children, depth)

    def _left(self, file: SourceFile, nodes: Sequence[Node]) -> Iterator[Reading]:
        """What no reading took, each branch for itself."""
        chunks: list[Chunk] = []
        for owner, node in self._every(file, nodes, set()):
            for index, option in enumerate(node.options):
                if (id(node), index) not in self._covered:
                    chunks += self._walk(owner, option.children, _Way(), (), None)
                    chunks.append(Chunk("\n\n", owner, option.token.start, option.token.start))
        if chunks:
            yield Reading(tuple(chunks), fragment=True)

    def _every(self, file: SourceFile, nodes: Sequence[Node], met: set[int]) -> Iterator[tuple[SourceFile, Branches]]:
        """All conditions, however deep, each once; *met*: those told already."""
        for owner, node in self._inner(file, nodes, 0):
            if id(node) not in met:
                met.add(id(node))
                yield owner, node
                for option in node.options:
                    yield from self._every(owner, option.children, met)

    # -- sample data ---------------------------------------------------------

    def _filled(self, file: SourceFile, node: Branches, way: _Way, seen: tuple[str, ...], sample: Sample) -> Iterator[Chunk]:
        first = node.options[0]
        if node.kind == "loop" or (first.scope and sample.is_list(first.scope)):
            items = sample.items(first.scope)[:_ITERATIONS]
            for item in items:
                sample.enter(item, first.bound)
                yield from self._walk(file, first.children, way, seen, sample)
                sample.leave()
            if not items and len(node.options) > 1:
                yield from self._walk(file, node.options[-1].children, way, seen, sample)
            return
        for option in node.options:
            if not option.condition or sample.holds(option.condition):
                inside = sample.get(option.scope) if option.scope else None
                if isinstance(inside, dict):
                    sample.enter(inside, option.bound)
                yield from self._walk(file, option.children, way, seen, sample)
                if isinstance(inside, dict):
                    sample.leave()
                return


def _implied(node: Branches, index: int) -> Iterator[tuple[str, bool]]:
    """What holds where a condition goes one way: its branch's condition, and none of those before it."""
    if node.kind == "if":
        for number, option in enumerate(node.options[: index + 1]):
            if option.condition:
                asked, positive = condition(option.condition)
                yield asked, positive == (number == index)


def _blocks_of(nodes: Sequence[Node]) -> Iterator[tuple[str, Block]]:
    for node in nodes:
        if isinstance(node, Block):
            if node.name:
                yield node.name, node
            yield from _blocks_of(node.children)
        elif isinstance(node, Branches):
            for option in node.options:
                yield from _blocks_of(option.children)
