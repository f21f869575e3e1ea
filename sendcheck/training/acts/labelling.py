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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sendcheck.acts.labels import FAULTY, LABELS, join_labels, parse_labels
from sendcheck.training.acts.exchanges import WRITERS, Placed, Written, is_inside, read

#: Where the readings of the second and third labellers lie: key, first, second, third (empty where the two agreed), all sorted.
SECOND = Path(__file__).with_name("second")
#: One in so many sentences without a faulty act is read a second time.
_OF_THE_REST = 10
#: No rule turns on these: a difference in them is no dispute.
INDIFFERENT = frozenset({"greeting", "closing", "thanks", "fact", "rhetorical", "effect", "sympathy"})
_THIRD = re.compile(r"(\d+)\t\[([^\]]*)\] (.+)")


def _chance(key: str) -> int:
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4])


def is_asked(placed: Placed) -> bool:
    """Whether this sentence is read by a second labeller."""
    return bool(FAULTY.intersection(placed.sentence.labels)) or _chance(placed.key) % _OF_THE_REST == 0


def sheet(written: Written) -> Iterator[str]:
    """The lines of a sheet: every mail that holds a sentence to label, as it reads; then the batteries' sentences in an order that tells nothing."""
    asked = asked_of(written)
    numbers = {placed.key: number for number, placed in asked.items()}
    mails: dict[str, list[Placed]] = {}
    for placed in written.placed():
        if placed.inside:
            mails.setdefault(placed.key.rpartition("/")[0], []).append(placed)
    for of, sentences in mails.items():
        if numbers.keys() & {p.key for p in sentences}:
            yield from ("", f"== {of.partition('/')[2]} ({'the answered mail' if of.endswith('/p') else 'a reply'})")
            for placed in sentences:
                number = numbers.get(placed.key)
                yield f"{'  ' if number is None else f'#{number}'} {placed.sentence.text}"
    yield from ("", "== single sentences")
    for number, placed in asked.items():
        if not placed.inside:
            yield f"#{number} {placed.sentence.text}"


def asked_of(written: Written) -> dict[int, Placed]:
    """The sentences of a sheet by their numbers, from 1: those of mails as they come, those of batteries in an order that tells nothing."""
    asked = [p for p in written.placed() if is_asked(p)]
    inside = [p for p in asked if p.inside]
    alone = sorted((p for p in asked if not p.inside), key=lambda p: _chance(p.key + "place"))
    return dict(enumerate((*inside, *alone), 1))


def read_labels(path: Path, numbers: Iterable[int]) -> dict[int, tuple[str, ...]]:
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


@dataclass(frozen=True, slots=True)
class Reading:
    """Three readings of one sentence; ``third`` is None where the first two did not differ."""

    key: str
    first: tuple[str, ...]
    second: tuple[str, ...]
    third: tuple[str, ...] | None

    @property
    def disputed(self) -> bool:
        """Whether the first two differ in something that a rule turns on."""
        return bool((set(self.first) ^ set(self.second)) - INDIFFERENT)

    def columns(self) -> list[str]:
        """The three as a table holds them, each sorted; the third "" where there is none."""
        return ["" if labels is None else join_labels(sorted(labels)) for labels in (self.first, self.second, self.third)]


def entry(number: int, place: str, around: tuple[str, str, str], reading: Reading) -> Iterator[str]:
    """A disputed sentence as the third labeller sees it. ``around``: the sentence before, it, and the one after; the key decides which reading is A."""
    before, text, after = around
    yield from ("", f"#{number} ({place})", f"   before: {before or '-'}", f"   >> {text}", f"   after: {after or '-'}")
    readings = [reading.first, reading.second]
    if _chance(reading.key + "order") % 2:
        readings.reverse()
    yield from (f"   {name}: {join_labels(labels)}" for name, labels in zip("AB", readings, strict=True))


def dispute(written: Written, second: Mapping[int, tuple[str, ...]]) -> Iterator[str]:
    """The lines of a sheet for the third labeller."""
    for number, placed in asked_of(written).items():
        reading = Reading(placed.key, placed.sentence.labels, second[number], None)
        if reading.disputed:
            place = f"{'answered mail' if placed.side == 'them' else 'own text'}, {placed.key.split('/')[1]}"
            yield from entry(number, place, (placed.before, placed.sentence.text, placed.after), reading)


def settle(path: Path, folder: Path) -> list[Reading]:
    """Writes the third's decisions into the writer's file, and gives all readings.

    Raises:
        ValueError: as of :func:`read_labels`; or a decided sentence is not the one that was asked about.
    """
    written = read(path)
    asked = asked_of(written)
    second = read_labels(folder / f"{written.writer}.second.tsv", asked)
    decided: dict[int, tuple[tuple[str, ...], str]] = {}
    for line in (folder / f"{written.writer}.third.txt").read_text("utf-8").splitlines():
        if found := _THIRD.fullmatch(line.strip().lstrip("#")):
            decided[int(found[1])] = (parse_labels(found[2]), found[3])
        elif line.strip():
            raise ValueError(f"{written.writer}.third.txt: not understood: {line[:80]}")
    lines = path.read_text("utf-8").splitlines()
    readings = []
    for number, placed in asked.items():
        reading = Reading(placed.key, placed.sentence.labels, second[number], None)
        if reading.disputed:
            if number not in decided:
                raise ValueError(f"{written.writer}.third.txt: {number} is not decided")
            third, marked = decided[number]
            reading = replace(reading, third=third)
            if re.sub(r"\{\{|\}\}", "", marked) != placed.sentence.text:
                raise ValueError(f"{written.writer}.third.txt: {number} is another sentence: {marked[:80]}")
            head = f"{placed.sentence.number} " if placed.sentence.number[0] in "pr" else ""
            lines[placed.sentence.line - 1] = f"{head}[{join_labels(third)}] {marked}"
        readings.append(reading)
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return readings


def write_readings(readings: Iterable[Reading], path: Path) -> None:
    """As ``second/WRITER.tsv``."""
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, delimiter="\t", lineterminator="\n")
        for one in readings:
            out.writerow([one.key, *one.columns()])


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


def print_agreement(readings: Sequence[Reading], weighted: bool = True) -> None:
    """A line for each label: :func:`kappa`, and how often each of the two gave it."""
    for label in LABELS:
        value, first, second = kappa(readings, label, weighted)
        print(f"{label:18} {value:6.2f}   first {first:5}   second {second:5}")


def main(words: list[str]) -> int:
    """See the module's docstring."""
    match words:
        case ["agreement"]:
            everything = read_readings()
            readings = [r for r in everything if is_inside(r.key)]
            print(f"{len(everything)} sentences read twice, {sum(r.third is not None for r in everything)} by a third; of {len(readings)} inside mails:")
            print_agreement(readings)
        case [("sheet" | "dispute" | "settle") as act, writer, folder]:
            path, out = WRITERS / f"{writer}.txt", Path(folder)
            written = read(path)
            if act == "sheet":
                (out / f"{writer}.sheet.txt").write_text("\n".join(sheet(written)) + "\n", "utf-8")
            elif act == "dispute":
                second = read_labels(out / f"{writer}.second.tsv", asked_of(written))
                (out / f"{writer}.dispute.txt").write_text("\n".join(dispute(written, second)) + "\n", "utf-8")
            else:
                write_readings(settle(path, out), SECOND / f"{writer}.tsv")
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
