"""What has changed since a Git revision: for ``--diff REF``."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from sendcheck.config.config import Config
from sendcheck.errors import InputError
from sendcheck.pipeline.judge import with_only
from sendcheck.pipeline.report import CRASHED, Finding, MailReport

_HUNK = re.compile(r"@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@")


@dataclass(slots=True)
class Changes:
    """Changed files by real path, with the ranges of lines that are new; None for a file that is new as a whole."""

    reference: str
    files: dict[Path, list[tuple[int, int]] | None] = field(default_factory=dict)
    left_out: int = 0

    def has(self, path: Path | None) -> bool:
        """Whether a file has changed at all. What came through a pipe has."""
        return path is None or path.resolve() in self.files

    def applied(self, report: MailReport, config: Config) -> MailReport:
        """The report with only the findings on changed lines; what is absent from a changed file stays."""
        kept = [f for f in report.findings if f.rule == CRASHED or self._new(f, report.source)]
        if len(kept) == len(report.findings):
            return report
        self.left_out += len(report.findings) - len(kept)
        return with_only(report, kept, config)

    def _new(self, finding: Finding, source: str) -> bool:
        for place in (finding.where, *finding.also):
            path = Path(place.file or source.split("#")[0]).resolve()
            if path not in self.files:
                if not place.file:
                    return True
                continue
            ranges = self.files[path]
            if ranges is None or place.line is None:
                return True
            if any(first <= (place.end_line or place.line) and place.line <= last for first, last in ranges):
                return True
        return False


def changes_since(reference: str) -> Changes:
    """Ask Git. Raises InputError where there is no repository, no Git, or no such revision."""
    if reference.startswith("-"):
        raise InputError(f"--diff {reference}: this is no revision")
    top = Path(_git("rev-parse", "--show-toplevel", why="--diff needs a Git repository").strip())
    _git("rev-parse", "--verify", "--quiet", f"{reference}^{{commit}}", why=f"--diff {reference}: there is no such revision here (a shallow clone may lack it)")
    text = _git("diff", "--unified=0", "--no-color", "--no-ext-diff", "--find-renames", "--src-prefix=a/", "--dst-prefix=b/", reference, why="git diff failed")
    found = Changes(reference)
    ranges: list[tuple[int, int]] = []
    for line in text.splitlines():
        if line.startswith("+++ "):
            name = _unquoted(line[4:].split("\t")[0])
            ranges = []
            if name.startswith("b/"):
                found.files[(top / name[2:]).resolve()] = ranges
        hunk = _HUNK.match(line)
        if hunk:
            first, count = int(hunk.group(1)), int(hunk.group(2) or 1)
            # A removal has no lines of its own: what stands around it may have lost its sense.
            ranges.append((first, first + count - 1) if count else (first, first + 1))
    for name in _git("ls-files", "--others", "--exclude-standard", "-z", "--full-name", str(top), why="git ls-files failed").split("\0"):
        if name:
            found.files[(top / name).resolve()] = None
    return found


def _unquoted(name: str) -> str:
    """A path as ``git diff`` quotes it: C escapes of its UTF-8 bytes."""
    if not (name.startswith('"') and name.endswith('"')):
        return name
    return name[1:-1].encode("latin-1", "replace").decode("unicode_escape").encode("latin-1", "replace").decode("utf-8", "replace")


def _git(*arguments: str, why: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, check=False)
    except OSError as error:
        raise InputError(f"{why}: git cannot be started ({error.strerror or error})") from error
    if done.returncode:
        told = " ".join(done.stderr.decode("utf-8", "replace").split())[:120]
        raise InputError(why + (f" ({told})" if told else ""))
    return done.stdout.decode("utf-8", "surrogateescape")
