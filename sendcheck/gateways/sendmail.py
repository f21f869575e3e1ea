"""``sendcheck sendmail``: stands where a mail client calls sendmail, checks, and hands the same bytes on.

Exit codes are those of sysexits.h: 0 and the MTA's own, 65 fail, 69 incomplete or no MTA,
70 own error, 64 bad options, 78 bad configuration. Nothing is printed when a mail passes.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sendcheck.config.config import Config
from sendcheck.config.load import load_config
from sendcheck.errors import ConfigError, RegistryError
from sendcheck.gateways.override import ask_for_reason, memorable, record, remember_all
from sendcheck.pipeline.engine import Engine, Job
from sendcheck.pipeline.judge import ALLOW_HEADER, Selection
from sendcheck.pipeline.registry import Registry, load
from sendcheck.pipeline.report import MailReport, Verdict
from sendcheck.pipeline.supervisor import Supervisor
from sendcheck.pipeline.threads import with_own_thread
from sendcheck.reading.limits import LIMITS

# sysexits.h by number: the os module lacks them on Windows.
EX_USAGE, EX_DATAERR, EX_UNAVAILABLE, EX_SOFTWARE, EX_OSERR, EX_CONFIG = 64, 65, 69, 70, 71, 78
GUARD = "SENDCHECK_IN_SENDMAIL"
#: Seconds that bringing the index of the mail store up to date may hold a mail up; the rest follows with the next mail.
INDEXING = 2.0
_WITH_VALUE = {"-f", "-r", "-F", "-N", "-R", "-O", "-X", "-h", "-L", "-V", "-C", "-a", "--file", "--account"}
_NOT_SENDING = re.compile(r"-b[^m]")


class UsageError(Exception):
    """The shim was called in a way it cannot serve."""


@dataclass(slots=True)
class Call:
    """One call of the shim: its own options, and what goes to the MTA unchanged."""

    mta: list[str] = field(default_factory=list)
    config: Path | None = None
    on_error: str | None = None
    ask: str | None = None
    argv: list[str] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)


def parse(argv: Sequence[str]) -> Call:
    """Split own options (they come first) from sendmail's. Raises UsageError for what is no sending."""
    call = Call()
    rest = list(argv)
    while rest and rest[0].startswith("--") and rest[0] != "--":
        name, equals, value = rest[0].partition("=")
        if name not in {"--mta", "--mta-arg", "--config", "--on-error", "--ask", "--no-ask"}:
            break
        rest.pop(0)
        if name in {"--ask", "--no-ask"}:
            call.ask = "always" if name == "--ask" else "never"
            continue
        if not equals:
            if not rest:
                raise UsageError(f"{name} needs a value")
            value = rest.pop(0)
        if name == "--mta":
            call.mta = [value]
        elif name == "--mta-arg":
            call.mta.append(value)
        elif name == "--config":
            call.config = Path(value)
        elif value in {"stop", "send"}:
            call.on_error = value
        else:
            raise UsageError(f"--on-error is “{value}”, but must be stop or send")
    call.argv = rest
    call.recipients = _recipients(rest)
    return call


def _recipients(argv: list[str]) -> list[str]:
    found: list[str] = []
    at = 0
    options = True
    while at < len(argv):
        word = argv[at]
        if options and word == "--":
            options = False
        elif options and word.startswith("-") and len(word) > 1:
            if _NOT_SENDING.match(word):
                raise UsageError(f"{word} is no sending of a mail: call your MTA itself for it")
            if word in _WITH_VALUE:
                at += 1
        else:
            found.append(word)
        at += 1
    return found


def find_mta(call: Call, config: Config, environ: Mapping[str, str]) -> list[str] | None:
    """The command that really sends: option, configuration, SENDCHECK_MTA, else the next sendmail that is not this one."""
    if call.mta:
        return call.mta
    if config["sendmail.mta"]:
        return list(config["sendmail.mta"])
    if environ.get("SENDCHECK_MTA"):
        import shlex

        return shlex.split(environ["SENDCHECK_MTA"])
    folders = [*environ.get("PATH", "").split(os.pathsep), "/usr/sbin", "/usr/lib"]
    for folder in folders:
        candidate = Path(folder or ".") / "sendmail"
        if candidate.is_file() and os.access(candidate, os.X_OK) and not _is_us(candidate):
            return [str(candidate)]
    return None


def _is_us(path: Path) -> bool:
    """Whether a program is this shim under another name: by identity, or a script that mentions it."""
    try:
        if path.resolve() == Path(sys.argv[0]).resolve():
            return True
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError:
        return False
    return head.startswith(b"#!") and b"sendcheck" in head


def strip_allow_header(raw: bytes) -> bytes:
    """The mail without its X-Sendcheck-Allow fields: the one change that is ever made."""
    separator = re.search(rb"\r?\n(?=\r?\n)", raw)
    end = separator.end() if separator else len(raw)
    name = ALLOW_HEADER.encode()
    head = re.sub(rb"(?im)^" + name + rb"[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*(?:\n|\Z)", b"", raw[:end])
    return head + raw[end:]


def main(argv: Sequence[str]) -> int:
    """Run the shim; returns its exit code. Never raises, never loses a mail: on any doubt nothing is sent."""
    try:
        call = parse(argv)
    except UsageError as error:
        return _say(str(error), EX_USAGE)
    if os.environ.get(GUARD):
        return _say("the MTA it would hand the mail to is sendcheck itself: set SENDCHECK_MTA or sendmail.mta to the real one", EX_UNAVAILABLE)
    try:
        registry = load()
        config = load_config(registry, explicit=call.config, start=None)
    except (ConfigError, RegistryError) as error:
        return _say(f"{error}; nothing was sent", EX_CONFIG)
    except Exception as error:
        return _say(f"internal error ({type(error).__name__}) before the mail was read; nothing was sent", EX_SOFTWARE)
    mta = find_mta(call, config, os.environ)
    if mta is None or shutil.which(mta[0]) is None:
        named = f"“{mta[0]}” is not there" if mta else "there is no sendmail on PATH"
        return _say(f"no MTA: {named}. Set SENDCHECK_MTA or sendmail.mta; nothing was sent", EX_UNAVAILABLE)
    raw = sys.stdin.buffer.read()
    on_error = call.on_error if call.on_error and "sendmail.on-error" not in config.locked else config["sendmail.on-error"]
    try:
        report = _check(raw, call, registry, config)
    except Exception:
        return _own_error(mta, call.argv, raw, on_error)
    if report.engine_error:
        return _own_error(mta, call.argv, raw, on_error)
    if report.verdict is Verdict.PASS:
        return _hand_on(mta, call.argv, raw)
    return _stopped(report, raw, call, mta, registry, config, on_error)


def _own_error(mta: list[str], argv: list[str], raw: bytes, on_error: str) -> int:
    """sendcheck itself failed: nothing is sent, unless the user or policy said otherwise."""
    if on_error == "send":
        _say("internal error; the mail was sent unchecked, as on-error = send says", 0)
        return _hand_on(mta, argv, raw)
    return _say("internal error; nothing was sent", EX_SOFTWARE)


def _check(raw: bytes, call: Call, registry: Registry, config: Config) -> MailReport:
    allow = tuple(line for line in os.environ.get("SENDCHECK_ALLOW", "").splitlines() if line.strip())
    engine = Engine(registry, config, Selection(allow=allow))
    cap = LIMITS.mail_bytes
    job = Job("-", raw[:cap], len(raw) > cap, envelope=tuple(call.recipients), leaving=True)
    return Supervisor(engine).check(with_own_thread(job, config, INDEXING))


def _stopped(report: MailReport, raw: bytes, call: Call, mta: list[str], registry: Registry, config: Config, on_error: str) -> int:
    from sendcheck.show.text import TextReport

    text = TextReport(registry.rules).mail(report)
    for notice in report.notices:
        text = f"sendcheck: {notice}\n{text}"
    locked = [f.rule for f in report.findings if config.rule_locked(f.rule)]
    mode = call.ask or config["sendmail.ask"]
    if mode == "always" or (mode == "auto" and sys.stderr.isatty()):
        pairs = list(dict.fromkeys(pair for finding in memorable(report, config) for pair in finding.pairs))
        answer = ask_for_reason(text, locked, pairs)
        if answer is not None and answer.reason:
            record(report, answer.reason)
            if answer.remember and (why := remember_all(report, answer.reason, config)):
                _say(f"it could not be remembered: {why}; the mail is sent", 0)
            return _hand_on(mta, call.argv, raw)
        if answer is None:
            sys.stderr.write(text)
    else:
        sys.stderr.write(text)
    if report.verdict is Verdict.INCOMPLETE:
        if on_error == "send":
            _say("not fully checked; sent all the same, as on-error = send says", 0)
            return _hand_on(mta, call.argv, raw)
        return _say("the mail could not be checked fully; nothing was sent", EX_UNAVAILABLE)
    return _say("nothing was sent. Mend the mail, or add a header “X-Sendcheck-Allow: RULE reason” to send it as it is", EX_DATAERR)


def _hand_on(mta: list[str], argv: list[str], raw: bytes) -> int:
    """Give the mail to the MTA: same arguments, same bytes but for the allow header; its exit code is ours."""
    environ = {**os.environ, GUARD: "1"}
    try:
        done = subprocess.run([*mta, *argv], input=strip_allow_header(raw), env=environ, check=False)
    except OSError as error:
        return _say(f"the MTA {mta[0]} could not be started ({error.strerror}); nothing was sent", EX_OSERR)
    return done.returncode if done.returncode >= 0 else EX_OSERR


def _say(message: str, code: int) -> int:
    sys.stderr.write(f"sendcheck: {message}\n")
    return code
