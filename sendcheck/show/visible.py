"""A report whose every string is fit to be shown (:mod:`sendcheck.escapes`): what all formats but JSON are made from."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

from sendcheck.escapes import clean, cleaned_at
from sendcheck.pipeline.report import MailReport
from sendcheck.understanding.place import Place

#: Text of several lines, cleaned where it is cut into pieces or lines (``marks.py``, ``own.py``).
_KEPT = {"sheets", "passages"}


def visible(report: MailReport) -> MailReport:
    """The same report; excerpts still stand where they stood in their lines."""
    changed: MailReport = _through(report)
    return changed


def visible_place(place: Place) -> Place:
    """The same for a place."""
    if not place.context:
        return replace(place, part=clean(place.part), excerpt=clean(place.excerpt), file=clean(place.file))
    start, end = cleaned_at(place.context, place.context_column, place.context_column + len(place.excerpt))
    context = clean(place.context)
    whole = place.context[place.context_column :].startswith(place.excerpt)
    excerpt = context[start:end] if whole else clean(place.excerpt)
    return replace(place, part=clean(place.part), excerpt=excerpt, context=context, context_column=start, file=clean(place.file))


def _through(value: Any) -> Any:
    if type(value) is str:  # an enumeration's value is no word of a mail
        return clean(value)
    if isinstance(value, tuple):
        return tuple(_through(v) for v in value)
    if isinstance(value, Place):
        return visible_place(value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: _through(getattr(value, f.name)) for f in fields(value) if f.name not in _KEPT})
    return value
