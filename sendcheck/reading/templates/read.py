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
from sendcheck.reading.templates.lexer import Token, What
from sendcheck.reading.templates.model import VALUE_IN_TAG, Fault, Format, Settings, SourceFile, Spot, Template, Translation, Variable
from sendcheck.reading.templates.partials import Partials
from sendcheck.reading.templates.read_catalogue import read_catalogue
from sendcheck.reading.templates.readings import Chunk, Reader
from sendcheck.reading.templates.sample import Sample, load_data
from sendcheck.reading.templates.source import PLAIN, RICH, Source, decoded
from sendcheck.reading.templates.standins import StandIns
from sendcheck.reading.templates.tree import Tree
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
    project = Path(settings.project).resolve() if settings.project else root
    partials = Partials(near, root, tuple(Path(r) for r in settings.roots), lambda data: decoded(data, [], limits), project)
    one = Source(file, near, settings, partials, problems, format_of(source, text))
    one.engine = engine_of(source, text, one.kind) if settings.engine == "auto" else settings.engine
    if one.kind.catalogue:
        return list(read_catalogue(one))
    return list(_template(one))


def _template(one: Source) -> Iterator[tuple[Message, Template]]:
    file = one.file
    front = front_matter(file) if one.kind is not Format.MAIL else FrontMatter({}, 0)
    tree = one.tree(file, front.body)
    faults, not_parsed = _syntax(one, tree, front)
    subject = _subject(one, front)
    head = _head(one, front, subject)
    stand_ins = StandIns(file.text, one.settings.context)
    reader = Reader(tree, stand_ins, one.load, one.helpers, one.lost)
    filled = [(reading, None) for reading in reader.readings()] + [(reader.with_sample(s), s) for s in _samples(one)]
    uses = variables(file, tree.nodes, one.helpers)
    if subject is not None:
        uses += variables(subject.file, one.tree(subject.file, subject.start, subject.end).nodes, one.helpers)
    base = Template(
        file,
        one.engine,
        one.kind,
        uses,
        one.settings.context,
        tuple(dict.fromkeys((*faults, *reader.faults))),
        tuple(allowances(file)),
        tuple(_translations(one, uses)),
        subject_known=subject is not None or one.kind is Format.MAIL,
        not_parsed=not_parsed,
        language=one.language,
        whole=one.path is None or not is_subject_file(one.path),
    )
    for reading, sample in filled:
        chunks = [*_fields(one, head, stand_ins, sample), *_in_markup(reading.chunks, one.markup)]
        # Every reading knows all stand-ins: those given while a later one was read are no harm.
        known = replace(base, stand_ins=stand_ins.all, choices=reading.choices, sample=sample.name if sample else "")
        yield one.message(chunks), replace(known, whole=base.whole and not reading.fragment)


def _syntax(one: Source, tree: Tree, front: FrontMatter) -> tuple[list[Fault], str]:
    """(what is wrong with the source, why no parser of the engine looked). The parser decides; our own look tells where."""
    faults = [front.fault] if front.fault is not None else []
    if one.kind is Format.MJML:
        found = parsers.mjml(one.file, "".join(_blanked(one.file, token) for token in one.scan(one.file).tokens))
        faults += [found] if found else []
    if one.engine in {"text", "dollar", "erb"} or tree.unclosed:
        return [*faults, *tree.faults], ""  # a tag that is never closed is rejected by every parser, and by some in minutes
    fault, why = parsers.rejected(one.engine, one.file, one.entry)
    if why:
        return [*faults, *tree.faults], why
    if fault is None:
        return faults, ""
    return [*faults, *(tree.faults or [fault])], ""


def _blanked(file: SourceFile, token: Token) -> str:
    """A token's characters, those of a tag blanked: a value may stand for anything."""
    text = file.text[token.start : token.end]
    return text if token.what is What.TEXT else re.sub(r"[^\n]", "x" if token.what is What.OUTPUT else " ", text)


def _subject(one: Source, front: FrontMatter) -> Spot | None:
    """Where the subject stands: in the configuration, in front matter, or in a file beside the template."""
    if one.settings.subject:
        return Spot(SourceFile("the configuration", one.settings.subject), 0, len(one.settings.subject))
    if "subject" in front.fields:
        return front.fields["subject"]
    if one.path is None or is_subject_file(one.path):
        return None
    for path in subject_files(one.path):
        file = one.other(path) if path.is_file() else None
        if file is not None:
            return Spot(file, 0, len(file.text))
    return None


def _head(one: Source, front: FrontMatter, subject: Spot | None) -> list[tuple[str, Spot, Tree]]:
    """The header fields that a template names: (name, where its value stands, the value)."""
    if one.kind is Format.MAIL:
        return []  # it has its own
    fields = [(name, front.fields[name]) for name in _FIELDS if name in front.fields] + ([("subject", subject)] if subject is not None else [])
    return [(name, spot, one.tree(spot.file, spot.start, spot.end)) for name, spot in fields]


def _fields(one: Source, head: Sequence[tuple[str, Spot, Tree]], stand_ins: StandIns, sample: Sample | None) -> Iterator[Chunk]:
    """The header of a reading."""
    for name, spot, tree in head:
        reader = Reader(tree, stand_ins, one.load)
        reading = reader.with_sample(sample) if sample is not None else next(iter(reader.readings()))
        yield Chunk(f"{name.capitalize()}: ", spot.file, spot.start, spot.start, True)
        # Line ends would end the field.
        yield from (replace(c, text=re.sub(r"[\r\n]", " ", c.text)) for c in reading.chunks)
        yield Chunk("\n", spot.file, spot.end, spot.end, True)
    if one.kind is not Format.MAIL:
        yield Chunk(RICH if one.markup else PLAIN, one.file, 0, 0, True)


def _in_markup(chunks: Sequence[Chunk], markup: bool) -> Iterator[Chunk]:
    """Values inside a tag of HTML are no text: they become a word that no rule reads."""
    if not markup:
        yield from chunks
        return
    inside = False
    for chunk in chunks:
        if chunk.made and inside and not chunk.text.startswith(("http://localhost", "file:")):
            yield replace(chunk, text=f"#{VALUE_IN_TAG}" if re.search(r"\W", chunk.text) else VALUE_IN_TAG)
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
        beside = [one.path.with_name(f"{stem}.data.{ending}") for ending in ("json", "yaml")]
        names += [p for p in beside if p.is_file() and p not in names and not one.partials.leads_out(p)]
    out = []
    for name in names:
        data = load_data(name)
        if isinstance(data, str):
            one.problems.append(Problem(ProblemKind.UNREADABLE, f"the sample data {name.name} was not used: {data}"))
        else:
            out.append(Sample(name.name, data))
    return out


def _translations(one: Source, own: Sequence[Variable]) -> Iterator[Translation]:
    if one.path is None or not one.language:
        return
    there, absent = siblings.translations(one.path)
    others = {}
    for code, path in there.items():
        file = one.other(path)
        if file is not None:
            tree = one.tree(file, front_matter(file).body)
            others[code] = (file.name, variables(file, tree.nodes, one.helpers))
    yield from drift.of_templates(own, others, one.language, one.file)
    yield from drift.missing(absent, one.shown, one.file, [one.language, *there])
