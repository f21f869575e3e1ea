"""One spaCy pipeline from one treebank: prepare, train, prune, measure, write."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import spacy
import srsly  # type: ignore[import-untyped]
from spacy.cli.train import train as spacy_train
from spacy.language import Language
from spacy.pipeline._edit_tree_internals.edit_trees import EditTrees  # type: ignore[import-not-found]
from spacy.strings import StringStore
from spacy.tokens import Doc, DocBin
from spacy.training import Example
from spacy.vocab import Vocab

from sendcheck.training import particles
from sendcheck.training.treebanks import FEW_DOCUMENTS, Document, Sentence, ndt, split, universal

#: How many sentences an example holds, in turn: mostly one, as the clause layer parses, sometimes more, so that boundaries are learnt.
_GROUPS = (1, 1, 2, 1, 3)
#: spaCy's mark for "no tree" (edit_trees.pyx).
_OPEN = frozenset({"VERB", "AUX", "NOUN", "ADJ", "ADV"})
_NO_TREE = 4294967295


_README = """# The pipeline for {recipe.language}

A spaCy pipeline (tagger, morphologizer, lemmatizer, parser) trained from `{recipe.treebank}`: {recipe.attribution}.
It is data under the treebank's licence, {recipe.licence}, whose text lies beside it (LICENSE); sendcheck's code is MIT.
Changes: trained weights only; parts of speech and features in Universal Dependencies' terms, relations in {recipe.labels} labels. No word of the
treebank is kept but common ones: strings are labels and the letters that the lemmatizer replaces in at least three documents; lemmas.json holds
forms (no names) seen in at least three documents with their lemmas; particles.json verbs with their prepositions, in at least three documents too.
Figures: training.json. To train it again: `python -m sendcheck.training FOLDER-OF-TREEBANKS {recipe.language}`.
"""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What makes a language's pipeline: its treebank, how to read it, its licence."""

    language: str
    treebank: str
    pattern: str
    read: Callable[[Iterable[Path]], Iterable[Document]]
    licence: str
    labels: str
    attribution: str


RECIPES = {
    "en": Recipe(
        "en", "ud_english_ewt", "not-to-release/sources/**/*.conllu", universal, "CC BY-SA 4.0", "UD",
        "Universal Dependencies English Web Treebank v2.15, (c) 2013-2021 The Board of Trustees of The Leland Stanford Junior University",
    ),
    "nb": Recipe(
        "nb", "norne", "ndt/nob/*.conll", ndt, "CC0-1.0 (annotations)", "NDT",
        "Norwegian Dependency Treebank 1.0, National Library of Norway, with NorNE's names",
    ),
}  # fmt: skip


def documents_of(recipe: Recipe, data: Path) -> list[Document]:
    """All documents of a recipe's treebank under the folder *data*. Raises FileNotFoundError if there are none."""
    paths = sorted((data / recipe.treebank).glob(recipe.pattern))
    if not paths:
        raise FileNotFoundError(f"no treebank files {recipe.pattern} under {data / recipe.treebank}")
    merged: dict[str, Document] = {}
    for document in recipe.read(paths):
        merged.setdefault(document.name, Document(document.name, [])).sentences.extend(document.sentences)
    return list(merged.values())


def blank_rare_lemmas(documents: Sequence[Document]) -> int:
    """Forget lemmas whose edit from the word's form was seen in fewer than three documents; how many words that concerns.

    The lemmatiser stores the letters it replaces: an edit seen in one document only would carry that document's word into the model.
    """
    trees = EditTrees(StringStore())
    seen: dict[int, set[str]] = {}
    edits = [(d, w, trees.add(w.form, w.lemma)) for d in documents for s in d.sentences for w in s if w.lemma and w.lemma != "_"]
    for document, _, tree in edits:
        seen.setdefault(tree, set()).add(document.name)
    rare = 0
    for _, word, tree in edits:
        if len(seen[tree]) < FEW_DOCUMENTS:
            word.lemma = ""
            rare += 1
    return rare


def common_lemmas(documents: Iterable[Document]) -> dict[str, dict[str, str]]:
    """Part of speech to form to lemma, for words (never names) seen in at least three documents: the lemmatiser's rules miss some common ones."""
    seen: dict[tuple[str, str, str], set[str]] = {}
    for document in documents:
        for word in (w for s in document.sentences for w in s):
            form, lemma = word.form.lower(), word.lemma.lower()
            if word.pos in _OPEN and form.isalpha() and lemma.isalpha() and "Typo=Yes" not in word.feats:
                seen.setdefault((word.pos, form, lemma), set()).add(document.name)
    found: dict[str, dict[str, str]] = {}
    best: dict[tuple[str, str], int] = {}
    for (pos, form, lemma), names in sorted(seen.items()):
        if len(names) >= FEW_DOCUMENTS and len(names) > best.get((pos, form), 0):
            best[pos, form] = len(names)
            found.setdefault(pos, {})[form] = lemma
    return found


def _doc(vocab: Vocab, sentences: list[Sentence]) -> Doc:
    words = [w for s in sentences for w in s]
    heads: list[int] = []
    for sentence in sentences:
        offset = len(heads)
        heads += [offset + w.head for w in sentence]
    starts: list[bool | int | None] = [index == 0 for s in sentences for index in range(len(s))]
    return Doc(
        vocab, words=[w.form for w in words], spaces=[w.space for w in words], tags=[w.tag for w in words], pos=[w.pos for w in words],
        morphs=[w.feats for w in words], lemmas=["" if w.lemma == "_" else w.lemma for w in words], heads=heads,
        deps=["ROOT" if w.relation == "root" else w.relation for w in words], sent_starts=starts,
    )  # fmt: skip


def to_docs(vocab: Vocab, documents: Iterable[Document], groups: Sequence[int] = _GROUPS) -> list[Doc]:
    """spaCy documents of one to three sentences."""
    docs = []
    turn = 0
    for document in documents:
        start = 0
        while start < len(document.sentences):
            size = groups[turn % len(groups)]
            turn += 1
            docs.append(_doc(vocab, document.sentences[start : start + size]))
            start += size
    return docs


def accuracy(nlp: Language, documents: Iterable[Document]) -> dict[str, float]:
    """Part of speech, lemma, UAS and LAS in percent on raw text, tokenised by the pipeline; one document's sentences one at a time."""
    examples = []
    for gold in to_docs(nlp.vocab, documents, (1,)):
        examples.append(Example(nlp.make_doc(gold.text), gold))
    scores: dict[str, Any] = nlp.evaluate(examples)
    names = {"POS": "pos_acc", "morphology": "morph_acc", "lemma": "lemma_acc", "UAS": "dep_uas", "LAS": "dep_las"}
    return {name: round(100 * float(scores[key] or 0), 2) for name, key in names.items()}


def prune(folder: Path, strings: StringStore) -> None:
    """Forget the training words of a pipeline written to *folder*: its vocabulary keeps labels and what the lemmatiser's edits need.

    The lemmatiser's file holds every edit it ever saw, also those it cannot choose: only edits that are labels (and their parts) stay, renumbered.
    """
    keep = _prune_edits(folder / "trainable_lemmatizer", strings)
    for path in folder.glob("*/cfg"):
        labels: Any = srsly.read_json(path).get("labels", []) if path.stat().st_size > 2 else []
        keep |= {str(label) for label in labels if not isinstance(label, int)}
    for move in srsly.msgpack_loads((folder / "parser" / "moves").read_bytes()).values() if (folder / "parser" / "moves").is_file() else ():
        keep |= {label for table in json.loads(move).values() for label in table} if isinstance(move, str) else set()
    _rank_moves(folder / "parser" / "moves")
    pairs = {pair for label in keep for pair in label.split("|") if "=" in pair}
    keep |= pairs | {part for pair in pairs for part in pair.split("=")}
    srsly.write_json(folder / "vocab" / "strings.json", sorted(keep - {""}))


def _rank_moves(path: Path) -> None:
    """Counts of the parser's moves as ranks: their order decides, and counts tell of the training text."""
    table: dict[str, dict[str, int]] = json.loads(srsly.msgpack_loads(path.read_bytes())["moves"])
    for moves in table.values():
        order = sorted((count, label) for label, count in moves.items())
        moves.update({label: rank for rank, (_, label) in enumerate(order, 1)})
    data = srsly.msgpack_loads(path.read_bytes())
    data["moves"] = json.dumps(table)
    path.write_bytes(srsly.msgpack_dumps(data))


def _prune_edits(folder: Path, strings: StringStore) -> set[str]:
    """Leave the reachable edits; the strings they hold."""
    trees: list[dict[str, int]] = srsly.msgpack_loads((folder / "trees").read_bytes())["trees"]
    config: Any = srsly.read_json(folder / "cfg")
    kept: list[dict[str, int]] = []
    number: dict[int, int] = {_NO_TREE: _NO_TREE}

    def copy(old: int) -> int:
        if old not in number:
            node = dict(trees[old])
            for side in ("prefix_tree", "suffix_tree"):
                if side in node:
                    node[side] = copy(node[side])
            number[old] = len(kept)
            kept.append(node)
        return number[old]

    config["labels"] = [copy(label) for label in config["labels"]]
    srsly.write_json(folder / "cfg", config)
    (folder / "trees").write_bytes(srsly.msgpack_dumps({"trees": kept}))
    return {strings[node[side]] for node in kept for side in ("orig", "subst") if node.get(side)}


def train(language: str, data: Path, target: Path) -> dict[str, Any]:
    """Train, prune and write a language's pipeline into *target*; the report that also lies there as ``training.json``."""
    recipe = RECIPES[language]
    parts = split(documents_of(recipe, data))
    lemmas = common_lemmas(parts[0])
    rare = blank_rare_lemmas(parts[0])
    report: dict[str, Any] = {
        "documents": dict(zip(("train", "choose", "held back"), (len(p) for p in parts), strict=True)),
        "words": dict(zip(("train", "choose", "held back"), (f"{sum(len(s) for d in p for s in d.sentences):,}" for p in parts), strict=True)),
        "words without a lemma (their edit is in fewer than three documents)": rare,
    }
    print(json.dumps(report, indent=2), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        vocab = spacy.blank(language).vocab
        for name, part in zip(("train", "choose"), parts[:2], strict=True):
            DocBin(docs=to_docs(vocab, part), store_user_data=False).to_disk(work / f"{name}.spacy")
        config = work / "pipeline.cfg"
        config.write_text((files(__package__) / "pipeline.cfg").read_text("utf-8"), "utf-8")
        overrides = {"nlp.lang": language, "paths.train": str(work / "train.spacy"), "paths.dev": str(work / "choose.spacy")}
        spacy_train(config, work / "out", overrides=overrides)
        nlp = spacy.load(work / "out" / "model-best")
    report["accuracy on held-back documents, in percent"] = accuracy(nlp, parts[2])
    print(json.dumps(report, indent=2), flush=True)
    write(nlp, recipe, report, data, target, lemmas)
    particles.write(particles.pairs(parts[0]), target)
    return report


def write(nlp: Language, recipe: Recipe, report: dict[str, Any], data: Path, target: Path, lemmas: dict[str, dict[str, str]]) -> None:
    """The pruned pipeline with its licence and provenance. The tokeniser is the installed spaCy's own and is not written."""
    nlp.meta.update(
        {
            "name": f"sendcheck_{recipe.language}", "version": "1.0.0", "license": recipe.licence, "author": "The sendcheck authors", "url": "", "email": "",
            "description": f"{recipe.treebank}: tagger, morphologizer, lemmatizer, parser",
            "sources": [{"name": recipe.treebank, "author": recipe.attribution}],
            "sendcheck_labels": recipe.labels,
        }
    )  # fmt: skip
    nlp.meta["performance"] = {}
    if target.exists():
        shutil.rmtree(target)
    nlp.to_disk(target, exclude=["tokenizer"])
    prune(target, nlp.vocab.strings)
    meta: Any = srsly.read_json(target / "meta.json")
    meta.pop("spacy_git_version", None)
    srsly.write_json(target / "meta.json", meta)
    config = target / "config.cfg"  # where the training data lay is nobody's business
    config.write_text(re.sub(r'(?m)^(train|dev) = "[^"]*"$', r"\1 = null", config.read_text("utf-8")), "utf-8")
    (target / "lemmas.json").write_text(json.dumps(lemmas, ensure_ascii=False, sort_keys=True, indent=0) + "\n", "utf-8")
    (target / "training.json").write_text(json.dumps(report, indent=2) + "\n", "utf-8")
    (target / "README.md").write_text(_README.format(recipe=recipe), "utf-8")
    licence = next((data / recipe.treebank).glob("LICENSE*"))
    shutil.copyfile(licence, target / "LICENSE")
