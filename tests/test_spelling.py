"""What `spelling` builds on: dictionaries that may be absent, suggestions in order, varieties, word lists that add up, languages by paragraph."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from sendcheck.pipeline.engine import Engine, Job
from sendcheck.pipeline.judge import Selection
from sendcheck.pipeline.registry import load
from sendcheck.pipeline.report import MailReport
from sendcheck.testing import build, config_of
from sendcheck.understanding import dictionaries
from sendcheck.understanding.dictionaries import Speller, speller
from sendcheck.understanding.suggestions import is_compound, suggestions
from sendcheck.understanding.variety import of_word
from tests.conftest import NORWEGIAN, ROOT, Run, require


def report(own: str, **config: object) -> MailReport:
    return Engine(load(), config_of({"config": config}), Selection(("spelling",))).check(Job("x", build({"own": own})))


def forget() -> None:
    for cached in (dictionaries.speller, dictionaries._engine):
        cached.cache_clear()


@pytest.fixture
def no_norwegian(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setattr(dictionaries, "FOLDERS", (str(tmp_path),))
    monkeypatch.setattr(dictionaries, "PACKAGE", "no_such_package")
    monkeypatch.delenv("DICPATH", raising=False)
    forget()
    yield
    forget()


@pytest.fixture(params=["extra", "system"])
def either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Speller:
    """Norwegian with the extra's dictionary alone, and with the system's alone."""
    monkeypatch.setattr(dictionaries, *(("FOLDERS", ()) if request.param == "extra" else ("PACKAGE", "no_such_package")))
    monkeypatch.delenv("DICPATH", raising=False)
    forget()
    request.addfinalizer(forget)  # also where there is no such dictionary
    judge = speller("nb")
    require(judge is not None, f"a Norwegian dictionary of the {request.param}", extra=request.param == "extra")
    assert judge is not None
    return judge


def test_without_a_norwegian_dictionary_it_says_so(no_norwegian: None) -> None:
    found = report("Vi har fått brevvet ditt, og vi kommer tilbake på mandag med et svar.\n")
    assert not found.findings and found.verdict == "incomplete"
    assert all(way in found.not_run[0].reason for way in ("pip install 'sendcheck[norwegian]'", "hunspell-no", "DICPATH"))
    assert [f.where.excerpt for f in report("We recieved your letter on Monday, thank you.\n").findings] == ["recieved"]


def dictionary(folder: Path, name: str, *words: str, charset: str = "ISO8859-1") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.aff").write_text(f"SET {charset}\n")
    (folder / f"{name}.dic").write_bytes("\n".join([str(len(words)), *words, ""]).encode(charset))
    return folder


@pytest.fixture
def three(no_norwegian: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder that the user names (`own`), the extra's package and the system's (this folder), none with a dictionary yet."""
    package = tmp_path / "site" / "dictionaries_of_a_test"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise ImportError('it is read, never imported')\n")
    monkeypatch.syspath_prepend(str(package.parent))
    monkeypatch.setattr(dictionaries, "PACKAGE", package.name)
    monkeypatch.setenv("DICPATH", str(tmp_path / "own"))
    return tmp_path


def test_whose_dictionary_is_taken(three: Path) -> None:
    """What the user names, before the extra's, before the system's; and of both languages each by itself."""
    found = []
    for folder in (three, three / "site" / "dictionaries_of_a_test", three / "own"):
        dictionary(folder, "nb_NO", "kvirrevittet", folder.name)
        forget()
        judge = speller("nb")
        assert judge is not None and judge.spelt("kvirrevittet")
        found.append([name for name in (three.name, "dictionaries_of_a_test", "own") if judge.spelt(name)])
    assert found == [[three.name], ["dictionaries_of_a_test"], ["own"]]
    assert not judge.spelt("ikkje")
    dictionary(three, "nn_NO", "ikkje")
    forget()
    judge = speller("nb")
    assert judge is not None and judge.spelt("ikkje") and judge.spelt("own")


def test_nynorsk_alone_is_no_dictionary_of_bokmaal(three: Path) -> None:
    dictionary(three, "nn_NO", "ikkje")
    assert speller("nb") is None


@pytest.mark.parametrize("charset", ["ISO8859-1", "UTF-8"])
def test_whatever_a_dictionary_is_written_in(three: Path, charset: str) -> None:
    """A word with letters that Norwegian lacks is of another language, and no slip; the same of either file."""
    dictionary(three, "nb_NO", "blåbærsyltetøy", "idé", charset=charset)
    judge = speller("nb")
    assert judge is not None
    said = {word: judge.spelt(word) for word in ("blåbærsyltetøy", "Blåbærsyltetøy", "idé", "ide", "blåbersyltetøy", "łódź", "Dvořák", "москва", "東京", "€")}
    assert [word for word, right in said.items() if not right] == ["ide", "blåbersyltetøy"]


def test_the_extras_package_holds_both_languages() -> None:
    """The package that `sendcheck[norwegian]` installs is where its dictionaries are looked for."""
    require(find_spec(dictionaries.PACKAGE) is not None, "the extra “norwegian” (pip install 'sendcheck[norwegian]')", extra=True)
    named = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]["norwegian"]
    assert [re.split(r"[<>=]", one)[0].replace("-", "_") for one in named] == [dictionaries.PACKAGE]
    (folder,) = (find_spec(dictionaries.PACKAGE) or pytest.fail()).submodule_search_locations or ()
    assert {f"{name}.{kind}" for name in ("nb_NO", "nn_NO") for kind in ("aff", "dic")} <= {path.name for path in Path(folder).iterdir()}
    code = (
        "import sys; from sendcheck.understanding.dictionaries import PACKAGE, speller; assert speller('nb').knows('brevet'); sys.exit(PACKAGE in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-P", "-c", code], env={**os.environ, "DICPATH": ""}, check=False).returncode == 0, "it is read, never imported"


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
def test_the_likeliest_norwegian_word_comes_first(either: Speller, word: str, meant: str) -> None:
    assert not either.lists(word) and suggestions(word, either)[0] == meant


@pytest.mark.parametrize(
    ("word", "meant"),
    [("firstname", "first name"), ("autopay", "auto pay"), ("webshop", "web shop"), ("cutover", "cut over"), ("inthe", "in the"), ("thatyou", "that you")],
)
def test_two_words_in_one_are_told_apart(word: str, meant: str) -> None:
    judge = speller("en")
    assert judge is not None
    assert suggestions(word, judge)[0] == meant and is_compound(word, meant, "en") == (word not in {"inthe", "thatyou"})


def test_no_suggestion_is_empty() -> None:
    judge = speller("en")
    assert judge is not None
    words = [a + b for a in ("first", "auto", "web", "in", "zx", "price") for b in ("name", "pay", "shop", "the", "qv", "list")]
    assert all(all(meant.strip() for meant in suggestions(word, judge)) for word in words)


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
    require(speller("nb") is not None, NORWEGIAN, extra=True)
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
