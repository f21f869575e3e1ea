"""spaCy pipelines, loaded on first use: the shipped ones, or those that ``[language.<lang>] model`` names."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sendcheck.data import READ_AS
from sendcheck.understanding.clauses.build import NameOf, build
from sendcheck.understanding.clauses.graph import graph, label_set
from sendcheck.understanding.clauses.model import Clause, Parse, Word
from sendcheck.understanding.loading import loading

if TYPE_CHECKING:
    from spacy.language import Language

_LANGUAGES = Path(__file__).parent.parent.parent / "languages"

Lemmas = Mapping[str, Mapping[str, str]]
#: A longer sentence is parsed in pieces: the parser's time and memory grow with it.
LONGEST = 2_000
#: Sentences parsed before their memory is given back.
ZONE = 500
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"'})


def shipped(language: str) -> Path:
    """Where the pipeline that sendcheck ships for a language lies."""
    return _LANGUAGES / language / "pipeline"


def can_parse(language: str) -> bool:
    """Whether there is a pipeline for the language, of its own or of its sister's."""
    return shipped(READ_AS.get(language, language)).is_dir()


def _import_numpy() -> None:
    """Import numpy so that it multiplies in one thread: our matrices are small, its threads spin while they wait, and none lives through a fork."""
    name = "OPENBLAS_NUM_THREADS"
    if "numpy" in sys.modules or name in os.environ:
        return
    os.environ[name] = "1"
    try:
        import numpy  # noqa: F401
    finally:
        del os.environ[name]


@cache
def load(language: str, model: str = "") -> tuple[Language, str]:
    """The pipeline of a language and its label set. ``model``: an installed package or a folder; "" for the shipped one.

    Raises OSError if there is none, LookupError if its labels are unknown.
    """
    with loading():
        _import_numpy()
        import spacy
        from thinc.api import use_ops

        # numpy multiplies our small matrices twice as fast as blis, which spaCy would take; the parses are the same.
        with use_ops("numpy", use_blis=False):
            nlp = spacy.load(model) if model else spacy.util.load_model_from_path(shipped(language), exclude=["tokenizer", "tagger"])
    parser: Any = nlp.get_pipe("parser")
    return nlp, label_set(frozenset(parser.labels))


@cache
def _lemmas(language: str) -> Lemmas:
    path = shipped(language) / "lemmas.json"
    return json.loads(path.read_text("utf-8")) if path.is_file() else {}


def parse(texts: Sequence[str], language: str, models: Mapping[str, str], names: Sequence[NameOf]) -> Iterator[Parse]:
    """The clauses of sentences, in order. ``names``: for each who is known by name. Offsets are characters of each text."""
    language = READ_AS.get(language, language)
    nlp, labels = load(language, models.get(language, ""))
    lemmas = {} if models.get(language) else _lemmas(language)
    plain = [_plain(text[:LONGEST]) for text in texts]
    _zone(nlp).use(len(plain))
    for doc, text, (_, at), name_of in zip(nlp.pipe(words for words, _ in plain), texts, plain, names, strict=True):
        yield _one(doc, text, language, labels, lemmas, name_of, at)


class _Zone:
    """spaCy's memory zone, held open over many sentences: leaving it empties the tokenizer's cache, which costs more than the parse of a short mail."""

    def __init__(self, nlp: Language) -> None:
        self.nlp = nlp
        self.left = 0
        self.open: Any = None

    def use(self, sentences: int) -> None:
        """Make room for so many sentences; what was parsed before is given back from time to time."""
        self.left -= sentences
        if self.left <= 0:
            if self.open is not None:
                self.open.__exit__(None, None, None)
            self.open = self.nlp.memory_zone()
            self.open.__enter__()
            self.left = ZONE


@cache
def _zone(nlp: Language) -> _Zone:
    return _Zone(nlp)


def _plain(text: str) -> tuple[str, list[int]]:
    """The text with every run of white space as one blank and straight quotes, and where each character stood: wrapped lines parse like others."""
    kept = [i for i, c in enumerate(text) if not c.isspace() or (i and not text[i - 1].isspace())]
    return "".join(" " if text[i].isspace() else text[i] for i in kept).translate(_QUOTES), kept


def _one(doc: Any, text: str, language: str, labels: str, lemmas: Lemmas, name_of: NameOf, at: Sequence[int]) -> Parse:
    clauses: list[Clause] = []
    words: list[Word] = []
    for span in doc.sents:
        tokens = [t for t in span if not t.is_space]
        found = build(graph(tokens, labels, lemmas, at), text, language, name_of)
        before = len(clauses)
        clauses += [c if c.governor is None else replace(c, governor=c.governor + before) for c in found.clauses]
        words += found.words
    return Parse(tuple(clauses), tuple(words))
