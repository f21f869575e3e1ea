"""No pattern of ours takes more than in proportion to its text, and no mail more than in proportion to its size."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest

from sendcheck.config.load import load_config
from sendcheck.pipeline.engine import Engine, Job
from sendcheck.pipeline.judge import Selection
from sendcheck.pipeline.registry import load
from tests.conftest import GOOD, ROOT

#: Files with patterns that are only ever tried at one place (``match``, ``fullmatch``), where they are measured instead.
AT_ONE_PLACE = (
    "sendcheck/reading/encodedwords.py",
    "sendcheck/reading/headers.py",
    "sendcheck/reading/html.py",
    "sendcheck/reading/mbox.py",
    "sendcheck/reading/sources.py",
    "sendcheck/reading/templates/expressions.py",
    "sendcheck/reading/templates/sample.py",
    "sendcheck/reading/templates/entries.py",
    "sendcheck/reading/templates/trim.py",
    "sendcheck/gateways/compose.py",
    "sendcheck/understanding/attributions.py",  # lines of 500 characters at most
    "sendcheck/understanding/chats.py",
    "sendcheck/understanding/figures.py",
    "sendcheck/understanding/headerblocks.py",
    "sendcheck/understanding/quotemarks.py",
    "sendcheck/understanding/quotewords.py",
    "sendcheck/understanding/salutation.py",
    "sendcheck/understanding/segments.py",
    "sendcheck/understanding/signatures.py",
    "checks/links/__init__.py",
    "checks/recipients/deliverable.py",
    "checks/secrets/numbers.py",
    "checks/secrets/judging.py",
    "checks/secrets/pairs.py",
    "checks/secrets/values.py",
)
#: Tried on conditions of templates up to 400 characters only.
CAPPED = ("sendcheck/reading/templates/sample.py", r"(.+?)\s*(==|!=|>=|<=|>|<|\bis not\b|\bis\b)\s*(.+)")


def grown(*arguments: str) -> tuple[int, list[list[object]]]:
    done = subprocess.run([sys.executable, "-P", str(ROOT / "tests" / "growth.py"), *arguments], capture_output=True, text=True, timeout=500, check=True)
    first, *rest = [json.loads(line) for line in done.stdout.splitlines()]
    return first[1], rest


def test_every_pattern_over_growing_texts() -> None:
    count, slow = grown("search", *AT_ONE_PLACE)
    assert count > 500, "the patterns were not found"
    assert not slow


def test_patterns_that_are_tried_at_one_place() -> None:
    count, slow = grown("match", *AT_ONE_PLACE)
    assert count > 50
    assert not [found for found in slow if tuple(found[:2]) != CAPPED]


def test_a_pattern_that_grows_too_fast_is_seen() -> None:
    """The measure itself: it finds a quadratic pattern and a hanging one, and passes a linear one."""
    code = (
        "import sys; sys.argv=['growth','search']; sys.path.insert(0, %r)\nimport tests.growth as g, re\n"
        "for p in (r'\\s+$', r'(a+)+$', r'plan'): g.found[p, 0] = (re.compile(p), p)\ng.collect = lambda: None\ng.main()\n"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code % str(ROOT)], capture_output=True, text=True, timeout=100, check=True)
    assert {json.loads(line)[0] for line in done.stdout.splitlines()[1:]} == {r"\s+$", "(a+)+$"}


HEAD, _, BODY = GOOD.partition(b"\n\n")


@pytest.mark.parametrize(
    "unit",
    [b" ", b"\n", b"a", b"- ", b"> ", b"1.", b"<div>", b"{{", b"a@b.no, ", b"(", b"'a' ", b"\xc3\xa6", b"On 1 May Kari wrote:\n> x\n", b"The plan is late. "],
)
@pytest.mark.parametrize("place", ["body", "html", "subject", "to"])
def test_a_mail_that_grows(unit: bytes, place: str) -> None:
    """Eight times the mail is no twenty-five times the work (linear is eight, quadratic sixty-four)."""
    engine = Engine(load(), load_config(load(), isolated=True, overrides={"allow-reserved-domains": True}), Selection(ignore=("grammar",)))

    def mail(size: int) -> bytes:
        filling = unit * (size // len(unit))
        if place == "body":
            return HEAD + b"\n\n" + filling + BODY
        if place == "html":
            return HEAD + b"\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n<p>" + filling + b"</p>"
        name = b"Subject: The plan" if place == "subject" else b"To: Kari Holm <kari.holm@nordbank.no>"
        return HEAD.replace(name, name + b", " + filling.replace(b"\n", b" ")) + b"\n\n" + BODY

    def seconds(size: int) -> float:
        raw = mail(size)
        begun = time.perf_counter()
        engine.check(Job("x", raw))
        return time.perf_counter() - begun

    seconds(1_000)
    small, large = min(seconds(4_000) for _ in range(2)), min(seconds(32_000) for _ in range(2))
    assert large < 0.25 or large / small < 25, (small, large)
