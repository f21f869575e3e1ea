"""Where a finding points: a part of the mail, an excerpt, and line and column in the source file."""

from __future__ import annotations

from dataclasses import dataclass

MAX_EXCERPT = 200


@dataclass(frozen=True, slots=True)
class Place:
    """One place. ``excerpt`` is decoded text ("" for something absent); lines and columns count from 1, or None.

    ``context`` is the line of decoded text around the excerpt and ``context_column`` where
    the excerpt starts in it (from 0): what the text report shows above its caret. ``file``: the
    file it lies in, if that is another than the source (what a template draws in); ``stand_in``:
    how it meets what stands for a variable: "", ``part`` or ``whole``; ``span``: number of the mail's body and
    the characters of its text, where it lies in one.
    """

    part: str
    excerpt: str = ""
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None
    context: str = ""
    context_column: int = 0
    file: str = ""
    stand_in: str = ""
    span: tuple[int, int, int] | None = None

    @property
    def spot(self) -> tuple[str, str, int | None, int | None, str]:
        """What makes it the same place as another one, whatever stands around it."""
        return (self.file, self.part, self.line, self.column, self.excerpt)

    @property
    def sort_key(self) -> tuple[int, int]:
        """Order of reading; places without a line come last."""
        return (self.line if self.line is not None else 1 << 30, self.column or 0)


def clip(text: str, limit: int = MAX_EXCERPT) -> str:
    """One line of at most *limit* characters, white space folded."""
    folded = " ".join(text.split())
    return folded if len(folded) <= limit else folded[: limit - 1] + "…"
