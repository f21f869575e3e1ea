"""Runs the checks over one mail. A check that raises costs its own rules only."""

from __future__ import annotations

import math
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from sendcheck.acts.model import unusable
from sendcheck.config.config import Config
from sendcheck.errors import SendcheckError
from sendcheck.pipeline.contract import Check, Exchange, Harm, Hit, NotRun, Option, Rule
from sendcheck.pipeline.grammars import Configured, remote_server
from sendcheck.pipeline.histories import history_for
from sendcheck.pipeline.judge import Selection, judge
from sendcheck.pipeline.masking import masked
from sendcheck.pipeline.registry import Registry
from sendcheck.pipeline.report import CRASHED, MailReport, NotRunEntry, Reader, UnreadEntry
from sendcheck.pipeline.templates import TemplateJob, covers, mails_of, settled
from sendcheck.reading.allowheader import ALLOW_HEADER
from sendcheck.reading.message import Message, read_message
from sendcheck.reading.problem import Problem
from sendcheck.understanding.mail import Mail
from sendcheck.understanding.place import Place
from sendcheck.understanding.proofreading import Proofreader
from sendcheck.understanding.prose import LONGEST
from sendcheck.understanding.understand import Surroundings, understand

if TYPE_CHECKING:
    from sendcheck.pipeline.page import Page
    from sendcheck.pipeline.passages import Passage
    from sendcheck.pipeline.told import Told

LANGUAGE_NAMES = {"en": "English", "nb": "Bokmål", "nn": "Nynorsk", "da": "Danish", "sv": "Swedish", "other": "a language sendcheck does not know"}
#: Places that one check tells of in one mail: nobody reads more, and each costs.
MOST_HITS = 2_000
#: Stages of the engine itself; no check has a name with blanks.
READING, JUDGING = "reading the mail", "judging the findings"


@dataclass(frozen=True, slots=True)
class Job:
    """One mail to check: its bytes and what is known beside them.

    ``problems``: what was wrong with it before it was read; ``parent``: the mail answered, by name and bytes; ``found``: it comes from a mail store;
    ``earlier``: the mails of the thread before it; ``no_parent``: why the store has none; ``template``: it is no mail, but the source of mails;
    ``timings``, ``table``, ``page``, ``passages``, ``acts``: what else the report should hold; ``heeds_header``: whether the mail's own X-Sendcheck-Allow
    counts; ``seconds``: it gets no more time in all than these, whatever else allows it more; ``settled_by``: rules about reading that decide what
    becomes of it, so that nothing else is looked at once one of them has found something.
    """

    source: str
    raw: bytes
    truncated: bool = False
    first_line: int = 1
    problems: tuple[Problem, ...] = ()
    envelope: tuple[str, ...] = ()
    parent: tuple[str, bytes] | None = None
    found: bool = False
    earlier: tuple[tuple[str, bytes], ...] = ()
    no_parent: str = ""
    draft: bool = False
    leaving: bool = False
    heeds_header: bool = True
    timings: bool = False
    table: bool = False
    page: bool = False
    passages: bool = False
    acts: bool = False
    template: TemplateJob | None = None
    seconds: float = math.inf
    settled_by: frozenset[str] = frozenset()

    @property
    def size(self) -> int:
        """Bytes to read: the mail, and what is known of its thread."""
        return len(self.raw) + (len(self.parent[1]) if self.parent else 0) + sum(len(raw) for _name, raw in self.earlier)


@dataclass(slots=True)
class _Found:
    """What checks yielded, as it comes."""

    hits: list[Hit] = field(default_factory=list)
    not_run: list[NotRunEntry] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    timings: list[tuple[str, float]] = field(default_factory=list)


def _add(timings: list[tuple[str, float]], name: str, ms: float) -> None:
    """Note a check's time; of a template's readings the sum."""
    at = next((i for i, (known, _ms) in enumerate(timings) if known == name), None)
    if at is None:
        timings.append((name, ms))
    else:
        timings[at] = (name, timings[at][1] + ms)


@dataclass(frozen=True, slots=True)
class Engine:
    """Checks, configuration and selection, ready to run on any number of mails.

    ``today``: the day that exceptions end by; ``proofreader``: one to ask instead of the one that the configuration names.
    """

    registry: Registry
    config: Config
    selection: Selection = field(default_factory=Selection)
    profile: str | None = None
    today: date = field(default_factory=date.today)
    proofreader: Proofreader | None = None

    def check(self, job: Job, stopped: Mapping[str, str] | None = None, stage: Callable[[str], None] | None = None) -> MailReport:
        """The report of one mail. ``stage`` is told what runs now, so that a supervisor can name what hung;
        ``stopped``: checks that must not run again on this mail, with the reason.
        """
        told = stage or (lambda _name: None)
        started = time.perf_counter()
        told(READING)
        return self._run(self._mails(job), job, dict(stopped or {}), told, started)

    def _mails(self, job: Job) -> list[Mail]:
        """The mail; of a template, every way it can turn out."""
        if job.template is not None:
            around = self._surroundings(job)
            return mails_of(job.source, job.raw, job.template, replace(around, profile=self.profile or job.template.profile or around.profile))
        message = read_message(job.raw, job.source, envelope=job.envelope, first_line=job.first_line, truncated=job.truncated)
        if job.problems:
            message = replace(message, problems=(*job.problems, *message.problems))
        if _is_settled(job, message):
            return [understand(replace(message, texts=(), enclosed=(), attachments=(), invited=()), self._surroundings(job))]
        return [understand(message, replace(self._surroundings(job), history=history_for(self.config, message)))]

    def _surroundings(self, job: Job) -> Surroundings:
        return Surroundings(
            self.config.organisations,
            self.config["internal-domains"],
            self.config["partners"],
            self.profile or (None if self.config["profile"] == "auto" else self.config["profile"]),
            job.draft,
            job.leaving,
            read_message(job.parent[1], job.parent[0]) if job.parent is not None else None,
            job.found,
            tuple(read_message(raw, name) for name, raw in job.earlier),
            self.config.models,
            proofreader=self.proofreader or Configured(self.config),
        )

    def _run(self, mails: list[Mail], job: Job, stopped: dict[str, str], told: Callable[[str], None], started: float) -> MailReport:
        mail = mails[0]
        found = _Found(timings=[(READING, (time.perf_counter() - started) * 1000)])
        template = job.template
        if template is None:
            self._look(mail, found, stopped, told, job.settled_by if _is_settled(job, mail.message) else None)
        else:
            by_mail: list[tuple[Mail, list[Hit]]] = []
            for one in mails:
                each = _Found(timings=found.timings)
                self._look(one, each, stopped, told)
                by_mail.append((one, each.hits))
                found.not_run += [e for e in each.not_run if e.rule not in {old.rule for old in found.not_run}]
            found.hits = settled(by_mail, self.registry.rules, lambda name: covers(self.config, template, name))
            found.not_run += self._of_template(mail)
        hits, not_run, exchanges, timings = found.hits, found.not_run, found.exchanges, found.timings
        for name, why in self.registry.broken:
            hits.append(crash_hit(name, f"the package of checks “{name}” could not be loaded ({why.split(':')[0]})"))
        hidden = [value for hit in hits for value in hit.values]
        hits = [h for h in hits if h.values or not self._is_about_a_value(h, hidden)]
        told(JUDGING)
        judgement = judge(mail, hits, not_run, self.registry, self.config, self.selection, self.today, job.heeds_header)
        elapsed = (time.perf_counter() - started) * 1000
        report = MailReport(
            source=job.source,
            verdict=judgement.verdict,
            profile=mail.profile,
            profile_reason=mail.profile_reason,
            languages=mail.languages,
            parent_source=mail.parent.source if mail.parent else None,
            parent_id=mail.parent.id if mail.parent else None,
            answers=_answers(mail, job),
            findings=judgement.findings,
            not_run=tuple(sorted(not_run, key=lambda e: e.rule)),
            unread=tuple(UnreadEntry(u.part, u.reason, u.told) for u in mail.message.unread),
            suppressed=judgement.suppressed,
            readers=tuple(Reader(_shown(r.address.name, r.address.addr), r.field, r.organisation, r.inside) for r in mail.recipients),
            groups=mail.groups,
            notices=(*_doubts(mail), *judgement.notices),
            unmatched=judgement.unmatched,
            exchanges=tuple(exchanges) if job.table else None,
            page=_page(mail, exchanges) if job.page and template is None else None,
            passages=_passages(mail) if job.passages else None,
            acts=_acts(mail) if job.acts else None,
            network=self._network(mail),
            template=mail.template.engine if mail.template is not None else "",
            elapsed_ms=round(elapsed, 1) if job.timings else None,
            timings=tuple(timings) if job.timings else (),
        )
        return masked(report, hidden)

    def _is_about_a_value(self, hit: Hit, hidden: list[str]) -> bool:
        """Whether a hit corrects the language of what must not be shown: “did you mean …” would tell a password."""
        rule = self.registry.rules.get(hit.rule)
        words = hit.where.excerpt
        return rule is not None and rule.harm is Harm.LANGUAGE and bool(words) and any(words in value or value in words for value in hidden)

    def _look(self, mail: Mail, found: _Found, stopped: dict[str, str], told: Callable[[str], None], only: frozenset[str] | None = None) -> None:
        """Run every check that is wanted over one mail. ``only``: the rules that settle what becomes of it."""
        kind = _kind(mail)
        checks, on = self._wanted(mail)
        if only is not None:
            found.not_run += [self._entry(slug, "what was met while reading decides what becomes of the mail") for slug in sorted(on - only)]
            on &= only
        found.not_run += self._not_about(kind)
        for check in checks:
            wanted = [rule for rule in check.rules if rule.slug in on]
            if not wanted:
                continue
            silent = self._language_not_run(mail, wanted)
            found.not_run += silent
            if len(silent) == len(wanted):
                continue
            if check.name in stopped:
                found.hits.append(crash_hit(check.name, stopped[check.name]))
                found.not_run += [self._entry(rule.slug, f"check “{check.name}” was stopped") for rule in wanted]
                continue
            told(check.name)
            begun = time.perf_counter()
            hits, lacking, table = self._run_one(check, mail, {rule.slug for rule in wanted})
            _add(found.timings, check.name, (time.perf_counter() - begun) * 1000)
            quiet = {entry.rule for entry in silent}
            found.hits += [h for h in hits if h.rule not in quiet and (h.rule in on or h.rule == CRASHED)]
            found.not_run += [e for e in lacking if e.rule not in quiet]
            found.exchanges += [e for e in table if e.rule not in quiet]
        found.not_run += self._part_unread(mail, {rule.slug for c in checks for rule in c.rules if rule.reads_all and rule.slug in on} - _slugs(found.not_run))
        unjudged = unusable() or mail.prose.unjudged
        if unjudged:
            blind = {rule.slug for c in checks for rule in c.rules if rule.by_acts and rule.slug in on}
            found.hits = [h for h in found.hits if h.rule not in blind]
            found.not_run += [self._entry(slug, unjudged) for slug in sorted(blind - _slugs(found.not_run))]
        if mail.prose.truncated:
            reason = f"the text is too long to be read whole as sentences (more than {LONGEST:,} characters, or hundreds of sentences to parse)"
            wanted = [r for c in checks for r in c.rules if r.language_rule and r.slug in on]
            found.not_run += [self._entry(r.slug, reason) for r in wanted if r.slug not in {e.rule for e in found.not_run}]

    def _part_unread(self, mail: Mail, slugs: set[str]) -> list[NotRunEntry]:
        """Rules that read everything that leaves did not look into a part that could not be read."""
        told = [u for u in mail.message.unread if u.told]
        if not told:
            return []
        reason = "not looked into: " + ", ".join(f"{u.part.removeprefix('attachment:')} ({u.reason})" for u in told[:3])
        return [replace(self._entry(slug, reason), unread=True) for slug in sorted(slugs)]

    def _wanted(self, mail: Mail) -> tuple[list[Check], set[str]]:
        """The checks that look at a mail, and the slugs of the rules that are on."""
        checks = [c for c in self.registry.checks if not c.profiles or mail.profile in c.profiles]
        kinds = {"", _kind(mail)}
        return checks, {rule.slug for c in checks for rule in c.rules if rule.only in kinds and self.selection.on(rule, self.config, mail.profile)}

    def _not_about(self, kind: str) -> list[NotRunEntry]:
        """Where every rule that was selected is about another kind of source, nothing was looked at: that is no pass."""
        chosen = [self.registry.rules[slug] for slug in self.selection.select if slug in self.registry.rules]
        if not chosen or any(rule.only in {"", kind} for rule in chosen):
            return []
        return [self._entry(rule.slug, f"it is about a {rule.only}, and this is a {kind}") for rule in chosen]

    def _of_template(self, mail: Mail) -> list[NotRunEntry]:
        """What could not be looked at in a template, and why."""
        assert mail.template is not None
        lacking = []
        if mail.template.not_parsed:
            lacking.append(("template-syntax", mail.template.not_parsed))
        if not mail.template.subject_known:
            lacking.append(("subject-missing", "nothing says where the template's subject stands (front matter, NAME_subject.txt, subject in [[templates]])"))
        rules = self.registry.rules
        return [self._entry(slug, why) for slug, why in lacking if slug in rules and self.selection.on(rules[slug], self.config, mail.profile)]

    def _network(self, mail: Mail) -> tuple[str, ...]:
        """What in force lets a check reach out of this machine: options, and a LanguageTool server elsewhere."""
        remote = remote_server(self.config)
        grammar = self.registry.rules.get("grammar")
        asked = bool(remote) and grammar is not None and self.selection.on(grammar, self.config, mail.profile)
        return (*((f"languagetool.url ({remote})",) if asked else ()), *self._options())

    def _options(self) -> tuple[str, ...]:
        return tuple(
            f"{check.name}.{option.key}"
            for check in self.registry.checks
            for option in check.options
            if isinstance(option, Option) and option.network and self.config.values.get(f"{check.name}.{option.key}")
        )

    def _entry(self, slug: str, reason: str) -> NotRunEntry:
        return NotRunEntry(slug, reason, self.selection.required(slug, self.config))

    def _language_not_run(self, mail: Mail, wanted: list[Rule]) -> list[NotRunEntry]:
        """Language rules stay silent on text in a language nobody said they write (RULES.md, *Languages*)."""
        if not mail.languages or mail.languages[0] in self.config["languages"]:
            if not mail.message.opaque:
                return []
            reason = f"the mail's text cannot be read: {mail.message.opaque}"
            return [replace(self._entry(rule.slug, reason), unread=True) for rule in wanted if rule.reads_text and not rule.reads_all]
        name = LANGUAGE_NAMES.get(mail.languages[0], mail.languages[0])
        reason = f"the text is in {name}, which “languages” does not name"
        return [self._entry(rule.slug, reason) for rule in wanted if rule.language_rule]

    def _run_one(self, check: Check, mail: Mail, wanted: set[str]) -> tuple[list[Hit], list[NotRunEntry], list[Exchange]]:
        own = {rule.slug for rule in check.rules}
        hits: list[Hit] = []
        lacking: list[NotRunEntry] = []
        table: list[Exchange] = []
        try:
            for item in check.run(mail, self.config.options_for(check)):
                if item.rule not in own:
                    raise LookupError(f"check {check.name} reports {item.rule}, which it does not declare")
                if isinstance(item, NotRun):
                    if item.rule in wanted:
                        entry = self._entry(item.rule, item.reason)
                        # A history that is there and cannot be read must not look like one that has nothing to say.
                        broken = mail.history.broken and item.reason == mail.history.why_not
                        lacking.append(replace(entry, required=True) if broken else entry)
                elif isinstance(item, Exchange):
                    table.append(item)
                else:
                    hits.append(item)
                    if len(hits) >= MOST_HITS:
                        why = f"it found {MOST_HITS:,} places; what follows was not looked at"
                        lacking += [self._entry(slug, why) for slug in sorted(wanted)]
                        break
        except SendcheckError as error:  # what a check relies on fails under its hands: the history
            hits, lacking = [], [NotRunEntry(rule.slug, str(error), error.required) for rule in check.rules if rule.slug in wanted]
        except Exception as error:
            # Type and place only: an exception's text may hold words of the mail.
            hits = [crash_hit(check.name, f"{type(error).__name__} at {_origin(error)}")]
            lacking = [self._entry(rule.slug, f"check “{check.name}” crashed") for rule in check.rules if rule.slug in wanted]
        return hits, lacking, table


def _passages(mail: Mail) -> tuple[Passage, ...]:
    from sendcheck.pipeline.passages import passages_of  # --show-own's alone

    return passages_of(mail)


def _acts(mail: Mail) -> tuple[Told, ...] | str:
    from sendcheck.pipeline.told import told_of  # --explain-acts' alone

    return told_of(mail)


def _page(mail: Mail, exchanges: list[Exchange]) -> Page:
    from sendcheck.pipeline.page import page_of  # the HTML report's alone

    return page_of(mail, tuple(exchanges))


def _slugs(entries: Sequence[NotRunEntry]) -> set[str]:
    return {entry.rule for entry in entries}


def _is_settled(job: Job, message: Message) -> bool:
    """Whether reading alone has found what decides; an exception that the mail brings along may decide otherwise."""
    if job.heeds_header and message.all(ALLOW_HEADER):
        return False
    return any(problem.kind.value in job.settled_by for problem in message.problems)


def _kind(mail: Mail) -> str:
    """As ``Rule.only`` has it."""
    return "template" if mail.template is not None else "mail"


def crash_hit(check: str, why: str) -> Hit:
    """The finding that a check raised or ran past its deadline."""
    return Hit(
        CRASHED,
        f"check “{check}” did not finish: {why}",
        Place("body"),
        "its rules did not look at this mail; report the fault, or switch its rules off in [rules] until it is mended",
        key=f"{check}: {why}",
    )


def _origin(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "an unknown place"


def _answers(mail: Mail, job: Job) -> str:
    """Which mail the report took for the one answered, in words; "" for a mail that answers none."""
    parent = mail.parent
    if parent is None:
        return f"a mail that was not found: {job.no_parent}" if mail.is_reply and job.no_parent else ""
    where = {"given": f"{parent.source}, as named", "found": f"{parent.source}, found in the mail store", "trail": "the mail quoted in it"}[parent.kind]
    more = f"; {parent.unreadable}" if parent.unreadable else ""
    return where + more + (f" ({job.no_parent})" if job.no_parent else "")


def _doubts(mail: Mail) -> tuple[str, ...]:
    """What is odd about the parent that was named."""
    if mail.parent is None or not mail.parent.doubt:
        return ()
    return (f"{mail.parent.source} may belong to another conversation: {mail.parent.doubt}",)


def _shown(name: str, addr: str) -> str:
    return f"{name} <{addr}>" if name and name != addr else addr
