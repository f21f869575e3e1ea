"""How what is asked and a sentence of a reply make log odds: one formula for training and use."""

from __future__ import annotations

from typing import Any, TypeVar

from sendcheck.acts.labels import ANSWERS

#: Numbers by which something asked and a sentence meet, for each of ANSWERS.
WIDTH = 32
#: A numpy array or a torch tensor.
_Array = TypeVar("_Array", bound=Any)


def odds_of_pairs(asked: _Array, answering: _Array) -> _Array:
    """Log odds (asked, sentences, ANSWERS) of heads' outputs (asked, outputs) and (sentences, outputs): inner products, and what speaks for each alone."""
    shape = (-1, len(ANSWERS), WIDTH + 1)
    left, right = asked.reshape(shape), answering.reshape(shape)
    met = (left[:, None, :, :WIDTH] * right[None, :, :, :WIDTH]).sum(-1) / WIDTH**0.5
    found: _Array = met + left[:, None, :, WIDTH] + right[None, :, :, WIDTH]
    return found
