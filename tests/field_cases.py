"""Inputs from public bug reports and trials: one folder each in `tests/field`, with what is expected of them in `expected.yaml`.

from: owner/project#1            where the complaint was made
complaint: what went wrong there
kind: which class of inputs this one stands for
cases:
  - files: [a.eml, "b*.eml", "c.mbox#2"]     sources as the report names them; patterns are shell patterns
    fires: [secret, "promise-absolute: never again"]     a rule, or a rule with a piece of what its finding points at
    silent: [attachment-missing]     rules without any finding; "*": no error and no warning at all
    verdict: fail
    unread: "encrypted"     a pattern for what the report says was not read
    config: other.toml      instead of the folder's sendcheck.toml

Inputs named `kin-*` and `quiet-*` were added to a report's own: others of its class, which must fire, or be silent.
The program is run as its users run it, so that nothing here depends on how it is built.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "field"
DESCRIBED = "expected.yaml"
_SETTINGS = "sendcheck.toml"


def folders(root: Path = FOLDER) -> list[Path]:
    """The folders with inputs, in order."""
    return sorted(path.parent for path in root.glob(f"*/{DESCRIBED}"))


@cache
def described(home: Path) -> dict[str, Any]:
    """What a folder's description says."""
    told: dict[str, Any] = yaml.safe_load((home / DESCRIBED).read_text("utf-8"))
    return told


def inputs(home: Path) -> list[str]:
    """The names of a folder's inputs, from the folder."""
    return sorted(str(p.relative_to(home)) for p in home.rglob("*") if p.is_file() and p.suffix not in {".toml", ".yaml"})


def sources(home: Path, case: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The reports that a case is about, by the name of the source."""
    told = _reports(home, case.get("config", _SETTINGS))
    return {source: one for source, one in told.items() if any(fnmatch(source, pattern) for pattern in case["files"])}


@cache
def _reports(home: Path, config: str) -> dict[str, dict[str, Any]]:
    """Reports of all inputs of a folder, by the name of the source."""
    settings = ["--config", str(home / config)] if (home / config).is_file() else []
    command = [sys.executable, "-P", "-m", "sendcheck", "check", *(str(home / f) for f in inputs(home)), *settings, "--format", "json"]
    done = subprocess.run(command, capture_output=True, timeout=300, check=False, cwd=home, env={**os.environ, "SENDCHECK_DAEMON": "off"})
    assert done.returncode in {0, 1, 3}, done.stderr
    told = json.loads(done.stdout)
    return {str(Path(mail["source"]).relative_to(home)): mail for mail in told["mails"]}


def wrong(case: dict[str, Any], told: dict[str, Any]) -> Iterator[str]:
    """What of a case a mail's report does not hold."""
    found = told["findings"]
    for wanted in case.get("fires", ()):
        rule, _, words = wanted.partition(": ")
        if not any(f["rule"] == rule and any(words in place["excerpt"] for place in (f["where"], *f["also"])) for f in found):
            yield f"{wanted} is silent"
    for rule in case.get("silent", ()):
        if any(f["severity"] in {"error", "warning"} if rule == "*" else f["rule"] == rule for f in found):
            yield f"{rule} fires"
    if "verdict" in case and told["verdict"] != case["verdict"]:
        yield f"the verdict is {told['verdict']}, not {case['verdict']}"
    if "unread" in case and not re.search(case["unread"], "\n".join(f"{u['part']}: {u['reason']}" for u in told["unread"])):
        yield f"nothing unread is named that fits “{case['unread']}”: {told['unread']}"


def outcome(home: Path) -> dict[str, bool]:
    """Whether all that is expected of each source of a folder holds."""
    held: dict[str, bool] = {}
    for case in described(home)["cases"]:
        for source, told in sources(home, case).items():
            held[source] = held.get(source, True) and not any(wrong(case, told))
    return held


def is_own(source: str) -> bool:
    """Whether an input was added to a report's own."""
    return Path(source).name.startswith(("kin-", "quiet-"))
