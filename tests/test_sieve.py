"""What is prepared for a cold start: what is found is what one pattern of all would find, and what was worked out ahead is what is so."""

from __future__ import annotations

import json
import re
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from sendcheck.data import lines
from sendcheck.data.loose import loosened
from sendcheck.data.needed import needed, worked_out
from sendcheck.data.sieve import Alternatives, Lazy
from sendcheck.understanding.names import fold
from tests.conftest import ROOT

EXPRESSIONS = [
    r"\bplan(?:ned|s)?\b",
    r"(?:late|later) again",
    r"no\w+ight",
    r"\d{3}",
    r"(?<!not )ready",
    r"[abc]x|yes",
    r"ſtart",
    r"(?:up|down)(?:load|stream)",
]


@given(
    st.lists(
        st.sampled_from(["plan", "Planned", " ", "late again", "tonight", "notALIGHT", "123", "not ready", "ready", "ax", "YES", "upload", "ſtart", "\n", "x"]),
        max_size=12,
    ).map("".join)
)
def test_alternatives_are_their_union(text: str) -> None:
    union = re.compile("|".join(f"(?:{e})" for e in EXPRESSIONS), re.I)
    ours = Alternatives(EXPRESSIONS)
    assert [m.span() for m in ours.finditer(text)] == [m.span() for m in union.finditer(text)]
    for start in (0, 3):
        one, other = ours.search(text, start), union.search(text, start)
        assert (one and one.span()) == (other and other.span())


@given(
    st.sampled_from([*EXPRESSIONS, r"\[\w+\]", r"ll\b", r"x*", "(?!)"]),
    st.lists(st.sampled_from(["planned", "PLAN", " ", "late again", "123", "ready", "upload", "[x]", "'ll", "x"]), max_size=8).map("".join),
    st.integers(0, 6),
)
def test_a_lazy_pattern_is_the_compiled_one(expression: str, text: str, start: int) -> None:
    ours, theirs = Lazy(expression), re.compile(expression, re.I)
    for one, other in ((ours.search, theirs.search), (ours.match, theirs.match)):
        found, wanted = one(text, start), other(text, start)
        assert (found and found.span()) == (wanted and wanted.span())
    assert bool(ours.fullmatch(text)) == bool(theirs.fullmatch(text))
    assert [m.span() for m in ours.finditer(text, start)] == [m.span() for m in theirs.finditer(text, start)]
    assert ours.sub("-", text) == theirs.sub("-", text)


def test_what_each_alternative_finds_by_itself() -> None:
    ours = Alternatives([r"plans?", "late", r"\d+", "an"])
    assert [(number, match.span()) for number, match in ours.each("plan 12, plans")] == [(0, (0, 4)), (0, (9, 14)), (2, (5, 7)), (3, (2, 4)), (3, (11, 13))]
    found = ours.match("plan")
    assert found is not None and found.span() == (0, 4)
    assert ours.match("a plan") is None


def test_no_match_is_without_a_needed_word() -> None:
    """Every expression of ours over the texts of every case: what it finds holds one of the words that it is said to need."""
    code = "from sendcheck.training.needed import gathered; import json; print(json.dumps(gathered()))"
    expressions = json.loads(subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, cwd=ROOT, check=True).stdout)
    texts = [text for path in sorted(ROOT.glob("checks/*/*.cases.yaml")) for text in path.read_text("utf-8").splitlines() if len(text) > 20]
    seen = 0
    for expression, flags, loose in expressions:
        words = needed(expression, flags, loose)
        if words:
            compiled = re.compile(loosened(expression) if loose else expression, flags)
            for text in texts:
                for match in compiled.finditer(text):
                    low = match[0].lower()
                    seen += 1
                    assert any(word in low or word in text.lower() for word in words), (expression, text)
    assert len(expressions) > 3_000 and seen > 10_000


def test_what_was_worked_out_ahead_is_current() -> None:
    """`make needed` after a change of patterns: without it nothing is wrong, but a cold check takes longer."""
    code = "from sendcheck.training.needed import FILE, lines; import sys; sys.exit(lines() != FILE.read_text('utf-8').splitlines()[1:])"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, f"run `make needed` {done.stderr[-300:]}"


def test_an_expression_that_is_not_in_the_file() -> None:
    assert needed(r"quite (?:new|unheard)") == worked_out(r"quite (?:new|unheard)") == frozenset({"quite "})


def test_the_list_of_given_names_is_folded() -> None:
    """It is read as it is: folding it would take each cold check ten milliseconds."""
    listed = lines("sendcheck.languages", "given_names.txt")
    assert len(listed) > 10_000 and all(fold(name) == name for name in listed)
