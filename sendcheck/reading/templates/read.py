"""A template file to the mails it can become: each a Message as read from a mail, with what checks of templates need beside it.

Never raises on a template's content. What could not be read is in the messages' problems or the template's faults.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sendcheck.reading import charsets
from sendcheck.reading.limits import LIMITS, Limits
from sendcheck.reading.message import Message, read_message
from sendcheck.reading.problem import Problem, ProblemKind
from sendcheck.reading.templates import catalogues, drift, parsers, siblings
from sendcheck.reading.templates.assemble import assembled
from sendcheck.reading.templates.comments import allowances
from sendcheck.reading.templates.detect import engine_of, engines, format_of
from sendcheck.reading.templates.entries import entry_readings
from sendcheck.reading.templates.frontmatter import FrontMatter, front_matter, is_subject_file, subject_files
from sendcheck.reading.templates.lexer import Token, What, scan
from sendcheck.reading.templates.model import Fault, Format, Settings, SourceFile, Spot, Template, Translation
from sendcheck.reading.templates.partials import Partials
from sendcheck.reading.templates.readings import Chunk, Reader
from sendcheck.reading.templates.sample import Sample
from sendcheck.reading.templates.standins import StandIns
from sendcheck.reading.templates.tree import Include, Leaf, Node, Tree, build
from sendcheck.reading.templates.variables import variables

_MJ_INCLUDE = re.compile(r"<mj-include\b[^<>]*?\bpath\s*=\s*[\"']([^\"'<>]+)[\"'][^<>]*?(?:/>|>\s*</mj-include\s*>)", re.I)
_HTML_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
_PLAIN = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
_RICH = "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
_MARKUP = {Format.HTML, Format.MJML}
_FIELDS = ("from", "to", "cc", "bcc", "reply-to")


@dataclass(slots=True)
class _File:
    """One template being read."""

    file: SourceFile
    path: Path | None
    settings: Settings
    partials: Partials
    problems: list[Problem]
    kind: Format = Format.TEXT
    engine: str = "text"
    trees: dict[str, Tree] = field(default_factory=dict)

    @property
    def entry(self) -> Mapping[str, Any]:
        return engines()[self.engine]


def read_template(raw: bytes, source: str, settings: Settings, path: Path | None = None, limits: Limits = LIMITS) -> list[tuple[Message, Template]]:
    """Every reading of a template. ``source``: its name in reports; ``path``: where it lies, None if it came through a pipe."""
    problems: list[Problem] = []
    text = _decoded(raw, problems, limits)
    file = SourceFile(source, text)
    top = Path(settings.root).resolve() if settings.root else None
    near = path.resolve() if path is not None else None
    root = top if top is not None and near is not None and top in near.parents else near.parent if near is not None else None
    one = _File(file, near, settings, Partials(near, root, tuple(Path(r) for r in settings.roots), lambda data: _decoded(data, [], limits)), problems)
    one.kind = format_of(source, text)
    one.engine = engine_of(source, text, one.kind) if settings.engine == "auto" else settings.engine
    if one.kind.catalogue:
        return list(_catalogue(one))
    return list(_template(one))


def _decoded(raw: bytes, problems: list[Problem], limits: Limits) -> str:
    if len(raw) > limits.text_chars * 4:
        problems.append(Problem(ProblemKind.TRUNCATED, f"the template is larger than {limits.text_chars * 4 // 1_000_000} MB; only its start was read"))
        raw = raw[: limits.text_chars * 4]
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        text, codec, _usable = charsets.decode(raw, None)
        problems.append(
            Problem(ProblemKind.UNREADABLE, f"the template is not UTF-8 (byte {error.start + 1}, line {line}): read as {codec}; save it as UTF-8", line=line)
        )
    return text


# -- templates of one mail -----------------------------------------------------


def _template(one: _File) -> Iterator[tuple[Message, Template]]:
    file = one.file
    front = front_matter(file) if one.kind is not Format.MAIL else FrontMatter({}, 0)
    tree = _tree(one, file, front.body)
    faults = _syntax(one, tree, front)
    helpers = one.engine == "handlebars"
    head = _subject(one, front)
    stand_ins = StandIns(file.text, one.settings.context)
    reader = Reader(tree, stand_ins, lambda target, near: _load(one, target, near), one.kind in _MARKUP, helpers)
    readings = [*reader.readings(), *(reader.with_sample(s) for s in _samples(one))]
    own = _uses(one, tree, head, helpers)
    language = one.settings.language or (siblings.own_language(one.path) if one.path else "")
    base = Template(
        file,
        one.engine,
        one.kind,
        own,
        one.settings.context,
        tuple(dict.fromkeys((*faults[0], *reader.faults))),
        tuple(allowances(file)),
        tuple(_translations(one, own, language)),
        recipients=tuple(front.fields[n] for n in _FIELDS if n in front.fields),
        subject_known=bool(head) or one.kind is Format.MAIL,
        not_parsed=faults[1],
        language=language,
        facts={"subject-only": one.path is not None and is_subject_file(one.path)},
    )
    for reading in readings:
        sample = next((s for s in _samples(one) if s.name == reading.sample), None)
        chunks = [*_head(one, head, front, stand_ins, sample), *_in_markup(reading.chunks, one.kind in _MARKUP)]
        facts = {**base.facts, "fragment": reading.fragment}
        # Every reading knows all stand-ins: those given while a later one was read are no harm.
        yield _message(one, chunks), replace(base, stand_ins=stand_ins.all, choices=reading.choices, sample=reading.sample, facts=facts)


def _tree(one: _File, file: SourceFile, start: int) -> Tree:
    found = scan(file, one.entry["family"], start, comments=one.entry.get("comments", True))
    tokens = _trimmed(file, _cut(file, found.tokens, one.kind))
    tree = build(file, tokens, one.entry)
    tree.faults[:0] = found.faults
    tree.unclosed = bool(found.faults)
    if one.kind is Format.MJML:
        tree.nodes[:] = list(_with_mjml_includes(file, tree.nodes))
    return tree


def _cut(file: SourceFile, tokens: Sequence[Token], kind: Format) -> Iterator[Token]:
    """Comments of Markdown are no text; those of HTML are left to the reader of HTML."""
    for token in tokens:
        if token.what is not What.TEXT or kind is not Format.MARKDOWN:
            yield token
            continue
        at = token.start
        for match in _HTML_COMMENT.finditer(file.text, token.start, token.end):
            if match.start() > at:
                yield Token(What.TEXT, at, match.start())
            yield Token(What.COMMENT, match.start(), match.end())
            at = match.end()
        if at < token.end:
            yield Token(What.TEXT, at, token.end)


def _trimmed(file: SourceFile, tokens: Iterator[Token]) -> list[Token]:
    """Tags that stand alone on their lines take the line with them; a dash or a tilde in a tag takes the blanks beside it."""
    text = file.text
    out = list(tokens)
    for i, token in enumerate(out):
        if token.what is What.TEXT or (token.what is What.OUTPUT and not _trims(text, token)):
            continue
        if text[token.start : token.end].startswith(("{%-", "{{-", "{{~")) and i and out[i - 1].what is What.TEXT:
            before = out[i - 1]
            out[i - 1] = Token(What.TEXT, before.start, before.start + len(text[before.start : before.end].rstrip()))
        if text[token.start : token.end].endswith(("-%}", "-}}", "~}}")) and i + 1 < len(out) and out[i + 1].what is What.TEXT:
            after = out[i + 1]
            out[i + 1] = Token(What.TEXT, after.end - len(text[after.start : after.end].lstrip()), after.end)
    at = 0
    while at < len(out):
        if out[at].what in {What.TEXT, What.OUTPUT}:
            at += 1
            continue
        end = at
        while end + 1 < len(out) and (out[end + 1].what in {What.TAG, What.COMMENT} or _blank(text, out[end + 1])):
            end += 1
        while _blank(text, out[end]):
            end -= 1
        begins = re.search(r"(?:^|\n)[ \t]*$", text[max(0, out[at].start - 200) : out[at].start])
        ends = re.compile(r"[ \t]*(?:\r?\n|$(?!\n))").match(text, out[end].end)
        if begins and ends:
            if at and out[at - 1].what is What.TEXT:
                before = out[at - 1]
                out[at - 1] = Token(What.TEXT, before.start, max(before.start, before.end - len(begins.group(0).lstrip("\n"))))
            if end + 1 < len(out) and out[end + 1].what is What.TEXT:
                out[end + 1] = Token(What.TEXT, max(out[end + 1].start, ends.end()), out[end + 1].end)
        at = end + 1
    return [t for t in out if t.what is not What.TEXT or t.end > t.start]


def _trims(text: str, token: Token) -> bool:
    return text[token.start + 2 : token.start + 3] in {"-", "~"} or text[token.end - 3 : token.end - 2] in {"-", "~"}


def _blank(text: str, token: Token) -> bool:
    return token.what is What.TEXT and not text[token.start : token.end].strip(" \t")


def _with_mjml_includes(file: SourceFile, nodes: Sequence[Node]) -> Iterator[Node]:
    for node in nodes:
        if not isinstance(node, Leaf) or node.token.what is not What.TEXT:
            yield node
            continue
        at = node.token.start
        for match in _MJ_INCLUDE.finditer(file.text, at, node.token.end):
            if match.start() > at:
                yield Leaf(Token(What.TEXT, at, match.start()))
            yield Include(match.group(1).removeprefix("./"), Token(What.TAG, match.start(), match.end()))
            at = match.end()
        if at < node.token.end:
            yield Leaf(Token(What.TEXT, at, node.token.end))


def _load(one: _File, target: str, near: SourceFile) -> Tree | None:
    """The tree of a file that is drawn in."""
    beside = one.partials.path if near.name == one.file.name else Path(one.trees[near.name].file.name) if near.name in one.trees else None
    beside = one.partials.root / beside if beside is not None and one.partials.root is not None else beside
    path = one.partials.find(target, beside)
    if path is None:
        return None
    if one.path is not None and path.resolve() == one.path:
        return Tree(one.file, [])
    name = _shown(one, path)
    if name not in one.trees:
        text = one.partials.read(path)
        if text is None:
            return None
        file = SourceFile(name, text)
        one.trees[name] = _tree(one, file, front_matter(file).body)
    return one.trees[name]


def _shown(one: _File, path: Path) -> str:
    """A file's name in reports: spelt the way the template's own is."""
    if one.path is None:
        return path.name
    given = Path(one.file.name)
    top = one.path
    up = 0
    for folder in one.path.parents:
        up += 1
        if folder in path.resolve().parents:
            top = folder
            break
    inside = path.resolve().relative_to(top) if top in path.resolve().parents else Path(path.name)
    parents = list(given.parents)
    base = parents[up - 1] if up - 1 < len(parents) else None
    if base is None or (str(base) == "." and up - 1 >= len(parents)):
        return str(path)
    return str(base / inside) if str(base) != "." else str(inside)


def _syntax(one: _File, tree: Tree, front: FrontMatter) -> tuple[list[Fault], str]:
    """(what is wrong with the source, why no parser of the engine looked). The parser decides; our own look tells where."""
    faults = [front.fault] if front.fault is not None else []
    if one.kind is Format.MJML:
        blanked = list(one.file.text)
        for node in scan(one.file, one.entry["family"], comments=one.entry.get("comments", True)).tokens:
            if node.what is not What.TEXT:
                for at in range(node.start, node.end):
                    blanked[at] = "\n" if blanked[at] == "\n" else "x" if node.what is What.OUTPUT else " "
        found = parsers.mjml(one.file, "".join(blanked))
        faults += [found] if found else []
    if one.engine in {"text", "dollar", "erb"} or tree.unclosed:
        return [*faults, *tree.faults], ""  # a tag that is never closed is rejected by every parser, and by some in minutes
    fault, why = parsers.rejected(one.engine, one.file, one.entry)
    if why:
        return [*faults, *tree.faults], why
    if fault is None:
        return faults, ""
    exact = [f for f in tree.faults if f.kind == "syntax"]
    return [*faults, *(exact or [fault])], ""


def _uses(one: _File, tree: Tree, head: Sequence[Spot], helpers: bool) -> tuple[Any, ...]:
    found = list(variables(one.file, tree.nodes, helpers))
    for spot in head:
        part = build(spot.file, scan(spot.file, one.entry["family"], spot.start, spot.end).tokens, one.entry)
        found += variables(spot.file, part.nodes, helpers)
    return tuple(found)


def _subject(one: _File, front: FrontMatter) -> tuple[Spot, ...]:
    """Where the subject stands: in the configuration, in front matter, or in a file beside the template."""
    if one.settings.subject:
        return (Spot(SourceFile("the configuration", one.settings.subject), 0, len(one.settings.subject)),)
    if "subject" in front.fields:
        return (front.fields["subject"],)
    if one.path is None or is_subject_file(one.path):
        return ()
    for path in subject_files(one.path):
        text = one.partials.read(path) if path.is_file() else None
        if text is not None:
            file = SourceFile(_shown(one, path), text)
            return (Spot(file, 0, len(text)),)
    return ()


def _head(one: _File, head: Sequence[Spot], front: FrontMatter, stand_ins: StandIns, sample: Sample | None) -> list[Chunk]:
    """The header fields of a reading."""
    if one.kind is Format.MAIL:
        return []
    file = one.file
    out: list[Chunk] = []
    fields = [(name, front.fields[name]) for name in _FIELDS if name in front.fields] + [("subject", s) for s in head]
    for name, spot in fields:
        tree = build(spot.file, _trimmed(spot.file, iter(scan(spot.file, one.entry["family"], spot.start, spot.end).tokens)), one.entry)
        reader = Reader(tree, stand_ins, lambda target, near: _load(one, target, near))
        reading = reader.with_sample(sample) if sample is not None else next(iter(reader.readings()))
        out.append(Chunk(f"{name.capitalize()}: ", spot.file, spot.start, spot.start, True))
        # Line ends would end the field.
        out += [replace(c, text=re.sub(r"[\r\n]", " ", c.text)) for c in reading.chunks]
        out.append(Chunk("\n", spot.file, spot.end, spot.end, True))
    out.append(Chunk(_RICH if one.kind in _MARKUP else _PLAIN, file, 0, 0, True))
    return out


def _in_markup(chunks: Sequence[Chunk], markup: bool) -> Iterator[Chunk]:
    """Values inside a tag of HTML are no text: they become a word that no rule reads."""
    if not markup:
        yield from chunks
        return
    inside = False
    for chunk in chunks:
        if chunk.made and inside and not chunk.text.startswith(("http://localhost", "file:")):
            yield replace(chunk, text="#v" if re.search(r"\W", chunk.text) else "v")
            continue
        if chunk.made:
            yield replace(chunk, text=chunk.text.replace("&", "&amp;").replace("<", "&lt;"))
            continue
        opening, closing = chunk.text.rfind("<"), chunk.text.rfind(">")
        if opening > closing:
            inside = bool(re.match(r"[A-Za-z/!]", chunk.text[opening + 1 : opening + 2]))
        elif closing >= 0:
            inside = False
        yield chunk


def _message(one: _File, chunks: Sequence[Chunk]) -> Message:
    raw, positions = assembled(chunks, one.file.name)
    message = read_message(raw, one.file.name, positions=positions)
    return replace(message, addresses={}, problems=(*message.problems, *one.problems))


def _samples(one: _File) -> list[Sample]:
    """Sample data: files that the configuration names, and ``NAME.data.json`` beside the template."""
    names = [Path(s) for s in one.settings.samples]
    if one.path is not None:
        stem = one.path.name.partition(".")[0]
        names += [p for p in (one.path.with_name(f"{stem}.data.json"), one.path.with_name(f"{stem}.data.yaml")) if p.is_file() and p not in names]
    out = []
    for name in names:
        data = load_data(name)
        if isinstance(data, str):
            problem = Problem(ProblemKind.UNREADABLE, f"the sample data {name.name} was not used: {data}")
            if problem not in one.problems:
                one.problems.append(problem)
        else:
            out.append(Sample(name.name, data))
    return out


def load_data(path: Path) -> Any:
    """The data of a JSON or YAML file; a text that says why it cannot be used."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return (error.strerror or "cannot be read") if isinstance(error, OSError) else "it is not UTF-8"
    try:
        if path.suffix.lower() in {".yaml", ".yml"}:
            import yaml

            data = yaml.safe_load(text)
        else:
            data = json.loads(text)
    except Exception as error:  # yaml and json raise a dozen kinds
        return f"it cannot be parsed ({' '.join(str(error).split())[:80]})"
    return data if isinstance(data, dict) else "it is no table of names and values"


def _translations(one: _File, own: Sequence[Any], language: str) -> Iterator[Translation]:
    if one.path is None or not language:
        return
    there, absent = siblings.translations(one.path)
    others = {}
    for code, path in there.items():
        text = one.partials.read(path)
        if text is None:
            continue
        file = SourceFile(_shown(one, path), text)
        tree = _tree(one, file, front_matter(file).body)
        others[code] = (file.name, variables(file, tree.nodes, one.engine == "handlebars"))
    yield from drift.of_templates(own, others, language, one.file)
    yield from drift.missing(absent, lambda path: _shown(one, path), one.file, [language, *there])


# -- catalogues ----------------------------------------------------------------


def _catalogue(one: _File) -> Iterator[tuple[Message, Template]]:
    file = one.file
    found = catalogues.read(file, one.kind.value)
    language = one.settings.language or siblings.language_of(found.language) or (siblings.own_language(one.path) if one.path else "")
    stand_ins = StandIns(file.text, one.settings.context)
    base = Template(
        file,
        "message",
        one.kind,
        context=None,
        faults=tuple(found.faults or ()),
        allowances=tuple(allowances(file)),
        language=language,
        facts={"subject-only": True, "fragment": True},
    )
    by_language = _languages_in(found.messages)
    if by_language:
        translations = tuple(drift.within(by_language, file))
    elif one.kind is Format.PO:
        translations = tuple(drift.of_gettext(found, file))
    else:
        others = {}
        for code, path in (siblings.translations(one.path)[0] if one.path else {}).items():
            text = one.partials.read(path)
            if text is not None:
                others[code] = (_shown(one, path), catalogues.read(SourceFile(_shown(one, path), text), one.kind.value))
        translations = tuple(drift.of_catalogues(found, others, language, file)) if language else ()
    base = replace(base, translations=translations)
    groups = by_language or {language: found.messages}
    empty = True
    for code, messages in groups.items():
        for chunks in entry_readings(file, messages, stand_ins):
            empty = False
            head = Chunk(_PLAIN, file, 0, 0, True)
            yield _message(one, [head, *chunks]), replace(base, language=code or language, stand_ins=stand_ins.all)
    if empty:
        yield _message(one, [Chunk(_PLAIN, file, 0, 0, True)]), base


def _languages_in(messages: Sequence[catalogues.Message]) -> dict[str, list[catalogues.Message]]:
    """Messages by language, where every key begins with the name of one and there are several."""
    out: dict[str, list[catalogues.Message]] = {}
    for message in messages:
        code = siblings.language_of(message.key.partition(".")[0])
        if not code:
            return {}
        out.setdefault(code, []).append(message)
    return out if len(out) > 1 else {}
