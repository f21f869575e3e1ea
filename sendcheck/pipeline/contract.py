"""What a check is made of: rules, options, and what it yields. Checks import this through ``sendcheck.checkapi``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Any

from sendcheck.understanding.mail import Mail
from sendcheck.understanding.place import Place
from sendcheck.understanding.rewording import Missing, Rewording


class Severity(StrEnum):
    """How bad a finding is (RULES.md)."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 for error, 1 for warning, 2 for note."""
        return ("error", "warning", "note").index(self.value)


class Confidence(StrEnum):
    """How sure a finding is; a low one never fails a mail by default."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Harm(IntEnum):
    """What a rule guards against; findings are shown in this order."""

    READING = 0
    RECIPIENTS = 1
    LEAKS = 2
    CONTENT = 3
    COMMITMENTS = 4
    ANSWERS = 5
    TONE = 6
    LANGUAGE = 7


class Origin(StrEnum):
    """Whose file may set a configuration key (DESIGN, *Whose configuration*).

    ``PROJECT``: any, a project's own too, which is found by looking upward from the working folder: it came with a repository, and nobody read it.
    ``USER``: only the user's own file, one named by ``--config``, and the policy. That is the default, and right for whatever names programs or
    folders of programs, hosts, sockets, the network, files outside the project, or says who the user is and what their machine may be used for.
    """

    PROJECT = "project"
    USER = "user"


PROFILES = ("general", "complaint-reply", "incident", "internal")
#: Profiles of mails to somebody who was let down.
STRICT = ("complaint-reply", "incident")


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be wrong.

    ``summary``: one line for ``sendcheck rules``. ``why``: one line shown under a finding.
    ``reads_text``: it needs a language it knows, and is *not run* on text in another one.
    ``by_profile``: severities that differ from ``severity``. ``supersedes``: slugs of rules
    whose finding at the same place this one stands for (RULES.md, ruling 28). ``only``: the kind of
    source it is about, ``mail`` (whoever reads it, its thread, its attachments) or ``template``; "" for both.
    ``reads_all``: it reads everything that leaves, what is attached too, so that a part which cannot be read is told as not looked at.
    ``by_acts``: it goes by what the model of acts says of sentences, and is *not run* without it.
    ``reads_values``: it judges single words, figures or places, so that what stands for a variable in a template tells it nothing.
    """

    slug: str
    severity: Severity
    harm: Harm
    summary: str
    why: str
    reads_text: bool = False
    language_rule: bool = False
    by_profile: Mapping[str, Severity] = field(default_factory=dict)
    supersedes: tuple[str, ...] = ()
    only: str = ""
    reads_values: bool = False
    reads_all: bool = False
    by_acts: bool = False

    def severity_in(self, profile: str) -> Severity:
        """The default severity under a profile."""
        return self.by_profile.get(profile, self.severity)


#: Kinds of values (:mod:`sendcheck.config.keys`) that name nothing beyond the mail.
_HARMLESS = frozenset(("bool", "int", "seconds", "choice", "patterns"))


@dataclass(frozen=True, slots=True)
class Option:
    """A configuration key of a check: ``[check-name] key``. ``kind`` as in :mod:`sendcheck.config.keys`.

    ``network``: switching it on lets the check reach out of this machine; every report then says so. ``origin``: whose file may set it;
    left out, a project's may where the value is a switch, a number, one of fixed words or a pattern, and not where it is text, which could
    name a file, a program or a host. What reaches out is never a project's.
    """

    key: str
    kind: str
    default: Any
    help: str
    network: bool = False
    origin: Origin | None = None

    @property
    def settable(self) -> Origin:
        """Whose file may set it."""
        if self.network:
            return Origin.USER
        return self.origin or (Origin.PROJECT if self.kind in _HARMLESS else Origin.USER)


@dataclass(frozen=True, slots=True)
class Hit:
    """What a check yields: the engine turns it into a Finding.

    ``key``: what the fingerprint is made of instead of the excerpt (recipient rules: the
    sorted addresses). ``severity``: a milder one than the rule's, where evidence is weaker, or error, where this place makes it one and nothing
    is configured. ``pairs``: of whom it says that they do not go together (two addresses, or a written name and an address): what the user may
    want remembered as right. ``fix``: what can safely be written instead of the words at ``where`` and each of ``also``, None where that is for
    the writer to decide. ``values``: words of the mail that no report may show (a password, a number), wherever they stand. ``rewording``: how its
    sentence would be mended of it; ``missing``: a sentence that the mail lacks; what these come to, together with those of other hits, ends the
    suggestion.
    """

    rule: str
    message: str
    where: Place
    suggestion: str = ""
    also: tuple[Place, ...] = ()
    confidence: Confidence = Confidence.HIGH
    severity: Severity | None = None
    key: str | None = None
    pairs: tuple[tuple[str, str], ...] = ()
    fix: str | None = None
    values: tuple[str, ...] = ()
    rewording: Rewording | None = None
    missing: Missing | None = None

    def if_sure(self, sure: bool) -> Hit:
        """Itself where its evidence is sure; where it is not, a warning of medium confidence."""
        return self if sure else replace(self, severity=Severity.WARNING, confidence=Confidence.MEDIUM)


@dataclass(frozen=True, slots=True)
class NotRun:
    """A check's word that a rule could not look: what it lacked."""

    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """A check's word on one thing that the answered mail asks: what, and where and how the text comes back to it.

    No finding: the table of ``--explain-answers``. ``kind``: question, request or concern; ``answered``: None if nothing does; ``how``: what told.
    """

    rule: str
    kind: str
    asked: Place
    answered: Place | None
    how: str = ""


Run = Callable[[Mail, Mapping[str, Any]], Iterable[Hit | NotRun | Exchange]]


@dataclass(frozen=True, slots=True)
class Check:
    """A plug-in: rules of one concern and the pure function that looks for them.

    ``options``: names of central keys it reads, and its own :class:`Option`\\ s; ``run`` gets
    just those. ``folder``: where its pages and cases lie. ``profiles``: those it runs in (empty: all).
    """

    name: str
    rules: tuple[Rule, ...]
    run: Run
    folder: Path
    options: tuple[str | Option, ...] = ()
    profiles: tuple[str, ...] = ()
