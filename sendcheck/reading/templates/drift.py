"""What a translation lacks or invents beside its siblings: variables, messages, whole templates."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from gettext import c2py
from pathlib import Path
from typing import NamedTuple

from sendcheck.reading.templates.catalogues import Catalogue, Message
from sendcheck.reading.templates.directives import Directive, arguments, directives
from sendcheck.reading.templates.model import SourceFile, Spot, Translation, Type, Variable
from sendcheck.reading.templates.siblings import language_of
from sendcheck.reading.templates.standins import guess

#: More messages than that are told in one finding, with the names of some.
_MANY, _NAMED = 12, 3
#: Numbers that are tried to see how many of them a plural form is for, and how many make it one of few: 1; in French 0 and 1.
_NUMBERS, _FEW = 200, 2
#: Plural categories (CLDR) at the end of a key; those that are of one number; those that every language has.
_CATEGORY = re.compile(r"[._](zero|one|two|few|many|other|singular|plural)$")
_SELDOM = {"zero", "one", "two", "singular"}
_GENERAL = {"other", "plural"}
#: What the number of a plural is called.
_COUNTERS = {"n", "num", "count", "counter", "cnt", "length", "total"}


def reference(languages: Sequence[str]) -> str:
    """The language that translations are measured by: English where there is one, else the first by name."""
    return "en" if "en" in languages else min(languages)


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
    few = _few(catalogue.plurals)
    for message in catalogue.messages:
        if not message.text.strip() or message.fuzzy:
            continue
        if message.singular is None:
            yield from differing(message, _Beside(message.source, "its source"))
        else:
            yield from differing(message, _Beside(message.source, "its source", message.singular, few(message.form)))
    if untranslated:
        total = len(catalogue.messages)
        yield Translation("untranslated", f"{len(untranslated)} of {total}", "its source", untranslated[0].key_spot)


def _few(plurals: str) -> Callable[[int], bool]:
    """Whether a plural form is that of so few numbers that it may say the number in words (“one day”); without an expression the first one is."""
    try:
        chosen = c2py(plurals) if plurals else None
        counts = Counter(chosen(n) for n in range(_NUMBERS)) if chosen is not None else None
    except Exception:  # a broken expression raises whatever arithmetic raises
        counts = None
    return (lambda form: form == 0) if counts is None else (lambda form: counts[form] <= _FEW)


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
    plurals = {_plural(key)[0]: theirs[key].text for key in theirs if _plural(key)[1] in _GENERAL}
    for key, message in mine.items():
        stem, category = _plural(key)
        if stem in plurals:
            general = theirs.get(key) if category in _GENERAL else None
            yield from differing(message, _Beside(general.text if general else plurals[stem], name, "" if category in _SELDOM else None, category in _SELDOM))
        elif key in theirs:
            yield from differing(message, _Beside(theirs[key].text, name))
    # Languages have other plurals than their siblings: one of them stands for all.
    had, wanted = {_plural(key)[0] for key in mine}, {_plural(key)[0] for key in theirs}
    lacking = [key for key in theirs if key not in mine and not (_plural(key)[1] and _plural(key)[0] in had)]
    if len(lacking) > _MANY:
        yield Translation("lacks-message", "”, “".join(lacking[:_NAMED]), name, Spot(file, 0, 0), here=f"{len(lacking):,}")
    else:
        yield from (Translation("lacks-message", key, name, Spot(file, 0, 0)) for key in lacking)
    invented = [key for key in mine if key not in theirs and not (_plural(key)[1] and _plural(key)[0] in wanted)]
    if len(invented) > _MANY:
        yield Translation("invents-message", "”, “".join(invented[:_NAMED]), name, mine[invented[0]].key_spot, here=f"{len(invented):,}")
    else:
        yield from (Translation("invents-message", key, name, mine[key].key_spot) for key in invented)


def _plural(key: str) -> tuple[str, str]:
    """(a key without the plural category (CLDR) at its end, that category): ``days.one``, ``days_other``, ``days_plural``."""
    match = _CATEGORY.search(key)
    return (key[: match.start()], match.group(1)) if match else (key, "")


class _Beside(NamedTuple):
    """What a message is measured by. ``singular``: the other text of a plural; ``few``: whether this one may leave the number out."""

    source: str
    name: str
    singular: str | None = None
    few: bool = False


def differing(message: Message, beside: _Beside) -> Iterator[Translation]:
    """The values that a message lacks or invents: those with a name or a number of their own one by one, the others by how many they are."""
    glued = any(directives(text, message.format) for text in (beside.source, message.text))
    wanted = directives(beside.source, message.format, glued)
    mine = directives(message.text, message.format, glued)
    either = [*wanted, *directives(beside.singular or "", message.format, glued)]
    spare = _numbers(wanted, beside.singular, message.format) if beside.few else set()
    counted = any(not d.known for d in (*wanted, *mine))
    key = message.key.replace("\x00", " ")
    whole = message.spot(0, max(1, len(message.text)))
    for found in _each(mine, counted):
        if not any(d.known == found.known for d in either):
            yield Translation("invents", _shown(message.text, found), beside.name, message.spot(found.start, found.end), key)
    for found in _each(wanted, counted):
        if found.known not in spare and not any(d.known == found.known for d in mine):
            yield Translation("lacks", _shown(beside.source, found), beside.name, whole, key)
    have, want = arguments(mine), arguments(wanted)
    if counted and (have - arguments(either) or len(want - have) > ("" in spare)):
        yield Translation("count", _counted(beside.source, wanted), beside.name, whole, key, _counted(message.text, mine))


def _each(found: Sequence[Directive], counted: bool) -> Iterator[Directive]:
    """Directives that say which value they mean, each once. ``counted``: some do not, so that numbers are no names."""
    yield from {d.known: d for d in reversed(found) if d.name or (d.number and not counted)}.values()


def _numbers(wanted: Sequence[Directive], singular: str | None, syntax: str) -> set[str]:
    """What is known of the values that may be the number of a plural: what its singular leaves out, else what is a number by its letter or its name."""
    if len({d.known for d in wanted}) == 1:
        return {wanted[0].known}
    said = {d.known for d in directives(singular or "", syntax)}
    left_out = {d.known for d in wanted if d.known not in said} if singular else set()
    return left_out or {d.known for d in wanted if d.counts or not d.known or guess(d.name) is Type.NUMBER or d.name in _COUNTERS}


def _shown(text: str, found: Directive) -> str:
    return text[found.start : found.end]


def _counted(text: str, found: Sequence[Directive]) -> str:
    """Values without a name, as they are written, each once."""
    written = [_shown(text, d) for d in found if not d.name and d.end > d.start]
    return " ".join(written)
