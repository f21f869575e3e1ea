"""Front matter (``---`` … ``---``) and the places where a template's subject stands by convention."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sendcheck.reading.templates.model import Fault, SourceFile, Spot
from sendcheck.reading.templates.yaml_text import compose

_FRONT = re.compile(r"---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.S | re.M)
_FIELD = re.compile(r"^([A-Za-z][\w-]*)[ \t]*:[ \t]*(.*?)[ \t]*\r?$", re.M)
_BODY_NAMES = {"content", "body", "html", "text", "message", "index", "mail", "email"}


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """Its fields with the places of their values (without quotes), and where the body begins."""

    fields: dict[str, Spot]
    body: int
    fault: Fault | None = None


def front_matter(file: SourceFile) -> FrontMatter:
    """What stands before the body; nothing where the file has none."""
    match = _FRONT.match(file.text)
    if match is None:
        return FrontMatter({}, 0)
    fields = {}
    for field in _FIELD.finditer(file.text, match.start(1), match.end(1)):
        start, end = field.span(2)
        value = field.group(2)
        if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
            start, end = start + 1, end - 1
        fields[field.group(1).lower()] = Spot(file, start, end)
    return FrontMatter(fields, match.end(), _broken(file, match))


def _broken(file: SourceFile, match: re.Match[str]) -> Fault | None:
    """What YAML says is wrong with it; values that begin with a tag are no YAML, but every engine takes them."""
    tagless = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\$\{[^}\n]*\}|<%.*?%>", lambda m: "x" * len(m.group(0)), match.group(1))
    _root, broken = compose(tagless)
    if broken is None:
        return None
    at = match.start(1) + broken.at
    return Fault("syntax", f"the front matter is not valid YAML: {broken.why}", Spot(file, at, at + 1), "quote the value, or mend its indentation")


def subject_files(path: Path) -> Iterator[Path]:
    """Files that hold the subject of a template: ``welcome_subject.txt`` beside ``welcome_message.html``, ``subject.txt`` beside ``content.html``."""
    stem, _, endings = path.name.partition(".")
    engine = "." + endings.split(".")[-1] if "." in endings else ""
    base = re.sub(r"[_-](?:message|body|html|text|content|mail|email)$", "", stem)
    for name in dict.fromkeys((f"{base}_subject", f"{base}-subject", f"{base}.subject")):
        if name.split(".")[0] != stem or "." in name:
            yield from (path.with_name(name + ending) for ending in dict.fromkeys((".txt", f".txt{engine}", engine)) if ending)
    if stem.lower() in _BODY_NAMES:
        yield from (path.with_name("subject" + ending) for ending in dict.fromkeys((".txt", f".txt{engine}", engine)) if ending)


def is_subject_file(path: Path) -> bool:
    """Whether a file holds nothing but a subject."""
    return bool(re.search(r"(?:^|[_.-])subject(?:\.|$)", path.name))
