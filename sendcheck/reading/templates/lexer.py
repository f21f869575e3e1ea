"""Template source to tokens that keep their places. Tolerant: a tag that is never closed is noted, and the rest is text.

Every scan goes forward only: a closing mark that was looked for in vain is not looked for again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from enum import StrEnum

from sendcheck.reading.templates.model import Fault, SourceFile, Spot


class What(StrEnum):
    """Kinds of token."""

    TEXT = "text"
    OUTPUT = "output"
    TAG = "tag"
    COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class Token:
    """Characters start..end; ``inner``: where the tag's content starts; ``body``: that content, stripped; ``mark``: a Mustache tag's sigil, or {{{."""

    what: What
    start: int
    end: int
    body: str = ""
    inner: int = 0
    mark: str = ""

    @property
    def name(self) -> str:
        """The first word of a tag."""
        found = re.match(r"[\w.$@-]+", self.body)
        return found.group(0) if found else ""

    @property
    def rest(self) -> str:
        """What follows the first word."""
        return self.body[len(self.name) :].strip()


_RAW = re.compile(r"\{%-?\s*(raw|verbatim|comment)\b[^%]{0,200}%\}")
_ERB = re.compile(r"<%[-=#]?")
_MUSTACHE = re.compile(r"\\?\{\{(?:\{|!--|[~]?[#/^!>&=<$]|~)?")
_PERCENT = {True: re.compile(r"\{\{|\{%|\{#"), False: re.compile(r"\{\{|\{%")}
#: Braces, or a bare name (Kotlin, Groovy, Velocity, string.Template, where two dollar signs are one that is meant).
_DOLLAR = re.compile(r"\$!?\{|(?<![\w$\\])\$!?(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)")
_QUOTED_OR = {
    "%}": re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|%\}"),
    "}}": re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|\}\}"),
}
#: Values in messages of catalogues, and of mail services. An opening brace alone is read on its own (ICU).
#: Letters beyond ASCII may stand right beside a value: many languages put no blank between words.
_VALUE = {
    "message": re.compile(
        r"%(?:\([\w.]{1,60}\)[#0 +-]?\d*(?:\.\d+)?[sdfi]|\{[\w.]{1,60}\}|<[\w.]{1,60}>[sdf]|\d\$[sdS]|[sSdif](?![A-Za-z0-9_%]))"
        r"|\$\{[\w.]{1,60}\}|\{\{-?\s*[^{}\n]{1,100}?\s*-?\}\}|%%\w{1,40}%%|(?<![A-Za-z0-9_%])%[A-Za-z_][A-Za-z0-9_.-]{1,40}%(?![A-Za-z0-9_])|\{\}|\$t\([^)\n]{1,60}\)"
    ),
    "any": re.compile(
        r"\{\{\{?-?\s*[#/^&>!~]?[^{}\n]{1,200}\}?\}\}|\{%-?[^%\n]{1,200}-?%\}|\$\{[^{}\n]{1,200}\}"
        r"|%(?:\([\w.]{1,60}\)[sd]|recipient\.\w{1,40}%|\{[\w.]{1,60}\})|\*\|[^|\n]{1,80}\|\*|<%[^%\n]{1,200}%>"
        r"|\[\[[^\[\]\n]{1,120}\]\]|(?<!%)%%[A-Za-z_][\w.]{1,40}%%|\{![A-Za-z_][\w.]{1,60}\}"
        r"|\[%[A-Za-z_|'\w -]{1,40}%\]|<%=?\s*[\w.]{1,60}\s*%>|@@[A-Za-z_]\w{1,40}@@"
        r"|(?<![#\w])##[^\W\d]\w{1,40}##(?![#\w])|\{\s*MERGEFIELD\s[^}\n]{1,80}\}"
        r"|«[^\W\d]\w{2,40}»|\{![A-Za-z_][\w .:]{1,60};[^}\n]{0,40}\}"
        r"|\[\w{2,30},\s*fallback=[^\]\n]{0,40}\]|\$!?\[\w{2,40}(?:\|[^\]\n]{0,40})?\]\$"
        r"|\{[a-zæøå]{2,20}(?:_[a-zæøå]{2,20}){1,4}\}|\{[A-Z][a-z]{1,20}(?:[A-Z][a-z]{1,20}){1,3}\}|\[[A-ZÆØÅ]{2,20}(?:_[A-ZÆØÅ]{2,20}){1,4}\]"
        r"|(?<![%\w])%[A-Za-z]{3,20}:[A-Za-z_][\w ]{1,30}%(?!\w)|%%=[^%\n]{1,80}=%%"
    ),
}
_MESSAGE = re.compile(rf"{_VALUE['message'].pattern}|\{{")
#: Faults that one file is told of: a source with so many is no template of its engine.
MOST_FAULTS = 20


@dataclass(slots=True)
class Scan:
    """The tokens of a source, and what is wrong with its tags."""

    tokens: list[Token]
    faults: list[Fault]


def scan(file: SourceFile, family: str, start: int = 0, end: int | None = None, comments: bool = True) -> Scan:
    """Tokens of characters start..end of a file, in order and without gaps."""
    stop = len(file.text) if end is None else end
    scanner = _Scanner(file, stop)
    tags: Callable[[int], Iterator[Token]] = {
        "percent": lambda at: scanner.percent(at, comments),
        "mustache": scanner.mustache,
        "dollar": scanner.dollar,
        "angle": scanner.angle,
        "message": scanner.messages,
        "any": scanner.services,
    }[family]
    return Scan(list(scanner.with_text(tags(start), start)), scanner.faults)


class _Scanner:
    def __init__(self, file: SourceFile, stop: int) -> None:
        self.file = file
        self.text = file.text
        self.stop = stop
        self.faults: list[Fault] = []
        self._never: set[str] = set()

    def with_text(self, tags: Iterator[Token], start: int) -> Iterator[Token]:
        at = start
        for tag in tags:
            if tag.start > at:
                yield Token(What.TEXT, at, tag.start)
            yield tag
            at = tag.end
        if at < self.stop:
            yield Token(What.TEXT, at, self.stop)

    def _close(self, closing: str, at: int) -> int:
        """Where *closing* stands from *at* on, quoted strings aside; -1 if nowhere."""
        if closing in self._never:
            return -1
        pattern = _QUOTED_OR.get(closing)
        if pattern is not None:
            for match in pattern.finditer(self.text, at, self.stop):
                if match.group(0) == closing:
                    return match.start()
        found = self.text.find(closing, at, self.stop)
        if found < 0:
            self._never.add(closing)
        return found

    def _sound(self) -> bool:
        """Whether it is worth reading on."""
        return len(self.faults) < MOST_FAULTS

    def _unclosed(self, start: int, opening: str, closing: str) -> None:
        line_end = self.text.find("\n", start, self.stop)
        end = min(self.stop if line_end < 0 else line_end, start + 60)
        self.faults.append(Fault("syntax", f"“{opening}” is never closed by “{closing}”", Spot(self.file, start, end), f"write “{closing}” where the tag ends"))

    def percent(self, at: int, comments: bool) -> Iterator[Token]:
        """Jinja, Django, Twig, Nunjucks, Liquid."""
        opener = _PERCENT[comments]
        while self._sound():
            match = opener.search(self.text, at, self.stop)
            if match is None:
                return
            opening = match.group(0)
            closing = {"{{": "}}", "{%": "%}", "{#": "#}"}[opening]
            found = self._close(closing, match.end())
            if found < 0:
                self._unclosed(match.start(), opening, closing)
                at = match.end()
                continue
            nested = self.text.find(opening, match.end(), found)
            if nested >= 0 and "\n" in self.text[match.end() : nested]:
                # The next tag's end is not this one's: this one was not closed on its lines.
                self._unclosed(match.start(), opening, closing)
                at = nested
                continue
            end = found + 2
            inner = match.end() + (self.text[match.end() : match.end() + 1] in {"-", "~", "+"})
            body = self.text[inner : found - (self.text[found - 1] in "-~+" and found - 1 >= inner)]
            what = {"{{": What.OUTPUT, "{%": What.TAG, "{#": What.COMMENT}[opening]
            token = Token(what, match.start(), end, body.strip(), inner + len(body) - len(body.lstrip()))
            raw = _RAW.match(self.text, match.start()) if what is What.TAG else None
            if raw:
                at = yield from self._raw(token, raw.group(1), end)
                continue
            yield token
            at = end

    def _raw(self, token: Token, name: str, end: int) -> Generator[Token, None, int]:
        """A raw, verbatim or comment block: nothing in it is a tag. Gives where to read on."""
        closing = re.compile(rf"\{{%-?\s*end{name}\b[^%]{{0,100}}%\}}").search(self.text, end, self.stop)
        if closing is None:
            self._unclosed(token.start, self.text[token.start : token.end], f"{{% end{name} %}}")
            return end
        if name == "comment":
            yield Token(What.COMMENT, token.start, closing.end(), self.text[end : closing.start()].strip(), end)
        else:
            yield Token(What.COMMENT, token.start, token.end)
            if closing.start() > end:
                yield Token(What.TEXT, end, closing.start())
            yield Token(What.COMMENT, closing.start(), closing.end())
        return closing.end()

    def mustache(self, at: int) -> Iterator[Token]:
        """Mustache and Handlebars."""
        while self._sound():
            match = _MUSTACHE.search(self.text, at, self.stop)
            if match is None:
                return
            opening = match.group(0)
            if opening.startswith("\\"):  # Handlebars: an escaped tag is printed as a tag, for whoever fills the mail next
                found = self._close("}}", match.end())
                at = found + 2 if found >= 0 else match.end()
                if found >= 0:
                    yield Token(What.OUTPUT, match.start(), at, self.text[match.end() : found].strip(), match.end())
                continue
            closing = "}}}" if opening == "{{{" else "--}}" if opening.endswith("!--") else "}}"
            found = self._close(closing, match.end())
            if found < 0 and closing == "--}}":
                found = self._close("}}", match.end())
                closing = "}}"
            nested = self.text.find("{{", match.end(), found) if found >= 0 else -1
            if found < 0 or (nested >= 0 and not opening.endswith(("!--", "!"))):
                self._unclosed(match.start(), "{{", "}}")
                at = match.end() if nested < 0 else nested
                continue
            body = self.text[match.end() : found].rstrip("~")
            mark = opening[2:].strip("~")
            if mark.startswith("!"):
                what = What.COMMENT
            else:
                what = What.OUTPUT if mark in {"", "{", "&"} else What.TAG
            inner = match.end() + len(body) - len(body.lstrip())
            yield Token(what, match.start(), found + len(closing), body.strip(), inner, mark)
            at = found + len(closing)

    def dollar(self, at: int) -> Iterator[Token]:
        """``$name``, and ``${…}`` with whatever braces, brackets and strings stand in it."""
        while self._sound():
            match = _DOLLAR.search(self.text, at, self.stop)
            if match is None:
                return
            if match["name"]:
                at = match.end()
                yield Token(What.OUTPUT, match.start(), at, match["name"], match.start("name"))
                continue
            end = balanced(self.text, match.end(), min(self.stop, match.end() + 2000))
            if end < 0:
                self._unclosed(match.start(), "${", "}")
                at = match.end()
                continue
            yield Token(What.OUTPUT, match.start(), end, self.text[match.end() : end - 1].strip(), match.end())
            at = end

    def angle(self, at: int) -> Iterator[Token]:
        """ERB and EJS: what they compute is not looked into."""
        while True:
            match = _ERB.search(self.text, at, self.stop)
            if match is None:
                return
            found = self._close("%>", match.end())
            if found < 0:
                self._unclosed(match.start(), match.group(0), "%>")
                return
            body = self.text[match.end() : found].strip("- \n")
            what = What.OUTPUT if match.group(0).endswith("=") else What.COMMENT
            yield Token(what, match.start(), found + 2, body, match.end())
            at = found + 2

    def services(self, at: int) -> Iterator[Token]:
        """Every tag that mail services put values in with."""
        for match in _VALUE["any"].finditer(self.text, at, self.stop):
            body = match.group(0).strip("{}[]%$*|<>=!@ -~&")
            what = What.COMMENT if re.match(r"\{\{[#/^>!]|\{%|<%(?!=)", match.group(0)) else What.OUTPUT
            yield Token(what, match.start(), match.end(), body.strip(), match.start())

    def messages(self, at: int) -> Iterator[Token]:
        """Values in messages of catalogues, ICU arguments among them."""
        while True:
            found = _MESSAGE.search(self.text, at, self.stop)
            if found is None:
                return
            if found.group(0) != "{":
                body = re.sub(r"^%\(|^%<|^%?\{+-?|^\$\{|^\$t\(|\)[#0 +-]?[\d.]*[sdfi]$|>[sdf]$|-?\}+$|^%|\)$|%%|%$", "", found.group(0)).strip()
                yield Token(What.OUTPUT, found.start(), found.end(), body, found.start())
                at = found.end()
                continue
            end = balanced(self.text, found.end(), min(self.stop, found.end() + 3000))
            inside = self.text[found.end() : end - 1] if end > 0 else ""
            if not re.match(r"\s*[A-Za-z_]\w*(?:[.\w]*)\s*(?:,|$)|\s*\d+\s*(?:,|$)", inside):
                at = found.end()
                continue
            yield Token(What.OUTPUT, found.start(), end, inside.strip(), found.end())
            at = end


def balanced(text: str, at: int, stop: int) -> int:
    """The end of what an opening brace before *at* opened, after its closing brace; -1 if it does not close."""
    depth = 1
    for match in re.finditer(r"\"(?:[^\"\\\n]|\\.)*\"|[{}]", text[at:stop]):
        if match.group(0) == "{":
            depth += 1
        elif match.group(0) == "}":
            depth -= 1
            if depth == 0:
                return at + match.end()
    return -1
