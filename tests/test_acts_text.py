"""The text that the model of acts learns from: its format, its size, and that it names nobody real."""

from __future__ import annotations

import csv
import random
import re
from collections import Counter
from pathlib import Path

import pytest

from sendcheck.acts.labels import ASKING, FAULTY, LABELS, parse_labels
from sendcheck.training.acts import exchanges, labelling, real, windows

WRITTEN = exchanges.read_all()


@pytest.mark.parametrize("written", WRITTEN, ids=lambda w: w.writer)
def test_a_writers_file_keeps_the_format(written: exchanges.Written) -> None:
    assert not written.problems


def test_each_sentence_has_one_key() -> None:
    keys = Counter(p.key for w in WRITTEN for p in w.placed())
    assert not [key for key, number in keys.items() if number > 1]


@pytest.mark.parametrize("language", ["en", "nb"])
def test_there_are_enough_writers_and_sentences(language: str) -> None:
    of_language = [w for w in WRITTEN if w.language == language]
    assert len(of_language) >= 10
    assert sum(1 for w in of_language for _ in w.placed()) >= 15_000
    assert set(LABELS) <= set(exchanges.counts(of_language))


@pytest.mark.parametrize("written", WRITTEN, ids=lambda w: w.writer)
def test_addresses_are_invented(written: exchanges.Written) -> None:
    text = (exchanges.WRITERS / f"{written.writer}.txt").read_text("utf-8")
    assert not [found for found in re.findall(r"[\w.+-]+@([\w.-]+\w)", text) if not found.endswith(".example")]


def test_readings_are_of_sentences_that_are_there() -> None:
    here = {p.key: p for w in WRITTEN for p in w.placed()}
    for reading in labelling.read_readings():
        assert reading.key in here
        assert set(here[reading.key].sentence.labels) == set(reading.first if reading.third is None else reading.third), reading.key


def test_every_faulty_sentence_was_read_twice() -> None:
    readings = {r.key: r for r in labelling.read_readings()}
    for written in WRITTEN:
        if (labelling.SECOND / f"{written.writer}.tsv").is_file():
            faulty = [p.key for p in written.placed() if FAULTY.intersection(p.sentence.labels)]
            assert not [key for key in faulty if key not in readings]


def test_of_corpora_nothing_but_labels_is_kept() -> None:
    for path in sorted(real.REAL.glob("*.tsv")):
        assert path.stem in real.CORPORA
        with path.open(encoding="utf-8", newline="") as file:
            for document, at, mark, side, *readings in csv.reader(file, delimiter="\t"):
                assert re.fullmatch(r"[\w.-]+", document) and at.isdigit() and re.fullmatch(r"[0-9a-f]{12}", mark) and side in {"us", "them"}
                assert len(readings) == 3
                for labels in readings:
                    parse_labels(labels)


BROKEN = {
    "[fact] A sentence outside.": "outside a mail",
    "#exchange en-x-1\n@parent From: A\np1 [joke] Ha.": "unknown label joke",
    "#exchange en-x-1\n@parent From: A\np1 [blame-own] He slept.": "a span is missing",
    "#exchange en-x-1\n@parent From: A\np1 [question] When?\n@reply good From: B\nr1 [fact] Now.\n@lacks -": "no answer noted for p1",
    "#exchange en-x-1\n@parent From: A\np1 [fact] Well.\n@reply good From: B\nr1 [fact] Now.\n@answers p1=r1\n@lacks -": "answers to what asks nothing: p1",
    "#exchange en-x-1\n@parent From: A\np1 [question] When?\n@reply good From: B\nr1 [fact] Now.\n@answers p1=r7\n@lacks -": "sentences that are not there",
    "#exchange en-x-1\n@parent From: A\np1 [fact] Well.\n@reply good From: B\nr1 [fact] Now.": "no @lacks",
    "@lacks -": "stands in no exchange",
    "Hello there": "not understood",
}


@pytest.mark.parametrize("text", BROKEN)
def test_what_breaks_the_format_is_told_with_its_line(text: str, tmp_path: Path) -> None:
    path = tmp_path / "en-x.txt"
    path.write_text(text + "\n", "utf-8")
    problems = exchanges.read(path).problems
    assert any(BROKEN[text] in problem and problem.startswith("en-x.txt:") for problem in problems)


def test_spans_are_places_in_the_sentence(tmp_path: Path) -> None:
    path = tmp_path / "en-x.txt"
    path.write_text("#battery en-b\n[blame-own,internal] Sadly {{Jo slept}} and {{is on notice}}.\n", "utf-8")
    (sentence,) = exchanges.read(path).batteries["en-b"]
    assert sentence.text == "Sadly Jo slept and is on notice."
    assert [sentence.text[a:b] for a, b in sentence.spans] == ["Jo slept", "is on notice"]


def test_a_sheet_shows_no_label_and_a_dispute_both_readings(tmp_path: Path) -> None:
    path = tmp_path / "en-x.txt"
    path.write_text("#battery en-blame\n[blame-own] {{Jo slept}}.\n[hostile] {{You fool}}.\n", "utf-8")
    written = exchanges.read(path)
    sheet = "\n".join(labelling.sheet(written))
    assert "Jo slept" in sheet and "blame" not in sheet
    (number,) = [n for n, placed in labelling.asked_of(written).items() if placed.sentence.text == "You fool."]
    dispute = "\n".join(labelling.dispute(written, {number: ("blame-reader",), 3 - number: ("blame-own",)}))
    assert "Jo slept" not in dispute and ": hostile" in dispute and ": blame-reader" in dispute


def test_settling_writes_what_the_third_decided(tmp_path: Path) -> None:
    path = tmp_path / "en-x.txt"
    path.write_text("#battery en-blame\n[blame-own] {{Jo slept}}.\n[hostile] {{You fool}}.\n", "utf-8")
    (number,) = [n for n, placed in labelling.asked_of(exchanges.read(path)).items() if placed.sentence.text == "You fool."]
    (tmp_path / "en-x.second.tsv").write_text(f"{3 - number}\tblame-own\n{number}\tblame-reader\n", "utf-8")
    (tmp_path / "en-x.third.txt").write_text(f"{number}\t[hostile,blame-reader] {{{{You fool}}}}.\n", "utf-8")
    readings = labelling.settle(path, tmp_path)
    assert {r.third for r in readings} == {None, ("hostile", "blame-reader")}
    assert path.read_text("utf-8").splitlines()[2] == "[hostile,blame-reader] {{You fool}}."
    (tmp_path / "en-x.third.txt").write_text(f"{number}\t[hostile] You are a fool.\n", "utf-8")
    path.write_text("#battery en-blame\n[blame-own] {{Jo slept}}.\n[hostile] {{You fool}}.\n", "utf-8")
    with pytest.raises(ValueError, match="another sentence"):
        labelling.settle(path, tmp_path)


def test_kappa_is_cohens() -> None:
    def reading(number: int, first: str, second: str) -> labelling.Reading:
        return labelling.Reading(str(number), (first,), (second,), None)

    pairs = [("hostile", "hostile")] * 20 + [("hostile", "fact")] * 5 + [("fact", "hostile")] * 10 + [("fact", "fact")] * 15
    readings = [reading(at, *pair) for at, pair in enumerate(pairs)]
    value, first, second = labelling.kappa(readings, "hostile", weighted=False)
    assert (round(value, 3), first, second) == (0.4, 25, 30)
    assert ASKING.isdisjoint(FAULTY)


MAILS = """#exchange en-x-1
@parent From: A
p1 [concern] It broke again.
@reply good From: B
r1 [fact] Well then.
r2 [fact] That is so.
r3 [commit-dated] It comes on Friday.
@answers p1=r3
@lacks apology
#exchange en-x-2
@parent From: A
p1 [fact] The weather broke again.
@reply good From: B
r1 [fact] So it did.
@lacks n/a
#battery en-x
[blame-own] {{Jo slept}}.
[commit-undated] {{I will look}} at it.
"""


def test_whether_an_answered_mail_complains_is_what_its_replies_can_lack(tmp_path: Path) -> None:
    path = tmp_path / "en-x.txt"
    path.write_text(MAILS, "utf-8")
    found = {mail.lines[0].key: mail.complains for mail in windows.mails(exchanges.read(path))}
    assert found["en-x/en-x-1/p/p1"] is True and found["en-x/en-x-2/p/p1"] is False
    assert {told for key, told in found.items() if "/p/" not in key} == {None}


def test_what_is_planted_keeps_its_acts_and_its_words(tmp_path: Path) -> None:
    """A promise without a time is put beside no time."""
    path = tmp_path / "en-x.txt"
    path.write_text(MAILS, "utf-8")
    learnt = list(windows.mails(exchanges.read(path)))
    assert list(windows.planted(learnt, 0.0, random.Random(1))) == learnt
    made = list(windows.planted(learnt, 1.0, random.Random(1)))
    (blame,) = [mail for mail in made if any("blame-own" in line.labels for line in mail.lines)]
    assert len(blame.lines) == 4 and {line.weight for line in blame.lines if not line.marks} == {0.3}
    (line,) = [line for line in blame.lines if line.weight == 1]
    assert line.marks == (("blame-own", 0, 8),)
    assert [len(mail.lines) for mail in made if any("commit-undated" in line.labels for line in mail.lines)] == [1]


def test_a_part_of_a_complaint_still_says_what_went_wrong() -> None:
    lines = tuple(
        windows.Line(str(at), f"Sentence {at}.", labels)
        for at, labels in enumerate([("greeting",), ("fact",), ("concern",), ("fact",), ("fact",), ("fact",), ("fact",), ("closing",)])
    )
    chance = random.Random(1)
    parts = [windows.shortened(windows.Mail("them", lines, True), chance) for _ in range(200)]
    assert all(any("concern" in line.labels for line in part.lines) for part in parts)
    assert {"greeting" in part.lines[0].labels for part in parts} == {True, False} and min(len(part.lines) for part in parts) == 1
    assert windows.shortened(windows.Mail("us", lines), chance).lines == lines
