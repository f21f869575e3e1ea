"""What `spelling` builds on: dictionaries that may be absent, suggestions in order, varieties, word lists that add up, languages by paragraph."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sendcheck.pipeline.engine import Engine, Job
from sendcheck.pipeline.judge import Selection
from sendcheck.pipeline.registry import load
from sendcheck.pipeline.report import MailReport
from sendcheck.testing import build, config_of
from sendcheck.understanding import dictionaries
from sendcheck.understanding.dictionaries import speller
from sendcheck.understanding.suggestions import suggestions
from sendcheck.understanding.variety import of_word
from tests.conftest import Run, require


def report(own: str, **config: object) -> MailReport:
    return Engine(load(), config_of({"config": config}), Selection(("spelling",))).check(Job("x", build({"own": own})))


@pytest.fixture
def no_norwegian(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setattr(dictionaries, "FOLDERS", (str(tmp_path),))
    monkeypatch.delenv("DICPATH", raising=False)
    for cached in (dictionaries.speller, dictionaries._engine):
        cached.cache_clear()
    yield
    for cached in (dictionaries.speller, dictionaries._engine):
        cached.cache_clear()


def test_without_a_norwegian_dictionary_it_says_so(no_norwegian: None) -> None:
    found = report("Vi har fått brevvet ditt, og vi kommer tilbake på mandag med et svar.\n")
    assert not found.findings and found.verdict == "incomplete"
    assert "hunspell-no" in found.not_run[0].reason and "DICPATH" in found.not_run[0].reason
    assert [f.where.excerpt for f in report("We recieved your letter on Monday, thank you.\n").findings] == ["recieved"]


def test_nynorsk_is_not_called_misspelt_bokmaal() -> None:
    found = report("Eg veit ikkje kvifor, men dei nye nettsidane er klare, og inntektane tilsvarar det vi venta oss frå hausten.\n")
    assert not found.findings and "Nynorsk" in found.not_run[0].reason


@pytest.mark.parametrize(
    ("word", "meant"),
    [("recieve", "receive"), ("teh", "the"), ("definately", "definitely"), ("occured", "occurred"), ("alot", "a lot"), ("wich", "which"), ("doesnt", "doesn't"),
     ("monday", "Monday"), ("accomodate", "accommodate"), ("adress", "address"), ("seperate", "separate"), ("goverment", "government"), ("freind", "friend")],
)  # fmt: skip
def test_the_likeliest_word_comes_first(word: str, meant: str) -> None:
    judge = speller("en")
    assert judge is not None
    assert suggestions(word, judge)[0] == meant


@pytest.mark.parametrize(
    ("word", "meant"),
    [("infromasjon", "informasjon"), ("motatt", "mottatt"), ("brevvet", "brevet"), ("tilbakmelding", "tilbakemelding"), ("kommmer", "kommer")],
)
def test_the_likeliest_norwegian_word_comes_first(word: str, meant: str) -> None:
    judge = speller("nb")
    require(judge is not None, "a Norwegian Hunspell dictionary (Debian: hunspell-no)")
    assert judge is not None and suggestions(word, judge)[0] == meant


def test_nonsense_gets_no_suggestion_or_a_poor_one_but_no_error() -> None:
    judge = speller("en")
    assert judge is not None
    for word in ("", "x", "qq", "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", "ÆØÅ", "'", "naïveté", "日本語"):
        assert isinstance(suggestions(word, judge), tuple)


@pytest.mark.parametrize(
    ("word", "variety", "other"),
    [("colour", "en-GB", "color"), ("color", "en-US", "colour"), ("organise", "en-GB", "organize"), ("organize", "", ""), ("centre", "en-GB", "center"),
     ("travelled", "en-GB", "traveled"), ("traveled", "en-US", "travelled"), ("analyse", "en-GB", "analyze"), ("defence", "en-GB", "defense"),
     ("gray", "en-US", "grey"), ("hour", "", ""), ("meter", "", ""), ("exercise", "", ""), ("called", "", ""), ("advice", "", ""), ("wise", "", ""), ("four", "", "")],
)  # fmt: skip
def test_words_of_a_variety(word: str, variety: str, other: str) -> None:
    assert of_word(word, "en") == (variety, other)


def test_each_paragraph_is_read_in_its_language() -> None:
    own = "Hei Kari, vi har fått brevet ditt og kommer tilbake på mandag med et svar til deg.\n\nPlease read the english text that we recieved from the customer last week.\n"
    require(speller("nb") is not None, "a Norwegian Hunspell dictionary (Debian: hunspell-no)")
    assert [f.where.excerpt for f in report(own).findings if f.severity == "warning"] == ["recieved"]


def test_word_lists_of_all_files_add_up(sendcheck: Run, home: Path, tmp_path: Path) -> None:
    """The user's own list and the project's: neither takes the other's words away."""
    project = tmp_path / "project"
    project.mkdir()
    mail = tmp_path / "m.eml"
    mail.write_bytes(build({"own": "The frobnicator meets the quuxification of the zorbing.\n", "to": "kari@nordbank.no", "from": "ola@tallmo.no"}))
    user = home / ".config" / "sendcheck" / "config.toml"
    user.parent.mkdir(parents=True)
    user.write_text('history = "off"\nwords = ["Frobnicator"]\n')
    (project / "words.txt").write_text("# ours\nquuxification\n")
    (project / "sendcheck.toml").write_text('words = ["file:words.txt", "zorbing"]\n')
    check = ["check", mail, "--select", "spelling", "--show", "note"]
    assert sendcheck(*check, cwd=project).stdout.count("is in no dictionary") == 0
    alone = sendcheck(*check).stdout
    assert "quuxification" in alone and "“frobnicator”" not in alone
    shown = sendcheck("config", cwd=project).stdout
    assert "Frobnicator" in shown and "zorbing" in shown
