"""A template file to the mails it can become: each a Message as read from a mail, with what checks of templates need beside it.

Never raises on a template's content. What could not be read is in the messages' problems or the template's faults.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from sendcheck.reading.limits import LIMITS, Limits
from sendcheck.reading.message import Message
from sendcheck.reading.problem import Problem, ProblemKind
from sendcheck.reading.templates import drift, parsers, siblings
from sendcheck.reading.templates.comments import allowances
from sendcheck.reading.templates.detect import engine_of, format_of
from sendcheck.reading.templates.frontmatter import FrontMatter, front_matter, is_subject_file, subject_files
from sendcheck.reading.templates.lexer import What, scan
from sendcheck.reading.templates.model import Fault, Format, Settings, SourceFile, Spot, Template, Translation, Variable
from sendcheck.reading.templates.partials import Partials
from sendcheck.reading.templates.read_catalogue import read_catalogue
from sendcheck.reading.templates.readings import Chunk, Reader
from sendcheck.reading.templates.sample import Sample, load_data
from sendcheck.reading.templates.source import PLAIN, RICH, Source, decoded
from sendcheck.reading.templates.standins import StandIns
from sendcheck.reading.templates.tree import Tree, build
from sendcheck.reading.templates.trim import trimmed
from sendcheck.reading.templates.variables import variables

_FIELDS = ("from", "to", "cc", "bcc", "reply-to")


def read_template(raw: bytes, source: str, settings: Settings, path: Path | None = None, limits: Limits = LIMITS) -> list[tuple[Message, Template]]:
    """Every reading of a template. ``source``: its name in reports; ``path``: where it lies, None if it came through a pipe."""
    problems: list[Problem] = []
    text = decoded(raw, problems, limits)
    file = SourceFile(source, text)
    top = Path(settings.root).resolve() if settings.root else None
    near = path.resolve() if path is not None else None
    root = top if top is not None and near is not None and top in near.parents else near.parent if near is not None else None
    partials = Partials(near, root, tuple(Path(r) for r in settings.roots), lambda data: decoded(data, [], limits))
    one = Source(file, near, settings, partials, problems, format_of(source, text))
    one.engine = engine_of(source, text, one.kind) if settings.engine == "auto" else settings.engine
    if one.kind.catalogue:
        return list(read_catalogue(one))
    return list(_template(one))


def _template(one: Source) -> Iterator[tuple[Message, Template]]:
    file = one.file
    front = front_matter(file) if one.kind is not Format.MAIL else FrontMatter({}, 0)
    tree = one.tree(file, front.body)
    faults = _syntax(one, tree, front)
    helpers = one.engine == "handlebars"
    head = _subject(one, front)
    stand_ins = StandIns(file.text, one.settings.context)
    reader = Reader(tree, stand_ins, one.load, one.markup, helpers)
    samples = _samples(one)
    readings = [*reader.readings(), *(reader.with_sample(s) for s in samples)]
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
        subject_known=bool(head) or one.kind is Format.MAIL,
        not_parsed=faults[1],
        language=language,
        whole=one.path is None or not is_subject_file(one.path),
    )
    for reading in readings:
        sample = next((s for s in samples if s.name == reading.sample), None)
        chunks = [*_head(one, head, front, stand_ins, sample), *_in_markup(reading.chunks, one.markup)]
        whole = base.whole and not reading.fragment
        # Every reading knows all stand-ins: those given while a later one was read are no harm.
        yield one.message(chunks), replace(base, stand_ins=stand_ins.all, choices=reading.choices, sample=reading.sample, whole=whole)


def _syntax(one: Source, tree: Tree, front: FrontMatter) -> tuple[list[Fault], str]:
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


def _uses(one: Source, tree: Tree, head: Sequence[Spot], helpers: bool) -> tuple[Variable, ...]:
    found = list(variables(one.file, tree.nodes, helpers))
    for spot in head:
        part = build(spot.file, scan(spot.file, one.entry["family"], spot.start, spot.end).tokens, one.entry)
        found += variables(spot.file, part.nodes, helpers)
    return tuple(found)


def _subject(one: Source, front: FrontMatter) -> tuple[Spot, ...]:
    """Where the subject stands: in the configuration, in front matter, or in a file beside the template."""
    if one.settings.subject:
        return (Spot(SourceFile("the configuration", one.settings.subject), 0, len(one.settings.subject)),)
    if "subject" in front.fields:
        return (front.fields["subject"],)
    if one.path is None or is_subject_file(one.path):
        return ()
    for path in subject_files(one.path):
        file = one.other(path) if path.is_file() else None
        if file is not None:
            return (Spot(file, 0, len(file.text)),)
    return ()


def _head(one: Source, head: Sequence[Spot], front: FrontMatter, stand_ins: StandIns, sample: Sample | None) -> list[Chunk]:
    """The header fields of a reading."""
    if one.kind is Format.MAIL:
        return []
    file = one.file
    out: list[Chunk] = []
    fields = [(name, front.fields[name]) for name in _FIELDS if name in front.fields] + [("subject", s) for s in head]
    for name, spot in fields:
        tree = build(spot.file, trimmed(spot.file, iter(scan(spot.file, one.entry["family"], spot.start, spot.end).tokens)), one.entry)
        reader = Reader(tree, stand_ins, one.load)
        reading = reader.with_sample(sample) if sample is not None else next(iter(reader.readings()))
        out.append(Chunk(f"{name.capitalize()}: ", spot.file, spot.start, spot.start, True))
        # Line ends would end the field.
        out += [replace(c, text=re.sub(r"[\r\n]", " ", c.text)) for c in reading.chunks]
        out.append(Chunk("\n", spot.file, spot.end, spot.end, True))
    out.append(Chunk(RICH if one.markup else PLAIN, file, 0, 0, True))
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


def _samples(one: Source) -> list[Sample]:
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


def _translations(one: Source, own: Sequence[Variable], language: str) -> Iterator[Translation]:
    if one.path is None or not language:
        return
    there, absent = siblings.translations(one.path)
    others = {}
    for code, path in there.items():
        file = one.other(path)
        if file is not None:
            tree = one.tree(file, front_matter(file).body)
            others[code] = (file.name, variables(file, tree.nodes, one.engine == "handlebars"))
    yield from drift.of_templates(own, others, language, one.file)
    yield from drift.missing(absent, one.shown, one.file, [language, *there])
