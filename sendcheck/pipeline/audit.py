"""An archive checked mail by mail: a journal that a killed run goes on from, and what it adds up to by rule and by month.

The journal holds, for each mail, where it lies, its month, its verdict and the rules that fired; never a word of it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from sendcheck import __version__
from sendcheck.config.config import Config
from sendcheck.errors import InputError
from sendcheck.pipeline.report import CRASHED, MailReport, Verdict, fails
from sendcheck.reading.limits import LIMITS
from sendcheck.reading.message import Message, read_message

#: Lines of the journal that a crash of the machine may cost.
_SYNC_EVERY = 200
_FORMAT = 1
UNDATED = "no date"


@dataclass(frozen=True, slots=True)
class Entry:
    """One mail of an archive. ``month``: as 2001-05; ``rules``: slug to severity, the worst of a mail; ``failed``: the rules that failed it."""

    mark: str
    month: str
    verdict: str
    rules: Mapping[str, str] = field(default_factory=dict)
    failed: tuple[str, ...] = ()


def mark_of(name: str, raw: bytes) -> str:
    """What a mail of an archive is known again by: where it lies and what it is."""
    return hashlib.blake2b(name.encode("utf-8", "surrogateescape") + b"\0" + raw, digest_size=8).hexdigest()


def headers_of(raw: bytes) -> Message:
    """A mail without its body."""
    head, _, _body = raw[: LIMITS.header_bytes].replace(b"\r\n", b"\n").partition(b"\n\n")
    return read_message(head + b"\n\n")


def month_of(raw: bytes) -> str:
    """The month of a mail's Date field, as its writer's clock had it."""
    moment = headers_of(raw).date()
    return moment.strftime("%Y-%m") if moment is not None and 1970 <= moment.year < 2200 else UNDATED


def entry_of(mark: str, month: str, report: MailReport, config: Config) -> Entry:
    """What is kept of a report."""
    rules: dict[str, str] = {}
    for finding in report.findings:  # the worst come first
        rules.setdefault(finding.rule, finding.severity.value)
    failed = {f.rule for f in report.findings if fails(f, config["fail-on"])}
    return Entry(mark, month, report.verdict.value, rules, tuple(sorted(failed)))


def signature(config: Config, more: Mapping[str, Any]) -> str:
    """A digest of all that a report depends on beside the mail: another version or configuration is another audit."""
    values = {name: value for name, value in sorted(config.values.items()) if not name.startswith(("daemon", "milter.", "sendmail."))}
    told = json.dumps(
        [__version__, values, config.organisations, config.severities, [repr(s) for s in config.suppressions], dict(more)], sort_keys=True, default=str
    )
    return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()


class Journal:
    """What was checked, one line a mail. Raises InputError where it cannot be read or written, or belongs to another audit."""

    def __init__(self, path: Path, signed: str) -> None:
        self.path = path
        self.done: set[str] = set()
        self.count = 0
        self._file: IO[str] | None = None
        self._unsynced = 0
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if path.exists() and not path.is_file():
                raise InputError(f"{path} is no file that could be a journal: name another with --journal")
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            self._file = os.fdopen(descriptor, "r+", encoding="utf-8", errors="replace", newline="\n")
            self._open(signed)
        except OSError as error:
            raise _trouble(path, error) from error

    def _open(self, signed: str) -> None:
        file = self._file
        assert file is not None
        head = file.readline()
        if not head.endswith("\n"):
            file.seek(0)
            file.truncate()
            file.write(json.dumps({"audit": _FORMAT, "signature": signed}) + "\n")
            file.flush()
            return
        try:
            found = json.loads(head)
            known = found["audit"] == _FORMAT and found["signature"] == signed
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"{self.path} is no journal of an audit; it was left as it is. Name another with --journal") from error
        if not known:
            raise InputError(
                f"the journal {self.path} is of an audit with another version or configuration of sendcheck: "
                "add --anew to begin again, or name another with --journal"
            )
        whole = len(head.encode())
        for line in iter(file.readline, ""):
            if not line.endswith("\n"):
                break  # a kill tore it: that mail is checked again
            entry = _parsed(line)
            if entry is not None:
                self.done.add(entry.mark)
                self.count += 1
            whole += len(line.encode())
        file.seek(whole)
        file.truncate()

    def add(self, entry: Entry) -> None:
        """Keep one mail."""
        assert self._file is not None
        line = {"mail": entry.mark, "month": entry.month, "verdict": entry.verdict, "rules": entry.rules, "failed": entry.failed}
        try:
            self._file.write(json.dumps(line, separators=(",", ":")) + "\n")
            self.count += 1
            self._unsynced += 1
            if self._unsynced >= _SYNC_EVERY:
                self.sync()
        except OSError as error:
            raise _trouble(self.path, error) from error

    def sync(self) -> None:
        """Have it on the disk."""
        assert self._file is not None
        self._unsynced = 0
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise _trouble(self.path, error) from error

    def entries(self) -> Iterator[Entry]:
        """Everything that was kept."""
        assert self._file is not None
        self._file.flush()
        with self.path.open(encoding="utf-8", errors="replace") as file:
            next(file)
            yield from (entry for line in file if (entry := _parsed(line)) is not None)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            try:
                self._file.close()
            except OSError as error:
                raise _trouble(self.path, error) from error


def _parsed(line: str) -> Entry | None:
    try:
        found = json.loads(line)
        return Entry(str(found["mail"]), str(found["month"]), str(found["verdict"]), dict(found["rules"]), tuple(found["failed"]))
    except (ValueError, KeyError, TypeError):
        return None


def _trouble(path: Path, error: OSError) -> InputError:
    return InputError(f"the journal {path} cannot be used: {error.strerror}. What it holds is safe; run it again to go on")


@dataclass(slots=True)
class Sums:
    """What an audit adds up to, in mails. ``shown``: with an error or a warning; ``by_rule``: by (slug, severity); ``failed``: by rules that failed
    them; ``by_month``: by month and verdict; ``rules_by_month``: by month and rule that gave an error or a warning.
    """

    mails: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    shown: int = 0
    by_rule: Counter[tuple[str, str]] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    by_month: dict[str, Counter[str]] = field(default_factory=dict)
    rules_by_month: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        """Count one mail."""
        loud = {rule for rule, severity in entry.rules.items() if severity != "note"}
        self.mails += 1
        self.verdicts[entry.verdict] += 1
        self.shown += bool(loud - {CRASHED})
        month = self.by_month.setdefault(entry.month, Counter())
        month["mails"] += 1
        month[entry.verdict] += 1
        month["shown"] += bool(loud - {CRASHED})
        for rule, severity in entry.rules.items():
            self.by_rule[rule, severity] += 1
        for rule in loud:
            self.rules_by_month.setdefault(entry.month, Counter())[rule] += 1
        self.failed.update(entry.failed)

    def told(self) -> dict[str, Any]:
        """As JSON has it."""
        rules: dict[str, dict[str, int]] = {}
        for (rule, severity), count in sorted(self.by_rule.items()):
            rules.setdefault(rule, {})[severity] = count
        for rule, count in self.failed.items():
            rules[rule]["failed"] = count
        return {
            "schema": 1,
            "mails": self.mails,
            "verdicts": {v.value: self.verdicts[v.value] for v in Verdict},
            "with_error_or_warning": self.shown,
            "rules": rules,
            "months": {month: self._month(month) for month in sorted(self.by_month)},
        }

    def _month(self, month: str) -> dict[str, Any]:
        counts = self.by_month[month]
        rules = dict(sorted(self.rules_by_month.get(month, {}).items()))
        return {**{name: counts[name] for name in ("mails", "fail", "incomplete", "shown")}, "rules": rules}
