"""Takes values that must not be shown (passwords, personal numbers) out of a finished report, wherever they stand in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass, replace
from typing import Any

from sendcheck.pipeline.report import MailReport
from sendcheck.understanding.place import Place

MASK = "•"
#: So much of a value's begin is shown, of values longer than the second number.
_SHOWN, _SHORT = 2, 4
#: A piece of a value at a text's torn end that is hidden, too.
_PIECE = 3
#: How the parts begin that hold a file's name.
_NAMED = "attachment:"
#: Fields that hold no words of the mail.
_NOT_TEXT = {"fingerprint", "rule", "verdict", "severity", "confidence", "part", "stand_in", "kind", "number", "span", "timings"}


def mask(value: str) -> str:
    """A value as reports show it: as long as it is, so that places stay."""
    shown = _SHOWN if len(value) > _SHORT else 0
    return value[:shown] + "".join(c if c.isspace() else MASK for c in value[shown:])


def masked(report: MailReport, values: Iterable[str]) -> MailReport:
    """The report without these values. Parts of one that a clipped line begins or ends with go, too."""
    wanted = sorted({v for v in values if v.strip()}, key=len, reverse=True)
    if not wanted:
        return report
    whole = re.compile("|".join(_flexible(v) for v in wanted))

    def hide(text: str, torn: bool) -> str:
        text = whole.sub(lambda m: mask(m.group(0)), text)
        return _torn(text, wanted) if torn else text

    changed: MailReport = _through(report, hide)
    return changed


def _flexible(value: str) -> str:
    """A value however its blanks were folded; figures only where no other figure touches them: “4821” is not part of “148210”."""
    body = r"\s+".join(re.escape(word) for word in value.split())
    return rf"(?<!\w){body}(?!\w)" if value.replace(" ", "").isalnum() else body


def _torn(text: str, values: list[str]) -> str:
    """A clipped text without the pieces of values at its ends."""
    end = text.rstrip("…")
    for value in values:
        for size in range(min(len(value) - 1, len(end)), _PIECE - 1, -1):
            if end.endswith(value[:size]):
                text = end[: len(end) - size] + mask(value)[:size] + text[len(end) :]
                break
        for size in range(min(len(value) - 1, len(text)), _PIECE - 1, -1):
            if text.startswith(value[-size:]):
                text = MASK * size + text[size:]
                break
    return text


def _through(value: Any, hide: Callable[[str, bool], str], torn: bool = False) -> Any:
    """The same value with every string of the mail changed: frozen data classes, tuples, strings. ``torn``: strings that may have been cut."""
    if type(value) is str:  # an enumeration's value is no word of the mail
        return hide(value, torn)
    if isinstance(value, tuple):
        return tuple(_through(v, hide, torn) for v in value)
    if is_dataclass(value) and not isinstance(value, type):
        torn = isinstance(value, Place)  # excerpts and lines of context are cut to a length
        if isinstance(value, Place) and value.part.startswith(_NAMED):
            value = replace(value, part=_NAMED + hide(value.part.removeprefix(_NAMED), False))
        return replace(value, **{f.name: _through(getattr(value, f.name), hide, torn) for f in fields(value) if f.name not in _NOT_TEXT})
    return value
