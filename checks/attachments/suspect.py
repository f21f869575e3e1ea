"""`attachment-suspect`: files that should not leave like this: programs and macros, too large, another customer's, a draft or an internal version."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from typing import Any
from urllib.parse import unquote

from sendcheck.checkapi import Confidence, Hit, Mail, Place, by_language, pattern, toml
from sendcheck.reading import filetype
from sendcheck.reading.message import Attachment
from sendcheck.understanding.names import fold
from sendcheck.understanding.organisations import mention
from sendcheck.understanding.strangers import strangers

RULE = "attachment-suspect"
_MEGABYTE = 1_000_000
#: Letters of an organisation that only the history knows.
_NAME = 5
#: Right-to-left and left-to-right overrides (UAX #9): no name in any language needs one.
_BACKWARDS = "\u202d\u202e"
#: What Windows takes off the end of a name when it writes the file, beside blanks: dots, a NUL, the name of the file's own stream.
_CUT_OFF, _STREAM = ". \t\n\u00a0\0", "::$data"
_PARTS = re.compile(r"[^\W\d_]+")
_CAMEL = re.compile(r"(?<=[a-zæøå])(?=[A-ZÆØÅ])")


@cache
def _types(key: str) -> frozenset[str]:
    return frozenset(toml(__package__ or "", "types.toml")[key])


@cache
def _words(key: str) -> frozenset[str]:
    return frozenset(fold(word) for data in by_language(__package__ or "", "words") for word in data[key])


def suspect(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit]:
    """One finding for each reason and file."""
    for file in mail.attachments:
        yield from _program(mail, file)
        if any(not r.inside for r in mail.recipients) or mail.groups:
            yield from _not_ready(mail, file)
            yield from _other_customer(mail, file, options)
    yield from _too_large(mail, options["size-limit"])


def _at(file: Attachment, excerpt: str, start: int = 0) -> Place:
    return Place(f"attachment:{file.name}", excerpt, context=file.name, context_column=start)


def _ending(name: str) -> str:
    """The ending that a system goes by: what is not shown, and what it cuts off from the end, hides none."""
    shown = "".join(c for c in unicodedata.normalize("NFKC", unquote(name)) if unicodedata.category(c) != "Cf")
    _stem, dot, ending = shown.lower().rstrip(_CUT_OFF).removesuffix(_STREAM).rstrip(_CUT_OFF).rpartition(".")
    return ending.strip() if dot else ""


def _names(file: Attachment) -> tuple[str, ...]:
    """All that a file can be called: each name it is given, and what some programs read of one, up to a NUL."""
    given = (file.name, *file.part.fields.other_names)
    return tuple(dict.fromkeys((*given, *(name.split("\0")[0] for name in given if "\0" in name))))


def _program(mail: Mail, file: Attachment) -> Iterator[Hit]:
    """By any of its names, by declared type, by content, and inside an archive; and by letters that run backwards in a name."""
    kind, members = filetype.kind(file.part)
    named = next((name for name in _names(file) if _ending(name) in _types("executable")), None)
    inside = next((name for name in members if _ending(name) in _types("executable")), None)
    hint = "most mail servers refuse it: give a download link instead"
    if named is not None:
        stem = named[: named.lower().rfind(_ending(named))].rstrip(". ")
        disguised = named != file.name or any(c in named for c in _BACKWARDS) or ("." in stem and len(_ending(stem)) in {3, 4})
        other = f" ({named})" if named != file.name else ""
        message = f"{file.name} is a program{other}" + (", though it looks like a document" if disguised else "")
    elif kind == "program" or file.content_type in _types("content_types"):
        message = f"{file.name or 'an attachment'} is a program by its content, whatever its name"
    elif any(_ending(name) in _types("macros") for name in _names(file)) or kind == "macros":
        message = f"{file.name} holds macros, or may hold them"
        yield Hit(
            RULE, message, _at(file, file.name), "send it without macros (as .docx, .xlsx or PDF), or agree with the reader first", key=f"macros {file.name}"
        )
        return
    elif inside is not None:
        message = f"{file.name} holds a program: {inside}"
    elif any(c in name for name in _names(file) for c in _BACKWARDS):
        message, hint = f"{file.name} holds marks that let letters run backwards, so that its ending looks like another", "rename the file"
    else:
        return
    yield Hit(RULE, message, _at(file, file.name), hint, key=f"program {file.name}")


def _not_ready(mail: Mail, file: Attachment) -> Iterator[Hit]:
    """A draft or an internal version by its name, which the text says nothing of, going outside."""
    parts = [part for chunk in _PARTS.findall(file.name) for part in _CAMEL.split(chunk)]
    joined = {fold(a + b) for a, b in pairwise(parts)} | {fold(a + b + c) for a, b, c in zip(parts, parts[1:], parts[2:], strict=False)}
    names = {fold(part) for part in parts} | joined
    for key, told, speaks in (("unfinished", "a draft or outdated", "speaks_of_draft"), ("internal_name", "internal", "speaks_of_internal")):
        if names & _words(key) and not pattern(__package__ or "", speaks).search(f"{mail.subject}\n{mail.own_text}"):
            yield Hit(
                RULE,
                f"{file.name} is {told} by its name, and goes outside; the text does not say that this is meant",
                _at(file, file.name),
                "attach the version that is meant for the reader, or say what it is",
                key=f"{key} {file.name}",
            )
            return


def _other_customer(mail: Mail, file: Attachment, options: Mapping[str, Any]) -> Iterator[Hit]:
    """The name of a customer, configured or known from the history, that no recipient belongs to."""
    spaced = re.sub(r"[_-]+", " ", file.name)
    present = {r.organisation for r in mail.recipients}
    own = mail.organisations.of(mail.sender) if mail.sender is not None else None
    for name, domains in options["organisations"].items():
        found = mention(name, domains).search(spaced)
        if found and name not in present | {own} and not any(mail.are_partners(name, p) for p in present):
            yield _customer(file, found.group(0), name, found.start(), Confidence.HIGH)
    for label, _domain, name in strangers(mail, _PARTS.findall(file.name), options["organisations"], _NAME):
        at = fold(file.name).find(label)
        yield _customer(file, file.name[at : at + len(label)], name, max(0, at), Confidence.MEDIUM)


def _customer(file: Attachment, excerpt: str, name: str, start: int, confidence: Confidence) -> Hit:
    message = f"{file.name} bears the name of {name}, and nobody there gets this mail"
    return Hit(RULE, message, _at(file, excerpt, start), "look whether it is the right file", confidence=confidence, key=f"customer {name} {file.name}")


def _too_large(mail: Mail, limit: int) -> Iterator[Hit]:
    total = sum(file.size for file in mail.attachments)
    if limit and total > limit * _MEGABYTE:
        largest = max(mail.attachments, key=lambda file: file.size)
        message = f"the attachments are {total / _MEGABYTE:.1f} MB together, more than {limit} MB; the largest is {largest.name or 'one without a name'}"
        yield Hit(RULE, message, _at(largest, largest.name), "send a link, or fewer or smaller files: many mail servers refuse it", key=f"size {largest.name}")
