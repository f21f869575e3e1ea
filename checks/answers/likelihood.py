"""How likely a text comes back to something asked: what the trained model hears in each sentence, weighed with words that both share and with how much is said.

A model of pairs alone cannot tell a short answer in other words from a sentence about something else; shared words alone cannot either. The weights are
fitted on writers that the model did not learn from (``sendcheck.training.answered``).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log
from typing import TYPE_CHECKING

from sendcheck.checkapi import toml
from sendcheck.understanding.words import content, same_word

if TYPE_CHECKING:
    from sendcheck.acts.model import Answer

#: The model's log odds that the likeliest sentence comes back to it, and that some sentence puts it off without a time; the share of its words that the
#: text takes up; how many of them the likeliest sentence does; how many sentences say something, and how many things are asked (logarithms).
FEATURES = ("always", "comes_back", "stalls", "words", "words_there", "sentences", "asked")
#: Probabilities nearer to nought and one tell no more; more shared words tell no more either.
_NEAREST, _MOST_SHARED = 0.005, 2


def features(asked: str, sentences: Sequence[str], heard: Sequence[Answer], saying: int, number: int) -> tuple[float, ...]:
    """In the order of :data:`FEATURES`. ``heard``: what each sentence does with it; ``saying``: how many sentences are more than polite;
    ``number``: how many things are asked.
    """
    best = max(range(len(heard)), key=lambda at: heard[at].chance)
    words = content(asked)
    taken = sum(_in(word, content(" ".join(sentences))) for word in words)
    there = sum(_in(word, content(sentences[best])) for word in words)
    return (
        1.0,
        _log_odds(heard[best].chance),
        _log_odds(max(one.stalled for one in heard)),
        taken / max(1, len(words)),
        float(min(there, _MOST_SHARED)),
        log(max(1, saying)),
        log(max(1, number)),
    )


def likelihood(told: Sequence[float]) -> float:
    """The probability of features, 0 to 1."""
    weights = toml(__package__, "answered.toml")["weights"]
    return 1 / (1 + exp(-sum(weights[name] * value for name, value in zip(FEATURES, told, strict=True))))


def needed(strict: bool) -> float:
    """From which probability on something counts as answered: where the reader is unhappy, and elsewhere, where doubt is in the writer's favour."""
    found: float = toml(__package__, "answered.toml")["needed" if strict else "needed_elsewhere"]
    return found


def _in(word: str, words: frozenset[str]) -> bool:
    return any(same_word(word, other) for other in words)


def _log_odds(chance: float) -> float:
    kept = min(1 - _NEAREST, max(_NEAREST, chance))
    return log(kept / (1 - kept))
