"""Regular expressions that are compiled when they are used first, alone and several together."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendcheck.data import union
from sendcheck.data.literals import fold, may_match, needs
from sendcheck.data.patterns import Alternatives, Lazy

EXPRESSIONS = (r"ab+", r"(?P<gap>b)c", r"(?P<gap>c+)", r"a(?=c)", r"\d+")

ALL = (*EXPRESSIONS, r"pass(?:word|code)s?", r"(?i:KIN[GS])(?=t)t", r"(?<=x)y{2,3}z", r"(?:æ|ø)å+")


def test_compiled_when_used_first() -> None:
    ours = Lazy(r"late[r]?")
    assert ours._compiled is None
    found = ours.search("I am LATER")
    assert found is not None and found.group(0) == "LATER" and ours._compiled is not None


def test_a_union_of_nothing_matches_nothing() -> None:
    assert union([]).search("") is None and union(["a", "b|c"], prefix="x", suffix="y").fullmatch("xcy")


@given(st.text("abc1 ", max_size=12))
def test_alternatives_find_what_their_union_would(text: str) -> None:
    plain = re.compile("|".join(e.replace("?P<gap>", "?:") for e in EXPRESSIONS), re.I)
    assert [m.span() for m in Alternatives(EXPRESSIONS).finditer(text)] == [m.span() for m in plain.finditer(text)]
    first = Alternatives(EXPRESSIONS).search(text)
    assert (first and first.span()) == next((m.span() for m in plain.finditer(text)), None)


@pytest.mark.parametrize(("text", "expected"), [("abc", [(0, "ab"), (1, "bc"), (2, "c")]), ("x", [])])
def test_each_by_itself(text: str, expected: list[tuple[int, str]]) -> None:
    assert [(number, found.group(0)) for number, found in Alternatives(EXPRESSIONS).each(text)] == expected


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("pass(?:word|code)s?", [{"pass"}, {"word", "code"}]),
        (r"(?<!\w)(?:X{2,4}|_{3}) May", [{"xx", "___"}, {" may"}]),
        (r"(?P<n>colou?r)(?=\s+of)[ ]*\d+", [{"colo"}, {"of"}, {"r"}]),
        (r"a(?:b|\d)c+d", [{"a"}, {"c"}, {"cd"}]),
        (r"\d+|x", []),
        (r"(?:ab)*(?!cd)\w", []),
    ],
)
def test_what_an_expression_needs(expression: str, wanted: list[set[str]]) -> None:
    assert sorted(map(sorted, needs(expression))) == sorted(map(sorted, wanted))


@given(st.one_of([st.from_regex(re.compile(one, re.I)) for one in ALL]))
def test_whatever_matches_holds_what_is_needed(text: str) -> None:
    for expression in ALL:
        assert may_match(needs(expression, re.I), fold(text)) or re.search(expression, text, re.I) is None
