"""A second labeller's reading of the writers' sentences: sheets without labels, agreement, disputes for a third, and what was settled.

* ``python -m sendcheck.training.acts.labelling sheet WRITER FOLDER`` writes WRITER.sheet.txt: whole mails, in which the sentences to label bear a
  ``#number`` and no label. All sentences with a faulty act are asked for, and every tenth of the rest, so that the labeller cannot tell which is which.
* ``… dispute WRITER FOLDER`` reads WRITER.second.tsv (``number<TAB>label,label``) and writes WRITER.dispute.txt: both readings of each sentence on which
  they differ in a faulty act or in what the rules ask for, in an order that does not tell whose is whose.
* ``… settle WRITER FOLDER`` reads WRITER.third.txt (``number<TAB>[label,label] sentence with {{words}}``), writes what a third decided into the
  writer's file, and all three readings into ``second/WRITER.tsv``.
* ``… agreement`` prints Cohen's kappa of each label from ``second/``, over sentences inside mails.
"""

from __future__ import annotations

import csv
import hashlib
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sendcheck.training.acts.exchanges import WRITERS, Placed, Written, read
from sendcheck.training.acts.labels import FAULTY, LABELS

#: Where the readings of the second and third labellers lie: key, first, second, third (empty where the two agreed), all sorted.
SECOND = Path(__file__).with_name("second")
#: One in so many sentences without a faulty act is read a second time.
_OF_THE_REST = 10
#: No rule turns on these: a difference in them is no dispute.
INDIFFERENT = frozenset({"greeting", "closing", "thanks", "fact", "rhetorical", "effect", "sympathy"})
#: Slashes in the key of a sentence inside a mail (WRITER/EXCHANGE/MAIL/NUMBER); one of a battery has fewer.
_INSIDE = 3
_THIRD = re.compile(r"(\d+)\t\[([^\]]*)\] (.+)")


def _chance(key: str) -> int:
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4])


def is_asked(placed: Placed) -> bool:
    """Whether this sentence is read by a second labeller."""
    return bool(FAULTY.intersection(placed.sentence.labels)) or _chance(placed.key) % _OF_THE_REST == 0


def sheet(written: Written) -> Iterator[str]:
    """The lines of a sheet: every mail that holds a sentence to label, as it reads; then the batteries' sentences in an order that tells nothing."""
    numbers = {placed.key: number for number, placed in asked_of(written).items()}
    mails: dict[str, list[Placed]] = {}
    for placed in written.placed():
        if placed.key.count("/") == _INSIDE:
            mails.setdefault(placed.key.rpartition("/")[0], []).append(placed)
    for of, sentences in mails.items():
        if numbers.keys() & {p.key for p in sentences}:
            yield from ("", f"== {of.partition('/')[2]} ({'the answered mail' if of.endswith('/p') else 'a reply'})")
            for placed in sentences:
                number = numbers.get(placed.key)
                yield f"{'  ' if number is None else f'#{number}'} {placed.sentence.text}"
    yield from ("", "== single sentences")
    for number, placed in asked_of(written).items():
        if placed.key.count("/") != _INSIDE:
            yield f"#{number} {placed.sentence.text}"


def asked_of(written: Written) -> dict[int, Placed]:
    """The sentences of a sheet by their numbers, from 1: those of mails as they come, those of batteries in an order that tells nothing."""
    asked = [p for p in written.placed() if is_asked(p)]
    inside = [p for p in asked if p.key.count("/") == _INSIDE]
    alone = sorted((p for p in asked if p.key.count("/") != _INSIDE), key=lambda p: _chance(p.key + "place"))
    return dict(enumerate((*inside, *alone), 1))


def parse_labels(text: str) -> tuple[str, ...]:
    """Labels with commas; "-" is none.

    Raises:
        ValueError: an unknown label.
    """
    labels = tuple(x.strip() for x in text.split(",") if x.strip() not in {"", "-"})
    if unknown := set(labels) - set(LABELS):
        raise ValueError(f"unknown label {', '.join(sorted(unknown))}")
    return labels


def second_labels(path: Path, numbers: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """What a labeller wrote.

    Raises:
        ValueError: a line breaks the format, bears an unknown label or number, or a number is missing.
    """
    found: dict[int, tuple[str, ...]] = {}
    for line in path.read_text("utf-8").splitlines():
        if line.strip():
            number, _, labels = line.partition("\t")
            try:
                found[int(number.strip().lstrip("#"))] = parse_labels(labels)
            except ValueError as error:
                raise ValueError(f"{path.name}: {line[:80]}: {error}") from error
    if wrong := set(numbers) ^ set(found):
        raise ValueError(f"{path.name}: missing, or not asked for: {', '.join(map(str, sorted(wrong)))}")
    return found


def telling(labels: Iterable[str]) -> frozenset[str]:
    """The labels on which something turns."""
    return frozenset(labels) - INDIFFERENT


def dispute(written: Written, second: Mapping[int, tuple[str, ...]]) -> Iterator[str]:
    """The lines of a sheet for the third labeller."""
    for number, placed in asked_of(written).items():
        readings = [placed.sentence.labels, second[number]]
        if telling(readings[0]) == telling(readings[1]):
            continue
        if _chance(placed.key + "order") % 2:
            readings.reverse()
        yield ""
        place = "answered mail" if placed.side == "them" else "own text"
        yield f"#{number} ({place}, {placed.key.split('/')[1]})"
        yield f"   before: {placed.before or '-'}"
        yield f"   >> {placed.sentence.text}"
        yield f"   after: {placed.after or '-'}"
        for name, labels in zip("AB", readings, strict=True):
            yield f"   {name}: {','.join(labels) or '-'}"


@dataclass(frozen=True, slots=True)
class Reading:
    """Three readings of one sentence; ``third`` is None where the first two did not differ."""

    key: str
    first: tuple[str, ...]
    second: tuple[str, ...]
    third: tuple[str, ...] | None


def settle(path: Path, folder: Path) -> list[Reading]:
    """Writes the third's decisions into the writer's file, and gives all readings.

    Raises:
        ValueError: as of :func:`second_labels`; or a decided sentence is not the one that was asked about.
    """
    written = read(path)
    asked = asked_of(written)
    second = second_labels(folder / f"{written.writer}.second.tsv", asked)
    decided: dict[int, tuple[tuple[str, ...], str]] = {}
    for line in (folder / f"{written.writer}.third.txt").read_text("utf-8").splitlines():
        if found := _THIRD.fullmatch(line.strip().lstrip("#")):
            decided[int(found[1])] = (parse_labels(found[2]), found[3])
        elif line.strip():
            raise ValueError(f"{written.writer}.third.txt: not understood: {line[:80]}")
    lines = path.read_text("utf-8").splitlines()
    readings = []
    for number, placed in asked.items():
        first, third = placed.sentence.labels, None
        if telling(first) != telling(second[number]):
            if number not in decided:
                raise ValueError(f"{written.writer}.third.txt: {number} is not decided")
            third, marked = decided[number]
            if re.sub(r"\{\{|\}\}", "", marked) != placed.sentence.text:
                raise ValueError(f"{written.writer}.third.txt: {number} is another sentence: {marked[:80]}")
            head = f"{placed.sentence.number} " if placed.sentence.number[0] in "pr" else ""
            lines[placed.sentence.line - 1] = f"{head}[{','.join(third) or '-'}] {marked}"
        readings.append(Reading(placed.key, first, second[number], third))
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return readings


def write_readings(readings: Iterable[Reading], path: Path) -> None:
    """As ``second/WRITER.tsv``."""
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, delimiter="\t", lineterminator="\n")
        for one in readings:
            first, second, third = (None if labels is None else ",".join(sorted(labels)) or "-" for labels in (one.first, one.second, one.third))
            out.writerow([one.key, first, second, third or ""])


def read_readings(folder: Path = SECOND) -> list[Reading]:
    """All readings of all writers."""
    found = []
    for path in sorted(folder.glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            for key, first, second, third in csv.reader(file, delimiter="\t"):
                found.append(Reading(key, parse_labels(first), parse_labels(second), parse_labels(third) if third else None))
    return found


def kappa(readings: Iterable[Reading], label: str, weighted: bool = True) -> tuple[float, int, int]:
    """Cohen's kappa of one label between first and second, how often the first gave it, how often the second (Cohen 1960).

    ``weighted``: sentences without a faulty act of the first count tenfold, as one in ten of them was read, so that the figure is that of all sentences.
    """
    both = neither = only_first = only_second = 0.0
    firsts = seconds = 0
    for one in readings:
        weight = 1.0 if not weighted or FAULTY.intersection(one.first) else float(_OF_THE_REST)
        a, b = label in one.first, label in one.second
        firsts, seconds = firsts + a, seconds + b
        if a and b:
            both += weight
        elif a:
            only_first += weight
        elif b:
            only_second += weight
        else:
            neither += weight
    total = both + neither + only_first + only_second
    if not total:
        return float("nan"), 0, 0
    said_a, said_b = (both + only_first) / total, (both + only_second) / total
    by_chance = said_a * said_b + (1 - said_a) * (1 - said_b)
    agreed = (both + neither) / total
    return (1.0 if by_chance == 1 else (agreed - by_chance) / (1 - by_chance)), firsts, seconds


def main(words: list[str]) -> int:
    """See the module's docstring."""
    match words:
        case ["agreement"]:
            everything = read_readings()
            readings = [r for r in everything if r.key.count("/") == _INSIDE]
            print(f"{len(everything)} sentences read twice, {sum(r.third is not None for r in everything)} by a third; of {len(readings)} inside mails:")
            for label in LABELS:
                value, said_first, said_second = kappa(readings, label)
                print(f"{label:18} {value:6.2f}   first {said_first:5}   second {said_second:5}")
        case [("sheet" | "dispute" | "settle") as act, writer, folder]:
            path, out = WRITERS / f"{writer}.txt", Path(folder)
            written = read(path)
            if act == "sheet":
                (out / f"{writer}.sheet.txt").write_text("\n".join(sheet(written)) + "\n", "utf-8")
            elif act == "dispute":
                second = second_labels(out / f"{writer}.second.tsv", asked_of(written))
                (out / f"{writer}.dispute.txt").write_text("\n".join(dispute(written, second)) + "\n", "utf-8")
            else:
                write_readings(settle(path, out), SECOND / f"{writer}.tsv")
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
