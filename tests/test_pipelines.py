"""The shipped pipelines: what may lie in them, where they may be swapped, and that they stay out of the way."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from sendcheck.training.treebanks import Document, split
from sendcheck.understanding.clauses.pipeline import shipped
from tests.conftest import ROOT, Run, require
from tests.quality.corpora import find_data, unpacked

LANGUAGES = ["en", "nb"]
LARGEST = 12 * 1024 * 1024
FEW = 3


def texts_of(language: str) -> dict[Path, str]:
    """Every file of a pipeline that holds words: text files whole, binary ones as their printable runs."""
    found = {}
    for path in sorted(shipped(language).rglob("*")):
        if path.is_file() and path.name not in {"LICENSE", "README.md"}:
            raw = path.read_bytes()
            try:
                found[path] = raw.decode("utf-8")
            except UnicodeDecodeError:
                found[path] = "\n".join(m.decode("ascii") for m in re.findall(rb"[\x20-\x7e]{8,}", raw))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_address_url_or_long_number_in_a_model(language: str) -> None:
    for path, text in texts_of(language).items():
        weights = path.name in {"model", "vectors", "trees"}
        if weights:  # chance bytes of numbers; words would be of letters
            assert not re.search(r"[A-Za-z0-9._-]{2,}@[A-Za-z0-9-]{2,}\.[a-z]{2,}|https?://|www\.", text), path
            continue
        assert "@" not in re.sub(
            r'"@[a-z]+"|^@\w+ =|@(?:architectures|factories|readers|batchers|schedules|optimizers|loggers|scorers|tokenizers|vectors|misc|callbacks|augmenters|layers) ?=',
            "",
            text,
            flags=re.M,
        ), path
        assert not re.search(r"https?://|www\.", text), path
        assert not re.search(r"\d{5}", re.sub(r"0x[0-9a-f]+", "", text)), path


@pytest.mark.parametrize("language", LANGUAGES)
def test_size_and_licence(language: str) -> None:
    folder = shipped(language)
    assert sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) <= LARGEST
    assert (folder / "LICENSE").read_text("utf-8").strip()
    report = json.loads((folder / "training.json").read_text("utf-8"))
    assert report["accuracy on held-back documents, in percent"]["POS"] >= 94
    assert not (folder / "tokenizer").exists()  # spaCy's own, of whatever version is installed


def documents(language: str) -> list[Document]:
    from sendcheck.training.train import RECIPES, documents_of

    recipe = RECIPES[language]
    return documents_of(recipe, unpacked(recipe.treebank).parent)


@pytest.mark.corpus
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_string_is_a_label_or_was_seen_in_three_documents(language: str) -> None:
    require(find_data() is not None, "the folder of corpora")
    train = split(documents(language))[0]
    seen: dict[str, set[str]] = {}
    for document in train:
        for word in (w for s in document.sentences for w in s):
            for text in {word.form, word.lemma, word.form.lower(), word.lemma.lower()}:
                seen.setdefault(text, set()).add(document.name)
    common = {text for text, names in seen.items() if len(names) >= FEW}
    folder = shipped(language)
    table = json.loads((folder / "lemmas.json").read_text("utf-8"))
    assert all(form in common and lemma in common for forms in table.values() for form, lemma in forms.items())
    verbs = json.loads((folder / "particles.json").read_text("utf-8"))
    assert verbs["alone"] and all(word in common for kind in verbs.values() for verb, words in kind.items() for word in (verb, *words))
    labels = {label for path in folder.glob("*/cfg") for label in json.loads(path.read_text("utf-8")).get("labels", [])}
    labels = {str(label) for label in labels} | set(json.loads((folder / "meta.json").read_text("utf-8"))["labels"]["parser"])
    pieces = {piece for label in labels for piece in re.split(r"[|=]", label)} | {pair for label in labels for pair in label.split("|")}
    whole = ["\n".join(t for s in d.sentences for w in s for t in (w.form, w.lemma)) for d in train]
    for text in (t for t in json.loads((folder / "vocab" / "strings.json").read_text("utf-8")) if len(t) > 1):
        known = text in labels | pieces or "||" in text or text in {"dep", "ROOT"} or text.split("||")[0] in labels
        assert known or sum(text in one for one in whole) >= FEW, text  # else the letters of an edit


def test_the_training_command_names_what_is_missing(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from sendcheck.training.__main__ import main

    done = CliRunner().invoke(main, [str(tmp_path), "en"])
    assert done.exit_code == 1 and "no treebank files" in done.output


def test_a_model_that_is_not_installed_is_a_clear_error(sendcheck: Run, tmp_path: Path, good: Path) -> None:
    config = tmp_path / "c.toml"
    config.write_text('[language.en]\nmodel = "en_core_web_nowhere"\n')
    done = sendcheck("check", str(good), "--config", str(config))
    assert done.returncode == 2
    assert "en_core_web_nowhere" in done.stderr and "not installed" in done.stderr and "c.toml:2" in done.stderr and "Traceback" not in done.stderr


def test_an_installed_model_takes_the_place_of_ours(sendcheck: Run, tmp_path: Path) -> None:
    import spacy

    nlp = spacy.util.load_model_from_path(shipped("en"), exclude=["tokenizer"])
    model = tmp_path / "mine"
    nlp.to_disk(model)
    shutil.rmtree(model / "nothing", ignore_errors=True)
    (tmp_path / "c.toml").write_text(f'allow-reserved-domains = true\n[language.en]\nmodel = "{model.as_posix()}"\n')
    mail = tmp_path / "mail.eml"
    mail.write_text("From: a@inside.example\nTo: Kari Holm <k@other.example>\nSubject: x\n\nHi Kari,\n\nIt was Jared who forgot to send the report to you.\n")
    done = sendcheck("check", str(mail), "--config", str(tmp_path / "c.toml"), "--format", "json")
    assert [f["rule"] for f in json.loads(done.stdout)["mails"][0]["findings"]] == ["blame-colleague"]


def test_a_folder_without_a_pipeline_never_costs_the_mail(sendcheck: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "c.toml").write_text(f'allow-reserved-domains = true\n[language.en]\nmodel = "{(tmp_path / "empty").as_posix()}"\n')
    mail = tmp_path / "mail.eml"
    mail.write_text(
        "From: a@inside.example\nTo: Kari Holm <k@other.example>\nSubject: x\n\nHi Kari,\n\nJared forgot to send the report to you. We will fix it soon.\n"
    )
    done = sendcheck("check", str(mail), "--config", str(tmp_path / "c.toml"))
    assert done.returncode == 2 and "empty" in done.stderr and "Traceback" not in done.stderr


def test_labels_of_no_word_list_are_in_the_code() -> None:
    """The pipelines are read by one loader."""
    users = [
        p for p in (ROOT / "sendcheck").rglob("*.py") if "training" not in p.parts and re.search(r"^\s*import spacy|^\s*from spacy", p.read_text("utf-8"), re.M)
    ]
    assert [p.name for p in users if "TYPE_CHECKING" not in p.read_text("utf-8")] == []
    assert {p.name for p in users} == {"pipeline.py"}
