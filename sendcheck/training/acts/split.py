"""Which writers the shipped model learns from, which its probabilities are set by, and which its figures are told on: never the same."""

from __future__ import annotations

#: No model learnt from them, nothing was tuned on them: the figures of docs/quality.md.
UNOPENED = ("en-be", "en-r", "nb-be", "nb-x")
#: Not learnt from; calibration and cuts are chosen by them. en-v with en-m and nb-a with nb-c, since one had read a page of the other.
CALIBRATION = ("en-a", "en-g", "en-m", "en-v", "nb-a", "nb-c", "nb-d", "nb-j")
APART = (*UNOPENED, *CALIBRATION)
