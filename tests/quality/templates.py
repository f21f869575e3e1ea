"""Alarms on template repositories of others: every file read, and what was said about it."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sendcheck.pipeline.engine import Job
from sendcheck.pipeline.report import MailReport
from sendcheck.pipeline.templates import TemplateJob
from sendcheck.reading.templates.model import Settings
from tests.quality.corpora import unpacked
from tests.quality.engines import engine

#: set -> (patterns of its templates, engine)
SETS: dict[str, tuple[tuple[str, ...], str]] = {
    "postmark_templates": (("templates/**/*.html", "templates/**/*.txt"), "auto"),
    "sendgrid_templates": (("**/*.html",), "auto"),
    "mjml_templates": (("**/*.mjml",), "auto"),
    "locale_email": (("**/*.txt", "**/*.po", "**/*.properties"), "auto"),
    "nav_pensjonsbrev": (("letters/**/*.txt",), "dollar"),
}
JUDGED = Path(__file__).parent / "judged_templates.tsv"


@dataclass
class Found:
    """What one set set off. ``unread``: files with something that could not be read; ``other``: files that are no templates (pictures, licences)."""

    files: int = 0
    crashed: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    other: int = 0
    own_syntax: list[str] = field(default_factory=list)
    failing: int = 0
    by_rule: Counter[tuple[str, str]] = field(default_factory=Counter)
    engines: Counter[str] = field(default_factory=Counter)


def templates(name: str) -> list[tuple[Path, str]]:
    """The templates of a set with the engine to read them by."""
    patterns, engine = SETS[name]
    return [(path, engine) for path in sorted({p for pattern in patterns for p in unpacked(name).glob(pattern)}) if path.is_file()]


def _check(item: tuple[str, Path, str]) -> MailReport:
    name, path, syntax = item
    root = unpacked(name)
    job = Job(str(path.relative_to(root.parent)), path.read_bytes(), template=TemplateJob(Settings(engine=syntax, root=str(root)), path=path))
    return engine().check(job)


def measure(names: Iterable[str] = SETS, every: int = 1) -> dict[str, Found]:
    """Every set checked, or every so-many-th file of it."""
    out = {}
    for name in names:
        found = out[name] = Found()
        files = templates(name)
        found.other = sum(p.is_file() for p in unpacked(name).rglob("*")) - len(files)
        with multiprocessing.Pool() as pool:
            reports = pool.map(_check, [(name, path, engine) for path, engine in files[::every]], chunksize=5)
        for report in reports:
            found.files += 1
            found.engines[report.template] += 1
            found.crashed += [report.source for f in report.findings if f.rule == "check-crashed"]
            found.unread += [report.source for f in report.findings if f.rule in {"mail-unreadable", "mail-truncated"}]
            found.own_syntax += [report.source for f in report.findings if f.rule == "placeholder-left" and f.where.excerpt.startswith(("{{", "{%", "$"))]
            found.failing += any(f.severity == "error" for f in report.findings)
            for finding in report.findings:
                found.by_rule[finding.rule, finding.severity.value] += 1
    return out


def section() -> list[str]:
    """What docs/quality.md says of templates."""
    judged = {tuple(row[:3]): row for row in (line.split("\t") for line in JUDGED.read_text("utf-8").splitlines() if not line.startswith("#"))}
    lines = [
        "## Templates\n",
        "Template repositories of others, as they are published. *Read* are the files that are templates; the rest of a set is pictures, licences and sample data. "
        "Errors and warnings were looked at one by one (of fixed dates in NAV's letters a random 50); right is what the rule's row wants. The sets were looked at while "
        "the rules were written.\n",
        "| set | read | engines told | crashed | unread | own syntax taken for a gap | files with an error | alarms per 100 files (errors, warnings) |",
        "|---|---:|---|---:|---:|---:|---:|---|",
    ]
    found = measure()
    for name, f in found.items():
        per = {s: 100 * sum(n for (_r, severity), n in f.by_rule.items() if severity == s) / f.files for s in ("error", "warning")}
        engines = ", ".join(f"{engine} {count}" for engine, count in f.engines.most_common())
        lines.append(
            f"| {name} | {f.files} | {engines} | {len(f.crashed)} | {len(f.unread)} | {len(f.own_syntax)} | {f.failing} | {per['error']:.1f}, {per['warning']:.1f} |"
        )
    lines += ["", "| set | severity | rule | alarms | per 100 | looked at | right | what they are |", "|---|---|---|---:|---:|---:|---:|---|"]
    right = seen = 0
    for name, f in found.items():
        for (rule, severity), count in f.by_rule.most_common():
            if severity == "note":
                continue
            row = judged.get((name, severity, rule))
            looked, good, what = (row[3], row[4], row[5]) if row else ("–", "–", "")
            right, seen = right + (int(good) if row else 0), seen + (int(looked) if row else 0)
            lines.append(f"| {name} | {severity} | `{rule}` | {count} | {100 * count / f.files:.1f} | {looked} | {good} | {what} |")
    lines.append(f"\nRight: {right} of {seen} looked at.\n")
    return lines
