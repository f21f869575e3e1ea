"""A parse in one shape whatever its labels: content verbs head their auxiliaries, copulas head their predicates, nouns head their prepositions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, Protocol

from sendcheck.data import toml

VERBAL = frozenset({"VERB", "AUX"})
CLAUSAL = frozenset({"root", "complement", "advclause", "relclause", "parataxis"})
_MOVES_TO_COPULA = frozenset(
    {"subject", "logical", "expletive", "aux", "adverb", "mark", "advclause", "parataxis", "punct", "oblique", "complement", "cc", "conj", "cop"}
)


class Token(Protocol):
    """What is read of a spaCy token."""

    i: int
    idx: int
    text: str
    lemma_: str
    norm_: str
    pos_: str
    dep_: str
    head: Any
    morph: Any
    doc: Any


@dataclass(slots=True)
class Node:
    """A word. ``head``: index of its head, its own for a root; ``role``: see labels.toml; ``start``/``end``: characters in the sentence."""

    index: int
    form: str
    lemma: str
    pos: str
    feats: Mapping[str, str]
    head: int
    role: str
    start: int
    end: int
    label: str = ""
    children: list[int] = field(default_factory=list)

    def has(self, name: str, value: str) -> bool:
        """Whether a feature (Universal Dependencies) has a value."""
        return self.feats.get(name) == value


@lru_cache(maxsize=2048)
def _features(morph: str) -> Mapping[str, str]:
    """A token's features (Universal Dependencies), by what spaCy writes: ``Mood=Ind|Tense=Past``."""
    return dict(pair.split("=", 1) for pair in morph.split("|") if "=" in pair)


@cache
def label_set(labels: frozenset[str]) -> str:
    """Which table of labels.toml a parser's labels belong to. Raises LookupError if to none."""
    for name, table in toml(__package__, "labels.toml").items():
        if sum(label in labels for label in table["tell_tale"]) * 2 > len(table["tell_tale"]):
            return str(name)
    raise LookupError("the pipeline's dependency labels are neither UD's, NDT's nor ClearNLP's")


def graph(tokens: Iterable[Token], labels: str, lemmas: Mapping[str, Mapping[str, str]] | None = None, at: Sequence[int] = ()) -> list[Node]:
    """The normalised tree of the tokens of one sentence.

    ``lemmas``: part of speech to form to lemma, which the pipeline's own guess gives way to; ``at``: where each character stands in the sentence.
    """
    table = toml(__package__, "labels.toml")[labels]
    roles: dict[str, Any] = table["roles"]
    words = list(tokens)
    place = {token.i: index for index, token in enumerate(words)}
    heads = words[0].doc.to_array("HEAD").astype("int64").tolist() if words else []  # as offsets: asking each token makes another one
    nodes = []
    for index, token in enumerate(words):
        own, pos, dep = token.i, token.pos_, token.dep_
        role = "root" if not heads[own] else roles.get(dep, "other")
        if isinstance(role, dict):
            role = role.get(pos, role[""])
        if labels == "ndt" and role in {"det", "poss"}:  # one label for both
            role = "poss" if token.morph.get("Poss") or token.morph.get("Case") == ["Gen"] else "det"
        head = place.get(own + heads[own], -1)
        if head < 0:
            head, role = index, "root"
        lemma = _lemma(token, lemmas or {})
        form, start = token.text, token.idx
        last = start + len(form) - 1
        start, end = (at[start], at[last] + 1) if at else (start, last + 1)
        nodes.append(Node(index, form, lemma, pos, _features(str(token.morph)), head, str(role), start, end, dep))
    if labels == "ndt":
        _lift_main_verbs(nodes, frozenset(table["auxiliaries"]))
    if labels != "ud":
        _lift_prepositional_objects(nodes)
    else:
        _lift_copulas(nodes)
    _lift_time_heads(nodes)
    _children(nodes)
    return nodes


def _lemma(token: Token, lemmas: Mapping[str, Mapping[str, str]]) -> str:
    form = token.text.lower()
    known = lemmas.get(token.pos_, {}).get(form)
    if known:
        return known
    guess = (token.lemma_ or token.text).lower()
    verbs = lemmas.get("VERB")
    if token.pos_ == "VERB" and verbs and form.endswith("ed") and guess.endswith("e") and guess not in verbs:
        if guess[:-1] in verbs or re.search(r"[^aeiou][dhkmnptwx]e$", guess):
            return guess[:-1]  # “repaire”, “correcte”
    if token.pos_ == "VERB" and verbs and guess == form and len(form) > 5 and form.endswith("ed"):
        bare = form[:-3] if form[-3] == form[-4] and form[-3] not in "ls" else form[:-2]
        return form[:-1] if form[:-1] in verbs or (bare not in verbs and re.search(r"[aeiou][cgsvz]ed$|[^aeiou]led$", form)) else bare  # “refunded”
    return guess


def _children(nodes: list[Node]) -> None:
    for node in nodes:
        node.children = []
    for node in nodes:
        if node.head != node.index:
            nodes[node.head].children.append(node.index)


def _lift_time_heads(nodes: list[Node]) -> None:
    """“Tomorrow morning we call …” read as a noun with a relative clause: the verb is the head after all."""
    for verb in nodes:
        top = nodes[verb.head]
        if verb.role != "relclause" or top.head != top.index or top.pos in VERBAL or top.start > verb.start:
            continue
        own = [n for n in nodes if n.head == verb.index]
        above = [n for n in nodes if n.head == top.index and n is not top]
        if any(n.role == "subject" and n.label != "csubj" for n in own) and not any(n.role in {"det", "poss", "case"} and n.start < top.start for n in above):
            if not any(n.role == "mark" or n.lemma in {"who", "which", "that", "som"} for n in own):
                verb.head, verb.role = verb.index, "root"
                top.head, top.role = verb.index, "oblique"


def _take_place(nodes: list[Node], upper: Node, lower: Node, role: str) -> None:
    """Let *lower* stand where its head *upper* stands, and *upper* hang under it as *role*."""
    lower.head, lower.role = (lower.index if upper.head == upper.index else upper.head), upper.role
    upper.head, upper.role = lower.index, role


def _lift_main_verbs(nodes: list[Node], auxiliaries: frozenset[str]) -> None:
    for _ in range(len(nodes)):
        below = next(
            (n for n in nodes if n.role == "infv" and n.head != n.index and (nodes[n.head].pos == "PART" or nodes[n.head].lemma in auxiliaries)),
            None,
        )
        if below is None:
            break
        upper = nodes[below.head]
        _take_place(nodes, upper, below, "mark" if upper.pos == "PART" else "aux")
        for node in nodes:
            if node.head == upper.index and node is not upper and node is not below:
                node.head = below.index
        if below.role == "object" and below.pos in VERBAL:
            below.role = "complement"
        if below.role == "adverb" and below.pos in VERBAL:
            below.role = "advclause"
    for node in nodes:
        if node.role == "infv":
            node.role = "complement"


def _lift_prepositional_objects(nodes: list[Node]) -> None:
    for node in nodes:
        if node.role != "pobj" or node.head == node.index:
            continue
        prep = nodes[node.head]
        if prep.role == "case":  # a second object of the same preposition
            node.head, node.role = prep.head, "conj"
            continue
        _take_place(nodes, prep, node, "case")
        governor = nodes[node.head]
        if node.pos in VERBAL and node.role not in {"root", "conj"}:
            node.role = "advclause"
        elif node.role in {"prep", "adverb", "amod", "other", "predicate"} and node.head != node.index:
            node.role = "oblique" if governor.pos in VERBAL or governor.role in {"case", "prep"} else "nmod"
        for other in nodes:
            if other.head == prep.index and other is not node and other.role != "pobj":
                other.head = node.index
    for node in nodes:
        if node.role == "prep":
            node.role = "particle"
        if node.role == "pobj":
            node.role = "oblique"


def _lift_copulas(nodes: list[Node]) -> None:
    for copula in nodes:
        if copula.role != "cop":
            continue
        predicate = nodes[copula.head]
        if predicate.pos == "VERB" and predicate.has("VerbForm", "Part") and not predicate.form.lower().endswith("ing"):
            copula.role = "aux"  # a passive that was taken for a copula
            continue
        copula.head, copula.role = (copula.index if predicate.head == predicate.index else predicate.head), predicate.role
        predicate.head, predicate.role = copula.index, "predicate"
        verb_like = predicate.pos in VERBAL
        for node in nodes:
            if node.head != predicate.index or node is copula:
                continue
            if node.role == "conj" and node.pos not in VERBAL:
                continue
            if node.role == "oblique" and node.start > predicate.start and not verb_like:
                node.role = "nmod" if predicate.pos in {"NOUN", "PROPN"} else node.role
                if node.role == "nmod":
                    continue
            if node.role in _MOVES_TO_COPULA and not (node.role == "adverb" and node.index == predicate.index - 1 and predicate.pos == "ADJ"):
                if node.role == "conj" and node.pos in VERBAL and node.start < copula.start:
                    continue
                node.head = copula.index
