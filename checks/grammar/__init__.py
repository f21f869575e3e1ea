"""What LanguageTool finds in own text: `grammar`. Which of its findings are of use, and how sure they are, is data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sendcheck.checkapi import READ_AS, CannotProofread, Check, Fault, Harm, Hit, Mail, NotRun, Option, Origin, Rule, Sentence, Severity
from sendcheck.understanding.variety import variety

from .sieve import Sieve, strength
from .text import Text

RULE = "grammar"
RULES = (
    Rule(
        RULE,
        Severity.WARNING,
        Harm.LANGUAGE,
        "a slip of grammar or punctuation, or a word taken for another",
        "The reader stumbles, and reads the sentence twice.",
        reads_text=True,
        language_rule=True,
        reads_values=True,
    ),
)
_LONG = f"the text is longer than LanguageTool is asked to read ({Text.MOST:,} characters): what lies beyond was not looked at"


def run(mail: Mail, options: Mapping[str, Any]) -> Iterator[Hit | NotRun]:
    """One finding for each place, in order."""
    by_language: dict[str, list[Sentence]] = {}
    for sentence in mail.prose.sentences:
        by_language.setdefault(READ_AS.get(sentence.language, sentence.language), []).append(sentence)
    readable = {language: found for language, found in by_language.items() if strength(language) is not None}
    main = READ_AS.get(mail.languages[0], mail.languages[0]) if mail.languages else ""
    if main and strength(main) is None:
        yield NotRun(RULE, "LanguageTool has no grammar of the mail's language: of grammar only English is checked")
    if not readable:
        return
    if mail.proofreader.why_not:
        yield NotRun(RULE, mail.proofreader.why_not)
        return
    for language, sentences in readable.items():
        yield from _read(mail, language, sentences, options)


def _read(mail: Mail, language: str, sentences: list[Sentence], options: Mapping[str, Any]) -> Iterator[Hit | NotRun]:
    known = strength(language)
    assert known is not None
    text = Text(sentences)
    try:
        faults = mail.proofreader.faults(text.text, known.codes.get(variety(mail) or "", known.code))
    except CannotProofread as error:
        yield NotRun(RULE, str(error))
        return
    sieve = Sieve(mail, language, known, bool(options["style"]), frozenset(options["ignore"]), frozenset(w.lower() for w in options["words"]))
    last: tuple[Sentence, int] | None = None
    for fault in sorted(faults, key=lambda f: (f.start, -f.end)):
        place = text.place(fault.start, fault.end)
        if place is None or (last is not None and last[0] is place[0] and place[1] < last[1]):
            continue
        severity = sieve.severity(fault, *place)
        if severity is not None:
            last = (place[0], place[2])
            yield _hit(mail, fault, *place, severity)
    if text.truncated:
        yield NotRun(RULE, _LONG)


def _hit(mail: Mail, fault: Fault, sentence: Sentence, start: int, end: int, severity: Severity) -> Hit:
    written = sentence.text[start:end]
    # Of two that differ in capitals only, the one that begins as the writer did.
    offered = sorted((r for r in fault.replacements if r.strip()), key=lambda r: r[:1].isupper() != written[:1].isupper())
    instead = list({r.lower(): r for r in reversed(offered)}.values())[::-1][:3]
    told = " ".join(fault.message.split()).rstrip(".")
    sure = severity is Severity.WARNING and len(instead) == 1
    return Hit(
        RULE,
        f"{told} ({fault.rule})",
        mail.at_sentence(sentence, start, end),
        f"write “{'” or “'.join(instead)}”" if instead else "read the sentence once more",
        severity=severity,
        fix=instead[0] if sure else None,
    )


CHECK = Check(
    "grammar",
    RULES,
    run,
    Path(__file__).parent,
    (
        "words",
        Option("style", "bool", False, "Show LanguageTool's opinions on style, too."),
        Option("ignore", "list", [], "LanguageTool's own rules to leave out, as findings name them: EN_A_VS_AN.", origin=Origin.PROJECT),
    ),
)
