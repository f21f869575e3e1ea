"""HTML bodies as their reader sees them: lines of text, quote depth, links, and hidden text apart.

Parsed by selectolax (lexbor), the one parser measured that loses no deeply nested text.
The tree is walked without recursion, so nesting cannot exhaust the stack.
"""

from __future__ import annotations

import bisect
import html as entities
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from sendcheck.reading.htmlzones import zone_inside
from sendcheck.reading.invisible import holds_invisible, visible, visible_spans
from sendcheck.reading.sourcemap import Pieces
from sendcheck.reading.zone import Zone

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_SKIP = {"link", "base", "mj-style", "mj-attributes"}
#: Elements whose text few clients show, or none; it leaves all the same.
_UNSEEN = {"head", "title", "mj-head", "object", "svg", "math", "script"}
#: Attributes that hold words.
_SAID = ("alt", "title", "aria-label", "value", "placeholder", "label", "summary", "srcdoc")
_CSS_COMMENT = re.compile(r"/\*(.*?)\*/", re.S)
_TAG = re.compile(r"<[^<>]*>")
_BLOCK = {
    "address", "article", "aside", "body", "caption", "center", "dd", "div", "dl", "dt", "fieldset", "figure", "footer",
    "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "pre", "section", "table",
    "tbody", "thead", "tr", "ul", "p", "blockquote", "html",
    "mj-body", "mj-section", "mj-column", "mj-text", "mj-button", "mj-image", "mj-table", "mj-raw", "mj-hero", "mj-social-element", "mj-navbar-link",
    "mj-accordion-title", "mj-accordion-text", "mj-wrapper", "mj-divider", "mj-spacer",
}  # fmt: skip
_PARAGRAPH = {"p", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "ul", "ol", "mj-text", "mj-button"}
#: Elements whose look a reader of the text should not miss, and what stands for it.
_LOOKS = {
    **dict.fromkeys(("b", "strong", "th"), "strong"), **dict.fromkeys(("i", "em", "cite"), "em"), "u": "u", **dict.fromkeys(("s", "strike", "del"), "s"),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "heading"), **dict.fromkeys(("pre", "code", "samp", "kbd", "tt"), "code"),
}  # fmt: skip
_ANCHORS = {"a", "mj-button", "mj-navbar-link", "mj-social-element"}
_HIDING_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0(?:px|pt|em|%)?\s*(?:;|!|$)"
    r"|opacity\s*:\s*0(?:\.0+)?\s*(?:;|!|$)|max-height\s*:\s*0(?:px)?\s*(?:;|!|$)",
    re.I,
)
_TAG_OR_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)|<(?:script|style)\b.*?(?:</(?:script|style)\s*>|\Z)|<[a-zA-Z/!?][^<>]*>", re.S | re.I)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});?")
_CONDITIONAL = re.compile(r"\s*(?:\[if\b|<!\[endif|\[endif|StartFragment|EndFragment)", re.I)
_MISSES_ALLOWED = 200


class Link(NamedTuple):
    """An anchor: its target and its visible text, with the text's range in ``HtmlText.pieces``."""

    href: str
    text: str
    start: int
    end: int


@dataclass(slots=True)
class HtmlText:
    """The text of an HTML part. ``hidden``: text no reader sees, as (text, offset in the source or None); ``looks``: (start, end, look) of what
    is strong, em, u, s, heading or code, in the order it ends.
    """

    pieces: Pieces = field(default_factory=Pieces)
    zone_starts: list[int] = field(default_factory=list)
    zones: list[Zone] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    hidden: list[tuple[str, int | None]] = field(default_factory=list)
    image_ids: set[str] = field(default_factory=set)
    looks: list[tuple[int, int, str]] = field(default_factory=list)
    cut: bool = False

    def zone_at(self, offset: int) -> Zone:
        """The zone of character *offset*."""
        index = bisect.bisect_right(self.zone_starts, offset) - 1
        return self.zones[index] if index >= 0 else Zone()


class _SourceFinder:
    """Finds where a text node stands in the HTML source, in document order."""

    def __init__(self, source: str) -> None:
        masked = _TAG_OR_COMMENT.sub(lambda m: "\x00" * len(m.group(0)), source)
        plain = Pieces()
        at = 0
        for match in _ENTITY.finditer(masked):
            plain.add(masked[at : match.start()], at)
            plain.add(entities.unescape(match.group(0)), match.start())
            at = match.end()
        plain.add(masked[at:], at)
        self._plain = plain
        self._text = plain.text()
        self._cursor = 0
        self._misses = 0

    def source(self, found: int) -> int | None:
        """The source offset of a place that :meth:`find` gave, or of one inside the node it found."""
        return self._plain.source_of(found)

    def find(self, text: str) -> int | None:
        """Where *text* stands, as a place for :meth:`source`; searched onward from the last one found."""
        if self._misses > _MISSES_ALLOWED:
            return None
        found = self._text.find(text, self._cursor)
        if found < 0:
            self._misses += 1
            return None
        self._cursor = found + len(text)
        return found


def html_text(source: str, max_chars: int, max_lines: int) -> HtmlText:
    """The visible text of *source* with structure; never raises on any input."""
    from selectolax.lexbor import LexborHTMLParser

    out = HtmlText()
    cleaned = source.encode("utf-8", "replace").decode("utf-8").replace("\x00", " ")
    root = LexborHTMLParser(cleaned).root
    if root is not None:
        _Walker(out, _SourceFinder(cleaned), max_chars, max_lines).walk(root)
    return out


@dataclass(slots=True)
class _State:
    zone: Zone
    hidden: bool = False
    pre: bool = False
    href: str | None = None
    begun: int = 0


class _Walker:
    def __init__(self, out: HtmlText, finder: _SourceFinder, max_chars: int, max_lines: int) -> None:
        self.out = out
        self.finder = finder
        self.max_chars = max_chars
        self.max_lines = max_lines
        self.lines = 0
        self.line_empty = True
        self.blank_lines = 2
        self.pending_space = False
        self.link_start: int | None = None
        self.in_answer = False

    def walk(self, root: LexborNode) -> None:
        """Depth first by child/next/parent, with one state a level."""
        states = [_State(Zone())]
        node: LexborNode | None = root
        opened: list[LexborNode] = []
        while node is not None:
            if self.out.pieces.length > self.max_chars or self.lines > self.max_lines:
                self.out.cut = True
                return
            child = self._enter(node, states)
            if child is not None:
                opened.append(node)
                node = child
                continue
            while node is not None:
                following = node.next
                if following is not None:
                    node = following
                    break
                node = opened.pop() if opened else None
                if node is not None:
                    self._leave(node, states.pop())

    def _enter(self, node: LexborNode, states: list[_State]) -> LexborNode | None:
        tag = node.tag or ""
        state = states[-1]
        if tag == "-text":
            self._text(node.text_content or "", state)
            return None
        if tag == "-comment":
            comment = node.comment_content or ""
            # what a conditional comment holds is markup, which Outlook shows
            self._unseen(_TAG.sub(" ", comment.partition(">")[2]) if _CONDITIONAL.match(comment) else comment)
            return None
        if tag == "style":
            self._unseen(" ".join(_CSS_COMMENT.findall(node.text() or "")))
            return None
        if tag == "template":  # a document of its own
            self._unseen(_TAG.sub(" ", node.html or ""))
            return None
        if tag == "meta":
            self._unseen((node.attributes.get("content") or "") if "name" in node.attributes else "")
            return None
        if tag in _SKIP:
            return None
        if tag == "br":
            self._newline()
            return None
        attributes = node.attributes
        for name in _SAID:
            if name in attributes:
                self._unseen(_TAG.sub(" ", attributes[name] or ""))
        if tag == "img":
            self._image(attributes, state)
            return None
        inner = self._inner_state(tag, attributes, state)
        if not inner.hidden:
            if tag in _BLOCK:
                self._break_line(tag in _PARAGRAPH)
            elif tag in {"td", "th"} and not self.line_empty:
                self._raw("\t")
            if tag == "li":
                self._zone(inner.zone)
                self._raw("- ")
            if tag in _ANCHORS and inner.href is not None:
                self.link_start = self.out.pieces.length
        inner.begun = self.out.pieces.length
        child = node.child
        if child is None:
            self._leave(node, inner)
            return None
        states.append(inner)
        return child

    def _leave(self, node: LexborNode, state: _State) -> None:
        tag = node.tag or ""
        if state.hidden:
            return
        if tag in _ANCHORS and state.href is not None and self.link_start is not None:
            start = self.link_start
            text = "".join(self.out.pieces.chunks[bisect.bisect_left(self.out.pieces.offsets, start) :])
            self.out.links.append(Link(state.href, " ".join(text.split()), start, self.out.pieces.length))
            self.link_start = None
        if tag in _LOOKS and self.out.pieces.length > state.begun:
            self.out.looks.append((state.begun, self.out.pieces.length, _LOOKS[tag]))
        if tag in _BLOCK:
            self._break_line(tag in _PARAGRAPH)

    def _inner_state(self, tag: str, attributes: dict[str, str | None], outer: _State) -> _State:
        style = attributes.get("style") or ""
        hidden = outer.hidden or "hidden" in attributes or tag in _UNSEEN or bool(style and _HIDING_STYLE.search(style))
        href = attributes.get("href") if tag in _ANCHORS else outer.href
        return _State(zone_inside(tag, attributes, outer.zone), hidden, outer.pre or tag == "pre", href)

    def _text(self, text: str, state: _State) -> None:
        if not text.strip():
            if text and not self.line_empty:
                self.pending_space = True
            return
        found = self.finder.find(text.strip())
        lead = len(text) - len(text.lstrip())
        if state.hidden:
            stripped = " ".join(text.split())
            stripped = visible(stripped)
            if stripped.strip("\u200c\u200b\u00ad\u034f\u2007\ufeff\u00a0 "):
                self.out.hidden.append((stripped, None if found is None else self.finder.source(found)))
            return
        self._break_at_answer(state.zone.color)
        self._zone(state.zone)
        if state.pre:
            self._pre(text, lead, found)
            return
        if text[0].isspace() and not self.line_empty:
            self.pending_space = True
        for match in re.finditer(r"[^ \t\r\n\f]+(?: [^ \t\r\n\f]+)*", text):
            if not visible(match.group(0)):
                continue  # a node of nothing but invisible characters stands between two halves of a word, or pads a preheader
            if self.pending_space:
                self.out.pieces.add(" ", None)
            self._add(match.group(0), None if found is None else found - lead + match.start())
            self.line_empty = False
            self.blank_lines = 0
            self.pending_space = True
        self.pending_space = (self.pending_space and not visible(text).strip()) or text[-1].isspace()

    def _break_at_answer(self, color: str) -> None:
        """A coloured answer behind a question in the same line becomes a line of its own, so that it can be told from the question."""
        before = self.out.zones[-1].color if self.out.zones else ""
        if self.line_empty or color == before:
            return
        if color and self.out.pieces.chunks[-1].rstrip().endswith(("?", ":")):
            self._newline()
            self.in_answer = True
        elif self.in_answer:
            self._newline()

    def _add(self, words: str, at: int | None) -> None:
        """Add words that stand at place *at*, without invisible characters; one by one where an entity makes the source longer than the text."""
        if holds_invisible(words):
            for first, last in visible_spans(words):
                self._add(words[first:last], None if at is None else at + first)
            return
        if at is None:
            self.out.pieces.add(words, None)
            return
        begin, end = self.finder.source(at), self.finder.source(at + len(words) - 1)
        if begin is None or end is None or end - begin == len(words) - 1:
            self.out.pieces.add(words, begin)
            return
        for match in re.finditer(r"\S+\s*", words):
            self.out.pieces.add(match.group(0), self.finder.source(at + match.start()))

    def _pre(self, text: str, lead: int, found: int | None) -> None:
        """Text as it stands. ``found``: the place of what comes behind so many blanks."""
        self.out.pieces.add(text[:lead], None)
        self._add(text[lead:], found)
        self.line_empty = text.endswith("\n")
        self.lines += text.count("\n")
        self.blank_lines = 0
        self.pending_space = False

    def _zone(self, zone: Zone) -> None:
        if not self.out.zones or self.out.zones[-1] != zone:
            self.out.zone_starts.append(self.out.pieces.length)
            self.out.zones.append(zone)

    def _raw(self, text: str) -> None:
        self.out.pieces.add(text, None)
        self.line_empty = False
        self.blank_lines = 0
        self.pending_space = False

    def _newline(self) -> None:
        self.in_answer = False
        self.out.pieces.add("\n", None)
        self.lines += 1
        self.blank_lines = self.blank_lines + 1 if self.line_empty else 0
        self.line_empty = True
        self.pending_space = False

    def _break_line(self, paragraph: bool) -> None:
        if not self.line_empty:
            self._newline()
        if paragraph and self.blank_lines == 0:
            self._newline()

    def _unseen(self, text: str) -> None:
        """Words that leave and stand in no text."""
        words = " ".join(text.split())
        if any(c.isalnum() for c in words):
            self.out.hidden.append((words, None))

    def _image(self, attributes: dict[str, str | None], state: _State) -> None:
        source = attributes.get("src") or ""
        if source.lower().startswith("cid:"):
            self.out.image_ids.add(unquote(source[4:]))
        alt = (attributes.get("alt") or "").strip()
        if alt and not state.hidden and state.href is not None and self.link_start == self.out.pieces.length:
            self._raw(alt)
