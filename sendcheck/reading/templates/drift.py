"""What a translation lacks or invents beside its siblings: variables, messages, whole templates."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from sendcheck.reading.templates.catalogues import Catalogue, Message
from sendcheck.reading.templates.lexer import What, scan
from sendcheck.reading.templates.model import SourceFile, Spot, Translation, Variable
from sendcheck.reading.templates.siblings import language_of

_MANY = 12


def reference(languages: Sequence[str]) -> str:
    """The language that translations are measured by: English where there is one, else the first by name."""
    return "en" if "en" in languages else min(languages)


def values(text: str) -> dict[str, tuple[int, int]]:
    """The values that a message puts in, name to place: ``{name, plural, …}`` counts as name; ``%s`` by what it is."""
    found: dict[str, tuple[int, int]] = {}
    for token in scan(SourceFile("", text), "message").tokens:
        if token.what is What.OUTPUT:
            name = re.match(r"[\w.]+", token.body)
            found.setdefault(name.group(0) if name else text[token.start : token.end], (token.start, token.end))
    return found


def of_templates(own: Sequence[Variable], others: Mapping[str, tuple[str, Sequence[Variable]]], language: str, file: SourceFile) -> Iterator[Translation]:
    """A template beside its translations: language to (name, variables). The reference itself lacks nothing."""
    if not others or reference([language, *others]) == language:
        return
    name, theirs = others[reference(list(others))]
    mine = {v.path: v for v in own if _given(v)}
    wanted = {v.path for v in theirs if _given(v)}
    yield from (Translation("invents", path, name, v.spot) for path, v in mine.items() if path not in wanted)
    yield from (Translation("lacks", path, name, Spot(file, 0, 0)) for path in sorted(wanted - mine.keys()))


def _given(variable: Variable) -> bool:
    """Whether a variable is given by whoever sends the mail: what is bound in the template and constants (``Links.SUPPORT_URL``) are not."""
    return not variable.local and not re.fullmatch(r"[A-Z][A-Z0-9_]+", variable.path.rpartition(".")[2])


def missing(paths: Mapping[str, Path], shown: Callable[[Path], str], file: SourceFile, languages: Sequence[str]) -> Iterator[Translation]:
    """Languages whose folder lacks this template; told once, of the reference among those that have it (*languages*, its own one first)."""
    if reference(languages) != languages[0]:
        return
    for language, path in sorted(paths.items()):
        yield Translation("missing", language, shown(path), Spot(file, 0, 0))


def of_gettext(catalogue: Catalogue, file: SourceFile) -> Iterator[Translation]:
    """Each message beside the source that it translates; those without a translation are counted."""
    untranslated = [m for m in catalogue.messages if not m.text.strip() and m.source.strip()]
    for message in catalogue.messages:
        if message.text.strip() and not message.fuzzy:
            yield from _message(message, message.source, "its source", plural="\x00" in message.key or message.source != message.key)
    if untranslated:
        total = len(catalogue.messages)
        yield Translation("untranslated", f"{len(untranslated)} of {total}", "its source", untranslated[0].key_spot)


def of_catalogues(own: Catalogue, others: Mapping[str, tuple[str, Catalogue]], language: str, file: SourceFile) -> Iterator[Translation]:
    """A catalogue beside its reference: messages it lacks or invents, values that differ."""
    if not others or reference([language, *others]) == language:
        return
    name, theirs = others[reference(list(others))]
    yield from _by_key({_below(m.key): m for m in own.messages}, {_below(m.key): m for m in theirs.messages}, name, file)


def _below(key: str) -> str:
    """A key without the language that a catalogue may have at its root (``nb.greeting``)."""
    root, _, rest = key.partition(".")
    return rest if rest and language_of(root) else key


def within(own: Mapping[str, Sequence[Message]], file: SourceFile) -> Iterator[Translation]:
    """One catalogue that holds several languages, each below its own name."""
    first = reference(list(own))
    theirs = {m.key.partition(".")[2]: m for m in own[first]}
    for language, messages in own.items():
        if language != first:
            yield from _by_key({m.key.partition(".")[2]: m for m in messages}, theirs, f"“{first}”", file)


def _by_key(mine: Mapping[str, Message], theirs: Mapping[str, Message], name: str, file: SourceFile) -> Iterator[Translation]:
    for key, message in mine.items():
        if key in theirs:
            yield from _message(message, theirs[key].text, name)
    lacking = [key for key in theirs if key not in mine]
    for key in lacking[:_MANY]:
        yield Translation("lacks-message", key, name, Spot(file, 0, 0))
    if len(lacking) > _MANY:
        yield Translation("lacks-message", f"{len(lacking) - _MANY} more messages", name, Spot(file, 0, 0))
    invented = [key for key in mine if key not in theirs]
    for key in invented[:_MANY]:
        yield Translation("invents-message", key, name, mine[key].key_spot)


def _message(message: Message, source: str, name: str, plural: bool = False) -> Iterator[Translation]:
    mine, wanted = values(message.text), values(source)
    for value, (start, end) in mine.items():
        if value not in wanted and not (plural and not wanted):
            spot = message.spot(start, end)
            yield Translation("invents", value, name, spot, message.key.replace("\x00", " "))
    for value in wanted:
        if value not in mine and not plural:  # “one day” needs no number
            yield Translation("lacks", value, name, message.spot(0, max(1, len(message.text))), message.key.replace("\x00", " "))
