"""The engines' own parsers, where one is installed: they have the last word on a template's syntax."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from sendcheck.reading.templates.model import Fault, SourceFile, Spot

_FOREIGN = re.compile(r"\{%-?\s*load\s+([^%]+?)\s*-?%\}")
_DJANGO = {
    "i18n": "django.templatetags.i18n",
    "static": "django.templatetags.static",
    "l10n": "django.templatetags.l10n",
    "tz": "django.templatetags.tz",
    "cache": "django.templatetags.cache",
    "humanize": "django.contrib.humanize.templatetags.humanize",
}
#: Elements of MJML whose content is HTML, and those that lay the mail out.
_HOLD_HTML = {"mj-text", "mj-button", "mj-table", "mj-raw", "mj-style", "mj-preview", "mj-title", "mj-navbar-link", "mj-social-element", "mj-accordion-text"}
_LAYOUT = {"mj-head", "mj-body", "mj-section", "mj-column", "mj-group", "mj-wrapper", "mj-hero", "mj-attributes"}
_MJ_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>mjml|mj-[a-z-]+)\b"
    r"(?:\"[^\"<]*\"|'[^'<]*'|\"[^\"<]{0,200}<[^\"\n]{0,500}\"|'[^'<]{0,200}<[^'\n]{0,500}'|[^<>\"'])*?(?P<empty>/?)\s*>",
    re.I,
)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)


def rejected(engine: str, file: SourceFile, entry: Mapping[str, Any]) -> tuple[Fault | None, str]:
    """(what the engine's parser rejects, why no parser looked). The fault's place is as exact as the parser tells."""
    parser: Callable[[SourceFile, Mapping[str, Any]], Fault | None] | None = {"jinja": _jinja, "django": _django, "liquid": _liquid}.get(engine)
    if parser is None:
        return None, f"there is no parser of {engine} for Python: only the structure of its tags was looked at"
    try:
        return parser(file, entry), ""
    except ImportError:
        return None, f"the parser of {engine} is not installed (pip install 'sendcheck[templates]'): only the structure of its tags was looked at"
    except RecursionError:
        return Fault("syntax", f"{engine} cannot parse this: it is nested too deeply", Spot(file, 0, 1), "split it up"), ""
    except Exception as error:  # a parser that fails otherwise has not rejected anything
        return None, f"the parser of {engine} failed ({type(error).__name__}): only the structure of its tags was looked at"


def _fault(engine: str, file: SourceFile, start: int, end: int, message: str) -> Fault:
    said = " ".join(message.split()).rstrip(".")
    return Fault(
        "syntax",
        f"{engine} rejects this template: {said}",
        Spot(file, start, min(end, start + 80)),
        "mend the tag: nothing is sent from a template that cannot be rendered",
    )


def _jinja(file: SourceFile, entry: Mapping[str, Any]) -> Fault | None:
    import jinja2

    env = jinja2.Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"])
    try:
        env.parse(file.text)
    except jinja2.TemplateSyntaxError as error:
        start, end = _tag_on(file, error.lineno)
        return _fault("Jinja", file, start, end, error.message or "syntax error")
    return None


def _tag_on(file: SourceFile, line: int) -> tuple[int, int]:
    """The first tag on a line, else the line's text."""
    number = min(max(line, 1), len(file.lines))
    begin, text = file.start_of(number), file.lines[number - 1]
    tag = re.search(r"\{[{%#].*?(?:[}%#]\}|$)", text)
    lead = len(text) - len(text.lstrip())
    return (begin + tag.start(), begin + tag.end()) if tag else (begin + lead, begin + max(lead + 1, len(text)))


class _Tolerant(dict[str, Any]):
    """Tags or filters of libraries that are not here: whatever they are called, they are accepted."""

    def __init__(self, known: Mapping[str, Any], other: Any) -> None:
        super().__init__(known)
        self._other = other

    def __missing__(self, name: str) -> Any:
        return self._other

    def __contains__(self, name: object) -> bool:
        return True


def _django(file: SourceFile, entry: Mapping[str, Any]) -> Fault | None:
    from django.conf import settings
    from django.template import Engine, TemplateSyntaxError
    from django.template.base import DebugLexer, Node, Parser

    if not settings.configured:
        settings.configure(USE_I18N=False)  # parsing asks for it; nothing is rendered
    engine = Engine(debug=True, libraries=_DJANGO)
    text = file.text
    foreign = False
    for match in _FOREIGN.finditer(text):
        names = match.group(1).split(" from ")[-1].split()
        if any(name not in _DJANGO for name in names):
            foreign = True
            blank = "{# " + " " * max(0, len(match.group(0)) - 6) + " #}"
            text = text[: match.start()] + blank[: len(match.group(0))] + text[match.end() :]
    parser = Parser(DebugLexer(text).tokenize(), engine.template_libraries, engine.template_builtins, None)
    if foreign:
        parser.tags = _Tolerant(parser.tags, lambda _parser, _token: Node())
        parser.filters = _Tolerant(parser.filters, lambda value, _argument=None: value)
    try:
        parser.parse()
    except TemplateSyntaxError as error:
        token = getattr(error, "token", None)
        start, end = token.position if token is not None and token.position else (0, 1)
        return _fault("Django", file, start, end, re.sub(r" on line \d+|Must be one of:.*|Did you forget.*", "", str(error), flags=re.S))
    return None


def _liquid(file: SourceFile, entry: Mapping[str, Any]) -> Fault | None:
    import liquid

    try:
        liquid.Environment(tolerance=liquid.Mode.STRICT).from_string(file.text)
    except liquid.exceptions.LiquidError as error:
        message = str(error.args[0]) if error.args else "syntax error"
        token = error.token
        place = token.start_index if token is not None and token.start_index >= 0 else None
        unknown = re.fullmatch(r"unexpected tag '(\w+)'", message)
        if unknown and place is not None and unknown.group(1).removeprefix("end") in {*entry["blocks"], "section", "layout", "sections"}:
            opened = file.text.count(f"% {unknown.group(1).removeprefix('end')}")
            if opened and unknown.group(1) not in {"endif", "endfor", "endunless", "endcase"}:
                return None  # tags of shops, which the plain parser does not know
        if place is None:
            place = max(0, len(file.text.rstrip()) - 1)
        start = max(file.text.rfind("{%", 0, place + 1), file.text.rfind("{{", 0, place + 1), 0)
        closing = re.compile(r"[%}]\}").search(file.text, place)
        return _fault("Liquid", file, start, closing.end() if closing else place + 1, message)
    return None


def mjml(file: SourceFile, text: str) -> Fault | None:
    """The first element of MJML that is not closed, or closed without being open. ``text``: the source, same length, with its tags blanked."""
    open_: list[re.Match[str]] = []
    for tag in _MJ_TAG.finditer(_COMMENT.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), text)):
        name = tag["name"].lower()
        if open_ and open_[-1]["name"].lower() in _HOLD_HTML and not (tag["close"] and name == open_[-1]["name"].lower()):
            if name == "mjml" or name in _HOLD_HTML or name in _LAYOUT:
                return _unclosed(file, open_[-1])
            continue
        if not tag["close"]:
            if not tag["empty"]:
                open_.append(tag)
        elif not open_ or open_[-1]["name"].lower() != name:
            if any(o["name"].lower() == name for o in open_):
                return _unclosed(file, open_[-1])
            return _fault("MJML", file, tag.start(), tag.end(), f"</{name}> closes nothing")
        else:
            open_.pop()
    return _unclosed(file, open_[-1]) if open_ else None


def _unclosed(file: SourceFile, tag: re.Match[str]) -> Fault:
    return _fault("MJML", file, tag.start(), tag.end(), f"<{tag['name']}> is never closed")
