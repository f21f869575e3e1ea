"""Real sentences of public corpora, with labels of our own: none of their words is kept here, only where they stand.

``real/CORPUS.tsv`` holds document, number of the sentence, digest of its text, side, and the readings of a first and a second labeller and of a third
where they differ. The sentences are read from the corpora (DATA folder, unpacked) when a model is trained or measured.

* ``python -m sendcheck.training.acts.real sheet DATA FOLDER`` draws the sentences and writes sheets for labellers, four of about 750 sentences.
* ``… dispute DATA FOLDER`` compares NAME.first.tsv with NAME.second.tsv and writes NAME.dispute.txt.
* ``… settle DATA FOLDER`` reads NAME.third.txt (``number<TAB>label,label``) and writes ``real/``.
* ``… harvest DATA FOLDER MODEL`` draws from the corpora that may be trained on the sentences in which a model (its folder) sees something faulty, most of them
  wrongly, and keeps the list in FOLDER; ``harvest-sheet``, ``harvest-dispute`` and ``harvest-settle DATA FOLDER`` go on as above, and add to ``real/``.
"""

from __future__ import annotations

import csv
import hashlib
import html
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sendcheck.acts.labels import FAULTY, parse_labels
from sendcheck.acts.model import Model
from sendcheck.training.acts.labelling import Reading, entry, print_agreement, read_labels
from sendcheck.training.acts.windows import Line, Mail

#: Where the labels lie.
REAL = Path(__file__).with_name("real")
#: Sentences drawn of each corpus, and whether a model may be trained on it; the others only measure.
CORPORA: Mapping[str, tuple[int, bool]] = {
    "ewt-email": (700, True),
    "ewt-reviews": (400, True),
    "ewt-answers": (150, True),
    "norne": (550, True),
    "tweetsumm": (450, False),
    "incidents": (250, False),
    "nav": (500, False),
}
_RUN = 6
#: Corpora of which nearly no passage complains to its reader's house, and how many of their passages are taken.
_ORDINARY: Mapping[str, int] = {"ewt-email": 1, "ewt-answers": 1, "norne": 3}
_PASSAGE = 8
#: A sentence is harvested from this probability of something faulty on; so many of a corpus at most.
_HARVESTED, _MOST = 0.4, 260
_MARKS = re.compile(r"(?<=[.!?])\s+(?=[A-ZÆØÅ“\"@#])")
_MENTION = re.compile(r"@\w+")


@dataclass(frozen=True, slots=True)
class Document:
    """Neighbouring sentences; ``side`` is "them" where a customer writes."""

    id: str
    side: str
    sentences: tuple[str, ...]


#: Of each sheet its runs: corpus, document, first sentence, after the last.
Sheets = Mapping[str, Sequence[tuple[str, Document, int, int]]]


def _treebank(folder: Path, side: str) -> Iterator[Document]:
    for path in sorted(folder.rglob("*.conllu")):
        found = re.findall(r"(?m)^# text = (.+)$", path.read_text("utf-8"))
        yield Document(path.stem, side, tuple(found))


def _norne(root: Path) -> Iterator[Document]:
    for path in sorted((root / "ndt" / "nob").glob("*.conll")):
        sentences = []
        for block in path.read_text("utf-8").split("\n\n"):
            words = [line.split("\t")[1] for line in block.splitlines() if "\t" in line]
            text = re.sub(r" ([.,:;!?)»])", r"\1", re.sub(r"([(«]) ", r"\1", " ".join(words)))
            if words:
                sentences.append(text)
        yield Document(path.stem, "us", tuple(sentences))


def _dialogues(root: Path) -> Iterator[Document]:
    for line in (root / "tweetsumm_dev.jsonl").read_text("utf-8").splitlines():
        one = json.loads(line)
        for number, (who, text) in enumerate(one["turns"]):
            plain = " ".join(re.sub(r"https?://\S+", "", _MENTION.sub("", html.unescape(text))).split())
            sentences = tuple(s for s in _MARKS.split(plain) if s)
            yield Document(f"{one['id']}.{number}", "them" if who == "Customer" else "us", sentences)


def _incidents(root: Path) -> Iterator[Document]:
    for path in sorted((root / "incidents").glob("*.json")):
        for update in json.loads(path.read_text("utf-8"))["incident"]["incident_updates"]:
            plain = " ".join(re.sub(r"<[^>]+>", " ", html.unescape(update["body"])).split())
            yield Document(f"{path.stem}.{update['id']}", "us", tuple(s for s in _MARKS.split(plain) if s))


def _letters(root: Path) -> Iterator[Document]:
    files: dict[str, list[str]] = {}
    for line in (root / "nav_segments_dev.jsonl").read_text("utf-8").splitlines():
        one = json.loads(line)
        if one.get("bokmal"):
            files.setdefault(one["file"], []).extend(s for s in _MARKS.split(" ".join(one["bokmal"].split())) if s)
    for name, sentences in sorted(files.items()):
        yield Document(Path(name).stem, "us", tuple(sentences))


_READERS: Mapping[str, Callable[[Path], Iterator[Document]]] = {
    "ewt-email": lambda data: _treebank(data / "ud_english_ewt" / "not-to-release" / "sources" / "email", "us"),
    "ewt-reviews": lambda data: _treebank(data / "ud_english_ewt" / "not-to-release" / "sources" / "reviews", "them"),
    "ewt-answers": lambda data: _treebank(data / "ud_english_ewt" / "not-to-release" / "sources" / "answers", "us"),
    "norne": lambda data: _norne(data / "norne"),
    "tweetsumm": lambda data: _dialogues(data / "derived"),
    "incidents": lambda data: _incidents(data / "github_incidents"),
    "nav": lambda data: _letters(data / "derived"),
}


def documents(corpus: str, data: Path) -> dict[str, Document]:
    """The documents of a corpus by id.

    Raises:
        OSError: the corpus is not under ``data``.
    """
    return {d.id: d for d in _READERS[corpus](data)}


def digest(text: str) -> str:
    """Tells whether a sentence is the one that was labelled."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _drawn(corpus: str, data: Path) -> Iterator[tuple[Document, int, int]]:
    """(document, first sentence, after the last): runs of neighbouring sentences in the order of a digest, until there are enough."""
    left, seen = CORPORA[corpus][0], set()
    runs = [(d, at) for d in documents(corpus, data).values() for at in range(0, len(d.sentences), _RUN)]
    for document, first in sorted(runs, key=lambda r: digest(f"{r[0].id} {r[1]}")):
        run = document.sentences[first : first + min(_RUN, left)]
        text = " ".join(run)
        if text in seen or not re.search(r"\w{2,}.*\w{2,}", text):
            continue
        seen.add(text)
        yield document, first, first + len(run)
        left -= len(run)
        if left <= 0:
            return


def _sheets(data: Path) -> Sheets:
    """The drawn runs in four sheets: two of English, two of Norwegian and what is left."""
    runs = [(corpus, *run) for corpus in CORPORA for run in _drawn(corpus, data)]
    quarter = -(-sum(after - first for *_, first, after in runs) // 4)
    found: dict[str, list[tuple[str, Document, int, int]]] = {}
    done = 0
    for run in runs:
        found.setdefault(f"real-{done // quarter + 1}", []).append(run)
        done += run[3] - run[2]
    return found


def _numbered(runs: Sequence[tuple[str, Document, int, int]]) -> Iterator[tuple[int, str, Document, int]]:
    number = 0
    for corpus, document, first, after in runs:
        for at in range(first, after):
            number += 1
            yield number, corpus, document, at


def _who(document: Document) -> str:
    return "a customer writes" if document.side == "them" else "own text"


def _sheet(runs: Sequence[tuple[str, Document, int, int]]) -> Iterator[str]:
    before, expected = "", 0
    for number, corpus, document, at in _numbered(runs):
        if (document.id, at) != (before, expected):
            yield from ("", f"== {corpus} ({_who(document)})")
            if at:
                yield f"   {document.sentences[at - 1]}"
        yield f"#{number} {document.sentences[at]}"
        before, expected = document.id, at + 1


def _readings(runs: Sequence[tuple[str, Document, int, int]], folder: Path, name: str) -> dict[int, Reading]:
    """What the first two labellers wrote of a sheet, by its numbers."""
    keys = {number: f"{corpus}/{document.id}/{at}" for number, corpus, document, at in _numbered(runs)}
    first, second = (read_labels(folder / f"{name}.{which}.tsv", keys) for which in ("first", "second"))
    return {number: Reading(key, first[number], second[number], None) for number, key in keys.items()}


def _dispute(runs: Sequence[tuple[str, Document, int, int]], readings: Mapping[int, Reading]) -> Iterator[str]:
    for number, corpus, document, at in _numbered(runs):
        if readings[number].disputed:
            around = ["", *document.sentences, ""]
            yield from entry(number, f"{corpus}, {_who(document)}", (around[at], around[at + 1], around[at + 2]), readings[number])


def _settle(sheets: Sheets, folder: Path, more: bool) -> None:
    """Writes the labels of the sheets' sentences; ``more``: beside those that are there."""
    rows: dict[str, list[list[str]]] = {}
    for name, runs in sheets.items():
        readings = _readings(runs, folder, name)
        third = read_labels(folder / f"{name}.third.txt", [n for n, reading in readings.items() if reading.disputed])
        for number, corpus, document, at in _numbered(runs):
            settled = replace(readings[number], third=third.get(number))
            rows.setdefault(corpus, []).append([document.id, str(at), digest(document.sentences[at]), document.side, *settled.columns()])
    REAL.mkdir(exist_ok=True)
    for corpus, of_corpus in rows.items():
        with (REAL / f"{corpus}.tsv").open("a" if more else "w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter="\t", lineterminator="\n").writerows(of_corpus)


def _rows(corpus: str) -> list[list[str]]:
    with (REAL / f"{corpus}.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter="\t"))


def mails(corpus: str, data: Path) -> Iterator[Mail]:
    """The labelled runs of a corpus, for training or measuring; each between its neighbours, which weigh nothing.

    Raises:
        ValueError: a sentence is not the one that was labelled.
    """
    known = documents(corpus, data)
    labelled: dict[str, dict[int, tuple[str, ...]]] = {}
    for name, place, mark, _side, first, _second, third in _rows(corpus):
        if digest(known[name].sentences[int(place)]) != mark:
            raise ValueError(f"{corpus}, {name}, sentence {place}: another text than the one that was labelled")
        labelled.setdefault(name, {})[int(place)] = parse_labels(third or first)
    for name, labels in labelled.items():
        yield from _between_neighbours(corpus, known[name], labels)


def _between_neighbours(corpus: str, document: Document, labels: Mapping[int, tuple[str, ...]]) -> Iterator[Mail]:
    wanted = sorted({near for at in labels for near in (at - 1, at, at + 1) if 0 <= near < len(document.sentences)})
    run: list[Line] = []
    for number, at in enumerate(wanted):
        if number and at != wanted[number - 1] + 1:
            yield Mail(document.side, tuple(run))
            run = []
        run.append(Line(f"{corpus}/{document.id}/{at}", document.sentences[at], labels.get(at, ()), weight=float(at in labels)))
    yield Mail(document.side, tuple(run))


def passages(data: Path, learnt: bool) -> Iterator[tuple[str, ...]]:
    """Neighbouring sentences of corpora that complain to nobody: those of the documents that are learnt from, or those by which a model is set."""
    for corpus, step in _ORDINARY.items():
        for document in documents(corpus, data).values():
            if (int(digest(document.id), 16) % 2 == 0) == learnt:
                for first in range(0, len(document.sentences), _PASSAGE * step):
                    yield document.sentences[first : first + _PASSAGE]


def ordinary(data: Path) -> Iterator[Mail]:
    """Such passages as answered mails, of which nothing is learnt but that they do not complain."""
    for number, sentences in enumerate(passages(data, True)):
        yield Mail("them", tuple(Line(f"ordinary/{number}/{at}", text, (), weight=0.0) for at, text in enumerate(sentences)), False)


def _harvest(data: Path, folder: Path, model: Model) -> None:
    """Writes harvest.tsv: the sentences of corpora that may be trained on in which a model sees something faulty, most of them wrongly."""
    rows = []
    for corpus in (c for c, (_, may_train) in CORPORA.items() if may_train):
        known = {(row[0], int(row[1])) for row in _rows(corpus)}
        found = []
        for document in documents(corpus, data).values():
            for at, acts in enumerate(model.judge(document.sentences, document.side)):
                if acts.chance(*FAULTY) >= _HARVESTED and (document.id, at) not in known:
                    found.append((corpus, document.id, at))
        rows += sorted(found, key=lambda row: digest(f"{row[1]} {row[2]}"))[:_MOST]
        print(f"{corpus}: {len(found)} sentences", flush=True)
    (folder / "harvest.tsv").write_text("".join(f"{corpus}\t{document}\t{at}\n" for corpus, document, at in rows), "utf-8")


def _harvested(data: Path, folder: Path) -> Sheets:
    """The sentences of harvest.tsv in two sheets, English and Norwegian."""
    found: dict[str, list[tuple[str, Document, int, int]]] = {}
    rows = [line.split("\t") for line in (folder / "harvest.tsv").read_text("utf-8").splitlines()]
    known = {corpus: documents(corpus, data) for corpus in {row[0] for row in rows}}
    for corpus, document, at in rows:
        found.setdefault("harvest-nb" if corpus == "norne" else "harvest-en", []).append((corpus, known[corpus][document], int(at), int(at) + 1))
    return found


def readings() -> list[Reading]:
    """All readings, for agreement."""
    return [
        Reading(f"{corpus}/{row[0]}/{row[1]}", parse_labels(row[4]), parse_labels(row[5]), parse_labels(row[6]) if row[6] else None)
        for corpus in CORPORA
        if (REAL / f"{corpus}.tsv").is_file()
        for row in _rows(corpus)
    ]


def main(words: list[str]) -> int:
    """See the module's docstring."""
    match words:
        case ["agreement"]:
            print_agreement(readings(), weighted=False)
        case ["harvest", data, folder, model]:
            _harvest(Path(data), Path(folder), Model(Path(model)))
        case [act, data, folder] if act.removeprefix("harvest-") in {"sheet", "dispute", "settle"}:
            more = act.startswith("harvest-")
            sheets = _harvested(Path(data), Path(folder)) if more else _sheets(Path(data))
            if act.endswith("settle"):
                _settle(sheets, Path(folder), more)
                return 0
            for name, runs in sheets.items():
                lines = _sheet(runs) if act.endswith("sheet") else _dispute(runs, _readings(runs, Path(folder), name))
                (Path(folder) / f"{name}.{act.removeprefix('harvest-')}.txt").write_text("\n".join(lines) + "\n", "utf-8")
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
