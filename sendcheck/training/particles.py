"""Which words follow a verb without a noun of their own (“log in”, “slå av”), from the treebanks: ``python -m sendcheck.training.particles DATA``."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from sendcheck.training.treebanks import FEW_DOCUMENTS, Document, Sentence, split
from sendcheck.understanding.lexicon import PARTICLES

#: Relations of marks, which are nothing that a preposition governs.
_MARKS = {"punct", "IP", "IK"}


def pairs(documents: Iterable[Document]) -> dict[str, dict[str, list[str]]]:
    """``alone``: verb (lemma) to the particles that mostly stand without a noun after it; ``seen``: to all that ever do, or that it governs a noun by.

    Only pairs met in at least three documents.
    """
    alone: dict[tuple[str, str], set[str]] = {}
    met: dict[tuple[str, str], set[str]] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for document in documents:
        for sentence in document.sentences:
            for verb, word, bare in _under_verbs(sentence):
                met.setdefault((verb, word), set()).add(document.name)
                counts[verb, word] += 1 if bare else -1
                if bare:
                    alone.setdefault((verb, word), set()).add(document.name)
    common = {pair for pair, names in met.items() if len(names) >= FEW_DOCUMENTS}
    standing = {pair for pair, names in alone.items() if len(names) >= FEW_DOCUMENTS and counts[pair] >= 0}
    return {"alone": _table(standing), "seen": _table(common)}


def _table(chosen: set[tuple[str, str]]) -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for verb, word in sorted(chosen):
        table.setdefault(verb, []).append(word)
    return table


def _under_verbs(sentence: Sentence) -> Iterator[tuple[str, str, bool]]:
    """(verb, preposition or particle behind it, whether it stands without a noun), in either treebank's labels."""
    heads = Counter(w.head for i, w in enumerate(sentence) if w.head != i and w.relation not in _MARKS)
    for index, word in enumerate(sentence):
        if word.pos != "ADP" or not word.form.isalpha():
            continue
        bare = word.relation == "compound:prt" or (word.relation == "ADV" and not heads[index])
        top = sentence[word.head].head if word.relation == "case" else word.head
        if top < index and sentence[top].pos == "VERB" and (bare or word.relation == "case" or heads[index]):
            yield sentence[top].lemma.lower(), word.form.lower(), bare


def main(data: Path) -> None:
    """Write the file of each language into its pipeline, without training that anew."""
    from sendcheck.training.train import RECIPES, documents_of  # it imports this module

    for language, recipe in RECIPES.items():
        found = pairs(split(documents_of(recipe, data))[0])
        write(found, Path(__file__).parent.parent / "languages" / language / "pipeline")


def write(found: dict[str, dict[str, list[str]]], pipeline: Path) -> None:
    """The file in a pipeline's folder."""
    (pipeline / PARTICLES).write_text(json.dumps(found, ensure_ascii=False, sort_keys=True, indent=0) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
