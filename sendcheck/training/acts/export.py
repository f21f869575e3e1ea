"""Writes a trained model as it is shipped: ``python -m sendcheck.training.acts.export TRAINED --data DATA [--out FOLDER]``.

An ONNX graph of plain operators, built by hand so that it says what :mod:`sendcheck.training.acts.network` does and nothing else; matrices in 8 bits (by
onnxruntime's quantizer), the embedding in 8 bits with one scale a row, the vocabulary cut. The graph reads one window and gives log odds for each token:
the mean of a linear head over tokens is the head of the mean, so that pooling over sentences is the caller's. Needs the extra ``training``.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime import GraphOptimizationLevel, InferenceSession, SessionOptions
from onnxruntime.quantization import QuantType, quantize_dynamic

from sendcheck.acts.labels import BRINGS, LABELS, MARKED
from sendcheck.acts.model import FOLDER
from sendcheck.acts.windows import LONGEST
from sendcheck.training.acts import base as bases
from sendcheck.training.acts import real
from sendcheck.training.acts.exchanges import read_all
from sendcheck.training.acts.network import Network, loaded
from sendcheck.training.acts.vocabulary import kept

Array = np.ndarray[Any, np.dtype[Any]]
#: Pieces of the vocabulary that are kept.
_PIECES = 32_000
#: Documents of permitted corpora whose pieces are kept.
_TREEBANKS = ("ewt-email", "ewt-reviews", "ewt-answers", "norne")


class _Graph:
    """Nodes and weights as they are added; each call gives the name of its result."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def weight(self, name: str, value: Array) -> str:
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, operator: str, *inputs: str, **attributes: Any) -> str:
        name = f"{operator.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], name=name, **attributes))
        return name

    def split(self, whole: str, parts: int) -> list[str]:
        names = [f"split{len(self.nodes)}_{part}" for part in range(parts)]
        self.nodes.append(helper.make_node("Split", [whole], names, name=names[0], axis=0, num_outputs=parts))
        return names


def graph(network: Network, pieces: Sequence[int], heads: int, epsilon: float) -> onnx.ModelProto:
    """``tokens`` (tokens) int64 → ``odds`` (tokens, acts, marks and the mail's) float32."""
    w = {name: value.float().numpy() for name, value in (network.state_dict() | network.folded()).items()}
    layers = len(network.layers)
    g = _Graph()
    words = w["words.weight"][np.asarray(pieces)]
    scale = np.abs(words).max(1, keepdims=True) / 127
    scale[scale == 0] = 1
    size = words.shape[1]
    rows = g.weight("words", np.round(words / scale).astype(np.int8))
    scales = g.weight("scales", scale.astype(np.float32))
    found = g.node("Mul", g.node("Cast", g.node("Gather", rows, "tokens"), to=TensorProto.FLOAT), g.node("Gather", scales, "tokens"))
    zero, first = g.weight("zero", np.array([0], np.int64)), g.weight("first", np.array([0], np.int64))
    places = g.node("Slice", g.weight("places", w["positions.weight"][: LONGEST + 8]), zero, g.node("Shape", "tokens"), first)
    x = _norm(g, g.node("Add", found, places), w, "norm", epsilon)
    cut, join = g.weight("cut", np.array([-1, 3 * heads, size // heads], np.int64)), g.weight("join", np.array([-1, size], np.int64))
    root = g.weight("root", np.array((size // heads) ** -0.5, np.float32))
    for number in range(layers):
        of = f"layers.{number}."
        mixed = _linear(g, x, w, of + "self_attn.in_proj_weight", of + "self_attn.in_proj_bias")
        query, key, value = g.split(g.node("Transpose", g.node("Reshape", mixed, cut), perm=[1, 0, 2]), 3)
        weights = g.node("Softmax", g.node("MatMul", g.node("Mul", query, root), g.node("Transpose", key, perm=[0, 2, 1])), axis=-1)
        seen = g.node("Reshape", g.node("Transpose", g.node("MatMul", weights, value), perm=[1, 0, 2]), join)
        seen = _linear(g, seen, w, of + "self_attn.out_proj.weight", of + "self_attn.out_proj.bias")
        x = _norm(g, g.node("Add", x, seen), w, of + "norm1", epsilon)
        wide = g.node("Gelu", _linear(g, x, w, of + "linear1.weight", of + "linear1.bias"))
        x = _norm(g, g.node("Add", x, _linear(g, wide, w, of + "linear2.weight", of + "linear2.bias")), w, of + "norm2", epsilon)
    _linear(g, x, w, "head.w", "head.b")
    g.nodes[-1].output[0] = "odds"
    made = helper.make_graph(
        g.nodes,
        "acts",
        [helper.make_tensor_value_info("tokens", TensorProto.INT64, ["tokens"])],
        [helper.make_tensor_value_info("odds", TensorProto.FLOAT, ["tokens", len(LABELS) + len(MARKED) + 1])],
        g.weights,
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 20)], ir_version=9, producer_name="sendcheck")
    onnx.checker.check_model(model)
    return model


def _linear(g: _Graph, x: str, w: Mapping[str, Array], weight: str, bias: str) -> str:
    return g.node("Add", g.node("MatMul", x, g.weight(weight, w[weight].T)), g.weight(bias, w[bias]))


def _norm(g: _Graph, x: str, w: Mapping[str, Array], name: str, epsilon: float) -> str:
    return g.node("LayerNormalization", x, g.weight(name + ".w", w[name + ".weight"]), g.weight(name + ".b", w[name + ".bias"]), axis=-1, epsilon=epsilon)


def in_eight_bits(model: onnx.ModelProto, out: Path) -> None:
    """Writes it with its matrices in 8 bits (7 where they are multiplied, so that no processor's sums overflow), optimized for no processor in particular."""
    with tempfile.TemporaryDirectory() as folder:
        whole, small = Path(folder, "whole.onnx"), Path(folder, "small.onnx")
        onnx.save(model, whole)
        heads = [node.name for node in model.graph.node if "head.w" in node.input]
        quantize_dynamic(
            whole, small, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8, op_types_to_quantize=["MatMul"], nodes_to_exclude=heads
        )
        options = SessionOptions()
        options.graph_optimization_level = GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        options.optimized_model_filepath = str(out)
        options.log_severity_level = 3
        InferenceSession(small, options, providers=["CPUExecutionProvider"])


def _texts(data: Path | None) -> Iterator[str]:
    for written in read_all():
        for placed in written.placed():
            yield placed.sentence.text
            yield placed.sentence.text.lower()
    if data is None:
        return
    for corpus in _TREEBANKS:
        for document in real.documents(corpus, data).values():
            yield from document.sentences


def main() -> None:
    """See the module's docstring."""
    take = argparse.ArgumentParser(description=__doc__)
    take.add_argument("trained", type=Path)
    take.add_argument("--data", type=Path, help="the unpacked corpora: whose pieces are kept beside our own text's")
    take.add_argument("--out", type=Path, default=FOLDER)
    take.add_argument("--float", action="store_true", help="write it in 32 bits, to compare")
    given = take.parse_args()
    base = bases.load()
    trained = torch.load(given.trained, map_location="cpu", weights_only=True)
    numbers = kept(base.pieces, bases.tokenizer(base.pieces, base.unknown), _texts(given.data), _PIECES)
    given.out.mkdir(parents=True, exist_ok=True)
    network = loaded(trained["state"], base)
    model = graph(network, numbers, base.heads, base.epsilon)
    if given.float:
        onnx.save(model, given.out / "acts.onnx")
    else:
        in_eight_bits(model, given.out / "acts.onnx")
    own = bases.tokenizer(tuple(base.pieces[n] for n in numbers), numbers.index(base.unknown))
    (given.out / "tokenizer.json").write_text(own.to_str(), "utf-8")
    of_tokens = {"begin": numbers.index(base.begin), "end": numbers.index(base.end)}
    # Calibration and cuts are for sendcheck.training.acts.calibrate to tell.
    plain = {
        "calibration": dict.fromkeys(LABELS, (1.0, 0.0)),
        "cuts": dict.fromkeys(LABELS, (0.8, 0.5, 0.8)),
        "mails": dict.fromkeys(BRINGS, 0.5),
        "complaint": (0.0, 4.0),
    }
    told = {"labels": LABELS, "marked": MARKED, "context": trained["context"], **of_tokens, **plain}
    (given.out / "reading.json").write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    for file in sorted(given.out.iterdir()):
        print(f"{file.name}: {file.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
