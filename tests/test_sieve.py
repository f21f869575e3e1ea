"""Long lists of patterns: what is found is what one pattern of all would find, and what was worked out ahead is what is so."""

from __future__ import annotations

import re
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from sendcheck.data.sieve import Alternatives, needed, worked_out
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


def test_what_was_worked_out_ahead_is_current() -> None:
    """`make needed` after a change of patterns: without it nothing is wrong, but a cold check takes longer."""
    code = "from sendcheck.training.needed import FILE, lines; import sys; sys.exit(lines() != FILE.read_text('utf-8').splitlines()[1:])"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, f"run `make needed` {done.stderr[-300:]}"


def test_an_expression_that_is_not_in_the_file() -> None:
    assert needed(r"quite (?:new|unheard)") == worked_out(r"quite (?:new|unheard)") == frozenset({"quite "})
