"""Sample data for a template: what its variables hold, so that the mail as it goes out can be read too."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sendcheck.reading.ordinary import Unreadable, read_text
from sendcheck.reading.templates.expressions import condition, masked, plain
from sendcheck.reading.templates.model import Type
from sendcheck.reading.templates.standins import guess

_COMPARISON = re.compile(r"(.+?)\s*(==|!=|>=|<=|>|<|\bis not\b|\bis\b)\s*(.+)")
#: Characters of a condition that is read; the pattern's time grows faster than they do.
_LONGEST = 400
#: Bytes of sample data, values in it, and tables in one another.
_LARGEST, _MOST_VALUES, _DEEPEST = 1_000_000, 50_000, 50
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.\w+")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{1,2}\.? \w+ \d{4}")

_CASES: dict[str, Callable[[str], str]] = {
    "title": str.title,
    "upper": str.upper,
    "upcase": str.upper,
    "lower": str.lower,
    "downcase": str.lower,
    "capitalize": str.capitalize,
    "capfirst": lambda text: text[:1].upper() + text[1:],
}


@dataclass(slots=True)
class Sample:
    """Values by path, with the sections that are open. An unknown value is empty, as engines print it."""

    name: str
    data: Any
    _scopes: list[dict[str, Any]] = field(default_factory=list)

    def enter(self, item: Any, bound: tuple[str, ...] = ()) -> None:
        """Open a section over *item*; ``bound``: what a loop calls it."""
        scope: dict[str, Any] = dict(item) if isinstance(item, dict) else {"this": item, ".": item}
        scope["this"] = item
        for name in bound[-1:]:
            scope[name] = item
        self._scopes.append(scope)

    def leave(self) -> None:
        """Close the innermost section."""
        self._scopes.pop()

    def get(self, path: str) -> Any:
        """The value at a path, None if there is none."""
        wanted = plain(path.strip()) or "."
        for scope in (*reversed(self._scopes), self.data):
            found = _at(scope, wanted)
            if found is not None:
                return found
        return None

    def is_list(self, path: str) -> bool:
        """Whether a path holds several things."""
        return isinstance(self.get(path), (list, tuple))

    def items(self, path: str) -> list[Any]:
        """The things at a path; values of a table as (key, value)."""
        value = self.get(path)
        if isinstance(value, (list, tuple)):
            return list(value)
        return list(value.values()) if isinstance(value, dict) else []

    def holds(self, expression: str) -> bool:
        """Whether a condition is true of the data: paths, not, and, or, comparisons; what cannot be told counts as false."""
        text = " ".join(expression.split())
        blank = masked(text)
        for word, joined in ((r"\bor\b|\|\|", any), (r"\band\b|&&", all)):
            cuts = [m.span() for m in re.finditer(word, blank)]
            if cuts:
                edges = [0, *(c for cut in cuts for c in cut), len(text)]
                return joined(self.holds(text[edges[i] : edges[i + 1]]) for i in range(0, len(edges), 2))
        text, positive = condition(text)
        if not positive:
            return not self.holds(text)
        compared = _COMPARISON.fullmatch(text) if len(text) <= _LONGEST else None
        if compared:
            left, right = self.literal(compared.group(1)), self.literal(compared.group(3))
            sign = compared.group(2)
            if sign in {"==", "is", "!=", "is not"}:
                return (left == right) is (sign in {"==", "is"})
            try:
                return _ordered(sign, left, right)
            except TypeError:
                return False
        return bool(self.literal(text))

    def literal(self, expression: str) -> Any:
        """The value of a name, a number or a quoted text."""
        text = expression.strip()
        if re.fullmatch(r"\"[^\"]*\"|'[^']*'", text):
            return text[1:-1]
        if re.fullmatch(r"-?\d+(?:\.\d+)?", text):
            return float(text) if "." in text else int(text)
        constant = {"true": True, "false": False, "none": None, "null": None, "nil": None}
        if text.lower() in constant:
            return constant[text.lower()]
        return self.get(re.split(r"[\s|(]", text)[0])

    def value(self, expression: str) -> str:
        """What an engine would print for an expression; a default where the expression names one."""
        head, *filters = re.split(r"\|(?![^\"']*[\"'][^\"']*$)", expression)
        words = head.split()
        found = self.literal(words[-1] if len(words) > 1 and self.get(words[0]) is None else head)
        for name in filters:
            default = re.match(r"\s*default(?:_if_none)?\s*(?:\(|:)\s*(\"[^\"]*\"|'[^']*')", name)
            if default and not found:
                found = default.group(1)[1:-1]
            if isinstance(found, str):
                found = _CASES.get(name.strip(), str)(found)
        if found is None or isinstance(found, (dict, list)):
            return ""
        return str(found)


def _ordered(sign: str, left: Any, right: Any) -> bool:
    if sign not in {">", "<", ">=", "<="} or left is None or right is None:
        return False
    return bool({">": left > right, "<": left < right, ">=": left >= right, "<=": left <= right}[sign])


def _at(value: Any, path: str) -> Any:
    if isinstance(value, dict) and path in value:
        return value[path]
    for name in path.split("."):
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, (list, tuple)) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


def shape(data: Any) -> dict[str, Type] | str:
    """The variables that data declares, path to type; what stands in a list is declared below the list's path. A text says why they cannot be told."""
    found: dict[str, Type] = {}
    seen = 0
    level: list[tuple[str, Any]] = [("", data)]
    for _ in range(_DEEPEST):
        inner: list[tuple[str, Any]] = []
        for prefix, value in level:
            for name, one in value.items() if isinstance(value, dict) else ((None, one) for one in value):
                seen += 1  # the same table may be drawn in by a thousand references
                if seen > _MOST_VALUES:
                    return f"it holds more than {_MOST_VALUES:,} values"
                path = prefix if name is None else f"{prefix}{name}"
                if name is not None:
                    found[path] = _type(path, one)
                    path += "."
                if isinstance(one, (dict, list)):
                    inner.append((path, one))
        level = inner
        if not level:
            return found
    return "it is nested too deeply, or in a circle"


def _type(path: str, value: Any) -> Type:
    if isinstance(value, bool) or value is None or isinstance(value, (dict, list)):
        return Type.UNKNOWN
    if isinstance(value, (int, float)):
        return Type.NUMBER
    text = str(value)
    if re.match(r"https?://", text):
        return Type.URL
    if _ADDRESS.fullmatch(text):
        return Type.EMAIL
    if _DATE.fullmatch(text):
        return Type.DATE
    return guess(path)


def load_data(path: Path) -> Any:
    """The data of a JSON or YAML file; a text that says why it cannot be used."""
    try:
        text = read_text(path, _LARGEST)
    except Unreadable as error:
        return str(error)
    try:
        if path.suffix.lower() in {".yaml", ".yml"}:
            import yaml

            data = yaml.safe_load(text)
        else:
            data = json.loads(text)
    except Exception as error:  # yaml and json raise a dozen kinds
        return f"it cannot be parsed ({' '.join(str(error).split())[:80]})"
    return data if isinstance(data, dict) else "it is no table of names and values"
