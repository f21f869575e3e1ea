"""Treebanks as spaCy documents: Universal Dependencies (CoNLL-U) and the Norwegian Dependency Treebank (CoNLL-X of ten columns)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sendcheck.data import toml

#: A word may stay in what is shipped if it was seen in so many documents.
FEW_DOCUMENTS = 3
#: Subtypes of UD relations that the clause mapping reads; all others are cut to their relation.
KEPT_SUBTYPES = frozenset({"pass", "agent", "poss", "relcl", "prt", "unmarked", "tmod"})
_NO_SPACE_BEFORE = frozenset(".,:;!?)]}»…%")
_NO_SPACE_AFTER = frozenset("([{«")


@dataclass(slots=True)
class Word:
    """One syntactic word. ``head``: index in the sentence (its own for a root); ``space``: whether white space follows."""

    form: str
    lemma: str
    pos: str
    tag: str
    feats: str
    head: int
    relation: str
    space: bool


Sentence = list[Word]


@dataclass(slots=True)
class Document:
    """The sentences of one source document."""

    name: str
    sentences: list[Sentence]


def universal(paths: Iterable[Path]) -> Iterator[Document]:
    """Documents of CoNLL-U files (``# newdoc id`` starts one).

    Source: universaldependencies.org/format.html. Multi-word tokens give their parts with the space of the whole; empty nodes are left out.
    """
    for path in paths:
        document = Document(path.stem, [])
        rows: list[list[str]] = []
        for line in [*path.read_text(encoding="utf-8").splitlines(), ""]:
            if line.startswith("# newdoc id"):
                if document.sentences:
                    yield document
                document = Document(line.partition("=")[2].strip(), [])
            elif line.startswith("#"):
                continue
            elif line.strip():
                rows.append(line.split("\t"))
            elif rows:
                document.sentences.append(_universal_sentence(rows))
                rows = []
        if document.sentences:
            yield document


def _universal_sentence(rows: list[list[str]]) -> Sentence:
    glued: set[int] = set()
    for row in rows:
        if "-" in row[0]:
            first, last = (int(n) for n in row[0].split("-"))
            glued.update(range(first, last + 1 if "SpaceAfter=No" in row[9] else last))
    words: Sentence = []
    for row in rows:
        if not row[0].isdigit():
            continue
        number, head = int(row[0]), int(row[6])
        relation, _, subtype = row[7].partition(":")
        if subtype.split(":")[0] in KEPT_SUBTYPES:
            relation = f"{relation}:{subtype.split(':')[0]}"
        space = "SpaceAfter=No" not in row[9] and number not in glued
        feats = "" if row[5] == "_" else row[5]
        words.append(Word(row[1], row[2], row[3], row[4], feats, (head or number) - 1, relation, space))
    return words


def ndt(paths: Iterable[Path]) -> Iterator[Document]:
    """Documents of the Norwegian Dependency Treebank, with its own relations (SUBJ, FINV, PUTFYLL …), the auxiliary as head.

    Source: nb.no/sprakbanken (NDT 1.0), with NorNE's extra column. Parts of speech and features are mapped to UD's. The files do not say
    where white space stood: it is restored. The line mark ``|`` of headings is left out.
    """
    for path in paths:
        document = Document(path.stem, [])
        rows: list[list[str]] = []
        for line in [*path.read_text(encoding="utf-8-sig").splitlines(), ""]:
            if line.strip():
                rows.append(line.split("\t"))
            elif rows:
                sentence = _ndt_sentence(rows)
                if sentence:
                    document.sentences.append(sentence)
                rows = []
        if document.sentences:
            yield document


def _ndt_sentence(rows: list[list[str]]) -> Sentence:
    heads = {int(row[0]): int(row[6]) for row in rows}
    kept = [row for row in rows if not (row[1] == "|" and int(row[0]) not in heads.values())]
    place = {int(row[0]): index for index, row in enumerate(kept)}
    words: Sentence = []
    open_quote = False
    for index, row in enumerate(kept):
        form, lemma, kind = row[1], row[2].removeprefix("$") or row[2], row[3]
        features = set(row[5].split("|")) if row[5] != "_" else set()
        pos, feats = _universal_morphology(kind, features)
        head = place.get(int(row[6]), index) if int(row[6]) else index
        if kind == "<anf>" and form == '"':
            open_quote = not open_quote
        following = kept[index + 1] if index + 1 < len(kept) else None
        after_open = form in _NO_SPACE_AFTER or (kind == "<anf>" and form == '"' and open_quote)
        before_close = following is not None and (
            following[1][0] in _NO_SPACE_BEFORE or (following[3] == "<anf>" and following[1] == '"' and open_quote and not after_open)
        )
        relation = row[7] if head != index else "ROOT"
        words.append(Word(form, lemma, pos, kind, feats, head, relation, not (after_open or before_close)))
    return words


def _universal_morphology(kind: str, features: set[str]) -> tuple[str, str]:
    table = toml(__package__, "ndt_to_ud.toml")
    pos = str(table["pos"].get(kind, "X"))
    for feature, wanted in table["pos_by_feature"].get(kind, {}).items():
        if feature in features:
            pos = str(wanted)
    pairs: dict[str, str] = {}
    for feature in sorted(features):
        for pair in table["features"].get(feature, []):
            name, _, value = pair.partition("=")
            pairs[name] = value
    if pos in {"NOUN", "PROPN", "ADJ"}:
        pairs.pop("Person", None)
    return pos, "|".join(f"{name}={value}" for name, value in sorted(pairs.items()))


def split(documents: Iterable[Document], share: float = 0.06) -> tuple[list[Document], list[Document], list[Document]]:
    """Documents for training, for choosing the best step, and held back for the figures; by a hash of the name, so the same on every machine."""
    train: list[Document] = []
    choose: list[Document] = []
    held: list[Document] = []
    for document in documents:
        place = int.from_bytes(hashlib.sha256(document.name.encode()).digest()[:4], "big") / 2**32
        (choose if place < share else held if place < 2 * share else train).append(document)
    return train, choose, held
