"""``sendcheck sendmail``: what is to become of a mail that a client hands to sendmail.

Here it is decided, in the caller's own process or in a warm worker; :mod:`sendcheck.gateways.handing` does it, always in the
caller's process. Exit codes are those of sysexits.h: 0 and the MTA's own, 65 fail, 69 incomplete or no MTA, 70 own error, 64 bad
options, 78 bad configuration. Nothing is printed when a mail passes.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from sendcheck.config.config import Config
from sendcheck.config.load import load_config
from sendcheck.errors import ConfigError, RegistryError
from sendcheck.escapes import clean
from sendcheck.gateways.arguments import Call, UsageError, parse
from sendcheck.gateways.checking import report_of
from sendcheck.gateways.handing import EX_CONFIG, EX_DATAERR, EX_SOFTWARE, EX_UNAVAILABLE, EX_USAGE, GUARD, Decision
from sendcheck.gateways.override import answerable
from sendcheck.pipeline.engine import Job
from sendcheck.pipeline.registry import Registry, load
from sendcheck.pipeline.report import MailReport, Verdict
from sendcheck.reading.sources import refusal, within_cap


def find_mta(call: Call, config: Config, environ: Mapping[str, str]) -> list[str] | None:
    """The command that really sends: option, configuration, SENDCHECK_MTA, else the next sendmail that is not this one."""
    if call.mta:
        return call.mta
    if config["sendmail.mta"]:
        return list(config["sendmail.mta"])
    if environ.get("SENDCHECK_MTA", "").strip():
        import shlex

        try:
            return shlex.split(environ["SENDCHECK_MTA"])
        except ValueError as error:
            raise ConfigError(f"SENDCHECK_MTA cannot be read as a command ({error})") from error
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


def decide(argv: Sequence[str], raw: bytes, *, tty: bool) -> Decision:
    """What to do with a mail. ``tty``: whether standard error is a terminal, so that somebody can be asked. Never raises: on any doubt nothing is sent."""
    try:
        call = parse(argv)
    except UsageError as error:
        return _stop(EX_USAGE, str(error))
    if os.environ.get(GUARD):
        return _stop(EX_UNAVAILABLE, "the MTA it would hand the mail to is sendcheck itself: set SENDCHECK_MTA or sendmail.mta to the real one")
    try:
        registry = load()
        config = load_config(registry, explicit=call.config, start=None)
        decision = _decided(call, raw, registry, config, tty)
    except (ConfigError, RegistryError) as error:
        return _stop(EX_CONFIG, f"{error}; nothing was sent")
    except Exception as error:
        return _stop(EX_SOFTWARE, f"internal error ({type(error).__name__}); nothing was sent")
    decision.daemon = str(config["daemon"])
    decision.keep = call.keep
    return decision


def _decided(call: Call, raw: bytes, registry: Registry, config: Config, tty: bool) -> Decision:
    mta = find_mta(call, config, os.environ)
    if mta is None or shutil.which(mta[0]) is None:
        named = f"“{mta[0]}” is not there" if mta else "there is no sendmail on PATH"
        return _stop(EX_UNAVAILABLE, f"no MTA: {named}. Set SENDCHECK_MTA or sendmail.mta; nothing was sent")
    mta += call.argv
    why = refusal(raw)
    if why:
        return _stop(EX_DATAERR, f"this {why}; nothing was sent")
    on_error = call.on_error if call.on_error and "sendmail.on-error" not in config.locked else config["sendmail.on-error"]
    try:
        report = _check(raw, call, registry, config)
    except Exception:
        return _own_error(mta, on_error)
    if report.engine_error:
        return _own_error(mta, on_error)
    if report.verdict is Verdict.PASS:
        return Decision(send=mta)
    return _stopped(report, call, mta, registry, config, on_error, tty)


def _own_error(mta: list[str], on_error: str) -> Decision:
    """sendcheck itself failed: nothing is sent, unless the user or policy said otherwise."""
    if on_error == "send":
        return Decision(0, "sendcheck: internal error; the mail was sent unchecked, as on-error = send says\n", send=mta)
    return _stop(EX_SOFTWARE, "internal error; nothing was sent")


def _check(raw: bytes, call: Call, registry: Registry, config: Config) -> MailReport:
    allow = tuple(line for line in os.environ.get("SENDCHECK_ALLOW", "").splitlines() if line.strip())
    raw, cut = within_cap(raw)
    return report_of(Job("-", raw, cut, envelope=tuple(call.recipients), leaving=True), registry, config, allow)


def _stopped(report: MailReport, call: Call, mta: list[str], registry: Registry, config: Config, on_error: str, tty: bool) -> Decision:
    from sendcheck.show.text import TextReport

    text = "".join(f"{clean(f'sendcheck: {notice}')}\n" for notice in report.notices) + TextReport(registry.rules).mail(report)
    mode = call.ask or config["sendmail.ask"]
    if report.verdict is Verdict.INCOMPLETE:
        end = _stop(EX_UNAVAILABLE, "the mail could not be checked fully; nothing was sent")
        if on_error == "send":
            end = Decision(0, "sendcheck: not fully checked; sent all the same, as on-error = send says\n", send=mta)
    else:
        end = _stop(EX_DATAERR, "nothing was sent. Mend the mail, or add a header “X-Sendcheck-Allow: RULE reason” to send it as it is")
    end.report = text
    if mode == "always" or (mode == "auto" and tty):
        end.ask = answerable(report, config)
        end.otherwise = mta
    return end


def _stop(code: int, message: str) -> Decision:
    return Decision(code, clean(f"sendcheck: {message}") + "\n")


def act(argv: Sequence[str], raw: bytes) -> int:
    """Decide in this process and carry it out; the shim's exit code, which nothing changes once the MTA has given it."""
    from sendcheck.daemon.service import start_if_wanted
    from sendcheck.gateways.handing import carry_out

    decision = decide(argv, raw, tty=sys.stderr.isatty())
    code = carry_out(decision, raw)
    with contextlib.suppress(Exception):
        start_if_wanted(decision.daemon)
    return code
