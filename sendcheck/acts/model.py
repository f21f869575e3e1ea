"""The trained model of acts: sentences of one text in, what each does out.

The files lie in ``data/``: ``acts.onnx`` (an encoder in 8 bits), ``tokenizer.json`` (its vocabulary), ``reading.json`` (what its outputs are, and how they
become probabilities), beside licence, provenance and figures. Written by ``sendcheck.training.acts.export``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sendcheck.acts.labels import BRINGS
from sendcheck.acts.windows import Read, Reader, together
from sendcheck.errors import SendcheckError

if TYPE_CHECKING:
    import numpy as np
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

    Floats = np.ndarray[Any, np.dtype[np.float32]]
    Doubles = np.ndarray[Any, np.dtype[np.float64]]

#: Where the shipped model lies.
FOLDER = Path(__file__).with_name("data")
#: Scores are rounded to so many digits, so that what differs between processors in the last bits decides nothing.
_DIGITS = 2
#: Log odds from which on a token is the one that carries an act, and its neighbours are among the words that do.
_MARKED, _BESIDE = 0.0, -1.0


class ModelError(SendcheckError):
    """The model of acts cannot be used; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Acts:
    """What one sentence does.

    ``chances``: calibrated probability of each act, 0 to 1 in steps of 0.01; ``words``: characters [start, end) of the sentence that carry an act, of
    acts that have such words; ``sure`` and ``likely``: the acts whose probability is such that it is right nine times in ten, and more often than not,
    on mail by writers whom nobody tuned to; ``certain``: so sure that it holds in ordinary mail too, where most acts are rarer than in answers to
    complaints. What is certain is sure, and what is sure is likely. ``brings``: what a whole mail has by this sentence
    (:data:`sendcheck.acts.labels.BRINGS`). ``complaint``: log odds, by what this sentence and those around it say, that the mail they stand in complains.
    """

    chances: Mapping[str, float]
    words: Mapping[str, tuple[int, int]]
    sure: frozenset[str] = frozenset()
    likely: frozenset[str] = frozenset()
    brings: frozenset[str] = frozenset()
    certain: frozenset[str] = frozenset()
    complaint: float = 0.0

    def chance(self, *acts: str) -> float:
        """The probability of the likeliest of these acts."""
        return max(self.chances.get(act, 0.0) for act in acts)


#: Of a sentence that no model has read.
UNREAD = Acts({}, {})


class Model:
    """Reads the files of a folder.

    Raises:
        ModelError: a file is missing or damaged, or a library cannot be loaded.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        try:
            told = json.loads((folder / "reading.json").read_text("utf-8"))
            self.labels: tuple[str, ...] = tuple(told["labels"])
            self.marked: tuple[str, ...] = tuple(told["marked"])
            self._slope = [float(told["calibration"][label][0]) for label in self.labels]
            self._shift = [float(told["calibration"][label][1]) for label in self.labels]
            self._sure = {label: float(cut[0]) for label, cut in told["cuts"].items()}
            self._likely = {label: float(cut[1]) for label, cut in told["cuts"].items()}
            self._certain = {label: float(cut[2]) for label, cut in told["cuts"].items()}
            #: From which :func:`of_complaint` on, and from which :func:`went_wrong` on, a mail complains.
            self.complaint, self.wrongs = float(told["complaint"][0]), float(told["complaint"][1])
            self._brings = {name: float(told["mails"][name]) for name in BRINGS}
            self._reader = Reader(_tokenizer(folder / "tokenizer.json"), int(told["begin"]), int(told["end"]))
            self._session = _session(folder / "acts.onnx")
        except ImportError as error:
            raise ModelError(f"what a sentence does cannot be told: {error.name or error} cannot be loaded; install sendcheck again") from error
        except Exception as error:  # onnxruntime and tokenizers raise what they like, on what may hold anything
            name = Path(error.filename if isinstance(error, OSError) and error.filename else folder).name
            why = f"{name} is missing or damaged ({type(error).__name__})"
            raise ModelError(f"what a sentence does cannot be told: {why}; install sendcheck again") from error

    def judge(self, sentences: Sequence[str], side: str) -> list[Acts]:
        """What each of a text's sentences does. ``side``: "them" for an answered mail, "us" for the own text.

        Raises:
            ModelError: the model does not run.
        """
        return [self._acts(*found) for found in self._heard(sentences, side)]

    def odds(self, sentences: Sequence[str], side: str) -> list[list[float]]:
        """The log odds of every act, in the order of ``labels``, before calibration; raises as :meth:`judge`. Of a sentence without a token: none."""
        return [[float(x) for x in acts] for acts, _rest, _read in self._heard(sentences, side)]

    def _heard(self, sentences: Sequence[str], side: str) -> Iterator[tuple[Doubles, Floats, Read]]:
        """Of each sentence the log odds of every act, those of its tokens for every mark and of a complaint, and the tokens; of one without a token nothing."""
        import numpy as np

        count = len(self.labels)
        every = [self._reader.read(text) for text in sentences]
        for cut in together([len(one.ids) for one in every]):
            whole = self._run(every[cut.first : cut.after], side)
            for at in range(cut.judged, cut.until):
                read, odds = every[at], whole[at - cut.first]
                if not len(odds):
                    yield np.zeros(0), odds, read
                    continue
                yield _of_sentence(odds[:, :count], read), odds[:, count:], read

    def _run(self, read: Sequence[Read], side: str) -> list[Floats]:
        """The log odds of each token (tokens, acts and marks) of sentences that are read together."""
        import numpy as np

        ids, starts = self._reader.window(read, side)
        try:
            (odds,) = self._session.run(None, {"tokens": np.array(ids, dtype=np.int64)})
        except Exception as error:
            raise ModelError(f"what a sentence does cannot be told: the model does not run on this machine ({type(error).__name__})") from error
        return [odds[start : start + len(one.ids)] for start, one in zip(starts, read, strict=True)]

    def _acts(self, odds: Doubles, rest: Floats, read: Read) -> Acts:
        import numpy as np

        if not len(odds):
            return UNREAD
        chances = 1 / (1 + np.exp(-np.clip(odds * self._slope + self._shift, -30, 30)))
        words = {label: span for at, label in enumerate(self.marked) if (span := _span(rest[:, at], read.offsets))}
        rounded = {label: round(float(p), _DIGITS) for label, p in zip(self.labels, chances, strict=True)}
        asks = max(rounded["request"], rounded["question"])  # “please send it by Friday” is nothing that the writer brings
        brings = frozenset(name for name, acts in BRINGS.items() if max(rounded[act] for act in acts) >= max(self._brings[name], asks))
        complaint = round(float(rest[:, len(self.marked)].mean()), _DIGITS)
        return Acts(rounded, words, _from(self._sure, rounded), _from(self._likely, rounded), brings, _from(self._certain, rounded), complaint)


def _of_sentence(odds: Floats, read: Read) -> Doubles:
    """The log odds of a sentence from those of its tokens: their mean; half of it from the part that speaks loudest, where it has several, since a
    long sentence may do two things.
    """
    import numpy as np

    exact = odds.astype(np.float64)
    whole: Doubles = exact.mean(axis=0)
    if not read.parts:
        return whole
    loudest = whole
    for first, after in read.parts:
        loudest = np.maximum(loudest, exact[first:after].mean(axis=0))
    both: Doubles = (whole + loudest) / 2
    return both


def _from(cuts: Mapping[str, float], chances: Mapping[str, float]) -> frozenset[str]:
    return frozenset(label for label, cut in cuts.items() if chances[label] >= cut)


def _span(odds: Floats, offsets: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """The run of tokens that carries an act: from the likeliest one as far as its neighbours do, over one that does not."""
    import numpy as np

    best = int(odds.argmax())
    if odds[best] < _MARKED:
        return None
    said = odds >= _BESIDE
    first = last = best
    while first and said[max(0, first - 2) : first].any():
        first -= 1
    while last + 1 < len(said) and said[last + 1 : last + 3].any():
        last += 1
    inside = np.flatnonzero(said[first : last + 1]) + first
    return offsets[int(inside[0])][0], offsets[int(inside[-1])][1]


def _tokenizer(path: Path) -> Tokenizer:
    from tokenizers import Tokenizer

    return Tokenizer.from_str(path.read_text("utf-8"))


def _session(path: Path) -> InferenceSession:
    """One thread, no search for faster kernels: small windows gain nothing by either, and findings stay the same."""
    # Of late onnxruntime writes a number for the machine and a log of use into the home folder as soon as it is imported, unless it is told not to.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    from onnxruntime import ExecutionMode, GraphOptimizationLevel, InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    return InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])


@cache
def shipped() -> Model | ModelError:
    """The shipped model, or why it cannot be used; looked for once."""
    try:
        return Model()
    except ModelError as error:
        return error


def of_complaint(acts: Sequence[Acts]) -> float:
    """Log odds that the mail of these sentences is a complaint to its reader's house; low where no sentence was read."""
    told = [one.complaint for one in acts if one.chances]
    return sum(told) / len(told) if told else -9.0


def went_wrong(acts: Sequence[Acts]) -> float:
    """How many sentences say that something went wrong or did harm, as a sum of probabilities: long lists of faults complain without looking like it."""
    return sum(a.chance("concern") + a.chance("effect") for a in acts)


def complains(acts: Sequence[Acts]) -> bool:
    """Whether sentences make a complaint, as the shipped model has it."""
    model = shipped()
    return not isinstance(model, ModelError) and (of_complaint(acts) >= model.complaint or went_wrong(acts) >= model.wrongs)


def unusable() -> str:
    """Why the shipped model cannot be used, as far as anybody has asked it; else ""."""
    model = shipped() if _asked else None
    return str(model) if isinstance(model, ModelError) else ""


#: Holds something once the shipped model was asked: it takes time to load.
_asked: list[bool] = []


def judged(sentences: Sequence[str], side: str) -> Iterator[Acts]:
    """As :meth:`Model.judge` of the shipped model.

    Raises:
        ModelError: it cannot be used.
    """
    _asked[:] = [True]
    model = shipped()
    if isinstance(model, ModelError):
        raise model
    yield from model.judge(sentences, side)
