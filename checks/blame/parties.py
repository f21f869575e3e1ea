"""Whom “he”, “she” and “they” mean, as far as blame goes."""

from __future__ import annotations

import re

from sendcheck.checkapi import Mail, Phrase, Sentence, Who
from sendcheck.understanding.mentions import own_mentions

_WORD = re.compile(r"[^\W\d_]+")


def _may_name(mail: Mail, sentence: Sentence) -> bool:
    """Whether a sentence can hold a name of the reader's side: its clauses are worth reading then."""
    words = _WORD.findall(sentence.text)
    return any(w[0].isupper() and w != "I" for w in words[1:]) or any(mail.prose.name_of(w) is Who.READER for w in words)


def antecedent(mail: Mail, sentence: Sentence, pronoun: Phrase) -> Who | None:
    """On whose side the nearest person named before “he”, “she”, “they” is: in this sentence, else in the one before."""
    before = [(sentence, pronoun.start)]
    if sentence.number:
        before.append((mail.prose.sentences[sentence.number - 1], 10**6))
    for near, limit in before:
        own = [m for m in own_mentions(mail.prose, near) if m.end <= limit]
        clauses = mail.prose.clauses(near) if _may_name(mail, near) else ()
        readers = [
            p for c in clauses for p in (c.actor, c.agent, *c.objects, *(o for _, o in c.obliques))
            if p is not None and p.end <= limit and p.who is Who.READER and p.name
        ]  # fmt: skip
        if own or readers:
            return Who.OWN if max((m.start for m in own), default=-1) > max((p.start for p in readers), default=-1) else Who.READER
    return None
