"""A catalogue of messages as mails: so many messages each, with what differs from its translations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sendcheck.reading.message import Message
from sendcheck.reading.templates import catalogues, drift, siblings
from sendcheck.reading.templates.comments import allowances
from sendcheck.reading.templates.entries import entry_readings
from sendcheck.reading.templates.model import Format, Template, Translation
from sendcheck.reading.templates.readings import Chunk
from sendcheck.reading.templates.source import PLAIN, Source
from sendcheck.reading.templates.standins import StandIns


def read_catalogue(one: Source) -> Iterator[tuple[Message, Template]]:
    """Every reading of a catalogue; at least one, for what is to be said of the file itself."""
    file = one.file
    found = catalogues.read(file, one.kind.value)
    language = one.settings.language or siblings.language_of(found.language) or one.language
    stand_ins = StandIns(file.text, one.settings.context)
    by_language = _languages_in(found.messages)
    base = Template(
        file,
        "message",
        one.kind,
        faults=tuple(found.faults),
        allowances=tuple(allowances(file)),
        translations=tuple(_translations(one, found, by_language, language)),
        language=language,
        whole=False,
    )
    empty = True
    for code, messages in (by_language or {language: found.messages}).items():
        for chunks in entry_readings(file, messages, stand_ins):
            empty = False
            message = one.message([Chunk(PLAIN, file, 0, 0, True), *chunks])
            yield message, replace(base, language=code or language, stand_ins=stand_ins.all)
    if empty:
        yield one.message([Chunk(PLAIN, file, 0, 0, True)]), base


def _translations(one: Source, found: catalogues.Catalogue, by_language: dict[str, list[catalogues.Message]], language: str) -> Iterator[Translation]:
    if by_language:
        yield from drift.within(by_language, one.file)
    elif one.kind is Format.PO:
        yield from drift.of_gettext(found, one.file)
    elif language and one.path is not None:
        there = {code: one.other(path) for code, path in siblings.translations(one.path)[0].items()}
        others = {code: (file.name, catalogues.read(file, one.kind.value)) for code, file in there.items() if file is not None}
        yield from drift.of_catalogues(found, others, language, one.file)


def _languages_in(messages: Sequence[catalogues.Message]) -> dict[str, list[catalogues.Message]]:
    """Messages by language, where every key begins with the name of one and there are several."""
    out: dict[str, list[catalogues.Message]] = {}
    for message in messages:
        code = siblings.language_of(message.key.partition(".")[0])
        if not code:
            return {}
        out.setdefault(code, []).append(message)
    return out if len(out) > 1 else {}
