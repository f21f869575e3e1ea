"""From a normalised tree to clauses. All words are data (``clauses.toml`` of the language)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from sendcheck.data import language_file
from sendcheck.understanding.clauses.graph import CLAUSAL, VERBAL, Node
from sendcheck.understanding.clauses.model import Clause, Mood, Parse, Phrase, Tense, Who, Word
from sendcheck.understanding.names import fold, given_names

NameOf = Callable[[str], Who | None]
_MODIFIERS = frozenset({"det", "amod", "compound", "poss", "nmod", "case", "adverb", "apposition"})
_ARGUMENTS = frozenset({"subject", "logical", "object", "iobject", "predicate", "oblique"})


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The closed classes of a language."""

    who: dict[str, Who]
    own_side: frozenset[str]
    sets: dict[str, frozenset[str]]

    def __getitem__(self, name: str) -> frozenset[str]:
        return self.sets[name]


@cache
def lexicon(language: str) -> Lexicon:
    """The words of ``languages/<language>/clauses.toml``."""
    data = language_file(language, "clauses.toml")
    kinds = (("nobody", Who.NOBODY), ("none", Who.NOBODY), ("third", Who.THIRD), ("reader", Who.READER), ("we", Who.WE), ("i", Who.I))
    who = {word: kind for key, kind in kinds for word in data[key]}
    return Lexicon(who, frozenset(data["own_side"]), {key: frozenset(value) for key, value in data.items()})


@lru_cache(maxsize=64)
def _long_ones(roles: frozenset[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Those that a form may begin with, and those that a compound may end with."""
    return tuple(w for w in sorted(roles) if len(w) > 4), tuple(w for w in sorted(roles) if len(w) > 5)


class Builder:
    """Clauses of one sentence's tree. ``name_of`` tells on whose side a known person is (None: unknown)."""

    def __init__(self, nodes: list[Node], text: str, language: str, name_of: NameOf) -> None:
        self.nodes = nodes
        self.text = text
        self.words = lexicon(language)
        self.name_of = name_of
        self.heads = [n.index for n in nodes if self._is_head(n)] or [n.index for n in nodes if n.head == n.index][:1]
        self.is_head = frozenset(self.heads)
        self.actors: dict[int, Phrase | None] = {}
        self.phrases: dict[int, Phrase] = {}
        self.question = text.rstrip().rstrip("\"'”’)»").endswith("?")

    def parse(self) -> Parse:
        """The clauses and words."""
        found = tuple(self._clause(self.nodes[index]) for index in self.heads)
        words = tuple(
            Word(n.form, n.lemma, n.pos, n.start, n.end, self.nodes[n.head].start, n.role, n.has("VerbForm", "Fin"))
            for n in self.nodes
            if n.pos not in {"PUNCT", "SPACE"}
        )
        return Parse(found, words)

    # -- which words head a clause -------------------------------------------

    def _is_head(self, node: Node) -> bool:
        if node.pos not in VERBAL or node.role in {"aux", "cop", "compound", "case", "amod", "det", "mark"}:
            return node.head == node.index and node.pos not in {"PUNCT"}
        if node.role == "conj":
            top = self._first_conjunct(node)
            return top.pos in VERBAL or top.head == top.index or node.has("VerbForm", "Fin")
        return node.role in CLAUSAL or node.role in {"subject", "other", "logical", "oblique", "object", "predicate", "nmod"}

    def _first_conjunct(self, node: Node) -> Node:
        seen = {node.index}
        while node.role == "conj" and node.head not in seen:
            node = self.nodes[node.head]
            seen.add(node.index)
        return node

    def _kids(self, node: Node, *roles: str) -> list[Node]:
        if not node.children:
            return []
        nodes = self.nodes
        return [child for i in node.children if (child := nodes[i]).role in roles]

    def _clause_above(self, node: Node) -> Node | None:
        seen = {node.index}
        while node.head != node.index:
            node = self.nodes[node.head]
            if node.index in seen:
                return None
            seen.add(node.index)
            if node.index in self.is_head:
                return node
        return None

    # -- one clause ------------------------------------------------------------

    def _clause(self, node: Node) -> Clause:
        above = self._clause_above(node)
        auxiliaries = self._kids(node, "aux")
        borrowed = self._borrowed_auxiliaries(node, auxiliaries)
        marks = [m.lemma for m in self._kids(node, "mark", "case")]
        actor = self._actor(node)
        passive = self._passive(node, auxiliaries + borrowed)
        adverbs = frozenset(n.lemma for n in self._kids(node, "adverb", "particle", "det", "other"))
        negated = self._negated(node, auxiliaries + borrowed)
        modals = frozenset(a.lemma for a in auxiliaries + borrowed if a.lemma in self.words["modals"])
        tense = self._tense(node, auxiliaries + borrowed, above)
        mood = self._mood(node, actor, auxiliaries, above)
        mark = next((m for m in marks if m in self.words["conditions"] or m in self.words["time_marks"]), marks[0] if marks else "")
        mark = self._adverb_mark(node) or mark
        own = sorted(self._own_nodes(node), key=lambda n: n.start)
        obliques = tuple(self._obliques(node))
        agent = next((p for prep, p in obliques if prep in self.words["agent_marks"] and p.who is not Who.THING), None) if passive else None
        particles = [n.lemma for n in self._kids(node, "particle")] + [n.lemma for n in self._kids(node, "adverb") if n.pos in {"ADP", "ADV"}]
        predicates = self._kids(node, "predicate")
        phrases = [self._phrase(n) for role in ("object", "iobject") for n in self._kids(node, role)]
        phrases += [self._phrase(n) for n in self._kids(node, "logical")]
        return Clause(
            act=node.lemma if node.pos in VERBAL else "",
            acts=frozenset([node.lemma, *(f"{node.lemma} {p}" for p in particles)]) if node.pos in VERBAL else frozenset(),
            actor=actor,
            agent=agent,
            objects=tuple(phrases),
            obliques=obliques,
            predicate=self._phrase(predicates[0]) if predicates else self._phrase(node) if node.pos not in VERBAL else None,
            negated=negated,
            conditional=self._conditional(node, auxiliaries),
            tense=tense,
            modals=modals,
            passive=passive,
            perfect=any(a.lemma in self.words["perfect"] for a in auxiliaries + borrowed),
            mood=mood,
            mark=mark,
            adverbs=adverbs,
            relation=self._relation(node),
            governor=self.heads.index(above.index) if above is not None else None,
            start=own[0].start if own else node.start,
            end=own[-1].end if own else node.end,
            verb=(min([node.start, *(a.start for a in auxiliaries)]), max([node.end, *(a.end for a in (*auxiliaries, *self._kids(node, "particle")))])),
        )

    def _relation(self, node: Node) -> str:
        if node.head == node.index:
            return "root"
        return node.role if node.role in CLAUSAL or node.role == "conj" else "complement"

    def _own_nodes(self, node: Node) -> Iterator[Node]:
        """The words of the clause without its sub-clauses. Not by recursion: words that hang below one another may be a thousand deep."""
        open_ones = [node]
        while open_ones:
            found = open_ones.pop()
            yield found
            open_ones += [self.nodes[i] for i in reversed(found.children) if i not in self.is_head and self.nodes[i].pos != "PUNCT"]

    def _borrowed_auxiliaries(self, node: Node, own: list[Node]) -> list[Node]:
        """“We will check and send it”: a later verb of a coordination shares what stands before the first."""
        if node.role != "conj" or own or self._kids(node, "subject", "expletive") or node.has("VerbForm", "Fin"):
            return []
        first = self._first_conjunct(node)
        return self._kids(first, "aux") if first is not node else []

    def _adverb_mark(self, node: Node) -> str:
        """“When”, “når”, “så snart” stand as adverbs in some treebanks."""
        if node.role not in {"advclause", "complement"}:
            return ""
        early = [n for n in self._kids(node, "adverb", "mark") if n.start < node.start]
        return next((n.lemma for n in early if n.lemma in self.words["time_marks"] or n.lemma in self.words["conditions"]), "")

    # -- who -------------------------------------------------------------------

    def _actor(self, node: Node) -> Phrase | None:
        if node.index in self.actors:
            return self.actors[node.index]
        self.actors[node.index] = None  # a cycle ends here
        self.actors[node.index] = found = self._find_actor(node)
        return found

    def _find_actor(self, node: Node) -> Phrase | None:
        relative = self._antecedent(node)
        for subject in self._kids(node, "subject"):
            if subject.lemma in self.words["relative"] and subject.pos in {"PRON", "DET", "SCONJ"}:
                relative = relative or self._noun_before(subject)
                if relative is not None:
                    return self._phrase(relative)
            return self._phrase(subject)
        if relative is not None and any(m.lemma in self.words["relative"] for m in self._kids(node, "mark")):
            return self._phrase(relative)
        logical = self._kids(node, "logical")
        if logical:
            return self._phrase(logical[0])
        expletive = self._kids(node, "expletive")
        if expletive:
            return self._phrase(expletive[0])
        above = self._clause_above(node)
        if above is None or node.head == node.index:
            return None
        if node.role == "conj":
            return self._actor(self._first_conjunct(node)) if self._first_conjunct(node).index in self.is_head else None
        if node.role in {"complement", "advclause", "predicate", "object"} and not node.has("VerbForm", "Fin"):
            controllers = self._kids(above, "object", "iobject", "oblique") if node.role == "complement" or node.head == above.index else []
            people = [p for p in map(self._phrase, controllers) if p.who is not Who.THING and p.end < node.start + 1]
            if people and node.role != "advclause":
                return people[0]
            return self._actor(above)
        return None

    def _antecedent(self, node: Node) -> Node | None:
        """What a relative clause is about: its noun, or in a cleft (“det var Jared som …”) the predicate."""
        if node.role == "relclause" and node.head != node.index and self.nodes[node.head].pos not in VERBAL:
            return self._whole_noun(self.nodes[node.head])
        above = self._clause_above(node)
        if above is None or above.index != node.head or node.role in {"conj", "advclause"}:
            return None
        has_relative = any(n.lemma in self.words["relative"] for n in self._kids(node, "mark", "subject"))
        if not has_relative:
            return None
        candidates = [n for n in self._kids(above, "predicate", "logical", "object", "subject") if n.end <= node.start]
        return max(candidates, key=lambda n: n.start, default=None)

    def _noun_before(self, node: Node) -> Node | None:
        """The noun right before a relative pronoun that asks nothing."""
        before = self.nodes[node.index - 1] if node.index else None
        return self._whole_noun(before) if before is not None and before.pos in {"NOUN", "PROPN", "PRON"} else None

    def _whole_noun(self, node: Node) -> Node:
        above = self.nodes[node.head]
        if node.role == "predicate" or node.head == node.index:
            return node
        return above if node.role == "compound" and above.pos not in VERBAL else node

    def _phrase(self, node: Node) -> Phrase:
        known = self.phrases.get(node.index)
        if known is None:
            known = self.phrases[node.index] = self._read_phrase(node)
        return known

    def _read_phrase(self, node: Node) -> Phrase:
        members = sorted(self._members(node), key=lambda n: n.start)
        owners = self._kids(node, "poss")
        owner = self._kind(owners[0]) if owners else None
        inner = [m for m in members if m.role != "conj" and m.pos not in {"ADP", "CCONJ"}]
        start = min((m.start for m in inner), default=node.start)
        end = max((m.end for m in inner), default=node.end)
        who = self._who(node, owner)
        for other in self._kids(node, "conj"):
            if self._who(other, None).sender:
                who = Who.WE
        owner_text = self._phrase(owners[0]).text if owners else ""
        words = dict.fromkeys([*(m.lemma for m in members), *(m.form.lower() for m in members)])
        return Phrase(self.text[start:end], node.lemma, tuple(words), who, owner, owner_text, start, end, node.pos == "PROPN")

    def _members(self, node: Node, depth: int = 0) -> Iterator[Node]:
        yield node
        for index in node.children:
            child = self.nodes[index]
            if child.role in _MODIFIERS and index not in self.is_head and depth < 6:
                yield from self._members(child, depth + 1)

    def _kind(self, node: Node) -> Who:
        """Whose: a possessive pronoun, or a noun with its genitive taken off."""
        bare = re.sub(r"(?<=\w{2})['’]?s$", "", node.form)
        known = self.words.who.get(node.lemma) or self.words.who.get(node.form.lower())
        if known is not None:
            return known
        if bare != node.form and bare[:1].isupper():
            return self.name_of(bare) or (Who.OWN if fold(bare) in given_names() else self._who(node, None))
        return self._who(node, None)

    def _who(self, node: Node, owner: Who | None) -> Who:
        if node.lemma in self.words["unnamed"]:
            side = self._whose_place(node)
            if side is not None:
                return side
        known = self.words.who.get(node.form.lower())
        if known is None and node.pos in {"PRON", "DET"}:
            known = self.words.who.get(node.lemma)
        if known is not None and not (node.pos in {"NOUN", "PROPN"} and node.form[:1].isupper() and node.start > 0):
            if known is Who.READER and node.form.lower() in self.words["polite_reader"] and node.form[:1].islower():
                return Who.THIRD
            return known
        side = self.name_of(node.form)
        if side is None and node.pos == "PROPN":
            for child in self._kids(node, "compound"):
                side = side or self.name_of(child.form)
        if side is not None:
            return side
        role = self._is_role(node, owner)
        if role and (owner is Who.READER or self._whose_place(node) is Who.READER):
            return Who.READER
        if role and owner is not Who.THIRD:
            return Who.OWN
        if (
            node.form[:1].isupper()
            and fold(node.form) in given_names()
            and node.pos in {"PROPN", "NOUN", "X", "ADV", "ADJ", "VERB"}
            and (node.pos == "PROPN" or node.start > 0)
        ):
            return Who.OWN
        if (
            node.pos == "PROPN"
            and node.form[:1].isupper()
            and any(c.form[:1].isupper() and fold(c.form) in given_names() for c in self._kids(node, "compound", "apposition"))
        ):
            return Who.OWN
        return Who.THING

    def _whose_place(self, node: Node) -> Who | None:
        """“Someone in our warehouse”, “de ansatte hos dere”: on whose side the place is, if it says so."""
        for place in self._kids(node, "nmod", "oblique"):
            if not any(c.lemma in self.words["unnamed_places"] for c in self._kids(place, "case")):
                continue
            owners = [self._kind(o) for o in self._kids(place, "poss")]
            kind = self.words.who.get(place.lemma) or self.words.who.get(place.form.lower())
            if Who.READER in {kind, *owners}:
                return Who.READER
            if kind is Who.WE or any(o.sender for o in owners) or (not owners and self._is_role(place, None)):
                return Who.OWN
        return None

    def _is_role(self, node: Node, owner: Who | None) -> bool:
        """A word for people or a body of the own side; of more people where they are called “our”."""
        if self._is_one_of(node, self.words.own_side):
            return True
        return owner is not None and owner.sender and self._is_one_of(node, self.words["own_if_ours"])

    def _is_one_of(self, node: Node, roles: frozenset[str]) -> bool:
        lemma = node.lemma
        if node.form.isupper() and len(node.form) <= 3 and lemma in roles:
            return True
        if lemma in self.words.who:
            return False
        form = node.form.lower()
        if lemma in roles or form in roles:
            return True
        begins, ends = _long_ones(roles)
        if form.startswith(begins) and any(form.startswith(w) and len(form) - len(w) <= 4 for w in begins):
            return True  # a definite or plural form that the lemmatiser did not undo
        if lemma.endswith(ends) and any(lemma.endswith(w) and lemma != w for w in ends):
            return True
        return any(f"{c.form.lower()} {lemma}" in roles for c in self._kids(node, "compound", "amod"))

    def _obliques(self, node: Node) -> Iterator[tuple[str, Phrase]]:
        for child in self._kids(node, "oblique", "nmod"):
            if child.index in self.is_head:
                continue
            case = self._kids(child, "case")
            yield (case[0].lemma if case else ""), self._phrase(child)

    # -- how -------------------------------------------------------------------

    def _passive(self, node: Node, auxiliaries: list[Node]) -> bool:
        if node.label.endswith(("pass", "passive")) or (node.has("Voice", "Pass") and not node.label.startswith("acl")):
            return any(a.lemma in self.words["passive"] for a in auxiliaries) or not node.has("VerbForm", "Part")
        if any(n.label in {"nsubj:pass", "nsubjpass"} for n in self._kids(node, "subject")):
            return True
        if not node.has("VerbForm", "Part") or node.has("Tense", "Pres"):
            return False
        nearest = max(auxiliaries, key=lambda a: a.start, default=None)
        return nearest is not None and nearest.lemma in self.words["passive"] and not node.form.lower().endswith("ing")

    def _negated(self, node: Node, auxiliaries: list[Node]) -> bool:
        negations = self.words["negations"]
        for child in [
            *self._kids(node, "adverb", "det", "other", "cc", "particle", "oblique", "mark"),
            *(k for a in auxiliaries for k in self._kids(a, "adverb", "other")),
        ]:
            if child.lemma in negations or child.form.lower() in negations:
                return True
        for child in self._kids(node, "subject", "logical", "object", "predicate"):
            if child.lemma in self.words["none"] or any(d.lemma in negations for d in self._kids(child, "det", "adverb", "amod")):
                return True
        return False

    def _conditional(self, node: Node, auxiliaries: list[Node]) -> bool:
        """In an if-clause, or in the main clause that hangs on one."""
        early = [n.lemma for n in self._kids(node, "adverb", "mark") if n.start < node.start]
        if node.role in {"advclause", "complement", "root", "parataxis", "conj"} and any(m in self.words["conditions"] for m in early):
            if not (node.role == "complement" and self._asks_whether(node)):
                return True
        if node.role in {"advclause", "root", "parataxis"} and not self.question and self._inverted(node, auxiliaries):
            return True
        above = self._clause_above(node)
        if above is not None and node.role in {"advclause", "conj", "complement"} and above.index != node.index:
            upper = [m.lemma for m in self._kids(above, "mark", "adverb")]
            if node.role != "advclause" and any(m in self.words["conditions"] for m in upper) and above.role == "advclause":
                return True
        return any(self._is_if(self.nodes[i]) for i in node.children)

    def _asks_whether(self, node: Node) -> bool:
        return bool(self._kids(node, "mark")) and self.nodes[node.head].pos in VERBAL and self._kids(node, "mark")[0].lemma in self.words["whether"]

    def _is_if(self, child: Node) -> bool:
        if child.index not in self.is_head or child.role not in {"advclause", "parataxis"}:
            return False
        marks = [n.lemma for n in self._kids(child, "mark", "adverb") if n.start < child.start]
        return any(m in self.words["conditions"] for m in marks) or self._inverted(child, self._kids(child, "aux"))

    def _inverted(self, node: Node, auxiliaries: list[Node]) -> bool:
        """“Had you told us”, “hadde du sagt fra”: a finite past verb first, then the subject, and the clause hangs under another."""
        subjects = self._kids(node, "subject")
        finite = min([node, *auxiliaries], key=lambda n: n.start)
        if not subjects or finite.start > subjects[0].start or finite.lemma in self.words["copulas"]:
            return False
        is_first = all(finite.start <= n.start for n in self._own_nodes(node))
        above_or_below = node.role == "advclause" or any(self.nodes[i].role == "parataxis" for i in node.children)
        return is_first and above_or_below and (finite.has("Tense", "Past") or node.role == "advclause")

    def _tense(self, node: Node, auxiliaries: list[Node], above: Node | None) -> Tense:
        for aux in auxiliaries:
            if aux.lemma in self.words["future"] or aux.form.lower() in self.words["future"]:
                if not aux.has("Tense", "Past"):
                    return Tense.FUTURE
            if aux.lemma in self.words["future_passive"] and aux.has("Tense", "Pres") and node.has("VerbForm", "Part"):
                return Tense.FUTURE
        perfect = any(a.lemma in self.words["perfect"] for a in auxiliaries)
        finite = next((n for n in [*auxiliaries, node] if n.has("VerbForm", "Fin") or n.has("Tense", "Past")), None)
        if perfect or (finite is not None and finite.has("Tense", "Past")):
            return Tense.PAST
        if above is not None and node.role in {"complement", "advclause"} and not node.has("VerbForm", "Fin"):
            inner = [m.lemma for m in self._kids(node, "mark", "case")]
            if above.lemma in self.words["future_governors"] and any(m in self.words["infinitive_marks"] for m in inner):
                going = any(a.lemma in self.words["passive"] for a in self._kids(above, "aux")) or above.has("VerbForm", "Fin")
                past = any(a.has("Tense", "Past") for a in [*self._kids(above, "aux"), above])
                return Tense.PAST if past else Tense.FUTURE if going else Tense.PRESENT
            if above.lemma in self.words["intentions"] and not above.has("Tense", "Past") and not any(a.has("Tense", "Past") for a in self._kids(above, "aux")):
                return Tense.FUTURE
            return self._tense(above, self._kids(above, "aux"), self._clause_above(above) if above.role != "root" else None)
        if node.has("VerbForm", "Part") and not node.has("Tense", "Pres") and not auxiliaries and not node.form.lower().endswith("ing"):
            return Tense.PAST
        return Tense.PRESENT

    def _mood(self, node: Node, actor: Phrase | None, auxiliaries: list[Node], above: Node | None) -> Mood:
        polite = any(n.lemma in self.words["please"] for n in self.nodes if n.pos in {"INTJ", "ADV", "VERB", "ADJ", "NOUN", "X"})
        top = node.role in {"root", "parataxis"} or (node.role == "conj" and self._first_conjunct(node).role in {"root", "parataxis"})
        if top and actor is None and (node.has("Mood", "Imp") or (polite and node.pos in VERBAL and not auxiliaries and not node.has("VerbForm", "Part"))):
            return Mood.REQUEST
        if self.question and (top or (node.role == "complement" and above is not None and above.role == "root")):
            asked = actor is not None and actor.who is Who.READER and any(a.lemma in self.words["asking"] for a in auxiliaries)
            interrogative = any(n.lemma in self.words["questions"] and n.head == node.index for n in self.nodes)
            return Mood.REQUEST if asked and not interrogative else Mood.QUESTION
        return Mood.STATEMENT


def build(nodes: list[Node], text: str, language: str, name_of: NameOf) -> Parse:
    """The parse of one sentence."""
    return Builder(nodes, text, language, name_of).parse() if nodes else Parse((), ())


def nobody(_name: str) -> Who | None:
    """A ``name_of`` that knows no one."""
    return None
