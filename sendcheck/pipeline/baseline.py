"""The baseline of a repository: findings known when it was written. It holds no text and no line numbers, only fingerprints and counts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sendcheck import __version__
from sendcheck.config.config import Config
from sendcheck.errors import ConfigError
from sendcheck.pipeline.judge import with_only
from sendcheck.pipeline.report import CRASHED, Finding, MailReport, Suppressed
from sendcheck.reading.ordinary import Unreadable, inside, read_bytes, read_text

SCHEMA = 1
#: Bytes of a baseline: some hundred thousand findings.
_LARGEST = 50_000_000
_REASON = "known when the baseline was written"


@dataclass(slots=True)
class Baseline:
    """Known findings: file, to fingerprint, to (rule, how many places). ``seen``: those that came up again."""

    path: str = ""
    files: dict[str, dict[str, tuple[str, int]]] = field(default_factory=dict)
    seen: set[tuple[str, str]] = field(default_factory=set)

    def applied(self, report: MailReport, config: Config) -> MailReport:
        """The report with what is known taken out; a finding with more places than were known stays."""
        known = self.files.get(_name(report.source), {})
        kept: list[Finding] = []
        gone: list[Suppressed] = []
        for finding in report.findings:
            rule, count = known.get(finding.fingerprint, ("", 0))
            if rule == finding.rule and 1 + len(finding.also) <= count and rule != CRASHED and not config.rule_locked(rule):
                self.seen.add((_name(report.source), finding.fingerprint))
                gone.append(Suppressed(finding.rule, finding.fingerprint, _REASON, self.path))
            else:
                kept.append(finding)
        return with_only(report, kept, config, gone) if gone else report

    def gone(self, sources: Iterable[str]) -> int:
        """How many known findings of the files of this run no longer exist."""
        names = {_name(s) for s in sources}
        return sum((name, mark) not in self.seen for name in names for mark in self.files.get(name, {}))


def _name(source: str) -> str:
    return Path(source).as_posix()


def written(reports: Iterable[MailReport]) -> str:
    """The baseline file for these reports, the same bytes for the same findings."""
    files: dict[str, dict[str, Any]] = {}
    for report in reports:
        for finding in report.findings:
            if finding.rule != CRASHED:
                files.setdefault(_name(report.source), {})[finding.fingerprint] = {"rule": finding.rule, "count": 1 + len(finding.also)}
    data = {"schema": SCHEMA, "sendcheck": __version__, "files": {name: dict(sorted(found.items())) for name, found in sorted(files.items())}}
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def refusal(path: Path, *, named: bool) -> str:
    """Why no baseline is written there, "" if it may be: what is something else is not lost to it. ``named``: by the command, not by a file."""
    if not named and path.is_symlink() and not inside(path, path.absolute().parent):
        return "it is a link that leads out of its folder"
    if not path.exists():
        return ""
    if not path.is_file():
        return "" if named and not path.is_dir() else "it is no ordinary file"
    try:
        begin = read_bytes(path, _LARGEST).lstrip()[:1]
    except Unreadable as error:
        return str(error)
    return "" if begin in {b"", b"{"} else "it is there already, and no baseline"


def load(path: Path) -> Baseline:
    """Read a baseline. Raises ConfigError if it is none, or one of another schema."""
    again = f"write it anew: sendcheck baseline --output {path}"
    try:
        data = json.loads(read_text(path, _LARGEST))
    except Unreadable as error:
        if isinstance(error.__cause__, FileNotFoundError):
            raise ConfigError(f"there is no baseline {path}; {again}") from error
        raise ConfigError(f"cannot read the baseline {path}: {error}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path} is no baseline: it is not valid JSON; {again}") from error
    if not isinstance(data, dict) or "schema" not in data or not isinstance(data.get("files"), dict):
        raise ConfigError(f"{path} is no baseline of sendcheck; {again}")
    if data["schema"] != SCHEMA:
        by = data.get("sendcheck", "an unknown version")
        raise ConfigError(f"{path} is a baseline of another version (schema {data['schema']}, by sendcheck {by}; this is schema {SCHEMA}); {again}")
    return Baseline(str(path), {name: _entries(path, name, found) for name, found in data["files"].items()})


def _entries(path: Path, name: str, found: Any) -> dict[str, tuple[str, int]]:
    if not isinstance(found, Mapping):
        raise ConfigError(f"{path}: the entry of {name} is no table of findings; write the baseline anew")
    out = {}
    for mark, entry in found.items():
        if not isinstance(entry, Mapping) or not isinstance(entry.get("rule"), str) or not isinstance(entry.get("count"), int):
            raise ConfigError(f"{path}: a finding of {name} lacks its rule or count; write the baseline anew")
        out[mark] = (entry["rule"], entry["count"])
    return out
