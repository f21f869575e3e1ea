"""`template-variable`: variables that the declared context does not have; without one, likely slips between two names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from sendcheck.checkapi import Confidence, Hit, Mail, Severity, Template
from sendcheck.understanding.twins import beginnings, slip

RULE = "template-variable"


def undeclared(mail: Mail, template: Template) -> Iterator[Hit]:
    """Against the context where one is declared, else among the template's own names."""
    if template.context is not None:
        yield from _against(mail, template, template.context)
    else:
        yield from _twins(mail, template)


def _against(mail: Mail, template: Template, context: Mapping[str, object]) -> Iterator[Hit]:
    declared = set(context)
    roots = {path.split(".")[0] for path in declared}
    for variable in template.variables:
        if variable.local or _declared(variable.path, variable.scope, declared):
            continue
        near = get_close_matches(variable.path, sorted(declared), 1, 0.75) or get_close_matches(variable.path.split(".")[0], sorted(roots), 1, 0.75)
        remedy = f"did you mean {near[0]}?" if near else "declare it in context, or take it out"
        yield Hit(RULE, f"“{variable.path}” is not among the variables this template is given", mail.at_spot(variable.spot), remedy, key=variable.path)


def _declared(path: str, scope: tuple[str, ...], declared: set[str]) -> bool:
    """Whether the context has a path: itself, something it is part of, or something that is part of it; inside a section also from there on."""
    if _known(path, declared):
        return True
    prefix = ""
    for section in scope:
        prefix = section if section in declared or not prefix else f"{prefix}.{section}"
        inside = {p[len(prefix) + 1 :] for p in declared if p.startswith(f"{prefix}.")}
        if section == "?" or (not inside and _known(section, declared)):
            return True  # what the section holds is not declared
        if inside and _known(path, inside):
            return True
    return False


def _known(path: str, declared: set[str]) -> bool:
    if path in declared or any(d.startswith(f"{path}.") for d in declared):
        return True
    parent = path
    while "." in parent:
        parent = parent.rpartition(".")[0]
        if parent in declared and not any(d.startswith(f"{parent}.") for d in declared):
            return True  # a thing whose parts are not declared
    return False


def _twins(mail: Mail, template: Template) -> Iterator[Hit]:
    """Of two names one slip apart the rarer is probably the slip."""
    counts = Counter(name for v in template.variables if not v.local for name in beginnings(v.path))
    for path in counts:
        of = path.rpartition(".")[0]
        twins = [other for other in counts if other.rpartition(".")[0] == of and counts[other] > counts[path] and slip(path, other)]
        if not twins:
            continue
        spot = next(v.spot for v in template.variables if not v.local and path in beginnings(v.path))
        message = f"“{path}” is used once, and “{twins[0]}” elsewhere: one of them may be misspelt"
        remedy = f"write {twins[0]}, or declare both in context"
        yield Hit(RULE, message, mail.at_spot(spot), remedy, confidence=Confidence.MEDIUM, severity=Severity.WARNING, key=path)
