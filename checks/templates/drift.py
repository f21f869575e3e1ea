"""`template-locales`: what a translation lacks or invents."""

from __future__ import annotations

from collections.abc import Iterator

from sendcheck.checkapi import Hit, Mail, Place, Severity, Template, Translation

RULE = "template-locales"
_MILD = {
    "untranslated": Severity.NOTE,
    "missing": Severity.WARNING,
    "lacks-message": Severity.WARNING,
    "invents-message": Severity.WARNING,
}


def drift(mail: Mail, template: Template) -> Iterator[Hit]:
    """One hit for each difference. What is missing or invented as a whole is a warning, what nobody has translated yet a note with their number."""
    for found in template.translations:
        message, remedy = _said(found)
        mild = _MILD.get(found.kind)
        whole = found.spot.start == found.spot.end
        place = Place("template") if whole else mail.at_spot(found.spot)
        yield Hit(RULE, message, place, remedy, severity=mild, key=f"{found.kind} {found.key} {found.what} {found.against} {found.here}".rstrip())


def _said(found: Translation) -> tuple[str, str]:
    if found.kind == "missing":
        return (
            f"there is no “{found.what}” translation of this template: {found.against} does not exist",
            "write it, or say in its stead what those readers get",
        )
    if found.kind == "untranslated":
        return f"{found.what} messages have no translation", "translate them: until then readers get the source language"
    if found.kind == "lacks-message":
        if found.here:
            return f"{found.here} messages of {found.against} are missing here, among them “{found.what}”", "translate them"
        return f"the message “{found.what}” of {found.against} is missing here", "translate it"
    if found.kind == "invents-message":
        if found.here:
            return f"{found.here} messages are not in {found.against}, among them “{found.what}”", "add them there, or take them out here"
        return f"the message “{found.what}” is not in {found.against}", "add it there, or take it out here"
    where = f"in “{found.key[:60]}” " if found.key else ""
    if found.kind == "count":
        return (
            f"{where}{found.against} puts in {_values(found.what)}, this {_values(found.here)}",
            "put in as many, in the places they are meant for: with another number the mail cannot be made, or a value is lost",
        )
    if found.kind == "lacks":
        return f"{where}the variable “{found.what}” of {found.against} is missing", "put it in: readers of this language miss what it says"
    return f"{where}the variable “{found.what}” is not in {found.against}", "take it out, or add it there: it may have no value"


def _values(written: str) -> str:
    """Values without a name, counted."""
    number = len(written.split())
    return f"{number} value{'s' * (number != 1)} ({written})" if number else "none"
