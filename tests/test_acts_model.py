"""The shipped model of acts: what it holds, what it says of clear sentences, and what becomes of bad input."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sendcheck.acts import model as acts
from sendcheck.acts.labels import LABELS, MARKED
from sendcheck.acts.model import FOLDER, Model, ModelError
from sendcheck.acts.windows import LONGEST, stand_ins, together
from sendcheck.pipeline.contract import Severity
from sendcheck.pipeline.engine import Job
from sendcheck.pipeline.registry import load
from sendcheck.show.text import TextReport
from tests.conftest import Run
from tests.quality.engines import engine

MODEL = Model()


def test_the_model_is_small_and_says_whose_it_is() -> None:
    assert sum(p.stat().st_size for p in FOLDER.iterdir()) <= 40_000_000
    told = (FOLDER / "README.md").read_text("utf-8")
    assert "multilingual-e5-small" in told and "MIT" in told and "CC BY-SA 4.0" in told
    assert (FOLDER / "LICENSE").is_file()


def test_no_address_link_or_number_is_in_the_vocabulary() -> None:
    pieces = [piece for piece, _score in json.loads((FOLDER / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]]
    assert len(pieces) > 10_000
    assert not [p for p in pieces if re.search(r"[1-9]|\d\d|.@.|://|(?i:https?)|www\.|\.(?:com|org|net|no)\b", p)]


def test_labels_are_those_of_the_guide() -> None:
    assert MODEL.labels == LABELS
    assert MODEL.marked == MARKED
    told = json.loads((FOLDER / "reading.json").read_text("utf-8"))
    assert all(0 < likely <= sure <= certain <= 1 for sure, likely, certain in told["cuts"].values())
    assert all(slope > 0 for slope, _shift in told["calibration"].values())


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("I am sorry that your guests had to wait in the lobby until one in the morning.", "apology"),
        ("Jeg beklager at dere måtte vente i to timer.", "apology"),
        ("Could you send me the signed contract?", "request"),
        ("Når kommer bussen?", "question"),
        ("Kind regards, Omar Haddad", "closing"),
        ("Dear Ms Fisk,", "greeting"),
        ("I have attached the invoice.", "attach"),
        ("Rapporten ligger vedlagt.", "attach"),
        ("We will never let this happen again, you have my word.", "promise-absolute"),
        ("Feilen er Toms, han slurvet som vanlig.", "blame-own"),
        ("You should have read the instructions before you called us.", "blame-reader"),
    ],
)
def test_clear_sentences(text: str, act: str) -> None:
    (told,) = MODEL.judge([text], "us")
    assert act in told.likely, told.chances


def test_words_that_carry_an_act_lie_in_the_sentence() -> None:
    for text in ("Jared in accounts forgot to send the invoice to anna.berg@firma.example on 3 May.", "Den blir nok lagt til snart!"):
        (told,) = MODEL.judge([text], "us")
        for start, end in told.words.values():
            assert 0 <= start < end <= len(text)
            assert text[start:end].strip()


def test_the_same_text_gives_the_same_numbers() -> None:
    text = ["Hei Kari,", "Vi beklager forsinkelsen.", "Du får fakturaen innen fredag.", "Hilsen Ola"]
    assert MODEL.judge(text, "us") == MODEL.judge(text, "us") == Model().judge(text, "us")


def test_a_long_mail_is_read_in_parts_and_each_sentence_once() -> None:
    for lengths in ([5] * 300, [80] * 40, [0], [], [320, 1, 320], [1]):
        judged = [at for cut in together(lengths) for at in range(cut.judged, cut.until)]
        assert judged == list(range(len(lengths)))
        assert all(cut.first <= cut.judged and cut.until <= cut.after for cut in together(lengths))
    sizes = [7, 80, 33] * 50
    assert all(4 + sum(sizes[c.first : c.after]) + c.after - c.first <= LONGEST for c in together(sizes))
    told = MODEL.judge([f"Sentence {n} says that the bus leaves at {n}." for n in range(120)], "us")
    assert len(told) == 120


@pytest.mark.parametrize(
    "text",
    [
        "word " * 10_000,
        "x" * 50_000,
        "🙂🙂🙂" * 200,
        "Hei, this er en mixed зд нот sentence, ja?",
        "",
        " ",
        "\x00\x07\ufffd",
        "عليكم السلام",
        "a\u0301" * 500,
        "ord" + "\u00ad" * 300 + "deling",
    ],
    ids=lambda t: repr(t[:12]),
)
def test_odd_text_is_answered_within_bounds(text: str) -> None:
    begun = time.process_time()
    (told,) = MODEL.judge([text], "us")
    assert time.process_time() - begun < 5
    assert all(0 <= chance <= 1 for chance in told.chances.values())
    assert all(0 <= start < end <= len(text) for start, end in told.words.values())


def test_stand_ins_keep_places() -> None:
    text = "Write to kari.holm@firma.example or see https://firma.example/a?b=1 before 31.12.2026."
    plain, places = stand_ins(text)
    assert plain == "Write to name@house or see www before 0.0.0."
    assert len(places) == len(plain) + 1
    assert all(text[places[at]] == letter for at, letter in enumerate(plain[:9]))
    assert places[-1] == len(text)


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    shutil.copytree(FOLDER, tmp_path / "model")
    return tmp_path / "model"


@pytest.mark.parametrize("name", ["acts.onnx", "tokenizer.json", "reading.json"])
@pytest.mark.parametrize("how", ["missing", "empty", "cut", "other"])
def test_a_damaged_file_is_named(broken: Path, name: str, how: str) -> None:
    path = broken / name
    whole = path.read_bytes()
    if how == "missing":
        path.unlink()
    else:
        path.write_bytes({"empty": b"", "cut": whole[: len(whole) // 2], "other": b"<html>not found</html>"}[how])
    with pytest.raises(ModelError, match="install sendcheck again"):
        Model(broken)


_MAIL = b"From: a@inside.example\nTo: b@outside.example\nSubject: x\n\nHi Kari,\n\nI am sorry that you had to wait.\n"


def test_without_its_model_the_table_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    why = "what a sentence does cannot be told: acts.onnx is missing"
    monkeypatch.setattr(acts, "shipped", lambda: ModelError(why))
    report = engine().check(Job("a.eml", _MAIL, acts=True))
    assert report.acts == why
    assert not [f for f in report.findings if f.rule == "check-crashed"]
    assert why in TextReport(load().rules, show=Severity.NOTE).mail(report)


def test_each_sentence_is_explained(sendcheck: Run, tmp_path: Path) -> None:
    mail = tmp_path / "a.eml"
    mail.write_bytes(_MAIL)
    found = sendcheck("check", "--explain-acts", str(mail))
    assert "apology" in found.stdout and "line 7: I am sorry that you had to wait." in found.stdout
    told = json.loads(sendcheck("check", "--explain-acts", "--format", "json", str(mail)).stdout)
    last = told["mails"][0]["acts"][-1]
    assert last["where"]["line"] == 7
    assert last["acts"][0]["act"] == "apology" and last["acts"][0]["probability"] > 0.5


def test_explain_says_how_sure_a_rule_is(sendcheck: Run) -> None:
    assert "How sure it is" in sendcheck("explain", "blame-colleague").stdout
    assert "How sure it is" not in sendcheck("explain", "secret").stdout


def test_its_libraries_keep_nothing(tmp_path: Path) -> None:
    """onnxruntime has telemetry of its own: nothing of it is written, be it to be sent or not."""
    code = "from sendcheck.acts.model import Model; Model().judge(['I am sorry.'], 'us')"
    subprocess.run([sys.executable, "-P", "-c", code], env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}, check=True)
    assert not list(tmp_path.rglob("*"))


def test_its_libraries_load_no_network_code() -> None:
    code = "import sys; from sendcheck.acts.model import Model; Model().judge(['Hi'], 'us'); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert not {"huggingface_hub", "httpx", "httpx2", "requests", "urllib3", "spacy", "torch"} & set(done.stdout.split())
