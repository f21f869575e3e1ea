"""One template being read: its file, what is known of it, and the files it draws in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sendcheck.reading import charsets
from sendcheck.reading.limits import Limits
from sendcheck.reading.message import Message, read_message
from sendcheck.reading.problem import Problem, ProblemKind
from sendcheck.reading.templates.assemble import assembled
from sendcheck.reading.templates.detect import engines
from sendcheck.reading.templates.frontmatter import front_matter
from sendcheck.reading.templates.lexer import Scan, scan
from sendcheck.reading.templates.missing import lost
from sendcheck.reading.templates.model import Format, Settings, SourceFile
from sendcheck.reading.templates.partials import Partials
from sendcheck.reading.templates.readings import Chunk
from sendcheck.reading.templates.siblings import own_language
from sendcheck.reading.templates.tree import Tree, build
from sendcheck.reading.templates.trim import trimmed, with_mjml_includes, without_comments

#: The header of a body of plain text, and of one of HTML.
PLAIN = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
RICH = "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"


@dataclass(slots=True)
class Source:
    """A template and its surroundings. ``problems``: what could not be read; ``trees``: of files drawn in; ``drawn``: which tree a file
    means by a target, looked for once; ``paths``: files near it, by the name that reports show.
    """

    file: SourceFile
    path: Path | None
    settings: Settings
    partials: Partials
    problems: list[Problem]
    kind: Format = Format.TEXT
    engine: str = "text"
    trees: dict[Path, Tree | None] = field(default_factory=dict)
    drawn: dict[tuple[str, str], Tree | None] = field(default_factory=dict)
    paths: dict[str, Path] = field(default_factory=dict)

    @property
    def entry(self) -> Mapping[str, Any]:
        """What ``engines.toml`` says of its engine."""
        return engines()[self.engine]

    @property
    def markup(self) -> bool:
        """Whether it makes HTML, so that what stands in a tag is no text."""
        return self.kind in {Format.HTML, Format.MJML}

    @property
    def helpers(self) -> bool:
        """Whether a first word in a tag may be a helper of the project's own (Handlebars)."""
        return self.engine == "handlebars"

    @property
    def language(self) -> str:
        """The language it is known to be in: as configured, else as its path says; "" if neither does."""
        return self.settings.language or (own_language(self.path) if self.path else "")

    def scan(self, file: SourceFile, start: int = 0, end: int | None = None) -> Scan:
        """The tokens of characters start..end of a file, read as this template's engine."""
        return scan(file, self.entry["family"], start, end, self.entry.get("comments", True))

    def tree(self, file: SourceFile, start: int = 0, end: int | None = None) -> Tree:
        """The tree of characters start..end of a file, read as this template's engine."""
        found = self.scan(file, start, end)
        tree = build(file, trimmed(file, without_comments(file, found.tokens, self.kind)), self.entry)
        tree.faults[:0] = found.faults
        tree.unclosed = bool(found.faults)
        if self.kind is Format.MJML:
            tree.nodes[:] = list(with_mjml_includes(file, tree.nodes))
        return tree

    def load(self, target: str, near: SourceFile) -> Tree | None:
        """The tree of a file that is drawn in by *near*, or None if it is not found."""
        key = (near.name, target)
        if key not in self.drawn:
            path = self.partials.find(target, self.paths.get(near.name, self.partials.path))
            self.drawn[key] = None if path is None else self._tree_at(path)
        return self.drawn[key]

    def lost(self, target: str, near: SourceFile) -> tuple[bool, str]:
        """Whether a file that *near* draws in and that was not found is surely nowhere, and the file that is perhaps meant."""
        beside = self.paths.get(near.name, self.partials.path)
        if beside is None or (self.engine == "liquid" and re.search(rf"\{{%-?\s*(?:layout|section)\s+.{re.escape(target)}.", near.text)):
            return False, ""  # shops keep layouts and sections by themselves
        by_name = self.entry["family"] == "mustache" and "/" not in target and "." not in target
        return lost(self.partials, target, beside, by_name, self.kind is Format.MJML and "<mj-include" in near.text)

    def _tree_at(self, path: Path) -> Tree | None:
        if self.path is not None and path.resolve() == self.path:
            return Tree(self.file, [])
        if path not in self.trees:
            file = self.other(path)
            self.trees[path] = None if file is None else self.tree(file, front_matter(file).body)
        return self.trees[path]

    def other(self, path: Path) -> SourceFile | None:
        """Another file near this one, or None if it cannot be read or is no text."""
        text = self.partials.read(path)
        if text is None:
            return None
        file = SourceFile(self.shown(path), text)
        self.paths[file.name] = path
        return file

    def shown(self, path: Path) -> str:
        """A file's name in reports: spelt the way the template's own is."""
        if self.path is None:
            return path.name
        real = path.resolve()
        given = list(Path(self.file.name).parents)
        for up, folder in enumerate(self.path.parents):
            if folder in real.parents:
                return str(given[up] / real.relative_to(folder)) if up < len(given) else str(path)
        return str(path)

    def message(self, chunks: list[Chunk]) -> Message:
        """A reading as the mail it makes. A template has no readers yet: addresses in its header fields are its check's business."""
        raw, positions = assembled(chunks, self.file.name)
        message = read_message(raw, self.file.name, positions=positions)
        return message.without_addresses((*message.problems, *self.problems))


def decoded(raw: bytes, problems: list[Problem], limits: Limits) -> str:
    """The text of a template: UTF-8, as every engine reads it; anything else is noted and read as well as it can be."""
    if len(raw) > limits.text_chars * 4:
        problems.append(Problem(ProblemKind.TRUNCATED, f"the template is larger than {limits.text_chars * 4 // 1_000_000} MB; only its start was read"))
        raw = raw[: limits.text_chars * 4]
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        text, codec, _usable = charsets.decode(raw, None)
        problems.append(
            Problem(ProblemKind.UNREADABLE, f"the template is not UTF-8 (byte {error.start + 1}, line {line}): read as {codec}; save it as UTF-8", line=line)
        )
    return text
