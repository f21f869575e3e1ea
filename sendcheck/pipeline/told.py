"""What the model of acts says of each sentence of a mail: for ``--explain-acts``. Plain, frozen, picklable data."""

from __future__ import annotations

from dataclasses import dataclass

from sendcheck.acts.model import UNREAD, Acts
from sendcheck.understanding.mail import Mail
from sendcheck.understanding.place import Place

#: What is less probable is not told.
_LEAST = 0.2


@dataclass(frozen=True, slots=True)
class Told:
    """One sentence of own text. ``acts``: (act, its probability, how sure: sure, likely or "") of those worth telling, the most probable first."""

    where: Place
    acts: tuple[tuple[str, float, str], ...]


def told_of(mail: Mail) -> tuple[Told, ...] | str:
    """All sentences of own text in order, or why nothing can be told."""
    sentences = mail.prose.sentences
    told = [mail.prose.acts(sentence) for sentence in sentences]
    if mail.prose.unjudged:
        return mail.prose.unjudged
    if sentences and all(acts is UNREAD for acts in told):
        return "the text is in no language that the model of acts has learnt: English, Bokmål and their near relations"
    return tuple(Told(mail.at_sentence(sentence), _worth_telling(acts)) for sentence, acts in zip(sentences, told, strict=True))


def _worth_telling(acts: Acts) -> tuple[tuple[str, float, str], ...]:
    ordered = sorted(acts.chances.items(), key=lambda item: (-item[1], item[0]))
    how = {**dict.fromkeys(acts.likely, "likely"), **dict.fromkeys(acts.sure, "sure")}
    return tuple((act, chance, how.get(act, "")) for act, chance in ordered if chance >= _LEAST)
