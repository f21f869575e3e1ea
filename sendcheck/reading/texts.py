"""Readable parts as texts: decoded, unfolded, HTML and calendars as their reader sees them, each character with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sendcheck.reading.flowed import unflow
from sendcheck.reading.headers import Header
from sendcheck.reading.invisible import holds_invisible, visible_pieces
from sendcheck.reading.limits import Limits
from sendcheck.reading.part import RawPart
from sendcheck.reading.problem import Problems
from sendcheck.reading.sourcemap import Pieces, TextView, derived_view, plain_view, whole
from sendcheck.reading.transfer import DecodedText, decode_text

if TYPE_CHECKING:
    from sendcheck.reading.html import HtmlText


class TextPart(NamedTuple):
    """A readable part. ``view`` is its text as read; ``html`` the parsed HTML behind it, if any; ``name``: what places call a part that is no body
    (``attachment:notes.txt``), "" for the mail's text.
    """

    kind: str
    path: str
    view: TextView
    html: HtmlText | None
    locate_source: TextView
    alternative: int | None
    attached_mail: bool
    headers: tuple[Header, ...] = ()
    name: str = ""


class TextReader(NamedTuple):
    """Reads parts as texts. ``first_line``: line of the mail's first byte in its file."""

    limits: Limits
    problems: Problems
    first_line: int

    def body(self, leaf: RawPart) -> TextPart:
        """A part that clients show as the mail's text."""
        decoded = decode_text(leaf, self.limits, self.problems)
        if leaf.fields.content_type == "text/html":
            return self.html(leaf, decoded)
        return self.plain(leaf, self._few_lines(leaf, decoded))

    def _few_lines(self, leaf: RawPart, decoded: DecodedText) -> DecodedText:
        """A text without the lines beyond the cap: each of them costs, however short it is."""
        text = decoded.text
        if text.count("\n") <= self.limits.text_lines:
            return decoded
        self.problems.truncated(f"a text of more than {self.limits.text_lines:,} lines; only its start was read", leaf.label)
        at = 0
        for _ in range(self.limits.text_lines):
            at = text.index("\n", at) + 1
        return decoded._replace(text=text[:at])

    def plain(self, leaf: RawPart, decoded: DecodedText) -> TextPart:
        """As it stands; format=flowed joined (RFC 3676)."""
        base = self._shifted(plain_view(decoded.text, decoded.map))
        view = base
        hides = holds_invisible(decoded.text)
        if leaf.fields.flowed or hides:
            pieces = unflow(decoded.text, leaf.fields.delsp) if leaf.fields.flowed else whole(decoded.text)
            view = self._shifted(derived_view(visible_pieces(pieces) if hides else pieces, decoded.map))
        return TextPart("plain", leaf.path, view, None, base, leaf.alternative, leaf.attached_mail, leaf.headers)

    def html(self, leaf: RawPart, decoded: DecodedText) -> TextPart:
        """As its reader sees it; what they do not see apart."""
        from sendcheck.reading.html import html_text

        chars, lines = self.limits.text_chars, self.limits.text_lines
        html = self.problems.guard(lambda: html_text(decoded.text, chars, lines), None, "the HTML could not be read", leaf.label)
        if html is None:
            return self.plain(leaf, decoded)
        if html.cut:
            self.problems.truncated(f"HTML with more than {chars:,} characters or {lines:,} lines of text; the rest was not read", leaf.label)
        return self.derived("html", leaf, decoded, html.pieces)._replace(html=html)

    def derived(self, kind: str, leaf: RawPart, decoded: DecodedText, pieces: Pieces) -> TextPart:
        """What was made of a part's text."""
        base = self._shifted(plain_view(decoded.text, decoded.map))
        view = self._shifted(derived_view(pieces, decoded.map))
        return TextPart(kind, leaf.path, view, None, base, leaf.alternative, leaf.attached_mail, leaf.headers)

    def without_problems(self) -> tuple[TextReader, Problems]:
        """The same reader, with problems of its own."""
        problems = Problems()
        return self._replace(problems=problems), problems

    def _shifted(self, view: TextView) -> TextView:
        if self.first_line == 1:
            return view

        def locate(offset: int) -> tuple[int, int] | None:
            at = view.locate(offset)
            return None if at is None else (at[0] + self.first_line - 1, at[1])

        return TextView(view.text, locate)
