"""Logistic regression on a few features, for what rules weigh (Bishop 2006, 4.3.3)."""

from __future__ import annotations

from typing import Any

import numpy as np

_RIDGE, _ROUNDS = 0.5, 50


def fitted(features: Any, is_so: Any) -> Any:
    """Weights (features) by Newton's method, drawn towards nought. ``features`` (examples, features), ``is_so`` (examples) of 0 and 1."""
    weights = np.zeros(features.shape[1])
    for _ in range(_ROUNDS):
        chance = 1 / (1 + np.exp(-features @ weights))
        curve = (features.T * (chance * (1 - chance))) @ features + _RIDGE * np.eye(len(weights))
        weights -= np.linalg.solve(curve, features.T @ (chance - is_so) + _RIDGE * weights)
    return weights
