"""A template as several mails, and what its checks found in them as one list of hits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from sendcheck.config.config import Config
from sendcheck.config.found import project_of
from sendcheck.pipeline.contract import Hit, Rule
from sendcheck.reading.templates.model import TEMPLATE_SUFFIXES, Settings
from sendcheck.understanding.mail import Mail
from sendcheck.understanding.understand import Surroundings, understand

#: Of several readings' profiles the one that asks the most.
_STRICTEST = ("incident", "complaint-reply", "internal", "general")


@dataclass(frozen=True, slots=True)
class TemplateJob:
    """What is known of a template beside its bytes. ``covered``: files and folders of this run: what lies there is reported on its own."""

    settings: Settings = field(default_factory=Settings)
    profile: str | None = None
    path: Path | None = None
    covered: tuple[str, ...] = ()


def template_job(config: Config, path: Path | None, covered: Sequence[str] = (), root: Path | None = None) -> TemplateJob:
    """The job of a template: what ``[[templates]]`` says of it, and where its project begins."""
    known = {"root": str(root or Path.cwd()), **((config.template_values(path) if path is not None else None) or {})}
    if path is not None:
        known["project"] = str(_project(path.absolute(), Path(known["root"])))
    profile = known.pop("profile", None)
    return TemplateJob(Settings(**known), profile, path, tuple(covered))


def _project(path: Path, root: Path) -> Path:
    """Where a template's project begins: its repository, else the working folder it lies below, else the folder that was named."""
    found = project_of(path.parent)
    if found != path.parent:
        return found
    here = Path.cwd()
    return here if here in path.parents and here != Path.home() else root


def covers(config: Config, job: TemplateJob, name: str) -> bool:
    """Whether a file that a template draws in is reported on by itself in the same run."""
    if not is_template(config, Path(name)):
        return False
    path = str(Path(name).absolute())
    return any(path == top or path.startswith(top.rstrip("/") + "/") for top in job.covered)


def is_template(config: Config, path: Path) -> bool:
    """Whether a file is a template: ``[[templates]]`` names it, or its ending tells (DESIGN, *Configuration*)."""
    return path.name.lower().endswith(TEMPLATE_SUFFIXES) or config.template_values(path) is not None


def mails_of(source: str, raw: bytes, job: TemplateJob, around: Surroundings) -> list[Mail]:
    """Every reading of a template, understood, all under the strictest profile that one of them shows."""
    from sendcheck.reading.templates.read import read_template  # a mail needs none of it

    mails = [understand(message, replace(around, template=template, draft=True)) for message, template in read_template(raw, source, job.settings, job.path)]
    for mail in mails:
        mail.prose.alike = mails[0].prose.alike  # most sentences stand in every reading: each is parsed once
    profile = min((m.profile for m in mails), key=lambda p: _STRICTEST.index(p) if p in _STRICTEST else len(_STRICTEST))
    reason = next(m.profile_reason for m in mails if m.profile == profile)
    return [replace(m, profile=profile, profile_reason=reason) for m in mails]


def settled(found: Sequence[tuple[Mail, Sequence[Hit]]], rules: Mapping[str, Rule], covered: Callable[[str], bool]) -> list[Hit]:
    """The hits of all readings: those on stand-ins left out, what is absent only in some readings said to be so."""
    whole = [mail for mail, _hits in found if not _fragment(mail)]
    absent: dict[tuple[str, str], list[tuple[Mail, Hit]]] = {}
    out: list[Hit] = []
    for mail, hits in found:
        for hit in hits:
            rule = rules.get(hit.rule)
            if rule is None or not _meant(mail, hit, rule):
                continue
            kept = _without_covered(_as_written(mail, hit), covered)
            if kept is None:
                continue
            if kept.where.line is None and not kept.where.excerpt and rule.only != "template" and hit.key is None:
                if not _fragment(mail):
                    absent.setdefault((kept.rule, kept.message), []).append((mail, kept))
            else:
                out.append(kept)
    for cases in absent.values():
        mail, hit = cases[0]
        out.append(replace(hit, message=hit.message + _where(mail)) if len(cases) < len(whole) else hit)
    return out


def _where(mail: Mail) -> str:
    """Which way a reading went, for what only some of them lack."""
    assert mail.template is not None
    if mail.template.choices:
        return f" (where {' and '.join(mail.template.choices[:3])} does not hold)"
    return f" (with the data of {mail.template.sample})" if mail.template.sample else ""


def _fragment(mail: Mail) -> bool:
    """Whether a reading is no whole mail: a catalogue of messages, a subject, branches read on their own."""
    return mail.template is not None and not mail.template.whole


def _meant(mail: Mail, hit: Hit, rule: Rule) -> bool:
    """Whether a hit is about what the author wrote, and not about what stands for a variable."""
    if hit.where.stand_in == "whole" or (hit.where.stand_in and rule.reads_values):
        return False
    if rule.reads_values and mail.template is not None and mail.template.is_tag(hit.where.excerpt):
        return False
    return mail.template is None or bool(mail.template.subject_known) or hit.rule != "subject-missing"


def _as_written(mail: Mail, hit: Hit) -> Hit:
    assert mail.template is not None
    said = mail.template.as_written
    rewording = replace(hit.rewording, said=said) if hit.rewording is not None else None
    return replace(hit, message=said(hit.message), suggestion=said(hit.suggestion), key=said(hit.key) if hit.key is not None else None, rewording=rewording)


def _without_covered(hit: Hit, covered: Callable[[str], bool]) -> Hit | None:
    """The hit without places in files that this run reports on by themselves; None if no place is left."""
    places = [p for p in (hit.where, *hit.also) if not (p.file and covered(p.file))]
    if not places:
        return None
    return replace(hit, where=places[0], also=tuple(places[1:]))
