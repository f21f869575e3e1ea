"""Whom a sentence mentions: people and bodies of the own side, and the reader, found in its words, so that a parse gone wrong hides nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any, NamedTuple

from sendcheck.data import alternatives, filled, language_file, languages_with, union
from sendcheck.data.sieve import Lazy
from sendcheck.understanding.clauses.build import lexicon
from sendcheck.understanding.clauses.model import Phrase, Who
from sendcheck.understanding.clauses.pipeline import READ_AS
from sendcheck.understanding.names import fold, given_names, titles
from sendcheck.understanding.prose import Prose, Sentence
from sendcheck.understanding.text import unquoted

#: A mention in a masked sentence: one character that begins it, others that go on, none of which occurs in text.
_FIRST, _REST, _MAYBE = "\ue000", "\ue001", "\ue003"
PARTY = f"{_FIRST}[{_REST}{_MAYBE}]*+"
#: A name that may as well be the genitive of another (Norwegian “Toms”, “Jonas”).
MAYBE_GENITIVE = f"{_FIRST}{_REST}*{_MAYBE}"
MASK = _FIRST + _REST + _MAYBE
NAMED = r"(?-i:[A-ZÆØÅ][\w-]+)"
#: “Ruth's going to”: no genitive.
_IS = union([p for language in languages_with("mentions.toml") for p in language_file(language, "mentions.toml")["is"]])
_PLACES = frozenset(w for language in languages_with("clauses.toml") for w in lexicon(language)["unnamed_places"])
_BEFORE = re.compile(r"(?<!\w)(\w+)\.? $")
#: Characters before a name in which the word before it stands.
_NEAR = 80
_CAPITALS = re.compile(r"[A-ZÆØÅÄÖÉ][\w-]*(?:\.? [A-ZÆØÅÄÖÉ][\w-]*)*")


class Mention(NamedTuple):
    """Characters of a sentence that mean somebody. ``sure``: it is known to be a person or a body; ``ours``: it is said that he is of the own side;
    ``maybe_genitive``: its last letter may be the genitive's.
    """

    start: int
    end: int
    sure: bool = True
    ours: bool = False
    maybe_genitive: bool = False


@cache
def _mentions(language: str) -> dict[str, Any] | None:
    told = language_file(READ_AS.get(language, language), "mentions.toml")
    if not told:
        return None
    words = lexicon(READ_AS.get(language, language))
    roles, ours, definite = (
        _alternation(w) for w in (words.own_side - frozenset(told["not_roles"]), words.own_side | words["own_if_ours"], frozenset(told["definite"]))
    )
    plural = told["plural"]
    stands_for = {"ROLE": f"(?:{roles}){plural}", "OURS": f"(?:{ours}){plural}", "DEFINITE": f"(?:{definite}){plural}", "NAMED": NAMED}
    found: dict[str, Any] = {key: alternatives([rf"(?<!\w){filled(p, stands_for)}" for p in told[key]], loose=True) for key in ("own", "perhaps", "reader")}
    possessives = "|".join(re.escape(w) for w, who in words.who.items() if who.sender)
    found["ours"] = re.compile(rf"\b(?:{possessives})\b", re.I)
    found |= {
        "join": re.compile(told["join"], re.I),
        "cut": re.compile(told["cut"], re.I),
        "not_names": frozenset(told["not_names"]),
        "ordinary": frozenset(told["ordinary"]),
        "not_people": frozenset(told["not_people"]),
        "you": frozenset(told["you"]),
        "public": frozenset(told["public"]),
        "s_joined": told["s_joined"],
    }
    return found | {"genitive": re.compile(told["genitive"], re.I)}


def _alternation(words: frozenset[str]) -> str:
    return "|".join(sorted((re.escape(w) for w in sorted(words) if len(w) > 2), key=len, reverse=True))


def own_mentions(prose: Prose, sentence: Sentence, reproach: Lazy | None = None) -> list[Mention]:
    """The people and bodies of the own side that a sentence names, in order. ``reproach``: words before a noun that are not taken with it."""
    patterns = _mentions(sentence.language)
    if patterns is None:
        return []
    text = unquoted(sentence.text)
    found = [_trimmed(text, m.start(), m.end(), patterns, reproach) for m in patterns["own"].finditer(text)]
    readers = patterns["reader"].finditer(text)
    others = [m.span() for m in readers if m.group(0).lower() not in patterns["you"]]  # but “the person you spoke to” is none of his
    found = [m for m in found if not _names_other(prose, text[m.start : m.end]) and (m.ours or not any(a < m.end and m.start < b for a, b in others))]
    found += [Mention(m.start(), m.end(), sure=False) for m in patterns["perhaps"].finditer(text)]
    found += _names(prose, text, patterns)
    return _joined(text, found, patterns["join"])


def reader_mentions(sentence: Sentence) -> list[Mention]:
    """The reader and his people, in order."""
    patterns = _mentions(sentence.language)
    if patterns is None:
        return []
    text = unquoted(sentence.text)
    return _joined(text, [Mention(m.start(), m.end()) for m in patterns["reader"].finditer(text)], patterns["join"])


@lru_cache(maxsize=512)
def may_mention_own(language: str, text: str) -> bool:
    """Whether a sentence can name somebody of the own side: a role's word, or a given name. For gates; rather once too often."""
    patterns = _mentions(language)
    if patterns is None:
        return False
    return bool(patterns["own"].search(text) or patterns["perhaps"].search(text)) or any(
        not given_names().isdisjoint({fold(w), fold(_bare(w))}) for w in re.findall(NAMED, text)
    )


def _trimmed(text: str, start: int, end: int, patterns: dict[str, Any], reproach: Lazy | None) -> Mention:
    """Without a genitive's ending and without a word of reproach before the noun, so that whoever looks sees both."""
    bad = list(reproach.finditer(text, start, end)) if reproach is not None else []
    tail = patterns["genitive"].search(text[start:end])
    ours = bool(patterns["ours"].search(text[start:end]))
    return Mention(bad[-1].end() if bad else start, end - (len(tail.group(0)) if tail else 0), ours=ours)


def _names_other(prose: Prose, mention: str) -> bool:
    """Whether a role is named, and the name is the reader's, the sender's or an outsider's (“our partner Kari”)."""
    return any(prose.name_of(w) in {Who.READER, Who.I, Who.THIRD} for w in re.findall(NAMED, mention))


def _names(prose: Prose, text: str, patterns: dict[str, Any]) -> Iterator[Mention]:
    """Names of people: known ones, given names, and whatever stands behind a title."""
    for run in _CAPITALS.finditer(text):
        words = [(m.start() + run.start(), m.group(0)) for m in re.finditer(r"[\w-]+", run.group(0))]
        bare = _bare if patterns["s_joined"] else str
        known = [prose.name_of(w) or prose.name_of(bare(w)) for _, w in words]
        if not any(known) and not any(_may_be_somebody(w) for _, w in words) and not _follows_title(text, run.start()):
            continue
        if not any(known) and ((_begins(text, run) and run.group(0) in patterns["ordinary"]) or patterns["cut"].match(text[run.end() :])):
            continue
        ahead = _BEFORE.findall(text[max(0, run.start() - _NEAR) : run.start()])
        if _is_called(text, run) or any(fold(w) in patterns["public"] for w in (*(w for _, w in words), *ahead)):
            continue
        if any(side not in {None, Who.OWN} for side in known) or any(w in patterns["not_people"] for _, w in words):
            continue
        for index, (start, word) in enumerate(words):
            titled = index > 0 and fold(words[index - 1][1]) in titles()
            titled = titled or (index == 0 and _follows_title(text, start))
            named = known[index] is not None or (len(word) > 2 and word not in patterns["not_names"] and bool({fold(word), fold(bare(word))} & given_names()))
            if not titled and not named:
                continue
            last_start, last = words[-1]
            whole = fold(last) in given_names()
            first = words[index - 1][0] if titled and index else start
            end = last_start + len(last) - (0 if whole else len(last) - len(bare(last)))
            yield Mention(first, end, named, known[index] is Who.OWN, whole and bare(last) != last and fold(bare(last)) in given_names())
            break


@lru_cache(maxsize=2048)
def _may_be_somebody(word: str) -> bool:
    """Whether a capitalised word is a given name, with or without a genitive's s, or a title before a name."""
    return fold(word) in given_names() or fold(_bare(word)) in given_names() or fold(word) in titles()


def _follows_title(text: str, start: int) -> bool:
    before = _BEFORE.search(text[max(0, start - _NEAR) : start])
    return before is not None and fold(before.group(1)) in titles()


def _begins(text: str, run: re.Match[str]) -> bool:
    return not re.search(r"\w", text[: run.start()])


def _is_called(text: str, run: re.Match[str]) -> bool:
    """“Jim - the estimate was low”: the one who is spoken to."""
    return _begins(text, run) and bool(re.match(r" ?(?:--?|[–—:]) ", text[run.end() :]))


def _bare(word: str) -> str:
    """A name without the genitive's s that Norwegian writes onto it."""
    return word[:-1] if len(word) > 3 and word.endswith("s") else word


def _joined(text: str, found: list[Mention], join: re.Pattern[str]) -> list[Mention]:
    """Overlapping mentions, and a name with its office (“Henrik in support”), as one."""
    merged: list[Mention] = []
    for mention in sorted(found, key=lambda m: (m.start, -m.end)):
        if mention.end <= mention.start:
            continue
        if merged and (mention.start <= merged[-1].end or join.match(text[merged[-1].end : mention.start])):
            last = merged[-1]
            merged[-1] = Mention(last.start, max(last.end, mention.end), last.sure or mention.sure, last.ours or mention.ours, mention.maybe_genitive)
        else:
            merged.append(mention)
    return merged


def masked(text: str, mentions: list[Mention]) -> str:
    """The text with every mention as a run of mask characters; offsets stay."""
    for mention in mentions:
        mask = _FIRST + _REST * (mention.end - mention.start - 1)
        mask = mask[:-1] + _MAYBE if mention.maybe_genitive else mask
        text = text[: mention.start] + mask + text[mention.end :]
    return text


def means(phrase: Phrase, mentions: list[Mention], text: str) -> bool:
    """Whether a phrase is one of the mentions: most of it is one, or it begins with one and says where he is found; what he owns is not he."""
    for mention in mentions:
        common = min(phrase.end, mention.end) - max(phrase.start, mention.start)
        if common <= 0 or (text[mention.end :].startswith(("'s", "s")) and not _IS.match(text, mention.end)):
            continue
        rest = text[mention.end : phrase.end].split()
        if 2 * common > phrase.end - phrase.start or (mention.start <= phrase.start and rest and rest[0].lower() in _PLACES):
            return True
    return False
