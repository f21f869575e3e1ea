"""Makes a model's scores probabilities, and chooses from where on an act is likely and sure: ``python -m sendcheck.training.acts.calibrate``.

By writers that it did not learn from, and that no figure is told on. Platt's scaling for each act (Platt 1999), drawn to the scaling of all acts together
where there are few; written into the model's ``reading.json``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sendcheck.acts.labels import BRINGS, FAULTY
from sendcheck.acts.model import FOLDER, Acts, Model, of_complaint, went_wrong
from sendcheck.training.acts import real
from sendcheck.training.acts.evaluate import Score
from sendcheck.training.acts.exchanges import Exchange, read_one
from sendcheck.training.acts.split import CALIBRATION
from sendcheck.training.acts.windows import Mail, mails

Floats = np.ndarray[Any, np.dtype[np.float64]]
#: Precision wanted where an act is sure, and the least where it is likely.
_SURE, _LIKELY = 0.87, 0.72
#: The same for acts that no rule holds against anybody, but that errors rest on: what is announced, who is copied, what is to be kept close.
_SURE_OF_PLAIN = 0.95
#: Plain acts that errors rest on; few sentences do them, so that their cuts by these few are low.
_RESTED_ON = frozenset({"attach", "copied", "confidential"})
#: From which calibrated probability on an act is sure, and likely, whatever few sentences say.
_FIRM, _EVEN = 0.8, 0.5
#: Of so many ordinary sentences one may be called certain of an act, and one sure of something missing in so many replies that lack nothing.
_ORDINARY = 4_000
_CERTAIN = 0.97
_STEPS = np.round(np.arange(0.02, 1.0, 0.01), 2)
#: How much the scaling of all acts counts beside that of one: as so many sentences.
_PRIOR = 40.0
#: Sentences of a document of ordinary text that are read.
_READ = 40
#: A cut does as well as the best one if its F1 is lower by no more.
_AS_WELL = 0.005
#: Passages of ordinary text that are taken for a complaint, at most. Of the few answered mails that writers call none, some do complain, though of others.
_TAKEN, _TAKEN_BY_SUM = 0.005, 0.0045


def scaling(odds: Floats, is_so: Floats, towards: tuple[float, float], prior: float) -> tuple[float, float]:
    """(slope, shift) that make log odds calibrated: logistic regression by Newton's method, drawn towards a given one."""
    at = np.array(towards)
    start = at.copy()
    x = np.stack([odds, np.ones_like(odds)], 1)
    for _ in range(50):
        chance = 1 / (1 + np.exp(-x @ at))
        slope = x.T @ (chance - is_so) + prior * (at - start)
        curve = (x * (chance * (1 - chance))[:, None]).T @ x + prior * np.eye(2) + 1e-6 * np.eye(2)
        step = np.linalg.solve(curve, slope)
        at = at - step
        if np.abs(step).max() < 1e-6:
            break
    return float(at[0]), float(at[1])


def cuts(chances: Floats, is_so: Floats, wanted: float) -> tuple[float, float]:
    """(sure, likely): the lowest probability from which on an act is right as often as wanted; likely is the best F1 among those."""
    sure, likely, best = 0.99, 0.99, -1.0
    for cut in _STEPS[::-1]:
        said = chances >= cut
        if not said.any():
            continue
        hit = float(is_so[said].sum())
        precision = hit / said.sum()
        if precision >= wanted and said.sum() >= 5:
            sure = float(cut)
        f1 = 2 * hit / (said.sum() + is_so.sum())
        if precision >= _LIKELY and f1 > best:
            likely, best = float(cut), f1
    # What is calibrated holds by itself: few sentences must not make a cut that nothing reaches.
    likely = min(likely, _EVEN)
    return max(min(sure, _FIRM), likely), likely


def gathered(model: Model, found: Sequence[Mail]) -> tuple[Floats, Floats, Floats]:
    """(sentences, acts) of log odds, of what is so, and (sentences) whether it is own text."""
    odds, wanted, own = [], [], []
    for mail in found:
        for line, told in zip(mail.lines, model.odds([x.text for x in mail.lines], mail.side), strict=True):
            if told and line.weight:
                odds.append(told)
                wanted.append([float(label in line.labels) for label in model.labels])
                own.append(float(mail.side == "us"))
    return np.array(odds), np.array(wanted), np.array(own)


def ordinary(model: Model, data: Path) -> Iterator[list[Acts]]:
    """What the model says of the sentences of unlabelled ordinary text, document by document: of those corpora that may be trained on."""
    for corpus in (name for name, (_, learnt) in real.CORPORA.items() if learnt):
        for document in real.documents(corpus, data).values():
            yield model.judge(document.sentences[:_READ], "us")


def certain(found: Sequence[Floats], labels: Sequence[str], cuts_of: Mapping[str, list[float]]) -> dict[str, float]:
    """From where on an act is certain in mail that answers no complaint, where it is rarer: called so of few ordinary sentences, and sure besides."""
    chances = np.concatenate(found)
    allowed = len(chances) // _ORDINARY
    highest = np.sort(chances, axis=0)[::-1]
    return {label: min(_CERTAIN, max(cuts_of[label][0], round(float(highest[allowed, at]) + 0.01, 2))) for at, label in enumerate(labels)}


def whole(model: Model, exchanges: Iterable[Exchange]) -> dict[str, float]:
    """From which probability of the likeliest sentence on a reply brings what it can bring: the best F1 of telling which replies lack it."""
    told: dict[str, list[tuple[float, bool]]] = {name: [] for name in BRINGS}
    for exchange in exchanges:
        for reply in exchange.replies:
            if reply.lacks is None or not reply.sentences:
                continue
            acts = model.judge([s.text for s in reply.sentences], "us")
            fixed = any("done" in s.labels for s in reply.sentences)
            for name, ways in BRINGS.items():
                if name == "prevention" and not fixed:
                    continue  # asked for only where a fix is told
                is_so = fixed if name == "fix" else name not in reply.lacks
                told[name].append((max(a.chance(*ways) for a in acts), is_so))
    found = {}
    for name, some in told.items():
        scores = {cut: _f1([(chance < cut, not is_so) for chance, is_so in some]) for cut in _STEPS}
        # The lowest of all cuts that do as well: what is called missing fails a mail.
        found[name] = round(float(min(cut for cut, f1 in scores.items() if f1 >= max(scores.values()) - _AS_WELL)), 2)
        missed = Score()
        for chance, is_so in some:
            missed.add(chance < found[name], not is_so)
        print(f"lacks {name:16} below {found[name]:.2f}: {missed} of {len(some)}")
    return found


def _f1(pairs: Sequence[tuple[bool, bool]]) -> float:
    hit = sum(a and b for a, b in pairs)
    return 2 * hit / max(1, sum(a for a, _ in pairs) + sum(b for _, b in pairs))


def complaint(model: Model, exchanges: Iterable[Exchange], passages: Iterable[Sequence[str]]) -> tuple[float, float]:
    """From where on an answered mail is a complaint by :func:`sendcheck.acts.model.of_complaint`, and by ``went_wrong``: few ordinary passages are."""
    acts: dict[str, list[list[Acts]]] = {"ordinary passages": [model.judge(x, "them") for x in passages], "complaints": [], "other answered mails": []}
    for exchange in exchanges:
        if exchange.complains is not None:
            kind = "complaints" if exchange.complains else "other answered mails"
            acts[kind].append(model.judge([s.text for s in exchange.parent], "them"))
    plain = acts["ordinary passages"]
    of_mean, of_sum = (
        next(float(x) for x in np.arange(-2, 9, 0.05) if sum(measure(one) >= x for one in plain) <= taken * len(plain))
        for measure, taken in ((of_complaint, _TAKEN), (went_wrong, _TAKEN_BY_SUM))
    )
    for kind, found in acts.items():
        taken = sum(of_complaint(x) >= of_mean or went_wrong(x) >= of_sum for x in found)
        print(f"complaint from {of_mean:.2f} or {of_sum:.2f}: {taken} of {len(found)} {kind}")
    return round(of_mean, 2), round(of_sum, 2)


def main() -> None:
    """See the module's docstring."""
    take = argparse.ArgumentParser(description=__doc__)
    take.add_argument("writers", nargs="*", default=CALIBRATION)
    take.add_argument("--model", type=Path, default=FOLDER)
    take.add_argument("--data", type=Path, help="the unpacked corpora: without them an act is certain where it is sure")
    given = take.parse_args()
    model = Model(given.model)
    written = [read_one(writer) for writer in given.writers]
    odds, is_so, own = gathered(model, [mail for one in written for mail in mails(one)])
    of_all = scaling(odds.ravel(), is_so.ravel(), (1.0, 0.0), 0.0)
    told = json.loads((given.model / "reading.json").read_text("utf-8"))
    for at, label in enumerate(model.labels):
        slope, shift = scaling(odds[:, at], is_so[:, at], of_all, _PRIOR)
        told["calibration"][label] = [round(slope, 4), round(shift, 4)]
        chances = np.round(1 / (1 + np.exp(-(odds[:, at] * slope + shift))), 2)
        # Only own text is held against anybody.
        part = own > 0 if label in FAULTY else own >= 0
        sure, likely = cuts(chances[part], is_so[part, at], _SURE if label in FAULTY else _SURE_OF_PLAIN)
        if label in _RESTED_ON:
            sure, likely = max(sure, _FIRM), max(likely, _EVEN)
        told["cuts"][label] = [sure, likely, sure]
        said = chances[part] >= likely
        hit = is_so[part, at][said].sum()
        print(f"{label:18} slope {slope:.2f} shift {shift:+.2f}  sure {sure:.2f} likely {likely:.2f}  "
              f"precision {hit / max(1, said.sum()):.2f} recall {hit / max(1.0, is_so[part, at].sum()):.2f}")  # fmt: skip
    _write(given.model, told)
    model = Model(given.model)
    exchanges = [exchange for one in written for exchange in one.exchanges]
    told["mails"] = whole(model, exchanges)
    chances_of = []
    for acts in ordinary(model, given.data) if given.data else ():
        chances_of.append(np.array([[a.chances[label] for label in model.labels] for a in acts if a.chances]).reshape(-1, len(model.labels)))
    told["complaint"] = complaint(model, exchanges, real.passages(given.data, False) if given.data else ())
    if chances_of:
        for label, cut in certain(chances_of, model.labels, told["cuts"]).items():
            if label in FAULTY:
                told["cuts"][label][2] = cut
    _write(given.model, told)


def _write(folder: Path, told: Mapping[str, Any]) -> None:
    (folder / "reading.json").write_text(json.dumps(told, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
