"""The shipped model's layers in 32 bits, to train further from: what is shipped holds them in 8, and nothing else of a training is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from sendcheck.acts.labels import LABELS, MARKED
from sendcheck.training.acts.base import Base
from sendcheck.training.acts.network import Network, loaded

_MATRICES = ("self_attn.in_proj_weight", "self_attn.out_proj.weight", "linear1.weight", "linear2.weight")
_VECTORS = ("self_attn.in_proj_bias", "self_attn.out_proj.bias", "linear1.bias", "linear2.bias")
_NORMS = ("norm1", "norm2")


def restored(path: Path, base: Base) -> Network:
    """A network that says what the model in ``path`` (``acts.onnx``) says, but for rounding. The embedding is the base's, which no training changes.

    Raises:
        OSError: the file cannot be read.
        KeyError: it is no model of :mod:`sendcheck.training.acts.export`.
    """
    found = {one.name: numpy_helper.to_array(one) for one in onnx.load(path).graph.initializer}
    layers = sum(name.endswith(".norm1.w") for name in found)
    state: dict[str, Any] = {}
    for number in range(layers):
        of = f"layers.{number}."
        for name in _MATRICES:
            state[of + name] = _whole(found, of + name).T
        for name in _VECTORS:
            state[of + name] = found[of + name]
        for name in _NORMS:
            state[f"{of}{name}.weight"], state[f"{of}{name}.bias"] = found[f"{of}{name}.w"], found[f"{of}{name}.b"]
    state["norm.weight"], state["norm.bias"] = found["norm.w"], found["norm.b"]
    # What the graph reads of the places, and the head, which is folded: over plain states, acts before marks before the whole mail's.
    head, shift = found["head.w"].T, found["head.b"]
    ends = np.cumsum([len(LABELS), len(MARKED), 1])
    for name, first, after in zip(("acts", "marks", "mail"), (0, *ends), ends, strict=False):
        if after <= len(head):
            state[f"{name}.weight"], state[f"{name}.bias"] = head[first:after], shift[first:after]
    network = loaded({name: torch.tensor(np.array(value)) for name, value in state.items()}, base)
    with torch.no_grad():
        network.positions.weight[: len(found["places"])] = torch.tensor(np.array(found["places"]))
    return network


def _whole(found: dict[str, Any], name: str) -> Any:
    """(inputs, outputs) of a matrix in 8 bits with a scale for each output."""
    return (found[name + "_quantized"].astype(np.float32) - found[name + "_zero_point"].astype(np.float32)) * found[name + "_scale"]
