"""What the model of acts says of each sentence of a mail: for ``--explain-acts``. Plain, frozen, picklable data."""

from __future__ import annotations

from dataclasses import dataclass

from sendcheck.acts.model import ModelError
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
    found = []
    for sentence in mail.prose.sentences:
        try:
            acts = mail.prose.acts(sentence)
        except ModelError as error:
            return str(error)
        ordered = sorted(acts.chances.items(), key=lambda item: (-item[1], item[0]))
        how = {act: "sure" if act in acts.sure else "likely" if act in acts.likely else "" for act in acts.chances}
        found.append(Told(mail.at_sentence(sentence), tuple((act, chance, how[act]) for act, chance in ordered if chance >= _LEAST)))
    return tuple(found)
